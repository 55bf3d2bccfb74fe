"""Rules of actors: a step belongs to one lane, a lane to one position."""

from collections.abc import Iterator

from engine.bpmn import actors as who
from engine.bpmn.actors import candidate_groups, groups_in_lanes
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.lint_sop import severity
from engine.bpmn.names import Element, bpmn, camunda, is_flow_node, one_line, text_of
from engine.bpmn.reader import Diagram
from engine.expressions import is_composite

SAME_LANE_NAME = Rule(
    "same-lane-name",
    Severity.WARNING,
    Text(id='Dua lane bernama "{name}".', en='Two lanes are named "{name}".'),
    Text(
        id="Gabungkan keduanya, atau beri tiap pelaksana nama sendiri.",
        en="Make them one, or give each actor a name of its own.",
    ),
)
IN_TWO_LANES = Rule(
    "in-two-lanes",
    Severity.ERROR,
    Text(
        id="Elemen ini tercatat di lebih dari satu lane.",
        en="This element is listed in more than one lane.",
    ),
    Text(
        id="Geser elemen ini keluar, lalu kembali ke lane pelaksananya, dan simpan.",
        en="Move it out and back into the lane of its actor, and save.",
    ),
)
STALE_REFERENCE = Rule(
    "stale-lane-reference",
    Severity.WARNING,
    Text(
        id='Lane ini menyebut "{reference}", yang tidak ada di proses.',
        en='This lane lists "{reference}", which is not in the process.',
    ),
    Text(
        id="Simpan ulang diagram di pemodel BPMN.",
        en="Save the diagram again in a BPMN modeler.",
    ),
)
SEVERAL_GROUPS = Rule(
    "several-candidate-groups",
    Severity.WARNING,
    Text(
        id='Dari beberapa candidate groups hanya "{group}" yang dipakai.',
        en='Of several candidate groups only "{group}" is used.',
    ),
    Text(
        id="Sisakan satu kelompok: jabatan pelaksana.",
        en="Keep one group: the position of the actor.",
    ),
)
SEVERAL_ACTORS = Rule(
    "several-actors-in-lane",
    Severity.WARNING,
    Text(
        id="Candidate groups di lane ini tidak sama: {groups}.",
        en="The candidate groups in this lane are not the same: {groups}.",
    ),
    Text(
        id="Pakai satu kelompok untuk semua langkah di satu lane, atau gambar lane tersendiri.",
        en="Use one group for all steps of a lane, or draw a lane of its own.",
    ),
)
COMPUTED_GROUP = Rule(
    "computed-candidate-group",
    Severity.ERROR,
    Text(
        id='Candidate group "{group}" berupa ekspresi; ekspresi tidak menentukan pelaksana.',
        en='The candidate group "{group}" is an expression, which does not say who the actor is.',
    ),
    Text(
        id="Tulis nama jabatan, atau kosongkan agar nama lane yang dipakai.",
        en="Write the name of a position, or leave it empty to use the name of the lane.",
    ),
)


def lane_names(diagram: Diagram) -> Iterator[Finding]:
    """Two lanes with one name are one actor drawn twice, or two that cannot be told apart."""
    weight = severity(diagram, of_sop=Severity.WARNING)
    seen: set[str] = set()
    for lane in who.lanes(diagram):
        name = one_line(lane.get("name"))
        if name and name in seen:
            yield SAME_LANE_NAME.broken_by(lane, severity=weight, name=name)
        seen.add(name)


def members(diagram: Diagram) -> Iterator[Finding]:
    """A node lies in one lane and the lanes around it, and lanes list only what there is."""
    twice, stale = severity(diagram), severity(diagram, of_sop=Severity.WARNING)
    for graph in map(diagram.graph_of, diagram.scopes):
        for lane in graph.lanes:
            for reference in map(text_of, lane.iterchildren(bpmn("flowNodeRef"))):
                node = diagram.by_id(reference)
                if node is None or not is_flow_node(node):
                    yield STALE_REFERENCE.broken_by(lane, severity=stale, reference=reference)
                elif not _holds(lane, graph.lane_of[reference]):
                    yield IN_TWO_LANES.broken_by(node, severity=twice)


def groups(diagram: Diagram) -> Iterator[Finding]:
    """`camunda:candidateGroups` names one position, in plain words."""
    weight = severity(diagram, otherwise=Severity.WARNING)
    for element in (*who.lanes(diagram), *diagram.steps):
        written = one_line(element.get(camunda("candidateGroups")))
        names = candidate_groups(element)
        if is_composite(written):
            yield COMPUTED_GROUP.broken_by(element, severity=weight, group=written)
        elif len(names) > 1:
            yield SEVERAL_GROUPS.broken_by(element, group=names[0])


def actors(diagram: Diagram) -> Iterator[Finding]:
    """A lane is one actor, so its steps name the same group."""
    weight = severity(diagram, of_sop=Severity.WARNING)
    for lane, names in groups_in_lanes(diagram).items():
        if len(names) > 1:
            yield SEVERAL_ACTORS.broken_by(lane, severity=weight, groups=", ".join(names))


def _holds(lane: Element, inner: Element) -> bool:
    """Return whether a lane is another or is drawn around it."""
    return lane is inner or any(one is lane for one in inner.iterancestors(bpmn("lane")))
