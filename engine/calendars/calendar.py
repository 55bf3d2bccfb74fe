"""Working-time arithmetic: the rules by which everybody counts alike.

* A start outside office hours moves to the next opening first.
* Hours, minutes and seconds run through open time only; the closing moment is still inside.
* `PnD` is the n-th next working day at the same time of day; where that day is not open then, its
  last open moment before it (the break on Friday, shorter hours in Ramadan).
* `PnW` and `PnM` are calendar weeks and months to the same time of day; where that day is not
  worked, the next opening. A month too short for the day of the month ends on its last day.
* Mixed durations count months, weeks, days, then time, each from where the one before arrived.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.calendars.moments import utc
from engine.calendars.reasons import Reason
from engine.calendars.timetable import ONE_DAY, Day, Opening, Timetable
from engine.durations import Duration
from engine.errors import Invalid

_REACH_DAYS = 50 * 366
_REACH = _REACH_DAYS * ONE_DAY
_MONTHS_PER_YEAR = 12


class DeadlineOutOfReach(Invalid):
    """The deadline does not come within fifty years."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Closed time the counting passed over, as moments in UTC."""

    start: datetime
    end: datetime
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """When something is due, and why then."""

    due: datetime
    """In UTC."""
    skipped: tuple[Skipped, ...]
    """In order; for weeks and months only what moved the day they end on."""
    years_without_decree: tuple[int, ...]
    """Years under way whose cuti bersama is not decreed yet: the deadline may still move."""

    @property
    def estimated(self) -> bool:
        """Whether a skipped holiday has only an estimated date."""
        return any(skipped.reason.estimated for skipped in self.skipped)


class _Leg(NamedTuple):
    """A part of the way from start to deadline; closed time within it was skipped."""

    start: datetime
    end: datetime
    by_days: bool = False


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The working time of one office; moments are aware, results in UTC unless said otherwise."""

    name: str
    timetable: Timetable

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the office."""
        return self.timetable.zone

    def duration(self, open_time: timedelta) -> Duration:
        """Return open time as people say it, in working days of the office's usual length.

        Raises InvalidDuration: it is no time at all, or more than ten years.
        """
        days, rest = divmod(open_time, self.timetable.working_day)
        return Duration(days=days, seconds=int(rest.total_seconds()))

    def due(self, start: datetime, duration: Duration) -> datetime:
        """Return when something is due that starts then and may take that long.

        Raises ValueError for a naive start, MomentOutOfReach, DeadlineOutOfReach.
        """
        return self._route(start, duration)[-1].end

    def explain(self, start: datetime, duration: Duration) -> Deadline:
        """Return the same deadline as `due` with the closed time it skips; raises the same."""
        route = self._route(start, duration)
        due = route[-1].end
        return Deadline(
            due=due,
            skipped=_merged(skipped for leg in route for skipped in self._skipped(leg)),
            years_without_decree=self._undecreed(start, due),
        )

    def later(self, start: datetime, open_time: timedelta) -> datetime:
        """Return the first moment at which that much open time has passed since the start.

        Nothing at all is the start itself, closed or not. `worked_between` is the inverse. Raises
        ValueError for a naive start or less than nothing, and DeadlineOutOfReach.
        """
        if open_time < timedelta(0):
            raise ValueError(f"Open time is not negative: {open_time}")
        return self._open_time_later(utc(start), open_time).end

    def explain_between(self, start: datetime, due: datetime) -> Deadline:
        """Return a deadline that is given, with the days off between it and its start."""
        start, due = utc(start), utc(due)
        return Deadline(
            due=due,
            skipped=_merged(self._skipped(_Leg(start, due, by_days=True))),
            years_without_decree=self._undecreed(start, due),
        )

    def _undecreed(self, start: datetime, due: datetime) -> tuple[int, ...]:
        years = range(self.local(start).year, self.local(due).year + 1)
        return tuple(filter(self.timetable.decree_missing, years))

    def worked_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time between two moments; nothing when the end is not after the start.

        Raises ValueError for naive moments, DeadlineOutOfReach when they lie further apart.
        """
        start, end = utc(start), utc(end)
        if end - start > _REACH:
            raise DeadlineOutOfReach(calendar=self.name)
        total = timedelta(0)
        for day in self._days_between(start, end):
            for opening in day.openings:
                open_time = min(opening.closes, end) - max(opening.opens, start)
                if open_time > timedelta(0):
                    total += open_time
        return total

    def is_open(self, moment: datetime) -> bool:
        """Return whether the office is open; the closing moment counts. Naive: ValueError."""
        moment = utc(moment)
        day, _ = self._local_place(moment)
        return any(
            opening.opens <= moment <= opening.closes
            for opening in self.timetable.day(day).openings
        )

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the office's zone. Raises ValueError for a naive one."""
        return utc(moment).astimezone(self.zone)

    def _route(self, start: datetime, duration: Duration) -> list[_Leg]:
        """Return the legs to the deadline, one for the start and one for each unit."""
        start = utc(start)
        here = start if self.is_open(start) else self._next_opening(start)
        legs = [_Leg(start, here)]
        if duration.months:
            legs.append(self._months_later(here, duration.months))
        if duration.weeks:
            legs.append(self._weeks_later(legs[-1].end, duration.weeks))
        if duration.days:
            legs.append(self._working_days_later(legs[-1].end, duration.days))
        if duration.seconds:
            legs.append(self._open_time_later(legs[-1].end, timedelta(seconds=duration.seconds)))
        return legs

    def _months_later(self, start: datetime, months: int) -> _Leg:
        day, since_midnight = self._local_place(start)
        years, month = divmod(day.month - 1 + months, _MONTHS_PER_YEAR)
        year, month = day.year + years, month + 1
        last = monthrange(year, month)[1]
        return self._landing(date(year, month, min(day.day, last)), since_midnight)

    def _weeks_later(self, start: datetime, weeks: int) -> _Leg:
        day, since_midnight = self._local_place(start)
        return self._landing(day + timedelta(weeks=weeks), since_midnight)

    def _landing(self, day: date, since_midnight: timedelta) -> _Leg:
        """Return the leg from a calendar date to where the office is open."""
        wanted = self.timetable.moment(day, since_midnight)
        openings = self.timetable.day(day).openings
        return _Leg(wanted, _open_by(wanted, openings) if openings else self._next_opening(wanted))

    def _working_days_later(self, start: datetime, days: int) -> _Leg:
        today, since_midnight = self._local_place(start)
        working = (date_ for date_, day in self._days_from(today + ONE_DAY) if day.openings)
        arrival = next(islice(working, days - 1, None))
        wanted = self.timetable.moment(arrival, since_midnight)
        return _Leg(start, _open_by(wanted, self.timetable.day(arrival).openings), by_days=True)

    def _open_time_later(self, start: datetime, remaining: timedelta) -> _Leg:
        openings = self._openings_from(start)
        here = closes = start
        while (left := closes - here) < remaining:
            remaining -= left
            opening = next(openings)
            here, closes = max(opening.opens, start), max(opening.closes, start)
        return _Leg(start, here + remaining)

    def _next_opening(self, moment: datetime) -> datetime:
        return next(
            opening.opens for opening in self._openings_from(moment) if opening.opens >= moment
        )

    def _openings_from(self, moment: datetime) -> Iterator[Opening]:
        """Yield the openings of that local date and all after it; raises DeadlineOutOfReach."""
        today, _ = self._local_place(moment)
        for _, day in self._days_from(today):
            yield from day.openings

    def _days_from(self, first: date) -> Iterator[tuple[date, Day]]:
        """Yield the days from that date on; raises DeadlineOutOfReach at their end."""
        for n in range(_REACH_DAYS):
            date_ = first + timedelta(days=n)
            yield date_, self.timetable.day(date_)
        raise DeadlineOutOfReach(calendar=self.name)

    def _days_between(self, start: datetime, end: datetime) -> Iterator[Day]:
        """Yield the days from the local date of the start that begin before the end."""
        date_ = start.astimezone(self.zone).date()
        while (day := self.timetable.day(date_)).begins < end:
            yield day
            date_ += ONE_DAY

    def _local_place(self, moment: datetime) -> tuple[date, timedelta]:
        """Return the local date and the time since its midnight.

        Midnight counts as the end of the day before when that day closes then and this one has
        not opened: the closing moment is inside.
        """
        wall = moment.astimezone(self.zone)
        today = wall.date()
        since_midnight = wall.replace(tzinfo=None) - datetime.combine(today, time.min)
        if not since_midnight:
            yesterday = self.timetable.day(today - ONE_DAY)
            if yesterday.closes_at(moment) and not self.timetable.day(today).opens_at(moment):
                return today - ONE_DAY, ONE_DAY
        return today, since_midnight

    def _skipped(self, leg: _Leg) -> Iterator[Skipped]:
        for day in self._days_between(leg.start, leg.end):
            if leg.by_days and day.openings:
                continue
            for closed_from, closed_to, reason in day.closed():
                start, end = max(closed_from, leg.start), min(closed_to, leg.end)
                if start < end:
                    yield Skipped(start=start, end=end, reason=reason)


def _open_by(wanted: datetime, openings: tuple[Opening, ...]) -> datetime:
    """Return the last open moment up to the wanted one, or the first of the day after it."""
    begun = [opening for opening in openings if opening.opens <= wanted]
    return min(wanted, begun[-1].closes) if begun else openings[0].opens


def _merged(stretches: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Return the stretches with those of one reason joined where they touch."""
    merged: list[Skipped] = []
    for stretch in stretches:
        last = merged[-1] if merged else None
        if last and last.end == stretch.start and last.reason == stretch.reason:
            merged[-1] = replace(last, end=stretch.end)
        else:
            merged.append(stretch)
    return tuple(merged)
