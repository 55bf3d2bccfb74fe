"""Rules of the SOP's form and of its forms: law for an SOP, hints for any other process."""

import re

import pytest

from engine.bpmn import lint_lanes, lint_sop
from engine.bpmn.findings import Severity
from engine.bpmn.lint import check, lint
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from tests.unit.bpmn_diagrams import (
    CONDITION,
    DURATION,
    FIELD,
    LATE,
    SIGN,
    VALID,
    Case,
    changed,
    flow,
    line_of,
    swap,
)
from tests.unit.small_diagrams import arrows, lane, small, sop, timer

FORM = (
    lint_sop.actors,
    lint_sop.time_standard,
    lint_sop.escalation,
    lint_sop.written_time,
    lint_sop.output,
)
LANES_OF_FORM = (lint_lanes.lane_names, lint_lanes.members, lint_lanes.actors)
SIGN_IN_LANE = ("<bpmn:flowNodeRef>sign</bpmn:flowNodeRef>", "")
LANES = VALID[VALID.index("<bpmn:laneSet") : VALID.index("<bpmn:startEvent")]
WRITE_TIMER = 'attachedToRef="write" cancelActivity="false"'
TO_LATE = 'sourceRef="write_timer" targetRef="late"'
UNSUPPORTED_CONSTRAINTS = [
    ("boolean", "min", "1"),
    ("string", "max", "1"),
    ("long", "maxlength", "1"),
    ("long", "min", "one"),
    ("long", "max", ""),
    ("string", "required", "maybe"),
    ("string", "validator", "office.Check"),
]
UNFIT_DEFAULTS = [
    ("boolean", "ya"),
    ("long", "1.5"),
    ("long", str(2**63)),
    ("date", "1 Juli 2026"),
    ("date", "2026-02-30"),
]


def field(code: str, xml: str) -> Case:
    """Return the case of another field in the form of `sign`."""
    return swap(code, "sign", (FIELD, xml))


def typed(field_type: str, inner: str = "", attributes: str = "") -> str:
    return (
        f'<camunda:formField id="approved" type="{field_type}" {attributes}>'
        f"{inner}</camunda:formField>"
    )


def constraint(name: str, value: str) -> str:
    return (
        f'<camunda:validation><camunda:constraint name="{name}" config="{value}"/>'
        "</camunda:validation>"
    )


def found(source: bytes) -> list[tuple[str, str | None]]:
    """Return code and element of each finding."""
    return [(finding.code, finding.element_id) for finding in lint(read(source))]


ERRORS = [
    field("bad-field-name", '<camunda:formField id="ya/tidak" type="boolean"/>'),
    field("bad-field-name", '<camunda:formField type="boolean"/>'),
    field("bad-field-name", f'<camunda:formField id="{"x" * 65}" type="boolean"/>'),
    field("bad-field-type", typed("file")),
    field("bad-field-type", '<camunda:formField id="approved"/>'),
    field("field-twice", FIELD + FIELD),
    swap(
        "field-types-differ",
        "write",
        (FIELD, typed("long")),
        (
            '<bpmn:userTask id="write" name="Menulis&#10;surat">',
            '<bpmn:userTask id="write" name="Menulis"><bpmn:extensionElements><camunda:formData>'
            f"{FIELD}</camunda:formData></bpmn:extensionElements>",
        ),
    ),
    *(
        field("bad-constraint", typed(field_type, constraint(name, value)))
        for field_type, name, value in UNSUPPORTED_CONSTRAINTS
    ),
    field("enum-without-values", typed("enum")),
    field("enum-without-values", typed("enum", '<camunda:value id="a"/><camunda:value id="a"/>')),
    field("enum-without-values", typed("enum", '<camunda:value name="Ya"/>')),
    *(
        field("bad-default", typed(field_type, "", f'defaultValue="{value}"'))
        for field_type, value in UNFIT_DEFAULTS
    ),
    field("bad-default", typed("enum", '<camunda:value id="a"/>', 'defaultValue="b"')),
    field("bad-default", typed("long", constraint("max", "5"), 'defaultValue="6"')),
    swap("no-lanes", "letters", (LANES, "")),
    swap("step-without-actor", "sign", SIGN_IN_LANE),
    swap("step-without-actor", "write", (' name="Staf"', ' name=" "')),
    swap(
        "step-without-lane",
        "sign",
        SIGN_IN_LANE,
        (SIGN, f'{SIGN} camunda:candidateGroups="Kepala"'),
    ),
    swap("step-without-time-standard", "write", (WRITE_TIMER, 'attachedToRef="write"')),
    swap("several-time-standards", "sign", (WRITE_TIMER, WRITE_TIMER.replace("write", "sign"))),
    swap("times-differ", "write", ('"2 jam"', '"3 jam"')),
    swap("times-differ", "write", ('"2 jam"', '"PT3H"')),
    swap("times-differ", "sign", ('"1 hari"', '"24 jam"')),
    swap("step-without-output", "write", ('"Konsep surat"', '" "')),
]
HINTS = [
    swap(
        "standard-without-escalation", "write_timer", (TO_LATE, TO_LATE.replace('"late', '"sent'))
    ),
    swap("time-not-compared", "write", ('"2 jam"', '"sesuai jadwal"')),
    swap("time-not-compared", "write", ('"2 jam"', '"2-3 jam"')),
    swap("time-not-compared", "sign", ('"1 hari"', '"1 hari kalender"')),
]


def test_the_rules_of_the_form_are_only_hints_for_a_process_that_is_no_sop() -> None:
    source = re.sub(r'name="sop\.', 'name="', VALID).replace(LANES, "")
    source = source.replace(' cancelActivity="false"', "")
    findings = lint(read(source.encode()))
    assert {finding.severity for finding in findings} == {Severity.HINT}
    assert sorted({finding.code for finding in findings}) == [
        "no-lanes",
        "step-without-actor",
        "step-without-output",
        "step-without-time-standard",
    ]
    diagram = read(source.encode())
    check(diagram)
    assert not read_process(diagram).is_sop


def test_one_sop_field_on_a_step_makes_the_rules_law() -> None:
    source = re.sub(r'name="sop\.(?!keterangan)', 'name="', VALID)
    findings = lint(read(source.encode()))
    assert {(one.code, one.severity) for one in findings} == {
        ("step-without-output", Severity.ERROR)
    }


def test_a_missing_time_standard_says_what_to_draw_in_both_languages() -> None:
    source = changed((WRITE_TIMER, 'attachedToRef="write"'))
    (finding,) = lint(read(source))
    assert finding.message.id == "Langkah ini belum punya waktu baku."
    assert finding.hint.id == (
        "Pasang timer (boundary, tidak menginterupsi) berisi durasi seperti PT2H atau P1D."
    )
    assert finding.hint.en == (
        "Attach a timer (boundary, non-interrupting) with a duration such as PT2H or P1D."
    )


def test_a_timer_may_decide_by_a_gateway_whether_to_escalate() -> None:
    gateway = '<bpmn:exclusiveGateway id="rush" default="calm"/>'
    ways = flow("calm", "rush", "sent") + flow("warn", "rush", "late", CONDITION)
    source = changed((TO_LATE, TO_LATE.replace('"late', '"rush')), (LATE, LATE + gateway + ways))
    assert lint(read(source)) == ()


def test_an_escalation_after_another_step_is_not_the_one_of_the_timer() -> None:
    source = changed((TO_LATE, TO_LATE.replace('"late', '"sign')))
    assert ("standard-without-escalation", "write_timer") in found(source)


def test_a_timer_whose_path_ends_at_once_does_not_show_its_escalation() -> None:
    source = changed((f'<bpmn:sequenceFlow id="write_late" {TO_LATE}/>', ""))
    assert ("standard-without-escalation", "write_timer") in found(source)


def test_a_process_that_is_no_sop_need_not_escalate() -> None:
    source = changed(("sop.", ""), (TO_LATE, TO_LATE.replace('"late', '"sent')))
    assert {finding.code for finding in lint(read(source))} == {"step-without-output"}


def test_both_times_are_named_when_they_differ() -> None:
    (finding,) = lint(read(changed(('"2 jam"', '"3 jam"'))))
    assert finding.message.en == 'sop.waktu says "3 jam", but the timer "PT2H".'


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("2 jam", "PT2H"),
        ("120 Menit", "PT2H"),
        ("PT120M", "PT2H"),
        ("1  hari kerja", "P1D"),
        ("1 hari 4 jam 30 menit", "P1DT4H30M"),
        ("2 minggu", "P2W"),
        ("3 bulan", "P3M"),
    ],
)
def test_the_written_time_may_be_iso_or_words(written: str, drawn: str) -> None:
    source = changed(('"2 jam"', f'"{written}"'), (DURATION, DURATION.replace("PT2H", drawn)))
    assert lint(read(source)) == ()


def test_a_finding_about_a_field_names_its_step_and_the_line_of_the_field() -> None:
    source = changed((FIELD, f"\n\n{typed('file')}"))
    finding = next(one for one in lint(read(source)) if one.code == "bad-field-type")
    assert (finding.element_id, finding.line) == ("sign", line_of(source, 'type="file"'))


OUTPUT = sop(output="Surat")
DEEP = {
    "a sub-process": (f'<subProcess><task id="a">{OUTPUT}</task></subProcess>', ""),
    "an event sub-process": (
        f'<subProcess triggeredByEvent="true"><task id="a">{OUTPUT}</task></subProcess>',
        "",
    ),
    "an ad-hoc sub-process": (
        f'<adHocSubProcess><task id="a">{OUTPUT}</task></adHocSubProcess>',
        "",
    ),
    "a called process": (
        '<callActivity calledElement="q"/>',
        f'<process id="q"><task id="a">{OUTPUT}</task></process>',
    ),
}


@pytest.mark.parametrize(("inside", "beside"), DEEP.values(), ids=DEEP.keys())
def test_the_rules_of_the_form_hold_in(inside: str, beside: str) -> None:
    weights = {
        (one.code, one.element_id): one.severity for one in lint(small(inside, beside=beside))
    }
    assert weights["no-lanes", "p"] is Severity.ERROR
    assert weights["step-without-actor", "a"] is Severity.ERROR
    assert weights["step-without-time-standard", "a"] is Severity.ERROR
    assert ("step-without-output", "a") not in weights


def test_a_called_task_needs_an_actor_but_no_timer_since_none_can_be_attached_to_it() -> None:
    called = f'<globalUserTask id="a">{OUTPUT}</globalUserTask>'
    found = lint(small('<callActivity calledElement="a"/>', beside=called))
    weights = {(one.code, one.element_id): one.severity for one in found}
    assert weights["no-lanes", "p"] is Severity.ERROR
    assert weights["step-without-actor", "a"] is Severity.ERROR
    assert weights["step-without-time-standard", "a"] is Severity.HINT


def test_a_step_that_only_its_sub_process_has_in_a_lane_has_an_actor() -> None:
    lanes = f"<laneSet>{lane('staff', 's')}</laneSet>"
    diagram = small(f'{lanes}<subProcess id="s"><task id="a">{OUTPUT}</task></subProcess>')
    codes = {one.code for one in lint(diagram)}
    assert not codes & {"no-lanes", "step-without-actor", "step-without-lane"}


@pytest.mark.parametrize(("properties", "weight"), [(OUTPUT, "error"), ("", "hint")])
def test_a_computed_duration_is_no_time_standard(properties: str, weight: str) -> None:
    inside = f'<task id="a">{properties}</task>{timer("t", "a", "${slow}")}'
    findings = [one for one in lint(small(inside)) if "time" in one.code]
    assert [(one.code, one.element_id, one.severity) for one in findings] == [
        ("computed-time-standard", "a", weight)
    ]
    assert "${slow}" in findings[0].message.id


def test_a_throw_event_shows_an_escalation_as_well_as_an_end_event() -> None:
    throw = (
        '<intermediateThrowEvent id="tell"><escalationEventDefinition/></intermediateThrowEvent>'
    )
    inside = f'<task id="a">{OUTPUT}</task>{timer("t", "a", "PT2H")}{throw}{arrows("t", "tell")}'
    assert "standard-without-escalation" not in {one.code for one in lint(small(inside))}


def test_a_foreign_diagram_gets_nothing_worse_than_hints_from_the_form() -> None:
    inside = (
        f'<laneSet>{lane("staff", "a", "gone")}{lane("head", "a")}</laneSet><task id="a"/>'
        f'{timer("t", "a", "PT1H")}{timer("u", "a", "PT2H")}<subProcess><task id="b"/></subProcess>'
    )
    rules = (*FORM, *LANES_OF_FORM)
    found = [finding for rule in rules for finding in rule(small(inside))]
    assert {finding.severity for finding in found} == {Severity.HINT}
    assert {"several-time-standards", "in-two-lanes", "step-without-actor"} <= {
        finding.code for finding in found
    }
