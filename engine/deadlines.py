"""Deadlines of steps: counted in the working time of their calendar, moved, and measured."""

import math
from datetime import datetime, timedelta

from engine.bpmn.sop import Process, Step
from engine.calendars import (
    AROUND_THE_CLOCK,
    Calendar,
    DeadlineOutOfReach,
    Reckoned,
    Reckoning,
)
from engine.database import Transaction
from engine.durations import Duration
from engine.errors import Conflict
from engine.model import Rung, Task, TaskState, Timeliness
from engine.workflow.moments import Moment


class NoSuchCalendar(Conflict):
    """The diagram names a calendar that the office does not have."""


def calendar(tx: Transaction, name: str | None) -> Calendar:
    """Return the calendar of that name, or the office's default. Raises NoSuchCalendar."""
    if name is None:
        return tx.calendars.default
    if name not in tx.calendars:
        raise NoSuchCalendar(calendar=name, known=sorted(tx.calendars))
    return tx.calendars[name]


def moment(tx: Transaction, process: Process) -> Moment:
    """Return the time of a step: time standards run in working time, other timers in plain time.

    A timer follows another calendar if the diagram says so.
    """
    named = calendars_of_timers(process)

    def due(element_id: str, duration: Duration, start: datetime) -> datetime:
        name = named.get(element_id, AROUND_THE_CLOCK)
        return calendar(tx, name).due(start, duration)

    return Moment(now=tx.now, due=due, zone=tx.calendars.default.zone)


def calendars_of_timers(process: Process) -> dict[str, str | None]:
    """Return the calendar of every timer that has one, by element id; None is the default."""
    standards = {step.timer_id: step.calendar for step in process.steps if step.timer_id}
    return {**process.timer_calendars, **standards}


def set_deadline(tx: Transaction, task: Task, step: Step) -> None:
    """Give a new task the deadline that its time standard's timer has, and say how it came.

    Raises ValueError: the step has no time standard.
    """
    if step.time_standard is None:
        raise ValueError(f"step {step.element_id} has no time standard")
    task.calendar = step.calendar
    set_reckoning(tx, task, Reckoning(start=tx.now, duration=Duration.parse(step.time_standard)))


def set_reckoning(tx: Transaction, task: Task, reckoning: Reckoning) -> None:
    """Count the deadline of a task by the calendars in force."""
    counted = count(tx, task, reckoning)
    task.reckoning = reckoning.to_json()
    task.calendar_revision = tx.in_force.revision
    task.due_at, task.at_risk_at = counted.due_at, counted.at_risk_at


def count(tx: Transaction, task: Task, reckoning: Reckoning) -> Reckoned:
    """Return what a deadline comes to by the calendars in force."""
    share = tx.ladder.at_risk.after
    return reckoning.count(calendar(tx, task.calendar), at_risk_after=share)


def reckoning_of(tx: Transaction, task: Task, step: Step) -> Reckoning:
    """Return how the deadline of a task was counted.

    The first release did not keep it: what the time standard does not explain is taken as given.
    Raises ValueError: the task has no deadline.
    """
    if task.reckoning is not None:
        return Reckoning.from_json(task.reckoning)
    if task.due_at is None or step.time_standard is None:
        raise ValueError(f"task {task.id} has no deadline")
    standard = Reckoning(start=task.created_at, duration=Duration.parse(step.time_standard))
    explained = count(tx, task, standard).due_at == task.due_at
    return standard if explained else standard.until(task.due_at)


def later(calendar: Calendar, due_at: datetime, start: datetime, end: datetime) -> datetime:
    """Return the moment that lies as much open time after `due_at` as lies between two others."""
    return calendar.later(due_at, calendar.worked_between(start, end))


def next_rung(tx: Transaction, task: Task) -> tuple[Rung, datetime] | None:
    """Return the next rung of the ladder that an open task will reach, and when."""
    reached = list(Rung).index(task.rung) + 1 if task.rung is not None else 0
    for rung in list(Rung)[reached:]:
        reached_at = _rung_moment(tx, task, rung) if tx.ladder.recipients(rung) else None
        if reached_at is not None:
            return rung, reached_at
    return None


def _rung_moment(tx: Transaction, task: Task, rung: Rung) -> datetime | None:
    """Return when a task reaches a rung; None: never, or not before its deadline is counted."""
    if rung is Rung.AT_RISK:
        return task.at_risk_at
    if rung is Rung.OVERDUE:
        return task.due_at
    if task.due_at is None or task.reckoning is None:
        return None
    standard = count(tx, task, Reckoning.from_json(task.reckoning)).working
    beyond = standard * (tx.ladder.long_overdue.after - 1)
    try:
        return calendar(tx, task.calendar).later(task.due_at, beyond)
    except DeadlineOutOfReach:
        return None


def timeliness(tx: Transaction, task: Task) -> Timeliness | None:
    """Return how an open task stands with its time; None if it is not open or has no deadline."""
    if task.state is not TaskState.OPEN or task.due_at is None:
        return None
    if task.due_at < tx.now:
        return Timeliness.OVERDUE
    if task.at_risk_at is not None and task.at_risk_at < tx.now:
        return Timeliness.AT_RISK
    return Timeliness.ON_TRACK


def lateness(tx: Transaction, task: Task) -> int:
    """Return by how many working minutes a task is late by now, or was when it ended; 0 is in time.

    What was recorded then stays, also if the calendar is changed later. While its case is
    suspended a task does not become later.
    """
    if task.state in {TaskState.COMPLETED, TaskState.CANCELLED}:
        return task.late_minutes or 0
    return minutes_late(tx, task.due_at, until=task.suspended_at or tx.now, name=task.calendar)


def measure(tx: Transaction, task: Task) -> None:
    """Note how long a task that is completed now has taken, and what its standard came to.

    Nothing is noted of a step without a time standard.
    """
    if task.reckoning is None:
        return
    reckoning, counted = Reckoning.from_json(task.reckoning), calendar(tx, task.calendar)
    taken = counted.worked_between(task.created_at, tx.now) - reckoning.stood_still(counted)
    task.worked_minutes = _whole_minutes(taken)
    task.standard_minutes = _whole_minutes(count(tx, task, reckoning).working)


def _whole_minutes(length: timedelta) -> int:
    return round(length / timedelta(minutes=1))


def minutes_late(
    tx: Transaction, due_at: datetime | None, *, until: datetime, name: str | None
) -> int:
    """Return by how many minutes of that calendar's working time a moment lies after a deadline.

    Rounded up; 0 is in time. Overtime counts as one minute: late is late, also on a Sunday.
    """
    if due_at is None or until <= due_at:
        return 0
    worked = calendar(tx, name).worked_between(due_at, until)
    return max(1, math.ceil(worked / timedelta(minutes=1)))
