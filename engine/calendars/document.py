"""The calendars of an office as they are kept: the file, and the national days known then.

Deadlines are counted by such a document and never by the package `holidays` itself: an upgrade of
the package must not move a deadline behind anybody's back.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

from engine.calendars.loading import Calendars, InvalidCalendar, parse
from engine.calendars.reasons import National, NationalDays, Reason, national_days

_FORMAT = 1
_YEARS_BEFORE, _YEARS_AFTER = 5, 25
"""Of the first year of a decade: a document says the same next New Year."""
_PACKAGE = "holidays"


def resolve(text: str, *, around: int, national: National = national_days) -> dict[str, Any]:
    """Return the calendars of a TOML text as JSON values, with the national days as known now.

    The years reach at least five back from `around`, and at least sixteen ahead. Raises
    InvalidCalendar.
    """
    parse(text, national=national)
    decade = around - around % 10
    years = range(decade - _YEARS_BEFORE, decade + _YEARS_AFTER + 1)
    return {
        "format": _FORMAT,
        "file": text,
        "years": {
            str(year): {
                "public": _written(national(year).public),
                "joint_leave": _written(national(year).joint_leave),
            }
            for year in years
        },
        _PACKAGE: version(_PACKAGE),
    }


def restore(document: Mapping[str, Any]) -> Calendars:
    """Return the calendars as they were resolved; the package is not asked.

    A year outside the document has no national days and counts as not decreed. Raises
    InvalidCalendar for a document this release cannot read.
    """
    if document.get("format") != _FORMAT:
        raise InvalidCalendar("The calendar was stored by a newer release.")
    return parse(document["file"], source="the stored calendar", national=_national(document))


def file_of(document: Mapping[str, Any]) -> str:
    """Return the TOML text that was resolved."""
    return str(document["file"])


def digest(document: Mapping[str, Any]) -> str:
    """Return a hash in hex that is equal where file and national days are.

    The version of the package is left out: an upgrade that brings no other day is no change.
    """
    content = {key: value for key, value in document.items() if key != _PACKAGE}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _national(document: Mapping[str, Any]) -> National:
    """Return the national days of a document; a year is read when it is first asked for."""
    years = document["years"]

    @cache
    def national(year: int) -> NationalDays:
        days = years.get(str(year), {})
        return NationalDays(
            public=_read(days.get("public", {})),
            joint_leave=_read(days.get("joint_leave", {})),
        )

    return national


def _written(days: Mapping[date, Reason]) -> dict[str, Any]:
    return {day.isoformat(): asdict(reason) for day, reason in days.items()}


def _read(days: Mapping[str, Any]) -> dict[date, Reason]:
    return {date.fromisoformat(day): Reason(**names) for day, names in days.items()}
