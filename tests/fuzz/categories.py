"""From a seed and a number to an input: always the same one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.fuzz import formulas
from tests.fuzz.grown import grow
from tests.fuzz.mutations import spoil_bytes, spoil_tree
from tests.fuzz.trials import try_diagram, try_expression
from tests.unit.bpmn_diagrams import VALID

_ROOT = Path(__file__).parents[2]
_PLACES = ("processes", "tests/data")


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of the fuzz."""

    category: str
    source: bytes
    """A diagram, or the text of an expression."""
    random: Random
    """Decides what is done with it."""

    def try_it(self) -> str:
        """Return what came of it. Raises whatever is no answer."""
        if self.category == "expression":
            return try_expression(self.source.decode(), self.random)
        return try_diagram(self.source, self.random)


@cache
def corpus() -> tuple[bytes, ...]:
    """Return the diagrams that are spoilt: those of the office and of the tests."""
    paths = sorted(path for place in _PLACES for path in (_ROOT / place).rglob("*.bpmn"))
    return (VALID.encode(), *(path.read_bytes() for path in paths))


def made(seed: int, number: int) -> Input:
    """Return the input of that number."""
    random = Random(f"{seed} {number}")  # noqa: S311 — reproducible, not secret
    category, make = _CATEGORIES[number % len(_CATEGORIES)]
    source = make(random)
    return Input(category=category, source=source, random=Random(f"play {seed} {number}"))  # noqa: S311 — the same


def _expression(random: Random) -> bytes:
    return formulas.expression(random).encode()


def _spoilt_bytes(random: Random) -> bytes:
    return spoil_bytes(random, random.choice(corpus()))


def _spoilt_tree(random: Random) -> bytes:
    return spoil_tree(random, random.choice(corpus()))


def _spoilt_grown(random: Random) -> bytes:
    return spoil_tree(random, grow(random))


_CATEGORIES: tuple[tuple[str, Callable[[Random], bytes]], ...] = (
    ("grown", grow),
    ("spoilt tree", _spoilt_tree),
    ("grown", grow),
    ("spoilt grown", _spoilt_grown),
    ("spoilt bytes", _spoilt_bytes),
    ("expression", _expression),
)
