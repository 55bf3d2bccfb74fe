"""What people were told, and who is to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, update

from engine.database import Transaction
from engine.model import (
    Holder,
    Notification,
    Position,
    ProcessDefinition,
    ProcessInstance,
    Role,
    Task,
    User,
)
from engine.repository.paging import AnyRow, Order, Page, PageRequest, page_of


@dataclass(frozen=True, kw_only=True)
class NotificationRecord:
    """A notification with the step and the case that it is about."""

    notification: Notification
    task: Task
    user: User
    business_key: str
    definition_key: str
    definition_name: str


def holders_today(tx: Transaction, code: str) -> Sequence[User]:
    """Return the active users who hold the position with that code today."""
    query = (
        select(User)
        .join(Holder, and_(Holder.tenant_id == User.tenant_id, Holder.user_id == User.id))
        .join(
            Position,
            and_(Position.tenant_id == Holder.tenant_id, Position.id == Holder.position_id),
        )
        .where(
            User.tenant_id == tx.tenant_id,
            User.active,
            Position.code == code,
            Holder.held_from <= tx.today,
            or_(Holder.held_until.is_(None), Holder.held_until >= tx.today),
        )
        .distinct()
    )
    return tx.session.scalars(query.order_by(User.username)).all()


def active_users_with(tx: Transaction, role: Role) -> list[User]:
    """Return the active users who have a role."""
    query = select(User).where(User.tenant_id == tx.tenant_id, User.active)
    found = tx.session.scalars(query.order_by(User.username))
    return [user for user in found if role.value in user.roles]


def notification(tx: Transaction, notification_id: UUID) -> NotificationRecord | None:
    """Return a notification, whoever it is for."""
    query = _notifications(tx).where(Notification.id == notification_id)
    row = tx.session.execute(query).one_or_none()
    return None if row is None else _record(row)


def notifications(
    tx: Transaction, user_id: UUID | None, *, unread: bool, page: PageRequest
) -> Page[NotificationRecord]:
    """Return the notifications of a user, the latest first."""
    query = _notifications(tx).where(Notification.user_id == user_id)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    order: Order = [(Notification.created_at, True), (Notification.id, True)]
    return page_of(tx, query, page, order=order, record=_record)


def count_unread(tx: Transaction, user_id: UUID | None, *, most: int) -> int:
    """Return how many notifications of a user are not read; counted up to `most`."""
    unread = (
        select(Notification.id)
        .where(
            Notification.tenant_id == tx.tenant_id,
            Notification.user_id == user_id,
            Notification.read_at.is_(None),
        )
        .limit(most)
        .subquery()
    )
    return tx.session.scalar(select(func.count()).select_from(unread)) or 0


def mark_notifications_read(tx: Transaction, user_id: UUID | None) -> int:
    """Mark the notifications of a user as read; return how many were not."""
    unread = (
        update(Notification)
        .where(
            Notification.tenant_id == tx.tenant_id,
            Notification.user_id == user_id,
            Notification.read_at.is_(None),
        )
        .values(read_at=tx.now)
        .returning(Notification.id)
    )
    return len(tx.session.execute(unread).all())


def mark_mailed(tx: Transaction, notification_id: UUID, began_at: datetime) -> None:
    """Note when the sending of a mail began that has been delivered."""
    tx.session.execute(
        update(Notification)
        .where(Notification.tenant_id == tx.tenant_id, Notification.id == notification_id)
        .values(mailed_at=began_at)
    )


def _notifications(tx: Transaction) -> Select[*tuple[Any, ...]]:
    instance = and_(
        ProcessInstance.tenant_id == Notification.tenant_id,
        ProcessInstance.id == Notification.instance_id,
    )
    definition = and_(
        ProcessDefinition.tenant_id == ProcessInstance.tenant_id,
        ProcessDefinition.id == ProcessInstance.definition_id,
    )
    return (
        select(
            Notification,
            Task,
            User,
            ProcessInstance.business_key,
            ProcessDefinition.key,
            ProcessDefinition.name,
        )
        .join(Task, and_(Task.tenant_id == Notification.tenant_id, Task.id == Notification.task_id))
        .join(User, and_(User.tenant_id == Notification.tenant_id, User.id == Notification.user_id))
        .join(ProcessInstance, instance)
        .join(ProcessDefinition, definition)
        .where(Notification.tenant_id == tx.tenant_id)
    )


def _record(row: AnyRow) -> NotificationRecord:
    notification_row, task, user, business_key, key, name = row
    return NotificationRecord(
        notification=notification_row,
        task=task,
        user=user,
        business_key=business_key,
        definition_key=key,
        definition_name=name,
    )
