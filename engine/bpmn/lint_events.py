"""Rules of events: a timer is bound to a step and says how long, an escalation what."""

from collections.abc import Iterator

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import STEPS, bpmn, interrupts, kind, text_of
from engine.bpmn.reader import Diagram
from engine.durations import Duration, InvalidDuration

NOT_ON_STEP = Rule(
    "boundary-not-on-step",
    Severity.ERROR,
    Text(
        id="Kejadian batas ini tidak menempel pada langkah.",
        en="This boundary event is not attached to a step.",
    ),
    Text(id="Tempelkan pada tepi sebuah langkah.", en="Attach it to the edge of a step."),
)
NO_TIMER = Rule(
    "boundary-without-timer",
    Severity.ERROR,
    Text(
        id="Kejadian batas ini bukan timer.",
        en="This boundary event is not a timer.",
    ),
    Text(
        id="Ubah menjadi timer berisi durasi seperti PT2H atau P1D.",
        en="Change it into a timer with a duration such as PT2H or P1D.",
    ),
)
NO_DURATION = Rule(
    "timer-without-duration",
    Severity.ERROR,
    Text(id="Timer ini belum punya durasi.", en="This timer has no duration."),
    Text(
        id="Isi durasi seperti PT10M, PT2H, atau P1D.",
        en="Give it a duration such as PT10M, PT2H or P1D.",
    ),
)
BAD_DURATION = Rule(
    "bad-duration",
    Severity.ERROR,
    Text(
        id='Durasi timer "{duration}" tidak dapat dibaca.',
        en='The duration "{duration}" of this timer cannot be read.',
    ),
    Text(
        id="Tulis PT10M (menit), PT2H (jam), P2D (hari kerja), atau P1W (minggu).",
        en="Write PT10M (minutes), PT2H (hours), P2D (working days) or P1W (weeks).",
    ),
)
TIMER_REPEATS_STEP = Rule(
    "timer-repeats-step",
    Severity.WARNING,
    Text(
        id="Timer ini tidak menginterupsi, tetapi jalurnya kembali ke langkahnya sendiri: langkah "
        "itu terbuka dua kali, dan tiap kali timernya berbunyi bertambah lagi.",
        en="This timer does not interrupt, yet its path leads back to its own step: the step will "
        "be open twice, and once more each time that a timer fires.",
    ),
    Text(
        id="Jadikan timer yang menginterupsi, atau akhiri jalurnya di kejadian akhir.",
        en="Make it interrupting, or let its path lead to an end event.",
    ),
)
NO_ESCALATION = Rule(
    "missing-escalation",
    Severity.ERROR,
    Text(
        id='Eskalasi "{reference}" tidak ada di diagram ini.',
        en='The escalation "{reference}" is not in this diagram.',
    ),
    Text(
        id="Pilih eskalasi yang ada pada kejadian akhir ini, atau buat yang baru.",
        en="Choose an escalation for this end event, or create one.",
    ),
)


def boundaries(diagram: Diagram) -> Iterator[Finding]:
    """A boundary event is a timer on a step of the process."""
    for event in diagram.graph.of_kind("boundaryEvent"):
        host = diagram.graph.nodes.get(event.get("attachedToRef", ""))
        if host is None or kind(host) not in STEPS:
            yield NOT_ON_STEP.broken_by(event)
        # Another kind of event is refused as not supported.
        if not any(kind(child).endswith("EventDefinition") for child in event):
            yield NO_TIMER.broken_by(event)


def ways_back(diagram: Diagram) -> Iterator[Finding]:
    """A timer does not open its own step once more beside the one that is open."""
    graph = diagram.graph
    for event in graph.of_kind("boundaryEvent"):
        host = graph.nodes.get(event.get("attachedToRef", ""))
        if host is not None and not interrupts(event) and graph.are_on_loop(host, event):
            yield TIMER_REPEATS_STEP.broken_by(event)


def durations(diagram: Diagram) -> Iterator[Finding]:
    """A timer has an ISO 8601 duration longer than nothing."""
    for event in diagram.graph.of_kind("boundaryEvent"):
        for timer in event.iterchildren(bpmn("timerEventDefinition")):
            if any(kind(child) in {"timeDate", "timeCycle"} for child in timer):
                continue  # refused as not supported
            duration = text_of(timer.find(bpmn("timeDuration")))
            if not duration:
                yield NO_DURATION.broken_by(event)
            elif not _is_duration(duration):
                yield BAD_DURATION.broken_by(event, duration=duration)


def escalations(diagram: Diagram) -> Iterator[Finding]:
    """The escalation of an end event is declared in the diagram."""
    for event in diagram.graph.of_kind("endEvent"):
        for definition in event.iterchildren(bpmn("escalationEventDefinition")):
            reference = definition.get("escalationRef")
            target = diagram.by_id(reference)
            if reference is not None and (target is None or kind(target) != "escalation"):
                yield NO_ESCALATION.broken_by(event, reference=reference)


def _is_duration(text: str) -> bool:
    try:
        Duration.parse(text)
    except InvalidDuration:
        return False
    return True
