"""What backups of every kind of database share: their errors, and how a file comes into being."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import Conflict, Invalid, Unavailable
from engine.model import SCHEMA_REVISION

_KEPT = ".before-restore"


class NotWritten(Unavailable):
    """The backup could not be written."""


class NotABackup(Invalid):
    """This file is not a usable backup of this kind of database."""


class NewerBackup(Invalid):
    """This backup was made by a newer version of Alur: install that version first."""


class DatabaseInUse(Conflict):
    """The database is in use: stop all of Alur, then restore."""


class RestoredBefore(Conflict):
    """What an earlier restore replaced is still there: move it away first."""


class ToolMissing(Unavailable):
    """A program of PostgreSQL is not installed: apt-get install postgresql-client."""


class ToolFailed(Unavailable):
    """A program of PostgreSQL has failed."""


@contextmanager
def private_file(target: Path) -> Iterator[Path]:
    """Yield an empty file, mode 600, that becomes `target` in one step if the block ends well."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(descriptor)
    new = Path(name)
    try:
        yield new
        _sync(new)
        new.replace(target)
        _sync(target.parent)
    finally:
        new.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Return once the file or folder has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kept_beside(path: Path) -> Path:
    """Return where a restore keeps what it replaces. Raises RestoredBefore."""
    kept = path.with_name(path.name + _KEPT)
    if kept.exists():
        raise RestoredBefore(file=str(kept))
    return kept


def require_magic(file: Path, magic: bytes) -> None:
    """Return if the file begins like a backup of its kind. Raises NotABackup."""
    with file.open("rb") as opened:
        if opened.read(len(magic)) != magic:
            raise NotABackup(file=str(file))


def require_known(revision: str) -> None:
    """Return if this version knows the schema; revisions are numbered. Raises NewerBackup."""
    if revision > SCHEMA_REVISION:
        raise NewerBackup(found=revision, known=SCHEMA_REVISION)
