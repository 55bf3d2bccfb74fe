"""One step of an instance: start it, complete a task, or fire the timers that are due.

Every function takes what it needs and returns a `Snapshot`; the caller writes it to the database.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import uuid_utils.compat
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import EscalationEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import TaskState

from engine.errors import Conflict, Invalid
from engine.workflow import state as states
from engine.workflow.pruning import forget_arrivals, prune
from engine.workflow.scripting import Expressions
from engine.workflow.specification import Specification
from engine.workflow.timers import DueTimer, Moment, due_moment, set_due_moment

_MOST_VARIABLES = 64 * 2**10
"""Bytes of all variables of a case together, as JSON."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = Moment(now=_LONG_AGO, due=lambda *_: _LONG_AGO)
"""For looking into a state without taking a step."""


class VisitKind(StrEnum):
    """What happened at an element of the diagram during a step."""

    COMPLETED = "task_completed"
    """The task that the step was to complete."""
    PASSED = "element_passed"
    """A token went through an event or a gateway."""
    FIRED = "timer_fired"
    """The due moment of a timer has passed."""
    ESCALATED = "escalated"
    """An escalation was thrown that nothing in the diagram catches."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One thing that happened during a step, in order."""

    kind: VisitKind
    element_id: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """Work that waits for a person."""

    id: UUID
    element_id: str


@dataclass(frozen=True, kw_only=True)
class WaitingTimer:
    """A timer that has a due moment and has not fired."""

    id: UUID
    element_id: str
    activity_id: UUID
    """The task that it is attached to."""
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What is true after a step, and what happened during it."""

    state: bytes | None
    """To be stored and handed to the next step; None when the instance has ended."""
    tasks: tuple[OpenTask, ...]
    """All open tasks."""
    timers: tuple[WaitingTimer, ...]
    """All waiting timers."""
    started_timers: tuple[WaitingTimer, ...]
    """The timers among them that did not wait before the step."""
    ended_timers: tuple[UUID, ...]
    """The timers that waited before the step and do not any more."""
    visits: tuple[Visit, ...]


class TaskGone(Conflict):
    """This task is no longer open."""


class NoWayOut(Invalid):
    """No condition holds at a gateway without a default flow."""


class TooManyVariables(Invalid):
    """The variables of the case would become too large."""


class Stuck(Invalid):
    """After this step the case could never go on: a join would wait for what cannot come."""


def start(
    specification: Specification, *, variables: Mapping[str, object], moment: Moment
) -> Snapshot:
    """Return the snapshot of a new instance, run until it waits for somebody or something.

    Raises:
        UndefinedVariable, ExpressionFailed, NoWayOut: a choice on the way cannot be made.
        TooManyVariables, Stuck: as they say.
    """
    expressions = Expressions(moment)
    workflow = BpmnWorkflow(specification.process, script_engine=expressions)
    workflow.task_tree.data.update(variables)
    return _snapshot(workflow, list(_run(workflow)), before=())


def advance(
    specification: Specification,
    state: bytes,
    *,
    moment: Moment,
    complete: UUID | None = None,
    variables: Mapping[str, object] | None = None,
) -> Snapshot:
    """Fire the timers that are due, then complete a task, and run until the instance waits again.

    Firing comes first, so that lateness is settled before the completion that ends it.

    Raises:
        TaskGone: the task is not open, or a timer that was due has just interrupted it.
        UndefinedVariable, ExpressionFailed, NoWayOut: a choice on the way cannot be made.
        TooManyVariables, Stuck: as they say.
    """
    workflow = states.load(state, specification, Expressions(moment))
    before = [task.id for task in _waiting_timers(workflow)]
    visits = list(_run(workflow))
    if complete is not None:
        task = workflow.tasks.get(complete)
        if task is None or not _is_open(task):
            raise TaskGone(task_id=str(complete), state="cancelled")
        _set_variables(workflow, variables or {})
        _execute(task)
        visits.append(Visit(kind=VisitKind.COMPLETED, element_id=task.task_spec.bpmn_id))
        visits.extend(_run(workflow))
    return _snapshot(workflow, visits, before=before)


def move_timers(
    specification: Specification, state: bytes, move: Callable[[WaitingTimer], datetime]
) -> tuple[bytes, tuple[WaitingTimer, ...]]:
    """Return the state with every waiting timer due when `move` says, and these timers.

    Nothing fires and nothing runs: that is for the next step.
    """
    workflow = states.load(state, specification, Expressions(_NEVER))
    moved = []
    for task in _waiting_timers(workflow):
        timer = _waiting(task)
        due_at = move(timer)
        set_due_moment(task, due_at)
        moved.append(replace(timer, due_at=due_at))
    return states.dump(workflow), tuple(moved)


def _set_variables(workflow: BpmnWorkflow, variables: Mapping[str, object]) -> None:
    """Variables belong to the case: a branch that joins later must not bring back old values."""
    for task in workflow.tasks.values():
        task.data.update(variables)
    size = max(len(orjson.dumps(task.data)) for task in workflow.tasks.values())
    if size > _MOST_VARIABLES:
        raise TooManyVariables(bytes=size, allowed=_MOST_VARIABLES)


def _run(workflow: BpmnWorkflow) -> Iterator[Visit]:
    """Run engine work until only people, timers and joins are waited for; yield the visits."""
    workflow.refresh_timers()
    while (task := _next(workflow)) is not None:
        _execute(task)
        if isinstance(task.task_spec, UnstructuredJoin):
            forget_arrivals(task)
        workflow.refresh_timers()
        yield from _visits(workflow, task)


def _execute(task: Any) -> None:
    task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    try:
        task.run()
    except WorkflowException as error:
        # Lint has refused every other cause: only a choice can fail while it runs.
        element_id = task.task_spec.bpmn_id
        raise NoWayOut(
            f"No condition holds at the gateway {element_id!r}.", element_id=element_id
        ) from error


def _next(workflow: BpmnWorkflow) -> Any:
    """Return the next task that the engine runs by itself, boundary events first, or None.

    An interrupting event has to take effect before the work it interrupts goes on.
    """
    ready = [
        task
        for task in workflow.tasks.values()
        if task.state == TaskState.READY and not task.task_spec.manual
    ]
    return min(ready, key=lambda task: not isinstance(task.task_spec, BoundaryEvent), default=None)


def _visits(workflow: BpmnWorkflow, task: Any) -> Iterator[Visit]:
    element_id = task.task_spec.bpmn_id
    if element_id is None:
        return
    if isinstance(getattr(task.task_spec, "event_definition", None), DueTimer):
        detail = {"due_at": task.internal_data["due_at"]}
        yield Visit(kind=VisitKind.FIRED, element_id=element_id, detail=detail)
    else:
        missing = workflow.script_engine.undefined.pop(element_id, None)
        detail = {} if missing is None else {"undefined_variable": missing}
        yield Visit(kind=VisitKind.PASSED, element_id=element_id, detail=detail)
    for event in workflow.get_events():
        if isinstance(event.event_definition, EscalationEventDefinition):
            detail = {"code": event.event_definition.code or ""}
            yield Visit(kind=VisitKind.ESCALATED, element_id=element_id, detail=detail)


def _snapshot(workflow: BpmnWorkflow, visits: list[Visit], *, before: Collection[UUID]) -> Snapshot:
    _require_something_to_wait_for(workflow)
    prune(workflow)
    for task in [*_open_tasks(workflow), *_waiting_timers(workflow)]:
        if task.id.version == _RANDOM:
            _rename(task, uuid_utils.compat.uuid7())
    timers = tuple(map(_waiting, _waiting_timers(workflow)))
    waiting = {timer.id for timer in timers}
    return Snapshot(
        state=None if workflow.completed else states.dump(workflow),
        tasks=tuple(
            OpenTask(id=task.id, element_id=task.task_spec.bpmn_id)
            for task in _open_tasks(workflow)
        ),
        timers=timers,
        started_timers=tuple(timer for timer in timers if timer.id not in before),
        ended_timers=tuple(timer for timer in before if timer not in waiting),
        visits=tuple(visits),
    )


def _require_something_to_wait_for(workflow: BpmnWorkflow) -> None:
    if not (workflow.completed or _open_tasks(workflow) or _waiting_timers(workflow)):
        raise Stuck


def _open_tasks(workflow: BpmnWorkflow) -> list[Any]:
    return [task for task in workflow.tasks.values() if _is_open(task)]


def _waiting_timers(workflow: BpmnWorkflow) -> list[Any]:
    return [
        task
        for task in workflow.tasks.values()
        if task.state == TaskState.WAITING
        and isinstance(getattr(task.task_spec, "event_definition", None), DueTimer)
    ]


def _waiting(timer: Any) -> WaitingTimer:
    return WaitingTimer(
        id=timer.id,
        element_id=timer.task_spec.bpmn_id,
        activity_id=_activity(timer).id,
        due_at=due_moment(timer),
    )


def _activity(timer: Any) -> Any:
    """Return the task that a boundary timer is attached to."""
    return next(
        task for task in timer.parent.children if not isinstance(task.task_spec, BoundaryEvent)
    )


def _is_open(task: Any) -> bool:
    return task.state == TaskState.READY and bool(task.task_spec.manual)


_RANDOM = 4
"""The UUID version of the ids that the library gives."""


def _rename(task: Any, new: UUID) -> None:
    """Give a task that becomes a row an id of ours: UUIDv7, so that index order is age."""
    workflow = task.workflow
    siblings = task.parent._children
    siblings[siblings.index(task.id)] = new
    for child in task.children:
        child._parent = new
    del workflow.tasks[task.id]
    task.id = new
    workflow.tasks[new] = task
