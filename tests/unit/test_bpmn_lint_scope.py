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
SIGN_START = '<bpmn:userTask id="sign" name="Menandatangani surat">'
MANY = (
    '<bpmn:multiInstanceLoopCharacteristics id="many" behavior="{}">'
    "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)
AGAIN = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
FORM = f"<camunda:formData>{FIELD}</camunda:formData>"
FIRST_IN_LANE = "<bpmn:flowNodeRef>start</bpmn:flowNodeRef>"
UNKNOWN_NODES = ["madeUp", "callChoreography", "choreographyTask", "globalTask"]

ERRORS = [
    *(add("not-supported", "node", f'<bpmn:{kind} id="node"/>') for kind in UNKNOWN_NODES),
    swap(
        "not-supported",
        "definition",
        (START, f'{START[:-2]}><bpmn:madeUpEventDefinition id="definition"/></bpmn:startEvent>'),
    ),
    swap("not-supported", None, (ESCALATION, f"<bpmn:eventDefinitionRef/>{ESCALATION}")),
    swap("not-supported", "in", (FIRST_IN_LANE, f'<bpmn:task id="in"/>{FIRST_IN_LANE}')),
    swap(
        "other-kind-of-diagram",
        "other",
        (END_OF_FILE, f'<bpmn:choreography id="other"/>{END_OF_FILE}'),
    ),
    swap(
        "other-kind-of-diagram",
        "other",
        (END_OF_POOL, f'<bpmn:conversation id="other"/>{END_OF_POOL}'),
    ),
    on_sign("attribute-not-supported", 'startQuantity="2"'),
    on_sign("attribute-not-supported", 'completionQuantity="0"'),
    on_sign("attribute-not-supported", 'madeUp="x"'),
    *(
        swap(
            "attribute-not-supported",
            "many",
            (SIGN_START, f"{SIGN_START}{MANY.format(behaviour)}"),
        )
        for behaviour in ("None", "One", "Complex", "all")
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
    swap("only-one", None, (DURATION, DURATION + DURATION)),
    swap("only-one", None, (DURATION, DURATION + "<bpmn:timeDate>2026-01-01</bpmn:timeDate>")),
    swap("only-one", "many", (SIGN_START, f"{SIGN_START}{AGAIN}{MANY.format('All')}")),
    swap("not-executable", "letters", ('isExecutable="true"', 'isExecutable="false"')),
    swap("missing-id", None, ('id="letters" name="Surat  keluar" ', "")),
    swap("bad-id", "a b", ('"begin"', '"a b"')),
    swap("bad-id", "1st", ('"sent"', '"1st"')),
    swap("bad-id", "a/b", ('id="letters"', 'id="a/b"')),
    swap("bad-id", LONG, ('id="letters"', f'id="{LONG}"')),
    swap("name-too-long", "sign", ("Menandatangani surat", LONG)),
    swap("name-too-long", "letters", ("Surat  keluar", LONG)),
    swap("name-too-long", "lane_staff", ('"Staf"', f'"{"x" * 201}"')),
]
WARNINGS = [
    swap(
        "key-from-name",
        "Surat_keluar",
        ('id="letters" ', ""),
        (' processRef="letters"', ""),
    ),
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
        "late",
        (ESCALATION, f"<bpmn:extensionElements>{FORM}</bpmn:extensionElements>{ESCALATION}"),
    ),
    *(
        on_sign("implementation-ignored", f'camunda:{name}="x"')
        for name in ("class", "delegateExpression", "expression", "topic")
    ),
    in_sign("implementation-ignored", "sign", "<camunda:connector/>"),
    *(
        swap("drawing-only", None, (SIGN_START, f"{SIGN_START}<bpmn:{kind}/>"))
        for kind in ("potentialOwner", "humanPerformer", "performer", "resourceRole")
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


def test_an_unknown_element_is_refused_with_its_line_and_what_to_do() -> None:
    source = added('\n<bpmn:madeUp id="other"/>')
    with pytest.raises(DiagramRefused) as refused:
        check(read(source))
    finding = next(one for one in refused.value.findings if one.code == "not-supported")
    assert (finding.element_id, finding.line) == ("other", line_of(source, "<bpmn:madeUp"))
    assert finding.message.id == "BPMN tidak mengenal elemen madeUp di dalam process."
    assert finding.message.en == "BPMN knows no element madeUp in process."


def test_what_stands_in_a_refused_element_is_not_reported_again() -> None:
    inside = '<bpmn:madeUp id="other"><bpmn:madeUp id="a"/><bpmn:task/></bpmn:madeUp>'
    found = [one for one in lint(read(added(inside))) if one.code == "not-supported"]
    assert [one.element_id for one in found] == ["other"]


def test_a_process_that_does_not_run_is_not_judged() -> None:
    other = '<bpmn:process id="two"><bpmn:madeUp id="x"/></bpmn:process>'
    assert lint(read(changed((END_OF_FILE, other + END_OF_FILE)))) == ()


def test_a_rehearsal_runs_what_is_not_executable() -> None:
    check(read(changed(('isExecutable="true"', 'isExecutable="false"'))), rehearsal=True)


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
    "a pool of its own": changed(
        (
            END_OF_POOL,
            '<bpmn:participant id="citizen" name="Warga"/>'
            '<bpmn:messageFlow id="mail" sourceRef="citizen" targetRef="sign"/>'
            f'<bpmn:textAnnotation id="tip"/>{END_OF_POOL}',
        )
    ),
    "an import, roles and partners": changed(
        (END_OF_FILE, f"<bpmn:import/><bpmn:partnerRole/><bpmn:resource/>{END_OF_FILE}")
    ),
    "nested lanes": changed(
        (
            "<bpmn:flowNodeRef>sign</bpmn:flowNodeRef>",
            '<bpmn:childLaneSet id="inner"><bpmn:lane id="in" name="Kepala">'
            "<bpmn:flowNodeRef>sign</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet>",
        )
    ),
    "a form at the start": changed(
        (
            START,
            f"{START[:-2]}><bpmn:extensionElements>{FORM.replace('approved', 'urgent')}"
            "</bpmn:extensionElements></bpmn:startEvent>",
        )
    ),
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
        (
            SIGN,
            f'{SIGN} startQuantity="1" implementation="x" isForCompensation="false" '
            'camunda:asyncBefore="true"',
        )
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
