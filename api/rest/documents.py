"""Documents: the files of a case."""

from datetime import datetime
from uuid import UUID

from flask import Response, g
from pydantic import Field

from api import files
from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, Query, local, local_or_none
from engine import documents
from engine.database import Transaction
from engine.model import Document
from engine.permissions import Actor

resource = Resource("documents", "The files of a case, such as the output of a step.")


class AttachQuery(Query):
    """What the file is."""

    task_id: UUID | None = Field(None, description="The task whose output it is.")


class ShownDocument(Answer):
    """A file of a case, without its content."""

    id: UUID
    process_instance_id: UUID
    task_id: UUID | None = Field(description="The task whose output it is.")
    name: str = Field(examples=["Laporan Kinerja.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Bytes.")
    sha256: str
    uploaded_at: datetime
    uploaded_by: str = Field(description="User name.", examples=["kasubag"])
    removed_at: datetime | None = Field(description="Since when its content is gone.")
    removed_by: str | None = Field(description="User name.")

    @classmethod
    def of(cls, tx: Transaction, document: Document) -> "ShownDocument":
        """Return the document as it is shown."""
        return cls(
            id=document.id,
            process_instance_id=document.instance_id,
            task_id=document.task_id,
            name=document.name,
            media_type=document.media_type,
            size=document.size,
            sha256=document.digest,
            uploaded_at=local(tx, document.uploaded_at),
            uploaded_by=document.uploaded_by,
            removed_at=local_or_none(tx, document.removed_at),
            removed_by=document.removed_by,
        )


class Documents(Listing[ShownDocument]):
    """One page of the documents of a case."""


@resource.get("/process-instances/<uuid:instance_id>/documents", Documents, problems=(403, 404))
def list_documents(tx: Transaction, by: Actor, instance_id: UUID, query: ListQuery) -> Documents:
    """List the documents of a case, the oldest first, those that were removed too."""
    page = documents.find(tx, instance_id, by=by, page=query.page())
    return Documents.of(page, lambda document: ShownDocument.of(tx, document))


@resource.attach(
    "/process-instances/<uuid:instance_id>/documents", ShownDocument, problems=(403, 404)
)
def attach_document(
    tx: Transaction, by: Actor, instance_id: UUID, query: AttachQuery
) -> ShownDocument:
    """Attach a file to a case, running or ended.

    Office documents, images and text are kept, if their content is what their name says.
    """
    document = documents.attach(tx, instance_id, g.upload, by=by, task_id=query.task_id)
    return ShownDocument.of(tx, document)


@resource.get("/documents/<uuid:document_id>", ShownDocument, problems=(403, 404))
def get_document(tx: Transaction, by: Actor, document_id: UUID) -> ShownDocument:
    """Show what is known of a document."""
    return ShownDocument.of(tx, documents.get(tx, document_id, by=by))


@resource.get("/documents/<uuid:document_id>/content", files.BYTES, problems=(403, 404, 409))
def download_document(tx: Transaction, by: Actor, document_id: UUID) -> Response:
    """Send the content of a document; 409 if it was removed."""
    return files.sent(documents.get_present(tx, document_id, by=by), media_type=files.BYTES)


@resource.post("/documents/<uuid:document_id>/remove", ShownDocument, problems=(403, 404, 409))
def remove_document(tx: Transaction, by: Actor, document_id: UUID) -> ShownDocument:
    """Remove the content of a document; that it was there stays on record.

    For whoever attached it and for supervisors.
    """
    return ShownDocument.of(tx, documents.remove(tx, document_id, by=by))
