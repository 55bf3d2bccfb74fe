"""Revisions of the calendar, and the deadlines that were counted by them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, defer

from engine.database import Transaction
from engine.model import (
    CalendarRevision,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    Task,
)
from engine.repository.paging import Page, PageRequest, page_of


def latest_revision(tx: Transaction) -> CalendarRevision | None:
    """Return the revision in force."""
    query = select(CalendarRevision).where(CalendarRevision.tenant_id == tx.tenant_id)
    return tx.session.scalar(query.order_by(CalendarRevision.number.desc()).limit(1))


def revisions(tx: Transaction, page: PageRequest) -> Page[CalendarRevision]:
    """Return the revisions, the newest first, without their documents."""
    query = (
        select(CalendarRevision)
        .where(CalendarRevision.tenant_id == tx.tenant_id)
        .options(defer(CalendarRevision.document, raiseload=True))
    )
    return page_of(tx, query, page, order=[(CalendarRevision.number, True)])


def running_definitions(tx: Transaction) -> Sequence[ProcessDefinition]:
    """Return the definitions that cases follow, or may follow from now on, without sources."""
    newer = aliased(ProcessDefinition)
    superseded = exists().where(
        newer.tenant_id == ProcessDefinition.tenant_id,
        newer.key == ProcessDefinition.key,
        newer.version > ProcessDefinition.version,
    )
    running = select(ProcessInstance.definition_id).where(
        ProcessInstance.tenant_id == tx.tenant_id,
        ProcessInstance.state.in_((InstanceState.ACTIVE, InstanceState.SUSPENDED)),
    )
    query = select(ProcessDefinition).where(
        ProcessDefinition.tenant_id == tx.tenant_id,
        or_(~superseded, ProcessDefinition.id.in_(running)),
    )
    return tx.session.scalars(query.options(defer(ProcessDefinition.source))).all()


def instances_counted_before(tx: Transaction, revision: int) -> Sequence[UUID]:
    """Return the cases that have a deadline counted by an older revision, or by none."""
    stale = or_(Task.calendar_revision < revision, Task.calendar_revision.is_(None))
    query = select(Task.instance_id).where(_has_deadline(tx), stale).distinct()
    return tx.session.scalars(query).all()


def count_open_deadlines(tx: Transaction) -> int:
    """Return how many deadlines are not met yet."""
    query = select(func.count()).select_from(Task).where(_has_deadline(tx))
    return tx.session.scalar(query) or 0


def open_deadlines(tx: Transaction) -> list[tuple[Task, str, UUID]]:
    """Return the tasks with an open deadline, each with the key of its case and its definition."""
    instance = and_(
        ProcessInstance.tenant_id == Task.tenant_id, ProcessInstance.id == Task.instance_id
    )
    query = (
        select(Task, ProcessInstance.business_key, ProcessInstance.definition_id)
        .join(ProcessInstance, instance)
        .where(_has_deadline(tx))
    )
    return [(task, key, definition) for task, key, definition in tx.session.execute(query)]


def _has_deadline(tx: Transaction) -> ColumnElement[bool]:
    """A suspended one counts too: it will go on. As the index of running tasks says it."""
    return and_(Task.tenant_id == tx.tenant_id, Task.ended_at.is_(None), Task.due_at.is_not(None))
