"""The time of a step, and when its timers are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from engine.bpmn.program import Clock
from engine.cycles import Cycle
from engine.durations import Duration
from engine.errors import Invalid


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
                return Due(at=_aware(moment, cycle.start), left=left)
            return Due(at=moment.due(element_id, cycle.interval, moment.now), left=left)


def following(moment: Moment, element_id: str, text: str, before: Due) -> Due | None:
    """Return when a cycle fires after it has fired; None: it was the last time.

    What would have been due while nobody was there to fire it is left out.
    """
    if before.left == 0:
        return None
    interval = Cycle.parse(text).interval
    at = moment.due(element_id, interval, before.at)
    if at < moment.now:
        at = moment.due(element_id, interval, moment.now)
    return Due(at=at, left=None if before.left is None else before.left - 1)


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidTime(f"{text[:60]!r} is no date and time") from error


def _aware(moment: Moment, at: datetime) -> datetime:
    local = at if at.tzinfo is not None else at.replace(tzinfo=moment.zone)
    return local.astimezone(UTC)
