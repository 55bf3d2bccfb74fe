"""Rules of forms: a field is a variable with one name and one type in the whole process."""

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, camunda, line_of
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import FieldType, constraints, form_fields, read_field, whole_number
from engine.bpmn.values import default_of, is_variable_name, problem_with

_BOUNDS: Final = {
    "min": FieldType.LONG,
    "max": FieldType.LONG,
    "minlength": FieldType.STRING,
    "maxlength": FieldType.STRING,
}

BAD_NAME = Rule(
    "bad-field-name",
    Severity.ERROR,
    Text(
        id='Nama isian "{name}" tidak sah.',
        en='The field name "{name}" is not valid.',
    ),
    Text(
        id="Pakai huruf a-z, angka, dan garis bawah, diawali huruf, seperti perlu_perbaikan.",
        en="Use letters a-z, digits and underscores, beginning with a letter, as in needs_work.",
    ),
)
BAD_TYPE = Rule(
    "bad-field-type",
    Severity.ERROR,
    Text(
        id='Isian "{name}" berjenis "{type}", yang belum didukung.',
        en='The field "{name}" has the type "{type}", which is not supported yet.',
    ),
    Text(
        id="Pilih string, long, boolean, date, atau enum.",
        en="Choose string, long, boolean, date or enum.",
    ),
)
FIELD_TWICE = Rule(
    "field-twice",
    Severity.ERROR,
    Text(
        id='Formulir ini punya dua isian bernama "{name}".',
        en='The form has two fields named "{name}".',
    ),
    Text(id="Beri salah satunya nama lain.", en="Give one of them another name."),
)
TYPES_DIFFER = Rule(
    "field-types-differ",
    Severity.ERROR,
    Text(
        id='Isian "{name}" berjenis {type} di sini, tetapi {other} di langkah lain.',
        en='The field "{name}" is {type} here, but {other} at another step.',
    ),
    Text(
        id="Samakan jenisnya, atau beri salah satunya nama lain.",
        en="Give them the same type, or one of them another name.",
    ),
)
BAD_CONSTRAINT = Rule(
    "bad-constraint",
    Severity.ERROR,
    Text(
        id='Batasan {constraint}="{value}" pada isian "{name}" belum didukung.',
        en='The constraint {constraint}="{value}" of the field "{name}" is not supported.',
    ),
    Text(
        id="Pakai required; min dan max untuk long; minlength dan maxlength untuk string, "
        "dengan bilangan bulat.",
        en="Use required; min and max on a long; minlength and maxlength on a string, "
        "with whole numbers.",
    ),
)
NO_OPTIONS = Rule(
    "enum-without-values",
    Severity.ERROR,
    Text(
        id='Isian pilihan "{name}" belum punya pilihan, atau pilihannya tanpa pengenal.',
        en='The enum field "{name}" has no values, or values without an id.',
    ),
    Text(
        id="Tambahkan pilihan, masing-masing dengan pengenal (id) sendiri.",
        en="Add values, each with an id of its own.",
    ),
)
BAD_DEFAULT = Rule(
    "bad-default",
    Severity.ERROR,
    Text(
        id='Nilai bawaan "{value}" tidak cocok untuk isian "{name}".',
        en='The default "{value}" does not fit the field "{name}".',
    ),
    Text(
        id="Isi nilai yang sesuai jenis dan batasannya, atau kosongkan.",
        en="Write a value that fits its type and constraints, or leave it empty.",
    ),
)


def names(diagram: Diagram) -> Iterator[Finding]:
    """A field's id is the name of a variable, once in a form."""
    for step in diagram.graph.steps:
        seen: set[str] = set()
        for entry in form_fields(step):
            name, line = entry.get("id", ""), line_of(entry)
            if not is_variable_name(name):
                yield BAD_NAME.broken_by(step, line=line, name=name)
            elif name in seen:
                yield FIELD_TWICE.broken_by(step, line=line, name=name)
            seen.add(name)


def types(diagram: Diagram) -> Iterator[Finding]:
    """A variable has one of the known types, the same in every form."""
    first: dict[str, str] = {}
    for step, entry in _entries(diagram):
        name, written, line = entry.get("id", ""), entry.get("type", ""), line_of(entry)
        other = first.setdefault(name, written)
        if written not in list(FieldType):
            yield BAD_TYPE.broken_by(step, line=line, name=name, type=written)
        elif written != other:
            yield TYPES_DIFFER.broken_by(step, line=line, name=name, type=written, other=other)


def limits(diagram: Diagram) -> Iterator[Finding]:
    """Constraints are known and fit the type; an enum has values to choose from."""
    for step, entry in _entries(diagram):
        name, line = entry.get("id", ""), line_of(entry)
        for constraint, value in constraints(entry).items():
            if not _is_supported(entry, constraint, value):
                yield BAD_CONSTRAINT.broken_by(
                    step, line=line, name=name, constraint=constraint, value=value
                )
        ids = [value.get("id") for value in entry.iterchildren(camunda("value"))]
        if entry.get("type") == FieldType.ENUM and not (ids and all(ids)):
            yield NO_OPTIONS.broken_by(step, line=line, name=name)


def defaults(diagram: Diagram) -> Iterator[Finding]:
    """A default is a value that the field itself would accept."""
    for step, entry in _entries(diagram):
        field = read_field(entry)
        if field.default is not None and problem_with(field, default_of(field)):
            yield BAD_DEFAULT.broken_by(
                step, line=line_of(entry), name=field.id, value=field.default
            )


def _entries(diagram: Diagram) -> Iterator[tuple[Element, Element]]:
    """Yield each step with each of its fields; findings name the step, which has a drawing."""
    for step in diagram.graph.steps:
        for entry in form_fields(step):
            yield step, entry


def _is_supported(entry: Element, constraint: str, value: str) -> bool:
    if constraint == "required":
        return value in {"", "true", "false"}
    return _BOUNDS.get(constraint) == entry.get("type") and whole_number(value) is not None
