"""Kotak tugas: the open tasks of whoever is logged in, the most urgent first."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pydantic import Field

from api.pages.declaring import Pages
from api.pages.queries import read_query
from api.pages.rendering import render
from api.rest.schemas import ListQuery
from engine import tasks, worklist
from engine.database import Transaction
from engine.model import Timeliness
from engine.permissions import Actor
from engine.repository import OpenCount

pages = Pages("inbox")
_PAGE: Final = 25


class InboxQuery(ListQuery):
    """What of the inbox is wanted."""

    limit: int = Field(_PAGE, ge=1, le=200)
    sop: str | None = Field(None, max_length=200)
    waktu: Timeliness | None = None
    selesai: UUID | None = None
    """The task that led here by being completed."""


@pages.get("/tugas")
def show_inbox(tx: Transaction, by: Actor) -> str:
    """Show what is to be done, filtered by SOP and by how it stands with its time."""
    query = read_query(InboxQuery)
    inbox = worklist.inbox(
        tx,
        by=by,
        page=query.page(),
        process_definition_key=query.sop,
        standing=query.waktu,
    )
    return render(
        "inbox.html",
        query=query,
        limit=None if query.limit == _PAGE else query.limit,
        inbox=inbox,
        next_cursor=query.cursor_after(inbox.next_after),
        done=tasks.completed_by(tx, query.selesai, by=by) if query.selesai else None,
        by_process=_by_process(inbox.counts),
        by_standing=_by_standing(inbox.counts),
    )


def _by_process(counts: Sequence[OpenCount]) -> dict[tuple[str, str], int]:
    """Return how many there are of each SOP, by its key and name."""
    found: dict[tuple[str, str], int] = {}
    for one in counts:
        key = one.process_definition_key, one.process_definition_name
        found[key] = found.get(key, 0) + one.count
    return found


def _by_standing(counts: Sequence[OpenCount]) -> dict[Timeliness, int]:
    """Return how many stand so with their time, the most urgent first."""
    return {
        standing: sum(one.count for one in counts if one.timeliness is standing)
        for standing in (Timeliness.OVERDUE, Timeliness.AT_RISK, Timeliness.ON_TRACK)
    }
