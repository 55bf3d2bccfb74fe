"""The shape of the calendar file: which keys there are and what may stand in them."""

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    model_validator,
)

from engine.calendars.calendar import Calendar
from engine.calendars.reasons import National, Reason, outside_hours
from engine.calendars.timetable import ONE_DAY, Hours, Period, Span, SpecialDays, Timetable, Week

AROUND_THE_CLOCK = "24jam"
"""The name of the calendar that is always open; every file has it."""

_SPAN = re.compile(r"([0-9]{2})[.:]([0-9]{2})-([0-9]{2})[.:]([0-9]{2})")
_MINUTES_PER_HOUR = 60
_LONGEST_CLOSURE = timedelta(days=92)


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"is not a time zone: {value!r}; write for example Asia/Jakarta"
        ) from error


def _hours(value: object) -> Hours:
    """Return the hours written as `["07.30-12.00", "13.00-16.00"]`."""
    if not isinstance(value, list):
        raise ValueError('must be a list such as ["07.30-12.00", "13.00-16.00"]')  # noqa: TRY004 - pydantic reports ValueError
    hours = tuple(map(_span, value))
    for earlier, later in pairwise(hours):
        if later.opens < earlier.closes:
            raise ValueError("must be in order and not overlap")
    return hours


def _some_hours(value: object) -> Hours:
    """Return hours as above that are not none: a day without any is a closed one."""
    hours = _hours(value)
    if not hours:
        raise ValueError("must not be empty")
    return hours


def _span(value: object) -> Span:
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"must be written like 07.30-12.00, not {value!r}")
    open_hour, open_minute, close_hour, close_minute = map(int, match.groups())
    span = Span(
        timedelta(hours=open_hour, minutes=open_minute),
        timedelta(hours=close_hour, minutes=close_minute),
    )
    if max(open_minute, close_minute) >= _MINUTES_PER_HOUR or span.closes > ONE_DAY:
        raise ValueError(f"has no such time of day: {value}")
    if span.opens >= span.closes:
        raise ValueError(f"must close after it opens: {value}")
    return span


_Hours = Annotated[Hours, PlainValidator(_hours)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Week(_Model):
    monday: _Hours = ()
    tuesday: _Hours = ()
    wednesday: _Hours = ()
    thursday: _Hours = ()
    friday: _Hours = ()
    saturday: _Hours = ()
    sunday: _Hours = ()

    @property
    def days(self) -> Week:
        return (
            *(self.monday, self.tuesday, self.wednesday, self.thursday),
            *(self.friday, self.saturday, self.sunday),
        )

    @model_validator(mode="after")
    def _has_hours(self) -> Self:
        if not any(self.days):
            raise ValueError("must have hours on at least one day")
        return self


class _Dates(_Model):
    first: date = Field(alias="from")
    until: date | None = None
    reason: _Text
    decree: _Text | None = None

    @property
    def last(self) -> date:
        return self.until or self.first

    @property
    def note(self) -> str:
        return f"{self.reason}, {self.decree}" if self.decree else self.reason

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("must not end (until) before it begins (from)")
        return self


class _Period(_Dates):
    hours: _Week

    def period(self) -> Period:
        return Period(
            first=self.first,
            last=self.last,
            week=self.hours.days,
            outside=outside_hours(self.note),
        )


class _ClosedDays(_Dates):
    @model_validator(mode="after")
    def _is_no_slip(self) -> Self:
        if self.last - self.first >= _LONGEST_CLOSURE:
            raise ValueError(
                f"closes for more than {_LONGEST_CLOSURE.days} days: is the year right?"
            )
        return self

    def special_days(self) -> SpecialDays:
        reason = Reason(indonesian=self.note, english=self.note)
        return SpecialDays(first=self.first, last=self.last, hours=(), reason=reason)


class _OpenDays(_Dates):
    hours: Annotated[Hours, PlainValidator(_some_hours)]

    def special_days(self) -> SpecialDays:
        reason = outside_hours(self.note)
        return SpecialDays(first=self.first, last=self.last, hours=self.hours, reason=reason)


class CalendarTable(_Model):
    """The table of one calendar, `[calendars.NAME]`."""

    zone: Annotated[ZoneInfo, PlainValidator(_zone)]
    hours: _Week
    closed_on_public_holidays: bool = True
    closed_on_joint_leave: bool = True
    period: tuple[_Period, ...] = Field(default=(), strict=False)
    closed: tuple[_ClosedDays, ...] = Field(default=(), strict=False)
    open: tuple[_OpenDays, ...] = Field(default=(), strict=False)

    @model_validator(mode="after")
    def _says_one_thing_for_each_date(self) -> Self:
        for tables in (self.period, (*self.closed, *self.open)):
            in_order = sorted(tables, key=lambda dates: dates.first)
            for earlier, later in pairwise(in_order):
                if later.first <= earlier.last:
                    raise ValueError(f"says two things for {later.first.isoformat()}")
        return self

    def calendar(self, name: str, national: National) -> Calendar:
        """Return the calendar this table describes."""
        timetable = Timetable(
            zone=self.zone,
            national=national,
            week=self.hours.days,
            periods=tuple(period.period() for period in self.period),
            special_days=(
                *(days.special_days() for days in self.closed),
                *(days.special_days() for days in self.open),
            ),
            closed_on_public_holidays=self.closed_on_public_holidays,
            closed_on_joint_leave=self.closed_on_joint_leave,
        )
        return Calendar(name=name, timetable=timetable)


class CalendarFile(_Model):
    """The whole file."""

    default: str
    calendars: dict[_Text, CalendarTable]

    @model_validator(mode="after")
    def _names_its_calendars(self) -> Self:
        if AROUND_THE_CLOCK in self.calendars:
            raise ValueError(f"calendars.{AROUND_THE_CLOCK} is built in and cannot be changed")
        if self.default not in self.calendars:
            raise ValueError(f"default names no calendar of the file: {self.default!r}")
        return self
