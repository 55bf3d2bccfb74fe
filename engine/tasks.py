"""Tasks: the worklist, taking a task, giving it back, completing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine import cases, deadlines, definitions, history, repository, rescheduling
from engine.bpmn.forms import initial, needs_known, validate
from engine.bpmn.sop import Step
from engine.calendars import Deadline
from engine.cases import Case, InstanceSuspended, required_reason
from engine.database import Transaction
from engine.definitions import Loaded
from engine.durations import Duration
from engine.errors import Conflict, Invalid, Said
from engine.history import EventType
from engine.model import InstanceState, Role, Task, TaskState
from engine.permissions import (
    Actor,
    capacity_in,
    is_candidate,
    require,
    require_candidate,
    require_sight,
)
from engine.repository import Page, PageRequest, TaskFilter, TaskNotFound, TaskRecord
from engine.workflow import steps


class TaskNotOpen(Conflict):
    """This task is not open any more."""


class NotACandidate(Invalid):
    """The user does not hold the position that does this task."""


@dataclass(frozen=True, kw_only=True)
class TaskDetail:
    """A task with what the SOP says of its step."""

    record: TaskRecord
    step: Step
    deadline: Deadline | None
    """Why its deadline is then."""
    deadline_moved: bool
    """Whether that is not where the time standard ends: it was extended or suspended."""
    initial: Mapping[str, object]
    """What its form begins with, by field id; of an open task only."""


@dataclass(frozen=True, kw_only=True)
class Completion:
    """What came of completing a task."""

    task: Task
    instance_state: InstanceState
    next_tasks: Sequence[Task]
    """The open tasks of the case that the caller can do."""


def find(
    tx: Transaction, wanted: TaskFilter, *, by: Actor, sort: str, page: PageRequest
) -> Page[TaskRecord]:
    """Return the tasks that the actor may see; `sort` is a key of `repository.TASK_ORDERS`."""
    return repository.tasks(tx, wanted, by=by.visibility, sort=sort, page=page)


def get(tx: Transaction, task_id: UUID, *, by: Actor) -> TaskDetail:
    """Return a task with its step. Raises TaskNotFound, NotYourPosition."""
    record = repository.task(tx, task_id)
    require_sight(by, record.task)
    loaded = definitions.load(tx, record.definition_id)
    step = loaded.steps[record.task.element_id]
    deadline, moved = _explain(tx, record.task, step)
    return TaskDetail(
        record=record,
        step=step,
        deadline=deadline,
        deadline_moved=moved,
        initial=_initial(tx, record.task, step, loaded),
    )


def completed_before(tx: Transaction, task: Task, *, most: int) -> Sequence[Task]:
    """Return the other completed tasks of the case of a task that the caller sees.

    The `most` that were created last, the oldest of them first.
    """
    return repository.completed_tasks(tx, task.instance_id, beside=task.id, most=most)


def completed_by(tx: Transaction, task_id: UUID, *, by: Actor) -> Task | None:
    """Return a task that the actor has completed, None if it is none."""
    try:
        found = repository.task(tx, task_id).task
    except TaskNotFound:
        return None
    return found if found.completed_by == by.username else None


def complete(
    tx: Transaction, task_id: UUID, *, by: Actor, variables: Mapping[str, object]
) -> Completion:
    """Complete a task with the fields of its form, and move the case on.

    A task needs no claim first. Timers that are due fire before, so lateness is recorded even if
    no worker has run.

    Raises:
        TaskNotFound: there is none.
        TaskNotOpen, TaskGone: completed or cancelled before; the details tell its present state.
        InstanceSuspended: not before a supervisor resumes the case.
        NotYourPosition, AssignedToSomebodyElse: not for this actor.
        InvalidVariables: a field is missing or of the wrong type; the task stays open.
        UndefinedVariable, ExpressionFailed, NoWayOut, Stuck: it could not go on; it stays open.
    """
    case, task = lock_open(tx, task_id)
    require_candidate(by, task)
    step = case.loaded.steps[task.element_id]
    known = case.variables_at(task) if needs_known(step) else None
    cleaned = validate(case.loaded.process, step, variables, known=known)
    opened = case.advance(tx, by=by, complete=task, variables=cleaned)
    return Completion(
        task=task,
        instance_state=case.instance.state,
        next_tasks=[following for following in opened if is_candidate(by, following)],
    )


def claim(tx: Transaction, task_id: UUID, *, by: Actor) -> Task:
    """Return the task, now assigned to the actor; claiming one's own task changes nothing.

    Raises:
        TaskNotFound, TaskNotOpen, InstanceSuspended: as they say.
        NotYourPosition, AssignedToSomebodyElse: as they say.
    """
    _, task = lock_open(tx, task_id)
    require_candidate(by, task)
    if task.assignee_id != by.user_id:
        task.assignee_id = by.user_id
        detail = capacity_in(by, task)
        history.record_task(tx, EventType.TASK_CLAIMED, task, actor=by.username, detail=detail)
    return task


def unclaim(tx: Transaction, task_id: UUID, *, by: Actor) -> Task:
    """Return the task, assigned to nobody; its assignee or a supervisor may do that.

    Raises:
        TaskNotFound, TaskNotOpen, InstanceSuspended: as they say.
        NotYourPosition, AssignedToSomebodyElse: as they say.
    """
    _, task = lock_open(tx, task_id)
    if not by.has(Role.SUPERVISOR):
        require_candidate(by, task)
    if task.assignee_id is not None:
        task.assignee_id = None
        detail = capacity_in(by, task)
        history.record_task(tx, EventType.TASK_UNCLAIMED, task, actor=by.username, detail=detail)
    return task


def assign(tx: Transaction, task_id: UUID, *, username: str, by: Actor) -> Task:
    """Return the task, assigned to a holder of its position, or to anybody if it has none.

    Raises:
        RoleNeeded: not a supervisor.
        TaskNotFound, TaskNotOpen, InstanceSuspended: as they say.
        NotACandidate: no such active user, or not a holder of the position today.
    """
    require(by, Role.SUPERVISOR)
    _, task = lock_open(tx, task_id)
    found = repository.user_with_groups(tx, username)
    if found is None or task.candidate_group not in {None, *found[1]}:
        raise NotACandidate(
            fields={
                "assignee": Said(
                    "does not hold {candidate_group!r} today", candidate_group=task.candidate_group
                )
            }
        )
    task.assignee_id = found[0].id
    detail = {"assignee": username}
    history.record_task(tx, EventType.TASK_ASSIGNED, task, actor=by.username, detail=detail)
    return task


def extend(
    tx: Transaction, task_id: UUID, new: Duration | datetime, *, reason: str, by: Actor
) -> Task:
    """Return the task with its deadline moved to later: by working time, or to a moment (aware).

    Raises:
        RoleNeeded: not a supervisor.
        TaskNotFound, TaskNotOpen, InstanceSuspended, TaskGone, NoDeadline: as they say.
        ReasonMissing, InvalidExtension: as they say.
    """
    require(by, Role.SUPERVISOR)
    reason = required_reason(reason)
    case, task = lock_open(tx, task_id)
    rescheduling.extend(tx, case, task, new, reason=reason, by=by)
    return task


def _initial(tx: Transaction, task: Task, step: Step, loaded: Loaded) -> Mapping[str, object]:
    """Return what the form of an open task begins with; the state is read only where it counts."""
    if task.state is not TaskState.OPEN or not step.fields:
        return {}
    known: Mapping[str, object] = {}
    if needs_known(step) or any(field.readonly for field in step.fields):
        state = repository.workflow_state(tx, task.instance_id)
        known = steps.variables_at(loaded.specification, state, task.id) if state else {}
    return initial(step.fields, known)


def _explain(tx: Transaction, task: Task, step: Step) -> tuple[Deadline | None, bool]:
    """Return how the time standard leads to the deadline, and whether that was moved since.

    Of one that was moved it is the days off until then.
    """
    if task.due_at is None or step.time_standard is None:
        return None, False
    running = deadlines.calendar(tx, task.calendar)
    standard = running.explain(task.created_at, Duration.parse(step.time_standard))
    moved = standard.due != task.due_at
    between = running.explain_between(task.created_at, task.due_at) if moved else standard
    return between, moved


def lock_open(tx: Transaction, task_id: UUID) -> tuple[Case, Task]:
    """Return a task that can be worked on, with its case, locked.

    The case is locked first and the task read after: a stale read would complete it twice.
    Raises TaskNotFound, TaskNotOpen, InstanceSuspended.
    """
    case = cases.locked(tx, repository.lock_instance_of_task(tx, task_id), task_id)
    task = case.tasks[task_id]
    if task.state is TaskState.SUSPENDED:
        raise InstanceSuspended(task_id=str(task.id), state=task.state.value)
    if task.state is not TaskState.OPEN:
        raise TaskNotOpen(
            task_id=str(task.id),
            state=task.state.value,
            completed_by=task.completed_by,
            ended_at=task.ended_at and tx.local(task.ended_at).isoformat(),
        )
    return case, task
