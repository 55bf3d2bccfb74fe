"""From text to nodes: the grammar of JUEL, as far as conditions need it."""

import re
from collections.abc import Callable
from functools import cache
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from engine.expressions import nodes, values
from engine.expressions.errors import ExpressionFailed, InvalidExpression
from engine.expressions.methods import METHODS

_LONGEST_TEXT = 2000
_KEYWORDS = "and|or|not|eq|ne|lt|le|gt|ge|div|mod|empty|true|false|null|instanceof"
_ESCAPED = re.compile(r"\\(.)")
_EXECUTION = "execution"
"""What Camunda calls the case in an expression; its variables can be read, nothing else."""
_OPERATIONS: dict[str, Callable[[object, object], object]] = {
    **dict.fromkeys(("==", "eq"), values.equal),
    **dict.fromkeys(("!=", "ne"), values.unequal),
    **dict.fromkeys(("<", "lt"), values.less),
    **dict.fromkeys(("<=", "le"), values.less_or_equal),
    **dict.fromkeys((">", "gt"), values.greater),
    **dict.fromkeys((">=", "ge"), values.greater_or_equal),
    "+": values.add,
    "-": values.subtract,
    "*": values.multiply,
    **dict.fromkeys(("/", "div"), values.divide),
    **dict.fromkeys(("%", "mod"), values.remainder),
}

# A keyword ends where a name would: `order` is a name, not `or` and `der`.
_GRAMMAR = r"""
start: ("${" | "#{") choice "}"

?choice: disjunction
    | disjunction "?" choice ":" choice
?disjunction: conjunction (_OR conjunction)*
?conjunction: equality (_AND equality)*
?equality: relation
    | equality EQUALITY relation -> binary
?relation: sum
    | relation RELATION sum -> binary
?sum: product
    | sum (PLUS | MINUS) product -> binary
?product: unary
    | product PRODUCT unary -> binary
?unary: postfix
    | MINUS unary -> negative
    | _NOT unary -> negation
    | _EMPTY unary -> emptiness
?postfix: primary
    | postfix "." NAME -> member
    | postfix "[" choice "]" -> item
    | postfix "." NAME "(" (choice ("," choice)*)? ")" -> call
?primary: "(" choice ")"
    | NAME -> name
    | WHOLE -> whole
    | DECIMAL -> decimal
    | STRING -> string
    | TRUE -> true
    | FALSE -> false
    | NULL -> null
    | "[" (choice ("," choice)*)? "]" -> list

_OR: /\|\||or(?![\w$])/
_AND: /&&|and(?![\w$])/
_NOT: /!|not(?![\w$])/
_EMPTY: /empty(?![\w$])/
EQUALITY: /==|!=|(eq|ne)(?![\w$])/
RELATION: /<=|>=|<|>|(lt|le|gt|ge)(?![\w$])/
PRODUCT: /[*\/%]|(div|mod)(?![\w$])/
PLUS: "+"
MINUS: "-"
TRUE: /true(?![\w$])/
FALSE: /false(?![\w$])/
NULL: /null(?![\w$])/
NAME: /(?!(KEYWORDS)(?![\w$]))([^\W\d]|\$)[\w$]*/
DECIMAL.1: /[0-9]+\.[0-9]*([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+/
WHOLE: /[0-9]+/
STRING: /'([^'\\]|\\['"\\])*'|"([^"\\]|\\['"\\])*"/

%ignore /\s+/
""".replace("KEYWORDS", _KEYWORDS)


def read(text: str) -> nodes.Node:
    """Return the nodes of an expression in `${…}` or `#{…}`. Raises InvalidExpression."""
    if len(text) > _LONGEST_TEXT:
        problem = f"An expression has at most {_LONGEST_TEXT} characters"
        raise InvalidExpression(problem, position=_LONGEST_TEXT + 1)
    if not text.lstrip().startswith(("${", "#{")):
        raise InvalidExpression("An expression is written as ${…}")
    try:
        return cast(nodes.Node, _parser().parse(text))  # the builder leaves no tree of Lark's
    except UnexpectedInput as error:
        raise _unexpected(text, error) from None


def _unexpected(text: str, error: UnexpectedInput) -> InvalidExpression:
    """Return the error for the place where the parser could not go on."""
    if isinstance(error, UnexpectedToken):
        if error.token.type == "$END":
            return _invalid("The expression ends too early", len(text))
        return _invalid(f'"{error.token}" is unexpected', error.token.start_pos)
    index = cast(int, error.pos_in_stream)  # Lark declares None and sets a number
    return _invalid(f'"{text[index]}" is unexpected', index)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


@v_args(inline=True)
class _Builder(Transformer[Token, nodes.Node]):
    """Makes the nodes while the parser runs, so that deep nesting needs no deep stack."""

    def start(self, node: nodes.Node) -> nodes.Node:
        return node

    def choice(
        self, condition: nodes.Node, chosen: nodes.Node, otherwise: nodes.Node
    ) -> nodes.Node:
        return nodes.Choice(condition, chosen, otherwise)

    def disjunction(self, *operands: nodes.Node) -> nodes.Node:
        return nodes.Disjunction(operands)

    def conjunction(self, *operands: nodes.Node) -> nodes.Node:
        return nodes.Conjunction(operands)

    def binary(self, left: nodes.Node, symbol: Token, right: nodes.Node) -> nodes.Node:
        return nodes.Binary(_OPERATIONS[symbol], left, right)

    def negative(self, _: Token, operand: nodes.Node) -> nodes.Node:
        return nodes.Unary(values.negate, operand)

    def negation(self, operand: nodes.Node) -> nodes.Node:
        return nodes.Unary(values.negation, operand)

    def emptiness(self, operand: nodes.Node) -> nodes.Node:
        return nodes.Empty(operand)

    def member(self, target: nodes.Node, key: Token) -> nodes.Node:
        if isinstance(target, nodes.Name) and target.name == _EXECUTION:
            problem = "Of execution only getVariable and hasVariable can be asked, not"
            raise _invalid(f"{problem} {key}", key.start_pos)
        return nodes.Item(target, nodes.Literal(str(key)))

    def item(self, target: nodes.Node, key: nodes.Node) -> nodes.Node:
        return nodes.Item(target, key)

    def call(self, target: nodes.Node, method: Token, *arguments: nodes.Node) -> nodes.Node:
        if isinstance(target, nodes.Name) and target.name == _EXECUTION:
            return _of_execution(method, arguments)
        if (found := METHODS.get((str(method), len(arguments)))) is not None:
            return nodes.Call(found, target, arguments)
        raise _no_method(method, arguments)

    def list(self, *elements: nodes.Node) -> nodes.Node:
        return nodes.List(elements)

    def name(self, name: Token) -> nodes.Node:
        return nodes.Name(str(name))

    def whole(self, digits: Token) -> nodes.Node:
        return _number(digits, int)

    def decimal(self, digits: Token) -> nodes.Node:
        return _number(digits, float)

    def string(self, quoted: Token) -> nodes.Node:
        return nodes.Literal(_ESCAPED.sub(r"\1", quoted[1:-1]))

    def true(self, _: Token) -> nodes.Node:
        return nodes.Literal(value=True)

    def false(self, _: Token) -> nodes.Node:
        return nodes.Literal(value=False)

    def null(self, _: Token) -> nodes.Node:
        return nodes.Literal(value=None)


def _number(digits: Token, convert: Callable[[str], values.Number]) -> nodes.Node:
    try:
        return nodes.Literal(values.bounded(convert(digits)))
    except ExpressionFailed as error:
        raise _invalid(str(error), digits.start_pos) from None


def _of_execution(method: Token, arguments: tuple[nodes.Node, ...]) -> nodes.Node:
    match str(method), arguments:
        case "getVariable", (key,):
            return nodes.Variable(key)
        case "hasVariable", (key,):
            return nodes.Existence(key)
        case "setVariable", _:
            problem = "An expression only reads; a script task with a result variable writes"
            raise _invalid(problem, method.start_pos)
    raise _no_method(method, arguments)


def _no_method(method: Token, arguments: tuple[nodes.Node, ...]) -> InvalidExpression:
    call = f"{method}(…)" if arguments else f"{method}()"
    return _invalid(f"There is no method {call}", method.start_pos)


def _invalid(problem: str, index: int | None) -> InvalidExpression:
    position = (index or 0) + 1
    return InvalidExpression(f"{problem} (position {position})", position=position)
