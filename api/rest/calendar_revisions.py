"""Calendar revisions: changing what deadlines are counted by, never silently."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, RequestBody, local
from api.wiring import wired
from engine import repository, revisions
from engine.database import Transaction
from engine.model import CalendarRevision
from engine.permissions import Actor
from engine.revisions import Move, Preview

resource = Resource(
    "calendar revisions", "What deadlines are counted by: applied by somebody, never changed."
)
_MOST_MOVES = 200
_LONGEST_FILE = 500_000


class CalendarSource(RequestBody):
    """What to resolve into a revision."""

    file: str | None = Field(
        None,
        max_length=_LONGEST_FILE,
        description=(
            "The calendar file, TOML. Without it the file in force counts, with the national days "
            "as this version knows them."
        ),
        examples=[None],
    )


class ShownRevision(Answer):
    """The calendars of the office as they are counted by, until the next revision."""

    number: int = Field(description="1, 2, 3, …; the highest is in force.", examples=[1])
    created_at: datetime
    created_by: str = Field(description="A user name, or `system`.", examples=["admin"])
    holidays: str = Field(
        description="The version of the package that knew its national days.", examples=["0.109"]
    )
    digest: str = Field(description="Equal where file and national days are equal.")

    @classmethod
    def of(cls, tx: Transaction, revision: CalendarRevision) -> "ShownRevision":
        """Return the revision as it is shown."""
        return cls(
            number=revision.number,
            created_at=local(tx, revision.created_at),
            created_by=revision.created_by,
            holidays=revision.holidays,
            digest=revision.digest,
        )


class RevisionList(Listing[ShownRevision]):
    """One page of the revisions, the newest first."""


class ShownMove(Answer):
    """A deadline that would move."""

    task_id: UUID
    process_instance_id: UUID
    business_key: str = Field(examples=["LAKIP/2026/III"])
    step: str = Field(examples=["Membuat Dokumen Laporan Kinerja"])
    due_date: datetime = Field(description="By the revision in force.")
    moved_to: datetime

    @classmethod
    def of(cls, tx: Transaction, move: Move) -> "ShownMove":
        """Return the move as it is shown."""
        return cls(
            task_id=move.task_id,
            process_instance_id=move.instance_id,
            business_key=move.business_key,
            step=move.step,
            due_date=local(tx, move.due_at),
            moved_to=local(tx, move.moved_to),
        )


class ShownPreview(Answer):
    """What applying calendars would do."""

    changed: bool = Field(description="Whether they differ at all from those in force.")
    open_deadlines: int
    moved: int = Field(description="How many of the open deadlines would move.")
    moves: list[ShownMove] = Field(
        description=f"The first {_MOST_MOVES}, the earliest deadline first."
    )

    @classmethod
    def of(cls, tx: Transaction, preview: Preview) -> "ShownPreview":
        """Return the preview as it is shown."""
        return cls(
            changed=preview.changed,
            open_deadlines=preview.open_deadlines,
            moved=len(preview.moves),
            moves=[ShownMove.of(tx, move) for move in preview.moves[:_MOST_MOVES]],
        )


@resource.get("/calendar-revisions", RevisionList)
def list_calendar_revisions(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    query: ListQuery,
) -> RevisionList:
    """List the revisions of the office's calendars, the newest first."""
    page = repository.revisions(tx, query.page())
    return RevisionList.of(page, lambda revision: ShownRevision.of(tx, revision))


@resource.long_post("/calendar-revisions/preview", {200: ShownPreview}, problems=(403, 409))
def preview_calendar_revision(by: Actor, json: CalendarSource) -> ShownPreview:
    """Show which open deadlines applying a calendar would move; changes nothing. For admins."""
    with wired().database.read() as tx:
        return ShownPreview.of(tx, revisions.preview(tx, json.file, by=by))


@resource.long_post(
    "/calendar-revisions", {200: ShownRevision, 201: ShownRevision}, problems=(403, 409)
)
def apply_calendar_revision(by: Actor, json: CalendarSource) -> tuple[ShownRevision, int]:
    """Apply a calendar, and count every open deadline again by it.

    Each move is in the history of its case. 201: a new revision is in force; 200: nothing changed.
    For admins.
    """
    database = wired().database
    applied = revisions.apply(database, json.file, by=by)
    with database.read() as tx:
        return ShownRevision.of(tx, applied.revision), 201 if applied.created else 200
