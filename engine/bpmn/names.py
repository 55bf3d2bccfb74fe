"""The names in a BPMN file: namespaces, tags, and the kinds of elements the engine tells apart."""

import re
from typing import Final, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMN_DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"

STEPS: Final = frozenset({"userTask", "manualTask", "task"})
"""What a person does and completes."""
GLOBAL_STEPS: Final = frozenset({"globalTask", "globalUserTask", "globalManualTask"})
"""The same, called by a call activity."""
GLOBAL_TASKS: Final = GLOBAL_STEPS | {"globalScriptTask", "globalBusinessRuleTask"}
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
FLAGS: Final = frozenset(
    {"cancelActivity", "isClosed", "isExecutable", "isForCompensation", "isImmediate"}
    | {"isInterrupting", "parallelMultiple", "triggeredByEvent", "instantiate", "isSequential"}
    | {"testBefore", "cancelRemainingInstances", "waitForCompletion"}
)
"""Attributes of type `xsd:boolean`."""
EXPRESSIONS: Final = (
    "timeDuration",
    "timeDate",
    "timeCycle",
    "condition",
    "loopCondition",
    "loopCardinality",
    "completionCondition",
    "conditionExpression",
)
"""Elements whose text is, or may hold, an expression."""
_LAST_LINE: Final = 65_535
"""Where libxml2 stops counting."""
_FLOW_NODE: Final = re.compile(
    r"(?:[tT]ask|Event|Gateway|[sS]ubProcess|callActivity|transaction)\Z"
)


def bpmn(name: str) -> str:
    """Return the tag `name` in the namespace of BPMN 2.0."""
    return f"{{{BPMN}}}{name}"


def camunda(name: str) -> str:
    """Return the tag or attribute `name` in the namespace of Camunda 7."""
    return f"{{{CAMUNDA}}}{name}"


def split(tag: str) -> tuple[str, str]:
    """Return the namespace ("" if none) and the local name of a tag or attribute."""
    namespace, _, name = tag.rpartition("}")
    return namespace[1:], name


def kind(element: Element) -> str:
    """Return the local name of a BPMN element, such as `userTask`; "" for any other namespace."""
    namespace, name = split(element.tag)
    return name if namespace == BPMN else ""


def is_flow_node(element: Element) -> bool:
    """Return whether BPMN lets sequence flows lead to `element`, supported here or not."""
    return _FLOW_NODE.search(kind(element)) is not None


def is_activity(element: Element) -> bool:
    """Return whether `element` is a task, a sub-process or a call."""
    name = kind(element)
    return name.endswith("Task") or name in SUB_PROCESSES | {"task", "callActivity"}


def line_of(element: Element) -> int | None:
    """Return the line in the file, from 1, on which the element's start tag ends.

    None far down in a very long file: libxml2 counts no further.
    """
    line: object = element.sourceline
    return line if isinstance(line, int) and line < _LAST_LINE else None


def attributes_of(element: Element) -> list[tuple[str, str]]:
    """Return the names, with their namespaces, and values of the attributes of `element`."""
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def interrupts(event: Element) -> bool:
    """Return whether a boundary event ends the work at its host, as it does unless told not to."""
    return event.get("cancelActivity", "true") == "true"


def text_of(element: Element | None) -> str:
    """Return the text in an element, blanks trimmed; "" for None."""
    return "" if element is None else (element.text or "").strip()


def one_line(text: str | None) -> str:
    """Return `text` with every run of white space, line breaks included, as one space."""
    return " ".join((text or "").split())


def shortened(text: str, limit: int) -> str:
    """Return `text`, cut to at most `limit` characters with an ellipsis at its end."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def link_name(element: Element) -> str | None:
    """Return the name of the link that an event throws or catches; None if it is no link."""
    link = element.find(bpmn("linkEventDefinition"))
    return None if link is None else link.get("name", "")
