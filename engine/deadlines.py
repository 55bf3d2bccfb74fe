"""How the deadlines of an office are counted: time standards in its working time."""

import math
from datetime import datetime, timedelta

from engine.bpmn.sop import Process
from engine.calendars import AROUND_THE_CLOCK
from engine.database import Transaction
from engine.durations import Duration
from engine.model import Task, TaskState
from engine.workflow.timers import Moment


def moment(tx: Transaction, process: Process) -> Moment:
    """Return the time of a step: time standards run in working time, other timers in plain time."""
    standards = {step.timer_id for step in process.steps}
    working, plain = tx.calendars.default, tx.calendars[AROUND_THE_CLOCK]

    def due(element_id: str, duration: Duration) -> datetime:
        calendar = working if element_id in standards else plain
        return calendar.due(tx.now, duration)

    return Moment(now=tx.now, due=due)


def lateness(tx: Transaction, task: Task) -> int:
    """Return by how many working minutes a task is late by now, or was when it ended; 0 is in time.

    What was recorded then stays, also if the calendar is changed later.
    """
    if task.state is TaskState.OPEN:
        return minutes_late(tx, task.due_at)
    return task.late_minutes or 0


def minutes_late(tx: Transaction, due_at: datetime | None) -> int:
    """Return by how many working minutes this moment lies after a deadline.

    Rounded up; 0 is in time. Overtime counts as one minute: late is late, also on a Sunday.
    """
    if due_at is None or tx.now <= due_at:
        return 0
    worked = tx.calendars.default.worked_between(due_at, tx.now)
    return max(1, math.ceil(worked / timedelta(minutes=1)))
