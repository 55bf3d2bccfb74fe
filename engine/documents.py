"""Documents of a case: read through once to be judged, and kept in parts.

Neither reading, writing nor sending ever holds more than one part in memory.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final
from uuid import UUID

from engine import comments, history, instances, repository
from engine.database import Database, Transaction
from engine.errors import Conflict, Forbidden, Invalid, Said
from engine.history import EventType
from engine.model import Document, Role, new_id
from engine.permissions import Actor
from engine.repository import Page, PageRequest

PART: Final = 256 * 1024
"""Bytes of one part."""
_LONGEST_NAME: Final = 200


class InvalidDocument(Invalid):
    """This file cannot be kept."""


class DocumentRemoved(Conflict):
    """This document has been removed."""


class NotYourDocument(Forbidden):
    """Only whoever attached a document, or a supervisor, can remove it."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file that can be kept, and how its content shows that it is one."""

    media_type: str
    begins: tuple[bytes, ...] = ()
    """One of these."""
    holds: bytes = b""
    """Somewhere."""
    lacks: bytes = b""
    """Everywhere."""


_ZIP, _OLE, _OFFICE = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "vnd.openxmlformats-",
)
_MACROS: Final = b"vbaProject.bin"


def _open_xml(name: str, folder: bytes) -> Kind:
    media_type = f"application/{_OFFICE}officedocument.{name}"
    return Kind(media_type=media_type, begins=(_ZIP,), holds=folder, lacks=_MACROS)


def _open_document(name: str) -> Kind:
    media_type = f"application/vnd.oasis.opendocument.{name}"
    return Kind(media_type=media_type, begins=(_ZIP,), holds=media_type.encode())


def _text(media_type: str) -> Kind:
    return Kind(media_type=media_type, lacks=b"\0")


_JPEG: Final = Kind(media_type="image/jpeg", begins=(b"\xff\xd8\xff",))
KINDS: Final[Mapping[str, Kind]] = {
    ".pdf": Kind(media_type="application/pdf", begins=(b"%PDF-",)),
    ".docx": _open_xml("wordprocessingml.document", b"word/"),
    ".xlsx": _open_xml("spreadsheetml.sheet", b"xl/"),
    ".pptx": _open_xml("presentationml.presentation", b"ppt/"),
    ".doc": Kind(media_type="application/msword", begins=(_OLE,)),
    ".xls": Kind(media_type="application/vnd.ms-excel", begins=(_OLE,)),
    ".ppt": Kind(media_type="application/vnd.ms-powerpoint", begins=(_OLE,)),
    ".odt": _open_document("text"),
    ".ods": _open_document("spreadsheet"),
    ".odp": _open_document("presentation"),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": Kind(media_type="image/png", begins=(b"\x89PNG\r\n\x1a\n",)),
    ".txt": _text("text/plain"),
    ".csv": _text("text/csv"),
}
"""By ending. Nothing that a browser would run, and nothing that hides other files."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that has been judged, and where to read it again."""

    name: str
    media_type: str
    size: int
    digest: str
    """SHA-256 (hex)."""
    stream: IO[bytes]


def read(stream: IO[bytes], name: str, *, most: int) -> Upload:
    """Return what a file is, after reading it once from its beginning.

    Raises InvalidDocument: of a kind that is not kept, not what its name says, empty, or larger
    than `most` bytes.
    """
    name = _plain_name(name)
    kind = _kind_of(name)
    size, digest = 0, hashlib.sha256()
    looking = _Looking(kind)
    stream.seek(0)
    while part := stream.read(PART):
        size += len(part)
        if size > most:
            raise _refused(Said("This file is larger than {most} MB.", most=f"{most / 2**20:g}"))
        digest.update(part)
        looking.see(part)
    if size == 0:
        raise _refused(Said("This file is empty."))
    looking.require_fit()
    return Upload(
        name=name,
        media_type=kind.media_type,
        size=size,
        digest=digest.hexdigest(),
        stream=stream,
    )


class _Looking:
    """What has been seen of a file, part by part."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._first = b""
        self._before = b""
        self._holds = self._lacks = False

    def see(self, part: bytes) -> None:
        self._first = self._first or part[:64]
        seen = self._before + part
        self._holds = self._holds or self._kind.holds in seen
        self._lacks = self._lacks or (bool(self._kind.lacks) and self._kind.lacks in seen)
        self._before = part[-128:]

    def require_fit(self) -> None:
        if self._lacks and self._kind.lacks == _MACROS:
            raise _refused(Said("This file has macros; save it without them."))
        begins = not self._kind.begins or self._first.startswith(self._kind.begins)
        if self._lacks or not begins or not self._holds:
            raise _refused(Said("The content of this file is not what its name says."))


def attach(
    tx: Transaction,
    instance_id: UUID,
    upload: Upload,
    *,
    by: Actor,
    task_id: UUID | None = None,
) -> Document:
    """Return the new document of a case, running or ended: the output of a task, or of none.

    Raises:
        InstanceNotFound, NotYourCase: as they say.
        TaskNotFound: the case has no such task.
    """
    instances.visible(tx, instance_id, by)
    comments.require_task_of(tx, instance_id, task_id)
    repository.lock_instance(tx, instance_id)
    document = Document(
        tenant_id=tx.tenant_id,
        id=new_id(),
        instance_id=instance_id,
        task_id=task_id,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        digest=upload.digest,
        uploaded_at=tx.now,
        uploaded_by=by.username,
    )
    tx.add(document)
    _record(tx, EventType.DOCUMENT_ATTACHED, document, by)
    tx.flush()
    upload.stream.seek(0)
    for number, part in enumerate(iter(lambda: upload.stream.read(PART), b"")):
        repository.insert_chunk(tx, document.id, number, part)
    return document


def find(
    tx: Transaction,
    instance_id: UUID,
    *,
    by: Actor,
    page: PageRequest,
    newest_first: bool = False,
) -> Page[Document]:
    """Return the documents of a case, removed ones too, the oldest first.

    Raises as `instances.visible`.
    """
    instances.visible(tx, instance_id, by)
    return repository.documents(tx, instance_id, page, newest_first=newest_first)


def get(tx: Transaction, document_id: UUID, *, by: Actor) -> Document:
    """Return a document. Raises DocumentNotFound, NotYourCase."""
    document = repository.document(tx, document_id)
    instances.visible(tx, document.instance_id, by)
    return document


def get_present(tx: Transaction, document_id: UUID, *, by: Actor) -> Document:
    """Return a document whose content is there. Raises as `get`, and DocumentRemoved."""
    document = get(tx, document_id, by=by)
    _require_present(document)
    return document


def _require_present(document: Document) -> None:
    if document.removed_at is not None:
        raise DocumentRemoved(id=str(document.id), removed_by=document.removed_by)


def content(database: Database, document_id: UUID) -> Iterator[bytes]:
    """Yield a document that the caller may read, part by part, each in a transaction of its own.

    So a slow reader holds nothing up. Of one that is removed meanwhile the rest is missing.
    """
    number = 0
    while True:
        with database.read() as tx:
            part = repository.chunk(tx, document_id, number)
        if part is None:
            return
        yield part
        number += 1


def may_remove(document: Document, by: Actor) -> bool:
    """Return whether the actor attached the document or is a supervisor."""
    return document.uploaded_by == by.username or by.has(Role.SUPERVISOR)


def remove(tx: Transaction, document_id: UUID, *, by: Actor) -> Document:
    """Return the document, its content gone; that it was there, and who removed it, stays.

    Raises:
        DocumentNotFound, NotYourCase, NotYourDocument, DocumentRemoved: as they say.
    """
    document = get(tx, document_id, by=by)
    repository.lock_instance(tx, document.instance_id)
    tx.session.refresh(document)
    _require_present(document)
    if not may_remove(document, by):
        raise NotYourDocument(id=str(document_id))
    repository.delete_chunks(tx, document_id)
    document.removed_at, document.removed_by = tx.now, by.username
    _record(tx, EventType.DOCUMENT_REMOVED, document, by)
    return document


def _record(tx: Transaction, event: EventType, document: Document, by: Actor) -> None:
    history.record(
        tx,
        event,
        instance_id=document.instance_id,
        actor=by.username,
        task_id=document.task_id,
        detail={"document_id": str(document.id), "name": document.name},
    )


def _plain_name(name: str) -> str:
    """Return the name without folders and invisible characters, its ending kept."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/")).rpartition("/")[2]
    shown = "".join(one if unicodedata.category(one)[0] != "C" else "" for one in last)
    path = PurePosixPath(" ".join(shown.split()).strip(". ") or "dokumen")
    return path.stem[: _LONGEST_NAME - len(path.suffix)] + path.suffix


def _kind_of(name: str) -> Kind:
    ending = PurePosixPath(name).suffix.lower()
    if ending not in KINDS:
        allowed = ", ".join(one.removeprefix(".") for one in KINDS)
        raise _refused(
            Said("Files of this kind cannot be kept; these can: {kinds}.", kinds=allowed)
        )
    return KINDS[ending]


def _refused(sentence: str) -> InvalidDocument:
    return InvalidDocument(fields={"file": sentence})
