"""One step of an instance: start it, complete a task, deliver an event, or fire what is due.

Every function takes what it needs and returns a `Snapshot`; the caller writes it to the database.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import takewhile
from uuid import UUID

import orjson
from SpiffWorkflow.task import TaskState

from engine.bpmn.program import Event, Kind
from engine.errors import Conflict, Invalid
from engine.workflow import state as states
from engine.workflow.activities import DONE, begin_before_joins
from engine.workflow.case import (
    CaseWorkflow,
    Token,
    TooManyVariables,
    Visit,
    VisitKind,
    assign,
    is_there,
    is_waiting,
)
from engine.workflow.case import (
    variables as seen_variables,
)
from engine.workflow.gateways import join_inclusive
from engine.workflow.moments import Moment
from engine.workflow.nodes import settle
from engine.workflow.specification import Specification
from engine.workflow.waiting import (
    deliver,
    due,
    happen,
    in_order,
    look_at_conditions,
    outstanding,
    set_due,
    waiting_for,
)

_MOST_VARIABLES = 64 * 2**10
"""Bytes of all variables of a case together, as JSON."""
_MOST_RECORDS = 256 * 2**10
"""Bytes of what can be undone in a case, as JSON: one record for each activity that was done."""
_MOST_VISITS = 20_000
"""Nodes that the engine runs in one step."""
_MOST_LOOKED_AT = 4_000_000
"""Tokens beside them, all in all: a loop that leaves something open at every turn gets slow long
before it has visited so many nodes."""
_ASKING = 8
"""A token whose condition is asked costs as much as looking at so many."""
_TELLING = 5
"""A token that is told of a message or signal costs as much as looking at so many."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = Moment(now=_LONG_AGO, due=lambda *_: _LONG_AGO)
"""For looking into a state without taking a step."""


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
    task_ids: tuple[UUID, ...]
    """The open tasks that it is attached to; none where it stands by itself."""
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A message or signal that an instance waits for."""

    event: Event
    name: str
    element_id: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message or signal from the world."""

    event: Event
    name: str
    variables: Mapping[str, object]


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


class NobodyWaits(Conflict):
    """The case does not wait for this."""


class TooMuchToUndo(Invalid):
    """Too much of what was done in the case would have to be kept so that it can be undone."""


class Stuck(Invalid):
    """After this step the case could never go on: a join would wait for what cannot come."""


class RunsOn(Invalid):
    """The case would run on without ever waiting for somebody or something."""


def start(
    specification: Specification, *, variables: Mapping[str, object], moment: Moment
) -> Snapshot:
    """Return the snapshot of a new instance, run until it waits for somebody or something.

    Raises:
        UndefinedVariable, ExpressionFailed, NoWayOut: a choice on the way cannot be made.
        TooManyVariables, TooMuchToUndo, TooManyInstances, TooManyTokens, NestedTooDeeply, RunsOn,
            Stuck: as they say.
    """
    workflow = CaseWorkflow(specification.process, specification.program, moment)
    workflow.task_tree.data.update(variables)
    _run(workflow, specification)
    return _snapshot(workflow, before=())


def advance(
    specification: Specification,
    state: bytes,
    *,
    moment: Moment,
    complete: UUID | None = None,
    variables: Mapping[str, object] | None = None,
    delivery: Delivery | None = None,
) -> Snapshot:
    """Fire the timers that are due, then complete a task or deliver an event, and run on.

    Firing comes first, so that lateness is settled before the completion that ends it.

    Raises:
        TaskGone: the task is not open, or a timer that was due has just interrupted it.
        NobodyWaits: for what is delivered.
        UndefinedVariable, ExpressionFailed, NoWayOut: a choice on the way cannot be made.
        TooManyVariables, TooMuchToUndo, TooManyInstances, TooManyTokens, NestedTooDeeply, RunsOn,
            Stuck: as they say.
    """
    workflow = states.load(state, specification, moment)
    before = [token.id for token in _waiting_timers(workflow)]
    _fire_due(workflow, specification)
    if complete is not None:
        token = workflow.tasks.get(complete)
        if token is None or not _is_open(token):
            raise TaskGone(task_id=str(complete), state="cancelled")
        assign(token, variables or {})
        _execute(token)
        _run(workflow, specification)
    if delivery is not None:
        _deliver(workflow, delivery)
        _run(workflow, specification)
    return _snapshot(workflow, before=before)


def move_timers(
    specification: Specification, state: bytes, move: Callable[[WaitingTimer], datetime]
) -> tuple[bytes, tuple[WaitingTimer, ...]]:
    """Return the state with every waiting timer due when `move` says, and these timers.

    Nothing fires and nothing runs: that is for the next step.
    """
    workflow = states.load(state, specification, _NEVER)
    moved = []
    for token in _waiting_timers(workflow):
        timer, when = _waiting(token), due(token)
        assert when is not None  # noqa: S101 — of a timer
        due_at = move(timer)
        set_due(token, replace(when, at=due_at))
        moved.append(replace(timer, due_at=due_at))
    return states.dump(workflow), tuple(moved)


def variables_at(specification: Specification, state: bytes, task_id: UUID) -> dict[str, object]:
    """Return what the expressions of an open task can see; nothing if it is not open."""
    workflow = states.load(state, specification, _NEVER)
    token = workflow.tasks.get(task_id)
    return {} if token is None else seen_variables(token)


def _deliver(workflow: CaseWorkflow, delivery: Delivery) -> None:
    waiting = waiting_for(workflow, delivery.event, delivery.name)
    if not waiting:
        raise NobodyWaits(event=delivery.event.value, name=delivery.name)
    first, _ = waiting[0]
    kind = VisitKind.MESSAGE if delivery.event is Event.MESSAGE else VisitKind.SIGNAL
    workflow.visit(kind, first.task_spec.event_id, name=delivery.name)
    for token, _ in waiting if delivery.event is Event.SIGNAL else waiting[:1]:
        assign(token, delivery.variables)
    deliver(workflow, delivery.event, delivery.name)


def awaited(specification: Specification, state: bytes) -> tuple[Awaited, ...]:
    """Return the messages and signals that an instance waits for, in the order of their events."""
    workflow = states.load(state, specification, _NEVER)
    return tuple(
        Awaited(event=trigger.event, name=trigger.name, element_id=token.task_spec.event_id)
        for token in in_order(workflow.task_tree)
        if is_waiting(token)
        for trigger in outstanding(token)
        if trigger.event in {Event.MESSAGE, Event.SIGNAL}
    )


def _fire_due(workflow: CaseWorkflow, specification: Specification) -> None:
    """Fire the timers that are due, the earliest first; the closing moment is still in time.

    After each only the tokens that came by it are looked at: thousands may be due at once.
    """
    late: list[tuple[datetime, int, Token]] = []
    known: set[UUID] = set()
    while True:
        newest_first = reversed(workflow.tasks.values())
        new = list(takewhile(lambda token: token.id not in known, newest_first))
        for token in reversed(new):
            known.add(token.id)
            when = due(token) if is_waiting(token) else None
            if when is not None and when.at < workflow.moment.now:
                heappush(late, (when.at, len(known), token))
        if not late:
            return
        _, _, token = heappop(late)
        if is_there(token) and is_waiting(token) and due(token) is not None:
            happen(token, Event.TIMER)
            _run(workflow, specification)


def _run(workflow: CaseWorkflow, specification: Specification) -> None:
    """Run what the engine can run until only people, events and joins are waited for."""
    while workflow.ran < _MOST_VISITS and workflow.looked_at < _MOST_LOOKED_AT:
        workflow.ran += 1
        if specification.has_conditions:
            workflow.looked_at += _ASKING * len(workflow.tasks)
            if look_at_conditions(workflow):
                continue
        if workflow.agenda:
            token = workflow.agenda.pop()
            if is_there(token):
                workflow.looked_at += _looks_at(workflow, token)
                _execute(token)
                settle(token)
        elif not _go_on_at_joins(workflow, specification):
            return
    raise RunsOn(element_id=workflow.visits[-1].element_id if workflow.visits else None)


def _execute(token: Token) -> None:
    """Run a token; what goes wrong says where."""
    try:
        token.run()
    except Invalid as error:
        error.details = {"element_id": token.task_spec.bpmn_id, **error.details}
        raise


def _looks_at(workflow: CaseWorkflow, token: Token) -> int:
    """Return how many tokens a token has beside it, has to look for whom it tells, or asks like."""
    node = token.task_spec.node
    if node.kind is Kind.THROW:
        return _TELLING * len(workflow.tasks)
    asked = sum(flow.condition is not None for flow in node.flows)
    return _ASKING * asked + (len(token.parent._children) if token.parent else 0)


def _go_on_at_joins(workflow: CaseWorkflow, specification: Specification) -> bool:
    """Let something go on that waits for other tokens only; return whether anything did."""
    return (specification.has_inclusive_joins and join_inclusive(workflow)) or (
        specification.is_one_by_one and begin_before_joins(workflow)
    )


def _has_something_to_wait_for(workflow: CaseWorkflow) -> bool:
    return workflow.completed or any(
        _is_open(token) or is_waiting(token) for token in workflow.tasks.values()
    )


def _require_small(workflow: CaseWorkflow) -> None:
    """Return if what has to be kept is small enough. Raises TooManyVariables, TooMuchToUndo."""
    tokens = workflow.tasks.values()
    size = sum(len(orjson.dumps(token.data)) for token in tokens if token.data)
    if size > _MOST_VARIABLES:
        raise TooManyVariables(bytes=size, allowed=_MOST_VARIABLES)
    done = (token.internal_data[DONE] for token in tokens if DONE in token.internal_data)
    records = sum(len(orjson.dumps(one)) for one in done)
    if records > _MOST_RECORDS:
        raise TooMuchToUndo(bytes=records, allowed=_MOST_RECORDS)


def _snapshot(workflow: CaseWorkflow, *, before: Collection[UUID]) -> Snapshot:
    if not _has_something_to_wait_for(workflow):
        raise Stuck
    _require_small(workflow)
    timers = tuple(map(_waiting, _waiting_timers(workflow)))
    waiting = {timer.id for timer in timers}
    return Snapshot(
        state=None if workflow.completed else states.dump(workflow),
        tasks=tuple(
            OpenTask(id=token.id, element_id=token.task_spec.bpmn_id)
            for token in in_order(workflow.task_tree)
            if _is_open(token)
        ),
        timers=timers,
        started_timers=tuple(timer for timer in timers if timer.id not in before),
        ended_timers=tuple(timer for timer in before if timer not in waiting),
        visits=tuple(workflow.visits),
    )


def _waiting_timers(workflow: CaseWorkflow) -> list[Token]:
    return [
        token for token in workflow.tasks.values() if is_waiting(token) and due(token) is not None
    ]


def _waiting(token: Token) -> WaitingTimer:
    when = due(token)
    assert when is not None  # noqa: S101 — of a timer
    hosts = in_order(token.parent) if token.task_spec.node.kind is Kind.BOUNDARY else ()
    return WaitingTimer(
        id=token.id,
        element_id=token.task_spec.event_id,
        task_ids=tuple(host.id for host in hosts if _is_open(host)),
        due_at=when.at,
    )


def _is_open(token: Token) -> bool:
    return token.state == TaskState.READY and bool(token.task_spec.manual)
