"""Comments: what people say about a case."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, RequestBody, local
from engine import comments
from engine.database import Transaction
from engine.model import Comment
from engine.permissions import Actor

resource = Resource("comments", "What people say about a case, for all who see it.")


class WriteComment(RequestBody):
    """What is to be said."""

    text: str = Field(max_length=comments.LONGEST, examples=["Data bidang belum lengkap."])
    task_id: UUID | None = Field(None, strict=False, description="The task at which it is said.")


class ShownComment(Answer):
    """What somebody said."""

    id: UUID
    task_id: UUID | None = Field(description="The task at which it was said.")
    text: str
    written_at: datetime
    written_by: str = Field(description="User name.", examples=["kasubag"])

    @classmethod
    def of(cls, tx: Transaction, comment: Comment) -> "ShownComment":
        """Return the comment as it is shown."""
        return cls(
            id=comment.id,
            task_id=comment.task_id,
            text=comment.text,
            written_at=local(tx, comment.written_at),
            written_by=comment.written_by,
        )


class Comments(Listing[ShownComment]):
    """One page of what was said."""


@resource.get("/process-instances/<uuid:instance_id>/comments", Comments, problems=(403, 404))
def list_comments(tx: Transaction, by: Actor, instance_id: UUID, query: ListQuery) -> Comments:
    """List what was said about a case, the oldest first."""
    page = comments.find(tx, instance_id, by=by, page=query.page())
    return Comments.of(page, lambda comment: ShownComment.of(tx, comment))


@resource.post(
    "/process-instances/<uuid:instance_id>/comments",
    ShownComment,
    status=201,
    problems=(403, 404),
)
def write_comment(
    tx: Transaction, by: Actor, instance_id: UUID, json: WriteComment
) -> ShownComment:
    """Say something about a case, running or ended. It cannot be changed."""
    comment = comments.write(tx, instance_id, json.text, by=by, task_id=json.task_id)
    return ShownComment.of(tx, comment)
