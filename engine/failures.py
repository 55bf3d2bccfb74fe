"""What goes wrong in the storage, as errors of the engine: drivers are understood here alone."""

import logging
import re
import sqlite3
from collections.abc import Mapping

from sqlalchemy import ExceptionContext, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,  # noqa: A004 — of the connection pool
)

from engine.errors import AlurError, Conflict, Said, Unavailable
from engine.model import Base

log = logging.getLogger(__name__)

_UNDEFINED = frozenset({"42P01", "42703"})  # SQLSTATEs of PostgreSQL: table, column


class AlreadyExists(Conflict):
    """This exists already."""


class NotMigrated(Unavailable):
    """The database has not been migrated to this version: run `alur db upgrade`."""


class DiskFull(Unavailable):
    """The disk is full: the database can write again once there is room."""


class DiskFailed(Unavailable):
    """The disk is full or fails: the database cannot be read or written."""


class DatabaseReadOnly(Unavailable):
    """The database is read-only."""


class DatabaseBusy(Unavailable):
    """The database is busy; try again."""


def domain_error(error: DBAPIError | TimeoutError) -> AlurError | None:
    """Return what the driver's error means to the engine; None for a bug."""
    if isinstance(error, TimeoutError):
        return Unavailable(Said("All database connections are busy; try again."))
    if isinstance(error, IntegrityError):
        sentence = _SENTENCES.get(_violated(error))
        return AlreadyExists(sentence) if sentence else None
    code = _code(error.orig)
    if code in _UNDEFINED or re.search(r"no such (table|column)", str(error)):
        return NotMigrated()
    if "unable to open database file" in str(error):
        return NotMigrated(
            Said(
                "The database file is not there or cannot be opened or written to; only if there "
                "has never been one, make it with `alur db upgrade`."
            )
        )
    lost = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    if code not in _MEANINGS and not lost:
        return None
    known = _MEANINGS.get(code, Unavailable)()
    if not isinstance(known, DatabaseBusy):  # whoever has waited says so
        log.error("%s (%s)", known, error.orig)
    return known


_MEANINGS: Mapping[str | int | None, type[Unavailable]] = {
    "53100": DiskFull,
    "58030": DiskFailed,
    "25006": DatabaseReadOnly,
    "25P03": Unavailable,  # frozen for too long inside a transaction
    "55P03": DatabaseBusy,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_IOERR: DiskFailed,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_BUSY: DatabaseBusy,
}


def _code(error: BaseException | None) -> str | int | None:
    """Return PostgreSQL's SQLSTATE, or the primary result code of SQLite."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF
    return getattr(error, "sqlstate", None)


def leave_read_only(context: ExceptionContext) -> None:
    """Drop all connections to a database that is read-only: they would stay so after it is not."""
    if _MEANINGS.get(_code(context.original_exception)) is DatabaseReadOnly:
        context.is_disconnect = True


def _violated(error: IntegrityError) -> str:
    """Return the name of the violated constraint, or in SQLite its columns."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or str(error.orig).partition(": ")[2]


def _sentences() -> dict[str, str]:
    """Map what PostgreSQL (name) and SQLite (columns) say of a unique constraint to its sentence.

    >>> _sentences()["users.tenant_id, users.username"]
    'This user name is taken.'
    """
    sentences = {}
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint):
                sentence = constraint.info.get("sentence", "This exists already.")
                columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
                sentences[str(constraint.name)] = sentences[columns] = sentence
    return sentences


_SENTENCES = _sentences()
