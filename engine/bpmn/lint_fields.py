"""Rules of forms: a field is a variable with one name and one type wherever it is filled in."""

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, camunda, kind, line_of
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import FieldType, FormField, constraints, form_fields, read_field, whole_number
from engine.bpmn.values import default_of, is_computed, is_variable_name, problem_with
from engine.expressions import InvalidExpression, compile_composite

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
        id="Pakai required; readonly; min dan max untuk long; minlength dan maxlength untuk "
        "string, dengan bilangan bulat.",
        en="Use required; readonly; min and max on a long; minlength and maxlength on a string, "
        "with whole numbers.",
    ),
)
NO_VALUE_FITS = Rule(
    "no-value-fits",
    Severity.ERROR,
    Text(
        id='Isian "{name}" tidak dapat diisi dengan nilai apa pun: batasannya bertentangan.',
        en='No value fits the field "{name}": its constraints contradict each other.',
    ),
    Text(
        id="Pastikan min tidak melebihi max, minlength tidak melebihi maxlength, dan isian "
        "readonly tidak sekaligus required.",
        en="Make sure that min is not above max, minlength not above maxlength, and a readonly "
        "field not required as well.",
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
    for step in _forms(diagram):
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
        is_clear = bool(ids) and all(ids) and len(set(ids)) == len(ids)
        if entry.get("type") == FieldType.ENUM and not is_clear:
            yield NO_OPTIONS.broken_by(step, line=line, name=name)


def defaults(diagram: Diagram) -> Iterator[Finding]:
    """A default is a value that the field itself would accept."""
    for step, entry in _entries(diagram):
        field = read_field(entry)
        if _is_bad_default(field):
            yield BAD_DEFAULT.broken_by(
                step, line=line_of(entry), name=field.id, value=field.default
            )


def _is_bad_default(field: FormField) -> bool:
    if field.default is None:
        return False
    if not is_computed(field.default):
        return problem_with(field, default_of(field)) is not None
    try:
        compile_composite(field.default)
    except InvalidExpression:
        return True
    return False


def contradictions(diagram: Diagram) -> Iterator[Finding]:
    """There is a value that a field would accept."""
    for step, entry in _entries(diagram):
        field = read_field(entry)
        longest, shortest = field.maxlength, field.minlength or 0
        if (
            (field.required and field.readonly)
            or (field.min is not None and field.max is not None and field.min > field.max)
            or (longest is not None and longest < max(shortest, int(field.required)))
        ):
            yield NO_VALUE_FITS.broken_by(step, line=line_of(entry), name=field.id)


def _forms(diagram: Diagram) -> list[Element]:
    """Return what has a form that is filled in: the start of the process, and every step."""
    starts = [one for one in diagram.graph.starts if kind(one) == "startEvent"]
    return [*starts[:1], *diagram.steps]


def _entries(diagram: Diagram) -> Iterator[tuple[Element, Element]]:
    """Yield each step with each of its fields; findings name the step, which has a drawing."""
    for step in _forms(diagram):
        for entry in form_fields(step):
            yield step, entry


def _is_supported(entry: Element, constraint: str, value: str) -> bool:
    if constraint in {"required", "readonly"}:
        return value in {"", "true", "false"}
    return _BOUNDS.get(constraint) == entry.get("type") and whole_number(value) is not None
