"""Data in a diagram is only drawn: a variable belongs to the process, not to a shape."""

from collections.abc import Iterator, Mapping
from typing import Final

from engine.bpmn.names import Element, bpmn, one_line, text_of

_DATA: Final = (
    "dataStore",
    "dataStoreReference",
    "dataObject",
    "dataObjectReference",
    "property",
    "ioSpecification",
    "dataInput",
    "dataOutput",
    "inputSet",
    "outputSet",
    "dataInputAssociation",
    "dataOutputAssociation",
)


def name_collections(root: Element) -> None:
    """Let each multi-instance name the variable that its collection is in.

    `loopDataInputRef` refers to a data object or property, or to a data input that one of these is
    associated with; the variable has the name of that shape or, without one, its id.
    """
    references = list(root.iter(bpmn("loopDataInputRef")))
    if not references:
        return
    shapes = {
        shape_id: shape
        for shape in root.iter(*map(bpmn, _DATA))
        if (shape_id := shape.get("id")) is not None
    }
    feeding = dict(_associations(root))
    for reference in references:
        data_input = text_of(reference)
        source = feeding.get(data_input, data_input)
        if source in shapes:
            reference.text = _variable(source, shapes)


def drop_data(root: Element) -> None:
    """Take all data out of a diagram: objects, stores, properties, inputs and outputs."""
    for element in list(root.iter(*map(bpmn, _DATA))):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _associations(root: Element) -> Iterator[tuple[str, str]]:
    """Yield data inputs, each with what flows into it."""
    for association in root.iter(bpmn("dataInputAssociation")):
        source, target = association.find(bpmn("sourceRef")), association.find(bpmn("targetRef"))
        if text_of(source) and text_of(target):
            yield text_of(target), text_of(source)


def _variable(shape_id: str, shapes: Mapping[str, Element]) -> str:
    shape = shapes[shape_id]
    meant = shapes.get(shape.get("dataObjectRef", ""), shape)
    names = (one_line(one.get("name")) for one in (shape, meant))
    return next(filter(None, names), meant.get("id") or shape_id)
