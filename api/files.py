"""Files that people send and get: larger than other requests, and never whole in memory.

The form parser spools them to disk; they are judged before the transaction begins.
"""

import json
from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Request, Response, g, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from api.bodies import MULTIPART, Body
from api.responses import keep_as
from api.wiring import wired
from engine import documents
from engine.documents import InvalidDocument, Upload
from engine.errors import Said
from engine.model import Document

BYTES: Final = "application/octet-stream"
FIELD: Final = "file"
"""The field of the form in which a program sends a file."""

_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_ENVELOPE: Final = 1 << 20
"""Bytes that the form around a file may have; so most files that are too large are told kindly."""


class FileForm(NamedTuple):
    """A form with a file: how large the file may come, and how it is read."""

    most: Callable[[], int]
    """Returns the bytes of the largest file that is read at all."""

    read: Callable[[], object]
    """Reads the file of the present form, before the transaction begins. Raises Invalid."""


def allow(most: int) -> None:
    """Let the present request carry a file of so many bytes; before its body is read."""
    request.max_content_length = most + _ENVELOPE


def largest_document() -> int:
    """Return the bytes of the largest document that this office keeps."""
    return wired().settings.max_document_bytes


def received(field: str) -> Upload:
    """Return the one file of the present form, judged.

    Raises InvalidDocument: none, several, or one that cannot be kept.
    """
    file = chosen(field)
    return documents.read(file.stream, file.filename or "", most=largest_document())


def chosen(field: str) -> FileStorage:
    """Return the one file of the present form. Raises InvalidDocument: none, or several."""
    files = [file for file in request.files.getlist(field) if file.filename]
    if len(files) != 1:
        raise InvalidDocument(fields={"file": Said("Choose a file first.")})
    return files[0]


def read_document(request: Request) -> Body:
    """Pass the one file of a form through the gate, as `g.upload`.

    Raises:
        UnsupportedMediaType: it is no such form.
        InvalidDocument: not exactly one file, or one that cannot be kept.
    """
    if request.mimetype != MULTIPART:
        raise UnsupportedMediaType(f"The body has to be {MULTIPART}.")
    allow(largest_document())
    upload = g.upload = received(FIELD)
    fields = list(request.form.items(multi=True))
    return Body(fingerprint=json.dumps([upload.name, upload.digest, fields]).encode())


def sent(document: Document, *, media_type: str) -> Response:
    """Return the answer that streams a document to whoever may read it, to be kept and not run."""
    answer = Response(documents.content(wired().database, document.id), mimetype=media_type)
    answer.content_length = document.size
    keep_as(answer, document.name)
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
