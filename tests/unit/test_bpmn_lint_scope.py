"""Rules of scope and of ids: what the engine does not know to run is refused."""

import pytest

from engine.bpmn.findings import DiagramRefused
from engine.bpmn.lint import check, lint
from engine.bpmn.normalize import normalize
from engine.bpmn.reader import read
from engine.workflow.specification import compile_program
from tests.unit.bpmn_diagrams import (
    DURATION,
    FIELD,
    SIGN,
    START,
    add,
    added,
    changed,
    flow,
    in_sign,
    line_of,
    on_sign,
    swap,
)

LONG = "x" * 500
ESCALATION = "<bpmn:escalationEventDefinition "
CONDITION_START = "<bpmn:conditionExpression>"
END_OF_FILE = "</bpmn:definitions>"
END_OF_POOL = "</bpmn:collaboration>"
EXTENSIONS = "<bpmn:extensionElements>\n      <camunda:properties>"
FIRST_IN_LANE = "<bpmn:flowNodeRef>start</bpmn:flowNodeRef>"
UNKNOWN_NODES = [
    "serviceTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "callActivity",
    "subProcess",
    "adHocSubProcess",
    "transaction",
    "inclusiveGateway",
    "complexGateway",
    "eventBasedGateway",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "callChoreography",
    "madeUp",
]
OTHER_EVENTS = [
    "message",
    "timer",
    "signal",
    "error",
    "cancel",
    "compensate",
    "conditional",
    "link",
]

ERRORS = [
    *(add("not-supported", "node", f'<bpmn:{kind} id="node"/>') for kind in UNKNOWN_NODES),
    *(
        swap(
            "not-supported",
            "definition",
            (ESCALATION, f'<bpmn:{kind}EventDefinition id="definition"/>{ESCALATION}'),
        )
        for kind in OTHER_EVENTS
    ),
    swap(
        "not-supported",
        "timed",
        (START, f'{START[:-2]}><bpmn:timerEventDefinition id="timed"/></bpmn:startEvent>'),
    ),
    *(
        swap("not-supported", None, ("<bpmn:documentation>", f"<bpmn:{kind}/><bpmn:documentation>"))
        for kind in (
            "standardLoopCharacteristics",
            "multiInstanceLoopCharacteristics",
            "potentialOwner",
        )
    ),
    swap("not-supported", None, (ESCALATION, f"<bpmn:eventDefinitionRef/>{ESCALATION}")),
    swap("not-supported", None, (DURATION, "<bpmn:timeDate>2026-01-01</bpmn:timeDate>")),
    swap("not-supported", None, (DURATION, "<bpmn:timeCycle>R3/PT1H</bpmn:timeCycle>")),
    swap("not-supported", "in", (FIRST_IN_LANE, f'<bpmn:childLaneSet id="in"/>{FIRST_IN_LANE}')),
    swap("not-supported", "mail", (END_OF_POOL, f'<bpmn:messageFlow id="mail"/>{END_OF_POOL}')),
    swap("not-supported", None, (END_OF_FILE, f"<bpmn:import/>{END_OF_FILE}")),
    swap(
        "not-supported",
        "hidden",
        (EXTENSIONS, EXTENSIONS.replace("<cam", '<x xmlns=""><bpmn:task id="hidden"/></x><cam')),
    ),
    on_sign("attribute-not-supported", 'startQuantity="2"'),
    on_sign("attribute-not-supported", 'completionQuantity="0"'),
    on_sign("attribute-not-supported", 'isForCompensation="true"'),
    on_sign("attribute-not-supported", 'madeUp="x"'),
    swap(
        "attribute-not-supported",
        "start",
        (START, START.replace("/>", ' parallelMultiple="true"/>')),
    ),
    *(
        swap(
            "attribute-not-supported",
            "write_timer",
            ('"write" cancelActivity="false"', f'"write" cancelActivity="{value}"'),
        )
        for value in ("", "no", "FALSE", "2")
    ),
    swap("attribute-not-supported", "letters", ('isExecutable="true"', 'isExecutable="yes"')),
    swap(
        "attribute-not-supported",
        None,
        (CONDITION_START, CONDITION_START.replace(">", ' language="groovy">')),
    ),
    on_sign("service-not-supported", 'camunda:class="office.Mail"'),
    on_sign("service-not-supported", 'camunda:type="external" camunda:topic="mail"'),
    on_sign("service-not-supported", 'camunda:expression="${mail.send()}"'),
    in_sign("service-not-supported", "sign", "<camunda:connector/>"),
    swap(
        "service-not-supported",
        None,
        (CONDITION_START, CONDITION_START.replace(">", ' camunda:resource="x.js">')),
    ),
    swap(
        "start-form",
        "start",
        (
            START,
            f"{START[:-2]}><bpmn:extensionElements><camunda:formData>{FIELD}</camunda:formData>"
            "</bpmn:extensionElements></bpmn:startEvent>",
        ),
    ),
    swap("only-one", "two", (END_OF_FILE, f'<bpmn:process id="two"/>{END_OF_FILE}')),
    swap("only-one", "two", (END_OF_FILE, f'<bpmn:collaboration id="two"/>{END_OF_FILE}')),
    swap("only-one", "two", (END_OF_POOL, f'<bpmn:participant id="two"/>{END_OF_POOL}')),
    add("only-one", "two", '<bpmn:laneSet id="two"/>'),
    swap("only-one", None, (DURATION, DURATION + DURATION)),
    swap(
        "only-one",
        "late_definition",
        (ESCALATION, f"<bpmn:terminateEventDefinition/>{ESCALATION}"),
    ),
    swap("not-executable", "letters", ('isExecutable="true"', 'isExecutable="false"')),
    swap("missing-id", None, ('id="letters" ', "")),
    swap("bad-id", "a b", ('"begin"', '"a b"')),
    swap("bad-id", "1st", ('"sent"', '"1st"')),
    swap("bad-id", "a/b", ('id="letters"', 'id="a/b"')),
    swap("bad-id", LONG, ('id="letters"', f'id="{LONG}"')),
    swap("name-too-long", "sign", ("Menandatangani surat", LONG)),
    swap("name-too-long", "letters", ("Surat  keluar", LONG)),
    swap("name-too-long", "lane_staff", ('"Staf"', f'"{"x" * 201}"')),
]
WARNINGS = [
    *(
        on_sign("extension-ignored", f'camunda:{name}="x"')
        for name in ["assignee", "candidateUsers", "dueDate", "followUpDate", "formKey", "priority"]
    ),
    *(
        in_sign("extension-ignored", "sign", f"<camunda:{name}/>")
        for name in ["taskListener", "executionListener", "inputOutput", "script", "madeUp"]
    ),
    swap(
        "extension-ignored",
        "start",
        (START, START.replace("/>", ' camunda:initiator="starter"/>')),
    ),
    on_sign("other-engine", 'xmlns:z="http://camunda.org/schema/zeebe/1.0" z:job="x"'),
    in_sign("other-engine", None, '<f:x xmlns:f="http://flowable.org/bpmn"/>'),
]
HINTS = [swap("same-step-name", "write", ("Menulis&#10;surat", "Menandatangani  surat"))]


def test_an_unsupported_element_is_refused_with_its_line_and_what_to_draw_instead() -> None:
    source = added('\n<bpmn:scriptTask id="script"/>')
    with pytest.raises(DiagramRefused) as refused:
        check(read(source))
    finding = next(one for one in refused.value.findings if one.code == "not-supported")
    assert (finding.element_id, finding.line) == ("script", line_of(source, "<bpmn:scriptTask"))
    assert finding.message.id == "Elemen scriptTask di dalam process belum didukung."
    assert finding.message.en == "The element scriptTask in process is not supported yet."
    assert finding.hint.en == "Change it into a user task: a step that a person does."


def test_what_stands_in_a_refused_element_is_not_reported_again() -> None:
    inside = '<bpmn:subProcess id="sub"><bpmn:scriptTask id="a"/><bpmn:task/></bpmn:subProcess>'
    found = [one for one in lint(read(added(inside))) if one.code == "not-supported"]
    assert [one.element_id for one in found] == ["sub"]


DRAWING = (
    '<bpmn:group id="g" categoryValueRef="x"/><bpmn:textAnnotation id="t" textFormat="text/plain">'
    "<bpmn:text>x</bpmn:text></bpmn:textAnnotation>"
)
DATA = (
    '<bpmn:dataObject id="data"/><bpmn:dataObjectReference id="paper" dataObjectRef="data"/>'
    '<bpmn:dataStoreReference id="archive" dataStoreRef="store"/>'
)
DATA_OF_A_STEP = (
    '<bpmn:property id="p" name="__targetRef_placeholder"/><bpmn:dataInputAssociation id="i">'
    "<bpmn:sourceRef>paper</bpmn:sourceRef><bpmn:targetRef>p</bpmn:targetRef>"
    '</bpmn:dataInputAssociation><bpmn:dataOutputAssociation id="o">'
    "<bpmn:targetRef>archive</bpmn:targetRef></bpmn:dataOutputAssociation>"
)
SUPPORTED = {
    "drawing": added(DRAWING),
    "data drawn at a step": changed(
        ("<bpmn:documentation>Pakai kop surat.</bpmn:documentation>", DATA_OF_A_STEP)
    ),
    "a manual task": changed(("bpmn:userTask", "bpmn:manualTask")),
    "a plain task": changed(("bpmn:userTask", "bpmn:task")),
    "a terminating end": changed(
        (
            '<bpmn:endEvent id="sent"/>',
            '<bpmn:endEvent id="sent"><bpmn:terminateEventDefinition/></bpmn:endEvent>',
        )
    ),
    "a flag written as a number": changed(('cancelActivity="false"', 'cancelActivity=" 0 "')),
    "an escalation without a code": changed((' escalationRef="overdue"', "")),
    "no mark of executability": changed((' isExecutable="true"', "")),
    "attributes that change nothing": changed(
        (SIGN, f'{SIGN} startQuantity="1" isForCompensation="false" camunda:asyncBefore="true"')
    ),
    "another vendor's notes": changed((SIGN, f'{SIGN} xmlns:v="urn:vendor" v:note="x"')),
    "parallel branches": changed(
        ('targetRef="write"/>', 'targetRef="merge"/>'),
        ('targetRef="write">', 'targetRef="merge">'),
        ('sourceRef="write" targetRef="sign"', 'sourceRef="write" targetRef="join"'),
        (
            "<bpmn:textAnnotation",
            '<bpmn:exclusiveGateway id="merge"/><bpmn:parallelGateway id="fork"/>'
            '<bpmn:parallelGateway id="join"/>'
            + flow("f0", "merge", "fork")
            + flow("f1", "fork", "write")
            + flow("f2", "fork", "join")
            + flow("f3", "join", "sign")
            + "<bpmn:textAnnotation",
        ),
    ),
}


@pytest.mark.parametrize("source", SUPPORTED.values(), ids=SUPPORTED.keys())
def test_what_the_engine_runs_or_only_draws_is_not_found_fault_with(source: bytes) -> None:
    diagram = read(source)
    assert lint(diagram) == ()
    compile_program(normalize(diagram))
