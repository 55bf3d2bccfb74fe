"""A case and how it moves.

It moves in one way only: a step of `engine.workflow` returns a snapshot, and `Case._follow` makes
the rows of history, worklist and jobs say the same, in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from engine import definitions, history, repository
from engine.bpmn.sop import Step
from engine.database import Transaction
from engine.deadlines import lateness, measure, moment, next_rung, set_deadline
from engine.definitions import Loaded
from engine.errors import Conflict, Invalid, Said
from engine.history import EventType
from engine.model import (
    LADDER,
    TIMER,
    InstanceState,
    Job,
    JobQueue,
    ProcessInstance,
    Task,
    TaskState,
)
from engine.permissions import SYSTEM, Actor, capacity_in
from engine.workflow import steps
from engine.workflow.case import VisitKind
from engine.workflow.steps import Delivery, OpenTask, Snapshot, WaitingTimer

Due = Mapping[str, tuple[datetime, UUID | None]]
"""Keys of jobs, each with its moment and the task with whose end it ends."""


_DELIVERED: Final = frozenset({VisitKind.MESSAGE, VisitKind.SIGNAL})


class InstanceEnded(Conflict):
    """This case has ended."""


class InstanceSuspended(Conflict):
    """This case is suspended: its clock stands still until a supervisor resumes it."""


LONGEST_REASON: Final = 2000
"""Characters."""


class ReasonMissing(Invalid):
    """A reason is needed, and at most 2,000 characters of it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A locked case with its open tasks, ready to be moved."""

    instance: ProcessInstance
    loaded: Loaded
    tasks: Mapping[UUID, Task]
    """The open or suspended tasks, by id."""
    drafted: Collection[UUID] = ()
    """Those of which somebody has a draft: mostly none, so that a step costs no statement more."""

    @classmethod
    def begin(
        cls,
        tx: Transaction,
        instance: ProcessInstance,
        *,
        variables: Mapping[str, object],
        by: Actor,
    ) -> None:
        """Take the first step of a new case. Raises as `advance`."""
        case = cls(instance=instance, loaded=definitions.load(tx, instance.definition_id), tasks={})
        detail = {"variables": dict(variables)} if variables else {}
        case.note(tx, EventType.INSTANCE_STARTED, by=by, detail=detail)
        snapshot = steps.start(
            case.loaded.specification, variables=variables, moment=moment(tx, case.loaded.process)
        )
        case._follow(tx, snapshot, by=by)

    def advance(
        self,
        tx: Transaction,
        *,
        by: Actor,
        complete: Task | None = None,
        variables: Mapping[str, object] | None = None,
        delivery: Delivery | None = None,
    ) -> list[Task]:
        """Fire what is due, then complete a task or deliver an event; return the tasks then open.

        Raises:
            InstanceEnded, InstanceSuspended: there is nothing to do, or not now.
            TaskGone: a timer that was due has interrupted the task.
            NobodyWaits: for what is delivered.
            Invalid: the case could not go on, in one of the ways of `steps.advance`.
        """
        snapshot = self._step(tx, complete, variables, delivery)
        brought = variables if delivery is None else delivery.variables
        return self._follow(tx, snapshot, by=by, completed=complete, variables=brought)

    def settle(self, tx: Transaction) -> list[Task]:
        """Fire what is due, so that it is on record; return the tasks open afterwards.

        A case too sick to go on is left as it is.

        Raises InstanceEnded, InstanceSuspended.
        """
        try:
            snapshot = self._step(tx)
        except Invalid:
            return list(self.tasks.values())
        return self._follow(tx, snapshot, by=SYSTEM)

    def _step(
        self,
        tx: Transaction,
        complete: Task | None = None,
        variables: Mapping[str, object] | None = None,
        delivery: Delivery | None = None,
    ) -> Snapshot:
        if self.instance.state is InstanceState.SUSPENDED:
            raise InstanceSuspended
        if self.instance.workflow_state is None:
            raise InstanceEnded(state=self.instance.state.value)
        return steps.advance(
            self.loaded.specification,
            self.instance.workflow_state,
            moment=moment(tx, self.loaded.process),
            complete=complete.id if complete else None,
            variables=variables,
            delivery=delivery,
        )

    def variables_at(self, task: Task) -> dict[str, object]:
        """Return what the expressions of an open task can see."""
        state = self.instance.workflow_state
        return steps.variables_at(self.loaded.specification, state, task.id) if state else {}

    def cancel(self, tx: Transaction, *, reason: str, by: Actor) -> None:
        """End the case early, with all its tasks and timers; what is overdue by now is on record.

        Raises:
            InstanceEnded: it has ended already, or a timer that was due has just ended it.
        """
        suspended = self.instance.state is InstanceState.SUSPENDED
        tasks = list(self.tasks.values()) if suspended else self.settle(tx)
        if self.instance.workflow_state is None:
            raise InstanceEnded(state=self.instance.state.value)
        for task in tasks:
            _cancel_task(tx, task, by)
        repository.delete_drafts(tx, self.drafted)
        repository.delete_jobs_of(tx, self.instance.id)
        self._end(tx, InstanceState.CANCELLED)
        self.note(tx, EventType.INSTANCE_CANCELLED, by=by, detail={"reason": reason})

    def _follow(
        self,
        tx: Transaction,
        snapshot: Snapshot,
        *,
        by: Actor,
        completed: Task | None = None,
        variables: Mapping[str, object] | None = None,
    ) -> list[Task]:
        """Make the rows of history, worklist and jobs say what the snapshot says.

        Returns the tasks that are open afterwards.
        """
        self.instance.workflow_state = snapshot.state
        self._record(tx, snapshot, by=by, completed=completed, variables=variables or {})
        self._end_tasks(tx, snapshot, completed)
        opened = [
            self.tasks.get(task.id) or self._open(tx, task, snapshot) for task in snapshot.tasks
        ]
        self._schedule(tx, snapshot, opened)
        if snapshot.state is None:
            self._end(tx, InstanceState.COMPLETED)
            self.note(tx, EventType.INSTANCE_COMPLETED, by=by)
        return opened

    def _record(
        self,
        tx: Transaction,
        snapshot: Snapshot,
        *,
        by: Actor,
        completed: Task | None,
        variables: Mapping[str, object],
    ) -> None:
        """Write the visits into the history; what comes before the actor's own is the clock's."""
        moved = completed is not None or any(one.kind in _DELIVERED for one in snapshot.visits)
        actor = SYSTEM if moved else by
        for visit in snapshot.visits:
            if visit.kind is VisitKind.COMPLETED and completed is not None:
                actor = by
                _complete(tx, completed, by, variables, visit.detail)
                continue
            detail: dict[str, object] = dict(visit.detail)
            if visit.kind in _DELIVERED:
                actor = by
                detail |= {"variables": dict(variables)} if variables else {}
            self.note(
                tx,
                EventType(visit.kind.value),
                by=actor,
                element_id=visit.element_id,
                detail=detail,
            )

    def _end_tasks(self, tx: Transaction, snapshot: Snapshot, completed: Task | None) -> None:
        """Cancel the tasks that the step has taken away; of what has ended, no draft is left."""
        still_open = {task.id for task in snapshot.tasks}
        for task in self.tasks.values():
            if task is not completed and task.id not in still_open:
                _cancel_task(tx, task, SYSTEM)
        repository.delete_drafts(tx, set(self.drafted) - still_open)

    def _open(self, tx: Transaction, opened: OpenTask, snapshot: Snapshot) -> Task:
        """Return the new row of the worklist for a task that the step has opened."""
        step = self.loaded.steps[opened.element_id]
        task = Task(
            tenant_id=tx.tenant_id,
            id=opened.id,
            instance_id=self.instance.id,
            definition_id=self.instance.definition_id,
            element_id=step.element_id,
            name=step.name,
            candidate_group=step.candidate_group,
            state=TaskState.OPEN,
            created_at=tx.now,
        )
        if any(_is_standard(timer, task, step) for timer in snapshot.started_timers):
            set_deadline(tx, task, step)
        if task.candidate_group is None:
            task.assignee_id = self._starter(tx)
        tx.add(task)
        history.record_task(tx, EventType.TASK_CREATED, task, actor=SYSTEM.username)
        return task

    def _starter(self, tx: Transaction) -> UUID | None:
        """Return who does a step that is nobody's: whoever started the case, while there."""
        found = repository.user_with_groups(tx, self.instance.started_by)
        return found[0].id if found else None

    def _schedule(self, tx: Transaction, snapshot: Snapshot, opened: Iterable[Task]) -> None:
        """Make the jobs the projection of the waiting timers and the open tasks."""
        before = self.tasks.values()
        repository.delete_jobs(
            tx,
            self.instance.id,
            keys=[timer_key(timer) for timer in snapshot.ended_timers],
            task_ids=[task.id for task in before if task.state is not TaskState.OPEN],
        )
        due = {timer_key(timer.id): (timer.due_at, None) for timer in snapshot.started_timers}
        climbing = {ladder_key(task.id): task for task in opened if task.id not in self.tasks}
        self.add_jobs(tx, {**due, **_next_rungs(tx, climbing)})

    def add_jobs(self, tx: Transaction, due: Due) -> None:
        """Let the worker do these things under the lock of this case, each at its moment."""
        rows = [
            {
                "tenant_id": tx.tenant_id,
                "key": key,
                "queue": JobQueue.CASE,
                "instance_id": self.instance.id,
                "task_id": task_id,
                "due_at": due_at,
                "run_at": due_at,
                "attempts": 0,
            }
            for key, (due_at, task_id) in due.items()
        ]
        repository.insert_jobs(tx, rows)

    def _end(self, tx: Transaction, state: InstanceState) -> None:
        self.instance.state = state
        self.instance.workflow_state = self.instance.suspended_at = None
        self.instance.ended_at = tx.now

    def note(
        self,
        tx: Transaction,
        event: EventType,
        *,
        by: Actor,
        element_id: str | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        history.record(
            tx,
            event,
            instance_id=self.instance.id,
            actor=by.username,
            element_id=element_id,
            detail=detail,
        )


def required_reason(reason: str) -> str:
    """Return the reason, trimmed. Raises ReasonMissing: also of one that is too long."""
    reason = reason.strip()
    if not reason:
        raise ReasonMissing(fields={"reason": Said("must not be empty")})
    if len(reason) > LONGEST_REASON:
        sentence = Said("at most {longest} characters", longest=LONGEST_REASON)
        raise ReasonMissing(fields={"reason": sentence})
    return reason


def reschedule(job: Job, due_at: datetime) -> None:
    """Let a job be done at another moment, and be tried as often as a new one."""
    job.due_at = job.run_at = due_at
    job.attempts, job.error = 0, None


def timer_key(timer_id: UUID) -> str:
    """Return the key of the job that fires a timer."""
    return f"{TIMER}{timer_id}"


def ladder_key(task_id: UUID) -> str:
    """Return the key of the job that lets a task climb its ladder."""
    return f"{LADDER}{task_id}"


def _next_rungs(tx: Transaction, climbing: Mapping[str, Task]) -> Due:
    rungs = {key: (next_rung(tx, task), task.id) for key, task in climbing.items()}
    return {key: (rung[1], task_id) for key, (rung, task_id) in rungs.items() if rung}


def _is_standard(timer: WaitingTimer, task: Task, step: Step) -> bool:
    return task.id in timer.task_ids and timer.element_id == step.timer_id


def locked(tx: Transaction, instance: ProcessInstance, task_id: UUID | None = None) -> Case:
    """Return a locked case with its open tasks and, open or not, the task with this id."""
    found = repository.open_tasks_with_drafts(tx, instance.id, task_id)
    return Case(
        instance=instance,
        loaded=definitions.load(tx, instance.definition_id),
        tasks={task.id: task for task in found},
        drafted=[task.id for task, drafted in found.items() if drafted],
    )


def _cancel_task(tx: Transaction, task: Task, by: Actor) -> None:
    """End an open task without a result."""
    task.late_minutes = lateness(tx, task) or None
    task.state, task.suspended_at = TaskState.CANCELLED, None
    task.ended_at = tx.now
    history.record_task(tx, EventType.TASK_CANCELLED, task, actor=by.username)


def _complete(  # noqa: PLR0917 — what it writes into one event
    tx: Transaction,
    task: Task,
    by: Actor,
    variables: Mapping[str, object],
    noted: Mapping[str, str],
) -> None:
    task.late_minutes = lateness(tx, task) or None
    measure(tx, task)
    task.state = TaskState.COMPLETED
    task.ended_at = tx.now
    task.completed_by = by.username
    detail: dict[str, object] = {"variables": dict(variables)} if variables else {}
    detail |= noted
    detail |= capacity_in(by, task)
    if task.late_minutes is not None:
        detail["late_minutes"] = task.late_minutes
    history.record_task(tx, EventType.TASK_COMPLETED, task, actor=by.username, detail=detail)
