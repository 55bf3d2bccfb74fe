"""What happened, in words that stay: only ever added to."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from engine.database import Transaction
from engine.model import HistoryEvent, Task


class EventType(StrEnum):
    """The kinds of history events."""

    INSTANCE_STARTED = "instance_started"
    INSTANCE_COMPLETED = "instance_completed"
    INSTANCE_CANCELLED = "instance_cancelled"
    INSTANCE_SUSPENDED = "instance_suspended"
    INSTANCE_RESUMED = "instance_resumed"
    TASK_CREATED = "task_created"
    TASK_CLAIMED = "task_claimed"
    TASK_UNCLAIMED = "task_unclaimed"
    TASK_ASSIGNED = "task_assigned"
    TASK_COMPLETED = "task_completed"
    TASK_CANCELLED = "task_cancelled"
    DEADLINE_EXTENDED = "deadline_extended"
    """By a supervisor."""
    DEADLINE_MOVED = "deadline_moved"
    """By the end of a suspension, or by a new revision of the calendar."""
    RUNG_REACHED = "rung_reached"
    """The step has reached a rung of the ladder, and people were told."""
    INCIDENT_CREATED = "incident_created"
    INCIDENT_RETRIED = "incident_retried"
    INCIDENT_RESOLVED = "incident_resolved"
    ELEMENT_PASSED = "element_passed"
    """A token went through an event or a gateway, or a sub-process has ended."""
    SCOPE_ENTERED = "scope_entered"
    """A sub-process or a called process has begun."""
    TIMER_FIRED = "timer_fired"
    ESCALATED = "escalated"
    """Nothing in the diagram catches it."""
    ERROR_UNCAUGHT = "error_uncaught"
    MESSAGE_DELIVERED = "message_delivered"
    """From outside the case."""
    SIGNAL_DELIVERED = "signal_delivered"
    COMMENT_WRITTEN = "comment_written"
    DOCUMENT_ATTACHED = "document_attached"
    DOCUMENT_REMOVED = "document_removed"
    """Its content; that it was there stays on record."""


def record(
    tx: Transaction,
    event: EventType,
    *,
    instance_id: UUID,
    actor: str,
    element_id: str | None = None,
    task_id: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one event to the history of a case, at the moment of the transaction."""
    tx.add(
        HistoryEvent(
            tenant_id=tx.tenant_id,
            instance_id=instance_id,
            task_id=task_id,
            element_id=element_id,
            type=event.value,
            at=tx.now,
            actor=actor,
            detail=dict(detail or {}),
        )
    )


def record_task(
    tx: Transaction,
    event: EventType,
    task: Task,
    *,
    actor: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one event of a task to the history of its case."""
    record(
        tx,
        event,
        instance_id=task.instance_id,
        actor=actor,
        element_id=task.element_id,
        task_id=task.id,
        detail=detail,
    )
