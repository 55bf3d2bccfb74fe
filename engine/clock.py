"""The one place where the time of day is read; everything else is handed a moment."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)
