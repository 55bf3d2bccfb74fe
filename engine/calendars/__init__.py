"""Working time: when an office is open, when a deadline falls, and why then.

No day, hour or zone of an office stands in Python; they come from `processes/calendar.toml`.
"""

from engine.calendars.calendar import Calendar, Deadline, DeadlineOutOfReach, Skipped
from engine.calendars.document import digest, file_of, resolve, restore
from engine.calendars.loading import Calendars, InvalidCalendar, load, parse, read_text
from engine.calendars.moments import MomentOutOfReach
from engine.calendars.reasons import National, NationalDays, Reason, national_days
from engine.calendars.reckoning import (
    Change,
    Extended,
    Reckoned,
    Reckoning,
    Suspended,
    Until,
)
from engine.calendars.tables import AROUND_THE_CLOCK

__all__ = [
    "AROUND_THE_CLOCK",
    "Calendar",
    "Calendars",
    "Change",
    "Deadline",
    "DeadlineOutOfReach",
    "Extended",
    "InvalidCalendar",
    "MomentOutOfReach",
    "National",
    "NationalDays",
    "Reason",
    "Reckoned",
    "Reckoning",
    "Skipped",
    "Suspended",
    "Until",
    "digest",
    "file_of",
    "load",
    "national_days",
    "parse",
    "read_text",
    "resolve",
    "restore",
]
