"""Repeating intervals, in the four ways in which ISO 8601 writes them."""

from datetime import datetime

import pytest

from engine.cycles import Cycle, InvalidCycle
from engine.durations import Duration

HOUR = Duration(seconds=3600)
NOON = datetime.fromisoformat("2030-01-01T12:00:00")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("R3/PT1H", None),
        ("R3/2030-01-01T12:00:00/PT1H", NOON),
        ("R3/2030-01-01T12:00:00/2030-01-01T13:00:00", NOON),
        ("R3/PT1H/2030-01-01T14:00:00", NOON),
    ],
)
def test_a_repeating_interval_may_name_its_start_its_end_both_or_none(
    text: str, start: datetime | None
) -> None:
    assert Cycle.parse(text) == Cycle(times=3, start=start, interval=HOUR)


@pytest.mark.parametrize(
    "text",
    [
        "PT1H",
        "R/",
        "R0/PT1H",
        "R9999999/PT1H",
        "R3/PT1H/PT1H",
        "R/PT1H/2030-01-01T14:00:00",
        "R3/P1M/2030-01-01T14:00:00",
        "R999999/P3000D/2030-01-01T14:00:00",
        "R3/2030-01-01T13:00:00/2030-01-01T12:00:00",
        "R3/2030-01-01T13:00:00Z/2030-01-01T14:00:00",
        "R3/PT1H/2030-01-01/PT1H",
        "R3/besok/PT1H",
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidCycle):
        Cycle.parse(text)
