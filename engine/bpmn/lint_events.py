"""Rules of events: where an event may stand, what it may be, and what starts and ends what."""

from collections.abc import Iterator, Mapping
from typing import Final

from engine.bpmn.events import THROWING, triggers_of
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.graph import Graph
from engine.bpmn.names import Element, bpmn, interrupts, is_activity, kind, link_name
from engine.bpmn.normalize import is_event_sub_process
from engine.bpmn.reader import Diagram

_WAITING: Final = frozenset({"message", "signal", "timer", "conditional"})
_FROM_INSIDE: Final = frozenset({"error", "escalation", "compensate"})
_THROWN: Final = frozenset({"message", "signal", "escalation", "compensate"})
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "intermediateCatchEvent": _WAITING | {"link"},
    "intermediateThrowEvent": _THROWN | {"link"},
    "boundaryEvent": _WAITING | _FROM_INSIDE | {"cancel"},
    "endEvent": _THROWN | {"error", "cancel", "terminate"},
}
"""What each kind of event may be (BPMN 2.0.2, section 10.5.5), start events aside."""
_ALWAYS_INTERRUPT: Final = frozenset({"error", "cancel"})
_CAUGHT_ALONE: Final = ("link", "compensate", "cancel")
_ENDING: Final = frozenset({"compensate", "cancel", "error", "terminate"})
"""After it nothing can be thrown; compensation has to be waited for."""
_DEFINITION: Final = "EventDefinition"

NOT_ON_STEP = Rule(
    "boundary-not-on-step",
    Severity.ERROR,
    Text(
        id="Kejadian batas ini tidak menempel pada langkah atau subproses.",
        en="This boundary event is not attached to a step or sub-process.",
    ),
    Text(id="Tempelkan pada tepi sebuah langkah.", en="Attach it to the edge of a step."),
)
NO_DEFINITION = Rule(
    "event-without-trigger",
    Severity.ERROR,
    Text(
        id="Kejadian ini tidak menyebut apa yang ditunggu.",
        en="This event does not say what it waits for.",
    ),
    Text(
        id="Jadikan timer, pesan, sinyal, atau syarat di pemodel.",
        en="Make it a timer, message, signal or condition in the modeler.",
    ),
)
NOT_HERE = Rule(
    "event-not-here",
    Severity.ERROR,
    Text(
        id="Kejadian {event} tidak boleh ada di {kind} ini.",
        en="BPMN allows no {event} event in this {kind}.",
    ),
    Text(
        id="Pilih jenis kejadian lain, atau pindahkan ke tempat yang diizinkan BPMN.",
        en="Choose another kind of event, or move it to where BPMN allows it.",
    ),
)
CANCEL_OUTSIDE = Rule(
    "cancel-outside-transaction",
    Severity.ERROR,
    Text(
        id="Kejadian pembatalan (cancel) hanya berlaku di transaksi.",
        en="A cancel event has a meaning only at a transaction.",
    ),
    Text(
        id="Ubah subprosesnya menjadi transaksi, atau pakai kejadian galat (error).",
        en="Make the sub-process a transaction, or use an error event.",
    ),
)
MUST_INTERRUPT = Rule(
    "must-interrupt",
    Severity.ERROR,
    Text(
        id="Kejadian {event} selalu menginterupsi, tetapi di sini ditandai tidak.",
        en="An event of this kind ({event}) always interrupts, but this one is marked not to.",
    ),
    Text(
        id="Jadikan kejadian yang menginterupsi di pemodel.",
        en="Make it interrupting in the modeler.",
    ),
)
EVENT_SUB_PROCESS_START = Rule(
    "event-sub-process-start",
    Severity.ERROR,
    Text(
        id="Subproses kejadian ini punya {count} kejadian mulai dengan pemicu; harus tepat satu.",
        en="This event sub-process has {count} start events with a trigger; it needs exactly one.",
    ),
    Text(
        id="Sisakan satu kejadian mulai dan pilih pemicunya: pesan, timer, galat, dan sebagainya.",
        en="Keep one start event and choose its trigger: message, timer, error and so on.",
    ),
)
LINK_WITHOUT_PARTNER = Rule(
    "link-without-partner",
    Severity.ERROR,
    Text(
        id='Tautan "{name}" punya {count} tujuan di proses atau subproses ini; harus tepat satu.',
        en='The link "{name}" has {count} targets in this process or sub-process; it needs one.',
    ),
    Text(
        id="Beri satu kejadian tautan tujuan (catch) nama yang sama di tempat yang sama.",
        en="Give one link event that catches the same name in the same place.",
    ),
)
LINK_UNUSED = Rule(
    "link-unused",
    Severity.ERROR,
    Text(
        id='Tidak ada tautan yang menuju "{name}".',
        en='No link leads to "{name}".',
    ),
    Text(
        id="Beri kejadian tautan asal (throw) nama yang sama, atau hapus yang ini.",
        en="Give the link event that throws the same name, or delete this one.",
    ),
)
NOT_ALONE = Rule(
    "event-not-alone",
    Severity.ERROR,
    Text(
        id="Kejadian {event} harus berdiri sendiri, tetapi di sini digabung dengan yang lain.",
        en="An event of this kind ({event}) has to stand alone, but here it has others beside it.",
    ),
    Text(
        id="Pisahkan menjadi beberapa kejadian.",
        en="Draw one event for each.",
    ),
)
AFTER_EVENT_GATEWAY = Rule(
    "after-event-gateway",
    Severity.ERROR,
    Text(
        id="Sesudah gateway kejadian hanya boleh ada kejadian yang menunggu atau receive task, "
        "masing-masing dengan satu panah masuk.",
        en="Only events that wait and receive tasks may follow an event-based gateway, each with "
        "one flow into it.",
    ),
    Text(
        id="Arahkan panah ini ke kejadian pesan, timer, sinyal, atau syarat yang belum dituju.",
        en="Let this flow lead to a message, timer, signal or conditional event of its own.",
    ),
)
ONE_EVENT = Rule(
    "event-gateway-without-choice",
    Severity.ERROR,
    Text(
        id="Gateway kejadian ini tidak punya dua kejadian untuk ditunggu.",
        en="This event-based gateway does not have two events to wait for.",
    ),
    Text(
        id="Gambar paling sedikit dua kejadian sesudahnya, atau hapus gateway ini.",
        en="Draw at least two events after it, or delete the gateway.",
    ),
)
WAITS_FOR_ALL = Rule(
    "event-gateway-waits-for-all",
    Severity.ERROR,
    Text(
        id="Gateway kejadian yang paralel hanya boleh memulai proses; di tengah alur ia memilih "
        "satu kejadian.",
        en="A parallel event-based gateway can only start a process; within a flow it chooses one "
        "event.",
    ),
    Text(
        id="Jadikan gateway kejadian biasa, atau gateway paralel yang diikuti kejadian-kejadian.",
        en="Make it a plain event-based gateway, or a parallel gateway with the events behind it.",
    ),
)
TIMER_REPEATS_STEP = Rule(
    "timer-repeats-step",
    Severity.WARNING,
    Text(
        id="Kejadian ini tidak menginterupsi, tetapi jalurnya kembali ke langkahnya sendiri: "
        "langkah itu terbuka dua kali, dan tiap kali kejadiannya terjadi bertambah lagi.",
        en="This event does not interrupt, yet its path leads back to its own step: the step will "
        "be open twice, and once more each time that the event happens.",
    ),
    Text(
        id="Jadikan kejadian yang menginterupsi, atau akhiri jalurnya di kejadian akhir.",
        en="Make it interrupting, or let its path lead to an end event.",
    ),
)


def boundaries(diagram: Diagram) -> Iterator[Finding]:
    """A boundary event is attached to an activity of the same scope."""
    for graph, event in _events(diagram, "boundaryEvent"):
        host = graph.nodes.get(event.get("attachedToRef", ""))
        if host is None or not is_activity(host):
            yield NOT_ON_STEP.broken_by(event)


def triggers(diagram: Diagram) -> Iterator[Finding]:
    """An event that waits says for what."""
    for _, event in _events(diagram, "boundaryEvent", "intermediateCatchEvent"):
        if not triggers_of(event) and link_name(event) is None:
            yield NO_DEFINITION.broken_by(event)


def places(diagram: Diagram) -> Iterator[Finding]:
    """An event is of a kind that BPMN allows where it stands."""
    for _, event in _events(diagram, "startEvent", *_ALLOWED):
        allowed = _allowed(event)
        for definition in event:
            if not kind(definition).endswith(_DEFINITION):
                continue
            name = kind(definition).removesuffix(_DEFINITION)
            if name not in allowed:
                yield NOT_HERE.broken_by(event, event=name, kind=kind(event))


def companions(diagram: Diagram) -> Iterator[Finding]:
    """What makes all else in its event pointless stands alone in it.

    An event that throws may tell others before it ends something, and undo several activities.
    """
    for _, event in _events(diagram, "startEvent", *_ALLOWED):
        names = [kind(one).removesuffix(_DEFINITION) for one in triggers_of(event)]
        names += ["link" for _ in event.iterchildren(bpmn("linkEventDefinition"))]
        alone = ["link"] if kind(event) in THROWING else _CAUGHT_ALONE
        wrong = [name for name in names if name in alone] if len(names) > 1 else []
        ending = [name for name in names if name in _ENDING and kind(event) in THROWING]
        if len(ending) > 1 and set(ending) != {"compensate"}:
            wrong += ending
        if wrong:
            yield NOT_ALONE.broken_by(event, event=wrong[0])


def cancels(diagram: Diagram) -> Iterator[Finding]:
    """A cancel event ends a transaction or is attached to one."""
    for graph, event in _events(diagram, "endEvent", "boundaryEvent"):
        if event.find(bpmn("cancelEventDefinition")) is None:
            continue
        host = graph.nodes.get(event.get("attachedToRef", ""))
        around = event.iterancestors(bpmn("transaction")) if kind(event) == "endEvent" else ()
        is_inside = next(iter(around), None) is not None
        if not is_inside and (host is None or kind(host) != "transaction"):
            yield CANCEL_OUTSIDE.broken_by(event)


def interruptions(diagram: Diagram) -> Iterator[Finding]:
    """Errors and cancellations end what they happen to."""
    for _, event in _events(diagram, "boundaryEvent", "startEvent"):
        plain = event.get("isInterrupting") == "false" or not interrupts(event)
        for definition in triggers_of(event) if plain else ():
            name = kind(definition).removesuffix(_DEFINITION)
            if name in _ALWAYS_INTERRUPT:
                yield MUST_INTERRUPT.broken_by(event, event=name)


def event_sub_processes(diagram: Diagram) -> Iterator[Finding]:
    """An event sub-process has one start event, which says what starts it."""
    for scope in diagram.scopes:
        if is_event_sub_process(scope):
            starts = diagram.graph_of(scope).of_kind("startEvent")
            triggered = [start for start in starts if triggers_of(start)]
            if len(starts) != 1 or len(triggered) != 1:
                yield EVENT_SUB_PROCESS_START.broken_by(scope, count=len(triggered))


def links(diagram: Diagram) -> Iterator[Finding]:
    """A link leads from where it is thrown to the one place in the scope where it is caught."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        thrown, caught = (
            [(link_name(event), event) for event in graph.of_kind(name)]
            for name in ("intermediateThrowEvent", "intermediateCatchEvent")
        )
        names = [name for name, _ in caught if name is not None]
        for name, event in thrown:
            if name is not None and names.count(name) != 1:
                yield LINK_WITHOUT_PARTNER.broken_by(event, name=name, count=names.count(name))
        sources = {name for name, _ in thrown}
        for name, event in caught:
            if name is not None and name not in sources:
                yield LINK_UNUSED.broken_by(event, name=name)


def event_gateways(diagram: Diagram) -> Iterator[Finding]:
    """An event-based gateway waits for the first of several events, which wait only for it.

    It can wait for all of them where they start the process (BPMN 2.0.2, section 10.6.6).
    """
    for graph, gateway in _events(diagram, "eventBasedGateway"):
        flows = graph.outgoing.get(gateway.get("id", ""), ())
        if len(flows) < 2:  # noqa: PLR2004 — BPMN 2.0.2, section 10.6.6: two or more
            yield ONE_EVENT.broken_by(gateway)
        is_parallel = gateway.get("eventGatewayType") == "Parallel"
        if is_parallel and gateway.get("instantiate") != "true":
            yield WAITS_FOR_ALL.broken_by(gateway)
        for flow in flows:
            target = graph.nodes.get(flow.get("targetRef", ""))
            if target is not None and not _can_follow(graph, target):
                yield AFTER_EVENT_GATEWAY.broken_by(flow)


def ways_back(diagram: Diagram) -> Iterator[Finding]:
    """An event does not open its own step once more beside the one that is open."""
    for graph, event in _events(diagram, "boundaryEvent"):
        host = graph.nodes.get(event.get("attachedToRef", ""))
        if host is not None and not interrupts(event) and graph.are_on_loop(host, event):
            yield TIMER_REPEATS_STEP.broken_by(event)


def _events(diagram: Diagram, *kinds: str) -> Iterator[tuple[Graph, Element]]:
    """Yield the nodes of these kinds that can run, each with the graph it is in."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        for node in graph.of_kind(*kinds):
            yield graph, node


def _allowed(event: Element) -> frozenset[str]:
    """Return what an event may be where it stands."""
    if kind(event) != "startEvent":
        return _ALLOWED[kind(event)]
    scope = event.getparent()
    if scope is None or kind(scope) == "process":
        return _WAITING
    return _WAITING | _FROM_INSIDE if is_event_sub_process(scope) else frozenset()


def _can_follow(graph: Graph, target: Element) -> bool:
    """Return whether a node may stand behind an event-based gateway (BPMN 2.0.2, 10.6.6)."""
    if len(graph.incoming.get(target.get("id", ""), ())) > 1:
        return False
    if kind(target) == "receiveTask":
        return not graph.boundary.get(target.get("id", ""))
    return kind(target) == "intermediateCatchEvent" and link_name(target) is None
