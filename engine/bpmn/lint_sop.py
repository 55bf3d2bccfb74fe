"""Rules of the SOP's form: who, how long, with which result.

PermenPAN-RB 35/2012 wants an actor, a time standard and an output for every step. A process that
carries `sop.…` fields claims to be an SOP, so for it these are errors; for any other, hints.
"""

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn import actors as who
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.graph import Graph
from engine.bpmn.names import GLOBAL_STEPS, STEPS, Element, bpmn, kind, one_line
from engine.bpmn.properties import sop_properties
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import is_sop
from engine.bpmn.times import durations, time_standards
from engine.durations import Duration, InvalidDuration
from engine.expressions import is_composite

_WORDS: Final = re.compile(
    r"(?:(?P<months>[0-9]{1,9}) bulan ?)?(?:(?P<weeks>[0-9]{1,9}) minggu ?)?"
    r"(?:(?P<days>[0-9]{1,9}) hari(?: kerja)? ?)?"
    r"(?:(?P<hours>[0-9]{1,9}) jam ?)?(?:(?P<minutes>[0-9]{1,9}) menit)?"
)
"""A duration as offices write it; a bare "hari" is a working day."""

NO_LANES = Rule(
    "no-lanes",
    Severity.ERROR,
    Text(id="Proses ini belum punya lane.", en="The process has no lanes."),
    Text(
        id="Gambar satu lane untuk tiap pelaksana dan taruh langkah-langkahnya di dalamnya.",
        en="Draw one lane for each actor and put the steps into them.",
    ),
)
NO_LANE = Rule(
    "step-without-lane",
    Severity.ERROR,
    Text(id="Langkah ini tidak berada di dalam lane.", en="This step lies in no lane."),
    Text(
        id="Geser langkah ini ke lane pelaksananya.",
        en="Move it into the lane of its actor.",
    ),
)
NO_ACTOR = Rule(
    "step-without-actor",
    Severity.ERROR,
    Text(
        id="Langkah ini belum punya pelaksana; yang memulai kasus mengerjakannya sendiri.",
        en="This step has no actor; whoever starts the case does it.",
    ),
    Text(
        id="Taruh langkah ini di lane yang bernama jabatan pelaksananya.",
        en="Put it into a lane named after the position of its actor.",
    ),
)
NO_TIME = Rule(
    "step-without-time-standard",
    Severity.ERROR,
    Text(id="Langkah ini belum punya waktu baku.", en="This step has no time standard."),
    Text(
        id="Pasang timer (boundary, tidak menginterupsi) berisi durasi seperti PT2H atau P1D.",
        en="Attach a timer (boundary, non-interrupting) with a duration such as PT2H or P1D.",
    ),
)
SEVERAL_TIMES = Rule(
    "several-time-standards",
    Severity.ERROR,
    Text(
        id="Langkah ini punya {count} timer waktu baku.",
        en="This step has {count} timers for its time standard.",
    ),
    Text(
        id="Sisakan satu timer yang tidak menginterupsi.",
        en="Keep one non-interrupting timer.",
    ),
)
COMPUTED_TIME = Rule(
    "computed-time-standard",
    Severity.ERROR,
    Text(
        id='Timer langkah ini dihitung dengan ekspresi "{time}", jadi bukan waktu baku.',
        en='The timer of this step is computed by "{time}", so it is no time standard.',
    ),
    Text(
        id="Waktu baku adalah waktu tetap: isi timer dengan durasi seperti PT2H atau P1D.",
        en="A time standard is a fixed time: give the timer a duration such as PT2H or P1D.",
    ),
)
NO_ESCALATION = Rule(
    "standard-without-escalation",
    Severity.HINT,
    Text(
        id="Timer waktu baku ini tidak langsung menuju kejadian eskalasi.",
        en="The timer of this time standard does not lead straight to an escalation event.",
    ),
    Text(
        id='Arahkan ke kejadian akhir eskalasi seperti "Terlambat". Tanpa itu pun langkahnya '
        "terlambat dan pemberitahuan dikirim, tetapi diagram tidak menunjukkannya.",
        en='Lead it to an escalation end event such as "Terlambat". The step will be overdue and '
        "people notified all the same, but the diagram does not show it.",
    ),
)
TIMES_DIFFER = Rule(
    "times-differ",
    Severity.ERROR,
    Text(
        id='sop.waktu berbunyi "{written}", tetapi timernya "{timer}".',
        en='sop.waktu says "{written}", but the timer "{timer}".',
    ),
    Text(
        id="Samakan keduanya; yang berlaku saat berjalan adalah timer.",
        en="Make them the same; the timer is what counts when the process runs.",
    ),
)
TIME_NOT_COMPARED = Rule(
    "time-not-compared",
    Severity.HINT,
    Text(
        id='sop.waktu "{written}" tidak dapat dibandingkan dengan timernya.',
        en='sop.waktu "{written}" cannot be compared with the timer.',
    ),
    Text(
        id='Tulis seperti "2 jam", "1 hari kerja", atau PT2H.',
        en='Write it like "2 jam", "1 hari kerja" or PT2H.',
    ),
)
NO_OUTPUT = Rule(
    "step-without-output",
    Severity.ERROR,
    Text(
        id="Langkah ini belum punya output.",
        en="This step has no output.",
    ),
    Text(
        id="Isi sop.output: apa yang harus ada sesudah langkah ini selesai.",
        en="Fill in sop.output: what must be there when the step is done.",
    ),
)


def actors(diagram: Diagram) -> Iterator[Finding]:
    """Every step lies in a lane, and somebody does it."""
    weight = severity(diagram)
    has_lanes = bool(who.lanes(diagram))
    if not has_lanes:
        yield NO_LANES.broken_by(diagram.process, severity=weight)
    actor_of = who.actors(diagram, diagram.steps)
    for step, lane in who.lane_of_steps(diagram, diagram.steps).items():
        if actor_of[step] is None:
            yield NO_ACTOR.broken_by(step, severity=weight)
        elif has_lanes and lane is None:
            yield NO_LANE.broken_by(step, severity=weight)


def time_standard(diagram: Diagram) -> Iterator[Finding]:
    """Every step has one time standard, known before a case runs.

    To a global task BPMN lets no timer be attached.
    """
    of_sop = severity(diagram)
    for step in diagram.steps:
        weight = Severity.HINT if kind(step) in GLOBAL_STEPS else of_sop
        count = len(time_standards(diagram, step))
        computed = next((text for _, text in durations(diagram, step) if is_composite(text)), None)
        if count > 1:
            yield SEVERAL_TIMES.broken_by(step, severity=weight, count=count)
        elif count == 0 and computed is not None:
            yield COMPUTED_TIME.broken_by(step, severity=weight, time=computed)
        elif count == 0:
            yield NO_TIME.broken_by(step, severity=weight)


def escalation(diagram: Diagram) -> Iterator[Finding]:
    """What happens in an SOP when a time standard is over stands in the diagram.

    A hint only: overdue is what the deadline says, whatever the diagram does about it.
    """
    if not is_sop(diagram):
        return
    for graph in map(diagram.graph_of, diagram.scopes):
        escalating = _leads_to_escalation(graph)
        for step in graph.steps:
            for timer, _ in time_standards(diagram, step):
                if timer not in escalating:
                    yield NO_ESCALATION.broken_by(timer)


def written_time(diagram: Diagram) -> Iterator[Finding]:
    """The time standard that is written is the one that runs."""
    for step in diagram.steps:
        written = sop_properties(step).get("waktu", "")
        drawn = next((text for _, text in time_standards(diagram, step)), "")
        running = _duration(drawn)
        if not written or running is None:
            continue
        meant = _duration(written)
        if meant is None:
            yield TIME_NOT_COMPARED.broken_by(step, written=written)
        elif meant != running:
            yield TIMES_DIFFER.broken_by(step, written=written, timer=drawn)


def output(diagram: Diagram) -> Iterator[Finding]:
    """Every step says what must be there afterwards."""
    weight = severity(diagram)
    for step in diagram.steps:
        if not sop_properties(step).get("output"):
            yield NO_OUTPUT.broken_by(step, severity=weight)


def severity(
    diagram: Diagram,
    *,
    of_sop: Severity = Severity.ERROR,
    otherwise: Severity = Severity.HINT,
) -> Severity:
    """Return how much a rule of the form weighs in a diagram, as it claims to be an SOP or not."""
    return of_sop if is_sop(diagram) else otherwise


def _leads_to_escalation(graph: Graph) -> set[Element]:
    """Return the nodes from which an escalation can be reached before another step is done."""
    ends = graph.of_kind("endEvent", "intermediateThrowEvent")
    waiting = [end for end in ends if end.find(bpmn("escalationEventDefinition")) is not None]
    found: set[Element] = set()
    while waiting:
        node = waiting.pop()
        if node not in found and kind(node) not in STEPS:
            found.add(node)
            waiting.extend(graph.preceding[node])
    return found


def _duration(text: str) -> Duration | None:
    """Return the duration written in ISO 8601 or in Indonesian words, None for anything else."""
    words = _WORDS.fullmatch(one_line(text).lower())
    try:
        return Duration.parse(text) if words is None else _from_words(words.groupdict())
    except InvalidDuration:
        return None


def _from_words(count: dict[str, str | None]) -> Duration:
    number = {unit: int(digits or 0) for unit, digits in count.items()}
    return Duration(
        months=number["months"],
        weeks=number["weeks"],
        days=number["days"],
        seconds=(number["hours"] * 60 + number["minutes"]) * 60,
    )
