"""The database: its settings, and the one transaction that everything happens in.

`with database.begin() as tx:` commits on leaving and rolls back on any error. SQLite and PostgreSQL
behave alike: writers on SQLite start with BEGIN IMMEDIATE, so they queue for the file as writers of
one case queue for its row on PostgreSQL.
"""

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    NullPool,
    PrimaryKeyConstraint,
    UniqueConstraint,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,  # noqa: A004 — of the connection pool
)
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from engine import ladder
from engine.almanac import Almanac, InForce
from engine.calendars import Calendars
from engine.clock import Clock
from engine.config import InvalidSetting, Settings
from engine.errors import AlurError, Conflict, Unavailable
from engine.ladder import Ladder
from engine.model import SCHEMA_REVISION, Base

log = logging.getLogger(__name__)

_BUSY_TIMEOUT_MS, _HURRIED_TIMEOUT_MS = 30_000, 500
"""How long a transaction waits for the writer before it."""
_POOL_TIMEOUT_S = 10
_CONNECT_TIMEOUT_S = 10
_IDLE_TIMEOUT_MS = 60_000
"""A process that is frozen inside a transaction loses its locks to the others after a minute."""
_UNDEFINED_TABLE = "42P01"  # SQLSTATE of PostgreSQL


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


@dataclass(frozen=True, kw_only=True)
class Outlets:
    """Which ways lead out of the house."""

    mail: bool
    webhook: bool


@dataclass
class Transaction:
    """One session, one transaction, one moment, one office."""

    session: Session
    """For `repository`; nothing is flushed on its own, so the statements of a use-case are few."""
    now: datetime
    """When it began; aware UTC. Locking a case moves it forward to that case's last step."""
    tenant_id: UUID
    outlets: Outlets
    ladder: Ladder
    almanac: Almanac

    @cached_property
    def in_force(self) -> InForce:
        """The calendars in force, read once. Raises NoCalendar."""
        return self.almanac.in_force(self.session, self.tenant_id)

    @property
    def calendars(self) -> Calendars:
        """The calendars of the office by name. Raises NoCalendar."""
        return self.in_force.calendars

    def add(self, row: Base) -> None:
        """Let the row be written; nothing is sent before `flush` or the commit."""
        self.session.add(row)

    def flush(self) -> None:
        """Send what has changed, so that the next read of this transaction sees it.

        Raises:
            AlreadyExists: on leaving the transaction's block, if a unique constraint says so.
        """
        self.session.flush()

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the office's zone."""
        return self.calendars.default.local(moment)

    @property
    def today(self) -> date:
        """Return the date in the office's zone."""
        return self.local(self.now).date()


class Database:
    """A connection pool; one for a process, shared by its threads."""

    def __init__(self, settings: Settings, *, clock: Clock) -> None:
        """Connect lazily: nothing is opened before the first transaction.

        Raises:
            InvalidSetting: the URL cannot be used.
            InvalidLadder: the ladder file cannot.
        """
        self.clock = clock
        self.tenant_id = settings.tenant_id
        self._outlets = Outlets(mail=bool(settings.smtp_url), webhook=bool(settings.webhook_url))
        self._ladder = ladder.load(settings.ladder)
        self._almanac = Almanac()
        pool = {
            "pool_size": settings.pool_size,
            "max_overflow": 0,
            "pool_timeout": _POOL_TIMEOUT_S,
        }
        self.engine = _engine(settings, patience_ms=_BUSY_TIMEOUT_MS, **pool)
        self._reader = self.engine.execution_options(**_read_only(self.engine))
        self._hurried = _engine(settings, patience_ms=_HURRIED_TIMEOUT_MS, poolclass=NullPool)

    @contextmanager
    def begin(self, *, hurried: bool = False) -> Iterator[Transaction]:
        """Open a transaction that may write; it commits unless an error leaves the block.

        A `hurried` one opens a connection of its own and gives way to other writers at once.

        Raises:
            AlreadyExists: a unique constraint says so.
            DatabaseBusy: another transaction has been writing for too long.
            DiskFull, DiskFailed, DatabaseReadOnly: nothing can be written at present.
            Unavailable: the database does not answer or is not migrated.
        """
        with self._transaction(self._hurried if hurried else self.engine) as tx:
            yield tx
            tx.session.commit()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that cannot write and holds nobody up.

        Raises:
            Unavailable: as for `begin`.
        """
        with self._transaction(self._reader) as tx:
            yield tx

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Transaction]:
        try:
            with Session(engine, autoflush=False, expire_on_commit=False) as session:
                session.connection()
                yield Transaction(
                    session=session,
                    now=self.clock(),
                    tenant_id=self.tenant_id,
                    outlets=self._outlets,
                    ladder=self._ladder,
                    almanac=self._almanac,
                )
        except (DBAPIError, TimeoutError) as error:
            known = _domain_error(error)
            if known is None:
                raise
            raise known from error

    def check(self) -> None:
        """Return if the database answers, has the schema of this version and an office in it.

        Raises:
            NotMigrated, NoCalendar: run `alur db upgrade`.
            Unavailable: no answer.
        """
        self.require_schema()
        with self.read() as tx:
            _ = tx.in_force

    def require_schema(self) -> None:
        """Return if the database answers and has the schema of this version.

        Raises:
            NotMigrated: another schema, or none.
            Unavailable: no answer.
        """
        with self.read() as tx:
            revision = tx.session.scalar(text("SELECT version_num FROM alembic_version"))
        if revision != SCHEMA_REVISION:
            raise NotMigrated(found=revision, needed=SCHEMA_REVISION)

    def dispose(self) -> None:
        """Close all idle connections."""
        self.engine.dispose()


def _engine(settings: Settings, *, patience_ms: int, **pool: Any) -> Engine:  # noqa: ANN401 — as SQLAlchemy takes it
    try:
        url = make_url(settings.database_url)
    except ArgumentError as error:
        raise InvalidSetting("ALUR_DATABASE_URL is not a database URL.") from error
    options: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "hide_parameters": True,  # case data must not reach logs or error messages
        **pool,
    }
    if url.get_backend_name() == "postgresql":
        connect = _postgresql_timeouts(patience_ms)
        engine = create_engine(url, connect_args=connect, **options)
        event.listen(engine, "handle_error", _leave_read_only)
        return engine
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise InvalidSetting("ALUR_DATABASE_URL must name a SQLite file or a PostgreSQL database.")
    file = Path(url.database).absolute()
    engine = create_engine(url, creator=partial(_open_sqlite, file), **options)
    event.listen(engine, "handle_error", _leave_read_only)
    event.listen(engine, "connect", partial(_prepare_sqlite, patience_ms))
    event.listen(engine, "checkout", partial(_require_same_file, file))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def create_file(engine: Engine) -> None:
    """Make an empty SQLite file if there is none; nothing else makes one, so a mistyped path does
    not look like an empty office.
    """
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)


def _open_sqlite(file: Path) -> sqlite3.Connection:
    uri = f"file:{quote(str(file))}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _require_same_file(
    file: Path, connection: sqlite3.Connection, record: ConnectionPoolEntry, _: object
) -> None:
    """Leave a connection whose file was deleted or replaced: what it writes would be lost."""
    del connection
    found = file.stat().st_ino if file.exists() else None
    if record.info.setdefault("inode", found) != found or found is None:
        raise DisconnectionError(f"the database file {file.name} is not the one that was opened")


def _read_only(engine: Engine) -> dict[str, bool]:
    name = "postgresql_readonly" if engine.dialect.name == "postgresql" else "sqlite_readonly"
    return {name: True}


def _postgresql_timeouts(patience_ms: int) -> dict[str, Any]:
    idle = f"-c idle_in_transaction_session_timeout={_IDLE_TIMEOUT_MS}"
    options = f"-c lock_timeout={patience_ms} {idle}"
    return {"options": options, "connect_timeout": _CONNECT_TIMEOUT_S}


def _prepare_sqlite(patience_ms: int, connection: sqlite3.Connection, _: object) -> None:
    for pragma in (
        f"busy_timeout = {patience_ms}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("sqlite_readonly", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _domain_error(error: DBAPIError | TimeoutError) -> AlurError | None:
    """Return what the driver's error means to the engine; None for a bug."""
    if isinstance(error, TimeoutError):
        return Unavailable("All database connections are busy; try again.")
    if isinstance(error, IntegrityError):
        sentence = _SENTENCES.get(_violated(error))
        return AlreadyExists(sentence) if sentence else None
    code = _code(error.orig)
    if code == _UNDEFINED_TABLE or "no such table" in str(error):
        return NotMigrated()
    if "unable to open database file" in str(error):
        return NotMigrated(
            "The database file is not there or cannot be opened; `alur db upgrade` makes a new one."
        )
    if code not in _MEANINGS and not isinstance(error, OperationalError | InterfaceError):
        return None
    known = _MEANINGS.get(code, Unavailable)()
    if not isinstance(known, DatabaseBusy):  # whoever has waited says so
        log.error("%s (%s)", known, error.orig)
    return known


_MEANINGS: Mapping[str | int | None, type[Unavailable]] = {
    "53100": DiskFull,
    "58030": DiskFailed,
    "25006": DatabaseReadOnly,
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


def _leave_read_only(context: ExceptionContext) -> None:
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
