"""Charts as coordinates: the template draws them as SVG, and shows the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 180
_LEFT, _TOP, _BOTTOM = 40, 10, 24
_MOST_LABELS = 13
"""So many stand beside each other without touching."""
_GAP = 0.3
"""Which part of a place stays empty."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle."""

    kind: str
    """The series that it belongs to."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A label, and where on its axis it stands."""

    at: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars over a time line."""

    width: int
    height: int
    left: int
    bottom: float
    bars: Sequence[Bar]
    along: Sequence[Tick]
    up: Sequence[Tick]


def stacked(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Return bars that stand on each other, one pile for each label."""
    totals = [sum(values[number] for _, values in series) for number in range(len(labels))]
    top = _round_top(max(totals, default=0))
    place, bars = _place(labels), []
    for number in range(len(labels)):
        below = 0
        for kind, values in series:
            bars.append(_bar(kind, (number * place, place), (below, below + values[number]), top))
            below += values[number]
    return _chart(labels, bars, top)


def grouped(labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Return bars beside each other, one group for each label."""
    top = _round_top(max((max(values, default=0) for _, values in series), default=0))
    place = _place(labels)
    part = place / len(series)
    bars = [
        _bar(kind, (number * place + index * part * (1 - _GAP / 2), part), (0, values[number]), top)
        for number in range(len(labels))
        for index, (kind, values) in enumerate(series)
    ]
    return _chart(labels, bars, top)


def _chart(labels: Sequence[str], bars: Sequence[Bar], top: int) -> Chart:
    place = _place(labels)
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        bottom=HEIGHT - _BOTTOM,
        bars=[bar for bar in bars if bar.height],
        along=[
            Tick(at=round(_LEFT + (number + 0.5) * place, 1), label=label)
            for number, label in enumerate(labels)
            if number % ceil(len(labels) / _MOST_LABELS) == 0
        ],
        up=[Tick(at=_height_of(value, top), label=str(value)) for value in (0, top // 2, top)],
    )


def _bar(kind: str, across: tuple[float, float], span: tuple[int, int], top: int) -> Bar:
    x, room = across
    low, high = (_height_of(value, top) for value in span)
    return Bar(
        kind=kind,
        x=round(_LEFT + x + room * _GAP / 2, 1),
        y=high,
        width=round(room * (1 - _GAP), 1),
        height=round(low - high, 1),
    )


def _height_of(value: int, top: int) -> float:
    """Return where a value stands, from the upper edge."""
    return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / top), 1)


def _place(labels: Sequence[str]) -> float:
    return (WIDTH - _LEFT) / max(len(labels), 1)


def _round_top(highest: int) -> int:
    """Return an even number at least that high, round to the eye: 2, 4, 10, 20, 40, 100, …"""
    scale = 1
    while True:
        for step in (2, 4, 10):
            if step * scale >= highest:
                return step * scale
        scale *= 10
