"""Jobs: what is due, what has failed, and what is not to be done any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select

from engine.database import Transaction
from engine.model import Job, JobQueue, ProcessDefinition, ProcessInstance
from engine.repository.paging import FRESH, AnyRow, Order, Page, PageRequest, page_of


def due_job_keys(tx: Transaction, queue: JobQueue, *, limit: int) -> Sequence[str]:
    """Return the keys of the jobs whose time has come, the oldest first, without locking any."""
    query = (
        select(Job.key)
        .where(Job.tenant_id == tx.tenant_id, Job.queue == queue, Job.run_at < tx.now)
        .order_by(Job.run_at)
        .limit(limit)
    )
    return tx.session.scalars(query).all()


def job(tx: Transaction, key: str) -> Job | None:
    """Return a job; read it after locking its case."""
    return tx.session.get(Job, (tx.tenant_id, key), populate_existing=True)


def jobs_under_lock(tx: Transaction, instance_id: UUID) -> Sequence[Job]:
    """Return the timers and ladders of a case; read them after locking it."""
    query = select(Job).where(_of(tx, instance_id), Job.queue == JobQueue.CASE)
    return tx.session.scalars(query, execution_options=FRESH).all()


def insert_jobs(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Write jobs at once, in one statement; each is a value for every column that is not null."""
    if rows:
        tx.session.execute(insert(Job).values(list(rows)))


def delete_jobs(
    tx: Transaction, instance_id: UUID, *, keys: Collection[str], task_ids: Collection[UUID]
) -> None:
    """Remove jobs of a case: those with these keys, and all of these tasks."""
    if keys or task_ids:
        ended = or_(Job.key.in_(keys), Job.task_id.in_(task_ids))
        tx.session.execute(delete(Job).where(_of(tx, instance_id), ended))


def delete_jobs_of(tx: Transaction, instance_id: UUID, *, queue: JobQueue | None = None) -> None:
    """Remove all jobs of a case, or those of one queue."""
    wanted = () if queue is None else (Job.queue == queue,)
    tx.session.execute(delete(Job).where(_of(tx, instance_id), *wanted))


def instance_id_of_job(tx: Transaction, key: str) -> UUID | None:
    """Return the case that a job belongs to."""
    query = select(Job.instance_id).where(Job.tenant_id == tx.tenant_id, Job.key == key)
    return tx.session.scalar(query)


@dataclass(frozen=True, kw_only=True)
class IncidentRecord:
    """A job that failed too often, with its case."""

    job: Job
    business_key: str
    definition_key: str
    definition_name: str


def incidents(tx: Transaction, page: PageRequest) -> Page[IncidentRecord]:
    """Return the jobs that wait for a person because they failed too often, the latest first."""
    instance = and_(
        ProcessInstance.tenant_id == Job.tenant_id, ProcessInstance.id == Job.instance_id
    )
    definition = and_(
        ProcessDefinition.tenant_id == ProcessInstance.tenant_id,
        ProcessDefinition.id == ProcessInstance.definition_id,
    )
    query = (
        select(Job, ProcessInstance.business_key, ProcessDefinition.key, ProcessDefinition.name)
        .join(ProcessInstance, instance)
        .join(ProcessDefinition, definition)
        .where(
            Job.tenant_id == tx.tenant_id,
            Job.queue.in_(tuple(JobQueue)),  # leads the index on run_at
            Job.run_at.is_(None),
        )
    )
    order: Order = [(Job.failed_at, True), (Job.key, False)]
    return page_of(tx, query, page, order=order, record=_incident)


def _incident(row: AnyRow) -> IncidentRecord:
    job_row, business_key, key, name = row
    return IncidentRecord(
        job=job_row, business_key=business_key, definition_key=key, definition_name=name
    )


def _of(tx: Transaction, instance_id: UUID) -> ColumnElement[bool]:
    return (Job.tenant_id == tx.tenant_id) & (Job.instance_id == instance_id)
