"""Backup and restore of a SQLite file, with the driver's online backup."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from engine.backup.files import (
    DatabaseInUse,
    NotABackup,
    NotWritten,
    kept_beside,
    private_file,
    require_known,
    require_magic,
)
from engine.failures import NotMigrated

_MAGIC = b"SQLite format 3\0"
_COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite writes beside a database; they belong to one file and to no other."""


def backup(source: Path, target: Path) -> None:
    """Write a consistent copy of the database that is in use.

    Raises NotMigrated, NotABackup, NotWritten.
    """
    if not source.exists():
        raise NotMigrated(file=str(source))
    if target.exists() and target.samefile(source):
        raise NotABackup("The backup would overwrite the database itself.", file=str(target))
    with (
        private_file(target) as new,
        closing(sqlite3.connect(source)) as live,
        closing(sqlite3.connect(new)) as copy,
    ):
        try:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        except sqlite3.OperationalError as error:
            raise NotWritten(
                f"The backup could not be written: {error}.", file=str(target)
            ) from error
        _require_usable(copy)


def restore(target: Path, file: Path) -> Path | None:
    """Replace the database by a backup; return where the old one is kept, if there was one."""
    require_magic(file, _MAGIC)
    kept = kept_beside(target)
    existed = target.exists()
    with _alone(target), private_file(target) as new:
        shutil.copyfile(file, new)
        with closing(sqlite3.connect(new)) as copy:
            require_known(_require_usable(copy))
        if existed:
            os.link(target, kept)
            _set_companions_aside(target, kept)
    return kept if existed else None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the database while nobody else has it open. Raises DatabaseInUse.

    Leaving WAL needs the file for itself, so it shows whether another connection is open, also an
    idle one; it moves the log into the file too. A database too damaged to be locked is in no use.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise DatabaseInUse(file=str(path)) from error
        yield


def _set_companions_aside(database: Path, kept: Path) -> None:
    """Keep what a damaged database left beside it from being taken for the restored one's."""
    for suffix in _COMPANIONS:
        companion = database.with_name(database.name + suffix)
        if companion.exists():
            companion.replace(kept.with_name(kept.name + suffix))


def _require_usable(connection: sqlite3.Connection) -> str:
    """Return the schema revision of an intact database of Alur. Raises NotABackup."""
    try:
        ((verdict,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise NotABackup(f"The database is damaged: {verdict}")
        ((revision,),) = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except (sqlite3.DatabaseError, ValueError) as error:
        raise NotABackup(f"This is not a usable database of Alur: {error}") from error
    return str(revision)
