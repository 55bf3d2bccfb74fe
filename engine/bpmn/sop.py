"""The SOP in a diagram: identity block, actors, and steps in the order of the SOP's table.

The form is that of PermenPAN-RB 35/2012. What BPMN has no word for lies in `camunda:property`
entries named `sop.…`, on the process (identity block) and on its steps (mutu baku).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from engine.bpmn import order
from engine.bpmn.actors import actors, lane_groups, lane_name, lane_of_steps
from engine.bpmn.names import (
    Element,
    bpmn,
    camunda,
    kind,
    one_line,
    shortened,
    text_of,
)
from engine.bpmn.properties import CALENDAR, calendar_on, sop_properties
from engine.bpmn.reader import Diagram
from engine.bpmn.services import needs_service
from engine.bpmn.times import calendars_of_steps, time_standards, timer_calendars

LONGEST_NAME: Final = 400
LONGEST_GROUP: Final = 200
"""What the columns of the database hold, in characters; what is longer is cut."""

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
    readonly: bool = False
    """Whether it is only shown: nobody sends it; its variable gets its default, if it has one."""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A column of the SOP's table: one actor."""

    element_id: str
    name: str
    candidate_group: str | None
    """Its own, else the one its steps agree on, else its name; None without any."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A row of the SOP's table: a user, manual or plain task, wherever it runs.

    That is in the process, in a sub-process at any depth, or in what the process calls.
    """

    element_id: str
    number: int
    """From 1, in the order of the flow."""
    name: str
    """Its name in one line, or its id."""
    lane: str | None
    """The name of its lane."""
    lane_id: str | None = None
    """The element id of that lane: names need not differ."""
    candidate_group: str | None
    """Who may do it: its own first `camunda:candidateGroups`, else that of its lane."""
    time_standard: str | None
    """Waktu baku: ISO 8601 duration of its non-interrupting boundary timer, as drawn. None if it
    has none, or one that an expression computes: the form and the deadline need a fixed time."""
    timer_id: str | None
    """Element id of that timer."""
    calendar: str | None = None
    """Counts the time standard: its own `sop.kalender`, or its timer's, else that of the process
    it is in, else that of the process that runs; None is the default of the office."""
    required_documents: str = ""
    """Kelengkapan."""
    output: str = ""
    note: str = ""
    """Keterangan."""
    documentation: str = ""
    fields: tuple[FormField, ...] = ()
    for_starter: bool = False
    """Whether it is a task that a service would do, in a rehearsal: it has no candidate group and
    is done by whoever started the case."""


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
    """Whether a process or step has a `sop.…` property: the rules of the form are then law.
    A calendar alone is no claim to be an SOP."""
    calendar: str | None = None
    """Its own `sop.kalender`: counts the time standards of steps that name no other."""
    timer_calendars: Mapping[str, str] = field(default_factory=dict)
    """By element id of a timer event that is no time standard: the calendar it runs in. One that
    is not here runs in plain time."""
    lanes: tuple[Lane, ...] = ()
    steps: tuple[Step, ...] = ()
    first_steps: tuple[Step, ...] = ()
    """The steps reached from the start without passing another step."""
    start_fields: tuple[FormField, ...] = ()
    """The form of its start event: what whoever starts a case fills in."""


def read_process(diagram: Diagram, *, rehearsal: bool = False) -> Process:
    """Return the SOP in a diagram; of one that lint refuses, whatever can be read.

    In a `rehearsal`, tasks that need a service are steps of whoever starts the case.
    """
    steps = _read_steps(diagram, _steps_in_order(diagram, rehearsal=rehearsal))
    first = order.reached_first(diagram, steps.__contains__)
    key = diagram.process.get("id", "")
    return Process(
        key=key,
        name=shortened(one_line(diagram.process.get("name")) or key, LONGEST_NAME),
        identity=_of_the_form(diagram.process),
        is_sop=is_sop(diagram),
        calendar=calendar_on(diagram.process),
        timer_calendars=timer_calendars(diagram),
        lanes=tuple(_read_lane(lane, group) for lane, group in lane_groups(diagram).items()),
        steps=tuple(steps.values()),
        first_steps=tuple(step for element, step in steps.items() if element in first),
        start_fields=tuple(map(read_field, start_form(diagram))),
    )


def is_sop(diagram: Diagram) -> bool:
    """Return whether a process or step that runs has a `sop.…` property other than a calendar."""
    return any(map(_of_the_form, (diagram.process, *diagram.called, *diagram.steps)))


def form_fields(element: Element) -> list[Element]:
    """Return the `camunda:formField` elements of a step or start event."""
    return element.findall(
        f"{bpmn('extensionElements')}/{camunda('formData')}/{camunda('formField')}"
    )


def start_form(diagram: Diagram) -> list[Element]:
    """Return the `camunda:formField` elements that are filled in when a case is started."""
    start = next((one for one in diagram.graph.starts if kind(one) == "startEvent"), None)
    return [] if start is None else form_fields(start)


def all_form_fields(diagram: Diagram) -> list[Element]:
    """Return the `camunda:formField` elements of all forms: these provide variables."""
    return [*start_form(diagram), *(field for step in diagram.steps for field in form_fields(step))]


def _steps_in_order(diagram: Diagram, *, rehearsal: bool) -> list[Element]:
    """Return the steps as the SOP's table lists them."""
    steps = set(diagram.steps)
    return [
        element
        for element in order.in_flow_order(diagram)
        if element in steps or (rehearsal and needs_service(element))
    ]


def _of_the_form(element: Element) -> dict[str, str]:
    """Return the properties that belong to the form of an SOP."""
    return {name: text for name, text in sop_properties(element).items() if name != CALENDAR}


def _read_lane(element: Element, group: str | None) -> Lane:
    return Lane(
        element_id=element.get("id", ""),
        name=lane_name(element),
        candidate_group=None if group is None else _cut(group),
    )


def _read_steps(diagram: Diagram, elements: Sequence[Element]) -> dict[Element, Step]:
    """Return the rows of the table for these steps, which stand in its order."""
    lane_of, actor_of = lane_of_steps(diagram, elements), actors(diagram, elements)
    calendar_of = calendars_of_steps(diagram, elements)
    found = {}
    for number, element in enumerate(elements, 1):
        lane, actor = lane_of[element], actor_of[element]
        for_starter = needs_service(element)
        found[element] = replace(
            _read_step(diagram, element, number),
            lane=None if lane is None else lane_name(lane) or None,
            lane_id=None if lane is None else lane.get("id"),
            candidate_group=None if actor is None or for_starter else _cut(actor),
            calendar=calendar_of[element],
            for_starter=for_starter,
        )
    return found


def _read_step(diagram: Diagram, element: Element, number: int) -> Step:
    """Return what the step itself and its timer say."""
    element_id = element.get("id", "")
    timer, duration = next(iter(time_standards(diagram, element)), (None, None))
    properties = sop_properties(element)
    return Step(
        element_id=element_id,
        number=number,
        name=shortened(one_line(element.get("name")) or element_id, LONGEST_NAME),
        lane=None,
        candidate_group=None,
        time_standard=duration,
        timer_id=None if timer is None else timer.get("id"),
        required_documents=properties.get("kelengkapan", ""),
        output=properties.get("output", ""),
        note=properties.get("keterangan", ""),
        documentation=text_of(element.find(bpmn("documentation"))),
        fields=tuple(map(read_field, form_fields(element))),
    )


def _cut(group: str) -> str:
    return shortened(group, LONGEST_GROUP)


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
        readonly="readonly" in limits and limits["readonly"] != "false",
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
