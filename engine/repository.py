"""Every SELECT of the engine.

A function returns rows of `engine.model` or small records made of them. Every statement names the
tenant, and where a list is limited to what a user may see, the same statement does it. Lists are
read by keyset: a page starts after the sort key of the last row seen, so that page 1,000 costs
what page 1 costs.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    and_,
    delete,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, defer

from engine.database import Transaction
from engine.errors import Invalid, NotFound
from engine.model import (
    HistoryEvent,
    Holder,
    Id,
    IdempotencyKey,
    InstanceState,
    Job,
    LoginAttempt,
    Position,
    ProcessDefinition,
    ProcessInstance,
    Task,
    TaskState,
    Tenant,
    Token,
    User,
    UtcDateTime,
)

T = TypeVar("T")
Key = Sequence[str | None]
"""A sort key as text, ready for a cursor."""
AnyRow = Row[*tuple[Any, ...]]
Order = Sequence[tuple[InstrumentedAttribute[Any], bool]]
"""Columns to sort by, and whether downwards; the last one is unique."""


class InvalidCursor(Invalid):
    """This cursor does not belong to this list."""


class DefinitionNotFound(NotFound):
    """There is no such process definition."""


class InstanceNotFound(NotFound):
    """There is no such process instance."""


class TaskNotFound(NotFound):
    """There is no such task."""


class UserNotFound(NotFound):
    """There is no such user."""


class PositionNotFound(NotFound):
    """There is no such position."""


class HolderNotFound(NotFound):
    """Nobody holds the position under this id."""


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which part of a list is wanted."""

    limit: int = 50
    after: Key | None = None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of a list."""

    items: Sequence[T]
    next_after: Key | None
    """Where the next page starts; None on the last one."""


@dataclass(frozen=True, kw_only=True)
class Visibility:
    """What a user may see of the cases and tasks of an office."""

    everything: bool
    user_id: UUID | None
    username: str
    groups: Collection[str]
    """The codes of the positions held today."""


# People


def tenant(tx: Transaction) -> Tenant | None:
    """Return the office of this transaction, if the database knows it."""
    return tx.session.get(Tenant, tx.tenant_id)


def user_of_token(tx: Transaction, digest: bytes) -> tuple[User, frozenset[str]] | None:
    """Return the active user of an unexpired token with the codes of the positions held today."""
    query = (
        _user_with_positions(tx)
        .join(Token, and_(Token.tenant_id == User.tenant_id, Token.user_id == User.id))
        .where(Token.digest == digest, Token.expires_at > tx.now, User.active)
    )
    return _with_groups(tx.session.execute(query).all())


def user_with_groups(tx: Transaction, username: str) -> tuple[User, frozenset[str]] | None:
    """Return the active user of that name with the codes of the positions held today."""
    query = _user_with_positions(tx).where(User.username == username, User.active)
    return _with_groups(tx.session.execute(query).all())


def _user_with_positions(tx: Transaction) -> Select[*tuple[Any, ...]]:
    held = and_(
        Holder.tenant_id == User.tenant_id,
        Holder.user_id == User.id,
        Holder.held_from <= tx.today,
        or_(Holder.held_until.is_(None), Holder.held_until >= tx.today),
    )
    position = and_(Position.tenant_id == Holder.tenant_id, Position.id == Holder.position_id)
    return (
        select(User, Position.code)
        .outerjoin(Holder, held)
        .outerjoin(Position, position)
        .where(User.tenant_id == tx.tenant_id)
    )


def _with_groups(rows: Sequence[AnyRow]) -> tuple[User, frozenset[str]] | None:
    if not rows:
        return None
    return rows[0][0], frozenset(code for _, code in rows if code is not None)


def user(tx: Transaction, user_id: UUID) -> User:
    """Return a user. Raises UserNotFound."""
    return _one(tx, User, user_id, UserNotFound)


def user_named(tx: Transaction, username: str) -> User | None:
    """Return the user with that name, active or not."""
    query = select(User).where(User.tenant_id == tx.tenant_id, User.username == username)
    return tx.session.scalar(query)


def users(tx: Transaction, page: PageRequest) -> Page[User]:
    """Return users by name."""
    query = select(User).where(User.tenant_id == tx.tenant_id)
    return _page(tx, query, page, order=[(User.username, False)])


def active_admins(tx: Transaction) -> list[User]:
    """Return the users who can manage people."""
    query = select(User).where(User.tenant_id == tx.tenant_id, User.active)
    return [row for row in tx.session.scalars(query) if "admin" in row.roles]


def position(tx: Transaction, position_id: UUID) -> Position:
    """Return a position. Raises PositionNotFound."""
    return _one(tx, Position, position_id, PositionNotFound)


def position_coded(tx: Transaction, code: str) -> Position | None:
    """Return the position with that code."""
    query = select(Position).where(Position.tenant_id == tx.tenant_id, Position.code == code)
    return tx.session.scalar(query)


def positions(tx: Transaction, page: PageRequest) -> Page[Position]:
    """Return positions by code."""
    query = select(Position).where(Position.tenant_id == tx.tenant_id)
    return _page(tx, query, page, order=[(Position.code, False)])


def holder(tx: Transaction, position_id: UUID, holder_id: UUID) -> Holder:
    """Return one holding of that position. Raises HolderNotFound."""
    row = _one(tx, Holder, holder_id, HolderNotFound)
    if row.position_id != position_id:
        raise HolderNotFound(id=str(holder_id))
    return row


@dataclass(frozen=True)
class HolderRecord:
    """Who holds a position from when to when."""

    holder: Holder
    username: str
    name: str


def holders(tx: Transaction, position_id: UUID, page: PageRequest) -> Page[HolderRecord]:
    """Return who holds or held a position, the latest first."""
    query = (
        select(Holder, User.username, User.name)
        .join(User, and_(User.tenant_id == Holder.tenant_id, User.id == Holder.user_id))
        .where(Holder.tenant_id == tx.tenant_id, Holder.position_id == position_id)
    )
    order: Order = [(Holder.held_from, True), (Holder.id, True)]
    return _page(
        tx, query, page, order=order, record=lambda row: HolderRecord(row[0], row[1], row[2])
    )


def holds_today(tx: Transaction, user_id: UUID, code: str) -> bool:
    """Return whether the user is active and holds the position with that code today."""
    query = _user_with_positions(tx).where(User.id == user_id, User.active, Position.code == code)
    return tx.session.execute(query).first() is not None


# Logging in


def delete_tokens_of(tx: Transaction, user_id: UUID) -> None:
    """End all logins of a user."""
    tx.session.execute(
        delete(Token).where(Token.tenant_id == tx.tenant_id, Token.user_id == user_id)
    )


def delete_token(tx: Transaction, digest: bytes) -> None:
    """End one login."""
    tx.session.execute(delete(Token).where(Token.tenant_id == tx.tenant_id, Token.digest == digest))


def failed_logins(
    tx: Transaction, *, username: str, address: str, since: datetime
) -> tuple[int, int]:
    """Return how many logins failed since then: for the user name, and from the address."""
    by_name, by_address = (
        select(func.count())
        .select_from(LoginAttempt)
        .where(
            LoginAttempt.tenant_id == tx.tenant_id,
            column == value,
            LoginAttempt.attempted_at > since,
        )
        .scalar_subquery()
        for column, value in ((LoginAttempt.username, username), (LoginAttempt.address, address))
    )
    name_count, address_count = tx.session.execute(select(by_name, by_address)).one()
    return name_count, address_count


def forget_failed_logins(tx: Transaction, username: str) -> None:
    """Remove the failed logins of a user name."""
    tx.session.execute(
        delete(LoginAttempt).where(
            LoginAttempt.tenant_id == tx.tenant_id, LoginAttempt.username == username
        )
    )


# Idempotency


def idempotency_key(tx: Transaction, user_id: UUID, key: str) -> IdempotencyKey | None:
    """Return the answer stored under a client's key."""
    return tx.session.get(IdempotencyKey, (tx.tenant_id, user_id, key))


def delete_stale(tx: Transaction, *, keys_before: datetime, attempts_before: datetime) -> None:
    """Remove what nobody needs any more: old answers, expired logins, old failed logins."""
    for table, condition in (
        (IdempotencyKey, IdempotencyKey.created_at < keys_before),
        (Token, Token.expires_at < tx.now),
        (LoginAttempt, LoginAttempt.attempted_at < attempts_before),
    ):
        tx.session.execute(delete(table).where(table.tenant_id == tx.tenant_id, condition))


# Process definitions


def definition(tx: Transaction, definition_id: UUID) -> ProcessDefinition:
    """Return a definition by its id, with its source. Raises DefinitionNotFound."""
    key = (tx.tenant_id, definition_id)
    row = tx.session.get(ProcessDefinition, key, populate_existing=True)  # a list had no source
    return _found(row, DefinitionNotFound, id=str(definition_id))


def latest_definition(tx: Transaction, key: str) -> ProcessDefinition | None:
    """Return the highest version of a key, effective or not."""
    return tx.session.scalar(_versions(tx, key).limit(1))


def definition_in_force(tx: Transaction, key: str) -> ProcessDefinition:
    """Return the version that a new case follows now. Raises DefinitionNotFound."""
    query = _versions(tx, key).where(ProcessDefinition.effective_from <= tx.now).limit(1)
    return _found(tx.session.scalar(query), DefinitionNotFound, key=key)


def definition_version(tx: Transaction, key: str, version: int) -> ProcessDefinition:
    """Return one version of a key. Raises DefinitionNotFound."""
    query = _versions(tx, key).where(ProcessDefinition.version == version)
    return _found(tx.session.scalar(query), DefinitionNotFound, key=key, version=version)


def _versions(tx: Transaction, key: str) -> Select[ProcessDefinition]:
    return (
        select(ProcessDefinition)
        .where(ProcessDefinition.tenant_id == tx.tenant_id, ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
    )


def versions(tx: Transaction, key: str) -> Sequence[ProcessDefinition]:
    """Return all versions of a key, the newest first, without their sources."""
    return tx.session.scalars(_versions(tx, key).options(_WITHOUT_SOURCE)).all()


def definitions_in_force(tx: Transaction, page: PageRequest) -> Page[ProcessDefinition]:
    """Return for every key the version in force, without its source."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .where(
            ProcessDefinition.tenant_id == tx.tenant_id,
            ProcessDefinition.effective_from <= tx.now,
        )
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    query = (
        select(ProcessDefinition)
        .join(
            newest,
            and_(
                newest.c.key == ProcessDefinition.key,
                newest.c.version == ProcessDefinition.version,
            ),
        )
        .where(ProcessDefinition.tenant_id == tx.tenant_id)
        .options(_WITHOUT_SOURCE)
    )
    return _page(tx, query, page, order=[(ProcessDefinition.key, False)])


_WITHOUT_SOURCE = defer(ProcessDefinition.source, raiseload=True)


# Process instances and tasks


def lock_instance(tx: Transaction, instance_id: UUID) -> ProcessInstance:
    """Lock a case for this transaction and return it as it is now.

    Whoever waited for the lock continues at the moment of the step that held it, never before: the
    history of a case does not run backwards. Raises InstanceNotFound.
    """
    return _lock(tx, ProcessInstance.id == instance_id, InstanceNotFound, instance_id)


def lock_instance_of_task(tx: Transaction, task_id: UUID) -> ProcessInstance:
    """Lock the case of a task, as `lock_instance`. Raises TaskNotFound."""
    owner = (
        select(Task.instance_id)
        .where(Task.tenant_id == tx.tenant_id, Task.id == task_id)
        .scalar_subquery()
    )
    return _lock(tx, ProcessInstance.id == owner, TaskNotFound, task_id)


def lock_instance_of_job(tx: Transaction, key: str) -> ProcessInstance | None:
    """Lock the case of a job unless another worker is at it or the job is gone."""
    owner = (
        select(Job.instance_id)
        .where(Job.tenant_id == tx.tenant_id, Job.key == key)
        .scalar_subquery()
    )
    query = _instance(tx, ProcessInstance.id == owner).with_for_update(skip_locked=True)
    return _at_or_after_last_step(tx, tx.session.scalar(query))


def _lock(
    tx: Transaction, which: ColumnElement[bool], missing: type[NotFound], wanted: UUID
) -> ProcessInstance:
    row = tx.session.scalar(_instance(tx, which).with_for_update())
    return _found(_at_or_after_last_step(tx, row), missing, id=str(wanted))


def _instance(tx: Transaction, which: ColumnElement[bool]) -> Select[ProcessInstance]:
    return select(ProcessInstance).where(ProcessInstance.tenant_id == tx.tenant_id, which)


def _at_or_after_last_step(
    tx: Transaction, instance: ProcessInstance | None
) -> ProcessInstance | None:
    if instance is not None:
        tx.now = max(tx.now, instance.advanced_at)
    return instance


def open_tasks_and(tx: Transaction, instance_id: UUID, task_id: UUID | None = None) -> list[Task]:
    """Return the open tasks of a case and, open or not, the one with the id `task_id`."""
    query = select(Task).where(
        Task.tenant_id == tx.tenant_id,
        Task.instance_id == instance_id,
        or_(Task.state == TaskState.OPEN, Task.id == task_id),
    )
    return list(tx.session.scalars(query))


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
    overdue: bool | None = None
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
    row = tx.session.execute(_tasks(tx).where(Task.id == task_id)).one_or_none()
    return _task_record(_found(row, TaskNotFound, id=str(task_id)))


def tasks(
    tx: Transaction, wanted: TaskFilter, *, by: Visibility, sort: str, page: PageRequest
) -> Page[TaskRecord]:
    """Return the tasks that a user may see and that pass the filter."""
    query = _tasks(tx).where(*_task_conditions(tx, wanted))
    if not by.everything:
        query = query.where(_visible_task(by))
    return _page(tx, query, page, order=TASK_ORDERS[sort], record=_task_record)


def tasks_of(tx: Transaction, instance_id: UUID) -> Sequence[Task]:
    """Return all tasks of a case, open or ended, oldest first."""
    query = select(Task).where(Task.tenant_id == tx.tenant_id, Task.instance_id == instance_id)
    return tx.session.scalars(query.order_by(Task.id)).all()


def _tasks(tx: Transaction) -> Select[*tuple[Any, ...]]:
    instance = and_(
        ProcessInstance.tenant_id == Task.tenant_id, ProcessInstance.id == Task.instance_id
    )
    definition = and_(
        ProcessDefinition.tenant_id == ProcessInstance.tenant_id,
        ProcessDefinition.id == ProcessInstance.definition_id,
    )
    assignee = and_(User.tenant_id == Task.tenant_id, User.id == Task.assignee_id)
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
        .join(ProcessDefinition, definition)
        .outerjoin(User, assignee)
        .where(Task.tenant_id == tx.tenant_id)
    )


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
    for value, condition in (
        (wanted.state, Task.state == wanted.state),
        (wanted.assignee, User.username == wanted.assignee),
        (wanted.candidate_group, Task.candidate_group == wanted.candidate_group),
        (wanted.process_definition_key, ProcessDefinition.key == wanted.process_definition_key),
        (wanted.process_instance_id, Task.instance_id == wanted.process_instance_id),
    ):
        if value is not None:
            yield condition
    if wanted.due_before is not None:
        yield Task.due_at < wanted.due_before
    if wanted.due_after is not None:
        yield Task.due_at > wanted.due_after


def _visible_task(by: Visibility) -> ColumnElement[bool]:
    return or_(Task.candidate_group.in_(by.groups), Task.assignee_id == by.user_id)


@dataclass(frozen=True, kw_only=True)
class InstanceRecord:
    """A case with what a list shows of its process."""

    instance: ProcessInstance
    definition_key: str
    definition_name: str
    definition_version: int


@dataclass(frozen=True, kw_only=True)
class InstanceFilter:
    """Which cases are wanted; None does not filter."""

    process_definition_key: str | None = None
    business_key: str | None = None
    state: InstanceState | None = None
    started_by: str | None = None
    started_before: datetime | None = None
    started_after: datetime | None = None


def instance(tx: Transaction, instance_id: UUID) -> InstanceRecord:
    """Return a case without its state. Raises InstanceNotFound."""
    row = tx.session.execute(_instances(tx).where(ProcessInstance.id == instance_id)).one_or_none()
    return _instance_record(_found(row, InstanceNotFound, id=str(instance_id)))


def sees_instance(tx: Transaction, instance_row: ProcessInstance, by: Visibility) -> bool:
    """Return whether a user may see a case: started it, or has or had a task in it."""
    if by.everything or instance_row.started_by == by.username:
        return True
    query = select(Task.id).where(
        Task.tenant_id == tx.tenant_id, Task.instance_id == instance_row.id, _visible_task(by)
    )
    return tx.session.execute(query.limit(1)).first() is not None


def instances(
    tx: Transaction, wanted: InstanceFilter, *, by: Visibility, page: PageRequest
) -> Page[InstanceRecord]:
    """Return the cases that a user may see and that pass the filter, the newest first."""
    query = _instances(tx).where(*_instance_conditions(wanted))
    if not by.everything:
        own = and_(
            Task.tenant_id == ProcessInstance.tenant_id, Task.instance_id == ProcessInstance.id
        )
        query = query.where(
            or_(
                ProcessInstance.started_by == by.username,
                exists().where(own, _visible_task(by)),
            )
        )
    order: Order = [(ProcessInstance.started_at, True), (ProcessInstance.id, True)]
    return _page(tx, query, page, order=order, record=_instance_record)


def _instances(tx: Transaction) -> Select[*tuple[Any, ...]]:
    definition = and_(
        ProcessDefinition.tenant_id == ProcessInstance.tenant_id,
        ProcessDefinition.id == ProcessInstance.definition_id,
    )
    return (
        select(
            ProcessInstance,
            ProcessDefinition.key,
            ProcessDefinition.name,
            ProcessDefinition.version,
        )
        .join(ProcessDefinition, definition)
        .where(ProcessInstance.tenant_id == tx.tenant_id)
        .options(defer(ProcessInstance.workflow_state, raiseload=True))
    )


def _instance_record(row: AnyRow) -> InstanceRecord:
    instance_row, key, name, version = row
    return InstanceRecord(
        instance=instance_row, definition_key=key, definition_name=name, definition_version=version
    )


def _instance_conditions(wanted: InstanceFilter) -> Iterable[ColumnElement[bool]]:
    for value, condition in (
        (wanted.process_definition_key, ProcessDefinition.key == wanted.process_definition_key),
        (wanted.business_key, ProcessInstance.business_key == wanted.business_key),
        (wanted.state, ProcessInstance.state == wanted.state),
        (wanted.started_by, ProcessInstance.started_by == wanted.started_by),
    ):
        if value is not None:
            yield condition
    if wanted.started_before is not None:
        yield ProcessInstance.started_at < wanted.started_before
    if wanted.started_after is not None:
        yield ProcessInstance.started_at > wanted.started_after


def history(tx: Transaction, instance_id: UUID, page: PageRequest) -> Page[HistoryEvent]:
    """Return what happened in a case, the oldest first."""
    query = select(HistoryEvent).where(
        HistoryEvent.tenant_id == tx.tenant_id, HistoryEvent.instance_id == instance_id
    )
    return _page(tx, query, page, order=[(HistoryEvent.id, False)])


# Jobs


def due_job_keys(tx: Transaction, *, limit: int) -> Sequence[str]:
    """Return the keys of the jobs whose time has come, the oldest first, without locking any."""
    query = (
        select(Job.key)
        .where(Job.tenant_id == tx.tenant_id, Job.run_at < tx.now)
        .order_by(Job.run_at)
        .limit(limit)
    )
    return tx.session.scalars(query).all()


def next_run_at(tx: Transaction) -> datetime | None:
    """Return when the next job is to run, if there is one."""
    return tx.session.scalar(select(func.min(Job.run_at)).where(Job.tenant_id == tx.tenant_id))


def job(tx: Transaction, key: str) -> Job | None:
    """Return a job; read it after locking its case."""
    return tx.session.get(Job, (tx.tenant_id, key))


def delete_jobs(tx: Transaction, keys: Collection[str]) -> None:
    """Remove jobs by what they are."""
    if keys:
        tx.session.execute(delete(Job).where(Job.tenant_id == tx.tenant_id, Job.key.in_(keys)))


def delete_jobs_of(tx: Transaction, instance_id: UUID) -> None:
    """Remove all jobs of a case."""
    tx.session.execute(
        delete(Job).where(Job.tenant_id == tx.tenant_id, Job.instance_id == instance_id)
    )


# Reports


@dataclass(frozen=True, kw_only=True)
class OverdueGroup:
    """The overdue tasks of one step of one process."""

    process_definition_key: str
    process_definition_name: str
    element_id: str
    step: str
    candidate_group: str | None
    count: int
    oldest_due_at: datetime


def overdue_groups(tx: Transaction) -> list[OverdueGroup]:
    """Return the overdue open tasks, counted by process and step."""
    columns = (
        ProcessDefinition.key,
        ProcessDefinition.name,
        Task.element_id,
        Task.name,
        Task.candidate_group,
    )
    query = (
        _tasks(tx)
        .with_only_columns(*columns, func.count(), func.min(Task.due_at))
        .where(Task.state == TaskState.OPEN, Task.due_at < tx.now)
        .group_by(*columns)
    )
    return [
        OverdueGroup(
            process_definition_key=key,
            process_definition_name=name,
            element_id=element_id,
            step=step,
            candidate_group=group,
            count=count,
            oldest_due_at=oldest,
        )
        for key, name, element_id, step, group, count, oldest in tx.session.execute(query)
        if oldest is not None
    ]


# Common to all lists


def _one(tx: Transaction, table: type[T], row_id: UUID, missing: type[NotFound]) -> T:
    return _found(tx.session.get(table, (tx.tenant_id, row_id)), missing, id=str(row_id))


def _found(row: T | None, missing: type[NotFound], **details: object) -> T:
    if row is None:
        raise missing(**details)
    return row


def _page(
    tx: Transaction,
    query: Select[*tuple[Any, ...]],
    page: PageRequest,
    *,
    order: Order,
    record: Callable[[AnyRow], T] = lambda row: row[0],
) -> Page[T]:
    if page.after is not None:
        query = query.where(_beyond(order, _parse(order, page.after)))
    ordered = query.order_by(
        *((column.desc() if down else column.asc()).nulls_last() for column, down in order)
    )
    rows = tx.session.execute(ordered.limit(page.limit + 1)).all()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    last = [getattr(shown[-1][0], column.key) for column, _ in order] if more else None
    return Page(
        items=[record(row) for row in shown],
        next_after=None if last is None else [None if v is None else _text(v) for v in last],
    )


def _beyond(order: Order, key: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition for rows that sort after `key`; nulls sort last."""
    (column, down), *rest = order
    value, *values = key
    if value is None:
        beyond: ColumnElement[bool] = false()
        equal: ColumnElement[bool] = column.is_(None)
    else:
        beyond = or_(column < value if down else column > value, column.is_(None))
        equal = column == value
    return or_(beyond, and_(equal, _beyond(rest, values))) if rest else beyond


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _parse(order: Order, key: Key) -> list[object]:
    """Read a sort key back from its text. Raises InvalidCursor."""
    try:
        return [
            None if text is None else _PARSERS[type(column.type)](text)
            for (column, _), text in zip(order, key, strict=True)
        ]
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidCursor from error


_PARSERS: dict[type, Callable[[str], object]] = {
    String: str,
    Id: UUID,
    Date: date.fromisoformat,
    UtcDateTime: lambda text: datetime.fromisoformat(text).astimezone(UTC),  # it may be forged
}
