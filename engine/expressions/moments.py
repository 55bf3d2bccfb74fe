"""Dates in texts: what a date field holds (`2026-03-27`), with a time and a zone or without.

There is no `now()`: what an expression says depends on the variables alone, so it says the same
whenever it is asked. A timer is what waits for a moment.
"""

import re
from datetime import date, datetime, timedelta
from typing import Final

from engine.expressions.errors import ExpressionFailed

_LONGEST: Final = 40
_DATE_LENGTH: Final = len("2026-03-27")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
)
_MOST_DAYS: Final = 4_000_000
"""More than from the first day of the calendar to the last."""


def moments(left: str, right: str) -> tuple[datetime, datetime] | None:
    """Return two texts as moments that can be compared, None where one of them is no date.

    A date is the midnight it begins with. Where only one of them names a zone, both are read as
    the clock on the wall.
    """
    one, other = moment(left), moment(right)
    if one is None or other is None:
        return None
    if (one.tzinfo is None) != (other.tzinfo is None):
        return one.replace(tzinfo=None), other.replace(tzinfo=None)
    return one, other


def moment(text: str) -> datetime | None:
    """Return the date, or date and time, that a text is; None where it is none."""
    if len(text) > _LONGEST or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        return None


def days_later(text: str, days: float) -> str:
    """Return the date, or date and time, so many days after one. Raises ExpressionFailed."""
    if not float(days).is_integer():
        raise ExpressionFailed("The number of days is not whole")
    start = moment(text)
    if start is None:
        raise ExpressionFailed("A text is not a date")
    try:
        later = start + timedelta(days=max(-_MOST_DAYS, min(days, _MOST_DAYS)))
    except OverflowError:
        raise ExpressionFailed("The calendar has no such day") from None
    return date(later.year, later.month, later.day).isoformat() + text[_DATE_LENGTH:]
