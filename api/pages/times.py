"""Moments as forms send them."""

from datetime import datetime

from engine.database import Transaction
from engine.errors import Invalid, Said


def office_moment(tx: Transaction, written: str, *, field: str) -> datetime:
    """Return "2026-11-23T07:40" as that moment of the office. Raises Invalid, naming the field."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise Invalid(fields={field: Said("Write a date and a time.")}) from error
    return moment.replace(tzinfo=tx.calendars.default.zone)
