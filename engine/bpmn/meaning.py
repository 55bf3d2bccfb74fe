"""What a diagram means: all that an engine runs or a reader of the drawing would notice.

Modelers rewrite the files they save. Where shapes lie, which program drew them, prefixes, the order
of attributes, white space and values that hold anyway are not part of the meaning; the rest is.

A modeler also writes whatever a person has dragged, and the flows between shapes that were dragged
together, at the end of their process. So the order of elements counts only where it decides
something: between the starts of a scope, between the boundary events of one host, and between the
flows out of one node, the default flow excepted.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from engine.bpmn.names import (
    BPMN,
    CAMUNDA,
    Element,
    attributes_of,
    bpmn,
    camunda,
    is_flow_node,
    kind,
    split,
)
from engine.bpmn.properties import PREFIX, name_of, value_of

_DRAWN: Final = bpmn("incoming"), bpmn("outgoing")
"""What the flows say already."""
_DRAWING: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_MODELER: Final = "http://camunda.org/schema/modeler/1.0"
_TOOLS: Final = frozenset({_XSI, _MODELER})
"""Namespaces of attributes that only programs read."""
_OF_TOOLS: Final = frozenset(
    {"exporter", "exporterVersion", camunda("diagramRelationId")}
    | {camunda(f"modelerTemplate{part}") for part in ("", "Version", "Icon")}
)
_DEFAULTS: Final = {
    "associationDirection": "None",
    "behavior": "All",
    "cancelActivity": "true",
    "cancelRemainingInstances": "true",
    "completionQuantity": "1",
    "eventGatewayType": "Exclusive",
    "expressionLanguage": "http://www.w3.org/1999/XPath",
    "gatewayDirection": "Unspecified",
    "instantiate": "false",
    "isClosed": "false",
    "isCollection": "false",
    "isForCompensation": "false",
    "isInterrupting": "true",
    "isSequential": "false",
    "ordering": "Parallel",
    "parallelMultiple": "false",
    "processType": "None",
    "startQuantity": "1",
    "testBefore": "false",
    "textFormat": "text/plain",
    "triggeredByEvent": "false",
    "typeLanguage": "http://www.w3.org/2001/XMLSchema",
    "waitForCompletion": "true",
    camunda("async"): "false",
    camunda("asyncAfter"): "false",
    camunda("asyncBefore"): "false",
    camunda("calledElementBinding"): "latest",
    camunda("exclusive"): "true",
    camunda("isStartableInTasklist"): "true",
    camunda("local"): "false",
}
"""Attributes that a modeler leaves out because they say what holds without them."""
_FIRST: Final = ("documentation", "extensionElements", "ioSpecification", "property", "laneSet")
_LAST: Final = ("association", "group", "textAnnotation")
"""What a modeler gathers before and after all else in an element, wherever it stood."""
_RANKS: Final[Mapping[str, tuple[int, str | None]]] = {
    **{name: (number - len(_FIRST), None) for number, name in enumerate(_FIRST)},
    **dict.fromkeys(("lane", "messageFlow"), (0, "id")),
    "startEvent": (1, None),
    "boundaryEvent": (2, "attachedToRef"),
    **dict.fromkeys(("dataObject", "dataObjectReference", "dataStoreReference"), (5, "id")),
    **dict.fromkeys(_LAST, (6, "id")),
}
"""By kind: where an element stands among its siblings, and the attribute that orders its like;
without one they stay as the file has them."""

_Rank: TypeAlias = tuple[int, str, bool]


def digest_of_meaning(root: Element) -> str:
    """Return the SHA-256 (hex) of what `bpmn:definitions` means.

    Flags and references have to be written in one way, and blank text taken out, beforehand.
    """
    digest = hashlib.sha256()
    for part in _meaning(root):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _meaning(element: Element) -> Iterator[str]:
    """Yield each tag, attribute, text and end in an order that no modeler changes."""
    yield f"<{element.tag}"
    for name, value in sorted(attributes_of(element)):
        if _is_noticed(element, name, value):
            yield f"{name}={value}"
    yield f">{(element.text or '').strip()}"
    for child in _children(element):
        yield from _meaning(child)
    yield "/>"


def _is_noticed(element: Element, name: str, value: str) -> bool:
    if split(name)[0] in _TOOLS or name in _OF_TOOLS or _DEFAULTS.get(name) == value:
        return False
    return not (element.tag == bpmn("definitions") and name == "id")


def _children(element: Element) -> list[Element]:
    """Return the children that mean something, in an order that dragging a shape does not change.

    Sorting is stable: those of the same rank stay as the file has them.
    """
    noticed = [one for one in element if one.tag not in _DRAWN and not _is_empty(one)]
    targets = {one.get("targetRef") for one in noticed if kind(one) == "sequenceFlow"}
    defaults = {one.get("default") for one in noticed} - {None}

    def rank(one: Element) -> _Rank:
        if kind(one) == "sequenceFlow":
            return 4, one.get("sourceRef", ""), one.get("id") not in defaults
        if is_flow_node(one) and one.get("id") in targets:  # it begins when a token arrives
            return 3, one.get("id", ""), False
        return _rank(one)

    return sorted(noticed, key=rank)


def _rank(element: Element) -> _Rank:
    """Return the rank of an element that no flow leads to, and that is none."""
    name = kind(element)
    if name == "flowNodeRef":  # a lane holds its nodes in no order
        return 0, element.text or "", False
    place, attribute = _RANKS.get(name, (0, None))
    return place, element.get(attribute, "") if attribute else "", False


def _is_empty(element: Element) -> bool:
    """Return whether an element is the drawing, or a shell that a modeler left behind."""
    namespace, name = split(element.tag)
    if namespace == _DRAWING:
        return True
    if element.tag == camunda("property"):  # a field of the element template, left empty
        return name_of(element).startswith(PREFIX) and not value_of(element)
    if name == "extensionElements" or namespace == CAMUNDA:
        shells = name in {"extensionElements", "properties", "formData", "inputOutput"}
        return shells and all(map(_is_empty, element)) and not element.attrib
    return namespace == BPMN and name == "documentation" and not (element.text or "").strip()
