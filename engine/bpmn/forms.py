"""Checks the variables that somebody sends against the form of the step, or the lack of one.

A variable that any form of the process declares is sent at a step that declares it, in its type;
so a condition can rely on the type that was drawn. Variables belong to the process: where a step is
repeated, each turn writes the same ones and the last that is completed wins, unless the activity
around it has a variable of that name of its own (the element of a multi-instance).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.bpmn.sop import FieldType, FormField, Process, Step
from engine.bpmn.values import (
    MAX_NAME,
    computed,
    default_of,
    is_computed,
    is_empty,
    is_long,
    is_variable_name,
    problem_with,
    problem_with_free,
)
from engine.errors import Invalid, Said
from engine.expressions import ExpressionFailed, InvalidExpression

MAX_VARIABLES: Final = 100
MAX_BYTES: Final = 32 * 2**10
"""Of all variables together, as JSON."""


class InvalidVariables(Invalid):
    """The variables do not fit the form."""


def validate(
    process: Process,
    step: Step | None,
    variables: Mapping[str, object],
    *,
    known: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the variables to store when `step` is completed, or (None) the process started.

    A form is submitted as a whole: an optional field that is not sent gets its default, or None;
    one sent empty gets None. What was decided when a loop came here before does not count again.
    `known` are the variables of the case, for defaults that are expressions.
    Raises `InvalidVariables`, naming each field that is wrong.
    """
    fields = process.start_fields if step is None else step.fields
    if not fields:
        return validate_free(process, variables)
    problems = _problems_with_form(fields, variables)
    cleaned = _filled_in(fields, variables, known or {}, problems)
    return _without_problems(cleaned, problems)


def validate_free(process: Process, variables: Mapping[str, object]) -> dict[str, object]:
    """Return the variables to store that come without a form: those of a message.

    Raises `InvalidVariables`, naming each that is wrong or belongs to a form.
    """
    return _without_problems(dict(variables), _problems_without_form(process, variables))


def _without_problems(cleaned: dict[str, object], problems: Mapping[str, str]) -> dict[str, object]:
    if len(cleaned) > MAX_VARIABLES:
        raise InvalidVariables(
            Said(
                "At most {max_variables} variables can be sent at once.",
                max_variables=MAX_VARIABLES,
            )
        )
    if problems:
        raise InvalidVariables(fields=problems)
    if len(json.dumps(cleaned, ensure_ascii=False).encode()) > MAX_BYTES:
        raise InvalidVariables(
            Said("The variables together are larger than {max_bytes} bytes.", max_bytes=MAX_BYTES)
        )
    return cleaned


def needs_known(step: Step) -> bool:
    """Return whether a form has a default that the variables of the case decide."""
    return any(is_computed(field.default) for field in step.fields)


def initial(fields: Sequence[FormField], known: Mapping[str, object]) -> dict[str, object]:
    """Return what a form begins with, by field id: defaults, and what is only shown.

    `known` are the variables of the case. A default that cannot be computed is None.
    """
    return {field.id: _initial(field, known) for field in fields}


def _initial(field: FormField, known: Mapping[str, object]) -> object:
    if is_computed(field.default):
        return _computed(field, known, {})
    if field.default is None and field.readonly:
        return known.get(field.id)
    return default_of(field)


def from_texts(fields: Sequence[FormField], texts: Mapping[str, str]) -> dict[str, object]:
    """Return the values of what people have typed, by field id, ready for `validate`.

    A text that is no value of its field stays a text, so that it is named as what it is.
    """
    return {
        field.id: _from_text(field, texts[field.id])
        for field in fields
        if field.id in texts and not field.readonly
    }


def _from_text(field: FormField, typed: str) -> object:
    trimmed = typed.strip()
    match field.type:
        case FieldType.LONG:
            return int(trimmed) if is_long(trimmed) else trimmed
        case FieldType.BOOLEAN:
            return {"true": True, "false": False}.get(trimmed, trimmed)
        case FieldType.STRING:
            return typed.replace("\r\n", "\n")
        case FieldType.DATE | FieldType.ENUM:
            return trimmed


def json_schema(step: Step) -> dict[str, Any]:
    """Return the form of a step as a JSON Schema (2020-12) of its variables."""
    return _schema(step.name, step.fields)


def start_schema(process: Process) -> dict[str, Any]:
    """Return the form that starts a process as a JSON Schema (2020-12) of its variables."""
    return _schema(process.name, process.start_fields)


def _schema(title: str, fields: Sequence[FormField]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": title,
        "properties": {field.id: _field_schema(field) for field in fields},
        "required": [field.id for field in fields if field.required and not field.readonly],
        "additionalProperties": not fields,
    }


def _problems_with_form(
    fields: Sequence[FormField], variables: Mapping[str, object]
) -> dict[str, str]:
    by_name = {field.id: field for field in fields}
    problems: dict[str, str] = {
        _shown(name): Said("This step has no field of that name.")
        for name in variables.keys() - by_name.keys()
    }
    for name, field in by_name.items():
        value = variables.get(name)
        problem: str | None = None
        if field.readonly:
            problem = Said("This field is only shown.") if name in variables else None
        elif not is_empty(value):
            problem = problem_with(field, value)
        elif field.required:
            problem = Said("This field is required.")
        if problem:
            problems[name] = problem
    return problems


def _filled_in(
    fields: Sequence[FormField],
    variables: Mapping[str, object],
    known: Mapping[str, object],
    problems: dict[str, str],
) -> dict[str, object]:
    """Return every field of the form: as sent, else its default, else None.

    What is only shown and has no default is left out. Adds to `problems` the defaults that do not
    fit.
    """
    found: dict[str, object] = {}
    for field in fields:
        if field.id in variables:
            found[field.id] = _or_none(variables[field.id])
        elif is_computed(field.default):
            found[field.id] = _computed(field, known, problems)
        elif field.default is not None or not field.readonly:
            found[field.id] = default_of(field)
    return found


def _computed(field: FormField, known: Mapping[str, object], problems: dict[str, str]) -> object:
    try:
        value = _or_none(computed(field, known))
    except (ExpressionFailed, InvalidExpression) as error:
        problem: str | None = error.args[0]
    else:
        problem = None if value is None else problem_with(field, value)
        if not problem:
            return value
    problems[field.id] = Said("Its default does not fit; send a value. {problem}", problem=problem)
    return None


def _or_none(value: object) -> object:
    return None if is_empty(value) else value


def _problems_without_form(process: Process, variables: Mapping[str, object]) -> dict[str, str]:
    declared = {field.id for step in process.steps for field in step.fields}
    declared |= {field.id for field in process.start_fields}
    problems: dict[str, str] = {}
    for name, value in variables.items():
        problem = problem_with_free(value)
        if not is_variable_name(name):
            problem = Said(
                "A name has letters a-z, digits and underscores, does not begin with a digit, "
                "and has at most {max_name} characters.",
                max_name=MAX_NAME,
            )
        elif name in declared:
            problem = Said("This belongs to the form of another step; send it there.")
        if problem:
            problems[_shown(name)] = problem
    return problems


def _shown(name: str) -> str:
    """Return a name that any JSON writer can show, however wrong it is."""
    return name[:MAX_NAME].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _field_schema(field: FormField) -> dict[str, Any]:
    values = _value_schema(field)
    if not field.required:
        values = {"anyOf": [values, {"type": "null"}]}
    is_fixed = field.default is not None and not is_computed(field.default)
    default = {"default": default_of(field)} if is_fixed else {}
    shown = {"readOnly": True} if field.readonly else {}
    return {"title": field.label, **values, **default, **shown}


def _value_schema(field: FormField) -> dict[str, Any]:
    match field.type:
        case FieldType.BOOLEAN:
            return {"type": "boolean"}
        case FieldType.DATE:
            return {"type": "string", "format": "date"}
        case FieldType.ENUM:
            return {"oneOf": [{"const": one, "title": name} for one, name in field.options]}
        case FieldType.LONG:
            bounds = {"minimum": field.min, "maximum": field.max}
            return {"type": "integer", "format": "int64", **_given(bounds)}
        case FieldType.STRING:
            bounds = {"minLength": field.minlength, "maxLength": field.maxlength}
            filled = {"pattern": r"\S"} if field.required else {}
            return {"type": "string", **_given(bounds), **filled}


def _given(bounds: Mapping[str, int | None]) -> dict[str, int]:
    return {name: bound for name, bound in bounds.items() if bound is not None}
