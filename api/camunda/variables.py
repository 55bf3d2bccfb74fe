"""Typed values: `{"value": …, "type": "Integer"}`."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from engine.database import Transaction
from engine.errors import Invalid

_WHOLE: Final = {"Short": 2**15, "Integer": 2**31, "Long": 2**63}
_PLAIN_DATE: Final = len("2026-11-23")


class InvalidVariable(Invalid):
    """A variable does not have the value that its type says."""


def read_variables(tx: Transaction, sent: Mapping[str, Any] | None) -> dict[str, object]:
    """Return the values by name. Raises InvalidVariable, naming each that does not fit."""
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    for name, typed in (sent or {}).items():
        try:
            values[name] = _value(tx, typed)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidVariable(fields=problems)
    return values


def _value(tx: Transaction, typed: object) -> object:
    """Return the value; without a type it counts as it is written in JSON."""
    if not isinstance(typed, dict) or not typed.keys() <= {"value", "type", "valueInfo", "local"}:
        raise ValueError('write {"value": …, "type": …}')
    value, kind = typed.get("value"), typed.get("type")
    if kind is None or value is None:
        return value
    if kind == "Date":
        return _date(tx, value)
    if not isinstance(kind, str) or kind not in _KNOWN:
        raise ValueError(f"the type {kind!r} is unknown; use one of {', '.join(_KNOWN)}")
    return _whole(value, kind) if kind in _WHOLE else _READERS[kind](value)


def _whole(value: object, kind: str) -> int:
    bound = _WHOLE[kind]
    if isinstance(value, bool) or not isinstance(value, int) or not -bound <= value < bound:
        raise ValueError(f"is no {kind}")
    return value


def _date(tx: Transaction, value: object) -> str:
    """Return the day in the zone of the office: variables have days, Camunda has moments."""
    try:
        if len(str(value)) == _PLAIN_DATE:
            return date.fromisoformat(str(value)).isoformat()
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("is no Date; write 2026-11-23T00:00:00.000+0800") from None
    return (tx.local(moment) if moment.tzinfo else moment).date().isoformat()


def _double(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is no Double")  # noqa: TRY004 — the caller collects what does not fit
    return float(value)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is no Boolean")  # noqa: TRY004 — as above
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is no String")  # noqa: TRY004 — as above
    return value


def _json(value: object) -> object:
    try:
        return json.loads(_string(value))
    except (ValueError, RecursionError):
        raise ValueError("is no text of JSON") from None


def _null(value: object) -> None:
    raise ValueError(f"is {value!r}, not null")


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "String": _string,
    "Boolean": _boolean,
    "Double": _double,
    "Json": _json,
    "Object": _json,
    "Null": _null,
}
_KNOWN: Final = sorted({*_READERS, *_WHOLE, "Date"})
