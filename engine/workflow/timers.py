"""A timer that asks for its due moment once and fires when a step is taken after it.

SpiffWorkflow's own timers read the wall clock and evaluate the drawn text as Python. This one is
built from the ISO 8601 text as drawn and knows the time only through the `Moment` of the step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import BoundaryEventParser
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from engine.durations import Duration

DUE_AT = "due_at"  # the key of the due moment in a waiting task's internal data, ISO 8601 in UTC


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The time at which a step is taken, and how deadlines are counted from it."""

    now: datetime
    """Aware, UTC."""

    due: Callable[[str, Duration], datetime]
    """(element id of the timer, its duration) to the due moment, counted from `now`; UTC."""


class DueTimer(TimerEventDefinition):  # type: ignore[misc]  # the library ships no types
    """A timer event with a duration (BPMN 2.0.2, section 10.5.5); fires after its due moment."""

    def __init__(self, element_id: str, duration: Duration) -> None:
        super().__init__(element_id, str(duration))
        self.duration = duration

    def has_fired(self, my_task: Any) -> bool:
        """Return whether the due moment lies before the moment of this step.

        The closing moment is still in time: due at 16.00 and completed at 16.00 is not late.
        """
        moment: Moment = my_task.workflow.script_engine.moment
        if DUE_AT not in my_task.internal_data:
            set_due_moment(my_task, moment.due(self.name, self.duration))
        return due_moment(my_task) < moment.now


def due_moment(task: Any) -> datetime:
    """Return the due moment of a waiting timer task, aware, UTC."""
    return datetime.fromisoformat(task.internal_data[DUE_AT])


def set_due_moment(task: Any, due_at: datetime) -> None:
    """Let a timer task wait for that moment, aware."""
    task.internal_data[DUE_AT] = due_at.isoformat()


class BoundaryTimerParser(BoundaryEventParser):  # type: ignore[misc]  # the library ships no types
    """Parses boundary events; their timers become `DueTimer`."""

    def parse_timer_event(self, event: Any) -> DueTimer:
        """Return the timer of a `timeDuration` as drawn; lint has refused every other kind."""
        (text,) = event.xpath("./*[local-name() = 'timeDuration']/text()")
        return DueTimer(self.bpmn_id, Duration.parse(text.strip()))
