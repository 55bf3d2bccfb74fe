"""Rules of events, of what they throw and wait for, of loop markers, scripts, services, calls."""

import pytest

from engine.bpmn.findings import DiagramRefused, Severity
from engine.bpmn.lint import check, lint
from engine.bpmn.normalize import normalize
from engine.bpmn.program import Kind
from engine.bpmn.reader import read
from tests.unit.bpmn_diagrams import Case
from tests.unit.small_diagrams import arrows, source

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
DECLARED = (
    '<message id="m" name="Surat"/><signal id="sig" name="Tanda"/>'
    '<error id="err" errorCode="GAGAL"/><escalation id="esc" escalationCode="LAMBAT"/>'
)
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="m"/>'
SIGNAL = '<signalEventDefinition signalRef="sig"/>'
ERROR = '<errorEventDefinition errorRef="err"/>'
CANCEL = "<cancelEventDefinition/>"
COMPENSATE = "<compensateEventDefinition/>"
TASK = '<userTask id="x"/>'
GLOBAL = '<globalTask id="t"/>'


def process(middle: str, *, path: str = "x", beside: str = "", more: str = "") -> bytes:
    """Return a file whose process runs from a start through the nodes of `path` to an end."""
    way = arrows("s", *path.split(), "e")
    return source(START + middle + END + way + more, beside=DECLARED + beside)


def event(kind: str, inside: str, attributes: str = "") -> str:
    """Return the event `x`."""
    return f'<{kind} id="x" {attributes}>{inside}</{kind}>'


def attached(inside: str, attributes: str = "", host: str = TASK) -> bytes:
    """Return a file with a boundary event `b` at the activity `x`."""
    boundary = f'<boundaryEvent id="b" attachedToRef="x" {attributes}>{inside}</boundaryEvent>'
    return process(host + boundary, more=arrows("b", "e"))


def within(inside: str, kind: str = "subProcess", attributes: str = "") -> str:
    """Return the sub-process `x`."""
    return f'<{kind} id="x" {attributes}>{inside}</{kind}>'


def started_by(inside: str, attributes: str = "", more: str = "") -> bytes:
    """Return a file with an event sub-process `es`, beside a task."""
    start = f'<startEvent id="s2" {attributes}>{inside}</startEvent>'
    scope = f'<subProcess id="es" triggeredByEvent="true">{start}{more}<endEvent id="e2"/>'
    return process(f"{TASK}{scope}{arrows('s2', 'e2')}</subProcess>")


def task(kind: str, attributes: str = "", inside: str = "") -> bytes:
    """Return a file with the one activity `x`."""
    return process(f'<{kind} id="x" {attributes}>{inside}</{kind}>')


def looping(attributes: str = "", condition: str = "") -> bytes:
    """Return a file with a standard loop."""
    inside = f"<loopCondition>{condition}</loopCondition>" if condition else ""
    marker = f"<standardLoopCharacteristics {attributes}>{inside}</standardLoopCharacteristics>"
    return task("userTask", inside=marker)


def several(inside: str = "", attributes: str = "") -> bytes:
    """Return a file with a multi-instance activity."""
    name = "multiInstanceLoopCharacteristics"
    return task("userTask", inside=f"<{name} {attributes}>{inside}</{name}>")


def script(text: str, attributes: str = 'scriptFormat="juel"') -> bytes:
    """Return a file with a script task."""
    return task("scriptTask", attributes, f"<script>{text}</script>")


def call(called: str, handed: str = "", beside: str = "") -> bytes:
    """Return a file with a call activity."""
    inside = f"<extensionElements>{handed}</extensionElements>" if handed else ""
    activity = f'<callActivity id="x" calledElement="{called}">{inside}</callActivity>'
    return process(activity, beside=beside)


def gateway(*targets: str, more: str = "") -> bytes:
    """Return a file with an event-based gateway `x` that leads to these elements."""
    ids = [f"t{number}" for number in range(len(targets))]
    nodes = "".join(
        f'<{one.split()[0]} id="{name}">{one.partition(" ")[2]}</{one.split()[0]}>'
        for name, one in zip(ids, targets, strict=True)
    )
    inside = START + '<eventBasedGateway id="x"/>' + nodes + END + arrows("s", "x")
    flows = "".join(
        f'<sequenceFlow id="f{name}" sourceRef="x" targetRef="{name}"/>{arrows(name, "e")}'
        for name in ids
    )
    return source(inside + flows + more, beside=DECLARED)


def undone(association: str, marked: str = 'isForCompensation="true"', **given: str) -> bytes:
    """Return a file with a task, its compensation event `b` and its handler `h`."""
    boundary = f'<boundaryEvent id="b" attachedToRef="x">{COMPENSATE}</boundaryEvent>'
    return process(
        f'{TASK}{boundary}<userTask id="h" {marked}/>'
        f'<intermediateThrowEvent id="y">{given.get("throw", COMPENSATE)}'
        f"</intermediateThrowEvent>{association}",
        path="x y",
    )


ASSOCIATED = '<association id="a" sourceRef="b" targetRef="h"/>'
NO_ACTIVITY = '<association id="line" isForCompensation="true" sourceRef="b" targetRef="line"/>'
WAIT = f"intermediateCatchEvent {TIMER}"
RECEIVE = f"intermediateCatchEvent {MESSAGE}"
UNREADABLE = ["${", "${a ==}", "x ${"]
UNREADABLE_HANDOVER = '<camunda:in sourceExpression="${" target="a"/>'
CAUGHT = f'<startEvent id="s2"/>{arrows("s2", "e2")}<endEvent id="e2">{ERROR}</endEvent>'
LINK = '<linkEventDefinition name="{}"/>'


SECOND = (
    f'<boundaryEvent id="c" attachedToRef="x">{COMPENSATE}</boundaryEvent>'
    '<userTask id="i" isForCompensation="true"/><association sourceRef="c" targetRef="i"/>'
)
FOREVER = '<standardLoopCharacteristics loopMaximum="2"/>'


def always_failing() -> bytes:
    """Return a file in which a gateway waits for what follows a sub-process that always fails."""
    failing = within(
        f'<startEvent id="s2"/><endEvent id="e2">{ERROR}</endEvent>{arrows("s2", "e2")}'
    )
    caught = f'<boundaryEvent id="b" attachedToRef="x">{ERROR}</boundaryEvent>'
    return process(f'{failing}{caught}<parallelGateway id="j"/>', path="x j", more=arrows("b", "j"))


def elsewhere() -> bytes:
    """Return a file in which the event `y` undoes an activity that is in a sub-process."""
    boundary = f'<boundaryEvent id="b" attachedToRef="z">{COMPENSATE}</boundaryEvent>'
    handler = '<task id="h" isForCompensation="true"/><association sourceRef="b" targetRef="h"/>'
    throw = '<compensateEventDefinition activityRef="z"/>'
    return process(
        within(f'<task id="z"/>{boundary}{handler}')
        + f'<intermediateThrowEvent id="y">{throw}</intermediateThrowEvent>',
        path="x y",
    )


def undoing_itself(times: int) -> str:
    """Return the sub-process `x` with event sub-processes that undo it, begun by `s2`, `s3`, …"""
    return within(
        '<task id="t"/>'
        + "".join(
            f'<subProcess id="u{n}" triggeredByEvent="true">'
            f'<startEvent id="s{n}">{COMPENSATE}</startEvent></subProcess>'
            for n in range(2, 2 + times)
        )
    )


def nested(depth: int, marker: str = "") -> str:
    """Return the sub-processes `p0`, `p1`, … in each other."""
    begin = "".join(f'<subProcess id="p{n}">{marker}' for n in range(depth))
    return f'{begin}<task id="deep"/>{"</subProcess>" * depth}'


def chosen_after(node: str, declared: str = "") -> str:
    """Return a gateway `g` behind a node, with conditions on all flows out of it."""
    exits = "".join(
        f'<sequenceFlow id="{name}" sourceRef="g" targetRef="e">'
        f"<conditionExpression>${{{name} == 1}}</conditionExpression></sequenceFlow>"
        for name in ("one", "two")
    )
    return f'{declared}<exclusiveGateway id="g"/>{arrows(node, "g")}{exits}'


def linked(thrown: str, *caught: str, more: str = "") -> bytes:
    """Return a file with a link event `x` that throws and some that catch."""
    catching = "".join(
        f'<intermediateCatchEvent id="c{number}">{LINK.format(name)}</intermediateCatchEvent>'
        + arrows(f"c{number}", "e")
        for number, name in enumerate(caught)
    )
    throwing = f'<intermediateThrowEvent id="x">{LINK.format(thrown)}</intermediateThrowEvent>'
    return source(START + throwing + catching + END + arrows("s", "x") + more)


ERRORS = [
    *(
        Case("event-not-here", "x", process(event(kind, inside)))
        for kind, inside in [
            ("intermediateThrowEvent", TIMER),
            ("intermediateThrowEvent", ERROR),
            ("intermediateCatchEvent", ERROR),
            ("intermediateCatchEvent", "<terminateEventDefinition/>"),
        ]
    ),
    Case("event-not-here", "b", attached("<terminateEventDefinition/>")),
    Case("event-not-here", "e", source(START + event("endEvent", TIMER).replace('"x"', '"e"'))),
    Case("event-not-here", "s", source(f'<startEvent id="s">{ERROR}</startEvent>{TASK}')),
    Case(
        "event-not-here",
        "s2",
        process(within(f'<startEvent id="s2">{TIMER}</startEvent><endEvent id="e2"/>')),
    ),
    Case("event-without-trigger", "x", process('<intermediateCatchEvent id="x"/>')),
    Case("cancel-outside-transaction", "b", attached(CANCEL, host=within(TASK.replace("x", "y")))),
    Case("cancel-outside-transaction", "e", source(f'{START}<endEvent id="e">{CANCEL}</endEvent>')),
    Case("must-interrupt", "b", attached(ERROR, 'cancelActivity="false"')),
    Case("must-interrupt", "s2", started_by(ERROR, 'isInterrupting="false"')),
    Case("event-sub-process-start", "es", started_by("")),
    Case(
        "event-sub-process-start",
        "es",
        started_by(TIMER, more=f'<startEvent id="s3">{TIMER}</startEvent>'),
    ),
    Case("link-without-partner", "x", linked("A", "B")),
    Case("link-without-partner", "x", linked("A")),
    Case("link-without-partner", "x", linked("A", "A", "A")),
    Case("flow-at-link", "x", linked("A", "A", more=arrows("x", "e"))),
    Case("flow-at-link", "c0", linked("A", "A", more=arrows("s", "c0"))),
    Case("link-unused", "c1", linked("A", "A", "B")),
    *(
        Case("event-not-alone", "x", process(event(kind, inside)))
        for kind, inside in [
            ("intermediateCatchEvent", LINK.format("A") + TIMER),
            ("intermediateThrowEvent", LINK.format("A") + SIGNAL),
            ("intermediateThrowEvent", LINK.format("A") + LINK.format("A")),
        ]
    ),
    *(
        Case("event-not-alone", "e", source(START + f'<endEvent id="e">{inside}</endEvent>'))
        for inside in (COMPENSATE + ERROR, "<terminateEventDefinition/>" + ERROR, ERROR + ERROR)
    ),
    Case("event-not-alone", "b", attached(COMPENSATE + SIGNAL)),
    Case("event-not-alone", "s2", started_by(SIGNAL + COMPENSATE)),
    Case(
        "event-gateway-waits-for-all",
        "x",
        gateway(WAIT, RECEIVE).replace(
            b'Gateway id="x"', b'Gateway id="x" eventGatewayType="Parallel"'
        ),
    ),
    Case("after-event-gateway", "ft1", gateway(WAIT, "userTask")),
    Case("after-event-gateway", "ft1", gateway(WAIT, RECEIVE, more=arrows("t0", "t1"))),
    Case("event-gateway-without-choice", "x", gateway(WAIT)),
    *(
        Case("missing-reference", "x", process(event("intermediateCatchEvent", inside)))
        for inside in (
            '<messageEventDefinition messageRef="gone"/>',
            '<messageEventDefinition messageRef="sig"/>',
            '<signalEventDefinition signalRef="gone"/>',
        )
    ),
    Case("missing-reference", "x", task("receiveTask", 'messageRef="gone"')),
    *(
        Case("event-without-reference", "x", process(event("intermediateCatchEvent", inside)))
        for inside in ("<messageEventDefinition/>", "<signalEventDefinition/>")
    ),
    Case(
        "error-without-code",
        "e",
        source(f'{START}<endEvent id="e"><errorEventDefinition/></endEvent>'),
    ),
    *(
        Case(
            code,
            "x",
            process(
                event(
                    "intermediateCatchEvent",
                    f"<timerEventDefinition><{name}>{text}</{name}></timerEventDefinition>",
                )
            ),
        )
        for code, name, text in [
            ("bad-date", "timeDate", "besok"),
            ("bad-date", "timeDate", "2026-13-01"),
            ("bad-cycle", "timeCycle", "R/every hour"),
            ("bad-cycle", "timeCycle", "R0/PT1H"),
            ("bad-cycle", "timeCycle", "0 0 * * *"),
            ("timer-without-duration", "timeCycle", " "),
        ]
    ),
    *(
        Case(
            "bad-event-condition",
            "x",
            process(
                event(
                    "intermediateCatchEvent",
                    f"<conditionalEventDefinition><condition>{text}</condition>"
                    "</conditionalEventDefinition>",
                )
            ),
        )
        for text in ["", "a == 1", *UNREADABLE]
    ),
    Case(
        "bad-event-condition",
        "x",
        process(
            within('<task id="t"/><completionCondition>${</completionCondition>', "adHocSubProcess")
        ),
    ),
    Case("compensation-without-handler", "b", undone("")),
    Case("compensation-without-handler", "b", undone(ASSOCIATED.replace('"h"', '"gone"'))),
    Case("compensation-without-handler", "b", undone(ASSOCIATED.replace('"h"', '"b"'))),
    Case(
        "compensation-without-handler",
        "b",
        undone(NO_ACTIVITY, marked=""),
    ),
    *(
        Case(
            "nothing-to-undo",
            "y",
            undone(ASSOCIATED, throw=f'<compensateEventDefinition activityRef="{activity}"/>'),
        )
        for activity in ("gone", "b", "a")
    ),
    Case("join-never-complete", "j", always_failing()),
    Case(
        "bad-condition",
        "f",
        source(
            f'{START}{TASK}{END}{arrows("s", "x")}<sequenceFlow id="f" sourceRef="x" targetRef="e">'
            "<conditionExpression>${execution.id == 1}</conditionExpression></sequenceFlow>"
        ),
    ),
    Case("compensation-out-of-reach", "y", elsewhere()),
    Case("second-compensation", "c", undone(ASSOCIATED + SECOND)),
    Case("second-compensation", "s3", process(undoing_itself(2))),
    Case("sub-processes-too-deep", "p40", process(TASK + nested(41))),
    Case("sub-processes-too-deep", "p20", process(TASK + nested(21, FOREVER))),
    Case("loop-without-end", "x", looping()),
    *(
        Case("bad-loop-number", "x", looping(f'loopMaximum="{number}"'))
        for number in ("-1", "many", "1.5", "9999999")
    ),
    *(Case("bad-loop-expression", "x", looping("", text)) for text in UNREADABLE),
    Case("instances-without-number", "x", several()),
    *(
        Case("bad-loop-number", "x", several(f"<loopCardinality>{text}</loopCardinality>"))
        for text in ("-3", "three", "1001")
    ),
    Case("bad-loop-expression", "x", several("<loopCardinality>${</loopCardinality>")),
    *(
        Case("bad-collection", "x", several(attributes=f'camunda:collection="{name}"'))
        for name in ("all people", "nama-nama")
    ),
    *(
        Case("bad-result-variable", "x", call("t", f"<camunda:in {handed}/>", GLOBAL))
        for handed in ('source="nilai-akhir" target="a"', 'source="a" target="2 x"')
    ),
    Case(
        "bad-loop-expression",
        "x",
        several("<completionCondition>${</completionCondition>", 'camunda:collection="people"'),
    ),
    Case(
        "bad-element-variable",
        "x",
        several(attributes='camunda:collection="people" camunda:elementVariable="a b"'),
    ),
    *(
        Case("script-no-assignment", "x", one)
        for one in (
            script("x = 1"),
            script("print(1)", 'scriptFormat="python"'),
            script("${1}", 'scriptFormat="groovy"'),
            task("scriptTask", 'scriptFormat="juel" camunda:resource="a.js"'),
        )
    ),
    *(Case("bad-expression", "x", script(text)) for text in ("${", "${a +}")),
    Case("bad-result-variable", "x", script("${1}", 'camunda:resultVariable="a b"')),
    *(
        Case("service-not-supported", "x", task(kind, attributes))
        for kind, attributes in [
            ("serviceTask", ""),
            ("serviceTask", 'camunda:class="office.Mail"'),
            ("serviceTask", 'camunda:type="external" camunda:topic="mail"'),
            ("sendTask", ""),
            ("businessRuleTask", 'camunda:decisionRef="tariff"'),
        ]
    ),
    Case("called-process-missing", "x", call("gone")),
    Case(
        "not-supported",
        "q",
        process(
            within(
                '<process id="q"><subProcess id="r"><callActivity id="c" calledElement="t"/>'
                "</subProcess></process>"
            ),
            beside=GLOBAL,
        ),
    ),
    Case("called-process-missing", "x", call("m")),
    Case(
        "bad-expression", "x", call("t", '<camunda:in sourceExpression="${" target="a"/>', GLOBAL)
    ),
]
WARNINGS_BESIDE_OTHERS = [
    Case(
        "several-start-events",
        "r",
        process(f'{TASK}<receiveTask id="r" instantiate="true"/>', more=arrows("r", "x")),
    ),
    Case("undeclared-error", "b", attached('<errorEventDefinition errorRef="LAIN"/>')),
    Case(
        "handler-unused",
        "x",
        source(TASK.replace("/>", ' isForCompensation="true"/><task id="y"/>')),
    ),
    Case(
        "waits-for-compensation",
        "y",
        undone(ASSOCIATED, throw='<compensateEventDefinition waitForCompletion="false"/>'),
    ),
    Case("process-never-compensated", "es", started_by(COMPENSATE)),
    Case("process-calls-itself", "x", call("p")),
    *(
        Case(
            "process-calls-itself",
            activity,
            call(
                "q",
                beside='<process id="q"><callActivity id="a" calledElement="r"/></process>'
                '<process id="r"><callActivity id="b" calledElement="q"/></process>',
            ),
        )
        for activity in ("a", "b")
    ),
    Case(
        "instances-counted-twice",
        "x",
        several("<loopCardinality>2</loopCardinality>", 'camunda:collection="people"'),
    ),
    *(
        Case("no-default-flow-after-event", "g", chosen)
        for chosen in (
            process(
                TASK,
                more=chosen_after(
                    "b", f'<boundaryEvent id="b" attachedToRef="x">{SIGNAL}</boundaryEvent>'
                ),
            ),
            process(event("intermediateCatchEvent", TIMER), more=chosen_after("x")),
        )
    ),
    Case(
        "handover-ignored", "x", call("t", '<camunda:in businessKey="k"/>', '<globalTask id="t"/>')
    ),
]
HINTS_BESIDE_OTHERS = [
    Case("waits-for-the-world", "x", process(event("intermediateCatchEvent", MESSAGE))),
    Case("waits-for-the-world", "x", task("receiveTask", 'messageRef="m"')),
    Case("waits-for-the-world", "x", task("receiveTask")),
    Case("caught-nowhere", "x", process(event("intermediateThrowEvent", SIGNAL))),
    Case("caught-nowhere", "x", task("sendTask", 'messageRef="m"')),
    Case(
        "uncaught-error",
        "e",
        source(f'{START}<endEvent id="e">{ERROR}</endEvent>' + arrows("s", "e"), beside=DECLARED),
    ),
    Case(
        "uncaught-error",
        "e2",
        process(
            within(
                '<task id="t"/><subProcess id="es" triggeredByEvent="true">'
                f'<startEvent id="s2">{SIGNAL}</startEvent><endEvent id="e2">{ERROR}</endEvent>'
                f"{arrows('s2', 'e2')}</subProcess>"
                '<subProcess id="er" triggeredByEvent="true">'
                f'<startEvent id="s3">{ERROR}</startEvent></subProcess>'
            )
        ),
    ),
    Case(
        "starts-by-hand",
        "s",
        source(
            f'<startEvent id="s">{MESSAGE}</startEvent>{TASK}' + arrows("s", "x"), beside=DECLARED
        ),
    ),
]
RUNS = {
    "events of every kind that waits": process(
        event("intermediateCatchEvent", MESSAGE + SIGNAL + TIMER, 'parallelMultiple="true"')
    ),
    "an error that is caught": attached(ERROR, host=within(CAUGHT)),
    "an error without a code that catches any": attached("<errorEventDefinition/>"),
    "a transaction that is cancelled": attached(
        CANCEL, host=within(f'<endEvent id="e2">{CANCEL}</endEvent>', "transaction")
    ),
    "an event sub-process that does not interrupt": started_by(SIGNAL, 'isInterrupting="false"'),
    "a link": linked("A", "A"),
    "an event-based gateway": gateway(WAIT, RECEIVE),
    "a computed time": process(
        event(
            "intermediateCatchEvent",
            "<timerEventDefinition><timeDate>${due}</timeDate></timerEventDefinition>",
        )
    ),
    "a cycle": attached(
        "<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>",
        'cancelActivity="false"',
    ),
    "compensation": undone(ASSOCIATED),
    "a loop with a condition": looping('testBefore="true"', "${loopCounter == 1}"),
    "a loop with a maximum": looping('loopMaximum="3"'),
    "instances by number": several("<loopCardinality>3</loopCardinality>"),
    "instances by expression": several("<loopCardinality>${n}</loopCardinality>"),
    "instances of a collection": several(
        "<completionCondition>${nrOfCompletedInstances == 2}</completionCondition>",
        'isSequential="true" camunda:collection="people" camunda:elementVariable="person"',
    ),
    "a script": script("${1 + 1}", 'camunda:resultVariable="two"'),
    "a service that is an expression": task("serviceTask", 'camunda:expression="${1 + 1}"'),
    "a task that sends a message": task("sendTask", 'messageRef="m"'),
    "a called process": call(
        "q",
        '<camunda:in source="a" target="b"/><camunda:out variables="all"/>',
        f'<process id="q">{TASK.replace("x", "inside")}</process>',
    ),
    "a called global task": call("t", beside='<globalUserTask id="t"/>'),
    "an ad-hoc sub-process": process(
        within('<task id="a1"/><task id="a2"/>', "adHocSubProcess", 'ordering="Sequential"')
    ),
    "a complex gateway that divides": process('<complexGateway id="x"/><task id="y"/>', path="x y"),
}


@pytest.mark.parametrize("written", RUNS.values(), ids=RUNS.keys())
def test_what_the_standard_allows_is_not_refused(written: bytes) -> None:
    check(read(written))


BEAN = task("serviceTask", 'camunda:expression="${mail.send(letter)}"')


@pytest.mark.parametrize(
    "case",
    [Case("bad-expression", "x", BEAN)]
    + [one for one in ERRORS if one.code == "service-not-supported"],
    ids=str,
)
def test_a_rehearsal_needs_no_services(case: Case) -> None:
    diagram = read(case.source)
    with pytest.raises(DiagramRefused):
        check(diagram)
    check(diagram, rehearsal=True)
    (node,) = [one for one in normalize(diagram, rehearsal=True).nodes.values() if one.id == "x"]
    assert (node.kind, node.for_starter) == (Kind.WORK, True)


def test_an_undeclared_error_is_known_by_the_text_of_its_reference() -> None:
    written = attached('<errorEventDefinition errorRef="LAIN"/>')
    severities = {one.code: one.severity for one in lint(read(written))}
    assert severities["undeclared-error"] is Severity.WARNING
