"""Messages to people, raised by the ladder and by nothing else.

A message is a row of the person's list; a mail and a webhook are jobs of the outbox. All of it is
written under the lock of the case, so a step that was completed in time is never written about.
"""

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from engine import history, repository
from engine.cases import Case, ladder_key, reschedule
from engine.database import Transaction
from engine.deadlines import next_rung
from engine.errors import NotFound
from engine.history import EventType
from engine.ladder import ACTOR, POSITION, SUPERVISOR
from engine.model import MAIL, WEBHOOK, Job, JobQueue, Notification, Role, Rung, Task, User, new_id
from engine.permissions import SYSTEM, Actor
from engine.repository import NotificationRecord, Page, PageRequest

log = logging.getLogger(__name__)


class NotificationNotFound(NotFound):
    """You have no such notification."""


def climb(tx: Transaction, case: Case, task: Task) -> None:
    """Raise every rung that an open task has reached; its job waits for the next one.

    A step that is overdue already is not reported as being at risk any more.
    """
    due_at = task.due_at
    while (reached := next_rung(tx, task)) and reached[1] < tx.now:
        task.rung = reached[0]
        if task.rung is not Rung.AT_RISK or due_at is None or tx.now <= due_at:
            _raise(tx, case, task, task.rung)
    job = repository.job(tx, ladder_key(task.id))
    if reached is None:
        repository.delete_jobs(tx, case.instance.id, keys=[ladder_key(task.id)], task_ids=())
    elif job is None:
        case.add_jobs(tx, {ladder_key(task.id): (reached[1], task.id)})
    elif job.run_at is not None:
        reschedule(job, reached[1])


def _raise(tx: Transaction, case: Case, task: Task, rung: Rung) -> None:
    """Tell the people of a rung, each once."""
    told = _recipients(tx, task, rung)
    for user in told:
        notification = Notification(
            tenant_id=tx.tenant_id,
            id=new_id(),
            user_id=user.id,
            instance_id=case.instance.id,
            task_id=task.id,
            rung=rung,
            created_at=tx.now,
        )
        tx.add(notification)
        if tx.outlets.mail and user.email and wants_mail(user, rung):
            _post(tx, task, f"{MAIL}{notification.id}")
    if tx.outlets.webhook:
        _post(tx, task, f"{WEBHOOK}{task.id}:{rung}")
    if not told:
        ids = {"process_instance_id": str(task.instance_id), "task_id": str(task.id)}
        log.warning("%s reached nobody: see ladder.toml and who holds what", rung, extra=ids)
    detail = {"rung": rung.value, "told": sorted(user.username for user in told)}
    history.record_task(tx, EventType.RUNG_REACHED, task, actor=SYSTEM.username, detail=detail)


def _post(tx: Transaction, task: Task, key: str) -> None:
    tx.add(
        Job(
            tenant_id=tx.tenant_id,
            key=key,
            queue=JobQueue.OUTBOX,
            instance_id=task.instance_id,
            task_id=task.id,
            due_at=tx.now,
            run_at=tx.now,
            attempts=0,
        )
    )


def _recipients(tx: Transaction, task: Task, rung: Rung) -> list[User]:
    """Return the active users who are told, each once."""
    told: dict[UUID, User] = {}
    for recipient in tx.ladder.recipients(rung):
        told |= {user.id: user for user in _people(tx, task, recipient)}
    return list(told.values())


def _people(tx: Transaction, task: Task, recipient: str) -> Iterable[User]:
    if recipient == SUPERVISOR:
        return repository.active_users_with(tx, Role.SUPERVISOR)
    if recipient == ACTOR:
        return _actors(tx, task)
    return repository.holders_today(tx, recipient.removeprefix(POSITION))


def _actors(tx: Transaction, task: Task) -> Sequence[User]:
    """Return who has taken the task, or all who could: a holder who has left cannot do it."""
    if task.candidate_group is None:
        assignee = repository.user(tx, task.assignee_id) if task.assignee_id else None
        return [assignee] if assignee is not None and assignee.active else []
    holders = repository.holders_today(tx, task.candidate_group)
    return [user for user in holders if user.id == task.assignee_id] or holders


def wants_mail(user: User, rung: Rung) -> bool:
    """Return whether a user wants mails of that rung."""
    return user.mail_rungs is None or rung.value in user.mail_rungs


def find(
    tx: Transaction, *, by: Actor, unread: bool, page: PageRequest
) -> Page[NotificationRecord]:
    """Return the actor's own notifications, the latest first; `unread`: only those."""
    return repository.notifications(tx, by.user_id, unread=unread, page=page)


def count_unread(tx: Transaction, *, by: Actor, most: int) -> int:
    """Return how many of the actor's own are not read; counted up to `most`, at constant cost."""
    return repository.count_unread(tx, by.user_id, most=most)


def mark_read(tx: Transaction, notification_id: UUID, *, by: Actor) -> NotificationRecord:
    """Return a notification of the actor's own, read from now on. Raises NotificationNotFound."""
    record = repository.notification(tx, notification_id)
    if record is None or record.notification.user_id != by.user_id:
        raise NotificationNotFound(id=str(notification_id))
    record.notification.read_at = record.notification.read_at or tx.now
    return record


def mark_all_read(tx: Transaction, *, by: Actor) -> int:
    """Mark all of the actor's own as read; return how many were not."""
    return repository.mark_notifications_read(tx, by.user_id)
