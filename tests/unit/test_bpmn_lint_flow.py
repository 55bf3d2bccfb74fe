"""Rules of flow, decisions, events and lanes."""

import pytest

from engine.bpmn.lint import check, lint
from engine.bpmn.normalize import normalize
from engine.bpmn.reader import read
from engine.workflow.specification import compile_program
from tests.unit.bpmn_diagrams import (
    CONDITION,
    DURATION,
    FIELD,
    LATE,
    SIGN,
    START,
    VALID,
    Case,
    add,
    added,
    changed,
    flow,
    line_of,
    on_sign,
    swap,
)
from tests.unit.small_diagrams import source as small_source

SUBMIT = '<bpmn:sequenceFlow id="submit" sourceRef="write" targetRef="sign"/>'
DECIDE = '<bpmn:sequenceFlow id="decide" sourceRef="sign" targetRef="decision"/>'
YES = '<bpmn:sequenceFlow id="yes" sourceRef="decision" targetRef="sent"/>'
WRITE_LATE = '<bpmn:sequenceFlow id="write_late" sourceRef="write_timer" targetRef="late"/>'
WITH_CONDITION = f">{CONDITION}</bpmn:sequenceFlow>"
NO_DEFAULT = (' default="yes"', "")
INTO_MANY = flow("m1", "decision", "many", CONDITION) + flow("m2", "write", "many")
ENUM = (
    '<camunda:formField id="approved" type="enum"><camunda:value id="yes"/>'
    '<camunda:value id="no"/></camunda:formField>'
)
NUMBER = '<camunda:formField id="approved" type="long"/>'
CONTRADICTING = (
    '><camunda:validation><camunda:constraint name="min" config="3"/>'
    '<camunda:constraint name="max" config="2"/></camunda:validation></camunda:formField>'
)
FORK = (
    '<bpmn:parallelGateway id="both"/>'
    + flow("f1", "both", "sent", CONDITION)
    + flow("f2", "both", "sent")
)
ON_WRITE = ' attachedToRef="write"'


def chain(length: int) -> str:
    """Return a row of steps, each leading to the next and the last to an end."""
    steps = "".join(
        f'<bpmn:task id="n{n}" name="{n}"/>{flow(f"c{n}", f"n{n}", f"n{n + 1}")}'
        for n in range(length)
    )
    return f'{steps}<bpmn:endEvent id="n{length}"/>'


UNREADABLE_CONDITIONS = [
    "",
    "approved == false",
    "${",
    "${}",
    "${approved ==}",
    "=approved",
    "x ${approved}",
    "${__import__('os')}",
]
UNREADABLE_DURATIONS = ["2 jam", "PT0S", "-PT2H", "PT", "P", "${hours", "PT2H ago", "R3/PT1H"]
UNREADABLE_DURATIONS += ["${7}", "PT${1 / 0}H", "${'besok'}"]

ERRORS = [
    swap("no-end", "letters", (CONDITION, "")),
    swap(
        "no-end",
        "letters",
        (LATE, ""),
        ('<bpmn:endEvent id="sent"/>', ""),
        ("<bpmn:flowNodeRef>sent</bpmn:flowNodeRef>", ""),
        ('targetRef="sent"', 'targetRef="sign"'),
        ('sourceRef="write_timer" targetRef="late"', 'sourceRef="write_timer" targetRef="sign"'),
        ('sourceRef="sign_timer" targetRef="late"', 'sourceRef="sign_timer" targetRef="write"'),
    ),
    Case("nothing-to-run", "p", small_source("")),
    swap("computed-time-standard", "write", ("PT2H", "${hours}")),
    swap("no-value-fits", "sign", (FIELD, NUMBER[:-2] + CONTRADICTING)),
    add("too-many-nodes", "letters", chain(2000)),
    swap("no-beginning", "letters", (START, "")),
    add("flow-to-nowhere", "lost", flow("lost", "decision", "gone")),
    add("flow-to-nowhere", "lost", flow("lost", "gone", "late")),
    add("flow-to-nowhere", "lost", flow("lost", "decision", "note")),
    add("flow-to-nowhere", "lost", '<bpmn:sequenceFlow id="lost"/>'),
    add("unreachable", "alone", f'<bpmn:task id="alone"/>{flow("f", "alone", "late")}'),
    swap("unreachable", "sent", (DECIDE, "")),
    add("flow-into-start", "start", flow("back", "decision", "start")),
    add("flow-into-start", "sign_timer", flow("back", "decision", "sign_timer")),
    add("flow-out-of-end", "sent", flow("on", "sent", "late")),
    add(
        "unreachable",
        "island",
        '<bpmn:task id="island"/><bpmn:task id="other"/>'
        + flow("f1", "island", "other")
        + flow("f2", "other", "island"),
    ),
    add(
        "flow-at-handler",
        "undo",
        '<bpmn:task id="undo" isForCompensation="true"/>' + flow("f", "decision", "undo"),
    ),
    swap(
        "endless-loop",
        "decision",
        ('"decision" targetRef="write"', '"decision" targetRef="decision"'),
    ),
    add(
        "too-many-flows",
        "letters",
        "".join(flow(f"f{number}", "decision", "sign", CONDITION) for number in range(5000)),
    ),
    swap("default-elsewhere", "decision", ('default="yes"', 'default="submit"')),
    swap("default-elsewhere", "decision", ('default="yes"', 'default=""')),
    add("complex-join", "many", '<bpmn:complexGateway id="many"/>' + INTO_MANY),
    *(
        swap("bad-condition", "no", ("${approved == false}", condition))
        for condition in UNREADABLE_CONDITIONS
    ),
    *(
        swap("condition-never-computed", "no", ("${approved == false}", condition))
        for condition in ("${1}", "${1 / 0}")
    ),
    swap("boundary-not-on-step", "write_timer", (ON_WRITE, "")),
    swap("boundary-not-on-step", "write_timer", (ON_WRITE, ' attachedToRef="decision"')),
    swap("boundary-not-on-step", "write_timer", (ON_WRITE, ' attachedToRef="gone"')),
    add(
        "event-without-trigger",
        "bare",
        f'<bpmn:boundaryEvent id="bare" attachedToRef="sign"/>{flow("f", "bare", "late")}',
    ),
    swap("timer-without-duration", "write_timer", (DURATION, "")),
    swap("timer-without-duration", "write_timer", ("PT2H", " ")),
    *(swap("bad-duration", "write_timer", ("PT2H", duration)) for duration in UNREADABLE_DURATIONS),
    swap("missing-reference", "late", ('escalationRef="overdue"', 'escalationRef="gone"')),
    swap("missing-reference", "late", ('escalationRef="overdue"', 'escalationRef="sign"')),
    swap("in-two-lanes", "sign", (">start<", ">sign<")),
    on_sign("computed-candidate-group", 'camunda:candidateGroups="${head}"'),
]
WARNINGS = [
    swap("compared-with-other-type", "no", ("${approved == false}", "${approved == 3}")),
    swap("compared-with-no-option", "no", (FIELD, ENUM), ("approved == false", "approved == 'x'")),
    swap("no-truth-value", "no", (FIELD, NUMBER), ("approved == false", "approved")),
    swap("condition-without-choice", "f1", (YES, YES.replace("sent", "both") + FORK)),
    add("several-start-events", "b", f'<bpmn:startEvent id="b"/>{flow("f", "b", "write")}'),
    swap("no-default-flow", "decision", NO_DEFAULT, (YES, YES[:-2] + WITH_CONDITION)),
    swap("condition-on-default", "yes", (YES, YES[:-2] + WITH_CONDITION)),
    swap("unknown-variable", "no", ("${approved == false}", "${agreed == false}")),
    swap("same-lane-name", "lane_head", ("Kepala&#10;Badan", " Staf ")),
    swap("stale-lane-reference", "lane_staff", (">start<", ">gone<")),
    swap(
        "several-actors-in-lane",
        "lane_head",
        (SIGN, f'{SIGN} camunda:candidateGroups="plh"'),
        ('id="lane_head"', 'id="lane_head" camunda:candidateGroups="head"'),
    ),
    on_sign("several-candidate-groups", 'camunda:candidateGroups="Kepala, Wakil"'),
]
HINTS = [
    swap("no-default-flow-at-step", "write", (SUBMIT, SUBMIT[:-2] + WITH_CONDITION)),
]
WARNINGS_BESIDE_OTHERS = [
    swap(
        "no-default-flow-after-event",
        "decision",
        NO_DEFAULT,
        (YES, YES[:-2] + WITH_CONDITION),
        ('sourceRef="sign_timer" targetRef="late"', 'sourceRef="sign_timer" targetRef="decision"'),
    ),
    swap(
        "timer-repeats-step",
        "sign_timer",
        ('sourceRef="sign_timer" targetRef="late"', 'sourceRef="sign_timer" targetRef="sign"'),
    ),
]


def test_a_loop_through_several_gateways_without_a_step_is_found() -> None:
    gateways = '<bpmn:parallelGateway id="a"/><bpmn:parallelGateway id="b"/>'
    source = changed(
        ('targetRef="write"/>', 'targetRef="a"/>'),
        (SUBMIT, SUBMIT + gateways + flow("f1", "a", "b") + flow("f2", "b", "a")),
        (YES, YES + flow("f3", "b", "write")),
    )
    (finding,) = (one for one in lint(read(source)) if one.code == "endless-loop")
    assert finding.element_id in {"a", "b"}


def test_a_loop_through_a_step_waits_there_and_is_fine() -> None:
    assert 'sourceRef="decision" targetRef="write"' in VALID
    assert lint(read(VALID.encode())) == ()


WITHOUT_GATEWAYS = {
    "several flows out of a step": added(flow("f", "write", "late")),
    "several flows out of the start": added(flow("f", "start", "late")),
    "a step without a flow out of it": added(f'<bpmn:task id="last"/>{flow("f", "write", "last")}'),
    "a timer that leads nowhere": changed((WRITE_LATE, "")),
    "a flow back to its own step": changed(
        (SUBMIT, SUBMIT + flow("again", "write", "write", CONDITION))
    ),
}


@pytest.mark.parametrize("source", WITHOUT_GATEWAYS.values(), ids=WITHOUT_GATEWAYS.keys())
def test_what_modelers_draw_without_gateways_and_ends_runs(source: bytes) -> None:
    diagram = read(source.replace(b"sop.", b"other."))
    check(diagram)
    compile_program(normalize(diagram))


def test_an_interrupting_timer_beside_the_time_standard_is_fine() -> None:
    stop = (
        '<bpmn:boundaryEvent id="stop" attachedToRef="sign"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P1W</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )
    assert lint(read(add("", None, stop + flow("f", "stop", "sent")).source)) == ()


def test_the_longest_process_that_lint_lets_through_compiles() -> None:
    # The eight other nodes of the diagram and the end of the chain make it 2,000.
    source = changed(
        ("sop.", ""),
        ('sourceRef="decision" targetRef="sent"', 'sourceRef="decision" targetRef="n0"'),
        ('<bpmn:endEvent id="sent"/>', ""),
        ("<bpmn:flowNodeRef>sent</bpmn:flowNodeRef>", ""),
        (LATE, LATE + chain(1992)),
    )
    diagram = read(source)
    assert len(diagram.graph.nodes) == 2000
    check(diagram)
    compile_program(normalize(diagram))


def test_a_finding_about_a_flow_names_the_line_of_the_flow() -> None:
    source = changed((CONDITION, ""))
    lines = {finding.code: finding.line for finding in lint(read(source))}
    assert lines["flow-never-taken"] == line_of(source, 'id="no"')


@pytest.mark.parametrize("marks", ["#{approved == false}", "${ approved==false }"])
def test_a_condition_may_be_written_with_either_mark(marks: str) -> None:
    assert lint(read(changed(("${approved == false}", marks)))) == ()


def test_a_group_of_its_own_is_an_actor_too() -> None:
    assert lint(read(changed((SIGN, f'{SIGN} camunda:candidateGroups="Plt. Kepala"')))) == ()
