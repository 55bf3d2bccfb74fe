"""The procedure of an SOP: the rows of its flow chart, and what leads from one row to another.

The symbols are those of PermenPAN-RB 35/2012. A step that starts or ends the flow is a capsule, one
whose outcome decides the way is a diamond; a decision that follows no step of its own, and an end
that only a decision leads to, are rows without a number. All else that runs is no row: the flow
goes through it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from engine.bpmn import order
from engine.bpmn.actors import actors, lane_of_steps
from engine.bpmn.names import Element, bpmn, kind, one_line, text_of
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import Process, Step
from engine.bpmn.unpictured import Unpictured, unpictured
from engine.bpmn.ways import Ways, scope_of

MOST_ROWS: Final = 500
MOST_LEADS: Final = 2_000
"""Nobody can follow the lines of more."""
_ABSORBED: Final = ("exclusiveGateway", "inclusiveGateway")
_DECIDING: Final = (*_ABSORBED, "complexGateway", "eventBasedGateway")


class Shape(StrEnum):
    """The symbols of the regulation."""

    CAPSULE = "capsule"
    """Where the flow starts or ends."""
    RECTANGLE = "rectangle"
    DIAMOND = "diamond"
    """A decision: one of its exits is taken."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the flow chart; it has one symbol."""

    element_id: str
    shape: Shape
    name: str
    """Of the step, start, end or decision, in one line; "" if that has none."""
    step: Step | None = None
    """None: a start, end or decision that is no step."""
    question: str = ""
    """What is decided after the step, as the gateway is named."""
    lane_id: str | None = None
    candidate_group: str | None = None
    starts: bool = False
    ends: bool = False


@dataclass(frozen=True, kw_only=True)
class Lead:
    """What leads from one row to another, or back to itself."""

    source: int
    target: int
    """Indexes of rows."""
    labels: tuple[str, ...] = ()
    """In which cases it is taken; "" is in all others. Without any it is always taken."""
    conditions: tuple[str, ...] = ()
    """What decides that, as the diagram writes it without the marks of an expression."""
    by_event: bool = False
    """Whether an event at the border of the step takes it; the label is its name."""


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """The flow chart of an SOP, without its layout."""

    rows: tuple[Row, ...]
    leads: tuple[Lead, ...]
    """At most one from one row to another."""
    unpictured: frozenset[Unpictured] = frozenset()


def read_procedure(diagram: Diagram, process: Process) -> Procedure:
    """Return the procedure of a process that was read from this diagram."""
    chart = _Chart(diagram, process)
    leads = chart.leads() if len(chart.stops) <= MOST_ROWS else []
    too_many = len(chart.stops) > MOST_ROWS or len(leads) > MOST_LEADS
    leads = [] if too_many else leads
    elements = list(dict.fromkeys((*chart.start, *chart.stops, *(one.target for one in leads))))
    index = {element: number for number, element in enumerate(elements)}
    found = tuple(
        Lead(
            source=index[one.source],
            target=index[one.target],
            labels=one.labels,
            conditions=one.conditions,
            by_event=one.by_event,
        )
        for one in leads
    )
    rows = tuple(chart.rows(elements, {one.source for one in leads if not one.by_event}))
    notes = {Unpictured.TOO_MANY} if too_many else unpictured(diagram) | set(_forks(found))
    return Procedure(rows=tuple(_placed(rows, found)), leads=found, unpictured=frozenset(notes))


@dataclass(frozen=True, kw_only=True)
class _Lead:
    """A lead between elements."""

    source: Element
    target: Element
    labels: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    by_event: bool = False

    def joined(self, other: "_Lead") -> "_Lead":
        """Return the two as one: between the same rows there is one line."""
        return replace(
            self,
            labels=tuple(dict.fromkeys((*self.labels, *other.labels))),
            conditions=tuple(dict.fromkeys((*self.conditions, *other.conditions))),
        )


class _Chart:
    """Finds the rows of a diagram, and where each of them leads."""

    def __init__(self, diagram: Diagram, process: Process) -> None:
        self._diagram = diagram
        found = {diagram.by_id(step.element_id): step for step in process.steps}
        self._steps = {element: step for element, step in found.items() if element is not None}
        self._decider = dict(self._deciders())
        """By row: the gateway, or the step itself, whose flows are the exits of a decision."""
        self._decider.update((one, one) for one in self._lone_gateways())
        stops = self._steps.keys() | self._decider.keys()
        self.stops = [one for one in order.in_flow_order(diagram) if one in stops]
        """Steps and decisions, in the order of the flow."""
        self._ways = Ways(diagram, stops)
        self._first = order.reached_first(diagram, stops.__contains__)

    def _deciders(self) -> Iterator[tuple[Element, Element]]:
        """Yield the steps whose outcome decides, each with what has the flows to choose from."""
        for step in self._steps:
            graph = self._diagram.graph_of(scope_of(step))
            flows = graph.outgoing.get(step.get("id", ""), ())
            if len(flows) > 1 and any(map(_condition, flows)):
                yield step, step
            for gateway in graph.targets(step) if len(flows) == 1 else ():
                into = graph.incoming.get(gateway.get("id", ""), ())
                if kind(gateway) in _ABSORBED and self._chooses(gateway) and len(into) == 1:
                    yield step, gateway

    def _lone_gateways(self) -> Iterator[Element]:
        """Yield the decisions that belong to no step."""
        absorbed = set(self._decider.values())
        for scope in self._diagram.scopes:
            for gateway in self._diagram.graph_of(scope).of_kind(*_DECIDING):
                if gateway not in absorbed and self._chooses(gateway):
                    yield gateway

    def _chooses(self, gateway: Element) -> bool:
        return len(self._diagram.graph_of(scope_of(gateway)).targets(gateway)) > 1

    def leads(self) -> list[_Lead]:
        """Return what leads from row to row, and from decisions to ends; stop at too many."""
        merged: dict[tuple[Element, Element], _Lead] = {}
        for source in self.stops:
            for one in (*self._exits(source), *self._interruptions(source)):
                between = source, one.target
                merged[between] = merged.get(between, one).joined(one)
            if len(merged) > MOST_LEADS:
                break
        return [*self._from_start(), *merged.values()]

    @cached_property
    def start(self) -> list[Element]:
        """The start event if it needs a row: if the first row can be no capsule."""
        is_decision = any(one in self._decider for one in self._first)
        return self._diagram.graph.of_kind("startEvent")[:1] if is_decision else []

    def _from_start(self) -> Iterator[_Lead]:
        for start in self.start:
            first = (one for one in self.stops if one in self._first)
            yield from (_Lead(source=start, target=one) for one in first)

    def _exits(self, source: Element) -> Iterator[_Lead]:
        decider = self._decider.get(source)
        if decider is None:
            reached = (one for one in self._ways.behind(source) if one in self._ways.stops)
            yield from (_Lead(source=source, target=one) for one in reached)
            return
        graph = self._diagram.graph_of(scope_of(decider))
        for flow in graph.outgoing.get(decider.get("id", ""), ()):
            target = graph.nodes.get(flow.get("targetRef", ""))
            if target is not None:
                labels = (_label(flow, decider, target),)
                conditions = tuple(filter(None, [_condition(flow)]))
                for one in self._ways.into([target]):
                    yield _Lead(source=source, target=one, labels=labels, conditions=conditions)

    def _interruptions(self, step: Element) -> Iterator[_Lead]:
        graph = self._diagram.graph_of(scope_of(step))
        for event in graph.boundary.get(step.get("id", ""), ()):
            labels = (one_line(event.get("name")),)
            for one in self._ways.into(graph.targets(event)):
                if one in self._ways.stops:
                    yield _Lead(source=step, target=one, labels=labels, by_event=True)

    def rows(self, elements: Sequence[Element], onward: Collection[Element]) -> Iterator[Row]:
        """Yield the rows of these elements; `onward` are those from which a lead goes on."""
        lanes, groups = lane_of_steps(self._diagram, elements), actors(self._diagram, elements)
        for element in elements:
            lane = lanes[element]
            yield replace(
                self._row(element, goes_on=element in onward),
                lane_id=None if lane is None else lane.get("id"),
                candidate_group=groups[element],
            )

    def _row(self, element: Element, *, goes_on: bool) -> Row:
        element_id, name = element.get("id", ""), one_line(element.get("name"))
        if element not in self._ways.stops:
            starts = element in self.start
            return Row(
                element_id=element_id,
                shape=Shape.CAPSULE,
                name=name,
                starts=starts,
                ends=not starts,
            )
        step, decider = self._steps.get(element), self._decider.get(element)
        if decider is not None:
            question = "" if decider is element else one_line(decider.get("name"))
            return Row(
                element_id=element_id,
                shape=Shape.DIAMOND,
                name=name if step is None else step.name,
                step=step,
                question=question,
            )
        starts = element in self._first
        ends = not goes_on and self._ways.may_end_behind(element)
        return Row(
            element_id=element_id,
            shape=Shape.CAPSULE if starts or ends else Shape.RECTANGLE,
            name=name if step is None else step.name,
            step=step,
            starts=starts,
            ends=ends,
        )


def _placed(rows: Sequence[Row], leads: Sequence[Lead]) -> list[Row]:
    """Return the rows; one that is no step and in no lane stands where one beside it stands."""
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for lead in leads:
        beside[lead.target].append(lead.source)
        beside[lead.source].append(lead.target)
    found = list(rows)
    for number, row in enumerate(rows):
        near = [found[one] for one in beside[number] if found[one].step or found[one].lane_id]
        if row.step is None and row.lane_id is None and near:
            found[number] = replace(
                row, lane_id=near[0].lane_id, candidate_group=near[0].candidate_group
            )
    return found


def _forks(leads: Sequence[Lead]) -> Iterator[Unpictured]:
    """Yield that lines which leave one box are all followed, if there are such."""
    always = [one.source for one in leads if not one.labels]
    if len(always) != len(set(always)):
        yield Unpictured.PARALLEL


def _condition(flow: Element) -> str:
    """Return the condition of a flow without the marks of an expression."""
    text = one_line(text_of(flow.find(bpmn("conditionExpression"))))
    return text.removeprefix("${").removeprefix("#{").removesuffix("}").strip()


def _label(flow: Element, decider: Element, target: Element) -> str:
    """Return the name of an exit, else its condition, else the event that it waits for."""
    event = target.get("name") if kind(decider) == "eventBasedGateway" else ""
    return one_line(flow.get("name")) or _condition(flow) or one_line(event)
