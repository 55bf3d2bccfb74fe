"""Lays out the lines of a flow chart in the cells of a table, whatever height its rows have.

Each row has one symbol, in the middle of the cell of its column. A line to the next symbol of a
column runs down the middle of it; any other, such as one back, runs along a track beside the
columns and into the flank of its target. Lines to the same target share its track and run together.
Lines to different ones never lie on each other, nor does one end or turn on another: they cross.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

TOP: Final = "top"
BOTTOM: Final = "bottom"
"""The upper and the lower edge of a cell."""
SPACING: Final = 10
"""Between lines that leave or reach the same flank, in pixels."""
BESIDE: Final = 28
"""From the columns to the first of the tracks, in pixels: what is written at an exit fits there."""
_MIDDLE: Final = 50.0

Y = float | str
"""Pixels below the middle of the row, or an edge: cells beside each other have the same height."""


class Side(StrEnum):
    """Where a line meets its symbol."""

    ABOVE = "above"
    BELOW = "below"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, order=True)
class Piece:
    """What can be seen of lines to one target in one cell: level or upright."""

    target: int
    x1: float
    y1: Y
    x2: float
    y2: Y
    """Across in hundredths of the width of the cell."""


@dataclass(frozen=True)
class Port:
    """Where a line meets a symbol."""

    side: Side
    y: float = 0
    """Pixels below the middle."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The lines of a flow chart."""

    columns: int
    beside: Mapping[Side, int]
    """How wide the tracks at the left and at the right of the columns are in pixels; 0 is none."""
    pieces: Mapping[tuple[int, int], Sequence[Piece]]
    """By row and column; -1 is beside the columns at the left, `columns` at the right."""
    exits: Mapping[tuple[int, int], Port]
    """By source and target: where the line leaves its source."""
    arrows: Mapping[int, Sequence[Port]]
    """By target: where lines reach it."""


def lay_out(place: Sequence[int], columns: int, leads: Sequence[tuple[int, int]]) -> Chart:
    """Return the lines for rows with their symbols in these columns; each lead is there once."""
    return _Layout(place=place, columns=columns, leads=leads).chart()


@dataclass
class _Layout:
    place: Sequence[int]
    columns: int
    leads: Sequence[tuple[int, int]]
    pieces: defaultdict[tuple[int, int], set[Piece]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def chart(self) -> Chart:
        """Return all of it."""
        straight = [lead for lead in self.leads if self._is_straight(*lead)]
        around = _Around(self, [lead for lead in self.leads if not self._is_straight(*lead)])
        levels = self._levels(straight, around)
        exits = {}
        for lead in straight:
            exits[lead] = port = self._exit(lead, self._side_of(lead), levels)
            self._draw_straight(lead, port)
        for lead in around.leads:
            exits[lead] = port = self._exit(lead, around.side[lead[1]], levels)
            self._draw_around(lead, port, levels[lead[1], None], around)
        arrows = {target: {Port(Side.ABOVE)} for _, target in straight}
        for target, side in around.side.items():
            arrows.setdefault(target, set()).add(Port(side, levels[target, None]))
        return Chart(
            columns=self.columns,
            beside={side: _width(tracks) for side, tracks in around.tracks.items()},
            pieces={cell: sorted(found, key=repr) for cell, found in self.pieces.items()},
            exits=exits,
            arrows={row: sorted(ports, key=repr) for row, ports in arrows.items()},
        )

    def _is_straight(self, source: int, target: int) -> bool:
        """Return whether the column of the target is free down to it."""
        return source < target and self.place[target] not in self.place[source + 1 : target]

    def _side_of(self, lead: tuple[int, int]) -> Side:
        """Return where a straight line leaves its source."""
        source, target = (self.place[row] for row in lead)
        if source == target:
            return Side.BELOW
        return Side.LEFT if target < source else Side.RIGHT

    def _levels(
        self, straight: Sequence[tuple[int, int]], around: "_Around"
    ) -> dict[tuple[int, int | None], float]:
        """Return the height of each level line by its row and its target, None: into this row.

        What comes in lies above what goes out, and what goes farther above what goes less far: so
        the lines of one flank do not cross each other.
        """
        flanks: defaultdict[tuple[int, Side], list[tuple[int, int | None]]] = defaultdict(list)
        for target, side in around.side.items():
            flanks[target, side].append((-2 * self.columns, None))
        for source, target in around.leads:
            flanks[source, around.side[target]].append((-self.columns, target))
        for lead in straight:
            source, target = lead
            if (side := self._side_of(lead)) is not Side.BELOW:
                far = abs(self.place[source] - self.place[target])
                flanks[source, side].append((-far, target))
        found = {}
        for (row, _), lines in flanks.items():
            lines.sort(key=lambda line: line[0])
            for number, (_, target_or_none) in enumerate(lines):
                found[row, target_or_none] = (number - (len(lines) - 1) / 2) * SPACING
        return found

    def _exit(
        self,
        lead: tuple[int, int],
        side: Side,
        levels: Mapping[tuple[int, int | None], float],
    ) -> Port:
        return Port(side) if side is Side.BELOW else Port(side, levels[lead])

    def _draw_straight(self, lead: tuple[int, int], port: Port) -> None:
        source, target = lead
        column = self.place[target]
        if port.side is not Side.BELOW:
            self._level(target, (source, port.y), (self.place[source], _MIDDLE), (column, _MIDDLE))
        self._upright(target, (column, _MIDDLE), (source, port.y), (target, 0))

    def _draw_around(
        self, lead: tuple[int, int], port: Port, entry: float, around: "_Around"
    ) -> None:
        source, target = lead
        track = around.track(target)
        self._level(target, (source, port.y), (self.place[source], _MIDDLE), track)
        self._upright(target, track, (source, port.y), (target, entry))
        self._level(target, (target, entry), (self.place[target], _MIDDLE), track)

    def _level(
        self,
        target: int,
        at: tuple[int, float],
        start: tuple[int, float],
        end: tuple[int, float],
    ) -> None:
        """Draw a line in a row, between two columns and the places in them."""
        row, y = at
        (left, x1), (right, x2) = sorted((start, end))
        for column in range(left, right + 1):
            begin = x1 if column == left else 0.0
            stop = x2 if column == right else 100.0
            self.pieces[row, column].add(Piece(target, begin, y, stop, y))

    def _upright(
        self,
        target: int,
        at: tuple[int, float],
        start: tuple[int, float],
        end: tuple[int, float],
    ) -> None:
        """Draw a line in a column, between two rows and the heights in them."""
        column, x = at
        (above, y1), (below, y2) = sorted((start, end))
        for row in range(above, below + 1):
            begin: Y = y1 if row == above else TOP
            stop: Y = y2 if row == below else BOTTOM
            self.pieces[row, column].add(Piece(target, x, begin, x, stop))


class _Around:
    """The lines that run beside the columns: on which side, and in which track."""

    def __init__(self, layout: _Layout, leads: Sequence[tuple[int, int]]) -> None:
        self.leads = leads
        self._columns = layout.columns
        self.side = {target: self._nearer(layout, target) for _, target in leads}
        """By target."""
        self._track: dict[int, int] = {}
        self.tracks = {side: self._share(side) for side in (Side.LEFT, Side.RIGHT)}

    def track(self, target: int) -> tuple[int, float]:
        """Return the column, and the place in it, of the track that leads to a target."""
        side = self.side[target]
        place = (BESIDE + self._track[target] * SPACING) * 100 / _width(self.tracks[side])
        return (-1, 100 - place) if side is Side.LEFT else (self._columns, place)

    def _nearer(self, layout: _Layout, target: int) -> Side:
        rows = [target, *(source for source, to in self.leads if to == target)]
        at = [layout.place[row] for row in rows]
        return Side.LEFT if sum(at) < sum(layout.columns - 1 - one for one in at) else Side.RIGHT

    def _share(self, side: Side) -> int:
        """Give each target of a side a track, the shortest the innermost; return their number."""
        taken: list[list[range]] = []
        spans = [span for span in self._spans() if self.side[span[1]] is side]
        for rows, target in sorted(spans, key=lambda span: (len(span[0]), span[1])):
            free = (
                number
                for number, others in enumerate(taken)
                if all(rows.stop <= other.start or other.stop <= rows.start for other in others)
            )
            number = next(free, len(taken))
            if number == len(taken):
                taken.append([])
            taken[number].append(rows)
            self._track[target] = number
        return len(taken)

    def _spans(self) -> Iterator[tuple[range, int]]:
        """Yield the rows that the lines to a target pass, for each target."""
        for target in self.side:
            rows = [target, *(source for source, to in self.leads if to == target)]
            yield range(min(rows), max(rows) + 1), target


def _width(tracks: int) -> int:
    return BESIDE + tracks * SPACING if tracks else 0
