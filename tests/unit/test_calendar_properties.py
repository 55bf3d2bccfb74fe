"""The calendar against a slow model that walks minute by minute and knows no shortcuts."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import Calendar
from engine.durations import Duration
from tests.unit.calendar_model import Model, aware, durations, offices, properties, starts, times

units = st.sampled_from(["days", "weeks", "seconds"])
open_times = st.integers(0, 200_000_000_000).map(lambda n: timedelta(microseconds=n))


@properties
@given(offices, starts, durations() | times)
def test_a_deadline_is_what_counting_minute_by_minute_gives(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, model = office
    due = calendar.due(aware(calendar, start), duration)
    assert due.tzinfo is UTC
    assert calendar.local(due).replace(tzinfo=None) == model.due(start, duration)


@properties
@given(offices, starts, durations())
def test_a_deadline_is_never_outside_open_time(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, model = office
    due = calendar.due(aware(calendar, start), duration)
    assert calendar.is_open(due)
    assert model.inside(calendar.local(due).replace(tzinfo=None))
    assert due > aware(calendar, start)


@properties
@given(offices, starts)
def test_an_office_is_open_when_the_minute_before_or_after_is(
    office: tuple[Calendar, Model], moment: datetime
) -> None:
    calendar, model = office
    assert calendar.is_open(aware(calendar, moment)) == model.inside(moment)


@properties
@given(offices, st.tuples(starts, starts), units, st.integers(1, 40))
def test_what_starts_later_is_not_due_earlier(
    office: tuple[Calendar, Model], pair: tuple[datetime, datetime], unit: str, count: int
) -> None:
    calendar, _ = office
    earlier, later = (aware(calendar, start) for start in sorted(pair))
    duration = Duration(**{unit: count * (600 if unit == "seconds" else 1)})
    assert calendar.due(earlier, duration) <= calendar.due(later, duration)


@properties
@given(
    offices,
    starts,
    st.sampled_from(["months", "days", "weeks", "seconds"]),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_what_may_take_longer_is_not_due_earlier(
    office: tuple[Calendar, Model], start: datetime, unit: str, pair: tuple[int, int]
) -> None:
    calendar, _ = office
    shorter, longer = sorted(pair)
    first = calendar.due(aware(calendar, start), Duration(**{unit: shorter}))
    assert first <= calendar.due(aware(calendar, start), Duration(**{unit: longer}))


@properties
@given(offices, starts, st.integers(1, 150_000))
def test_the_open_time_up_to_a_deadline_is_the_duration(
    office: tuple[Calendar, Model], start: datetime, seconds: int
) -> None:
    calendar, _ = office
    due = calendar.due(aware(calendar, start), Duration(seconds=seconds))
    assert calendar.worked_between(aware(calendar, start), due) == timedelta(seconds=seconds)


@properties
@given(offices, st.lists(starts, min_size=3, max_size=3))
def test_open_time_adds_up(office: tuple[Calendar, Model], moments: list[datetime]) -> None:
    calendar, _ = office
    first, middle, last = (aware(calendar, moment) for moment in sorted(moments))
    whole = calendar.worked_between(first, last)
    assert whole == calendar.worked_between(first, middle) + calendar.worked_between(middle, last)
    assert calendar.worked_between(last, first) == timedelta(0)


@properties
@given(offices, starts, durations())
def test_an_explanation_has_the_same_deadline_and_skips_closed_time_only(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, _ = office
    deadline = calendar.explain(aware(calendar, start), duration)
    assert deadline.due == calendar.due(aware(calendar, start), duration)
    for skipped in deadline.skipped:
        assert skipped.start < skipped.end
        assert calendar.worked_between(skipped.start, skipped.end) == timedelta(0)


@properties
@given(offices, starts, times)
def test_skipped_and_open_time_together_are_all_the_time_there_was(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, _ = office
    deadline = calendar.explain(aware(calendar, start), duration)
    skipped = sum((s.end - s.start for s in deadline.skipped), timedelta(0))
    assert skipped + timedelta(seconds=duration.seconds) == deadline.due - aware(calendar, start)
    assert sorted(deadline.skipped, key=lambda s: s.start) == list(deadline.skipped)


@properties
@given(offices, starts, open_times)
def test_open_time_later_exactly_that_open_time_has_passed(
    office: tuple[Calendar, Model], start: datetime, open_time: timedelta
) -> None:
    calendar, _ = office
    later = calendar.later(aware(calendar, start), open_time)
    assert calendar.worked_between(aware(calendar, start), later) == open_time
    assert calendar.is_open(later) or not open_time


@properties
@given(offices, starts, starts)
def test_open_time_later_is_the_first_such_moment(
    office: tuple[Calendar, Model], start: datetime, end: datetime
) -> None:
    calendar, _ = office
    since, until = aware(calendar, start), aware(calendar, end)
    worked = calendar.worked_between(since, until)
    assert calendar.later(since, worked) <= max(since, until)
