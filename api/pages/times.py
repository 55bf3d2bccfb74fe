"""Moments as forms send them."""

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from api.rest.schemas import Moment
from engine.database import Transaction
from engine.errors import Invalid, Said

_IN_REACH: Final = TypeAdapter[datetime](Moment)


def office_moment(tx: Transaction, written: str, *, field: str) -> datetime:
    """Return "2026-11-23T07:40" as that moment of the office. Raises Invalid, naming the field.

    It lies where the API takes moments, too: one that no calendar knows could be stored, but never
    shown again.
    """
    try:
        moment = datetime.fromisoformat(written).replace(tzinfo=tx.calendars.default.zone)
    except ValueError as error:
        raise Invalid(fields={field: Said("Write a date and a time.")}) from error
    try:
        return _IN_REACH.validate_python(moment.isoformat())
    except (ValidationError, OverflowError) as error:
        raise Invalid(fields={field: Said("No calendar reaches that far.")}) from error
