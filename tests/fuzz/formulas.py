"""Random expressions, and random values for variables."""

from random import Random

NAMES = ("a", "b", "c", "d", "e")
"""Variables: a boolean, a number, a text, a date and a list, mostly."""
_LEAVES = (
    *NAMES,
    *("true", "false", "null", "0", "1", "-1", "2.5", "1e308", "9223372036854775807", "''"),
    *("'x'", "'true'", "'3'", "'2026-03-27'", "[]", "[1, 'x']", "loopCounter", "nrOfInstances"),
    *("execution.getVariable('a')", "execution.hasVariable(c)", "unknown", "a.b", "e[0]"),
)
_BINARY = (
    *("==", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge"),
    *("and", "or", "&&", "||", "+", "-", "*", "/", "div", "%", "mod"),
)
_METHODS = (
    *("contains", "startsWith", "equals", "indexOf", "split", "substring", "concat", "replace"),
    *("size", "length", "toUpperCase", "trim", "isEmpty", "get", "after", "plusDays", "intValue"),
    *("toString", "compareTo", "getClass", "containsKey", "matches"),
)
_TOKENS = (
    *("${", "#{", "}", "(", ")", "[", "]", ".", ",", "?", ":", "'", '"', "\\", " ", "!", "=", "-"),
    *(
        "not ",
        "empty ",
        " instanceof ",
        "T(",
        "java.lang.Runtime",
        "__class__",
        "lambda",
        "\0",
        "é",
    ),
)
_CONDITIONS = (
    *("${a}", "${!a}", "${b > 3}", "${b < 3}", "${c == 'x'}", "${empty c}", "${not empty d}"),
    *("${a && b >= 1}", "${d > '2026-03-27'}", "${e.contains('x')}", "#{a == false}"),
)


def condition(random: Random) -> str:
    """Return a condition: mostly one that can be evaluated."""
    return random.choice(_CONDITIONS) if random.random() < 0.9 else expression(random)


def expression(random: Random) -> str:
    """Return an expression, or something like one."""
    kind = random.random()
    if kind < 0.8:
        return f"${{{_grown(random, random.randint(0, 6))}}}"
    if kind < 0.9:
        return "".join(random.choices(_TOKENS + _LEAVES + _BINARY, k=random.randint(0, 40)))
    deep = random.choice(("(", "[", "!", "-", "not ", "a.", "e[", "a ? "))
    return "${" + deep * random.randint(1, 1200) + "a" + ")" * random.randint(0, 3) + "}"


def values(random: Random) -> dict[str, object]:
    """Return values for some of the variables."""
    return {name: value(random, name) for name in NAMES if random.random() < 0.9}


def value(random: Random, name: str) -> object:
    """Return a value for a variable, mostly of its kind."""
    usual: dict[str, list[object]] = {
        "a": [True, False],
        "b": [0, 1, 2, 3, 4, 5, 10],
        "c": ["x", "y", "", "3", "true"],
        "d": ["2026-01-01", "2026-12-31", "2026-03-27T08:00:00+07:00"],
        "e": [[], ["x"], [1, 2, 3], ["x", "y"]],
    }
    odd: list[object] = [
        *(
            None,
            "",
            2**63 - 1,
            -0.5,
            1e308,
            "a" * 5000,
            [None, True, 1.5],
            {"b": 1},
            "PT1H",
            "P999Y",
        ),
    ]
    return random.choice(usual[name] if name in usual and random.random() < 0.85 else odd)


def _grown(random: Random, size: int) -> str:
    if size <= 0:
        return random.choice(_LEAVES)
    smaller = size - 1
    match random.randrange(7):
        case 0 | 1 | 2:
            left, right = _grown(random, smaller // 2), _grown(random, smaller - smaller // 2)
            return f"({left} {random.choice(_BINARY)} {right})"
        case 3:
            return f"{random.choice(('!', '-', 'empty ', 'not '))}{_grown(random, smaller)}"
        case 4:
            parts = [_grown(random, smaller // 3) for _ in range(3)]
            return "({} ? {} : {})".format(*parts)
        case 5:
            return f"({_grown(random, smaller // 2)})[{_grown(random, smaller // 2)}]"
    arguments = ", ".join(_grown(random, smaller // 3) for _ in range(random.randint(0, 2)))
    return f"({_grown(random, smaller // 2)}).{random.choice(_METHODS)}({arguments})"
