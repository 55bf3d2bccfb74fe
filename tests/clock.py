"""A clock that the test owns."""

from datetime import UTC, datetime, timedelta

WEDNESDAY_MORNING = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
"""09.00 in the reference office (WITA), an ordinary working day."""


class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        """Move forward by plain time, for example `hours=2`."""
        self.now += timedelta(**duration)
