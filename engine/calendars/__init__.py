"""Working time: when an office is open, when a deadline falls, and why then.

No day, hour or zone of an office stands in Python; they come from `processes/calendar.toml`.
"""

from engine.calendars.calendar import Calendar, Deadline, DeadlineOutOfReach, Skipped
from engine.calendars.loading import Calendars, InvalidCalendar, load, parse
from engine.calendars.reasons import Reason
from engine.calendars.tables import AROUND_THE_CLOCK

__all__ = [
    "AROUND_THE_CLOCK",
    "Calendar",
    "Calendars",
    "Deadline",
    "DeadlineOutOfReach",
    "InvalidCalendar",
    "Reason",
    "Skipped",
    "load",
    "parse",
]
