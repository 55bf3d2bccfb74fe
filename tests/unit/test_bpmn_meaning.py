"""What of a diagram counts as its meaning, and what a modeler may write as it likes."""

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn.names import Element
from engine.bpmn.normalize import normalize
from engine.bpmn.program import Flow
from engine.bpmn.reader import Diagram, read
from engine.bpmn.sop import read_process
from tests.corpus.diagrams import Sample, samples
from tests.unit.bpmn_diagrams import END_OF_PROCESS, SIGN, START, VALID

Change = Callable[[str], str]
RUNNING = [sample for sample in samples() if sample.verdict != "refused"]
FOLDER = Path(__file__).parents[2]
REFERENCE = (FOLDER / "processes" / "evaluasi-internal-capaian-kinerja.bpmn").read_bytes()
DRAGGED = (
    FOLDER / "tests" / "data" / "modeler" / "evaluasi-internal-capaian-kinerja-digeser.bpmn"
).read_bytes()
"""The reference after every shape, a few together, a timer and the pool were dragged in the modeler
(camunda-bpmn-js 5.35.0), the template was applied to a step again, and all was saved."""
NOTE = '<bpmn:textAnnotation id="note"><bpmn:text>Tata naskah</bpmn:text></bpmn:textAnnotation>'
DATA = '<bpmn:dataObjectReference id="letter" name="Surat" dataObjectRef="data"/>'
SHAPES = (
    '<x:BPMNDiagram xmlns:x="http://www.omg.org/spec/BPMN/20100524/DI" id="d"><x:BPMNPlane id="l"'
    ' bpmnElement="collaboration"/></x:BPMNDiagram>'
)
CONDITIONAL = (
    '<bpmn:sequenceFlow id="third" sourceRef="decision" targetRef="sign">'
    "<bpmn:conditionExpression>${approved}</bpmn:conditionExpression></bpmn:sequenceFlow>"
)
NO = VALID[VALID.index('<bpmn:sequenceFlow id="no"') : VALID.index('<bpmn:sequenceFlow id="yes"')]


def swap(old: str, new: str) -> Change:
    """Return the change of a text for another, wherever it stands."""
    return lambda text: text.replace(old, new)


def to_the_end(*elements: str) -> Change:
    """Return the change that writes elements at the end of the process."""

    def change(text: str) -> str:
        for element in elements:
            assert element in text
            text = text.replace(element, "").replace(END_OF_PROCESS, element + END_OF_PROCESS)
        return text

    return change


def whole(tag: str, element_id: str) -> str:
    """Return all of an element of the valid diagram."""
    found = re.search(
        rf'<bpmn:{tag} id="{element_id}"[^>]*(/>|(?<!/)>.*?</bpmn:{tag}>)', VALID, re.DOTALL
    )
    assert found is not None
    return found[0]


def with_more(text: str) -> str:
    """Return the valid diagram with data, and with a second condition at its gateway."""
    more = f'<bpmn:dataObject id="data"/>{DATA}{CONDITIONAL}'
    return text.replace(END_OF_PROCESS, more + END_OF_PROCESS)


SAME: dict[str, Change] = {
    "other prefixes": lambda text: (
        text.replace("bpmn:", "b:")
        .replace("camunda:", "c:")
        .replace("xmlns:bpmn", "xmlns:b")
        .replace("xmlns:camunda", "xmlns:c")
    ),
    "no prefix": lambda text: text.replace("xmlns:bpmn", "xmlns").replace("bpmn:", ""),
    "values that hold anyway": swap(
        SIGN, f'{SIGN} startQuantity="1" isForCompensation="false" camunda:exclusive="true"'
    ),
    "a shape moved": swap("</bpmn:definitions>", f"{SHAPES}</bpmn:definitions>"),
    "the program that saved it": swap(
        'id="definitions"', 'id="Definitions_1" exporter="Modeler" exporterVersion="5.35"'
    ),
    "the template": swap(
        SIGN, f'{SIGN} camunda:modelerTemplate="x" camunda:modelerTemplateVersion="2"'
    ),
    "artifacts written elsewhere": lambda text: text.replace(NOTE, "").replace(START, NOTE + START),
    "incoming and outgoing": swap(
        START, '<bpmn:startEvent id="start"><bpmn:outgoing>begin</bpmn:outgoing></bpmn:startEvent>'
    ),
    "the order of nodes in a lane": lambda text: (
        text.replace(">start</bpmn:flowNodeRef>", ">_</bpmn:flowNodeRef>")
        .replace(">sent</bpmn:flowNodeRef>", ">start</bpmn:flowNodeRef>")
        .replace(">_</bpmn:flowNodeRef>", ">sent</bpmn:flowNodeRef>")
    ),
    "an empty shell": swap(
        START, '<bpmn:startEvent id="start"><bpmn:extensionElements/></bpmn:startEvent>'
    ),
    "an empty field of the template": swap(
        '<camunda:property name="sop.waktu" value="1 hari"/>',
        '<camunda:property name="sop.waktu" value="1 hari"/>'
        '<camunda:property name="sop.keterangan" value=""/>',
    ),
    "an empty documentation": swap(
        START, '<bpmn:startEvent id="start"><bpmn:documentation/></bpmn:startEvent>'
    ),
    "a step dragged": to_the_end(whole("userTask", "sign")),
    "a start dragged": to_the_end(START),
    "a timer dragged": to_the_end(whole("boundaryEvent", "write_timer")),
    "data dragged": to_the_end(DATA),
    "a note dragged": to_the_end(NOTE),
    "a lane dragged": lambda text: text.replace(whole("lane", "lane_staff"), "").replace(
        "</bpmn:laneSet>", f"{whole('lane', 'lane_staff')}</bpmn:laneSet>"
    ),
    "flows between dragged steps": to_the_end(whole("sequenceFlow", "submit"), START),
    "the default flow dragged": to_the_end(whole("sequenceFlow", "no"), CONDITIONAL),
}
DIFFERENT: dict[str, Change] = {
    "a documentation": swap("Pakai kop surat.", "Pakai kop dinas."),
    "a documentation taken away": swap(
        "<bpmn:documentation>Pakai kop surat.</bpmn:documentation>", ""
    ),
    "a condition": swap("approved == false", "approved != true"),
    "the order of conditions": to_the_end(NO),
    "where a flow leads": swap(
        'sourceRef="decision" targetRef="sent"', 'sourceRef="decision" targetRef="late"'
    ),
    "the default flow": swap('default="yes"', 'default="third"'),
    "who does a step": lambda text: text.replace(
        "<bpmn:flowNodeRef>sign</bpmn:flowNodeRef>", ""
    ).replace(
        "<bpmn:flowNodeRef>sent<",
        "<bpmn:flowNodeRef>sign</bpmn:flowNodeRef><bpmn:flowNodeRef>sent<",
    ),
    "the name of a lane": swap('name="Staf"', 'name="Staf Umum"'),
    "a note": swap("Tata naskah", "Tata naskah dinas"),
    "what a note is at": swap(
        'sourceRef="write" targetRef="note"', 'sourceRef="sign" targetRef="note"'
    ),
    "the name of a data object": swap('name="Surat"', 'name="Nota dinas"'),
    "a field of the template": swap('value="Disposisi"', 'value="Disposisi surat"'),
    "an attribute that is no default": swap(SIGN, f'{SIGN} camunda:asyncBefore="true"'),
    "whether a timer interrupts": swap(
        'attachedToRef="write" cancelActivity="false"', 'attachedToRef="write"'
    ),
    "whether it may be executed": swap('isExecutable="true"', ""),
}


def digest(text: str) -> str:
    return read(text.encode()).digest


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_the_meaning_does_not_depend_on(change: Change) -> None:
    written = with_more(VALID)
    assert change(written) != written
    assert digest(change(written)) == digest(written)


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_the_meaning_depends_on(change: Change) -> None:
    written = with_more(VALID)
    assert change(written) != written
    assert digest(change(written)) != digest(written)


def test_the_order_in_which_events_catch_at_one_host_counts_and_between_hosts_not() -> None:
    timer = whole("boundaryEvent", "write_timer")
    other = timer.replace("write_timer", "second").replace("write_time", "second_time")
    three = VALID.replace(END_OF_PROCESS, other + END_OF_PROCESS)
    assert digest(to_the_end(timer)(three)) != digest(three)
    assert digest(to_the_end(whole("boundaryEvent", "sign_timer"))(three)) == digest(three)


def test_the_order_of_several_starts_counts() -> None:
    second = '<bpmn:startEvent id="second"/>'
    two = VALID.replace(START, START + second)
    assert digest(to_the_end(START)(two)) != digest(two)


@given(st.data())
def test_no_order_of_attributes_and_no_place_of_a_step_is_part_of_the_meaning(
    data: st.DataObject,
) -> None:
    root = etree.fromstring(REFERENCE)
    for element in root.iter("{*}userTask", "{*}exclusiveGateway", "{*}property", "{*}lane"):
        attributes = data.draw(st.permutations(list(element.attrib.items())))
        element.attrib.clear()
        element.attrib.update(attributes)
    process = root.find("{*}process")
    assert process is not None
    steps = process.findall("{*}userTask")
    for step in data.draw(st.permutations(steps)):
        process.append(step)
    assert read(etree.tostring(root)).digest == read(REFERENCE).digest


@given(st.data())
def test_every_changed_word_is_another_meaning(data: st.DataObject) -> None:
    root = etree.fromstring(REFERENCE)
    entries = list(root.iter("{http://camunda.org/schema/1.0/bpmn}property"))
    entry = data.draw(st.sampled_from(entries))
    entry.set("value", f"{entry.get('value')} lagi")
    assert read(etree.tostring(root)).digest != read(REFERENCE).digest


def test_what_the_modeler_saves_after_everything_was_dragged_means_the_same() -> None:
    places = [re.findall(rb'<dc:Bounds x="(\d+)"', one) for one in (REFERENCE, DRAGGED)]
    assert places[0] != places[1]
    order = [re.findall(rb'<bpmn:userTask id="(\w+)"', one) for one in (REFERENCE, DRAGGED)]
    assert order[0] != order[1], "the modeler writes what was dragged at the end"
    assert read(DRAGGED).digest == read(REFERENCE).digest


@pytest.mark.parametrize("sample", RUNNING, ids=lambda sample: sample.name)
def test_what_means_the_same_after_dragging_also_does_the_same(sample: Sample) -> None:
    dragged = read(drag_what_may_be_dragged(sample.source, Random(sample.name)))  # noqa: S311 — a shuffle
    drawn = read(sample.source)
    assert dragged.digest == drawn.digest
    assert what_runs(dragged) == what_runs(drawn)


def drag_what_may_be_dragged(source: bytes, random: Random) -> bytes:
    """Return a diagram after nodes and single flows were written at the end of their scope."""
    root = etree.fromstring(source)
    scopes = [one for one in root.iter() if one.find("{*}sequenceFlow") is not None]
    for scope in scopes:
        flows = scope.findall("{*}sequenceFlow")
        targets = {flow.get("targetRef") for flow in flows}
        sources = Counter(flow.get("sourceRef") for flow in flows)
        nodes = (one for one in scope if one.get("id") in targets and not _is_attached(one))
        single = (flow for flow in flows if sources[flow.get("sourceRef")] == 1)
        movable = [*nodes, *single]
        for one in random.sample(movable, len(movable)):
            scope.append(one)
    return etree.tostring(root)


def _is_attached(element: Element) -> bool:
    return element.get("attachedToRef") is not None


def what_runs(diagram: Diagram) -> dict[str, object]:
    """Return what the engine does and the table shows, without ids that a file leaves out."""
    program = normalize(diagram, rehearsal=True)
    process = read_process(diagram, rehearsal=True)
    return {
        "scopes": {
            one.id: replace(one, nodes=tuple(sorted(one.nodes))) for one in program.scopes.values()
        },
        "nodes": {
            one.id: replace(
                one,
                joins=("",) * len(one.joins),
                flows=tuple(_unnamed(flow, diagram.made_up) for flow in one.flows),
            )
            for one in program.nodes.values()
        },
        "steps": [(step.element_id, step.candidate_group, step.lane) for step in process.steps],
        "first": sorted(step.element_id for step in process.first_steps),
    }


def _unnamed(flow: Flow, made_up: Collection[str]) -> Flow:
    return replace(flow, id="") if flow.id in made_up else flow
