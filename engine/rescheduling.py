"""Moving the deadlines of a case that is under way: extending, suspending, resuming, recounting.

The due moments lie in the state; the rows of tasks and jobs follow them in the same transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from engine import history, repository
from engine.bpmn.sop import Step
from engine.calendars import AROUND_THE_CLOCK, Reckoning
from engine.cases import Case, InstanceEnded, ladder_key, reschedule, timer_key
from engine.database import Transaction
from engine.deadlines import (
    calendar,
    calendars_of_timers,
    later,
    next_rung,
    reckoning_of,
    set_reckoning,
)
from engine.durations import Duration
from engine.errors import Conflict, Invalid, Said
from engine.history import EventType
from engine.model import InstanceState, JobQueue, Task, TaskState
from engine.permissions import SYSTEM, Actor
from engine.workflow import steps
from engine.workflow.steps import WaitingTimer


class NoDeadline(Conflict):
    """This step has no time standard, so there is no deadline to move."""


class InvalidExtension(Invalid):
    """The deadline cannot be moved like this."""


class NotSuspended(Conflict):
    """This case is not suspended."""


def extend(
    tx: Transaction, case: Case, task: Task, new: Duration | datetime, *, reason: str, by: Actor
) -> None:
    """Move the deadline of an open task to later: by working time, or to a moment (aware).

    What is overdue by now is put on record first.

    Raises:
        NoDeadline: the step has none.
        InvalidExtension: the new deadline lies before the present one, or has passed already.
        TaskGone: a timer that was due has just interrupted the task.
    """
    case.settle(tx)
    if task.state is not TaskState.OPEN:
        raise steps.TaskGone(task_id=str(task.id), state=task.state.value)
    before = task.due_at
    if before is None:
        raise NoDeadline
    known = reckoning_of(tx, task, case.loaded.steps[task.element_id])
    extended = known.until(new) if isinstance(new, datetime) else known.extended(new)
    set_reckoning(tx, task, extended)
    earliest = max(before, tx.now)
    if task.due_at is None or task.due_at <= earliest:
        field = "due_date" if isinstance(new, datetime) else "duration"
        moment = tx.local(earliest).isoformat()
        sentence = Said("the new deadline must lie after {moment}", moment=moment)
        raise InvalidExtension(fields={field: sentence})
    _note_move(tx, EventType.DEADLINE_EXTENDED, task, before, by=by, reason=reason)
    _move_timers(tx, case)


def suspend(tx: Transaction, case: Case, *, reason: str, by: Actor) -> None:
    """Let the clock of a case stand still; what is overdue by now is put on record first.

    Raises:
        InstanceSuspended, InstanceEnded: as they say; it may have ended just now.
    """
    tasks = case.settle(tx)
    if case.instance.state is not InstanceState.ACTIVE:
        raise InstanceEnded(state=case.instance.state.value)
    for task in tasks:
        task.state, task.suspended_at = TaskState.SUSPENDED, tx.now
    case.instance.state, case.instance.suspended_at = InstanceState.SUSPENDED, tx.now
    case.note(tx, EventType.INSTANCE_SUSPENDED, by=by, detail={"reason": reason})
    tx.flush()
    repository.delete_jobs_of(tx, case.instance.id, queue=JobQueue.CASE)


def resume(tx: Transaction, case: Case, *, by: Actor) -> None:
    """Let the clock of a case run again; every deadline moves by the working time it stood still.

    Raises NotSuspended.
    """
    since = case.instance.suspended_at
    if case.instance.state is not InstanceState.SUSPENDED or since is None:
        raise NotSuspended(state=case.instance.state.value)
    case.instance.state, case.instance.suspended_at = InstanceState.ACTIVE, None
    case.note(tx, EventType.INSTANCE_RESUMED, by=by)
    for task in case.tasks.values():
        task.state, task.suspended_at = TaskState.OPEN, None
        if task.due_at is not None:
            reckoning = reckoning_of(tx, task, case.loaded.steps[task.element_id])
            _move(tx, task, reckoning.suspended(since, tx.now))
    named = calendars_of_timers(case.loaded.process)

    def moved(timer: WaitingTimer) -> datetime:
        running = calendar(tx, named.get(timer.element_id, AROUND_THE_CLOCK))
        return later(running, timer.due_at, since, tx.now)

    _move_timers(tx, case, moved)


def recount(tx: Transaction, case: Case) -> int:
    """Count the deadlines of a case again by the calendars in force; return how many have moved."""
    stale = [
        (task, step)
        for task, step in _steps(case)
        if task.due_at is not None and task.calendar_revision != tx.in_force.revision
    ]
    moved = sum(_move(tx, task, reckoning_of(tx, task, step)) for task, step in stale)
    if stale:
        _move_timers(tx, case)
    return moved


def _move(tx: Transaction, task: Task, reckoning: Reckoning) -> bool:
    before = task.due_at
    set_reckoning(tx, task, reckoning)
    if before is None or task.due_at == before:
        return False
    _note_move(tx, EventType.DEADLINE_MOVED, task, before, by=SYSTEM)
    return True


def _note_move(
    tx: Transaction, event: EventType, task: Task, before: datetime, *, by: Actor, **more: object
) -> None:
    detail = {
        "from": before.isoformat(),
        "to": task.due_at and task.due_at.isoformat(),
        "calendar_revision": task.calendar_revision,
        **more,
    }
    history.record_task(tx, event, task, actor=by.username, detail=detail)


def _move_timers(
    tx: Transaction,
    case: Case,
    other: Callable[[WaitingTimer], datetime] = lambda timer: timer.due_at,
) -> None:
    """Let the timers of time standards follow the deadlines, and the jobs follow both.

    All further timers are due when `other` says. While the case is suspended there are no jobs.
    """
    if case.instance.workflow_state is None:
        raise InstanceEnded(state=case.instance.state.value)
    standards = {(task.id, step.timer_id): task.due_at for task, step in _steps(case)}

    def due(timer: WaitingTimer) -> datetime:
        found = (standards.get((task_id, timer.element_id)) for task_id in timer.task_ids)
        return next(filter(None, found), None) or other(timer)

    state, timers = steps.move_timers(case.loaded.specification, case.instance.workflow_state, due)
    case.instance.workflow_state = state
    if case.instance.state is InstanceState.ACTIVE:
        _project(tx, case, timers)


def _steps(case: Case) -> Iterator[tuple[Task, Step]]:
    for task in case.tasks.values():
        yield task, case.loaded.steps[task.element_id]


def _project(tx: Transaction, case: Case, timers: Iterable[WaitingTimer]) -> None:
    """Make the jobs say what timers and tasks say; one that is an incident stays one."""
    tx.flush()
    there = {job.key: job for job in repository.jobs_under_lock(tx, case.instance.id)}
    wanted: dict[str, tuple[datetime, UUID | None]] = {
        timer_key(timer.id): (timer.due_at, None) for timer in timers
    }
    for task in case.tasks.values():
        rung = next_rung(tx, task) if task.state is TaskState.OPEN else None
        if rung is not None:
            wanted[ladder_key(task.id)] = (rung[1], task.id)
    case.add_jobs(tx, {key: wanted[key] for key in wanted.keys() - there.keys()})
    for key in wanted.keys() & there.keys():
        if there[key].run_at is not None:
            reschedule(there[key], wanted[key][0])
    gone = there.keys() - wanted.keys()
    repository.delete_jobs(tx, case.instance.id, keys=gone, task_ids=())
