"""The times in a diagram: the time standards of its steps, and which calendar counts them."""

from collections.abc import Iterable, Iterator

from engine.bpmn.names import SUB_PROCESSES, Element, bpmn, interrupts, kind, text_of
from engine.bpmn.properties import calendar_on
from engine.bpmn.reader import Diagram
from engine.expressions import is_composite


def time_standards(diagram: Diagram, step: Element) -> list[tuple[Element, str]]:
    """Return the non-interrupting boundary timers of a step, each with the text of its duration.

    A duration that an expression computes is none: it is not known before a case runs.
    """
    return [(event, text) for event, text in durations(diagram, step) if not is_composite(text)]


def durations(diagram: Diagram, step: Element) -> list[tuple[Element, str]]:
    """Return the same with computed ones."""
    scope = step.getparent()
    if scope is None or kind(scope) not in SUB_PROCESSES | {"process"}:
        return []
    return [
        (event, text_of(duration))
        for event in diagram.graph_of(scope).boundary.get(step.get("id", ""), ())
        if not interrupts(event)
        for duration in event.iterfind(f"{bpmn('timerEventDefinition')}/{bpmn('timeDuration')}")
    ]


def standard_timer(diagram: Diagram, step: Element) -> Element | None:
    """Return the timer of the time standard of a step: the first, should there be several."""
    return next((event for event, _ in time_standards(diagram, step)), None)


def calendars_of_steps(diagram: Diagram, steps: Iterable[Element]) -> dict[Element, str | None]:
    """Return the calendar of each time standard: the step's, its timer's, else its process's.

    That is the process it is drawn in, else the one that runs. None is the default of the office.
    """
    of_process = {process: calendar_on(process) for process in (diagram.process, *diagram.called)}
    found = {}
    for step in steps:
        drawn_in = next(step.iterancestors(bpmn("process")), diagram.process)
        own = (calendar_on(one) for one in (step, standard_timer(diagram, step)))
        inherited = (of_process.get(one) for one in (drawn_in, diagram.process))
        found[step] = next(filter(None, (*own, *inherited)), None)
    return found


def timer_events(diagram: Diagram) -> Iterator[Element]:
    """Yield the events that wait for a time, wherever they run."""
    for scope in diagram.scopes:
        for event in diagram.graph_of(scope).of_kind(
            "boundaryEvent", "intermediateCatchEvent", "startEvent"
        ):
            if event.find(bpmn("timerEventDefinition")) is not None:
                yield event


def timer_calendars(diagram: Diagram) -> dict[str, str]:
    """Return by element id the calendar of each timer that is no time standard and names one."""
    standards = {standard_timer(diagram, step) for step in diagram.steps}
    return {
        event.get("id", ""): calendar
        for event in timer_events(diagram)
        if event not in standards and (calendar := calendar_on(event))
    }
