"""How an expression uses its variables, as far as can be told without their values."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.expressions import values
from engine.expressions.nodes import (
    Binary,
    Choice,
    Conjunction,
    Disjunction,
    Literal,
    Name,
    Node,
    Unary,
)

_EQUALITIES = (values.equal, values.unequal)
_ORDERS = (values.less, values.less_or_equal, values.greater, values.greater_or_equal)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A variable that is compared: with a constant, or with another variable."""

    name: str
    value: object = None
    """The constant, where `other` is None."""
    other: str | None = None
    """The other variable."""
    is_order: bool = False
    """Whether it asks which comes first, not whether they are the same."""


def comparisons(root: Node) -> Iterator[Comparison]:
    """Yield the comparisons of whole variables in an expression."""
    for node in _parts(root):
        if isinstance(node, Binary) and node.operation in (*_EQUALITIES, *_ORDERS):
            is_order = node.operation in _ORDERS
            match (node.left, node.right):
                case Name(name), Name(other):
                    yield Comparison(name=name, other=other, is_order=is_order)
                case (Name(name), Literal(value)) | (Literal(value), Name(name)):
                    yield Comparison(name=name, value=value, is_order=is_order)


def truths(root: Node) -> Iterator[str]:
    """Yield the variables that are taken for true or false; the condition itself is one of them."""
    if isinstance(root, Name):
        yield root.name
    for node in _parts(root):
        yield from (part.name for part in _truth_values(node) if isinstance(part, Name))


def _truth_values(node: Node) -> tuple[Node, ...]:
    match node:
        case Conjunction(operands) | Disjunction(operands):
            return operands
        case Choice(condition=condition):
            return (condition,)
        case Unary(operation, operand) if operation is values.negation:
            return (operand,)
    return ()


def _parts(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _parts(child)
