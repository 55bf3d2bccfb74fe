"""Forms that can be filled in, wherever they are drawn."""

import pytest

from engine.bpmn.findings import Severity
from engine.bpmn.lint import lint
from engine.bpmn.reader import read
from tests.unit.bpmn_diagrams import FIELD, START, Case, changed, swap


def field(name: str, kind: str, *constraints: tuple[str, str], default: str = "") -> str:
    """Return a form field."""
    inside = "".join(
        f'<camunda:constraint name="{one}" config="{config}"/>' for one, config in constraints
    )
    return (
        f'<camunda:formField id="{name}" type="{kind}" defaultValue="{default}">'
        f"<camunda:validation>{inside}</camunda:validation></camunda:formField>"
    )


def form(*fields: str) -> str:
    """Return a start event with a form."""
    return (
        '<bpmn:startEvent id="start"><bpmn:extensionElements><camunda:formData>'
        f"{''.join(fields)}</camunda:formData></bpmn:extensionElements></bpmn:startEvent>"
    )


def on_sign(code: str, *constraints: tuple[str, str], kind: str = "long") -> Case:
    """Return the case of one more field in the form of the step `sign`."""
    return swap(code, "sign", (FIELD, FIELD + field("more", kind, *constraints)))


SPOILT = [
    on_sign("no-value-fits", ("min", "3"), ("max", "2")),
    on_sign("no-value-fits", ("minlength", "3"), ("maxlength", "2"), kind="string"),
    on_sign("no-value-fits", ("maxlength", "0"), ("required", ""), kind="string"),
    on_sign("no-value-fits", ("readonly", ""), ("required", "true")),
    on_sign("bad-constraint", ("readonly", "perhaps")),
    on_sign("bad-constraint", ("validator", "org.example.Check")),
    swap("bad-default", "sign", (FIELD, FIELD + field("more", "long", default="${a b}"))),
    swap("bad-default", "start", (START, form(field("more", "long", default="x")))),
    swap("bad-field-name", "start", (START, form(field("no good", "long")))),
    swap("field-types-differ", "sign", (START, form(field("approved", "string")))),
    swap(
        "no-value-fits", "start", (START, form(field("more", "long", ("min", "3"), ("max", "2"))))
    ),
]
FINE = [
    (FIELD, FIELD + field("more", "long", ("min", "2"), ("max", "2"), ("required", ""))),
    (FIELD, FIELD + field("more", "string", ("readonly", "true"), default="${approved}")),
    (FIELD, FIELD + field("more", "string", ("required", "false"), default="Nomor ${nomor}")),
    (START, form(field("approved", "boolean"))),
]


@pytest.mark.parametrize("case", SPOILT, ids=str)
def test_a_form_that_nobody_could_fill_in_is_refused(case: Case) -> None:
    found = [one for one in lint(read(case.source)) if one.severity is Severity.ERROR]
    assert [(one.code, one.element_id) for one in found] == [(case.code, case.element_id)]


@pytest.mark.parametrize("change", FINE)
def test_a_form_that_can_be_filled_in_is_fine(change: tuple[str, str]) -> None:
    found = lint(read(changed(change)))
    assert [one.code for one in found if one.severity is Severity.ERROR] == []
