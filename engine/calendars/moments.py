"""Moments as the arithmetic takes them: aware, in UTC, within the years it can reach."""

from datetime import UTC, datetime

from engine.errors import Invalid

_FIRST_YEAR = 1900
_LAST_YEAR = 9900  # fifty years of reach and a zone's offset still fit into a datetime


class MomentOutOfReach(Invalid):
    """Calendars know the years from 1900 to 9900 only."""


def utc(moment: datetime) -> datetime:
    """Return the same moment in UTC. Raises ValueError: it is naive; MomentOutOfReach."""
    if moment.utcoffset() is None:
        raise ValueError(f"A moment needs a time zone: {moment.isoformat()}")
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise MomentOutOfReach(moment=moment.isoformat())
    return moment.astimezone(UTC)
