"""Comments and documents of a case, as the pages of a case and of its tasks show them.

Such a page gives its template what `panel` returns: the newest of both. It declares two addresses
below its own, `/komentar` and `/dokumen`, that call `write_comment` and `attach_document`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Response

from api import files
from api.pages.declaring import Form, Pages, back_to
from api.pages.persons import introduce
from api.pages.queries import read_query
from api.pages.rendering import render
from api.rest.schemas import ListQuery
from engine import comments, documents, instances
from engine.comments import InvalidComment
from engine.database import Transaction
from engine.documents import InvalidDocument, Upload
from engine.errors import Invalid
from engine.model import Comment, Document
from engine.permissions import Actor
from engine.repository import InstanceRecord, Page, PageRequest

pages = Pages("together")
FILE: Final = "berkas"
"""The field of the form that holds the file."""
_SHOWN: Final = PageRequest(limit=50)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What was said about a case, and its documents."""

    instance_id: UUID
    comments: Sequence[Comment]
    """The oldest of them first, as the documents."""
    documents: Sequence[Document]
    more_comments: bool
    """Whether there are older ones."""
    more_documents: bool
    removable: frozenset[UUID]
    """The documents that whoever looks may remove."""
    longest: int
    """Characters of a comment."""
    most_bytes: int
    endings: str
    """Of the files that can be kept, as `accept` of a file field wants them."""
    typed: str = ""
    """The comment that was not valid."""
    error: Invalid | None = None


def panel(
    tx: Transaction,
    by: Actor,
    instance_id: UUID,
    *,
    form: Form | None = None,
    error: Invalid | None = None,
) -> Panel:
    """Return what the macro `together` of `together.html` shows.

    `form` and `error` are those of the page; what is about another form of it is left alone.
    """
    said = comments.find(tx, instance_id, by=by, page=_SHOWN, newest_first=True)
    kept = documents.find(tx, instance_id, by=by, page=_SHOWN, newest_first=True)
    _introduce_all(tx, said.items, kept.items)
    ours = is_about_panel(error)
    return Panel(
        instance_id=instance_id,
        comments=said.items[::-1],
        documents=kept.items[::-1],
        more_comments=said.next_after is not None,
        more_documents=kept.next_after is not None,
        removable=frozenset(
            one.id for one in kept.items if one.removed_at is None and documents.may_remove(one, by)
        ),
        longest=comments.LONGEST,
        most_bytes=files.largest_document(),
        endings=",".join(documents.KINDS),
        typed=form.get("text", "") if form and ours else "",
        error=error if ours else None,
    )


def _introduce_all(tx: Transaction, said: Iterable[Comment], kept: Iterable[Document]) -> None:
    introduce(tx, [one.written_by for one in said])
    introduce(tx, [who for one in kept for who in (one.uploaded_by, one.removed_by)])


@pages.get("/kasus/<uuid:instance_id>/komentar")
def show_comments(tx: Transaction, by: Actor, instance_id: UUID) -> str:
    """Show everything that was said about a case, the oldest first."""
    query = read_query(ListQuery)
    found = comments.find(tx, instance_id, by=by, page=query.page())
    _introduce_all(tx, found.items, ())
    return _all_of(instances.visible(tx, instance_id, by), "comments", found)


@pages.get("/kasus/<uuid:instance_id>/dokumen")
def show_documents(tx: Transaction, by: Actor, instance_id: UUID) -> str:
    """Show all documents of a case, the oldest first."""
    query = read_query(ListQuery)
    found = documents.find(tx, instance_id, by=by, page=query.page())
    _introduce_all(tx, (), found.items)
    return _all_of(instances.visible(tx, instance_id, by), "documents", found)


def _all_of(record: InstanceRecord, what: str, found: Page[Any]) -> str:
    return render(
        "all_of.html",
        record=record,
        what=what,
        items=found.items,
        next_cursor=ListQuery.cursor_after(found.next_after),
    )


def is_about_panel(error: Invalid | None) -> bool:
    """Return whether an error is of one of the forms of the panel."""
    return isinstance(error, InvalidComment | InvalidDocument)


def write_comment(
    tx: Transaction, by: Actor, instance_id: UUID, form: Form, *, task_id: UUID | None = None
) -> None:
    """Write the comment of the panel's form. Raises as `comments.write`."""
    comments.write(tx, instance_id, form.get("text", ""), by=by, task_id=task_id)


def attach_document(
    tx: Transaction, by: Actor, instance_id: UUID, upload: Upload, *, task_id: UUID | None = None
) -> None:
    """Attach the file of the panel's form. Raises as `documents.attach`."""
    documents.attach(tx, instance_id, upload, by=by, task_id=task_id)


def _received() -> Upload:
    """Return the file of the panel's form. Raises InvalidDocument."""
    return files.received(FILE)


DOCUMENT: Final = files.FileForm(most=files.largest_document, read=_received)
"""The panel's form for a document."""


@pages.get("/dokumen/<uuid:document_id>")
def download(tx: Transaction, by: Actor, document_id: UUID) -> Response:
    """Send a document, to be kept and never to be run."""
    document = documents.get_present(tx, document_id, by=by)
    return files.sent(document, media_type=document.media_type)


@pages.post("/dokumen/<uuid:document_id>/hapus")
def remove_document(tx: Transaction, by: Actor, document_id: UUID, form: Form) -> Response:
    """Remove a document of one's own, or any as a supervisor; return to where it was shown."""
    documents.remove(tx, document_id, by=by)
    return back_to(form.get("kembali", "/"))
