"""Reading what a trial has left: tables by plain SQL, the mail server's log, the clients' logs."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, create_engine, text

from tests.chaos.evidence import (
    Event,
    Evidence,
    Holder,
    Instance,
    Job,
    Mail,
    Notification,
    Task,
    Told,
    User,
    Waiting,
)

MAILS, CLIENTS = "mails.jsonl", "clients"
"""In the folder of a trial: the mail server's log, and the folder of the clients' logs."""

Row = TypeVar("Row")


def collect(database_url: str, folder: Path) -> Evidence:
    """Return what a trial has left in its database and its folder; reads, and changes nothing."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            tables: dict[str, Any] = {
                "users": _rows(connection, User, "users"),
                "holders": _rows(connection, Holder, _HOLDERS),
                "instances": _rows(connection, Instance, "process_instances"),
                "tasks": _rows(connection, Task, "tasks"),
                "events": _rows(connection, Event, "history_events ORDER BY at, id"),
                "jobs": _rows(connection, Job, "jobs"),
                "notifications": _rows(connection, Notification, "notifications"),
            }
    finally:
        engine.dispose()
    logs = sorted((folder / CLIENTS).glob("*.jsonl"))
    return Evidence(
        read_at=datetime.now(UTC),
        mails=[_mail(line) for line in _lines(folder / MAILS)],
        told=[Told(**line) for log in logs for line in _lines(log)],
        **tables,
    )


def look(database_url: str) -> Waiting:
    """Return what is still to be done; may be called while everything runs."""
    engine = create_engine(database_url)
    try:
        with engine.connect() as connection:
            return Waiting(
                instances=connection.execute(
                    text("SELECT count(*) FROM process_instances")
                ).scalar_one(),
                tasks=_rows(connection, Task, "tasks WHERE state = 'open'"),
                jobs=_rows(connection, Job, "jobs"),
            )
    finally:
        engine.dispose()


_HOLDERS = "position_holders JOIN positions ON positions.id = position_holders.position_id"
_UUID_IN_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _rows(connection: Connection, kind: type[Row], source: str) -> list[Row]:
    """Return the rows of a table as values of a class whose fields are named like columns."""
    columns = fields(kind)  # type: ignore[arg-type]  # every kind is a dataclass
    names = ", ".join(column.name for column in columns)
    found = connection.execute(text(f"SELECT {names} FROM {source}"))  # noqa: S608 — our own words
    readers = [_READERS.get(column.type, _as_it_is) for column in columns]
    return [
        kind(**{c.name: read(v) for c, read, v in zip(columns, readers, row, strict=True)})
        for row in found
    ]


def _as_it_is(value: object) -> object:
    return value


def _uuid(value: UUID | bytes | None) -> UUID | None:
    """SQLite keeps 16 bytes."""
    return UUID(bytes=value) if isinstance(value, bytes) else value


def _moment(value: datetime | str | None) -> datetime | None:
    """SQLite keeps UTC as text, without its zone."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def _json(value: object) -> object:
    """SQLite keeps text."""
    return json.loads(value) if isinstance(value, str) else value


_READERS: Mapping[object, Callable[[Any], object]] = {
    UUID: _uuid,
    UUID | None: _uuid,
    datetime: _moment,
    datetime | None: _moment,
    dict[str, Any]: _json,
    list[str]: _json,
    list[str] | None: _json,
}


def _lines(log: Path) -> list[dict[str, Any]]:
    """Return the lines of a log, without a last one that was cut off."""
    written = log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []
    return [json.loads(line) for line in written]


def _mail(line: Mapping[str, Any]) -> Mail:
    named = _UUID_IN_TEXT.search(line["message_id"])
    return Mail(
        notification_id=None if named is None else UUID(named[0]),
        to=tuple(line["recipients"]),
        began_at=datetime.fromisoformat(line["began"]),
    )
