"""Rules of decisions: every choice at a gateway is written down and can be computed."""

from collections.abc import Iterator

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, bpmn, text_of
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import form_fields
from engine.expressions import InvalidExpression, compile_expression

DEFAULT_ELSEWHERE = Rule(
    "default-elsewhere",
    Severity.ERROR,
    Text(
        id='Alur bawaan "{flow}" tidak keluar dari gateway ini.',
        en='The default flow "{flow}" does not leave this gateway.',
    ),
    Text(
        id="Pilih salah satu panah yang keluar dari gateway ini sebagai alur bawaan.",
        en="Choose one of the flows out of this gateway as its default.",
    ),
)
NO_DEFAULT = Rule(
    "no-default-flow",
    Severity.WARNING,
    Text(
        id="Gateway ini tidak punya alur bawaan: kalau tidak ada syarat yang terpenuhi, "
        "langkah sebelumnya tidak dapat diselesaikan.",
        en="This gateway has no default flow: when no condition is true, the step before it "
        "cannot be completed.",
    ),
    Text(
        id="Jadikan salah satu panah keluar alur bawaan (default flow).",
        en="Make one of the flows out of it the default flow.",
    ),
)
NO_DEFAULT_AFTER_TIMER = Rule(
    "no-default-flow-after-timer",
    Severity.ERROR,
    Text(
        id="Gateway ini dicapai langsung dari timer dan tidak punya alur bawaan: kalau tidak ada "
        "syarat yang terpenuhi, tidak seorang pun dapat melanjutkan proses.",
        en="This gateway is reached straight from a timer and has no default flow: when no "
        "condition is true, nobody can go on with the process.",
    ),
    Text(
        id="Jadikan salah satu panah keluar alur bawaan (default flow).",
        en="Make one of the flows out of it the default flow.",
    ),
)
FLOW_WITHOUT_CONDITION = Rule(
    "flow-without-condition",
    Severity.ERROR,
    Text(
        id="Panah keluar dari gateway eksklusif ini tidak punya syarat dan bukan alur bawaan.",
        en="This flow out of an exclusive gateway has no condition and is not its default.",
    ),
    Text(
        id="Tulis syarat seperti ${{disetujui == false}}, atau jadikan alur bawaan.",
        en="Write a condition such as ${{disetujui == false}}, or make it the default flow.",
    ),
)
CONDITION_ON_DEFAULT = Rule(
    "condition-on-default",
    Severity.WARNING,
    Text(
        id="Syarat pada alur bawaan tidak berpengaruh.",
        en="The condition on a default flow has no effect.",
    ),
    Text(id="Hapus syarat itu.", en="Delete the condition."),
)
CONDITION_WITHOUT_CHOICE = Rule(
    "condition-without-choice",
    Severity.ERROR,
    Text(
        id="Panah ini punya syarat, tetapi asalnya tidak memilih di antara beberapa panah.",
        en="This flow has a condition, but its source does not choose among several flows.",
    ),
    Text(
        id="Hapus syarat itu, atau mulai panah dari gateway eksklusif dengan dua panah keluar.",
        en="Delete the condition, or let an exclusive gateway with two flows out be its source.",
    ),
)
BAD_CONDITION = Rule(
    "bad-condition",
    Severity.ERROR,
    Text(
        id='Syarat "{condition}" tidak dapat dibaca.',
        en='The condition "{condition}" cannot be read: {problem}',
    ),
    Text(
        id="Tulis seperti ${{perlu_perbaikan == true}}.",
        en="Write it like ${{perlu_perbaikan == true}}.",
    ),
)
UNKNOWN_VARIABLE = Rule(
    "unknown-variable",
    Severity.WARNING,
    Text(
        id='Syarat ini memakai "{name}", tetapi tidak ada formulir yang mengisinya.',
        en='This condition uses "{name}", but no form provides it.',
    ),
    Text(
        id='Tambahkan isian formulir "{name}" pada langkah sebelum gateway.',
        en='Add a form field "{name}" to a step before the gateway.',
    ),
)


def default_flows(diagram: Diagram) -> Iterator[Finding]:
    """An exclusive gateway has a default flow, which leaves it and has no condition."""
    graph = diagram.graph
    after_timers = set(graph.walk(*graph.of_kind("boundaryEvent"), stop_at_steps=True))
    for gateway, flows in _exclusive_gateways(diagram):
        default = gateway.get("default")
        chosen = [flow for flow in flows if flow.get("id") == default]
        if default is not None and not chosen:
            yield DEFAULT_ELSEWHERE.broken_by(gateway, flow=default)
        if default is None and len(flows) > 1:
            rule = NO_DEFAULT_AFTER_TIMER if gateway in after_timers else NO_DEFAULT
            yield rule.broken_by(gateway)
        for flow in chosen:
            if _condition(flow) is not None:
                yield CONDITION_ON_DEFAULT.broken_by(flow)


def choices(diagram: Diagram) -> Iterator[Finding]:
    """Where an exclusive gateway chooses, each flow but the default says when."""
    for gateway, flows in _exclusive_gateways(diagram):
        for flow in flows if len(flows) > 1 else ():
            if _condition(flow) is None and flow.get("id") != gateway.get("default"):
                yield FLOW_WITHOUT_CONDITION.broken_by(flow)


def conditions_in_place(diagram: Diagram) -> Iterator[Finding]:
    """Conditions stand only where an exclusive gateway chooses among several flows."""
    choosing = {
        flow
        for gateway, flows in _exclusive_gateways(diagram)
        for flow in flows
        if len(flows) > 1 or flow.get("id") == gateway.get("default")
    }
    for flow in diagram.graph.flows:
        if _condition(flow) is not None and flow not in choosing:
            yield CONDITION_WITHOUT_CHOICE.broken_by(flow)


def conditions(diagram: Diagram) -> Iterator[Finding]:
    """Conditions are expressions the engine can compute, over variables that a form provides."""
    provided = {field.get("id") for step in diagram.graph.steps for field in form_fields(step)}
    for flow in diagram.graph.flows:
        if (element := _condition(flow)) is None:
            continue
        condition = text_of(element)
        try:
            names = compile_expression(condition).names
        except InvalidExpression as exc:
            yield BAD_CONDITION.broken_by(flow, condition=condition, problem=str(exc))
            continue
        for name in sorted(names - provided):
            yield UNKNOWN_VARIABLE.broken_by(flow, name=name)


def _exclusive_gateways(diagram: Diagram) -> list[tuple[Element, tuple[Element, ...]]]:
    graph = diagram.graph
    return [
        (gateway, graph.outgoing.get(gateway.get("id", ""), ()))
        for gateway in graph.of_kind("exclusiveGateway")
    ]


def _condition(flow: Element) -> Element | None:
    return flow.find(bpmn("conditionExpression"))
