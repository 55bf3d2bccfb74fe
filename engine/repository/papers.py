"""What people add to a case beside its steps: drafts, comments, documents."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, insert, select

from engine.database import Transaction
from engine.errors import NotFound
from engine.model import Comment, Document, DocumentChunk, Draft
from engine.repository.paging import Order, Page, PageRequest, one, page_of


class DocumentNotFound(NotFound):
    """There is no such document."""


def draft(tx: Transaction, task_id: UUID, user_id: UUID) -> Draft | None:
    """Return what a user has filled in of a task so far."""
    return tx.session.get(Draft, (tx.tenant_id, task_id, user_id))


def delete_drafts(tx: Transaction, task_ids: Collection[UUID]) -> None:
    """Remove what anybody has filled in of these tasks."""
    if task_ids:
        ended = (Draft.tenant_id == tx.tenant_id, Draft.task_id.in_(task_ids))
        tx.session.execute(delete(Draft).where(*ended))


def comments(
    tx: Transaction, instance_id: UUID, page: PageRequest, *, newest_first: bool = False
) -> Page[Comment]:
    """Return what was said about a case, the oldest first."""
    query = select(Comment).where(
        Comment.tenant_id == tx.tenant_id, Comment.instance_id == instance_id
    )
    order: Order = [(Comment.id, newest_first)]
    return page_of(tx, query, page, order=order)


def document(tx: Transaction, document_id: UUID) -> Document:
    """Return a document, removed or not, without its content. Raises DocumentNotFound."""
    return one(tx, Document, document_id, DocumentNotFound)


def documents(
    tx: Transaction, instance_id: UUID, page: PageRequest, *, newest_first: bool = False
) -> Page[Document]:
    """Return the documents of a case, removed ones too, the oldest first."""
    query = select(Document).where(
        Document.tenant_id == tx.tenant_id, Document.instance_id == instance_id
    )
    order: Order = [(Document.id, newest_first)]
    return page_of(tx, query, page, order=order)


def insert_chunk(tx: Transaction, document_id: UUID, number: int, content: bytes) -> None:
    """Write a part of a file at once, so that the session holds none of it."""
    row = {
        "tenant_id": tx.tenant_id,
        "document_id": document_id,
        "number": number,
        "content": content,
    }
    tx.session.execute(insert(DocumentChunk).values(row))


def chunk(tx: Transaction, document_id: UUID, number: int) -> bytes | None:
    """Return a part of a file, None beyond its end."""
    query = select(DocumentChunk.content).where(
        DocumentChunk.tenant_id == tx.tenant_id,
        DocumentChunk.document_id == document_id,
        DocumentChunk.number == number,
    )
    return tx.session.scalar(query)


def delete_chunks(tx: Transaction, document_id: UUID) -> None:
    """Remove the content of a document."""
    tx.session.execute(
        delete(DocumentChunk).where(
            DocumentChunk.tenant_id == tx.tenant_id,
            DocumentChunk.document_id == document_id,
        )
    )
