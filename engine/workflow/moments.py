"""The time of a step, and when its timers are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from engine.bpmn.program import Clock
from engine.cycles import Cycle
from engine.durations import Duration
from engine.errors import Invalid, Said

_MOST_LEFT_OUT: Final = 1000
"""Times of a cycle that are looked at to find the next one."""


class InvalidTime(Invalid):
    """A timer computes a text that is no time."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The time at which a step is taken, and how deadlines are counted from it."""

    now: datetime
    """Aware, UTC."""

    due: Callable[[str, Duration, datetime], datetime]
    """(element id of the timer, its duration, from when; aware) to the due moment; UTC."""

    zone: tzinfo = UTC
    """Of a date and time that a diagram gives without one."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """When a timer fires next."""

    at: datetime
    """Aware, UTC."""
    left: int | None = 0
    """How often it fires after that; None is for ever."""


def first(moment: Moment, element_id: str, clock: Clock, text: str) -> Due:
    """Return when a timer fires that begins to wait now. Raises Invalid: the text is no time."""
    match clock:
        case Clock.DURATION:
            return Due(at=moment.due(element_id, Duration.parse(text), moment.now))
        case Clock.DATE:
            return Due(at=_aware(moment, _date(text)))
        case Clock.CYCLE:
            cycle = Cycle.parse(text)
            left = None if cycle.times is None else cycle.times - 1
            if cycle.start is not None:
                start = _aware(moment, cycle.start)
                if left is None:
                    start = _not_over(moment, element_id, cycle.interval, start)
                return Due(at=start, left=left)
            return Due(at=moment.due(element_id, cycle.interval, moment.now), left=left)


def following(moment: Moment, element_id: str, text: str, before: Due) -> Due | None:
    """Return when a cycle fires after it has fired; None: it was the last time.

    What would have been due while nobody was there to fire it is left out and not counted.
    """
    if before.left == 0:
        return None
    interval = Cycle.parse(text).interval
    at = moment.due(element_id, interval, before.at)
    left = None if before.left is None else before.left - 1
    return Due(at=_not_over(moment, element_id, interval, at), left=left)


def _not_over(moment: Moment, element_id: str, interval: Duration, at: datetime) -> datetime:
    """Return a time of a cycle, or the first after it that is not over yet.

    After very many that are over the cycle begins anew, now.
    """
    for _ in range(_MOST_LEFT_OUT):
        if at >= moment.now:
            return at
        at = moment.due(element_id, interval, at)
    return moment.due(element_id, interval, moment.now)


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidTime(Said("{text!r} is no date and time", text=text[:60])) from error


def _aware(moment: Moment, at: datetime) -> datetime:
    local = at if at.tzinfo is not None else at.replace(tzinfo=moment.zone)
    try:
        return local.astimezone(UTC)
    except OverflowError as error:
        raise InvalidTime(Said("{local} is out of reach", local=local)) from error
