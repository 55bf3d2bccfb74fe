"""Rows that it would take a test a long time to come by."""

from uuid import UUID

from engine import repository
from engine.database import Database
from engine.model import Job, JobQueue, Notification, Rung, new_id


def add_incident(database: Database, task_id: UUID, key: str) -> None:
    """Write a job of that key which has failed too often to be tried again."""
    with database.begin() as tx:
        task = repository.task(tx, task_id).task
        job = Job(
            tenant_id=tx.tenant_id,
            key=key,
            queue=JobQueue.OUTBOX,
            instance_id=task.instance_id,
            task_id=task.id,
            due_at=tx.now,
            run_at=None,
            attempts=14,
            error="The mail server refuses this address.",
            failed_at=tx.now,
        )
        tx.add(job)


def add_notification(database: Database, task_id: UUID, *, to: str) -> UUID:
    """Write that a user was told of a task being at risk; return the id of the message."""
    with database.begin() as tx:
        task = repository.task(tx, task_id).task
        notification = Notification(
            tenant_id=tx.tenant_id,
            id=new_id(),
            user_id=repository.user_by_name(tx, to).id,
            instance_id=task.instance_id,
            task_id=task.id,
            rung=Rung.AT_RISK,
            created_at=tx.now,
        )
        tx.add(notification)
    return notification.id
