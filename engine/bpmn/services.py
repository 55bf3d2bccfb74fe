"""Tasks that the engine would have to do by itself, and those whose work it knows."""

from typing import Final

from engine.bpmn.names import Element, camunda, kind

SERVICES: Final = frozenset(
    {"serviceTask", "sendTask", "businessRuleTask", "globalBusinessRuleTask"}
)


def needs_service(element: Element) -> bool:
    """Return whether an element is a task whose work nobody knows: no expression, no message."""
    if kind(element) not in SERVICES or element.get(camunda("expression")) is not None:
        return False
    return not (kind(element) == "sendTask" and element.get("messageRef"))
