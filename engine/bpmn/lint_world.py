"""Rules of what comes from outside or gets lost: messages, signals and errors without a partner."""

from collections.abc import Iterator
from typing import Final

from engine.bpmn.events import triggers, triggers_of
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import SUB_PROCESSES, Element, bpmn, kind
from engine.bpmn.normalize import is_event_sub_process
from engine.bpmn.program import Event
from engine.bpmn.reader import Diagram

_SENDING: Final = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})
_RECEIVING: Final = frozenset(
    {"intermediateCatchEvent", "boundaryEvent", "startEvent", "receiveTask"}
)

FROM_OUTSIDE = Rule(
    "waits-for-the-world",
    Severity.HINT,
    Text(
        id='Tidak ada di proses ini yang mengirim "{name}": proses menunggu sampai dikirim '
        "dari luar.",
        en='Nothing in this process sends "{name}": it waits until that is delivered from outside.',
    ),
    Text(
        id="Kirim lewat API pada waktunya; antarproses tidak ada pengiriman otomatis.",
        en="Deliver it over the API in time; nothing is delivered between cases by itself.",
    ),
)
TO_NOBODY = Rule(
    "caught-nowhere",
    Severity.HINT,
    Text(
        id='Tidak ada di proses ini yang menunggu "{name}", jadi pengiriman ini tidak berakibat.',
        en='Nothing in this process waits for "{name}", so sending it has no effect.',
    ),
    Text(
        id="Gambar kejadian yang menunggunya; ke proses lain tidak ada pengiriman otomatis.",
        en="Draw an event that waits for it; nothing is delivered to other cases by itself.",
    ),
)
UNCAUGHT = Rule(
    "uncaught-error",
    Severity.HINT,
    Text(
        id='Galat "{name}" tidak ditangkap di mana pun: jalurnya berakhir di sini seperti '
        "kejadian akhir biasa.",
        en='The error "{name}" is caught nowhere: its path ends here like at a plain end event.',
    ),
    Text(
        id="Tempelkan kejadian batas galat pada subproses di sekelilingnya.",
        en="Attach an error boundary event to the sub-process around it.",
    ),
)
NOT_STARTED = Rule(
    "starts-by-hand",
    Severity.HINT,
    Text(
        id="Proses ini tidak mulai sendiri oleh pesan, sinyal, waktu, atau syarat.",
        en="This process is not started by its message, signal, time or condition.",
    ),
    Text(
        id="Mulai prosesnya dari aplikasi atau lewat API.",
        en="Start it from the application or over the API.",
    ),
)


def partners(diagram: Diagram) -> Iterator[Finding]:
    """A message or signal is sent and waited for in the same process."""
    sent = set(_named(diagram, _SENDING))
    awaited = set(_named(diagram, _RECEIVING))
    for _, name, node in sent - _same(sent, awaited):
        yield TO_NOBODY.broken_by(node, name=name)
    for _, name, node in awaited - _same(awaited, sent):
        if node not in _starts(diagram):
            yield FROM_OUTSIDE.broken_by(node, name=name)


def uncaught(diagram: Diagram) -> Iterator[Finding]:
    """An error that is thrown is caught around the place where it is thrown."""
    for node in _nodes(diagram, frozenset({"endEvent"})):
        for trigger in triggers(diagram, node):
            if trigger.event is Event.ERROR and not _is_caught(diagram, node, trigger.name):
                yield UNCAUGHT.broken_by(node, name=trigger.name)


def _is_caught(diagram: Diagram, node: Element, code: str) -> bool:
    """Return whether an error that a node throws is caught; who calls a process may do so, too.

    What an event sub-process that interrupts throws reaches none of those beside it.
    """
    inner, scope = node, node.getparent()
    while scope is not None and kind(scope) in SUB_PROCESSES | {"process"}:
        if any(_catches(diagram, one, code) for one in _around(diagram, scope, inner)):
            return True
        inner, scope = scope, scope.getparent()
    callers = _nodes(diagram, frozenset({"boundaryEvent", "startEvent"}))
    return inner is not diagram.process and any(_catches(diagram, one, code) for one in callers)


def _around(diagram: Diagram, scope: Element, inner: Element) -> Iterator[Element]:
    """Yield the events that can catch what comes out of a node of a scope."""
    start = inner.find(bpmn("startEvent")) if is_event_sub_process(inner) else None
    if start is None or start.get("isInterrupting") == "false":
        for beside in filter(is_event_sub_process, scope):
            yield from beside.iterchildren(bpmn("startEvent")) if beside is not inner else ()
    if kind(scope) != "process" and (around := scope.getparent()) is not None:
        yield from diagram.graph_of(around).boundary.get(scope.get("id", ""), ())


def _catches(diagram: Diagram, event: Element, code: str) -> bool:
    return any(
        trigger.event is Event.ERROR and trigger.name in {"", code}
        for trigger in triggers(diagram, event)
    )


def beginnings(diagram: Diagram) -> Iterator[Finding]:
    """A process begins when somebody starts it."""
    for start in diagram.graph.starts[:1]:
        if kind(start) == "startEvent" and triggers_of(start):
            yield NOT_STARTED.broken_by(start)


def _starts(diagram: Diagram) -> tuple[Element, ...]:
    return diagram.graph.starts


def _named(diagram: Diagram, kinds: frozenset[str]) -> Iterator[tuple[Event, str, Element]]:
    """Yield the messages and signals of these nodes, by name."""
    for node in _nodes(diagram, kinds):
        for trigger in triggers(diagram, node):
            if trigger.event in {Event.MESSAGE, Event.SIGNAL} and trigger.name:
                yield trigger.event, trigger.name, node


def _same(
    ones: set[tuple[Event, str, Element]], others: set[tuple[Event, str, Element]]
) -> set[tuple[Event, str, Element]]:
    known = {(event, name) for event, name, _ in others}
    return {one for one in ones if one[:2] in known}


def _nodes(diagram: Diagram, kinds: frozenset[str]) -> Iterator[Element]:
    for scope in diagram.scopes:
        yield from diagram.graph_of(scope).of_kind(*kinds)
