"""Connections to either kind of database, set so that both behave alike.

Writers on SQLite start with BEGIN IMMEDIATE, so they queue for the file as writers of one case
queue for its row on PostgreSQL.
"""

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.config import InvalidSetting, Settings
from engine.failures import leave_read_only

_CONNECT_TIMEOUT_S = 10
_IDLE_TIMEOUT_MS = 60_000
"""A process that is frozen inside a transaction loses its locks to the others after a minute."""


def make_engine(settings: Settings, *, patience_ms: int, **pool: Any) -> Engine:  # noqa: ANN401 — as SQLAlchemy takes it
    """Return an engine whose writers wait that long for the one before; `pool` as SQLAlchemy's.

    Nothing is opened yet. Raises InvalidSetting: the URL cannot be used.
    """
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
        event.listen(engine, "handle_error", leave_read_only)
        return engine
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise InvalidSetting("ALUR_DATABASE_URL must name a SQLite file or a PostgreSQL database.")
    file = Path(url.database).absolute()
    engine = create_engine(url, creator=partial(_open_sqlite, file), **options)
    event.listen(engine, "handle_error", leave_read_only)
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


def reading_only(engine: Engine) -> dict[str, bool]:
    """Return the execution options of transactions that cannot write."""
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
