"""Which variables a diagram can bring into a case, and of what type its forms make them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.bpmn.events import THROWING
from engine.bpmn.names import Element, bpmn, camunda, kind
from engine.bpmn.reader import Diagram
from engine.bpmn.repetition import MULTI_INSTANCE
from engine.bpmn.sop import FieldType, FormField, all_form_fields, read_field

OF_TURNS: Final = frozenset(
    {"loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"}
)
"""What every multi-instance counts."""
_RECEIVE: Final = frozenset({"receiveTask", "messageEventDefinition", "signalEventDefinition"})


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable as the forms declare it."""

    name: str
    type: FieldType
    options: frozenset[str] = frozenset()
    """Ids that an enum can have in any of the forms."""


def of_forms(diagram: Diagram) -> Mapping[str, Variable]:
    """Return by name the variables of all forms; the first form decides the type."""
    found: dict[str, Variable] = {}
    for field in _fields(diagram):
        options = frozenset(option for option, _ in field.options)
        if (known := found.get(field.id)) is None:
            found[field.id] = Variable(name=field.id, type=field.type, options=options)
        else:
            found[field.id] = Variable(
                name=field.id, type=known.type, options=known.options | options
            )
    return found


def provided(diagram: Diagram) -> frozenset[str] | None:
    """Return the names of the variables that something drawn can provide.

    None where any variable can come: a message or signal from outside brings its own.
    """
    names = {field.id for field in _fields(diagram)}
    for element in _elements(diagram):
        if kind(element) in _RECEIVE and _is_caught(element):
            return None
        names |= set(_provided_by(element))
    return frozenset(names)


def _fields(diagram: Diagram) -> Iterator[FormField]:
    return map(read_field, all_form_fields(diagram))


def _elements(diagram: Diagram) -> Iterator[Element]:
    for scope in diagram.scopes:
        if kind(scope) == "process":
            yield from scope.iter()
    yield from (one for one in diagram.called if kind(one) != "process")


def _is_caught(element: Element) -> bool:
    parent = element.getparent()
    return parent is None or kind(parent) not in THROWING


def _provided_by(element: Element) -> Iterator[str]:
    """Yield the variables that an element writes."""
    if (result := element.get(camunda("resultVariable"))) is not None:
        yield result
    if element.tag in {camunda("in"), camunda("out")}:
        yield element.get("target", "")
    if kind(element) == MULTI_INSTANCE:
        yield from OF_TURNS
        yield element.get(camunda("elementVariable"), "")
        if (item := element.find(bpmn("inputDataItem"))) is not None:
            yield item.get("name") or item.get("id") or ""
    elif kind(element) == "standardLoopCharacteristics":
        yield "loopCounter"
