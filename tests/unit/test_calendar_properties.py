"""The calendar against a slow model that walks minute by minute and knows no shortcuts."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.calendars import Calendar, Reason, load
from engine.calendars.timetable import Hours, Period, Span, SpecialDays, Timetable
from engine.durations import Duration

properties = settings(derandomize=True, deadline=None, max_examples=100)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WITA = ZoneInfo("Asia/Makassar")
WHY = Reason(indonesian="Sebab", english="Reason")
OFFICE = load(Path(__file__).parents[2] / "processes" / "calendar.toml").default


@dataclass(frozen=True)
class Model:
    """Open minutes of naive local dates; everything else is a walk over minutes."""

    hours_on: Callable[[date], Hours]

    @cached_property
    def minutes(self) -> Callable[[date], frozenset[int]]:
        return lru_cache(
            lambda day: frozenset(
                minute
                for span in self.hours_on(day)
                for minute in range(span.opens // MINUTE, span.closes // MINUTE)
            )
        )

    def open(self, moment: datetime) -> bool:
        """Whether the minute that begins then is open."""
        return moment.hour * 60 + moment.minute in self.minutes(moment.date())

    def inside(self, moment: datetime) -> bool:
        return self.open(moment) or self.open(moment - MINUTE)

    def day_of(self, moment: datetime) -> date:
        closes = moment.time() == time.min and not self.open(moment) and self.inside(moment)
        return moment.date() - DAY if closes else moment.date()

    def next_opening(self, moment: datetime) -> datetime:
        while not self.minutes(moment.date()):
            moment = datetime.combine(moment.date() + DAY, time.min)
        while not self.open(moment):
            moment += MINUTE
            if moment.time() == time.min:
                return self.next_opening(moment)
        return moment

    def fit(self, day: date, since_midnight: timedelta) -> datetime:
        midnight = datetime.combine(day, time.min)
        opened = self.minutes(day)
        if not opened:
            return self.next_opening(midnight + since_midnight)
        so_far = range(since_midnight // MINUTE + 1)
        inside = [minute for minute in so_far if opened & {minute, minute - 1}]
        return midnight + (max(inside) if inside else min(opened)) * MINUTE

    def due(self, start: datetime, duration: Duration) -> datetime:
        here = start if self.inside(start) else self.next_opening(start)
        if duration.months:
            day = self.day_of(here)
            since_midnight = here - datetime.combine(day, time.min)
            for _ in range(duration.months):
                year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
                day = date(year, month, 1)
            last = monthrange(day.year, day.month)[1]
            here = self.fit(day.replace(day=min(last, self.day_of(here).day)), since_midnight)
        if duration.weeks:
            day = self.day_of(here)
            since_midnight = here - datetime.combine(day, time.min)
            here = self.fit(day + timedelta(days=7 * duration.weeks), since_midnight)
        if duration.days:
            day = self.day_of(here)
            since_midnight = here - datetime.combine(day, time.min)
            for _ in range(duration.days):
                day += DAY
                while not self.minutes(day):
                    day += DAY
            here = self.fit(day, since_midnight)
        remaining = duration.seconds // 60
        while remaining:
            here = here if self.open(here) else self.next_opening(here)
            here += MINUTE
            remaining -= 1
        return here


def reference_hours(day: date) -> Hours:
    """The reference office, written out once more by hand."""
    if day in holidays.country_holidays("ID", years=day.year, categories=("public", "government")):
        return ()
    if day.weekday() > 4:
        return ()
    friday = day.weekday() == 4
    if date(2026, 2, 19) <= day <= date(2026, 3, 19):
        return spans("8:00 11:30 12:30 15:30" if friday else "8:00 12:00 12:30 15:00")
    return spans("7:30 11:30 13:00 16:30" if friday else "7:30 12:00 13:00 16:00")


def spans(text: str) -> Hours:
    times = [
        timedelta(hours=int(hour), minutes=int(minute))
        for hour, minute in (moment.split(":") for moment in text.split())
    ]
    return tuple(map(Span, times[::2], times[1::2]))


half_hours_of_a_day = st.sampled_from([0, 48]) | st.integers(0, 48)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """On half hours, midnight and 24.00 included; spans may touch."""
    bounds = draw(st.lists(half_hours_of_a_day, min_size=2, max_size=6, unique=True).map(sorted))
    stretches = pairwise(timedelta(minutes=30 * bound) for bound in bounds)
    return tuple(Span(*stretch) for stretch in stretches if draw(st.booleans()))


weeks = st.lists(hours(), min_size=7, max_size=7).filter(any).map(tuple)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, Model]:
    first = date(2026, 3, 1) + timedelta(days=draw(st.integers(0, 40)))
    special = SpecialDays(
        first=first,
        last=first + timedelta(days=draw(st.integers(0, 12))),
        hours=draw(hours()),
        reason=WHY,
    )
    period = Period(first=date(2026, 3, 10), last=date(2026, 3, 25), week=draw(weeks), outside=WHY)
    timetable = Timetable(
        zone=WITA,
        week=draw(weeks),
        periods=(period,),
        special_days=(special,),
        closed_on_public_holidays=False,
        closed_on_joint_leave=False,
    )

    def hours_on(day: date) -> Hours:
        if special.first <= day <= special.last:
            return special.hours
        week = period.week if period.first <= day <= period.last else timetable.week
        return week[day.weekday()]

    return Calendar(name="acak", timetable=timetable), Model(hours_on)


offices = calendars() | st.just((OFFICE, Model(lru_cache(reference_hours))))
first_day = datetime(2026, 2, 10)  # noqa: DTZ001 - the model is naive
starts = st.one_of(
    st.integers(0, 60 * 24 * 60).map(lambda n: first_day + n * MINUTE),
    st.integers(0, 60 * 48).map(lambda n: first_day + 30 * n * MINUTE),
    st.integers(0, 60).map(lambda n: first_day + n * DAY),
)
times = st.integers(1, 3000).map(lambda n: Duration(seconds=60 * n))
units = st.sampled_from(["days", "weeks", "seconds"])


@st.composite
def durations(draw: st.DrawFn) -> Duration:
    parts = {
        "months": draw(st.integers(0, 2)),
        "weeks": draw(st.integers(0, 3)),
        "days": draw(st.integers(0, 8)),
        "seconds": 60 * draw(st.integers(0, 1500)),
    }
    assume(any(parts.values()))
    return Duration(**parts)


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=WITA)


@properties
@given(offices, starts, durations() | times)
def test_a_deadline_is_what_counting_minute_by_minute_gives(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, model = office
    due = calendar.due(aware(start), duration)
    assert due.tzinfo is UTC
    assert calendar.local(due).replace(tzinfo=None) == model.due(start, duration)


@properties
@given(offices, starts, durations())
def test_a_deadline_is_never_outside_open_time(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, model = office
    due = calendar.due(aware(start), duration)
    assert calendar.is_open(due)
    assert model.inside(calendar.local(due).replace(tzinfo=None))
    assert due > aware(start)


@properties
@given(offices, starts)
def test_an_office_is_open_when_the_minute_before_or_after_is(
    office: tuple[Calendar, Model], moment: datetime
) -> None:
    calendar, model = office
    assert calendar.is_open(aware(moment)) == model.inside(moment)


@properties
@given(offices, st.tuples(starts, starts), units, st.integers(1, 40))
def test_what_starts_later_is_not_due_earlier(
    office: tuple[Calendar, Model], pair: tuple[datetime, datetime], unit: str, count: int
) -> None:
    calendar, _ = office
    earlier, later = sorted(map(aware, pair))
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
    first = calendar.due(aware(start), Duration(**{unit: shorter}))
    assert first <= calendar.due(aware(start), Duration(**{unit: longer}))


@properties
@given(offices, starts, st.integers(1, 150_000))
def test_the_open_time_up_to_a_deadline_is_the_duration(
    office: tuple[Calendar, Model], start: datetime, seconds: int
) -> None:
    calendar, _ = office
    due = calendar.due(aware(start), Duration(seconds=seconds))
    assert calendar.worked_between(aware(start), due) == timedelta(seconds=seconds)


@properties
@given(offices, st.lists(starts, min_size=3, max_size=3))
def test_open_time_adds_up(office: tuple[Calendar, Model], moments: list[datetime]) -> None:
    calendar, _ = office
    first, middle, last = map(aware, sorted(moments))
    whole = calendar.worked_between(first, last)
    assert whole == calendar.worked_between(first, middle) + calendar.worked_between(middle, last)
    assert calendar.worked_between(last, first) == timedelta(0)


@properties
@given(offices, starts, durations())
def test_an_explanation_has_the_same_deadline_and_skips_closed_time_only(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, _ = office
    deadline = calendar.explain(aware(start), duration)
    assert deadline.due == calendar.due(aware(start), duration)
    for skipped in deadline.skipped:
        assert skipped.start < skipped.end
        assert calendar.worked_between(skipped.start, skipped.end) == timedelta(0)


@properties
@given(offices, starts, times)
def test_skipped_and_open_time_together_are_all_the_time_there_was(
    office: tuple[Calendar, Model], start: datetime, duration: Duration
) -> None:
    calendar, _ = office
    deadline = calendar.explain(aware(start), duration)
    skipped = sum((s.end - s.start for s in deadline.skipped), timedelta(0))
    assert skipped + timedelta(seconds=duration.seconds) == deadline.due - aware(start)
    assert sorted(deadline.skipped, key=lambda s: s.start) == list(deadline.skipped)
