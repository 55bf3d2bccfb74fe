"""A slow model of working time, and offices, moments and durations to try it on.

The model walks minute by minute, knows no shortcuts and shares nothing with the engine.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
from hypothesis import assume, settings
from hypothesis import strategies as st

from engine.calendars import (
    AROUND_THE_CLOCK,
    Calendar,
    Reason,
    load,
    national_days,
    resolve,
    restore,
)
from engine.calendars.timetable import Hours, Period, Span, SpecialDays, Timetable
from engine.durations import Duration

properties = settings(derandomize=True, deadline=None, max_examples=100)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WHY = Reason(indonesian="Sebab", english="Reason")
FILE = Path(__file__).parents[2] / "processes" / "calendar.toml"
OFFICE = load(FILE)
RESTORED = restore(resolve(FILE.read_text(encoding="utf-8"), around=2026))

# Their clocks never jump, as the naive model needs it; from the far west to the far east.
STEADY_ZONES = [
    *("Pacific/Pago_Pago", "UTC", "Asia/Kathmandu", "Asia/Jakarta"),
    *("Asia/Makassar", "Asia/Jayapura", "Pacific/Kiritimati"),
]


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


RAMADAN = [(date(2026, 2, 19), date(2026, 3, 19)), (date(2027, 2, 8), date(2027, 3, 9))]


def reference_hours(day: date) -> Hours:
    """The hours of the reference office, written out once more by hand."""
    if day in holidays.country_holidays("ID", years=day.year, categories=("public", "government")):
        return ()
    if day.weekday() > 4:
        return ()
    friday = day.weekday() == 4
    if any(first <= day <= last for first, last in RAMADAN):
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
    """An office with a second week for some time, the turn of the year within, and own days."""
    second_week_from = draw(st.sampled_from([date(2026, 3, 10), date(2026, 12, 25)]))
    first = second_week_from + timedelta(days=draw(st.integers(-10, 30)))
    special = SpecialDays(
        first=first,
        last=first + timedelta(days=draw(st.integers(0, 12))),
        hours=draw(hours()),
        reason=WHY,
    )
    period = Period(
        first=second_week_from,
        last=second_week_from + timedelta(days=15),
        week=draw(weeks),
        outside=WHY,
    )
    timetable = Timetable(
        zone=ZoneInfo(draw(st.sampled_from(STEADY_ZONES))),
        national=national_days,
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


REFERENCE = Model(lru_cache(reference_hours))
AROUND = Model(lambda _: spans("0:00 24:00"))

offices = st.one_of(
    calendars(),
    st.just((OFFICE.default, REFERENCE)),
    st.just((RESTORED.default, REFERENCE)),
    st.just((RESTORED[AROUND_THE_CLOCK], AROUND)),
)

# Sixty days with the edges of Ramadan and Idul Fitri, and sixty over the turn of the year.
first_days = st.sampled_from([datetime(2026, 2, 10), datetime(2026, 12, 15)])  # noqa: DTZ001 - the model is naive
starts = st.one_of(
    st.builds(lambda day, n: day + n * MINUTE, first_days, st.integers(0, 60 * 24 * 60)),
    st.builds(lambda day, n: day + 30 * n * MINUTE, first_days, st.integers(0, 60 * 48)),
    st.builds(lambda day, n: day + n * DAY, first_days, st.integers(0, 60)),
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


def aware(calendar: Calendar, moment: datetime) -> datetime:
    """Return the moment when the clocks of the office show that."""
    return moment.replace(tzinfo=calendar.zone)
