"""What the reader writes into a diagram so that every reference names an id of the same file.

Prefixes go, ids that a modeler left out are made up, event definitions stand where they are used.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Final

from lxml import etree

from engine.bpmn.findings import DiagramRefused
from engine.bpmn.limits import MAX_BYTES, MAX_ELEMENTS, TOO_LARGE, TOO_MANY_ELEMENTS
from engine.bpmn.names import BPMN, Element, bpmn, is_flow_node, kind, one_line, text_of

_ATTRIBUTES: Final = (
    "activityRef",
    "attachedToRef",
    "calledElement",
    "dataObjectRef",
    "default",
    "errorRef",
    "escalationRef",
    "messageRef",
    "operationRef",
    "processRef",
    "signalRef",
    "sourceRef",
    "targetRef",
)
"""Attributes that name an element by its id."""
_ELEMENTS: Final = (
    "eventDefinitionRef",
    "flowNodeRef",
    "incoming",
    "loopDataInputRef",
    "outgoing",
    "sourceRef",
    "source",
    "target",
    "targetRef",
)
"""Elements whose text does."""
_NOT_IN_IDS: Final = re.compile(r"[^\w.-]+")
_STARTS_ID: Final = re.compile(r"[^\W\d]")
_LONGEST_KEY: Final = 100
_PREFIXED: Final = re.compile(r"([^\W\d][\w.-]*):([^\W\d][\w.-]*)")


def strip_prefixes(root: Element) -> None:
    """Take the prefix off each reference that does not lead into an imported file."""
    imported = {one.get("namespace") for one in root.iterchildren(bpmn("import"))} - {None}
    for element, namespaces in _with_namespaces(root):
        for name in _ATTRIBUTES:
            if ":" in (reference := element.get(name, "")):
                element.set(name, _local(reference.strip(), namespaces, imported))
        if kind(element) in _ELEMENTS and ":" in text_of(element):
            element.text = _local(text_of(element), namespaces, imported)


def _with_namespaces(root: Element) -> Iterator[tuple[Element, Mapping[str, Sequence[str]]]]:
    """Yield each BPMN element, and by prefix the namespaces declared there, the innermost last.

    `nsmap` of every element would cost as many declarations as the file has, each time.
    """
    namespaces: defaultdict[str, list[str]] = defaultdict(list)
    declared: list[str] = []
    for event, what in etree.iterwalk(root, events=("start-ns", "end-ns", "start")):
        if event == "start-ns":
            prefix, namespace = what
            namespaces[prefix].append(namespace)
            declared.append(prefix)
        elif event == "end-ns":
            namespaces[declared.pop()].pop()
        elif isinstance(what.tag, str) and what.tag.startswith(f"{{{BPMN}}}"):
            yield what, namespaces


def _local(
    reference: str, namespaces: Mapping[str, Sequence[str]], imported: Collection[str | None]
) -> str:
    """Return a reference without its prefix; what is no prefixed name, or is imported, as it is."""
    prefixed = _PREFIXED.fullmatch(reference)
    if prefixed is None:
        return reference
    meant = namespaces.get(prefixed[1])
    return reference if meant and meant[-1] in imported else prefixed[2]


def make_up_ids(root: Element) -> frozenset[str]:
    """Give an id with a "#" to each node, flow, lane and event definition without one; return all.

    No id of a drawing has a "#" (lint refuses it), so nothing drawn can be taken for made up. The
    numbering is for ever: the states and histories of cases name these ids.
    """
    count: Counter[str] = Counter()
    taken = {element_id for one in root.iter(f"{{{BPMN}}}*") if (element_id := one.get("id"))}
    made_up: set[str] = set()
    for element in root.iter(f"{{{BPMN}}}*"):
        name = kind(element)
        if element.get("id") or not _needs_id(element):
            continue
        count[name] += 1
        while f"#{name}-{count[name]}" in taken:
            count[name] += 1
        made_up.add(made := f"#{name}-{count[name]}")
        element.set("id", made)
    return frozenset(made_up)


def make_up_key(root: Element, process: Element) -> frozenset[str]:
    """Give the process to run an id made of its name, if it has none; return the id, if so.

    Another process must not get it with the next file, so without a name it stays without.
    """
    words = _NOT_IN_IDS.sub("_", one_line(process.get("name"))).strip("_.-")[:_LONGEST_KEY]
    if process.get("id") or not words:
        return frozenset()
    key = words if _STARTS_ID.match(words) else f"_{words}"
    if any(one.get("id") == key for one in root.iter(f"{{{BPMN}}}*")):
        return frozenset()
    process.set("id", key)
    return frozenset({key})


def _needs_id(element: Element) -> bool:
    name = kind(element)
    return is_flow_node(element) or name in {"sequenceFlow", "lane"} or _is_definition(name)


def _is_definition(name: str) -> bool:
    return name.endswith("EventDefinition")


def place_event_definitions(root: Element) -> None:
    """Put a copy of the event definition that an event refers to in the place of the reference.

    Raises DiagramRefused: the copies alone would be larger than a file may be.
    """
    definitions = {one.get("id"): one for one in root if _is_definition(kind(one))}
    sizes = {name: (_count(one), len(etree.tostring(one))) for name, one in definitions.items()}
    elements = size = 0
    for reference in _definition_references(root, definitions):
        name = text_of(reference)
        elements, size = elements + sizes[name][0], size + sizes[name][1]
        if elements > MAX_ELEMENTS:
            raise DiagramRefused([TOO_MANY_ELEMENTS.broken_by(reference, limit=MAX_ELEMENTS)])
        if size > MAX_BYTES:
            raise DiagramRefused([TOO_LARGE.broken_by(reference, size=size, limit=MAX_BYTES)])
        _replace(reference, definitions[name])


def _definition_references(
    root: Element, definitions: Mapping[str | None, Element]
) -> Iterator[Element]:
    """Yield those that lead to a definition; they stand in processes, where no original is."""
    for process in root.iterchildren(bpmn("process")):
        for reference in list(process.iter(bpmn("eventDefinitionRef"))):
            if text_of(reference) in definitions:
                yield reference


def _replace(reference: Element, definition: Element) -> None:
    copy = deepcopy(definition)
    copy.tail = None
    for element in copy.iter():
        if "id" in element.attrib:
            del element.attrib["id"]
    parent = reference.getparent()
    if parent is not None:
        parent.replace(reference, copy)


def _count(element: Element) -> int:
    return sum(1 for _ in element.iter())
