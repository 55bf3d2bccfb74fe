"""Diagrams of a few elements, written as XML without prefixes."""

from itertools import pairwise

from engine.bpmn.reader import Diagram, read

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
)


def source(inside: str, *, beside: str = "", attributes: str = "") -> bytes:
    """Return a file with the process `p`, which holds `inside`, and with what stands `beside`."""
    process = f'<process id="p" isExecutable="true" {attributes}>{inside}</process>'
    return f"{HEAD}{process}{beside}</definitions>".encode()


def small(inside: str, *, beside: str = "", attributes: str = "") -> Diagram:
    """Return that file as it is read."""
    return read(source(inside, beside=beside, attributes=attributes))


def lane(lane_id: str, *members: str, inside: str = "", attributes: str = "") -> str:
    """Return a lane, named as its id, that lists its members and has other lanes inside."""
    listed = "".join(f"<flowNodeRef>{member}</flowNodeRef>" for member in members)
    within = f"<childLaneSet>{inside}</childLaneSet>" if inside else ""
    return f'<lane id="{lane_id}" name="{lane_id.title()}" {attributes}>{listed}{within}</lane>'


def arrows(*ids: str) -> str:
    """Return sequence flows from each of these elements to the next."""
    return "".join(
        f'<sequenceFlow sourceRef="{one}" targetRef="{two}"/>' for one, two in pairwise(ids)
    )


def timer(event_id: str, host: str, text: str, inside: str = "") -> str:
    """Return a boundary timer that does not interrupt."""
    return (
        f'<boundaryEvent id="{event_id}" attachedToRef="{host}" cancelActivity="false">{inside}'
        f"<timerEventDefinition><timeDuration>{text}</timeDuration></timerEventDefinition>"
        "</boundaryEvent>"
    )


def sop(**values: str) -> str:
    """Return extension elements with `sop.…` properties."""
    entries = "".join(
        f'<camunda:property name="sop.{name}" value="{value}"/>' for name, value in values.items()
    )
    inside = f"<camunda:properties>{entries}</camunda:properties>"
    return f"<extensionElements>{inside}</extensionElements>"


def form(*fields: str) -> str:
    """Return extension elements with a form of text fields."""
    entries = "".join(f'<camunda:formField id="{one}" type="string"/>' for one in fields)
    return f"<extensionElements><camunda:formData>{entries}</camunda:formData></extensionElements>"
