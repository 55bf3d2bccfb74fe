"""How a deadline was counted: enough to count it again when the calendar has changed.

Kept is what was said (a time standard, an extension, the dates of a suspension), never what it
came to: that is the calendar's answer, and a later revision may give another one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from engine.calendars.calendar import Calendar
from engine.calendars.moments import utc
from engine.durations import Duration


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoned:
    """What a reckoning comes to under one calendar; moments in UTC."""

    at_risk_at: datetime
    """From when on the step is at risk: never after `due_at`."""
    due_at: datetime
    working: timedelta
    """The working time of the time standard itself, without what was changed later."""


class Change(Protocol):
    """Something that moved a deadline after it was set."""

    def applied(self, before: Reckoned, calendar: Calendar, share: float) -> Reckoned:
        """Return what the change makes of it; `share` of added time passes before the risk."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        ...


@dataclass(frozen=True, slots=True)
class Extended:
    """The deadline was moved by a duration, counted from where it was."""

    by: Duration

    def applied(self, before: Reckoned, calendar: Calendar, share: float) -> Reckoned:
        """Return the deadline that much later."""
        return _lengthened(before, calendar.due(before.due_at, self.by), calendar, share)

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {"extended": str(self.by)}


@dataclass(frozen=True, slots=True)
class Until:
    """The deadline was moved to a moment, whatever the calendar says; aware."""

    moment: datetime

    def applied(self, before: Reckoned, calendar: Calendar, share: float) -> Reckoned:
        """Return the deadline then; if that is earlier, the risk begins no later."""
        due_at = utc(self.moment)
        if due_at >= before.due_at:
            return _lengthened(before, due_at, calendar, share)
        return replace(before, due_at=due_at, at_risk_at=min(before.at_risk_at, due_at))

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {"until": _written(self.moment)}


@dataclass(frozen=True, slots=True)
class Suspended:
    """The clock stood still from one moment to another; both aware."""

    start: datetime
    end: datetime

    def applied(self, before: Reckoned, calendar: Calendar, share: float) -> Reckoned:  # noqa: ARG002 - nothing was added: as much time is left as before
        """Return the deadline later by exactly the working time that passed meanwhile."""
        stood_still = calendar.worked_between(self.start, self.end)
        return replace(
            before,
            due_at=calendar.later(before.due_at, stood_still),
            at_risk_at=calendar.later(before.at_risk_at, stood_still),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {"suspended": [_written(self.start), _written(self.end)]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoning:
    """A time standard, when it began to run, and what changed since, in order."""

    start: datetime
    """Aware; in UTC where it comes from JSON."""
    duration: Duration
    """The time standard as drawn."""
    changes: tuple[Change, ...] = ()

    def extended(self, by: Duration) -> Self:
        """Return the reckoning of a deadline moved by that duration."""
        return self._changed(Extended(by))

    def until(self, moment: datetime) -> Self:
        """Return the reckoning of a deadline moved to that moment. Naive: ValueError."""
        return self._changed(Until(utc(moment)))

    def suspended(self, start: datetime, end: datetime) -> Self:
        """Return the reckoning after the clock stood still meanwhile. Naive: ValueError."""
        return self._changed(Suspended(utc(start), utc(end)))

    def stood_still(self, calendar: Calendar) -> timedelta:
        """Return the working time during which the clock stood still."""
        stretches = (each for each in self.changes if isinstance(each, Suspended))
        return sum((calendar.worked_between(s.start, s.end) for s in stretches), timedelta(0))

    def count(self, calendar: Calendar, *, at_risk_after: float) -> Reckoned:
        """Return the deadline by that calendar, at risk after that share of its working time.

        A share of 1 or more, or a standard without working time, is at risk when it is due.
        Raises DeadlineOutOfReach, MomentOutOfReach, and ValueError for naive moments.
        """
        share = min(at_risk_after, 1.0)
        counted = self._standard(calendar, share)
        for change in self.changes:
            counted = change.applied(counted, calendar, share)
        return counted if share < 1 else replace(counted, at_risk_at=counted.due_at)

    def to_json(self) -> dict[str, Any]:
        """Return the reckoning as JSON values: ISO moments in UTC, ISO durations."""
        return {
            "start": _written(self.start),
            "duration": str(self.duration),
            "changes": [change.to_json() for change in self.changes],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the reckoning that `to_json` wrote."""
        return cls(
            start=datetime.fromisoformat(document["start"]),
            duration=Duration.parse(document["duration"]),
            changes=tuple(map(_change, document["changes"])),
        )

    def _standard(self, calendar: Calendar, share: float) -> Reckoned:
        due_at = calendar.due(self.start, self.duration)
        working = calendar.worked_between(self.start, due_at)
        at_risk_at = calendar.later(self.start, share * working) if working else due_at
        return Reckoned(at_risk_at=at_risk_at, due_at=due_at, working=working)

    def _changed(self, change: Change) -> Self:
        return replace(self, changes=(*self.changes, change))


def _lengthened(before: Reckoned, due_at: datetime, calendar: Calendar, share: float) -> Reckoned:
    added = calendar.worked_between(before.due_at, due_at)
    at_risk_at = calendar.later(before.at_risk_at, share * added)
    return replace(before, due_at=due_at, at_risk_at=at_risk_at)


_READ: Mapping[str, Callable[[Any], Change]] = {
    "extended": lambda said: Extended(Duration.parse(said)),
    "until": lambda said: Until(datetime.fromisoformat(said)),
    "suspended": lambda said: Suspended(*map(datetime.fromisoformat, said)),
}


def _change(document: Mapping[str, Any]) -> Change:
    [(kind, said)] = document.items()
    return _READ[kind](said)


def _written(moment: datetime) -> str:
    return utc(moment).isoformat()
