"""Rules of what events throw or wait for: a message, an error, a time, a condition."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from engine.bpmn.events import THROWING
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, bpmn, kind, text_of
from engine.bpmn.reader import Diagram
from engine.cycles import Cycle
from engine.durations import Duration
from engine.errors import Invalid
from engine.expressions import (
    InvalidExpression,
    compile_composite,
    compile_expression,
    is_composite,
)

_REFERENCES: Final[Mapping[str, str]] = {
    "messageRef": "message",
    "signalRef": "signal",
    "escalationRef": "escalation",
}
_NAMED: Final[Mapping[str, str]] = {
    "messageEventDefinition": "messageRef",
    "signalEventDefinition": "signalRef",
}
"""Event definitions that must say which one (BPMN 2.0.2, section 10.5.5)."""
_TIMES: Final[Mapping[str, Callable[[str], object]]] = {
    "timeDuration": Duration.parse,
    "timeDate": datetime.fromisoformat,
    "timeCycle": Cycle.parse,
}

NOT_DECLARED = Rule(
    "missing-reference",
    Severity.ERROR,
    Text(
        id='{kind} "{reference}" tidak ada di diagram ini.',
        en='The {kind} "{reference}" is not in this diagram.',
    ),
    Text(
        id="Pilih yang ada untuk kejadian ini, atau buat yang baru.",
        en="Choose one that exists for this event, or create one.",
    ),
)
NO_REFERENCE = Rule(
    "event-without-reference",
    Severity.ERROR,
    Text(
        id="Kejadian ini tidak menyebut pesan atau sinyal yang mana.",
        en="This event does not say which message or signal it is.",
    ),
    Text(
        id="Pilih pesan atau sinyal di pemodel, atau buat yang baru.",
        en="Choose a message or signal in the modeler, or create one.",
    ),
)
ERROR_NOT_DECLARED = Rule(
    "undeclared-error",
    Severity.WARNING,
    Text(
        id='Galat "{reference}" tidak ada di diagram ini; teks itu sendiri menjadi kodenya.',
        en='The error "{reference}" is not in this diagram; that text itself is its code.',
    ),
    Text(
        id="Buat galat dengan kode di pemodel dan pilih pada kejadian ini.",
        en="Create an error with a code in the modeler and choose it for this event.",
    ),
)
ERROR_WITHOUT_CODE = Rule(
    "error-without-code",
    Severity.ERROR,
    Text(
        id="Kejadian akhir galat ini tidak menyebut galat yang mana.",
        en="This error end event does not say which error it throws.",
    ),
    Text(
        id="Pilih galat dengan kode pada kejadian ini.",
        en="Choose an error with a code for this event.",
    ),
)
NO_TIME = Rule(
    "timer-without-duration",
    Severity.ERROR,
    Text(id="Timer ini belum punya waktu.", en="This timer has no time."),
    Text(
        id="Isi durasi seperti PT10M, PT2H, atau P1D.",
        en="Give it a duration such as PT10M, PT2H or P1D.",
    ),
)
BAD_DURATION = Rule(
    "bad-duration",
    Severity.ERROR,
    Text(
        id='Durasi timer "{time}" tidak dapat dibaca.',
        en='The duration "{time}" of this timer cannot be read.',
    ),
    Text(
        id="Tulis PT10M (menit), PT2H (jam), P2D (hari kerja), atau P1W (minggu).",
        en="Write PT10M (minutes), PT2H (hours), P2D (working days) or P1W (weeks).",
    ),
)
BAD_DATE = Rule(
    "bad-date",
    Severity.ERROR,
    Text(
        id='Tanggal timer "{time}" tidak dapat dibaca.',
        en='The date "{time}" of this timer cannot be read.',
    ),
    Text(
        id="Tulis seperti 2026-11-23T08:00:00.",
        en="Write it like 2026-11-23T08:00:00.",
    ),
)
BAD_CYCLE = Rule(
    "bad-cycle",
    Severity.ERROR,
    Text(
        id='Pengulangan timer "{time}" tidak dapat dibaca.',
        en='The cycle "{time}" of this timer cannot be read.',
    ),
    Text(
        id="Tulis seperti R3/PT1H (tiga kali, tiap jam) atau R/P1D (tiap hari kerja).",
        en="Write it like R3/PT1H (three times, every hour) or R/P1D (every working day).",
    ),
)
_BAD_TIMES: Final[Mapping[str, Rule]] = {
    "timeDuration": BAD_DURATION,
    "timeDate": BAD_DATE,
    "timeCycle": BAD_CYCLE,
}
BAD_EVENT_CONDITION = Rule(
    "bad-event-condition",
    Severity.ERROR,
    Text(
        id='Syarat "{condition}" tidak dapat dibaca mulai karakter ke-{position}.',
        en='The condition "{condition}" cannot be read: {problem}',
    ),
    Text(
        id="Tulis seperti ${{jumlah > 10}}.",
        en="Write it like ${{count > 10}}.",
    ),
)


def references(diagram: Diagram) -> Iterator[Finding]:
    """What an event or task refers to is declared in the diagram."""
    for node, element in _declaring(diagram):
        for attribute, name in _REFERENCES.items():
            reference = element.get(attribute)
            target = diagram.by_id(reference)
            if reference is not None and (target is None or kind(target) != name):
                yield NOT_DECLARED.broken_by(node, kind=name, reference=reference)
        needed = _NAMED.get(kind(element))
        if needed is not None and element.get(needed) is None:
            yield NO_REFERENCE.broken_by(node)


def errors(diagram: Diagram) -> Iterator[Finding]:
    """An error that is thrown has a code; one that is caught may have any."""
    for node, definition in _definitions(diagram, "errorEventDefinition"):
        reference = definition.get("errorRef")
        target = diagram.by_id(reference)
        if reference is None:
            if kind(node) in THROWING:
                yield ERROR_WITHOUT_CODE.broken_by(node)
        elif target is None or kind(target) != "error":
            yield ERROR_NOT_DECLARED.broken_by(node, reference=reference)


def times(diagram: Diagram) -> Iterator[Finding]:
    """A timer says when: by ISO 8601, or by an expression that computes it."""
    for node, timer in _definitions(diagram, "timerEventDefinition"):
        written = [child for child in timer if kind(child) in _TIMES]
        if not any(map(text_of, written)):
            yield NO_TIME.broken_by(node)
        for time in written:
            if (text := text_of(time)) and not _is_time(kind(time), text):
                yield _BAD_TIMES[kind(time)].broken_by(node, time=text)


def conditions(diagram: Diagram) -> Iterator[Finding]:
    """The condition that an event or an ad-hoc sub-process waits for can be computed."""
    events = (
        (node, definition.find(bpmn("condition")))
        for node, definition in _definitions(diagram, "conditionalEventDefinition")
    )
    ad_hoc = (
        (scope, condition)
        for scope in diagram.scopes
        if kind(scope) == "adHocSubProcess"
        and (condition := scope.find(bpmn("completionCondition"))) is not None
    )
    for node, condition in (*events, *ad_hoc):
        text = text_of(condition)
        if not text and condition is not None and kind(node) == "adHocSubProcess":
            continue
        try:
            compile_expression(text)
        except InvalidExpression as exc:
            yield BAD_EVENT_CONDITION.broken_by(
                node, condition=text, problem=str(exc), position=exc.position
            )


def _declaring(diagram: Diagram) -> Iterator[tuple[Element, Element]]:
    """Yield each task that sends or receives, and each event with each of its definitions."""
    for scope in diagram.scopes:
        for node in diagram.graph_of(scope).nodes.values():
            if kind(node) in {"sendTask", "receiveTask"}:
                yield node, node
            for child in node:
                if kind(child).endswith("EventDefinition"):
                    yield node, child


def _definitions(diagram: Diagram, name: str) -> Iterator[tuple[Element, Element]]:
    for node, element in _declaring(diagram):
        if kind(element) == name:
            yield node, element


def _is_time(name: str, text: str) -> bool:
    """Return whether a text is such a time, or becomes one by variables that a case may have."""
    try:
        if is_composite(text):
            computed = compile_composite(text)
            if not computed.is_constant:
                return True
            text = str(computed.evaluate({}))
        _TIMES[name](text)
    except (Invalid, ValueError):
        return False
    return True
