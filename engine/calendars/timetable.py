"""When an office is open on a given date."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.calendars.reasons import BREAK, DAY_OFF, OUTSIDE_HOURS, National, Reason

ONE_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_DAYS_KEPT = 4096  # eleven years of resolved days, about 2 MB


class Span(NamedTuple):
    """A stretch of open time, counted from local midnight; the closing moment is inside."""

    opens: timedelta
    closes: timedelta


Hours = tuple[Span, ...]
"""The open time of a day in order; what lies between two spans is a break."""

Week = tuple[Hours, ...]
"""The hours of seven days, Monday first; a day without hours is not worked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """Dates with another week, both ends included: Ramadan."""

    first: date
    last: date
    week: Week
    outside: Reason
    """Why it is closed outside these hours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialDays:
    """The office's own dates, both ends included: closed when there are no hours, else open."""

    first: date
    last: date
    hours: Hours
    reason: Reason
    """Why it is closed (outside the hours, if there are any)."""


class Opening(NamedTuple):
    """A stretch of open time as moments in UTC."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A local date as moments in UTC."""

    begins: datetime
    ends: datetime
    openings: tuple[Opening, ...]
    reason: Reason
    """Why it is closed before, after or without the openings."""

    def opens_at(self, moment: datetime) -> bool:
        """Return whether the first opening of the day begins at that moment."""
        return bool(self.openings) and self.openings[0].opens == moment

    def closes_at(self, moment: datetime) -> bool:
        """Return whether the last opening of the day ends at that moment."""
        return bool(self.openings) and self.openings[-1].closes == moment

    def closed(self) -> Iterator[tuple[datetime, datetime, Reason]]:
        """Yield the closed stretches of the day in order, each with its reason."""
        closed_from, reason = self.begins, self.reason
        for opening in self.openings:
            yield closed_from, opening.opens, reason
            closed_from, reason = opening.closes, BREAK
        yield closed_from, self.ends, self.reason


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """The hours of an office; the office's own days come before holidays, these before hours."""

    zone: ZoneInfo
    national: National
    week: Week
    periods: tuple[Period, ...] = ()
    special_days: tuple[SpecialDays, ...] = ()
    closed_on_public_holidays: bool = True
    closed_on_joint_leave: bool = True

    @cached_property
    def day(self) -> Callable[[date], Day]:
        """Return the function from a local date to its Day; it remembers what it resolved."""
        return lru_cache(maxsize=_DAYS_KEPT)(self._resolve)

    @cached_property
    def working_day(self) -> timedelta:
        """Return how long the office works on one day of its usual week: on average, in minutes."""
        worked = [hours for hours in self.week if hours]
        total = sum((span.closes - span.opens for hours in worked for span in hours), timedelta(0))
        return timedelta(minutes=round(total / len(worked) / _MINUTE))

    def moment(self, day: date, since_midnight: timedelta) -> datetime:
        """Return the moment, in UTC, when the clocks of the zone show that time on that date."""
        wall = datetime.combine(day, time.min) + since_midnight
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def decree_missing(self, year: int) -> bool:
        """Return whether days off of the year are still to be decreed.

        One decree sets both kinds, so it concerns an office that closes on either.
        """
        concerned = self.closed_on_public_holidays or self.closed_on_joint_leave
        return concerned and not self.national(year).decreed

    def _resolve(self, day: date) -> Day:
        hours, reason = self._hours(day)
        begins, ends = self.moment(day, timedelta(0)), self.moment(day, ONE_DAY)
        return Day(
            begins=begins,
            ends=ends,
            openings=tuple(self._openings(day, hours, begins, ends)),
            reason=reason,
        )

    def _openings(
        self, day: date, hours: Hours, begins: datetime, ends: datetime
    ) -> Iterator[Opening]:
        """Yield the hours as moments, in order also where the clocks of the zone jump over some."""
        earliest = begins
        for span in hours:
            opens = max(self.moment(day, span.opens), earliest)
            closes = min(self.moment(day, span.closes), ends)
            if opens < closes:
                yield Opening(opens, closes)
                earliest = closes

    def _hours(self, day: date) -> tuple[Hours, Reason]:
        for special in self.special_days:
            if special.first <= day <= special.last:
                return special.hours, special.reason
        if holiday := self._holiday(day):
            return (), holiday
        week, outside = self._week(day)
        hours = week[day.weekday()]
        return hours, outside if hours else DAY_OFF

    def _holiday(self, day: date) -> Reason | None:
        national = self.national(day.year)
        public = national.public.get(day) if self.closed_on_public_holidays else None
        joint_leave = national.joint_leave.get(day) if self.closed_on_joint_leave else None
        return public or joint_leave

    def _week(self, day: date) -> tuple[Week, Reason]:
        for period in self.periods:
            if period.first <= day <= period.last:
                return period.week, period.outside
        return self.week, OUTSIDE_HOURS
