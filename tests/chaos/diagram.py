"""The SOP that is worked through under fire, and which step may follow which.

Five steps with lanes, a parallel block, a decision that may lead back to the beginning. Its time
standards are seconds, round the clock; only filing the case away has an hour, so that there are
timers that must not fire before the audit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

KEY = "permohonan-kilat"
DECISION = "perlu_perbaikan"
"""The field of the step that decides: back to the beginning, or on to the archive."""
HEAD = "kepala-badan"
"""The position that `processes/ladder.toml` tells when a step is long overdue."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of the SOP."""

    id: str
    name: str
    position: str
    """The code of the position that does it."""
    standard: timedelta
    """Its time standard; whole seconds."""
    field: str = ""
    """Of its form, a boolean."""

    @property
    def timer_id(self) -> str:
        """The element id of the timer of its time standard."""
        return f"Batas_{self.id}"

    @property
    def duration(self) -> str:
        """The time standard as the diagram writes it."""
        return f"PT{int(self.standard.total_seconds())}S"


RECEIVE = Step(id="Menerima", name="Menerima", position="loket", standard=timedelta(seconds=2))
CHECK = Step(id="Memeriksa", name="Memeriksa", position="pemeriksa", standard=timedelta(seconds=3))
COUNT = Step(
    id="Menghitung", name="Menghitung", position="pemeriksa", standard=timedelta(seconds=4)
)
DECIDE = Step(
    id="Memutuskan",
    name="Memutuskan",
    position=HEAD,
    standard=timedelta(seconds=2),
    field=DECISION,
)
FILE = Step(id="Mengarsipkan", name="Mengarsipkan", position="loket", standard=timedelta(hours=1))

STEPS: Mapping[str, Step] = {step.id: step for step in (RECEIVE, CHECK, COUNT, DECIDE, FILE)}
POSITIONS = ("loket", "pemeriksa", HEAD)
END = "Selesai"

_FLOWS = (
    ("Mulai", "Menerima", ""),
    ("Menerima", "Bercabang", ""),
    ("Bercabang", "Memeriksa", ""),
    ("Bercabang", "Menghitung", ""),
    ("Memeriksa", "Bertemu", ""),
    ("Menghitung", "Bertemu", ""),
    ("Bertemu", "Memutuskan", ""),
    ("Memutuskan", "Keputusan", ""),
    ("Keputusan", "Menerima", f"${{{DECISION} == true}}"),
    ("Keputusan", "Mengarsipkan", ""),
    ("Mengarsipkan", END, ""),
)


def opened_by(
    completed: str | None, *, still_open: Iterable[str], variables: Mapping[str, object]
) -> Counter[str]:
    """Return the ids of the steps that open when one is completed; None: when the case starts.

    `still_open` are the steps that wait beside it.
    """
    if completed in {CHECK.id, COUNT.id}:
        return Counter([] if {CHECK.id, COUNT.id} & set(still_open) else [DECIDE.id])
    if completed == DECIDE.id:
        return Counter([RECEIVE.id if variables.get(DECISION) is True else FILE.id])
    following = {None: [RECEIVE.id], RECEIVE.id: [CHECK.id, COUNT.id], FILE.id: []}
    return Counter(following[completed])


def source() -> bytes:
    """Return the .bpmn file."""
    body = "".join((_lanes(), *_nodes(), *map(_step, STEPS.values()), *_flows()))
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions">'
        f'<process id="{KEY}" name="Permohonan kilat" isExecutable="true">'
        f"{_properties(kalender='24jam')}{body}</process>"
        '<escalation id="Eskalasi" name="Terlambat" escalationCode="terlambat"/></definitions>'
    ).encode()


def _lanes() -> str:
    """Return a lane for each position; what is no step stands in the first."""
    gateways = ["Mulai", "Bercabang", "Bertemu", "Keputusan", END]
    lanes = []
    for position in POSITIONS:
        own = [step for step in STEPS.values() if step.position == position]
        inside = [node for step in own for node in (step.id, step.timer_id, f"Lambat_{step.id}")]
        references = "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in inside + gateways)
        lanes.append(f'<lane id="Lane_{position}" name="{position}">{references}</lane>')
        gateways = []
    return f'<laneSet id="Pelaksana">{"".join(lanes)}</laneSet>'


def _nodes() -> Iterator[str]:
    yield '<startEvent id="Mulai"/>'
    yield '<parallelGateway id="Bercabang"/><parallelGateway id="Bertemu"/>'
    yield '<exclusiveGateway id="Keputusan" default="Alur_Keputusan_Mengarsipkan"/>'
    yield f'<endEvent id="{END}"/>'


def _step(step: Step) -> str:
    """Return a user task with the timer of its time standard and the escalation that ends it."""
    field = f'<camunda:formField id="{step.field}" type="boolean"/>' if step.field else ""
    form = f"<camunda:formData>{field}</camunda:formData>" if field else ""
    late = f"Lambat_{step.id}"
    return (
        f'<userTask id="{step.id}" name="{step.name}" camunda:candidateGroups="{step.position}">'
        f"{_properties(form, output='Berkas')}</userTask>"
        f'<boundaryEvent id="{step.timer_id}" cancelActivity="false" attachedToRef="{step.id}">'
        f"<timerEventDefinition><timeDuration>{step.duration}</timeDuration>"
        "</timerEventDefinition></boundaryEvent>"
        f'<endEvent id="{late}" name="Terlambat">'
        '<escalationEventDefinition escalationRef="Eskalasi"/></endEvent>'
        f"{_flow(step.timer_id, late, '')}"
    )


def _properties(form: str = "", **values: str) -> str:
    entries = "".join(
        f'<camunda:property name="sop.{name}" value="{value}"/>' for name, value in values.items()
    )
    inside = f"{form}<camunda:properties>{entries}</camunda:properties>"
    return f"<extensionElements>{inside}</extensionElements>"


def _flows() -> Iterator[str]:
    for source_id, target_id, condition in _FLOWS:
        yield _flow(source_id, target_id, condition)


def _flow(source_id: str, target_id: str, condition: str) -> str:
    inside = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    ends = f'sourceRef="{source_id}" targetRef="{target_id}"'
    return f'<sequenceFlow id="Alur_{source_id}_{target_id}" {ends}>{inside}</sequenceFlow>'
