"""Loop markers: how often an activity runs."""

from typing import Final

from engine.bpmn.names import Element, bpmn, camunda, text_of
from engine.bpmn.program import Loop, MultiInstance

LOOP: Final = "standardLoopCharacteristics"
MULTI_INSTANCE: Final = "multiInstanceLoopCharacteristics"


def read(activity: Element) -> Loop | MultiInstance | None:
    """Return how often an activity runs; None: once."""
    if (loop := activity.find(bpmn(LOOP))) is not None:
        return _loop(loop)
    if (several := activity.find(bpmn(MULTI_INSTANCE))) is not None:
        return _multi_instance(several)
    return None


def _loop(element: Element) -> Loop:
    most = element.get("loopMaximum", "").strip()
    return Loop(
        condition=text_of(element.find(bpmn("loopCondition"))) or None,
        most=int(most) if most.isascii() and most.isdigit() else None,
        test_before=element.get("testBefore") == "true",
    )


def _multi_instance(element: Element) -> MultiInstance:
    collection = element.get(camunda("collection")) or text_of(
        element.find(bpmn("loopDataInputRef"))
    )
    item = element.find(bpmn("inputDataItem"))
    drawn = None if item is None else item.get("name") or item.get("id")
    return MultiInstance(
        sequential=element.get("isSequential") == "true",
        cardinality=text_of(element.find(bpmn("loopCardinality"))) or None,
        collection=collection or None,
        element=element.get(camunda("elementVariable")) or drawn,
        completion=text_of(element.find(bpmn("completionCondition"))) or None,
    )
