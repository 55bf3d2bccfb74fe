from collections.abc import Callable
from contextlib import suppress
from functools import reduce

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.expressions import (
    Comparison,
    Expression,
    ExpressionFailed,
    InvalidExpression,
    UndefinedVariable,
    compile_composite,
    compile_expression,
    is_composite,
)
from engine.expressions.composites import parts
from engine.expressions.recent import Recent
from tests.growth import growth

properties = settings(derandomize=True, deadline=None)

VARIABLES: dict[str, object] = {
    "yes": True,
    "no": False,
    "nothing": None,
    "three": 3,
    "half": 0.5,
    "ten": "10",
    "name": "Kasubag",
    "blank": "",
    "due": "2026-03-27",
    "order": 7,
    "items": ["a", 2, None, True],
    "none": [],
    "letter": {"nomor": "002/SOP", "lampiran": [{"halaman": 4}], "size": 9},
}


def value_of(expression: str) -> object:
    return compile_expression(f"${{{expression}}}").evaluate(VARIABLES)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("1", 1), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("007", 7)),
        *(("true", True), ("false", False), ("null", None)),
        *(("'a \"b\"'", 'a "b"'), ('"it\'s"', "it's"), (r"'it\'s \\ '", r"it's \ "), ("'}'", "}")),
        *(("three", 3), ("order", 7), ("(((three)))", 3), (" \n\tthree\n", 3)),
    ],
)
def test_literals_and_names_stand_for_themselves(expression: str, expected: object) -> None:
    assert value_of(expression) == expected
    assert type(value_of(expression)) is type(expected)


@pytest.mark.parametrize("text", ["${three == 3}", "#{three == 3}", "  ${ three == 3 }\n"])
def test_an_expression_stands_in_dollar_or_hash_braces(text: str) -> None:
    assert compile_expression(text).test(VARIABLES)
    assert compile_expression(text).text == text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("letter.nomor", "002/SOP"), ("letter['nomor']", "002/SOP"), ("items[1]", 2)),
        *(("letter.lampiran[0].halaman", 4), ("items['1']", 2), ("letter.size", 9)),
        *(("letter.tidak_ada", None), ("items[99]", None), ("items[-1]", None)),
        *(("nothing.a.b[0]", None), ("letter[nothing]", None), ("letter.__class__", None)),
    ],
)
def test_members_are_keys_of_objects_and_elements_of_lists(
    expression: str, expected: object
) -> None:
    assert value_of(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        *("'1' == 1", "1 == '1'", "1 == 1.0", "true == 'true'", "'TRUE' == true", "yes eq true"),
        *("null == null", "nothing == null", "null != 0", "null != ''", "null ne false", "'' == 0"),
        *("'a' != 'A'", "items == items", "1 lt 2", "2 le 2", "2 gt 1", "2 ge 2", "1 < '2'"),
        *("ten > 9", "'10' < '9'", "due < '2026-04-01'", "due >= '2026-03-27'", "half <= .5"),
        *("null <= null", "not (null < 1)", "not (nothing > 1)", "not (null >= 1)"),
    ],
)
def test_values_are_compared_as_juel_compares_them(expression: str) -> None:
    assert value_of(expression) is True


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(
            ("7 / 2", 3.5),
            ("7 div 2", 3.5),
            ("6 / 2", 3.0),
            ("[1, 2, 3][4 / 2]", 3),
            ("7 % 2", 1),
            ("7 mod 2", 1),
        ),
        *(("-7 % 3", -1), ("7 % -3", 1), ("7.5 % 2", 1.5), ("-7.5 % 2", -1.5)),
        *(("1 + 1.5", 2.5), ("'1' + '2'", 3), ("'1.5' + 1", 2.5), ("null + 1", 1), ("'' + 1", 1)),
        *(("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("10 - 3 - 2", 5), ("2 * -3", -6), ("--3", 3)),
        *(("-ten", -10), ("three-1", 2), ("three - half", 2.5), ("24 / 4 / 2", 3.0)),
    ],
)
def test_arithmetic_mixes_whole_numbers_decimals_and_numeric_texts(
    expression: str, expected: object
) -> None:
    assert value_of(expression) == expected
    assert type(value_of(expression)) is type(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("yes and yes", True), ("yes && no", False), ("no or yes", True), ("no || no", False)),
        *(("not yes", False), ("!no", True), ("!!yes", True), ("not no and yes", True)),
        *(("yes or yes and no", True), ("(yes or yes) and no", False), ("!no == yes", True)),
        *(("'true' and yes", True), ("null or no", False), ("'' or no", False), ("!null", True)),
        *(("'ya' and yes", False), ("1 < 2 and 2 < 3", True), ("1 < 2 == true", True)),
    ],
)
def test_logic_takes_null_and_text_for_truth(expression: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert value_of(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(
            ("empty nothing", True),
            ("empty blank", True),
            ("empty none", True),
        ),
        *(("empty name", False), ("empty items", False), ("empty 0", False), ("empty no", False)),
        *(("empty unknown", True), ("empty unknown.part[0]", True), ("empty (unknown)", True)),
        *(("not empty name", True), ("!empty blank", False), ("empty letter.tidak_ada", True)),
    ],
)
def test_empty_is_what_has_nothing_in_it(expression: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert value_of(expression) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("yes ? 1 : 2", 1),
        ("no ? 1 : 2", 2),
        ("no ? 1 : no ? 2 : 3", 3),
        ("three > 2 ? 'banyak' : 'sedikit'", "banyak"),
        ("(yes ? items : none)[0]", "a"),
    ],
)
def test_a_ternary_chooses(expression: str, expected: object) -> None:
    assert value_of(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("name.contains('sub')", True), ("name.startsWith('Kas')", True)),
        *(("name.endsWith('x')", False), ("name.toLowerCase()", "kasubag")),
        *(("name.toUpperCase().length()", 7), ("name.equals('Kasubag')", True)),
        *(
            ("items.size()", 4),
            ("items.length()", 4),
            ("name.size()", 7),
            ("none.size() == 0", True),
        ),
        *(
            ("items.contains('a')", True),
            ("items.contains('2')", False),
            ("items.contains(2)", True),
        ),
        *(("items.contains(null)", True), ("items.contains(1)", False), ("ten.equals(10)", False)),
        *(("items.equals(items)", True), ("letter.lampiran.size()", 1), ("'abc'.length()", 3)),
    ],
)
def test_texts_and_lists_have_these_methods(expression: str, expected: object) -> None:
    assert value_of(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("name.isEmpty()", False), ("blank.isEmpty()", True), ("none.isEmpty()", True)),
        *(("' a '.trim()", "a"), ("name.substring(3)", "ubag"), ("name.substring(0, 3)", "Kas")),
        *(("name.indexOf('b')", 4), ("name.indexOf('x')", -1), ("items.indexOf(2)", 1)),
        *(("name.concat(3)", "Kasubag3"), ("name.replace('a', 'o')", "Kosubog")),
        *(("name.equalsIgnoreCase('kasubag')", True), ("name.equalsIgnoreCase(3)", False)),
        *(("'a,b,,'.split(',')", ["a", "b"]), ("','.split(',')", [""]), ("'a'.split(',')", ["a"])),
        *(("items.get(0)", "a"), ("items.get(9)", None), ("letter.get('nomor')", "002/SOP")),
        *(("letter.containsKey('nomor')", True), ("letter.containsKey('x')", False)),
        *(("letter.size()", 3), ("three.toString()", "3"), ("yes.toString()", "true")),
        *(("(7 / 2).intValue()", 3), ("ten.longValue()", 10), ("ten.doubleValue()", 10)),
        *(("'abc'.compareTo('abd')", -1), ("three.compareTo(3)", 0), ("three.equals(3)", True)),
        *(("letter.equals(letter)", True), ("three.equals('3')", False), ("'3'.contains(3)", True)),
        *(("'true'.booleanValue()", True), ("name.contains(yes)", False)),
        *(("['a', 1, null]", ["a", 1, None]), ("[]", []), ("['a', 'b'].contains('b')", True)),
        *(("[three, half][1]", 0.5), ("empty []", True)),
    ],
)
def test_texts_lists_and_objects_have_more_methods_of_java(
    expression: str, expected: object
) -> None:
    assert value_of(expression) == expected
    assert type(value_of(expression)) is type(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("due < '2026-04-01'", True), ("due > '2026-03-27T08:00'", False), ("due == due", True)),
        *(("due == '2026-03-27T00:00:00'", True), ("due != '2026-03-28'", True)),
        *(("'2026-03-27T08:00:00+07:00' == '2026-03-27T01:00:00Z'", True),),
        *(("'2026-03-27T08:00:00+07:00' < '2026-03-27T02:00:00Z'", True),),
        *(("'2026-03-27T23:00:00-07:00' > due", True),),
        *(("due <= '2026-03-27T00:00:00+09:00'", True), ("'2026-02-30' < '2026-1'", True)),
        *(("due.after('2026-03-26')", True), ("due.before('2026-03-27')", False)),
        *(("due.isAfter('2026-03-26')", True), ("due.isBefore('2026-03-28T00:00Z')", True)),
        *(("due.plusDays(5)", "2026-04-01"), ("due.minusDays(27)", "2026-02-28")),
        *(("'2026-03-27T08:00+07:00'.plusDays(1)", "2026-03-28T08:00+07:00"),),
        *(("due.plusDays(14) >= '2026-04-10'", True),),
    ],
)
def test_dates_are_compared_as_moments(expression: str, expected: object) -> None:
    assert value_of(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("execution.getVariable('three')", 3), ("execution.getVariable('unknown')", None)),
        *(("execution.hasVariable('three')", True), ("execution.hasVariable('unknown')", False)),
        ("execution.getVariable('thr'.concat('ee')) == 3", True),
        ("execution.hasVariable('unknown') && unknown > 3", False),
    ],
)
def test_variables_can_be_read_as_camunda_reads_them(expression: str, expected: object) -> None:
    assert value_of(expression) == expected


def test_an_expression_only_reads() -> None:
    with pytest.raises(InvalidExpression, match="only reads"):
        compile_expression("${execution.setVariable('x', 1)}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("Halo ${name}", "Halo Kasubag"), ("PT${three}H", "PT3H"), ("${three}", 3), ("", "")),
        *(("R${three}/PT${6 / 2}M", "R3/PT3M"), ("${half}${yes}#{nothing}.", "0.5true.")),
        *(("PT1H", "PT1H"), ("${'}'}{x}", "}{x}"), (r"\${three} ${three}", "${three} 3")),
        *(("#{items}", ["a", 2, None, True]), ("$ {three} # {", "$ {three} # {")),
    ],
)
def test_a_text_can_hold_expressions(text: str, expected: object) -> None:
    composite = compile_composite(text)
    assert composite.evaluate(VARIABLES) == expected
    assert type(composite.evaluate(VARIABLES)) is type(expected)


def test_a_text_with_expressions_knows_the_variables_it_uses() -> None:
    assert compile_composite("${a} dan ${b.c}").names == {"a", "b"}
    assert is_composite("x #{a}")
    assert not is_composite("x {a}")


@pytest.mark.parametrize(
    "text", ["Halo ${", "Halo ${a} ${'", "${a b} x", "${" * 5000, "x" * 10_001]
)
def test_a_text_with_a_broken_expression_is_refused(text: str) -> None:
    with pytest.raises(InvalidExpression):
        compile_composite(text)


def test_a_list_or_an_object_does_not_fit_into_a_text() -> None:
    with pytest.raises(ExpressionFailed, match="A list is not a text"):
        compile_composite("x ${items}").evaluate(VARIABLES)


def test_an_expression_knows_what_its_variables_are_compared_with() -> None:
    expression = compile_expression("${(a == 'x' or not b) and 3 < c and d != e ? f : g.h == 1}")
    assert set(expression.comparisons) == {
        Comparison(name="a", value="x"),
        Comparison(name="c", value=3, is_order=True),
        Comparison(name="d", other="e"),
    }
    assert expression.truths == {"b"}
    assert compile_expression("${a}").truths == {"a"}


def large(size: int) -> dict[str, object]:
    """Return variables of that size that make comparing and searching hard."""
    return {
        "text": "a" * size,
        "list": [1] * size,
        "equal": [1] * size,
        "part": "a" * (size // 2 - 1_000) + "b",
        "upper": "\u0149" * (size // 2),
    }


@pytest.mark.parametrize(
    "part",
    [
        *("text.contains(part)", "text.indexOf(part) == 1", "text.replace('a', 'b').isEmpty()"),
        *("list == equal", "list.contains(2)", "list.indexOf(2) > 0", "text.split('a').isEmpty()"),
        *("upper.toUpperCase().isEmpty()", "text.equalsIgnoreCase(part)", "text.trim() == part"),
        *("text.substring(1).concat('a') == part", "[text].contains(part)"),
    ],
)
def test_the_longest_expression_costs_no_more_than_its_variables_are_long(part: str) -> None:
    parts = [part] * (1990 // (len(part) + 2))
    expression = compile_expression(f"${{[{', '.join(parts)}]}}")

    def sized(size: int) -> Callable[[], None]:
        variables = large(size)

        def evaluate() -> None:
            with suppress(ExpressionFailed):
                expression.evaluate(variables)

        return evaluate

    assert growth(sized, 32_000) < 8


@pytest.mark.parametrize(
    "expression",
    [
        *("text.concat(text)", "text.replace('a', text)", "text.replace('', 'aa')"),
        *("'a'.replace('', text).concat(text)", "[text, text]", "['a', text]"),
    ],
)
def test_no_text_grows_without_bound(expression: str) -> None:
    with pytest.raises(ExpressionFailed, match="A text is too long"):
        compile_expression(f"${{{expression}}}").evaluate({"text": "a" * 32_768})


def test_a_text_with_expressions_does_not_grow_without_bound() -> None:
    with pytest.raises(ExpressionFailed, match="A text is too long"):
        compile_composite("${text}${text}").evaluate({"text": "a" * 32_000})


def test_a_name_that_is_not_needed_may_be_missing() -> None:
    assert value_of("no and unknown") is False
    assert value_of("yes or unknown") is True
    assert value_of("yes ? 1 : unknown") == 1
    assert value_of("not empty unknown and unknown > 3") is False


@pytest.mark.parametrize(
    "expression", ["unknown", "yes and unknown", "unknown.part", "items[unknown]", "empty -unknown"]
)
def test_a_name_that_is_needed_and_missing_is_named(expression: str) -> None:
    with pytest.raises(UndefinedVariable, match="unknown") as missing:
        value_of(expression)
    assert missing.value.name == "unknown"
    assert missing.value.fields == {"unknown": "is missing"}


def test_an_expression_knows_the_variables_it_uses() -> None:
    expression = compile_expression(
        "${a.x == 'q' and not empty b[c] ? d.size() > 1 : (true or e.contains(f.g))}"
    )
    assert expression.names == {"a", "b", "c", "d", "e", "f"}
    assert compile_expression("${1 + 1}").names == frozenset()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        *(("${yes}", True), ("${no}", False), ("${nothing}", False), ("${'true'}", True)),
        *(("${'True'}", True), ("${'ya'}", False), ("${blank}", False), ("${three > 2}", True)),
    ],
)
def test_a_condition_holds_when_it_is_true(text: str, holds: bool) -> None:  # noqa: FBT001 - a table
    assert compile_expression(text).test(VARIABLES) is holds


@pytest.mark.parametrize("text", ["${three}", "${items}", "${letter}", "${half}"])
def test_a_condition_that_is_no_truth_value_fails(text: str) -> None:
    with pytest.raises(ExpressionFailed, match="neither true nor false") as failed:
        compile_expression(text).test(VARIABLES)
    assert failed.value.details == {"expression": text}


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        *(("1 / 0", "Division by zero"), ("1 % 0.0", "Division by zero"), ("1 / null", "Division")),
        *(("name + 1", "A text is not a number"), ("name == 1", "A text is not a number")),
        *(("yes + 1", "A truth value is not a number"), ("yes == 1", "A truth value is not")),
        *(("items + 1", "A list is not a number"), ("letter * 2", "An object is not a number")),
        *(("yes < no", "have no order"), ("items < name", "A list and a text have no order")),
        *(("not three", "A number is neither"), ("three and yes", "A number is neither")),
        *(("three ? 1 : 2", "A number is neither"), ("name.part", "A text has no such element")),
        *(("three[0]", "A number has no such"), ("items.part", "A text is not a number")),
        *(("items[0.5]", "A position is a whole number"), ("letter[1]", "An object has no such")),
        *(("nothing.size()", "Null is not a text"), ("three.contains('3')", "is not a text")),
        *(("name.contains(null)", "Null is not a text"), ("nothing.equals(null)", "Null cannot")),
        *(("items.toLowerCase()", "A list is not a text"), ("name.contains(items)", "A list is")),
        *(("name.substring(8)", "no such part"), ("name.substring(3, 2)", "no such part")),
        *(("name.substring(-1)", "no such part"), ("name.substring(0.5)", "a whole number")),
        *(("name.split('.')", "plain characters"), ("name.split('')", "plain characters")),
        *(("name.get('a')", "is not an object"), ("letter.get(items)", "A list is not a text")),
        *(("name.compareTo(null)", "Null has no order"), ("yes.compareTo(no)", "have no order")),
        *(("name.before(due)", "not a date"), ("due.after(blank)", "not a date")),
        *(("name.plusDays(1)", "not a date"), ("due.plusDays(0.5)", "not whole")),
        *(("due.plusDays(9999999)", "no such day"), ("'x'.concat(nothing)", "Null is not a text")),
        *(("[items]", "A list is not a text"), ("1e300.intValue()", "too large")),
    ],
)
def test_values_that_do_not_fit_fail_with_a_sentence(expression: str, problem: str) -> None:
    with pytest.raises(ExpressionFailed) as failed:
        value_of(expression)
    assert problem in str(failed.value)
    assert str(failed.value).startswith(f"${{{expression}}}: ")


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 1, "written as ${…}"),
        ("yes == true", 1, "written as ${…}"),
        ("=yes", 1, "written as ${…}"),
        ("${", 3, "ends too early"),
        ("${yes", 6, "ends too early"),
        ("${}", 3, '"}" is unexpected'),
        ("${yes &&}", 9, '"}" is unexpected'),
        ("  ${yes &&}", 11, '"}" is unexpected'),
        ("${yes} tidak", 8, '"tidak" is unexpected'),
        ("${yes}${no}", 7, '"$" is unexpected'),
        ("${yes no}", 7, '"no" is unexpected'),
        ("${yes order}", 7, '"order" is unexpected'),
        ("${yes = true}", 7, '"=" is unexpected'),
        ("${or}", 3, '"or" is unexpected'),
        ("${letter.empty}", 10, '"empty" is unexpected'),
        ("${three instanceof x}", 9, "is unexpected"),
        ("${'yes}", 3, "is unexpected"),
        (r"${'a\n'}", 3, "is unexpected"),
        ("${hitung(1)}", 9, '"(" is unexpected'),
        ("${name.hashCode()}", 8, "There is no method hashCode()"),
        ("${name.size(1)}", 8, "There is no method size(…)"),
        ("${name.contains()}", 8, "There is no method contains()"),
        ("${name.contains(1, 2)}", 8, "There is no method contains(…)"),
        ("${yes; no}", 6, '";" is unexpected'),
        ("${a\x00b}", 4, "is unexpected"),
        ("${9223372036854775808}", 3, "too large"),
        ("${1e999}", 3, "too large"),
    ],
)
def test_text_that_is_no_expression_is_refused_with_its_position(
    text: str, position: int, problem: str
) -> None:
    with pytest.raises(InvalidExpression) as refused:
        compile_expression(text)
    assert problem in str(refused.value)
    assert refused.value.position == position


@pytest.mark.parametrize(
    "expression",
    [
        *("().__class__", "''.__class__.__mro__", "name.__class__", "three.real", "items.append"),
        *("[].__class__", "{}.__class__", "name['__class__']", "items.__class__", "half.hex"),
        *("__import__('os')", "open('/etc/passwd')", "lambda: 1", "[x for x in items]"),
        *("name.format(1)", "'{0.__class__}'.format(1)", "'%s' % name", "f'{name}'", "`id`"),
        *("name.getClass()", "''.getClass().forName('java.lang.Runtime')", "name.class.name"),
        *("2 ** 99999999", "9 * '9'.repeat(999)", "'a' * 999999999", "1 << 99999999"),
        *("''.getClass()", "''.getClass().forName('java.lang.Runtime').getRuntime().exec('id')"),
        *("T(java.lang.Runtime).getRuntime()", "execution.getClass()", "execution.__class__"),
        *("execution.getProcessEngineServices()", "execution", "execution.getVariable('a').b()"),
        *("name.matches('(a+)+b')", "name.replaceAll('a', 'b')", "name.lastIndexOf('a')"),
        *("java.lang.System.exit(0)", "new java.io.File('x')", "name.repeat(9)", "9e999"),
        *("[1] * 99999999", "name * 3", "items + items", "'a' + 'b'", "now()", "9 ^ 9", "9 ** 9"),
        *("fn:length(name)", "(x -> x)(1)", "a = 1", "name.size = 1", "1; 2", "#{name}", "${name}"),
        *("name.toUpperCase", "__builtins__", "__class__", "self"),
    ],
)
def test_nothing_of_python_or_java_is_reachable(expression: str) -> None:
    with pytest.raises((InvalidExpression, UndefinedVariable, ExpressionFailed)):
        value_of(expression)


class Secret:
    def __init__(self) -> None:
        self.key = "value"

    def __getitem__(self, key: object) -> object:
        raise AssertionError("reached")

    __len__ = __eq__ = __contains__ = __bool__ = __getitem__  # type: ignore[assignment]  # none may be called
    __hash__ = None  # type: ignore[assignment]  # goes with __eq__


@pytest.mark.parametrize(
    "expression",
    ["x.key", "x['key']", "x[0]", "x.size()", "x.contains(1)", "x + 1", "x < 1", "!x", "x == 1"],
)
def test_an_object_that_is_no_json_value_is_opaque(expression: str) -> None:
    with pytest.raises(ExpressionFailed, match="A value of unknown kind"):
        compile_expression(f"${{{expression}}}").evaluate({"x": Secret()})


def nested(levels: int) -> object:
    innermost: list[object] = []
    return reduce(lambda inner, _: [inner], range(levels), innermost)


def test_a_value_nested_beyond_the_stack_fails() -> None:
    expression = compile_expression("${a == b}")
    with pytest.raises(ExpressionFailed, match="nested too deeply"):
        expression.evaluate({"a": nested(100_000), "b": nested(100_000)})


@pytest.mark.parametrize(
    "expression",
    [
        *("(" * 1990, "[" * 1990, "-" * 1900 + "1", "!" * 1900 + "yes", "empty " * 300 + "yes"),
        *("(" * 1000 + "yes", "1" + "+1" * 900, "items" + "[0]" * 600, "letter" + ".a" * 900),
        *("yes?" * 400 + "1" + ":1" * 400, "(1+" * 400 + "1" + ")" * 400, "not " * 400 + "yes"),
    ],
)
def test_an_expression_nested_too_deeply_is_refused(expression: str) -> None:
    with pytest.raises(InvalidExpression):
        compile_expression(f"${{{expression}}}")


def test_brackets_and_long_alternatives_are_no_depth() -> None:
    assert value_of("(" * 900 + "three" + ")" * 900) == 3
    assert value_of(" or ".join(["order == 1"] * 120 + ["order == 7"])) is True
    assert value_of(" and ".join(["order == 7"] * 120)) is True


def test_an_expression_has_at_most_2000_characters() -> None:
    assert compile_expression("${" + "1".rjust(1997) + "}").evaluate({}) == 1
    with pytest.raises(InvalidExpression, match="at most 2000 characters"):
        compile_expression("${" + "1".rjust(1998) + "}")


def test_numbers_stay_within_64_bits() -> None:
    for text in ("${x * x}", "${x + 1}", "${-x - 2}", "${1e308 * 10}", "${1e308 / 1e-10}"):
        with pytest.raises(ExpressionFailed, match="too large"):
            compile_expression(text).evaluate({"x": 2**63 - 1})
    for value in (2**64, float("inf"), float("nan"), "9" * 30, "1e999"):
        with pytest.raises(ExpressionFailed, match="too large"):
            compile_expression("${x > 0}").evaluate({"x": value})


@pytest.mark.parametrize("text", ["9" * 65, "1_000", "0x10", "nan", "inf", "٣", " 1", "1 ", "1,5"])
def test_a_text_is_a_number_only_in_plain_digits(text: str) -> None:
    with pytest.raises(ExpressionFailed, match="is not a number"):
        compile_expression("${x > 0}").evaluate({"x": text})


def test_an_expression_is_compiled_once() -> None:
    assert compile_expression("${three == 3}") is compile_expression("${three == 3}")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
)
words = st.sampled_from(
    [
        *("a", "b", "c", ".", "[", "]", "(", ")", "?", ":", "==", "!=", "<", ">=", "eq", "lt"),
        *("and", "or", "not", "!", "&&", "||", "empty", "+", "-", "*", "/", "%", "div", "mod"),
        *("1", "2.5", "'a'", '"1"', "true", "null", "a.b", "[0]", ".size()", ".contains(", "}"),
    ]
)


@st.composite
def grown(draw: st.DrawFn) -> str:
    """Return the text of an expression that can be compiled."""
    leaf = st.sampled_from(["a", "b", "c", "1", "0", "2.5", "'a'", "'1'", "true", "null", "''"])
    binary = ["==", "!=", "<", ">=", "+", "-", "*", "/", "%", "and", "or"]

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from(binary), inner).map("({0[0]} {0[1]} {0[2]})".format),
            st.tuples(st.sampled_from(["-", "!", "empty "]), inner).map("{0[0]}{0[1]}".format),
            st.tuples(inner, inner, inner).map("({0[0]} ? {0[1]} : {0[2]})".format),
            st.tuples(inner, inner).map("{0[0]}[{0[1]}]".format),
            inner.map("({0}).a".format),
            st.tuples(inner, st.sampled_from(["size()", "equals(a)", "contains(b)"])).map(
                "({0[0]}).{0[1]}".format
            ),
        )

    return draw(st.recursive(leaf, larger, max_leaves=8))


@properties
@given(st.text(max_size=40) | st.lists(words, max_size=20).map(" ".join))
@example("{")
@example("${a}\x00")
def test_any_text_is_an_expression_or_invalid(text: str) -> None:
    for candidate in (text, f"${{{text}}}"):
        with suppress(InvalidExpression):
            assert isinstance(compile_expression(candidate), Expression)


@properties
@given(grown(), st.dictionaries(st.sampled_from("abc"), json))
def test_any_evaluation_gives_a_value_or_one_of_our_errors(
    text: str, variables: dict[str, object]
) -> None:
    expression = compile_expression(f"${{{text}}}")
    assert expression.names <= set("abc")
    with suppress(UndefinedVariable, ExpressionFailed):
        assert isinstance(expression.test(variables), bool)


@properties
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("+-*")), min_size=1, max_size=12))
def test_operators_bind_and_associate_as_in_arithmetic(terms: list[tuple[int, str]]) -> None:
    text = "".join(f"{number} {sign} " for number, sign in terms) + "1"
    assert value_of(text) == eval(text)  # noqa: S307 - nine digits and three signs


@properties
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["and", "or"]), st.booleans()), max_size=12)
)
def test_logic_binds_as_in_logic(terms: list[tuple[bool, str, bool]]) -> None:
    python = "".join(f"{'not ' * n}{value} {word} " for value, word, n in terms) + "True"
    assert value_of(python.replace("True", "true").replace("False", "false")) is eval(python)  # noqa: S307 - truth values and three words


def test_beginnings_of_expressions_without_an_end_cost_no_more_than_they_are_long() -> None:
    assert growth(lambda size: lambda: list(parts("${'" * size)), 40_000) < 8


def test_what_was_compiled_is_kept_until_other_texts_are_too_long_all_together() -> None:
    made: list[str] = []

    def make(text: str) -> int:
        made.append(text)
        return len(made)

    recent = Recent(make, characters=10)
    assert [recent(text) for text in ("four", "six", "four", "nine", "four")] == [1, 2, 1, 3, 1]
    assert recent("six") == 4
    assert made == ["four", "six", "nine", "six"]
