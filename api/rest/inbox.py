"""The inbox: what is to be done by whoever asks, and how many stand how."""

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, ListQuery
from api.rest.tasks import ListedTask
from engine import worklist
from engine.database import Transaction
from engine.model import Timeliness
from engine.permissions import Actor
from engine.repository import OpenCount
from engine.worklist import Entry

resource = Resource("inbox", "What is to be done by whoever asks.")


class InboxQuery(ListQuery):
    """Which of it is wanted."""

    process_definition_key: str | None = Field(None, max_length=200)
    timeliness: Timeliness | None = None


class ShownEntry(Answer):
    """A task that the caller may do."""

    task: ListedTask
    number: int = Field(description="Of the step in the SOP.", examples=[6])
    required_documents: str = Field(description="Kelengkapan: what has to be there before.")
    output: str = Field(description="What has to be there after.")
    minutes_left: int = Field(description="Working minutes until the due date; 0 without one.")
    used: float = Field(description="Which part of its working time has passed.", ge=0, le=1)

    @classmethod
    def of(cls, tx: Transaction, entry: Entry) -> "ShownEntry":
        """Return the entry as it is shown."""
        return cls(
            task=ListedTask.listing(tx)(entry.record),
            number=entry.step.number,
            required_documents=entry.step.required_documents,
            output=entry.step.output,
            minutes_left=entry.minutes_left,
            used=entry.used,
        )


class ShownOpenCount(Answer):
    """How many tasks of an SOP stand so with their time."""

    process_definition_key: str
    process_definition_name: str
    timeliness: Timeliness | None = Field(description="null: without a due date.")
    count: int

    @classmethod
    def of(cls, counted: OpenCount) -> "ShownOpenCount":
        """Return the number as it is shown."""
        return cls(
            process_definition_key=counted.process_definition_key,
            process_definition_name=counted.process_definition_name,
            timeliness=counted.timeliness,
            count=counted.count,
        )


class ShownInbox(Answer):
    """What is to be done, the most urgent first."""

    items: list[ShownEntry]
    next_cursor: str | None = Field(description="Where the next page starts; null on the last one.")
    counts: list[ShownOpenCount] = Field(
        description="Of all that is to be done, whatever is filtered."
    )


@resource.get("/inbox", ShownInbox)
def get_inbox(tx: Transaction, by: Actor, query: InboxQuery) -> ShownInbox:
    """List the open tasks of the positions held that nobody else has taken, and count them."""
    found = worklist.inbox(
        tx,
        by=by,
        page=query.page(),
        process_definition_key=query.process_definition_key,
        standing=query.timeliness,
    )
    return ShownInbox(
        items=[ShownEntry.of(tx, entry) for entry in found.entries],
        next_cursor=query.cursor_after(found.next_after),
        counts=[ShownOpenCount.of(counted) for counted in found.counts],
    )
