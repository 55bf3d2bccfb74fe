"""What runs in a diagram without a symbol in the flow chart of PermenPAN-RB 35/2012."""

from collections.abc import Iterator
from enum import StrEnum

from engine.bpmn.names import SUB_PROCESSES, Element, bpmn, kind
from engine.bpmn.reader import Diagram
from engine.bpmn.services import SERVICES


class Unpictured(StrEnum):
    """Why a flow chart has to be read with care."""

    PARALLEL = "parallel"
    """Lines that leave one box are all followed."""
    INCLUSIVE = "inclusive"
    """More than one exit of a diamond may be taken."""
    EVENTS = "events"
    """The flow waits, or is broken off."""
    SUB_PROCESSES = "sub-processes"
    """The steps in them are rows as any other."""
    SERVICES = "services"
    """A line passes what no person does."""
    REPETITION = "repetition"
    """One symbol stands for several turns."""
    TOO_MANY = "too-many"
    """So many rows or flows that no flow is told."""


def unpictured(diagram: Diagram) -> frozenset[Unpictured]:
    """Return what the constructs of a diagram need to have said about them."""
    return frozenset(
        found
        for scope in diagram.scopes
        for node in diagram.graph_of(scope).all_nodes
        for found in _of_node(diagram, scope, node)
    )


def _of_node(diagram: Diagram, scope: Element, node: Element) -> Iterator[Unpictured]:
    name = kind(node)
    targets = diagram.graph_of(scope).targets(node)
    if name in SUB_PROCESSES | {"callActivity"}:
        yield Unpictured.SUB_PROCESSES
    if name in SERVICES | {"scriptTask"}:
        yield Unpictured.SERVICES
    if len(targets) > 1 and name == "parallelGateway":
        yield Unpictured.PARALLEL
    if len(targets) > 1 and name in {"inclusiveGateway", "complexGateway"}:
        yield Unpictured.INCLUSIVE
    if _is_event(node) and (name != "boundaryEvent" or _leads_on(diagram, scope, node)):
        yield Unpictured.EVENTS
    for loop in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        if node.find(bpmn(loop)) is not None:
            yield Unpictured.REPETITION


def _is_event(node: Element) -> bool:
    if node.get("triggeredByEvent") == "true" or node.get("isForCompensation") == "true":
        return True
    is_link = node.find(bpmn("linkEventDefinition")) is not None
    waiting = {"intermediateCatchEvent", "boundaryEvent", "receiveTask"}
    return kind(node) in waiting and not is_link


def _leads_on(diagram: Diagram, scope: Element, event: Element) -> bool:
    """Return whether a boundary event does more than tell that somebody is late."""
    targets = diagram.graph_of(scope).targets(event)
    return any(kind(target) != "endEvent" for target in targets)
