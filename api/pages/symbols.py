"""The marks of a flow chart in pixels: symbols, lines, heads of arrows, labels.

Across, lines are in percent of their cell; all else is in pixels from the middle of a cell.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from api.pages.flowchart import BOTTOM, TOP, Piece, Port, Side, Y
from engine.bpmn.procedure import Shape

_ARROW: Final = (5, 8)
"""Half the width, and the length, of the head of an arrow."""
_PAST_THE_EDGE: Final = {0: "-2%", 100: "102%", TOP: "-52%", BOTTOM: "52%"}
"""So that lines join across the borders of cells."""
_WIDE: Final = {Shape.CAPSULE: (52, 26), Shape.RECTANGLE: (52, 26), Shape.DIAMOND: (56, 34)}
_NARROW: Final = {Shape.CAPSULE: (38, 22), Shape.RECTANGLE: (38, 22), Shape.DIAMOND: (40, 28)}
"""Width and height, for few columns and for many."""


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """What stands in the cell of an actor."""

    shape: Shape
    width: float
    height: float

    def flank(self, y: float) -> float:
        """Return how far the outline is from the middle, so far below it."""
        half = self.width / 2
        if self.shape is Shape.DIAMOND:
            return half * (1 - abs(y) * 2 / self.height)
        if self.shape is Shape.CAPSULE:
            radius = self.height / 2
            return half - radius + sqrt(max(0, radius**2 - y**2))
        return half


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line in a cell, in percent of it and pixels from the middle of its left edge."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """The case in which a line is taken, written beside where it leaves its symbol."""

    x: float
    y: float
    anchor: str
    text: str


def symbol(shape: Shape, *, is_narrow: bool, farthest: float) -> Symbol:
    """Return a symbol whose flanks reach the farthest line that meets them."""
    width, height = (_NARROW if is_narrow else _WIDE)[shape]
    needed = (4 if shape is Shape.DIAMOND else 2) * farthest + 16
    return Symbol(shape=shape, width=width, height=max(height, needed))


def line(piece: Piece) -> Line:
    """Return a piece of a line, a little longer than its cell where it goes on."""
    return Line(x1=_across(piece.x1), y1=_down(piece.y1), x2=_across(piece.x2), y2=_down(piece.y2))


def _across(x: float) -> str:
    return _PAST_THE_EDGE.get(x, f"{x:g}%")


def _down(y: Y) -> str:
    return _PAST_THE_EDGE[y] if isinstance(y, str) else f"{y:g}"


def head(symbol: Symbol, port: Port) -> str:
    """Return the corners of the head of an arrow that touches a symbol."""
    half, long = _ARROW
    if port.side is Side.ABOVE:
        top = -symbol.height / 2
        corners = [(0.0, top), (-half, top - long), (half, top - long)]
    else:
        sign = -1 if port.side is Side.LEFT else 1
        x = sign * symbol.flank(port.y)
        corners = [(x, port.y), (x + sign * long, port.y - half), (x + sign * long, port.y + half)]
    return " ".join(f"{x:g},{y:g}" for x, y in corners)


def label(symbol: Symbol, port: Port, text: str) -> Label:
    """Return what stands beside a line where it leaves its symbol."""
    if port.side is Side.BELOW:
        return Label(x=4, y=symbol.height / 2 + 10, anchor="start", text=text)
    sign, anchor = (-1, "end") if port.side is Side.LEFT else (1, "start")
    beside = -3 if port.y <= 0 else 10
    return Label(x=sign * (symbol.flank(port.y) + 3), y=port.y + beside, anchor=anchor, text=text)
