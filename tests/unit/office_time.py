"""Moments as the clocks of an office show them."""

from datetime import datetime

from engine.calendars import Calendar
from engine.durations import Duration


def at(calendar: Calendar, text: str) -> datetime:
    """Return the moment when the clocks of the office show "2026-03-17 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


def due(calendar: Calendar, start: str, duration: str) -> str:
    """Return when it is due, as the clocks of the office show it."""
    moment = calendar.due(at(calendar, start), Duration.parse(duration))
    return calendar.local(moment).strftime("%Y-%m-%d %H:%M")
