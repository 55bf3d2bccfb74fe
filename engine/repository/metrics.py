"""What an operator watches: how many jobs wait too long, fail, or have been given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal_column, select

from engine.database import Transaction
from engine.model import Job, JobQueue


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What should have been done by now in one queue."""

    due: int
    """Jobs whose time has come."""
    oldest: datetime | None
    """Since when the first of them waits; None: nothing is due."""
    failing: int
    """Jobs that have failed and will be tried again."""
    dead: int
    """Jobs that failed too often and wait for a person."""


def backlogs(tx: Transaction) -> Mapping[JobQueue, Backlog]:
    """Return the backlog of every queue.

    Three statements that touch what is due, failing and dead, each in an index of its own, so
    waiting timers cost nothing, however many there are.
    """
    due = _by_queue(tx, Job.run_at < tx.now)
    failing = _by_queue(tx, Job.attempts > literal_column("0"), Job.failed_at.is_(None))
    dead = _by_queue(tx, Job.run_at.is_(None))
    return {
        queue: Backlog(
            due=due[queue][0],
            oldest=due[queue][1],
            failing=failing[queue][0],
            dead=dead[queue][0],
        )
        for queue in JobQueue
    }


def _by_queue(
    tx: Transaction, *conditions: ColumnElement[bool]
) -> Mapping[JobQueue, tuple[int, datetime | None]]:
    """Return of each queue how many jobs there are, and the earliest moment of one."""
    query = (
        select(Job.queue, func.count(), func.min(Job.run_at))
        .where(Job.tenant_id == tx.tenant_id, Job.queue.in_(list(JobQueue)), *conditions)
        .group_by(Job.queue)
    )
    found = {queue: (count, first) for queue, count, first in tx.session.execute(query)}
    return {queue: found.get(queue, (0, None)) for queue in JobQueue}
