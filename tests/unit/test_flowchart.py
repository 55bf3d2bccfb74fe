"""The lines of a flow chart: each leads from its source to its target, and none seems to join."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.pages.flowchart import BOTTOM, TOP, Chart, Piece, Port, Side, Y, lay_out

Point = tuple[float, float]
Segment = tuple[Point, Point]
Lead = tuple[int, int]
UNDER_A_SYMBOL = 0.1
"""Of the height of a row: lines may do there what they like."""


@st.composite
def charts(draw: st.DrawFn) -> tuple[list[int], int, list[Lead]]:
    """Draw columns for symbols, how many columns there are, and leads between rows."""
    columns = draw(st.integers(1, 6))
    place = draw(st.lists(st.integers(0, columns - 1), min_size=1, max_size=12))
    row = st.integers(0, len(place) - 1)
    return place, columns, draw(st.lists(st.tuples(row, row), unique=True, max_size=20))


def down(row: int, y: Y) -> float:
    """Return how far below the top of the table a place in a row is, in rows."""
    return row + {TOP: 0.0, BOTTOM: 1.0}[y] if isinstance(y, str) else row + 0.5 + y / 1000


def segments(chart: Chart) -> Iterator[tuple[int, Segment]]:
    """Yield what is drawn, in rows and columns, with the row that it leads to."""
    for (row, column), pieces in chart.pieces.items():
        for one in pieces:
            start = (column + one.x1 / 100, down(row, one.y1))
            yield one.target, (start, (column + one.x2 / 100, down(row, one.y2)))


def touches(point: Point, segment: Segment) -> bool:
    """Return whether a point is on a segment."""
    (x1, y1), (x2, y2) = segment
    x, y = point
    close = 1e-9
    return (
        min(x1, x2) - close <= x <= max(x1, x2) + close
        and min(y1, y2) - close <= y <= max(y1, y2) + close
    )


def meet(one: Segment, other: Segment) -> list[Point]:
    """Return the ends of either that are on the other; lines that cross have none."""
    on_other = [point for point in one if touches(point, other)]
    return on_other + [point for point in other if touches(point, one)]


def reached(start: Point, drawn: list[Segment]) -> set[Segment]:
    """Return the segments that hang together with a point."""
    waiting = [one for one in drawn if touches(start, one)]
    found = set(waiting)
    while waiting:
        last = waiting.pop()
        new = {one for one in drawn if one not in found and meet(last, one)}
        found |= new
        waiting += new
    return found


def at(place: list[int], row: int, port: Port) -> Point:
    """Return where a line begins or ends: in the middle of its symbol, or on a level of it."""
    return place[row] + 0.5, down(row, port.y)


def is_under_a_symbol(place: list[int], point: Point) -> bool:
    """Return whether a point is in the middle of a cell that has a symbol."""
    x, y = point
    row = int(y)
    return row < len(place) and x == place[row] + 0.5 and abs(y - row - 0.5) <= UNDER_A_SYMBOL


REFERENCE = ([0, 2, 3, 3, 2, 2, 1, 1, 0, 3], 4)
REFERENCE_LEADS = [(n, n + 1) for n in range(9)] + [(6, 5), (8, 5)]


@given(charts())
@example((*REFERENCE, REFERENCE_LEADS))
def test_every_line_leads_from_its_source_to_its_target(
    drawn: tuple[list[int], int, list[Lead]],
) -> None:
    place, columns, leads = drawn
    chart = lay_out(place, columns, leads)
    assert chart.exits.keys() == set(leads)
    assert chart.arrows.keys() == {target for _, target in leads}
    found = list(segments(chart))
    for source, target in leads:
        to_target = [segment for leads_to, segment in found if leads_to == target]
        hanging = reached(at(place, source, chart.exits[source, target]), to_target)
        ends = [at(place, target, port) for port in chart.arrows[target]]
        assert any(touches(end, one) for end in ends for one in hanging), (source, target)
        assert hanging == set(to_target)


@given(charts())
@example((*REFERENCE, REFERENCE_LEADS))
def test_lines_to_different_targets_cross_but_never_meet(
    drawn: tuple[list[int], int, list[Lead]],
) -> None:
    place, columns, leads = drawn
    found = list(segments(lay_out(place, columns, leads)))
    for (one_target, one), (other_target, other) in combinations(found, 2):
        if one_target != other_target:
            assert all(is_under_a_symbol(place, point) for point in meet(one, other))


@given(charts())
def test_no_line_runs_through_a_symbol_that_is_not_its_own(
    drawn: tuple[list[int], int, list[Lead]],
) -> None:
    place, columns, leads = drawn
    for target, segment in segments(lay_out(place, columns, leads)):
        own = {target, *(source for source, to in leads if to == target)}
        for row, column in enumerate(place):
            if row not in own:
                assert not touches((column + 0.5, row + 0.5), segment)
                (x1, y1), (x2, y2) = segment
                is_in_cell = column <= x1 <= column + 1 and column <= x2 <= column + 1
                assert not (is_in_cell and row <= min(y1, y2) and max(y1, y2) <= row + 1)


def test_a_step_below_is_reached_straight_and_one_back_from_beside() -> None:
    place, columns = REFERENCE
    chart = lay_out(place, columns, REFERENCE_LEADS)
    assert chart.exits[2, 3] == Port(Side.BELOW)
    assert chart.exits[0, 1] == Port(Side.RIGHT)
    assert {port.side for port in chart.arrows[5]} == {Side.ABOVE, Side.LEFT}
    assert chart.pieces[1, 2][0] == Piece(1, 50.0, TOP, 50.0, 0)
    assert (chart.beside[Side.LEFT] > 0, chart.beside[Side.RIGHT]) == (True, 0)


def test_lines_back_to_one_step_share_a_track_and_others_do_not() -> None:
    to_one = lay_out([0] * 6, 1, [(3, 1), (5, 1)])
    nested = lay_out([0] * 6, 1, [(3, 2), (5, 1)])
    apart = lay_out([0] * 6, 1, [(2, 1), (5, 4)])
    widths = [sum(chart.beside.values()) for chart in (to_one, nested, apart)]
    assert widths[0] == widths[2] < widths[1]


@pytest.mark.parametrize("rows", [100, 200])
def test_pieces_grow_with_rows_and_lines_only(rows: int) -> None:
    place = [row * 7 % 12 for row in range(rows)]
    leads = [(row, row + 1) for row in range(rows - 1)]
    leads += [(row, row - 3) for row in range(3, rows, 4)]
    chart = lay_out(place, 12, leads)
    assert sum(map(len, chart.pieces.values())) < 20 * len(leads)
    assert sum(chart.beside.values()) < 100
