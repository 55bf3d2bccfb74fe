"""Backup and restore: the whole database in one file that only its owner can read."""

from pathlib import Path

from engine.backup import postgresql, sqlite
from engine.backup.files import (
    DatabaseInUse,
    NewerBackup,
    NotABackup,
    NotWritten,
    RestoredBefore,
    ToolFailed,
    ToolMissing,
)
from engine.database import Database

__all__ = [
    "DatabaseInUse",
    "NewerBackup",
    "NotABackup",
    "NotWritten",
    "RestoredBefore",
    "ToolFailed",
    "ToolMissing",
    "backup",
    "restore",
]


def backup(database: Database, file: Path) -> None:
    """Write the database as it is at one moment into `file`, mode 600; work goes on meanwhile.

    An older file is replaced only once the new one is complete.

    Raises:
        NotMigrated: there is no database yet.
        NotABackup: the database is damaged, or is `file` itself.
        NotWritten: there is no space left, or the folder cannot be written to.
        ToolMissing, ToolFailed: of PostgreSQL's programs.
        Unavailable: the database does not answer.
    """
    if database.engine.dialect.name == "sqlite":
        sqlite.backup(_path(database), file)
    else:
        postgresql.backup(database, file)


def restore(database: Database, file: Path) -> Path | None:
    """Replace the database by a backup; return where what was replaced is kept.

    None means that there was nothing to replace. A backup of an older version is restored as it is
    and needs a migration afterwards.

    Raises:
        DatabaseInUse: something is connected to the database.
        NotABackup: damaged, or of another kind of database.
        NewerBackup: this version does not know its schema.
        RestoredBefore: what an earlier restore replaced is still kept, and is not overwritten.
        ToolMissing, ToolFailed: of PostgreSQL's programs.
        Unavailable: the database does not answer.
    """
    if database.engine.dialect.name == "sqlite":
        database.dispose()
        return sqlite.restore(_path(database), file)
    return postgresql.restore(database, file)


def _path(database: Database) -> Path:
    return Path(str(database.engine.url.database))
