"""Rules of decisions: every choice at a gateway is written down and can be computed."""

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.graph import Graph
from engine.bpmn.names import Element, bpmn, kind, link_name, one_line, text_of
from engine.bpmn.normalize import is_event_sub_process
from engine.bpmn.reader import Diagram
from engine.expressions import InvalidExpression, compile_expression

_CHOOSING: Final = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})

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
        id="Gateway ini tidak punya alur bawaan: kalau tidak ada syarat yang terpenuhi, langkah "
        "sebelumnya tidak dapat diselesaikan, atau kasus tidak dapat dimulai.",
        en="This gateway has no default flow: when no condition is true, the step before it "
        "cannot be completed, or no case be started.",
    ),
    Text(
        id="Jadikan salah satu panah keluar alur bawaan (default flow).",
        en="Make one of the flows out of it the default flow.",
    ),
)
NO_DEFAULT_AFTER_EVENT = Rule(
    "no-default-flow-after-event",
    Severity.WARNING,
    Text(
        id="Gateway ini dicapai langsung dari kejadian dan tidak punya alur bawaan: kalau tidak "
        "ada syarat yang terpenuhi, tidak seorang pun dapat melanjutkan proses.",
        en="This gateway is reached straight from an event and has no default flow: when no "
        "condition is true, nobody can go on with the process.",
    ),
    Text(
        id="Jadikan salah satu panah keluar alur bawaan (default flow).",
        en="Make one of the flows out of it the default flow.",
    ),
)
NO_DEFAULT_AT_STEP = Rule(
    "no-default-flow-at-step",
    Severity.HINT,
    Text(
        id="Semua panah keluar dari elemen ini bersyarat: kalau tidak ada yang terpenuhi, "
        "jalurnya berakhir di sini.",
        en="All flows out of this element have conditions: when none is true, its path ends here.",
    ),
    Text(
        id="Jadikan salah satu panah keluar alur bawaan (default flow), atau pakai gateway.",
        en="Make one of the flows out of it the default flow, or use a gateway.",
    ),
)
NEVER_TAKEN = Rule(
    "flow-never-taken",
    Severity.WARNING,
    Text(
        id="Panah ini tidak punya syarat, jadi selalu dipilih; yang lain tidak pernah: {others}.",
        en="This flow has no condition, so it is always taken and others never are: {others}.",
    ),
    Text(
        id="Tulis syarat seperti ${{disetujui == false}} padanya, atau jadikan alur bawaan.",
        en="Give it a condition such as ${{approved == false}}, or make it the default.",
    ),
)
COMPLEX_JOIN = Rule(
    "complex-join",
    Severity.ERROR,
    Text(
        id="Gateway kompleks ini menggabungkan beberapa panah; itu tidak dapat dijalankan.",
        en="This complex gateway joins several flows, which cannot be run.",
    ),
    Text(
        id="Gabungkan dengan gateway paralel, inklusif, atau eksklusif sebelumnya.",
        en="Join them with a parallel, inclusive or exclusive gateway before it.",
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
    Severity.WARNING,
    Text(
        id="Syarat panah ini tidak dilihat: gateway asalnya tidak memilih berdasarkan syarat.",
        en="The condition on this flow is not looked at: its gateway does not choose by it.",
    ),
    Text(
        id="Hapus syarat itu, atau pakai gateway eksklusif atau inklusif.",
        en="Delete the condition, or use an exclusive or inclusive gateway.",
    ),
)
BAD_CONDITION = Rule(
    "bad-condition",
    Severity.ERROR,
    Text(
        id='Syarat "{condition}" tidak dapat dibaca mulai karakter ke-{position}.',
        en='The condition "{condition}" cannot be read: {problem}',
    ),
    Text(
        id="Tulis seperti ${{perlu_perbaikan == true}}.",
        en="Write it like ${{perlu_perbaikan == true}}.",
    ),
)


def default_flows(diagram: Diagram) -> Iterator[Finding]:
    """A default flow leaves the element it is the default of and has no condition."""
    for _, node, flows in _nodes(diagram):
        if (default := node.get("default")) is None:
            continue
        chosen = [flow for flow in flows if flow.get("id") == default]
        if not chosen:
            yield DEFAULT_ELSEWHERE.broken_by(node, flow=default)
        for flow in chosen:
            if _condition(flow) is not None:
                yield CONDITION_ON_DEFAULT.broken_by(flow)


def choices(diagram: Diagram) -> Iterator[Finding]:
    """Where conditions choose, there is always a flow to take."""
    after_events = set(_after_events(diagram))
    for _, node, flows in _nodes(diagram):
        conditional = bool(flows) and all(_condition(flow) is not None for flow in flows)
        if node.get("default") is not None or not conditional:
            continue
        if kind(node) in _CHOOSING:
            yield (NO_DEFAULT_AFTER_EVENT if node in after_events else NO_DEFAULT).broken_by(node)
        elif not kind(node).endswith("Gateway"):
            yield NO_DEFAULT_AT_STEP.broken_by(node)


def order(diagram: Diagram) -> Iterator[Finding]:
    """At an exclusive gateway a flow without condition is taken, whatever comes after it."""
    for _, gateway, flows in _nodes(diagram):
        if kind(gateway) != "exclusiveGateway":
            continue
        default = [flow for flow in flows if flow.get("id") == gateway.get("default")]
        others = [flow for flow in flows if flow.get("id") != gateway.get("default")]
        plain = next((n for n, flow in enumerate(others) if _condition(flow) is None), None)
        never = [] if plain is None else [*others[plain + 1 :], *default]
        if plain is not None and never:
            names = tuple(one_line(flow.get("name")) or flow.get("id", "") for flow in never)
            yield NEVER_TAKEN.broken_by(others[plain], others=names)


def joins(diagram: Diagram) -> Iterator[Finding]:
    """A complex gateway only divides."""
    for graph, gateway, _ in _nodes(diagram):
        incoming = graph.incoming.get(gateway.get("id", ""), ())
        if kind(gateway) == "complexGateway" and len(incoming) > 1:
            yield COMPLEX_JOIN.broken_by(gateway)


def conditions_in_place(diagram: Diagram) -> Iterator[Finding]:
    """Conditions stand where they are looked at."""
    for _, node, flows in _nodes(diagram):
        if kind(node) in {"parallelGateway", "eventBasedGateway"}:
            for flow in flows:
                if _condition(flow) is not None:
                    yield CONDITION_WITHOUT_CHOICE.broken_by(flow)


def conditions(diagram: Diagram) -> Iterator[Finding]:
    """Conditions are expressions that the engine can compute."""
    for scope in diagram.scopes:
        for flow in diagram.graph_of(scope).flows:
            if (element := _condition(flow)) is None:
                continue
            condition = text_of(element)
            try:
                compile_expression(condition)
            except InvalidExpression as exc:
                yield BAD_CONDITION.broken_by(
                    flow, condition=condition, problem=str(exc), position=exc.position
                )


def _nodes(diagram: Diagram) -> Iterator[tuple[Graph, Element, tuple[Element, ...]]]:
    """Yield every node that runs with its graph and the flows out of it."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        for element_id, node in graph.nodes.items():
            yield graph, node, graph.outgoing.get(element_id, ())


def _after_events(diagram: Diagram) -> Iterator[Element]:
    """Yield what is reached from an event before a step: nobody is there to be told."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        waiting = graph.of_kind("boundaryEvent", "intermediateCatchEvent", "receiveTask")
        events = [node for node in waiting if link_name(node) is None]
        started = graph.of_kind("startEvent") if is_event_sub_process(scope) else []
        yield from graph.walk(*events, *started, stop_at_steps=True)


def _condition(flow: Element) -> Element | None:
    return flow.find(bpmn("conditionExpression"))
