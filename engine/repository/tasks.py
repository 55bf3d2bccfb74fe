"""The worklist, and what of it a user may see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from engine.database import Transaction
from engine.errors import NotFound
from engine.model import (
    Draft,
    ProcessDefinition,
    ProcessInstance,
    Task,
    TaskState,
    Timeliness,
    User,
)
from engine.repository.paging import FRESH, AnyRow, Order, Page, PageRequest, found, page_of

_OPEN: ColumnElement[str] = literal_column("'open'")
"""Written out: SQLite takes an index of the open tasks only for what it can read."""


class TaskNotFound(NotFound):
    """There is no such task."""


@dataclass(frozen=True, kw_only=True)
class Visibility:
    """What a user may see of the cases and tasks of an office."""

    everything: bool
    user_id: UUID | None
    username: str
    groups: Collection[str]
    """The codes of the positions held today."""


def open_tasks_with_drafts(
    tx: Transaction, instance_id: UUID, task_id: UUID | None = None
) -> dict[Task, bool]:
    """Return the open or suspended tasks of a case and, whatever its state, that one more.

    Of each: whether somebody has a draft of it.
    """
    draft = exists().where(Draft.tenant_id == Task.tenant_id, Draft.task_id == Task.id)
    query = select(Task, draft).where(
        Task.tenant_id == tx.tenant_id,
        Task.instance_id == instance_id,
        or_(Task.state.in_((TaskState.OPEN, TaskState.SUSPENDED)), Task.id == task_id),
    )
    return {row[0]: row[1] for row in tx.session.execute(query, execution_options=FRESH)}


@dataclass(frozen=True, kw_only=True)
class TaskRecord:
    """A task with what a list shows of its case."""

    task: Task
    business_key: str
    definition_id: UUID
    definition_key: str
    definition_name: str
    assignee: str | None
    """User name."""


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """Which tasks are wanted; None does not filter."""

    state: TaskState | None = TaskState.OPEN
    assignee: str | None = None
    candidate_group: str | None = None
    process_definition_key: str | None = None
    process_instance_id: UUID | None = None
    element_id: str | None = None
    overdue: bool | None = None
    timeliness: Timeliness | None = None
    """Open ones with a deadline that stand so with it."""
    unassigned_or_of: UUID | None = None
    """Those that nobody has taken, or this user."""
    due_before: datetime | None = None
    due_after: datetime | None = None


TASK_ORDERS: dict[str, Order] = {
    "due_date": [(Task.due_at, False), (Task.id, False)],
    "-due_date": [(Task.due_at, True), (Task.id, True)],
    "created_at": [(Task.created_at, False), (Task.id, False)],
    "-created_at": [(Task.created_at, True), (Task.id, True)],
}
"""How a list of tasks can be sorted; tasks without a due date come last."""


def task(tx: Transaction, task_id: UUID) -> TaskRecord:
    """Return a task. Raises TaskNotFound."""
    row = tx.session.execute(with_cases(tx).where(Task.id == task_id)).one_or_none()
    return _task_record(found(row, TaskNotFound, id=str(task_id)))


def tasks(
    tx: Transaction, wanted: TaskFilter, *, by: Visibility, sort: str, page: PageRequest
) -> Page[TaskRecord]:
    """Return the tasks that a user may see and that pass the filter."""
    query = with_cases(tx).where(*_task_conditions(tx, wanted))
    if not by.everything:
        query = query.where(visible_task(by))
    return page_of(tx, query, page, order=TASK_ORDERS[sort], record=_task_record)


def inbox_tasks(
    tx: Transaction, wanted: TaskFilter, *, by: Visibility, page: PageRequest, few: bool
) -> Page[TaskRecord]:
    """Return the open tasks of an inbox that pass the filter, the most urgent first.

    `few`: so there are, as `inbox_counts` says. They are then taken from the index of inboxes and
    sorted; it would be long until some of them come in the order of all deadlines of the office.
    """
    own = Task.id.in_(_inbox_ids(tx, by)) if few else visible_task(by)
    query = with_cases(tx).where(*_task_conditions(tx, wanted), own)
    return page_of(tx, query, page, order=TASK_ORDERS["due_date"], record=_task_record)


def _inbox_ids(tx: Transaction, by: Visibility) -> CompoundSelect[UUID]:
    return union_all(
        *(
            select(Task.id)
            .where(Task.tenant_id == tx.tenant_id, Task.state == _OPEN, condition)
            .correlate(None)
            for condition in _of_inbox(by)
        )
    )


def _of_inbox(by: Visibility) -> Sequence[ColumnElement[bool]]:
    """What is to be done: nobody's or the user's own of positions held; theirs without position."""
    untaken = or_(Task.assignee_id.is_(None), Task.assignee_id == by.user_id)
    return and_(Task.candidate_group.in_(by.groups), untaken), _without_position(by)


def tasks_of(tx: Transaction, instance_id: UUID) -> Sequence[Task]:
    """Return all tasks of a case, open or ended, oldest first."""
    query = select(Task).where(Task.tenant_id == tx.tenant_id, Task.instance_id == instance_id)
    return tx.session.scalars(query.order_by(Task.created_at, Task.id)).all()


def completed_tasks(
    tx: Transaction, instance_id: UUID, *, beside: UUID, most: int
) -> Sequence[Task]:
    """Return the completed tasks of a case that were created last, without one; oldest first."""
    query = select(Task).where(
        Task.tenant_id == tx.tenant_id,
        Task.instance_id == instance_id,
        Task.state == TaskState.COMPLETED,
        Task.id != beside,
    )
    newest = query.order_by(Task.created_at.desc(), Task.id.desc()).limit(most)
    return list(reversed(tx.session.scalars(newest).all()))


def with_cases(tx: Transaction) -> Select[*tuple[Any, ...]]:
    instance = and_(
        ProcessInstance.tenant_id == Task.tenant_id, ProcessInstance.id == Task.instance_id
    )
    return (
        select(
            Task,
            ProcessInstance.business_key,
            ProcessDefinition.id,
            ProcessDefinition.key,
            ProcessDefinition.name,
            User.username,
        )
        .join(ProcessInstance, instance)
        .join(ProcessDefinition, _OF_DEFINITION)
        .outerjoin(User, _ASSIGNEE)
        .where(Task.tenant_id == tx.tenant_id)
    )


_OF_DEFINITION = and_(
    ProcessDefinition.tenant_id == Task.tenant_id, ProcessDefinition.id == Task.definition_id
)
_ASSIGNEE = and_(User.tenant_id == Task.tenant_id, User.id == Task.assignee_id)


def _task_record(row: AnyRow) -> TaskRecord:
    task_row, business_key, definition_id, key, name, assignee = row
    return TaskRecord(
        task=task_row,
        business_key=business_key,
        definition_id=definition_id,
        definition_key=key,
        definition_name=name,
        assignee=assignee,
    )


def _task_conditions(tx: Transaction, wanted: TaskFilter) -> Iterable[ColumnElement[bool]]:
    if wanted.overdue is not None:
        late = and_(Task.state == TaskState.OPEN, Task.due_at < tx.now)
        yield late if wanted.overdue else or_(~late, Task.due_at.is_(None))
    if wanted.timeliness is not None:
        yield from (Task.state == TaskState.OPEN, *_standing(tx)[wanted.timeliness])
    for value, condition in (
        (wanted.state, Task.state == wanted.state),
        (wanted.assignee, User.username == wanted.assignee),
        (wanted.candidate_group, Task.candidate_group == wanted.candidate_group),
        (wanted.process_definition_key, ProcessDefinition.key == wanted.process_definition_key),
        (wanted.process_instance_id, Task.instance_id == wanted.process_instance_id),
        (wanted.element_id, Task.element_id == wanted.element_id),
    ):
        if value is not None:
            yield condition
    if wanted.unassigned_or_of is not None:
        yield or_(Task.assignee_id.is_(None), Task.assignee_id == wanted.unassigned_or_of)
    if wanted.due_before is not None:
        yield Task.due_at < wanted.due_before
    if wanted.due_after is not None:
        yield Task.due_at > wanted.due_after


def _standing(tx: Transaction) -> Mapping[Timeliness, Sequence[ColumnElement[bool]]]:
    not_overdue = Task.due_at >= tx.now
    early = or_(Task.at_risk_at >= tx.now, Task.at_risk_at.is_(None))
    return {
        Timeliness.ON_TRACK: (not_overdue, early),
        Timeliness.AT_RISK: (not_overdue, Task.at_risk_at < tx.now),
        Timeliness.OVERDUE: (Task.due_at < tx.now,),
    }


def visible_task(by: Visibility) -> ColumnElement[bool]:
    """Tasks of the positions held; an assignment counts only where no position is asked for."""
    return or_(Task.candidate_group.in_(by.groups), _without_position(by))


def _without_position(by: Visibility) -> ColumnElement[bool]:
    return and_(Task.candidate_group.is_(None), Task.assignee_id == by.user_id)


@dataclass(frozen=True, kw_only=True)
class OpenCount:
    """How many open tasks of a process stand so with their time."""

    process_definition_key: str
    process_definition_name: str
    timeliness: Timeliness | None
    count: int


def inbox_counts(tx: Transaction, *, by: Visibility) -> list[OpenCount]:
    """Return the open tasks of an inbox, counted: nobody's or the user's own, of positions held.

    Two ranges of indexes that hold all it takes, so that an inbox of thousands costs no row.
    """
    standings = _standing(tx)
    kinds = [*standings, None]
    figures = [
        *(_number_of(and_(*conditions)).label(kind) for kind, conditions in standings.items()),
        _number_of(Task.due_at.is_(None)).label("untimed"),
    ]
    counted = union_all(
        *(
            select(Task.definition_id.label("definition_id"), *figures)
            .where(Task.tenant_id == tx.tenant_id, Task.state == _OPEN, condition)
            .group_by(Task.definition_id)
            for condition in _of_inbox(by)
        )
    ).subquery()
    definition = and_(
        ProcessDefinition.tenant_id == tx.tenant_id,
        ProcessDefinition.id == counted.c.definition_id,
    )
    columns = (ProcessDefinition.key, ProcessDefinition.name)
    query = (
        select(*columns, *(func.sum(counted.c[figure.name]) for figure in figures))
        .join(counted, definition)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        OpenCount(
            process_definition_key=key,
            process_definition_name=name,
            timeliness=kind,
            count=int(number),
        )
        for key, name, *numbers in tx.session.execute(query)
        for kind, number in zip(kinds, numbers, strict=True)
        if number
    ]


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
