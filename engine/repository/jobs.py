"""Jobs: what is due, and what is not to be done any more."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from engine.database import Transaction
from engine.model import (
    Job,
)


def due_job_keys(tx: Transaction, *, limit: int) -> Sequence[str]:
    """Return the keys of the jobs whose time has come, the oldest first, without locking any."""
    query = (
        select(Job.key)
        .where(Job.tenant_id == tx.tenant_id, Job.run_at < tx.now)
        .order_by(Job.run_at)
        .limit(limit)
    )
    return tx.session.scalars(query).all()


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
