"""What happens where a condition speaks of a variable that nobody has written."""

import pytest

from engine.expressions import UndefinedVariable
from tests.unit.workflow_diagrams import play

WAYS = [("start > a > xor1", "xor1"), ("start > a", "a")]
"""A gateway chooses, or the task itself."""


@pytest.mark.parametrize(("way", "choosing"), WAYS)
def test_with_a_default_flow_the_history_says_which_variable_was_missing(
    way: str, choosing: str
) -> None:
    case = play(way, f"{choosing} [x == 2] > b > end", f"{choosing} [else] > end")
    case.complete("a")
    assert case.ended
    notes = [visit.detail for visit in case.visits if visit.element_id == choosing]
    assert notes == [{"undefined_variable": "x"}]


@pytest.mark.parametrize(("way", "choosing"), WAYS)
def test_without_a_default_flow_the_task_is_not_completed(way: str, choosing: str) -> None:
    case = play(way, f"{choosing} [x == 2] > b > end", f"{choosing} [x == 1] > end")
    with pytest.raises(UndefinedVariable):
        case.complete("a")
    assert case.open == ["a"]


@pytest.mark.parametrize(("way", "choosing"), WAYS)
def test_nothing_is_noted_where_another_condition_holds(way: str, choosing: str) -> None:
    case = play(
        way,
        f"{choosing} [x == 2] > b > end",
        f"{choosing} [y == true] > c > end",
        f"{choosing} [else] > end",
    )
    case.complete("a", y=True)
    assert case.open == ["c"]
    assert not [visit.detail for visit in case.visits if visit.detail]
