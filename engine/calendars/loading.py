"""The calendar file: TOML in, calendars out, every fault named by its key."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.calendars.calendar import Calendar
from engine.calendars.reasons import National, national_days
from engine.calendars.tables import AROUND_THE_CLOCK, CalendarFile
from engine.calendars.timetable import ONE_DAY, Hours, Span, Timetable
from engine.errors import Invalid

LONGEST_FILE = 200_000
"""Characters; the file of the reference office has 4,000."""
_MOST_DOTS = 8
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_PLAIN_WORDS = {"missing": "is missing", "extra_forbidden": "is not a known key"}


class InvalidCalendar(Invalid):
    """The calendar file is not valid; `fields` says for each key what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Calendars(Mapping[str, Calendar]):
    """The calendars of a file by name, and the one that applies where none is named."""

    by_name: Mapping[str, Calendar]
    default: Calendar

    def __getitem__(self, name: str) -> Calendar:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)


def load(path: Path) -> Calendars:
    """Return the calendars of a TOML file. Raises InvalidCalendar, naming the key."""
    return parse(read_text(path), source=path.name)


def read_text(path: Path) -> str:
    """Return the text of a calendar file. Raises InvalidCalendar: it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig") as file:  # Windows writes a byte order mark
            return file.read(LONGEST_FILE + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidCalendar(f"{path.name} cannot be read: {error}") from error


def parse(
    text: str, *, source: str = "calendar.toml", national: National = national_days
) -> Calendars:
    """Return the calendars of a TOML text. Raises InvalidCalendar, naming the source and key.

    National holidays and cuti bersama are those that `national` gives for a year.
    """
    _require_size(text, source)
    try:
        file = CalendarFile.model_validate(tomllib.loads(text.removeprefix("\ufeff")))
    except ValidationError as error:
        fields = dict(map(_fault, error.errors(include_url=False)))
        faults = "; ".join(f"{key} {fault}".strip() for key, fault in fields.items())
        raise InvalidCalendar(f"{source}: {faults}", fields=fields) from error
    except (ValueError, RecursionError) as error:  # also of numbers and brackets without end
        raise InvalidCalendar(f"{source} is not TOML: {error}") from error
    calendars = {name: table.calendar(name, national) for name, table in file.calendars.items()}
    default = calendars[file.default]
    calendars[AROUND_THE_CLOCK] = _around_the_clock(default.zone, national)
    return Calendars(by_name=calendars, default=default)


def _require_size(text: str, source: str) -> None:
    """Refuse what would take the parser memory without end: it grows as the square of the dots."""
    if len(text) > LONGEST_FILE:
        raise InvalidCalendar(f"{source} is longer than {LONGEST_FILE} characters.")
    for number, line in enumerate(text.splitlines(), 1):
        if _QUOTED.sub("", line.partition("#")[0]).count(".") > _MOST_DOTS:
            raise InvalidCalendar(f"{source} is not a calendar: line {number} has too many dots.")


def _around_the_clock(zone: ZoneInfo, national: National) -> Calendar:
    always: Hours = (Span(timedelta(0), ONE_DAY),)
    timetable = Timetable(
        zone=zone,
        national=national,
        week=(always,) * 7,
        closed_on_public_holidays=False,
        closed_on_joint_leave=False,
    )
    return Calendar(name=AROUND_THE_CLOCK, timetable=timetable)


def _fault(error: ErrorDetails) -> tuple[str, str]:
    """Return the key as `calendars.kantor.closed[0].from` and what is wrong with it."""
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"])
    said = _PLAIN_WORDS.get(error["type"], error["msg"].removeprefix("Value error, "))
    return key.removeprefix("."), said
