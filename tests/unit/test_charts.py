"""Charts are the numbers to scale."""

from itertools import pairwise

import pytest

from api.pages.charts import grouped, stacked

LABELS = ("a", "b", "c")


def test_bars_are_as_high_as_their_numbers() -> None:
    chart = grouped(LABELS, [("x", [10, 5, 0]), ("y", [0, 0, 1])])
    heights = [(bar.kind, bar.height) for bar in chart.bars]
    full = chart.bottom - min(bar.y for bar in chart.bars)
    assert [kind for kind, _ in heights] == ["x", "x", "y"]
    assert [high for _, high in heights] == pytest.approx([full, full / 2, full / 10], abs=0.1)
    assert all(bar.y + bar.height == pytest.approx(chart.bottom) for bar in chart.bars)


def test_piles_stand_on_each_other() -> None:
    chart = stacked(LABELS, [("x", [3, 0, 0]), ("y", [1, 0, 0])])
    below, above = chart.bars
    assert above.y + above.height == pytest.approx(below.y)
    assert below.height == pytest.approx(3 * above.height, abs=0.2)


def test_bars_stay_within_the_chart_and_apart() -> None:
    numbers = [7, 123, 4_567]
    for chart in (
        grouped(LABELS, [("x", numbers), ("y", numbers[::-1])]),
        stacked(LABELS, [("x", numbers), ("y", numbers)]),
    ):
        assert all(chart.left <= bar.x and bar.x + bar.width <= chart.width for bar in chart.bars)
        assert all(0 <= bar.y <= chart.bottom for bar in chart.bars)
        assert [tick.label for tick in chart.along] == list(LABELS)
    spans = sorted((bar.x, bar.x + bar.width) for bar in grouped(LABELS, [("x", numbers)]).bars)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_no_numbers_are_no_bars() -> None:
    assert stacked(LABELS, [("x", [0, 0, 0])]).bars == []
    assert stacked((), [("x", [])]).along == []
