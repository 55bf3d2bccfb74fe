"""What an expression is made of; every node evaluates itself, once, to a value of JSON.

There is no loop and no attribute access here: a variable is looked up in a mapping, a key in a
dict, an index in a list.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.errors import Said
from engine.expressions import values
from engine.expressions.errors import ExpressionFailed, InvalidExpression, UndefinedVariable

_DEEPEST = 150

Variables = Mapping[str, object]


@dataclass(frozen=True)
class Node(ABC):
    """A part of an expression. Raises InvalidExpression when it is nested too deeply."""

    def __post_init__(self) -> None:
        # From the leaves upwards: no node above this depth ever exists, so no walk overflows.
        if self.depth > _DEEPEST:
            raise InvalidExpression(Said("The expression is nested too deeply"))

    @property
    def children(self) -> tuple["Node", ...]:
        """The parts of this part."""
        return ()

    @cached_property
    def depth(self) -> int:
        """How many nodes lie above each other."""
        return 1 + max((child.depth for child in self.children), default=0)

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that occur in it."""
        return frozenset[str]().union(*(child.names for child in self.children))

    @property
    def is_constant(self) -> bool:
        """Whether it looks at no variable."""
        return all(child.is_constant for child in self.children)

    @property
    def root(self) -> str | None:
        """The variable at the head of a path such as `a.b[0]`."""
        return None

    @abstractmethod
    def evaluate(self, variables: Variables) -> object:
        """Return the value. Raises UndefinedVariable or ExpressionFailed."""


@dataclass(frozen=True)
class Literal(Node):
    """A number, a text, true, false or null."""

    value: object

    def evaluate(self, variables: Variables) -> object:  # noqa: ARG002 - the same for every node
        return self.value


@dataclass(frozen=True)
class Name(Node):
    """A variable."""

    name: str

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset({self.name})

    @property
    def root(self) -> str:
        return self.name

    @property
    def is_constant(self) -> bool:
        return False

    def evaluate(self, variables: Variables) -> object:
        if self.name not in variables:
            raise UndefinedVariable(self.name)
        return variables[self.name]


@dataclass(frozen=True)
class Item(Node):
    """`target.key` or `target[key]`: null where the target is null or has no such element."""

    target: Node
    key: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return self.target, self.key

    @property
    def root(self) -> str | None:
        return self.target.root

    def evaluate(self, variables: Variables) -> object:
        target, key = self.target.evaluate(variables), self.key.evaluate(variables)
        if target is None or key is None:
            return None
        if isinstance(target, dict) and isinstance(key, str):
            return target.get(key)
        if isinstance(target, list):
            index = values.without_decimals(key)
            if index is None:
                raise ExpressionFailed(Said("A position is a whole number"))
            return target[index] if 0 <= index < len(target) else None
        raise ExpressionFailed(Said("{kind} has no such element", kind=values.kind(target)))


@dataclass(frozen=True)
class Unary(Node):
    """An operation on one value: a sign, `size()`."""

    operation: Callable[[object], object]
    operand: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.operand,)

    def evaluate(self, variables: Variables) -> object:
        return self.operation(self.operand.evaluate(variables))


@dataclass(frozen=True)
class Binary(Node):
    """An operation on two values: a comparison, arithmetic, `contains(…)`."""

    operation: Callable[[object, object], object]
    left: Node
    right: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return self.left, self.right

    def evaluate(self, variables: Variables) -> object:
        return self.operation(self.left.evaluate(variables), self.right.evaluate(variables))


@dataclass(frozen=True)
class Call(Node):
    """A method of a text, a list or an object, with what is in its brackets."""

    method: Callable[..., object]
    target: Node
    arguments: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.target, *self.arguments

    def evaluate(self, variables: Variables) -> object:
        return self.method(*(child.evaluate(variables) for child in self.children))


@dataclass(frozen=True)
class List(Node):
    """`[a, 'b', 3]`, of texts, numbers and truth values."""

    elements: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.elements

    def evaluate(self, variables: Variables) -> object:
        found = [element.evaluate(variables) for element in self.elements]
        # Only what holds nothing else: a list in itself, again and again, would grow for ever.
        values.short_enough(sum(len(values.text(one)) for one in found if one is not None))
        return found


@dataclass(frozen=True)
class Variable(Node):
    """`execution.getVariable('x')`: null where the variable does not exist."""

    key: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.key,)

    @cached_property
    def names(self) -> frozenset[str]:
        return self.key.names | _written(self.key)

    @property
    def is_constant(self) -> bool:
        return False

    def evaluate(self, variables: Variables) -> object:
        return variables.get(values.text(self.key.evaluate(variables)))


@dataclass(frozen=True)
class Existence(Node):
    """`execution.hasVariable('x')`."""

    key: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.key,)

    @property
    def is_constant(self) -> bool:
        return False

    def evaluate(self, variables: Variables) -> object:
        return values.text(self.key.evaluate(variables)) in variables


def _written(key: Node) -> frozenset[str]:
    match key:
        case Literal(str() as name):
            return frozenset({name})
    return frozenset()


@dataclass(frozen=True)
class Empty(Node):
    """`empty x`: also true where the variable does not exist."""

    operand: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.operand,)

    def evaluate(self, variables: Variables) -> bool:
        root = self.operand.root
        if root is not None and root not in variables:
            return True
        return values.empty(self.operand.evaluate(variables))


@dataclass(frozen=True)
class Conjunction(Node):
    """`a and b and c`; evaluates no further than the first that is false."""

    operands: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.operands

    def evaluate(self, variables: Variables) -> bool:
        return all(values.boolean(operand.evaluate(variables)) for operand in self.operands)


@dataclass(frozen=True)
class Disjunction(Node):
    """`a or b or c`; evaluates no further than the first that is true."""

    operands: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        return self.operands

    def evaluate(self, variables: Variables) -> bool:
        return any(values.boolean(operand.evaluate(variables)) for operand in self.operands)


@dataclass(frozen=True)
class Choice(Node):
    """`condition ? chosen : otherwise`; evaluates only the one it takes."""

    condition: Node
    chosen: Node
    otherwise: Node

    @property
    def children(self) -> tuple[Node, ...]:
        return self.condition, self.chosen, self.otherwise

    def evaluate(self, variables: Variables) -> object:
        holds = values.boolean(self.condition.evaluate(variables))
        return (self.chosen if holds else self.otherwise).evaluate(variables)
