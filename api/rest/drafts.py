"""Drafts: what the caller has filled in of a task so far."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, RequestBody, local
from engine import drafts
from engine.database import Transaction
from engine.model import Draft
from engine.permissions import Actor

resource = Resource("drafts", "What somebody has filled in of a task; it ends with the task.")


class SaveDraft(RequestBody):
    """What is filled in, as typed: nothing of it has to be valid yet."""

    fields: dict[str, str] = Field(
        default={}, description="By field id.", examples=[{"perlu_perbaikan": "true"}]
    )
    checked: list[str] = Field(
        default=[],
        description="Entries of `required_documents`, which are parted by semicolons or lines.",
        examples=[[]],
    )


class ShownDraft(Answer):
    """What the caller has filled in; nobody else sees it."""

    fields: dict[str, str]
    checked: list[str]
    saved_at: datetime | None = Field(description="null: there is none.")

    @classmethod
    def of(cls, tx: Transaction, draft: Draft | None) -> "ShownDraft":
        """Return the draft as it is shown, an empty one if there is none."""
        if draft is None:
            return cls(fields={}, checked=[], saved_at=None)
        saved_at = local(tx, draft.saved_at)
        return cls(fields=draft.fields, checked=draft.checked, saved_at=saved_at)


@resource.get("/tasks/<uuid:task_id>/draft", ShownDraft, problems=(403, 404))
def get_draft(tx: Transaction, by: Actor, task_id: UUID) -> ShownDraft:
    """Show what the caller has filled in of a task so far."""
    return ShownDraft.of(tx, drafts.get(tx, task_id, by=by))


@resource.post("/tasks/<uuid:task_id>/draft", ShownDraft, problems=(403, 404, 409))
def save_draft(tx: Transaction, by: Actor, task_id: UUID, json: SaveDraft) -> ShownDraft:
    """Keep what the caller has filled in of an open task, instead of what was kept before."""
    draft = drafts.save(tx, task_id, fields=json.fields, checked=json.checked, by=by)
    return ShownDraft.of(tx, draft)
