"""Comments: what people say about a case, for all who see it."""

from typing import Final
from uuid import UUID

from engine import history, instances, repository
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.history import EventType
from engine.model import Comment, new_id
from engine.permissions import Actor
from engine.repository import Page, PageRequest, TaskNotFound

LONGEST: Final = 4000
"""Characters of a comment."""


class InvalidComment(Invalid):
    """This comment cannot be kept."""


def find(
    tx: Transaction,
    instance_id: UUID,
    *,
    by: Actor,
    page: PageRequest,
    newest_first: bool = False,
) -> Page[Comment]:
    """Return what was said about a case, the oldest first. Raises as `instances.visible`."""
    instances.visible(tx, instance_id, by)
    return repository.comments(tx, instance_id, page, newest_first=newest_first)


def write(
    tx: Transaction,
    instance_id: UUID,
    text: str,
    *,
    by: Actor,
    task_id: UUID | None = None,
) -> Comment:
    """Return a new comment on a case, running or ended, said at one of its tasks or at none.

    Raises:
        InstanceNotFound, NotYourCase: as they say.
        TaskNotFound: the case has no such task.
        InvalidComment: empty or too long.
    """
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise InvalidComment(fields={"text": Said("Write something first.")})
    if len(text) > LONGEST:
        raise InvalidComment(fields={"text": Said("at most {longest} characters", longest=LONGEST)})
    instances.visible(tx, instance_id, by)
    require_task_of(tx, instance_id, task_id)
    repository.lock_instance(tx, instance_id)
    comment = Comment(
        tenant_id=tx.tenant_id,
        id=new_id(),
        instance_id=instance_id,
        task_id=task_id,
        text=text,
        written_at=tx.now,
        written_by=by.username,
    )
    tx.add(comment)
    history.record(
        tx,
        EventType.COMMENT_WRITTEN,
        instance_id=instance_id,
        actor=by.username,
        task_id=task_id,
        detail={"comment_id": str(comment.id)},
    )
    return comment


def require_task_of(tx: Transaction, instance_id: UUID, task_id: UUID | None) -> None:
    """Return if the task, if any is named, is one of the case. Raises TaskNotFound."""
    if task_id is not None and repository.task(tx, task_id).task.instance_id != instance_id:
        raise TaskNotFound(id=str(task_id))
