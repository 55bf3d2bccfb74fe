"""When the timers of a diagram are due."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.bpmn.program import Clock
from engine.durations import Duration
from engine.errors import Invalid
from engine.workflow import moments, steps
from engine.workflow.moments import Due, Moment
from tests.clock import WEDNESDAY_MORNING
from tests.unit.small_diagrams import arrows, source
from tests.unit.workflow_diagrams import Play, compiled

NOW = WEDNESDAY_MORNING
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAKASSAR = timezone(8 * HOUR)


def due(_: str, duration: Duration, start: datetime) -> datetime:
    """Return when a duration is over where the office is always open."""
    return start + timedelta(days=duration.days, seconds=duration.seconds)


def first(clock: Clock, text: str) -> Due:
    """Return when a timer fires that begins to wait now."""
    return moments.first(Moment(now=NOW, due=due, zone=MAKASSAR), "t", clock, text)


def test_a_duration_counts_from_now() -> None:
    assert first(Clock.DURATION, "PT2H") == Due(at=NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00:00+07:00", datetime(2026, 11, 23, 1, tzinfo=UTC)),
        ("2026-11-23T08:00", datetime(2026, 11, 23, 0, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 22, 16, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_that_of_the_office(text: str, at: datetime) -> None:
    assert first(Clock.DATE, text) == Due(at=at)


@pytest.mark.parametrize("text", ["soon", "", "None", "0001-01-01T00:00+14:00", "2026-02-30"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        first(Clock.DATE, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R3/PT1H", Due(at=NOW + HOUR, left=2)),
        ("R/PT1H", Due(at=NOW + HOUR, left=None)),
        ("R1/2030-01-01T00:00Z/P1D", Due(at=datetime(2030, 1, 1, tzinfo=UTC), left=0)),
    ],
)
def test_a_cycle_knows_how_often_it_still_fires(text: str, expected: Due) -> None:
    assert first(Clock.CYCLE, text) == expected


def test_a_cycle_for_ever_that_began_in_the_past_fires_at_its_next_time() -> None:
    start = NOW - 3 * DAY - HOUR
    assert first(Clock.CYCLE, f"R/{start.isoformat()}/P1D").at == NOW + DAY - HOUR


def test_a_counted_cycle_that_began_in_the_past_fires_at_once() -> None:
    start = NOW - 3 * DAY
    assert first(Clock.CYCLE, f"R2/{start.isoformat()}/P1D") == Due(at=start, left=1)


@pytest.mark.parametrize(
    ("slept", "expected"),
    [(HOUR, DAY), (5 * DAY, 6 * DAY - HOUR), (2000 * DAY, 2001 * DAY)],
    ids=["in time", "after some days", "after years"],
)
def test_what_was_due_while_nobody_was_there_is_left_out(
    slept: timedelta, expected: timedelta
) -> None:
    before = Due(at=NOW - HOUR if slept != HOUR else NOW, left=None)
    after = moments.following(Moment(now=NOW + slept, due=due), "t", "R/P1D", before)
    assert after == Due(at=NOW + expected, left=None)


def test_a_cycle_ends_after_its_last_time() -> None:
    moment = Moment(now=NOW, due=due)
    assert moments.following(moment, "t", "R2/PT1H", Due(at=NOW, left=0)) is None
    assert moments.following(moment, "t", "R2/PT1H", Due(at=NOW, left=1)) == Due(at=NOW + HOUR)


def test_a_moved_timer_fires_when_it_was_moved_to_and_as_often() -> None:
    inside = (
        '<startEvent id="s"/><userTask id="a"/>'
        '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
        f"<timeCycle>R2/PT1H</timeCycle></timerEventDefinition></boundaryEvent>{arrows('s', 'a')}"
    )
    case = Play(compiled(source(inside))).start()
    assert case.last.state is not None
    moved, timers = steps.move_timers(
        case.specification, case.last.state, lambda timer: timer.due_at + 5 * HOUR
    )
    assert [timer.due_at for timer in timers] == [NOW + 6 * HOUR]
    case.wait(hours=2).resume(moved)
    assert case.timers == {"t": NOW + 6 * HOUR}
    case.wait(hours=5).fire()
    assert case.timers == {"t": NOW + 7 * HOUR}
    case.wait(hours=2).fire()
    assert case.timers == {}
