"""Expressions as modelers write them (`${a && b}`), with JUEL's rules and nothing of Python.

No evaluation takes unbounded time: a text has at most 2,000 characters, the language has no loop,
so each part is evaluated at most once, and no operation makes a value grow beyond 32,768
characters.

A condition is one expression. Where a value is written (a timer, a script, the number of a
multi-instance), a text may have several in it: `PT${jam}H`.

Left out of EL 2.2 are functions (`now()`, `dateTime()`: what an expression says depends on the
variables alone) and beans; of Java's methods those that need patterns.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.errors import Said
from engine.expressions import composites, values
from engine.expressions.composites import is_composite
from engine.expressions.errors import ExpressionFailed, InvalidExpression, UndefinedVariable
from engine.expressions.grammar import read
from engine.expressions.nodes import Literal, Node
from engine.expressions.recent import Recent
from engine.expressions.uses import Comparison, comparisons, truths

__all__ = [
    "Comparison",
    "Composite",
    "Expression",
    "ExpressionFailed",
    "InvalidExpression",
    "UndefinedVariable",
    "compile_composite",
    "compile_expression",
    "is_composite",
]

_LONGEST_COMPOSITE = 10_000
_KEPT = 300_000
"""Characters of compiled texts that are kept: more than any one diagram may have."""


@dataclass(frozen=True, kw_only=True)
class Expression:
    """An expression that can be evaluated, with the text it was written as."""

    text: str
    _root: Node = field(repr=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """The variables it uses."""
        return self._root.names

    @property
    def is_constant(self) -> bool:
        """Whether it has the same value in every case."""
        return self._root.is_constant

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What its variables are compared with."""
        return tuple(comparisons(self._root))

    @property
    def truths(self) -> frozenset[str]:
        """The variables that it takes for true or false."""
        return frozenset(truths(self._root))

    def evaluate(self, variables: Mapping[str, object]) -> object:
        """Return the value.

        Raises:
            UndefinedVariable: a variable that is needed does not exist.
            ExpressionFailed: the values do not fit: no number, division by zero, too large.
        """
        with _naming(self.text):
            return self._root.evaluate(variables)

    def test(self, variables: Mapping[str, object]) -> bool:
        """Return whether the condition holds: null and every text but "true" are false.

        Raises what `evaluate` raises, and ExpressionFailed for a number, a list or an object.
        """
        with _naming(self.text):
            return values.boolean(self._root.evaluate(variables))


@dataclass(frozen=True, kw_only=True)
class Composite:
    """A text with expressions in it."""

    text: str
    _parts: tuple[Node, ...] = field(repr=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """The variables it uses."""
        return frozenset[str]().union(*(part.names for part in self._parts))

    @property
    def is_constant(self) -> bool:
        """Whether it has the same value in every case."""
        return all(part.is_constant for part in self._parts)

    def evaluate(self, variables: Mapping[str, object]) -> object:
        """Return the value of the only expression in it, else the text with all of them filled in.

        Null is filled in as nothing. Raises what `Expression.evaluate` raises, and
        ExpressionFailed for a list or an object in the middle of a text.
        """
        with _naming(self.text):
            found = [part.evaluate(variables) for part in self._parts]
            if len(found) == 1:
                return found[0]
            texts = ["" if one is None else values.text(one) for one in found]
            values.short_enough(sum(map(len, texts)))
            return "".join(texts)


@contextmanager
def _naming(text: str) -> Iterator[None]:
    """Make a failure say which expression it was."""
    try:
        yield
    except ExpressionFailed as error:
        raise ExpressionFailed(
            Said("{text}: {error}", text=text, error=error), expression=text
        ) from error
    except RecursionError as error:  # two values compared that are nested a thousand deep
        problem = "a value is nested too deeply"
        raise ExpressionFailed(
            Said("{text}: {problem}", text=text, problem=problem), expression=text
        ) from error


def compile_expression(text: str) -> Expression:
    """Return the expression written as `${…}` or `#{…}`. Raises InvalidExpression."""
    return _expressions(text)


def compile_composite(text: str) -> Composite:
    """Return the text with its expressions. Raises InvalidExpression for one of them."""
    return _composites(text)


def _compile_expression(text: str) -> Expression:
    return Expression(text=text, _root=read(text))


def _compile_composite(text: str) -> Composite:
    if len(text) > _LONGEST_COMPOSITE:
        raise InvalidExpression(
            Said(
                "A text has at most {longest_composite} characters",
                longest_composite=_LONGEST_COMPOSITE,
            )
        )
    found = (
        read(part) if is_expression else Literal(part)
        for part, is_expression in composites.parts(text)
    )
    return Composite(text=text, _parts=tuple(found))


_expressions = Recent(_compile_expression, characters=_KEPT)
_composites = Recent(_compile_composite, characters=_KEPT)
