"""Rules of what comes from outside or gets lost: messages, signals and errors without a partner."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from engine.bpmn.events import triggers, triggers_of
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, bpmn, kind
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
    starts = {one for process in _processes(diagram) for one in diagram.graph_of(process).starts}
    for _, name, node in sent - _same(sent, awaited):
        yield TO_NOBODY.broken_by(node, name=name)
    for _, name, node in awaited - _same(awaited, sent):
        if node not in starts:
            yield FROM_OUTSIDE.broken_by(node, name=name)


def uncaught(diagram: Diagram) -> Iterator[Finding]:
    """An error that is thrown is caught around the place where it is thrown."""
    catching = _Catching(diagram)
    for node in _nodes(diagram, frozenset({"endEvent"})):
        for code in _errors(diagram, node):
            if not catching.catches(node, code):
                yield UNCAUGHT.broken_by(node, name=code)


class _Catching:
    """Which errors are caught where; by code, "" being any."""

    def __init__(self, diagram: Diagram) -> None:
        self._process = diagram.process
        self._starts = {
            one: frozenset(_errors(diagram, *one.iterchildren(bpmn("startEvent"))))
            for one in diagram.scopes
            if is_event_sub_process(one)
        }
        self._within: defaultdict[Element | None, Counter[str]] = defaultdict(Counter)
        """By event sub-processes directly in a scope."""
        for one, codes in self._starts.items():
            self._within[one.getparent()].update(codes)
        self._attached: defaultdict[str | None, set[str]] = defaultdict(set)
        """By events attached to a sub-process, by its id."""
        for event in _nodes(diagram, frozenset({"boundaryEvent"})):
            self._attached[event.get("attachedToRef")].update(_errors(diagram, event))
        self._scopes = frozenset(diagram.scopes)
        self._anywhere = frozenset(
            _errors(diagram, *_nodes(diagram, frozenset({"boundaryEvent", "startEvent"})))
        )

    def catches(self, node: Element, code: str) -> bool:
        """Return whether an error that a node throws is caught; who calls a process may do so, too.

        What an event sub-process that interrupts throws reaches none of those beside it.
        """
        inner, scope, codes = node, node.getparent(), {"", code}
        while scope is not None and scope in self._scopes:
            own = self._starts.get(inner, frozenset())
            beside = sum(self._within[scope][one] for one in codes) - len(codes & own)
            if (beside and not _interrupts_all(inner)) or codes & self._attached[scope.get("id")]:
                return True
            inner, scope = scope, scope.getparent()
        return inner is not self._process and bool(codes & self._anywhere)


def _interrupts_all(element: Element) -> bool:
    """Return whether an element is an event sub-process that ends all else in its scope."""
    start = element.find(bpmn("startEvent")) if is_event_sub_process(element) else None
    return start is not None and start.get("isInterrupting") != "false"


def _errors(diagram: Diagram, *events: Element) -> Iterator[str]:
    """Yield the codes of the errors that events throw or catch."""
    for event in events:
        for trigger in triggers(diagram, event):
            if trigger.event is Event.ERROR:
                yield trigger.name


def beginnings(diagram: Diagram) -> Iterator[Finding]:
    """A process begins when somebody starts it."""
    for start in diagram.graph.starts[:1]:
        if kind(start) == "startEvent" and triggers_of(start):
            yield NOT_STARTED.broken_by(start)


def _processes(diagram: Diagram) -> Iterator[Element]:
    """Yield the process that runs, and those that it calls: they begin without being told."""
    return (scope for scope in diagram.scopes if kind(scope) == "process")


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
