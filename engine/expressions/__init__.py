"""Conditions as modelers write them (`${a && b}`), with JUEL's rules and nothing of Python.

No evaluation takes unbounded time: a text has at most 2,000 characters, the language has no loop,
so each part is evaluated at most once, and no operation makes a value grow.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from engine.expressions import values
from engine.expressions.errors import ExpressionFailed, InvalidExpression, UndefinedVariable
from engine.expressions.grammar import read
from engine.expressions.nodes import Node

__all__ = [
    "Expression",
    "ExpressionFailed",
    "InvalidExpression",
    "UndefinedVariable",
    "compile_expression",
]


@dataclass(frozen=True, kw_only=True)
class Expression:
    """An expression that can be evaluated, with the text it was written as."""

    text: str
    _root: Node = field(repr=False, compare=False)

    @property
    def names(self) -> frozenset[str]:
        """The variables it uses."""
        return self._root.names

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


@contextmanager
def _naming(text: str) -> Iterator[None]:
    """Make a failure say which expression it was."""
    try:
        yield
    except ExpressionFailed as error:
        raise ExpressionFailed(f"{text}: {error}", expression=text) from error
    except RecursionError as error:  # two values compared that are nested a thousand deep
        problem = "a value is nested too deeply"
        raise ExpressionFailed(f"{text}: {problem}", expression=text) from error


@lru_cache(maxsize=1024)
def compile_expression(text: str) -> Expression:
    """Return the expression written as `${…}` or `#{…}`. Raises InvalidExpression."""
    return Expression(text=text, _root=read(text))
