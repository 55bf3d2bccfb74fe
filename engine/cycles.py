"""ISO 8601 repeating intervals, as `timeCycle` writes them: `R3/PT1H`, `R/2026-11-23T08:00/P1D`."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from engine.durations import Duration, InvalidDuration
from engine.errors import Invalid

_MOST = 1_000_000
_ISO = re.compile(r"R(?P<times>[0-9]{0,7})/(?P<first>[^/]+)(?:/(?P<second>[^/]+))?")


class InvalidCycle(Invalid):
    """The text is not a repeating interval."""


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """How often something happens, and how far apart."""

    interval: Duration
    times: int | None = None
    """None is for ever."""
    start: datetime | None = None
    """Of the first time, in a zone of its own or none; None: one interval after it begins."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the repeating interval in a text. Raises InvalidCycle."""
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise InvalidCycle(f"{text[:60]!r} is no repeating interval; write R3/PT1H or R/P1D")
        times = int(match["times"]) if match["times"] else None
        if times == 0 or (times or 0) > _MOST:
            raise InvalidCycle(f"{text[:60]!r} repeats never or more than {_MOST} times")
        try:
            start, interval = _read(times, match["first"], match["second"])
        except (ValueError, OverflowError, TypeError, InvalidDuration) as error:
            raise InvalidCycle(f"{text[:60]!r}: {error}") from error
        return cls(times=times, start=start, interval=interval)


def _read(times: int | None, first: str, second: str | None) -> tuple[datetime | None, Duration]:
    """Return when it happens first, and how far apart, in whichever of the four ways it is written.

    `PT1H`; `<start>/PT1H`; `<start>/<end>`, as far apart as these two; `PT1H/<end>`, the last time
    at the end.
    """
    if second is None:
        return None, Duration.parse(first)
    if not first.startswith("P"):
        start = datetime.fromisoformat(first)
        if second.startswith("P"):
            return start, Duration.parse(second)
        apart = datetime.fromisoformat(second) - start
        return start, Duration(seconds=int(apart.total_seconds()))
    interval, end = Duration.parse(first), datetime.fromisoformat(second)
    if times is None or interval.months:
        raise ValueError("with an end, say how often, in weeks, days or hours")
    length = timedelta(weeks=interval.weeks, days=interval.days, seconds=interval.seconds)
    return end - (times - 1) * length, interval
