"""Notifications: what the escalation ladder has told whoever asks."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, local, local_or_none
from engine import notifications
from engine.database import Transaction
from engine.deadlines import timeliness
from engine.model import Rung, Task, TaskState, Timeliness
from engine.permissions import Actor
from engine.repository import NotificationRecord

resource = Resource("notifications", "What the escalation ladder has told whoever asks.")


class NotificationQuery(ListQuery):
    """Which notifications are wanted."""

    unread: bool = Field(default=False, description="`true`: only those not read yet.")


class NotifiedTask(Answer):
    """The step that a notification is about, as it stands now."""

    id: UUID
    name: str = Field(examples=["Membuat Dokumen Laporan Kinerja"])
    due_date: datetime | None
    timeliness: Timeliness | None = Field(description="Of an open task with a due date.")
    state: TaskState

    @classmethod
    def of(cls, tx: Transaction, task: Task) -> "NotifiedTask":
        """Return the task as it is shown."""
        return cls(
            id=task.id,
            name=task.name,
            due_date=local_or_none(tx, task.due_at),
            timeliness=timeliness(tx, task),
            state=task.state,
        )


class NotifiedCase(Answer):
    """The case that a notification is about."""

    id: UUID
    business_key: str = Field(examples=["LAKIP/2026/III"])
    process_definition_key: str = Field(examples=["evaluasi-internal-capaian-kinerja"])
    process_definition_name: str = Field(examples=["Evaluasi Internal Capaian Kinerja"])

    @classmethod
    def of(cls, record: NotificationRecord) -> "NotifiedCase":
        """Return the case as it is shown."""
        return cls(
            id=record.notification.instance_id,
            business_key=record.business_key,
            process_definition_key=record.definition_key,
            process_definition_name=record.definition_name,
        )


class ShownNotification(Answer):
    """A message that a step has reached a rung of the ladder."""

    id: UUID
    rung: Rung
    created_at: datetime
    read_at: datetime | None
    task: NotifiedTask
    case: NotifiedCase

    @classmethod
    def of(cls, tx: Transaction, record: NotificationRecord) -> "ShownNotification":
        """Return the notification as it is shown."""
        notification = record.notification
        return cls(
            id=notification.id,
            rung=notification.rung,
            created_at=local(tx, notification.created_at),
            read_at=local_or_none(tx, notification.read_at),
            task=NotifiedTask.of(tx, record.task),
            case=NotifiedCase.of(record),
        )


class NotificationList(Listing[ShownNotification]):
    """One page of notifications, the latest first."""


class MarkedRead(Answer):
    """What came of marking all as read."""

    marked: int = Field(description="How many were not read before.")


@resource.get("/notifications", NotificationList)
def list_notifications(tx: Transaction, by: Actor, query: NotificationQuery) -> NotificationList:
    """List one's own notifications, the latest first."""
    page = notifications.find(tx, by=by, unread=query.unread, page=query.page())
    return NotificationList.of(page, lambda record: ShownNotification.of(tx, record))


@resource.post("/notifications/read", MarkedRead)
def read_all_notifications(tx: Transaction, by: Actor) -> MarkedRead:
    """Mark all of one's own notifications as read."""
    return MarkedRead(marked=notifications.mark_all_read(tx, by=by))


@resource.post("/notifications/<uuid:notification_id>/read", ShownNotification, problems=(404,))
def read_notification(tx: Transaction, by: Actor, notification_id: UUID) -> ShownNotification:
    """Mark one of one's own notifications as read; a second time changes nothing."""
    return ShownNotification.of(tx, notifications.mark_read(tx, notification_id, by=by))
