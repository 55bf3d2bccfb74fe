"""What is wrong with the value of a variable: by the field that declares it, or by itself.

Every function here returns one sentence, or None when nothing is wrong.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from engine.bpmn.sop import FieldType, FormField
from engine.errors import Said
from engine.expressions import UndefinedVariable, compile_composite, is_composite
from engine.expressions.values import text

MAX_NAME: Final = 64
"""Characters of a variable's name."""
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG: Final = re.compile(r"-?[0-9]{1,19}")


def is_variable_name(name: str) -> bool:
    """Return whether a variable can have this name."""
    return len(name) <= MAX_NAME and _NAME.fullmatch(name) is not None


def is_long(written: str) -> bool:
    """Return whether a text writes a whole number."""
    return _LONG.fullmatch(written) is not None


def is_computed(default: str | None) -> bool:
    """Return whether a default is an expression, or a text with expressions in it."""
    return default is not None and is_composite(default)


def computed(field: FormField, known: Mapping[str, object]) -> object:
    """Return the value of a default that is an expression, None where a variable is missing.

    Raises ExpressionFailed or InvalidExpression.
    """
    try:
        value = compile_composite(field.default or "").evaluate(known)
    except UndefinedVariable:
        return None
    match field.type, value:
        case FieldType.LONG, float() if value.is_integer():
            return int(value)
        case FieldType.STRING, bool() | int() | float():
            return text(value)
    return value


def default_of(field: FormField) -> object:
    """Return the default of a field in its type; as text where it does not fit."""
    written = field.default
    if written is not None and field.type is FieldType.LONG and _LONG.fullmatch(written):
        return int(written)
    if written in {"true", "false"} and field.type is FieldType.BOOLEAN:
        return written == "true"
    return written


def is_empty(value: object) -> bool:
    """Return whether a form would show this value as an empty field."""
    return value is None or (isinstance(value, str) and not value.strip())


def problem_with(field: FormField, value: object) -> str | None:
    """Say why the field cannot have this value, which is not empty."""
    return _PROBLEMS[field.type](field, value)


def problem_with_free(value: object) -> str | None:
    """Say why a variable without a field cannot have this value.

    Allowed are JSON's scalars, and a list or an object of scalars.
    """
    parts = [value]
    if isinstance(value, list):
        parts = value
    elif isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    return next((problem for problem in map(_problem_with_scalar, parts) if problem), None)


def _problem_with_string(field: FormField, value: object) -> str | None:
    if not isinstance(value, str):
        return Said("This is a text.")
    if field.minlength is not None and len(value) < field.minlength:
        return Said("This text has at least {minlength} characters.", minlength=field.minlength)
    if field.maxlength is not None and len(value) > field.maxlength:
        return Said("This text has at most {maxlength} characters.", maxlength=field.maxlength)
    return _problem_with_scalar(value)


def _problem_with_long(field: FormField, value: object) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return Said("This is a whole number.")
    if field.min is not None and value < field.min:
        return Said("This number is at least {min}.", min=field.min)
    if field.max is not None and value > field.max:
        return Said("This number is at most {max}.", max=field.max)
    return _problem_with_scalar(value)


def _problem_with_boolean(_: FormField, value: object) -> str | None:
    return None if isinstance(value, bool) else Said("This is true or false.")


def _problem_with_date(_: FormField, value: object) -> str | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return Said("This is a date written as YYYY-MM-DD.")
    try:
        date.fromisoformat(value)
    except ValueError:
        return Said("There is no such day.")
    return None


def _problem_with_enum(field: FormField, value: object) -> str | None:
    ids = [option_id for option_id, _ in field.options]
    return None if value in ids else Said("This is one of: {choices}.", choices=", ".join(ids))


_PROBLEMS: Final[Mapping[FieldType, Callable[[FormField, object], str | None]]] = {
    FieldType.STRING: _problem_with_string,
    FieldType.LONG: _problem_with_long,
    FieldType.BOOLEAN: _problem_with_boolean,
    FieldType.DATE: _problem_with_date,
    FieldType.ENUM: _problem_with_enum,
}


def _problem_with_scalar(value: object) -> str | None:
    match value:
        case None | bool():
            return None
        case int():
            fits = _LONG_MIN <= value <= _LONG_MAX
            return None if fits else Said("Numbers fit into 64 bits.")
        case float():
            return None if math.isfinite(value) else Said("Numbers are finite.")
        case str():
            return None if _can_be_stored(value) else Said("This text cannot be stored.")
        case _:
            return Said(
                "This is a text, a number, true, false, null, or a list or object of these."
            )


def _can_be_stored(text: str) -> bool:
    """UTF-8 has no lone surrogates, PostgreSQL's JSON no zero character."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)
