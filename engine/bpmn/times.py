"""The times in a diagram: the time standards of its steps, and which calendar counts them."""

from engine.bpmn.names import Element, bpmn, interrupts, kind, text_of
from engine.bpmn.properties import calendar_on
from engine.bpmn.reader import Diagram


def time_standards(diagram: Diagram, step: Element) -> list[tuple[Element, str]]:
    """Return the non-interrupting boundary timers of a step, each with the text of its duration."""
    return [
        (event, text_of(duration))
        for event in diagram.graph.boundary.get(step.get("id", ""), ())
        if not interrupts(event)
        for duration in event.iterfind(f"{bpmn('timerEventDefinition')}/{bpmn('timeDuration')}")
    ]


def standard_timer(diagram: Diagram, step: Element) -> Element | None:
    """Return the timer of the time standard of a step: the first, should there be several."""
    return next((event for event, _ in time_standards(diagram, step)), None)


def calendar_of_step(diagram: Diagram, step: Element) -> str | None:
    """Return the calendar of a time standard: the step's, else its timer's, else the process's.

    None is the default of the office.
    """
    places = (step, standard_timer(diagram, step), diagram.process)
    return next(filter(None, map(calendar_on, places)), None)


def timer_calendars(diagram: Diagram) -> dict[str, str]:
    """Return by element id the calendar of each timer that is no time standard and names one."""
    standards = {standard_timer(diagram, step) for step in diagram.graph.steps}
    return {
        element_id: calendar
        for element_id, node in diagram.graph.nodes.items()
        if kind(node) == "boundaryEvent"
        and node not in standards
        and (calendar := calendar_on(node))
    }
