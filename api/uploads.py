"""Files that people send: larger than other requests, and never whole in memory.

The form parser spools them to disk; they are judged before the transaction begins.
"""

import json
from typing import Final

from flask import request

from api.wiring import wired
from engine import documents
from engine.documents import InvalidDocument, Upload

_ENVELOPE: Final = 1 << 20
"""Bytes that the form around a file may have; so most files that are too large are told kindly."""


def allow() -> None:
    """Let the present request be as large as a document; before its body is looked at."""
    request.max_content_length = wired().settings.max_document_bytes + _ENVELOPE


def received(field: str) -> Upload:
    """Return the one file of the present form, judged.

    Raises InvalidDocument: none, several, or one that cannot be kept.
    """
    files = [file for file in request.files.getlist(field) if file.filename]
    if len(files) != 1:
        raise InvalidDocument(fields={"file": "Choose a file first."})
    (file,) = files
    most = wired().settings.max_document_bytes
    return documents.read(file.stream, file.filename or "", most=most)


def fingerprint(upload: Upload) -> bytes:
    """Return what tells this form from another, without the file itself."""
    fields = list(request.form.items(multi=True))
    return json.dumps([upload.name, upload.digest, fields]).encode()
