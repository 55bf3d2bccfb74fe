"""Tasks that the engine would have to do by itself, and those whose work it knows."""

from typing import Final

from engine.bpmn.names import Element, camunda, kind
from engine.expressions import InvalidExpression, compile_expression

SERVICES: Final = frozenset(
    {"serviceTask", "sendTask", "businessRuleTask", "globalBusinessRuleTask"}
)


def computes(element: Element) -> bool:
    """Return whether the work of a task is an expression that the engine can compute."""
    try:
        compile_expression(element.get(camunda("expression"), ""))
    except InvalidExpression:
        return False
    return True


def needs_service(element: Element) -> bool:
    """Return whether an element is a task whose work nobody knows: no expression, no message."""
    if kind(element) not in SERVICES or computes(element):
        return False
    return not (kind(element) == "sendTask" and element.get("messageRef"))
