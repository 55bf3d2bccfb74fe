"""Moments as people type and read them."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from engine.durations import Language
from engine.errors import Invalid

_DAYS: Mapping[Language, tuple[str, ...]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


class InvalidMoment(Invalid):
    """The text is not a moment."""


def read(text: str, zone: tzinfo) -> datetime:
    """Return the moment written in ISO 8601; without an offset it is local time of that zone.

    Raises InvalidMoment.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        example = "2026-11-04T14:00 (local time) or 2026-11-04T14:00+08:00"
        raise InvalidMoment(f'"{text}" is not a moment; write for example {example}') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def words(moment: datetime, language: Language) -> str:
    """Return a moment as people say it, in its own zone.

    >>> from zoneinfo import ZoneInfo
    >>> words(datetime(2026, 11, 9, 7, 30, tzinfo=ZoneInfo("Asia/Makassar")), "id")
    'Senin, 9 November 2026 pukul 07.30 WITA'
    """
    day, month = _DAYS[language][moment.weekday()], _MONTHS[language][moment.month - 1]
    time = f"{moment:pukul %H.%M %Z}" if language == "id" else f"{moment:at %H:%M %Z}"
    return f"{day}, {moment.day} {month} {moment.year} {time}"


def short(moment: datetime, language: Language) -> str:
    """Return a moment in the width of a column, with its weekday: `Sen 2026-11-09 07:30`."""
    return f"{_DAYS[language][moment.weekday()][:3]} {moment:%Y-%m-%d %H:%M}"
