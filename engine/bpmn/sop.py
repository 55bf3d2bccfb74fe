"""The SOP in a diagram: identity block, actors, and steps in the order of the SOP's table.

The form is that of PermenPAN-RB 35/2012. What BPMN has no word for lies in `camunda:property`
entries named `sop.…`, on the process (identity block) and on its steps (mutu baku).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.bpmn.names import Element, bpmn, camunda, one_line, text_of
from engine.bpmn.properties import CALENDAR, calendar_on, sop_properties
from engine.bpmn.reader import Diagram
from engine.bpmn.times import calendar_of_step, time_standards, timer_calendars

_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")
"""Within 64 bits."""


class FieldType(StrEnum):
    """What a form field holds: Camunda 7's types."""

    STRING = "string"
    LONG = "long"
    BOOLEAN = "boolean"
    DATE = "date"
    ENUM = "enum"


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of a step's form; its id is the name of the variable."""

    id: str
    label: str
    type: FieldType
    required: bool = False
    default: str | None = None
    """As the diagram writes it; taken when the field is not sent."""
    options: tuple[tuple[str, str], ...] = ()
    """Ids and names an enum can have."""
    min: int | None = None
    max: int | None = None
    """Bounds of a long, both included."""
    minlength: int | None = None
    maxlength: int | None = None
    """Bounds of a string, in characters."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A column of the SOP's table: one actor."""

    element_id: str
    name: str
    candidate_group: str | None
    """Its own, else the one its steps agree on, else its name; None without any."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A row of the SOP's table: a user, manual or plain task."""

    element_id: str
    number: int
    """From 1, in the order of the flow."""
    name: str
    """Its name in one line, or its id."""
    lane: str | None
    candidate_group: str | None
    """Who may do it: its own first `camunda:candidateGroups`, else that of its lane."""
    time_standard: str | None
    """Waktu baku: ISO 8601 duration of its non-interrupting boundary timer, as drawn."""
    timer_id: str | None
    """Element id of that timer."""
    calendar: str | None = None
    """Counts the time standard: its own `sop.kalender`, or its timer's, else the process's; None
    is the default of the office."""
    required_documents: str = ""
    """Kelengkapan."""
    output: str = ""
    note: str = ""
    """Keterangan."""
    documentation: str = ""
    fields: tuple[FormField, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Process:
    """What the office wrote down, independent of how it is executed."""

    key: str
    name: str
    """Its name in one line, or its key."""
    identity: Mapping[str, str] = field(default_factory=dict)
    """The `sop.…` properties of the process, without the prefix, in the order of the file; its
    calendar is none of them."""
    is_sop: bool = False
    """Whether the process or a step has a `sop.…` property: the rules of the form are then law.
    A calendar alone is no claim to be an SOP."""
    calendar: str | None = None
    """Its own `sop.kalender`: counts the time standards of steps that name no other."""
    timer_calendars: Mapping[str, str] = field(default_factory=dict)
    """By element id of a boundary timer that is no time standard: the calendar it runs in. One
    that is not here runs in plain time."""
    lanes: tuple[Lane, ...] = ()
    steps: tuple[Step, ...] = ()
    first_steps: tuple[Step, ...] = ()
    """The steps reached from the start without passing another step."""


def read_process(diagram: Diagram, *, rehearsal: bool = False) -> Process:  # noqa: ARG001 — next
    """Return the SOP in a diagram; of one that lint refuses, whatever can be read."""
    actor_of = actors(diagram)
    steps = {
        element: _read_step(diagram, element, number, actor_of[element])
        for number, element in enumerate(_in_flow_order(diagram), 1)
    }
    starts = diagram.graph.of_kind("startEvent")
    first = diagram.graph.walk(*starts, stop_at_steps=True)
    key = diagram.process.get("id", "")
    return Process(
        key=key,
        name=one_line(diagram.process.get("name")) or key,
        identity=_of_the_form(diagram.process),
        is_sop=is_sop(diagram),
        calendar=calendar_on(diagram.process),
        timer_calendars=timer_calendars(diagram),
        lanes=tuple(_read_lane(lane, group) for lane, group in lane_groups(diagram).items()),
        steps=tuple(steps.values()),
        first_steps=tuple(steps[element] for element in first if element in steps),
    )


def is_sop(diagram: Diagram) -> bool:
    """Return whether the process or a step has a `sop.…` property other than its calendar."""
    return any(map(_of_the_form, (diagram.process, *diagram.graph.steps)))


def form_fields(element: Element) -> list[Element]:
    """Return the `camunda:formField` elements of a step or start event."""
    return element.findall(
        f"{bpmn('extensionElements')}/{camunda('formData')}/{camunda('formField')}"
    )


def candidate_groups(element: Element) -> list[str]:
    """Return the groups named by `camunda:candidateGroups`, separated by commas there."""
    groups = element.get(camunda("candidateGroups"), "").split(",")
    return [one_line(group) for group in groups if group.strip()]


def groups_in_lanes(diagram: Diagram) -> dict[Element, list[str]]:
    """Return for each lane the different groups written on it (first) and on its steps."""
    graph = diagram.graph
    found = {lane: dict.fromkeys(candidate_groups(lane)[:1]) for lane in graph.lanes}
    for step in graph.steps:
        if (lane := graph.lane_of.get(step.get("id", ""))) is not None:
            found[lane].update(dict.fromkeys(candidate_groups(step)[:1]))
    return {lane: list(groups) for lane, groups in found.items()}


def lane_groups(diagram: Diagram) -> dict[Element, str | None]:
    """Return the candidate group of each lane.

    Written on the lane, or the one that its steps agree on, or the lane's name: so a step drawn
    anew in a lane has the actor of the others there.
    """
    return {
        lane: groups[0]
        if len(groups) == 1 or candidate_groups(lane)
        else one_line(lane.get("name")) or None
        for lane, groups in groups_in_lanes(diagram).items()
    }


def actors(diagram: Diagram) -> dict[Element, str | None]:
    """Return the candidate group of each step: its own, else that of its lane, else None."""
    lane_of, of_lane = diagram.graph.lane_of, lane_groups(diagram)
    return {
        step: next(iter(candidate_groups(step)), None)
        or (of_lane[lane_of[step_id]] if (step_id := step.get("id", "")) in lane_of else None)
        for step in diagram.graph.steps
    }


def _of_the_form(element: Element) -> dict[str, str]:
    """Return the properties that belong to the form of an SOP."""
    return {name: text for name, text in sop_properties(element).items() if name != CALENDAR}


def _in_flow_order(diagram: Diagram) -> Iterator[Element]:
    """Yield the steps as the SOP's table lists them; unreachable ones last."""
    graph = diagram.graph
    reached = dict.fromkeys(graph.walk(*graph.of_kind("startEvent")))
    steps = set(graph.steps)
    yield from (node for node in reached if node in steps)
    yield from (node for node in graph.steps if node not in reached)


def _read_lane(element: Element, group: str | None) -> Lane:
    return Lane(
        element_id=element.get("id", ""),
        name=one_line(element.get("name")),
        candidate_group=group,
    )


def _read_step(diagram: Diagram, element: Element, number: int, actor: str | None) -> Step:
    element_id = element.get("id", "")
    lane = diagram.graph.lane_of.get(element_id)
    timer, duration = next(iter(time_standards(diagram, element)), (None, None))
    properties = sop_properties(element)
    return Step(
        element_id=element_id,
        number=number,
        name=one_line(element.get("name")) or element_id,
        lane=None if lane is None else one_line(lane.get("name")) or None,
        candidate_group=actor,
        time_standard=duration,
        timer_id=None if timer is None else timer.get("id"),
        calendar=calendar_of_step(diagram, element),
        required_documents=properties.get("kelengkapan", ""),
        output=properties.get("output", ""),
        note=properties.get("keterangan", ""),
        documentation=text_of(element.find(bpmn("documentation"))),
        fields=tuple(read_field(entry) for entry in form_fields(element)),
    )


def read_field(entry: Element) -> FormField:
    """Return the field of a `camunda:formField`; what lint refuses in it is left out."""
    field_id = entry.get("id", "")
    limits = constraints(entry)
    return FormField(
        id=field_id,
        label=one_line(entry.get("label")) or field_id,
        type=_field_type(entry),
        required="required" in limits and limits["required"] != "false",
        default=entry.get("defaultValue") or None,
        options=tuple(
            (option.get("id", ""), one_line(option.get("name")) or option.get("id", ""))
            for option in entry.iterchildren(camunda("value"))
        ),
        min=whole_number(limits.get("min")),
        max=whole_number(limits.get("max")),
        minlength=whole_number(limits.get("minlength")),
        maxlength=whole_number(limits.get("maxlength")),
    )


def constraints(entry: Element) -> dict[str, str]:
    """Return the validation of a `camunda:formField`: name to configuration."""
    found = entry.iterfind(f"{camunda('validation')}/{camunda('constraint')}")
    return {one.get("name", ""): one.get("config", "").strip() for one in found}


def _field_type(entry: Element) -> FieldType:
    try:
        return FieldType(entry.get("type", ""))
    except ValueError:
        return FieldType.STRING


def whole_number(text: str | None) -> int | None:
    """Return the number that a constraint is configured with, None if it is none."""
    return int(text) if text and _WHOLE_NUMBER.fullmatch(text) else None
