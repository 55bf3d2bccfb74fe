"""What an engine can get wrong without a word: each goes right, or is refused by name."""

import pytest

from engine.bpmn.findings import DiagramRefused, Severity
from engine.bpmn.lint import check
from engine.bpmn.program import Event
from engine.bpmn.reader import read
from engine.workflow import state, steps
from engine.workflow.case import VisitKind
from engine.workflow.steps import Delivery, NobodyWaits, TaskGone
from tests.growth import calls_of
from tests.unit.small_diagrams import arrows, source
from tests.unit.workflow_diagrams import Play, compiled, play, xml

SEEN = (VisitKind.ENTERED, VisitKind.COMPLETED, VisitKind.PASSED, VisitKind.FIRED)
MESSAGE = '<message id="m" name="M"/>'
SIGNAL = '<signal id="g" name="G"/>'
LOOP = (
    "start > xor1 > work > xor2",
    "xor2 [more == true] > xor1",
    "xor2 [else] > end",
    "timer @ work PT1H > tell",
)


def case_of(inside: str, *, beside: str = "", **variables: object) -> Play:
    """Return a started case of a process."""
    return Play(compiled(source(inside, beside=beside))).start(**variables)


def refused(inside: str, *, beside: str = "") -> set[str]:
    """Return the codes of the errors for which a process is refused."""
    with pytest.raises(DiagramRefused) as refusal:
        check(read(source(inside, beside=beside)))
    return {one.code for one in refusal.value.findings if one.severity is Severity.ERROR}


def deliver(case: Play, event: Event, name: str) -> Play:
    """Let a message or signal come from outside."""
    assert case.last.state is not None
    delivery = Delivery(event=event, name=name, variables={})
    case.last = steps.advance(
        case.specification, case.last.state, moment=case.moment, delivery=delivery
    )
    case.visits += case.last.visits
    return case


# A case does not end, slow down or grow because it has come far.


def test_a_path_of_1200_steps_is_walked_to_its_end() -> None:
    names = [f"step{number}" for number in range(1200)]
    case = case_of("".join(f'<userTask id="{name}"/>' for name in names) + arrows(*names))
    for name in names:
        assert case.open == [name]
        case.complete(name)
    assert case.ended
    assert case.seen(*SEEN) == names


def test_1200_events_are_passed_in_one_step() -> None:
    names = [f"reached{number}" for number in range(1200)]
    events = "".join(f'<intermediateThrowEvent id="{name}"/>' for name in names)
    case = case_of(f'{events}<userTask id="last"/>{arrows(*names, "last")}')
    assert case.open == ["last"]
    assert case.seen(*SEEN) == names


def test_turn_10000_of_a_loop_with_a_timer_costs_what_turn_10_costs() -> None:
    case = play(*LOOP)
    cost, sizes = {}, {}
    for turn in range(1, 10_001):
        if turn in {10, 10_000}:
            cost[turn] = calls_of(lambda: case.complete("work", more=True))
        else:
            case.complete("work", more=True)
        assert case.last.state is not None
        sizes[turn] = len(case.last.state)
        case.visits.clear()
    assert cost[10_000] <= 1.2 * cost[10]
    assert max(sizes.values()) <= sizes[10] + 32  # the same text packs a little better or worse
    assert (case.open, list(case.timers)) == (["work"], ["timer"])
    assert case.complete("work", more=False).ended


def test_a_timer_that_fires_in_every_turn_leaves_nothing_behind() -> None:
    case = play(*LOOP)
    sizes = []
    for _ in range(300):
        case.wait(hours=2).fire().complete("work", more=True)
        assert case.last.state is not None
        sizes.append(len(case.last.state))
    assert max(sizes) <= sizes[0] + 32


def test_an_event_that_waits_again_and_again_leaves_nothing_behind() -> None:
    inside = (
        '<startEvent id="s"/><userTask id="a"/>'
        '<boundaryEvent id="more" attachedToRef="a" cancelActivity="false">'
        '<messageEventDefinition messageRef="m"/></boundaryEvent>'
        f'<intermediateThrowEvent id="note"/>{arrows("s", "a")}{arrows("more", "note")}'
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="false">'
        '<signalEventDefinition signalRef="g"/></startEvent></subProcess>'
    )
    case = case_of(inside, beside=MESSAGE + SIGNAL)
    sizes = []
    for _ in range(200):
        deliver(deliver(case, Event.MESSAGE, "M"), Event.SIGNAL, "G")
        assert case.last.state is not None
        sizes.append(len(case.last.state))
    assert max(sizes) <= sizes[0] + 32
    assert case.complete("a").ended


def test_only_what_can_be_undone_is_remembered_in_a_loop() -> None:
    inside = (
        '<startEvent id="s"/><exclusiveGateway id="again"/><subProcess id="sub"><userTask id="a"/>'
        '</subProcess><exclusiveGateway id="ok" default="no"/><endEvent id="e"/>'
        f"{arrows('s', 'again', 'sub', 'ok')}"
        '<sequenceFlow id="no" sourceRef="ok" targetRef="again"/>'
        '<sequenceFlow sourceRef="ok" targetRef="e"><conditionExpression>${ok}'
        "</conditionExpression></sequenceFlow>"
    )
    case = case_of(inside)
    sizes = []
    for _ in range(200):
        case.complete("a", ok=False)
        assert case.last.state is not None
        sizes.append(len(case.last.state))
    assert max(sizes) <= sizes[0] + 32


# Event sub-processes run when their event happens, and only then.


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_a_handler_does_not_run_without_what_it_catches(kind: str) -> None:
    inside = (
        '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>'
        f'<subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><{kind}EventDefinition/>'
        f"</startEvent></subProcess>{arrows('s', 'a', 'e')}"
    )
    case = case_of(inside).complete("a")
    assert (case.ended, case.seen(*SEEN)) == (True, ["s", "a", "e"])


@pytest.mark.parametrize("event", [Event.MESSAGE, Event.SIGNAL])
@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_sub_process_inside_a_sub_process_hears_what_comes_from_outside(
    event: Event, interrupting: str
) -> None:
    reference = {"message": "m", "signal": "g"}[event]
    inside = (
        '<startEvent id="s"/><subProcess id="sub"><userTask id="a"/>'
        '<subProcess id="h" triggeredByEvent="true">'
        f'<startEvent id="hs" isInterrupting="{interrupting}">'
        f'<{event}EventDefinition {event}Ref="{reference}"/></startEvent>'
        f'<userTask id="c"/>{arrows("hs", "c")}</subProcess></subProcess>{arrows("s", "sub")}'
    )
    case = case_of(inside, beside=MESSAGE + SIGNAL)
    deliver(case, event, reference.upper())
    assert case.open == (["c"] if interrupting == "true" else ["a", "c"])


def test_a_conditional_event_sub_process_runs_when_its_condition_comes_true() -> None:
    inside = (
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/>'
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        "<conditionalEventDefinition><condition>${x == 1}</condition>"
        "</conditionalEventDefinition></startEvent>"
        f'<userTask id="c"/>{arrows("hs", "c")}</subProcess>{arrows("s", "a", "b")}'
    )
    assert case_of(inside).complete("a", x=2).open == ["b"]
    assert case_of(inside).complete("a", x=1).open == ["c"]


# Nothing that is drawn is dropped.


def test_flows_without_ids_lead_on() -> None:
    inside = (
        '<startEvent/><userTask id="a"/><endEvent id="e"/>'
        '<sequenceFlow sourceRef="s" targetRef="a"/><sequenceFlow sourceRef="a" targetRef="e"/>'
    ).replace("<startEvent/>", '<startEvent id="s"/>')
    case = case_of(inside).complete("a")
    assert (case.ended, case.seen(*SEEN)) == (True, ["s", "a", "e"])


def test_a_link_leads_to_its_partner() -> None:
    link = '<linkEventDefinition name="on"/>'
    inside = (
        f'<startEvent id="s"/><intermediateThrowEvent id="go">{link}</intermediateThrowEvent>'
        f'<intermediateCatchEvent id="come">{link}</intermediateCatchEvent><userTask id="a"/>'
        f"{arrows('s', 'go')}{arrows('come', 'a')}"
    )
    assert case_of(inside).open == ["a"]


def test_a_signal_end_event_is_heard() -> None:
    signal = '<signalEventDefinition signalRef="g"/>'
    inside = (
        f'<startEvent id="s"/><intermediateCatchEvent id="wait">{signal}</intermediateCatchEvent>'
        f'<userTask id="a"/><endEvent id="cry">{signal}</endEvent><endEvent id="e"/>'
        f"{arrows('s', 'wait', 'e')}{arrows('s', 'a', 'cry')}"
    )
    case = case_of(inside, beside=SIGNAL).complete("a")
    assert (case.ended, case.seen(*SEEN)) == (True, ["s", "a", "cry", "wait", "e"])


def test_thrown_compensation_undoes() -> None:
    undo = "<compensateEventDefinition/>"
    inside = (
        f'<startEvent id="s"/><userTask id="a"/><boundaryEvent id="u" attachedToRef="a">{undo}'
        '</boundaryEvent><userTask id="undo" isForCompensation="true"/>'
        '<association sourceRef="u" targetRef="undo" associationDirection="One"/>'
        f'<intermediateThrowEvent id="back">{undo}</intermediateThrowEvent><endEvent id="e"/>'
        f"{arrows('s', 'a', 'back', 'e')}"
    )
    case = case_of(inside).complete("a")
    assert case.open == ["undo"]
    assert case.complete("undo").ended


# Names are the owner's, the order is that of the file.


def test_elements_may_be_called_as_the_engine_calls_its_own() -> None:
    inside = (
        '<startEvent id="Start"/><userTask id="Root"/><userTask id="End"/>'
        f'<endEvent id="StartEventSplit"/>{arrows("Start", "Root", "End", "StartEventSplit")}'
    )
    case = case_of(inside).complete("Root").complete("End")
    assert case.ended
    assert case.seen(*SEEN) == ["Start", "Root", "End", "StartEventSplit"]


def test_branches_are_tried_in_the_order_of_the_file_wherever_they_are_drawn() -> None:
    lines = ("start > xor1", "xor1 [x == 2] > low", "xor1 [x != 0] > high")
    places = {"low": 900, "high": 100}
    shapes = "".join(
        f'<BPMNShape xmlns="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="{one}">'
        f'<Bounds xmlns="http://www.omg.org/spec/DD/20100524/DC" x="0" y="{y}"/></BPMNShape>'
        for one, y in places.items()
    )
    drawing = (
        '<BPMNDiagram xmlns="http://www.omg.org/spec/BPMN/20100524/DI">'
        f"<BPMNPlane>{shapes}</BPMNPlane></BPMNDiagram>"
    )
    written = xml(*lines, "low > end", "high > end", drawing=drawing)
    assert Play(compiled(written)).start(x=2).open == ["low"]


def test_a_join_loses_no_variable_of_its_branches() -> None:
    case = play("start > and1", "and1 > a > and2", "and1 > b > and2 > c > end", n=0)
    case.complete("b", n=1, from_b=True).complete("a", from_a=True)
    assert case.last.state is not None
    variables = state.load(case.last.state, case.specification, case.moment).task_tree.data
    assert (variables["n"], variables["from_a"], variables["from_b"]) == (1, True, True)


# Interrupting means at once and at any depth.


def test_an_event_stops_a_sub_process_that_is_about_to_run() -> None:
    signal = '<signalEventDefinition signalRef="g"/>'
    inside = (
        '<startEvent id="s"/><subProcess id="sub"><startEvent id="i"/>'
        f'<intermediateThrowEvent id="cry">{signal}</intermediateThrowEvent>'
        '<subProcess id="q"><intermediateThrowEvent id="never"/></subProcess>'
        f"{arrows('i', 'cry')}{arrows('i', 'q')}</subProcess>"
        f'<boundaryEvent id="stop" attachedToRef="sub">{signal}</boundaryEvent><endEvent id="out"/>'
        f"{arrows('s', 'sub')}{arrows('stop', 'out')}"
    )
    case = case_of(inside, beside=SIGNAL)
    assert (case.ended, case.seen(*SEEN)) == (True, ["s", "sub", "i", "cry", "stop", "out"])


# What is told aside is read, what cannot run is refused.


def test_a_definition_told_elsewhere_is_what_an_event_waits_for() -> None:
    inside = (
        '<startEvent id="s"/><intermediateCatchEvent id="wait">'
        "<eventDefinitionRef>t:heard</eventDefinitionRef></intermediateCatchEvent>"
        f'<endEvent id="e"/>{arrows("s", "wait", "e")}'
    )
    beside = f'<messageEventDefinition id="heard" messageRef="t:m"/>{MESSAGE}'
    assert deliver(case_of(inside, beside=beside), Event.MESSAGE, "M").ended


@pytest.mark.parametrize(
    ("task", "code"),
    [
        ('<userTask id="a" startQuantity="2"/>', "attribute-not-supported"),
        ('<userTask id="a" completionQuantity="2"/>', "attribute-not-supported"),
        (
            '<userTask id="a"><multiInstanceLoopCharacteristics behavior="None">'
            "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></userTask>",
            "attribute-not-supported",
        ),
        (
            '<userTask id="a"><multiInstanceLoopCharacteristics>'
            "<loopCardinality>-1</loopCardinality></multiInstanceLoopCharacteristics></userTask>",
            "bad-loop-number",
        ),
    ],
    ids=["start quantity", "completion quantity", "behaviour of instances", "negative number"],
)
def test_what_an_activity_cannot_do_is_refused(task: str, code: str) -> None:
    assert code in refused(f'<startEvent id="s"/>{task}{arrows("s", "a")}')


# A task is completed once, references are what they point to.


def test_a_task_is_completed_once() -> None:
    case = play("start > and1", "and1 > a > end1", "and1 > b > end2")
    task = case.task("a")
    case.complete_task(task)
    with pytest.raises(TaskGone):
        case.complete_task(task)
    assert case.open == ["b"]


def test_what_was_interrupted_is_not_completed() -> None:
    case = play("start > a > end1", "alarm @ a PT1H > b > end2")
    task = case.task("a")
    case.wait(hours=2).fire()
    with pytest.raises(TaskGone):
        case.complete_task(task)


def test_a_message_is_delivered_once() -> None:
    inside = (
        '<startEvent id="s"/><receiveTask id="r" messageRef="t:m"/><userTask id="a"/>'
        f"{arrows('s', 'r', 'a')}"
    )
    case = deliver(case_of(inside, beside=MESSAGE), Event.MESSAGE, "M")
    with pytest.raises(NobodyWaits):
        deliver(case, Event.MESSAGE, "M")


def test_a_message_without_a_name_is_known_by_its_id() -> None:
    inside = f'<startEvent id="s"/><receiveTask id="r" messageRef="m"/>{arrows("s", "r")}'
    assert deliver(case_of(inside, beside='<message id="m"/>'), Event.MESSAGE, "m").ended


def test_a_reference_to_nothing_is_refused() -> None:
    inside = f'<startEvent id="s"/><receiveTask id="r" messageRef="m"/>{arrows("s", "r")}'
    assert refused(inside) == {"missing-reference"}
