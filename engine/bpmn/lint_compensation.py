"""Rules of compensation: what undoes an activity, and what is to be undone."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, bpmn, is_activity, kind
from engine.bpmn.normalize import handlers, is_event_sub_process, is_handler
from engine.bpmn.reader import Diagram

_DEFINITION: Final = "compensateEventDefinition"

NOTHING_TO_UNDO = Rule(
    "nothing-to-undo",
    Severity.ERROR,
    Text(
        id='Kegiatan "{activity}" yang hendak dikompensasi tidak ada di diagram ini.',
        en='The activity "{activity}" that is to be compensated is not in this diagram.',
    ),
    Text(
        id="Pilih kegiatan yang ada, atau kosongkan agar semua di sini dikompensasi.",
        en="Choose one that exists, or leave it empty to compensate all that is done here.",
    ),
)
OUT_OF_REACH = Rule(
    "compensation-out-of-reach",
    Severity.ERROR,
    Text(
        id='Kegiatan "{activity}" ada di proses atau subproses lain, sehingga tidak dapat '
        "dikompensasi dari sini.",
        en='The activity "{activity}" is in another process or sub-process, so it cannot be '
        "compensated from here.",
    ),
    Text(
        id="Letakkan kejadian ini di tempat kegiatan itu, atau kompensasikan seluruh subprosesnya.",
        en="Put this event where the activity is, or compensate its whole sub-process.",
    ),
)
NO_HANDLER = Rule(
    "compensation-without-handler",
    Severity.ERROR,
    Text(
        id="Kejadian kompensasi ini tidak dihubungkan dengan kegiatan yang membatalkan.",
        en="No activity that undoes the work is connected with this compensation event.",
    ),
    Text(
        id="Hubungkan dengan asosiasi ke satu kegiatan bertanda kompensasi.",
        en="Connect it by an association with one activity that is marked as compensation.",
    ),
)
HANDLER_UNUSED = Rule(
    "handler-unused",
    Severity.WARNING,
    Text(
        id="Kegiatan kompensasi ini tidak pernah dijalankan: tidak ada kejadian yang memanggilnya.",
        en="This compensation activity never runs: no event leads to it.",
    ),
    Text(
        id="Hubungkan kejadian batas kompensasi dengan kegiatan ini lewat asosiasi.",
        en="Connect a compensation boundary event with it by an association.",
    ),
)
WAITS_FOR_UNDOING = Rule(
    "waits-for-compensation",
    Severity.WARNING,
    Text(
        id="Kejadian ini menunggu sampai kompensasi selesai, meskipun ditandai tidak menunggu.",
        en="This event waits until the compensation is done, although it is marked not to.",
    ),
    Text(
        id="Hapus waitForCompletion, atau kompensasikan di jalur paralel tersendiri.",
        en="Remove waitForCompletion, or compensate in a parallel path of its own.",
    ),
)
SECOND_HANDLER = Rule(
    "second-compensation",
    Severity.ERROR,
    Text(
        id="Sudah ada yang membatalkan {activity}; yang ini tidak akan pernah dijalankan.",
        en="Something else already undoes {activity}; this would never run.",
    ),
    Text(
        id="Gabungkan keduanya: satu kegiatan atau satu subproses yang membatalkan semuanya.",
        en="Make them one: one activity or sub-process that undoes everything.",
    ),
)
NEVER_UNDONE = Rule(
    "process-never-compensated",
    Severity.WARNING,
    Text(
        id="Subproses ini tidak pernah dijalankan: proses itu sendiri tidak pernah dikompensasi.",
        en="This sub-process never runs: the process itself is never compensated.",
    ),
    Text(
        id="Letakkan di dalam subproses yang hendak dibatalkannya.",
        en="Put it into the sub-process that it is to undo.",
    ),
)


def references(diagram: Diagram) -> Iterator[Finding]:
    """What is to be undone is an activity in reach (BPMN 2.0.2, section 10.7.1)."""
    for node, definition in _definitions(diagram):
        if (activity := definition.get("activityRef")) is None:
            continue
        undone = diagram.by_id(activity)
        if undone is None or not is_activity(undone):
            yield NOTHING_TO_UNDO.broken_by(node, activity=activity)
        elif undone.getparent() not in _in_reach(node):
            yield OUT_OF_REACH.broken_by(node, activity=activity)


def _in_reach(node: Element) -> Iterator[Element | None]:
    """Yield the scope of an event; for an event sub-process, also the one that it belongs to."""
    scope = node.getparent()
    yield scope
    if scope is not None and is_event_sub_process(scope):
        yield scope.getparent()


def marks(diagram: Diagram) -> Iterator[Finding]:
    """What throws compensation waits until it is done."""
    for node, definition in _definitions(diagram):
        if definition.get("waitForCompletion") == "false":
            yield WAITS_FOR_UNDOING.broken_by(node)


def connections(diagram: Diagram) -> Iterator[Finding]:
    """What undoes an activity is connected with it."""
    undoing = handlers(diagram)
    used = set()
    for node, _ in _definitions(diagram):
        if kind(node) == "boundaryEvent":
            handler = undoing.get(node.get("id", ""))
            used.add(handler)
            if handler is None or handler.getparent() is not node.getparent():
                yield NO_HANDLER.broken_by(node)
    for scope in diagram.scopes:
        for node in diagram.graph_of(scope).nodes.values():
            if is_handler(node) and node not in used:
                yield HANDLER_UNUSED.broken_by(node)


def seconds(diagram: Diagram) -> Iterator[Finding]:
    """An activity is undone in one way: by one handler, or by one event sub-process in it."""
    undone = set()
    for node, _ in _definitions(diagram):
        activity = _undone_by(node)
        if activity is not None and activity in undone:
            yield SECOND_HANDLER.broken_by(node, activity=activity)
        undone.add(activity)


def _undone_by(event: Element) -> str | None:
    """Return the id of the activity that an event lets be undone; None if it throws."""
    if kind(event) == "boundaryEvent":
        return event.get("attachedToRef")
    activity = next(islice(event.iterancestors(), 1, None), None)
    return activity.get("id") if kind(event) == "startEvent" and activity is not None else None


def beginnings(diagram: Diagram) -> Iterator[Finding]:
    """An event sub-process that undoes belongs to something that can be undone."""
    for start, _ in _definitions(diagram):
        around = start.iterancestors()
        scope, process = next(around, None), next(around, None)
        if kind(start) == "startEvent" and process is diagram.process:
            yield NEVER_UNDONE.broken_by(scope)


def _definitions(diagram: Diagram) -> Iterator[tuple[Element, Element]]:
    """Yield each event that runs with each of its compensation event definitions."""
    for scope in diagram.scopes:
        for node in diagram.graph_of(scope).nodes.values():
            for definition in node.iterchildren(bpmn(_DEFINITION)):
                yield node, definition
