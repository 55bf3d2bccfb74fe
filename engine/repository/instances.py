"""Cases: locking one, looking for some, and their history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import defer

from engine.database import Transaction
from engine.errors import NotFound
from engine.model import (
    HistoryEvent,
    InstanceState,
    Job,
    ProcessDefinition,
    ProcessInstance,
    Task,
)
from engine.repository.paging import FRESH, AnyRow, Order, Page, PageRequest, found, page_of
from engine.repository.tasks import TaskNotFound, Visibility, visible_task


class InstanceNotFound(NotFound):
    """There is no such process instance."""


def lock_instance(tx: Transaction, instance_id: UUID) -> ProcessInstance:
    """Lock a case for this transaction and return it as it is now.

    Whoever waited for the lock continues at the moment of what was done under it before, and
    whoever comes next not before this moment: the history of a case does not run backwards.
    Raises InstanceNotFound.
    """
    return _lock(tx, ProcessInstance.id == instance_id, InstanceNotFound, instance_id)


def lock_idle_instance(tx: Transaction, instance_id: UUID) -> ProcessInstance | None:
    """Lock a case as `lock_instance`, unless somebody else is at it."""
    query = _instance(tx, ProcessInstance.id == instance_id).with_for_update(skip_locked=True)
    return _at_its_moment(tx, tx.session.scalar(query, execution_options=FRESH))


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
    return _at_its_moment(tx, tx.session.scalar(query, execution_options=FRESH))


def _lock(
    tx: Transaction, which: ColumnElement[bool], missing: type[NotFound], wanted: UUID
) -> ProcessInstance:
    row = tx.session.scalar(_instance(tx, which).with_for_update(), execution_options=FRESH)
    return found(_at_its_moment(tx, row), missing, id=str(wanted))


def _instance(tx: Transaction, which: ColumnElement[bool]) -> Select[ProcessInstance]:
    return select(ProcessInstance).where(ProcessInstance.tenant_id == tx.tenant_id, which)


def _at_its_moment(tx: Transaction, instance: ProcessInstance | None) -> ProcessInstance | None:
    if instance is not None:
        tx.now = instance.advanced_at = max(tx.now, instance.advanced_at)
    return instance


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
    search: str | None = None
    """Is somewhere in the business key, in capitals or not."""
    state: InstanceState | None = None
    started_by: str | None = None
    mine: bool = False
    """Whoever looks has started it, or has or had a task in it."""
    started_before: datetime | None = None
    started_after: datetime | None = None


def instance(tx: Transaction, instance_id: UUID) -> InstanceRecord:
    """Return a case without its state. Raises InstanceNotFound."""
    row = tx.session.execute(_instances(tx).where(ProcessInstance.id == instance_id)).one_or_none()
    return _instance_record(found(row, InstanceNotFound, id=str(instance_id)))


def sees_instance(tx: Transaction, instance_row: ProcessInstance, by: Visibility) -> bool:
    """Return whether a user may see a case: started it, or has or had a task in it."""
    if by.everything or instance_row.started_by == by.username:
        return True
    query = select(Task.id).where(
        Task.tenant_id == tx.tenant_id, Task.instance_id == instance_row.id, visible_task(by)
    )
    return tx.session.execute(query.limit(1)).first() is not None


def instances(
    tx: Transaction, wanted: InstanceFilter, *, by: Visibility, page: PageRequest
) -> Page[InstanceRecord]:
    """Return the cases that a user may see and that pass the filter, the newest first."""
    query = _instances(tx).where(*_instance_conditions(wanted))
    if wanted.mine or not by.everything:
        own = and_(
            Task.tenant_id == ProcessInstance.tenant_id, Task.instance_id == ProcessInstance.id
        )
        query = query.where(
            or_(
                ProcessInstance.started_by == by.username,
                exists().where(own, visible_task(by)),
            )
        )
    order: Order = [(ProcessInstance.started_at, True), (ProcessInstance.id, True)]
    return page_of(tx, query, page, order=order, record=_instance_record)


def workflow_state(tx: Transaction, instance_id: UUID) -> bytes | None:
    """Return what is left to do in a case (`engine.workflow.state`); None once it has ended."""
    query = select(ProcessInstance.workflow_state).where(
        ProcessInstance.tenant_id == tx.tenant_id, ProcessInstance.id == instance_id
    )
    return tx.session.scalar(query)


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
    if wanted.search is not None:
        yield ProcessInstance.business_key.icontains(wanted.search, autoescape=True)
    if wanted.started_before is not None:
        yield ProcessInstance.started_at < wanted.started_before
    if wanted.started_after is not None:
        yield ProcessInstance.started_at > wanted.started_after


def history(tx: Transaction, instance_id: UUID, page: PageRequest) -> Page[HistoryEvent]:
    """Return what happened in a case, the oldest first."""
    query = select(HistoryEvent).where(
        HistoryEvent.tenant_id == tx.tenant_id, HistoryEvent.instance_id == instance_id
    )
    return page_of(tx, query, page, order=[(HistoryEvent.at, False), (HistoryEvent.id, False)])
