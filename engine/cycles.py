"""ISO 8601 repeating intervals, as `timeCycle` writes them: `R3/PT1H`, `R/2026-11-23T08:00/P1D`."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from engine.durations import Duration, InvalidDuration
from engine.errors import Invalid

_MOST = 1_000_000
_ISO = re.compile(r"R(?P<times>[0-9]{0,7})/(?:(?P<start>[^/P][^/]*)/)?(?P<interval>P[^/]*)")


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
            start = datetime.fromisoformat(match["start"]) if match["start"] else None
            return cls(times=times, start=start, interval=Duration.parse(match["interval"]))
        except (ValueError, InvalidDuration) as error:
            raise InvalidCycle(f"{text[:60]!r}: {error}") from error
