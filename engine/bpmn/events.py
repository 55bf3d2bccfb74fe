"""The event definitions on an element: what it throws or waits for."""

from collections.abc import Iterator
from typing import Final

from engine.bpmn.names import Element, bpmn, kind, text_of
from engine.bpmn.program import Clock, Event, Trigger
from engine.bpmn.reader import Diagram

DEFINITIONS: Final = {
    "messageEventDefinition": Event.MESSAGE,
    "signalEventDefinition": Event.SIGNAL,
    "timerEventDefinition": Event.TIMER,
    "conditionalEventDefinition": Event.CONDITION,
    "errorEventDefinition": Event.ERROR,
    "escalationEventDefinition": Event.ESCALATION,
    "compensateEventDefinition": Event.COMPENSATION,
    "cancelEventDefinition": Event.CANCEL,
    "terminateEventDefinition": Event.TERMINATE,
}
_REFERENCES: Final = {
    Event.MESSAGE: ("messageRef", "name"),
    Event.SIGNAL: ("signalRef", "name"),
    Event.ERROR: ("errorRef", "errorCode"),
    Event.ESCALATION: ("escalationRef", "escalationCode"),
}
THROWING: Final = frozenset({"intermediateThrowEvent", "endEvent"})


def triggers_of(element: Element) -> list[Element]:
    """Return the event definitions of an event, links aside."""
    return [child for child in element if kind(child) in DEFINITIONS]


def throws(element: Element) -> bool:
    """Return whether an event makes something happen."""
    return kind(element) in THROWING and bool(triggers_of(element))


def triggers(diagram: Diagram, element: Element) -> tuple[Trigger, ...]:
    """Return what an event, or a task that sends or receives, throws or waits for.

    A task that names no message waits for one that is named after its id.
    """
    if kind(element) in {"receiveTask", "sendTask"}:
        name = _name(diagram, element, Event.MESSAGE) or element.get("id", "")
        return (Trigger(event=Event.MESSAGE, name=name),)
    return tuple(_trigger(diagram, one) for one in triggers_of(element))


def _trigger(diagram: Diagram, definition: Element) -> Trigger:
    event = DEFINITIONS[kind(definition)]
    clock, text = next(_times(definition), (None, ""))
    if event is Event.CONDITION:
        text = text_of(definition.find(bpmn("condition")))
    return Trigger(
        event=event,
        name=_name(diagram, definition, event),
        clock=clock,
        text=text,
        activity=definition.get("activityRef"),
    )


def _times(definition: Element) -> Iterator[tuple[Clock, str]]:
    for clock in Clock:
        if (element := definition.find(bpmn(clock.value))) is not None:
            yield clock, text_of(element)


def _name(diagram: Diagram, definition: Element, event: Event) -> str:
    """Return the name or code that an event is known by: of what it refers to, else its id."""
    if event not in _REFERENCES:
        return ""
    attribute, name = _REFERENCES[event]
    reference = definition.get(attribute)
    target = diagram.by_id(reference)
    if reference is None or target is None:
        return reference or ""
    return target.get(name) or reference
