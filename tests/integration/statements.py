"""Counts SQL where the driver hands it over: a hook in SQLite's library, the log of PostgreSQL."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event, text

_LOGGED = re.compile(r"LOG: +(?:statement|execute [^:]*): (.*)")


@contextmanager
def recorded(engine: Engine) -> Iterator[list[str]]:
    """Record every statement that reaches the database from the connections of an engine.

    The list is complete after the block. PostgreSQL must log all statements of this database.
    """
    statements: list[str] = []
    if engine.dialect.name == "sqlite":
        with _traced(engine, statements):
            yield statements
        return
    log = _log_of(engine)
    start = log.stat().st_size
    yield statements
    with log.open("rb") as written:
        written.seek(start)
        lines = written.read().decode().replace("\n\t", " ").splitlines()
    statements += [match[1] for line in lines if (match := _LOGGED.search(line))]


def log_everything(engine: Engine) -> None:
    """Let PostgreSQL log all statements of this database from its next connections on."""
    if engine.dialect.name == "sqlite":
        return
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET log_statement = 'all'"))


@contextmanager
def _traced(engine: Engine, statements: list[str]) -> Iterator[None]:
    def trace(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(statements.append)

    event.listen(engine, "checkout", trace)
    yield
    event.remove(engine, "checkout", trace)


def _log_of(engine: Engine) -> Path:
    """Return the log that the server writes into its data folder."""
    with engine.connect() as connection:
        folder = connection.scalar(text("SHOW data_directory"))
    return Path(str(folder)) / "log"


def commits(statements: list[str]) -> int:
    """Return how many of the statements end a transaction for good."""
    return sum(statement.upper().startswith("COMMIT") for statement in statements)


def work(statements: list[str]) -> list[str]:
    """Return the statements but for those that only begin and end a transaction."""
    frame = ("BEGIN", "COMMIT", "ROLLBACK")
    return [statement for statement in statements if not statement.upper().startswith(frame)]
