"""What an operator watches: how many jobs wait too long, and whether anything can be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from engine.database import Transaction
from engine.failures import NotMigrated
from engine.model import Job, JobQueue, Tenant


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What should have been done by now in one queue."""

    due: int
    """Jobs whose time has come."""
    oldest: datetime | None
    """Since when the first of them waits; None: nothing is due."""
    dead: int
    """Jobs that failed too often and wait for a person."""


def backlogs(tx: Transaction) -> Mapping[JobQueue, Backlog]:
    """Return the backlog of every queue.

    Two statements that touch what is due and what is dead in the index of the queues, so waiting
    timers cost nothing, however many there are.
    """
    jobs = select(Job.queue, func.count(), func.min(Job.run_at)).where(
        Job.tenant_id == tx.tenant_id, Job.queue.in_(list(JobQueue))
    )
    by_queue = jobs.group_by(Job.queue)
    due = {row[0]: row for row in tx.session.execute(by_queue.where(Job.run_at < tx.now))}
    dead = {row[0]: row for row in tx.session.execute(by_queue.where(Job.run_at.is_(None)))}
    return {
        queue: Backlog(
            due=due[queue][1] if queue in due else 0,
            oldest=due[queue][2] if queue in due else None,
            dead=dead[queue][1] if queue in dead else 0,
        )
        for queue in JobQueue
    }


def note_probe(tx: Transaction) -> None:
    """Write that this moment can be written. Raises NotMigrated if there is no office."""
    noted = update(Tenant).where(Tenant.id == tx.tenant_id).values(probed_at=tx.now)
    if tx.session.scalar(noted.returning(Tenant.id)) is None:
        raise NotMigrated
