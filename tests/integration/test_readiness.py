"""A server that cannot work says so, and why; and it works again once the cause is gone."""

import logging
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Pool, event, text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from api.application import create_app
from api.wiring import NAME
from engine import people, repository, revisions
from engine.config import Settings
from engine.database import Database, Transaction
from engine.failures import DatabaseReadOnly, DiskFull
from engine.model import Role, Tenant, User
from engine.permissions import SYSTEM
from migrations.upgrade import upgrade
from tests.api.client import problem_of
from tests.clock import TestClock
from tests.integration.running import (
    ALUR,
    environment,
    free_port,
    running,
    wait_for_answer,
    wait_until,
)
from tests.postgresql import postgresql_server, url_of

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Server:
    """The application of one process, its database, and the clock of both."""

    def __init__(self, settings: Settings, clock: TestClock) -> None:
        self.clock = clock
        self.app: Flask = create_app(settings, clock=clock)
        self.database: Database = self.app.extensions[NAME].database

    def ready(self) -> TestResponse:
        """Return what /readyz answers two seconds later: what was proved before is forgotten."""
        self.clock.advance(seconds=2)
        return self.app.test_client().get("/readyz")

    def why_not(self) -> tuple[str, str]:
        """Return the code and the sentence with which the server says that it cannot work."""
        answer = self.ready()
        status, code = problem_of(answer)
        assert status == 503
        assert answer.json is not None
        return code, answer.json["detail"]

    def probed_at(self) -> object:
        """Return when the server has last proved that it can write."""
        with self.database.read() as tx:
            return tx.session.get_one(Tenant, tx.tenant_id).probed_at

    def add_user(self, username: str) -> None:
        """Write as ordinary requests do."""
        with self.database.begin() as tx:
            people.create_user(
                tx, username=username, name=username, roles=[Role.ACTOR], password=None, by=SYSTEM
            )

    def does(self, statement: str) -> None:
        """Run SQL past the pool: in a session of its own that may always write."""
        with self.database.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION READ WRITE"))
            connection.execute(text(statement))
            connection.commit()


@pytest.fixture
def open_server(clock: TestClock) -> Iterator[Callable[[Settings], Server]]:
    """Return a function that makes a server; its connections are closed after the test."""
    opened = []

    def open_(settings: Settings) -> Server:
        opened.append(Server(settings, clock))
        return opened[-1]

    yield open_
    for server in opened:
        server.database.dispose()


@pytest.fixture
def server(
    database: Database, settings: Settings, open_server: Callable[[Settings], Server]
) -> Server:
    """A server that is ready."""
    del database
    server = open_server(settings)
    assert server.ready().status_code == 200
    return server


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return a function that returns what was logged as an error since it was last called."""

    def logged() -> list[str]:
        found = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
        caplog.clear()
        return found

    return logged


@contextmanager
def every_connection(server: Server, pragma: str) -> Iterator[None]:
    """Let SQLite refuse to write, by that pragma, on each connection opened meanwhile."""

    def hinder(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    server.database.dispose()
    event.listen(Pool, "connect", hinder)
    try:
        yield
    finally:
        event.remove(Pool, "connect", hinder)


# What is proved


def test_ready_means_that_something_was_written(server: Server) -> None:
    assert server.ready().status_code == 200
    assert server.probed_at() == server.clock.now


def test_one_write_is_proof_for_a_second(server: Server) -> None:
    server.ready()
    proved_at = server.clock.now
    server.clock.advance(milliseconds=999)
    assert server.app.test_client().get("/readyz").status_code == 200
    assert server.probed_at() == proved_at
    server.clock.advance(milliseconds=1)
    assert server.app.test_client().get("/readyz").status_code == 200
    assert server.probed_at() == server.clock.now


def test_a_clock_that_was_set_back_stretches_no_proof(server: Server) -> None:
    server.clock.now -= timedelta(hours=1)
    assert server.app.test_client().get("/readyz").status_code == 200
    assert server.probed_at() == server.clock.now


def test_a_database_without_an_office_is_not_ready(
    settings: Settings, open_server: Callable[[Settings], Server]
) -> None:
    server = open_server(settings)
    upgrade(server.database.engine)
    assert "alur db upgrade" in server.why_not()[1]


# Somebody else is writing


def test_a_server_is_ready_while_somebody_else_writes_and_does_not_wait_for_it(
    server: Server, database: Database
) -> None:
    with ThreadPoolExecutor(1) as pool, database.begin() as tx:
        tx.session.get_one(Tenant, tx.tenant_id, with_for_update=True)
        assert pool.submit(server.ready).result(timeout=20).status_code == 200


def test_a_server_is_not_ready_once_somebody_else_writes_for_longer_than_requests_wait(
    server: Server, database: Database
) -> None:
    with database.begin() as tx:
        tx.session.get_one(Tenant, tx.tenant_id, with_for_update=True)
        assert server.ready().status_code == 200
        server.clock.advance(seconds=30)
        assert server.why_not() == ("database-busy", "The database is busy; try again.")
    assert server.ready().status_code == 200


# The disk is full


DISK_FULL = ("disk-full", "The disk is full: the database can write again once there is room.")


@ON_SQLITE
def test_a_process_without_room_beside_its_file_is_not_ready_until_there_is_some(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    del database
    log, port = tmp_path / "log", free_port()
    url, command = f"http://127.0.0.1:{port}/readyz", (ALUR, "serve", "--port", str(port))
    with running(*command, env=environment(settings), log=log) as process:
        assert wait_for_answer(url, process) == 200
        with little_room(process, 256 * 1024):
            wait_until(lambda: wait_for_answer(url, process) == 503)
        wait_until(lambda: wait_for_answer(url, process) == 200)
    (line, *same) = [one for one in log.read_text().splitlines() if '"error"' in one]
    assert f"{DISK_FULL[1]} (File too large)" in line
    assert all(f"{DISK_FULL[1]} (File too large)" in one for one in same)


@contextmanager
def little_room(process: subprocess.Popen[bytes], size: int) -> Iterator[None]:
    """Let the system refuse a process to write more than that many bytes into any file."""
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))


@ON_SQLITE
def test_a_file_that_cannot_grow_is_a_full_disk_and_loses_nothing(
    server: Server, errors: Callable[[], list[str]]
) -> None:
    with every_connection(server, "max_page_count = 1"), pytest.raises(DiskFull):
        add_users_for_ever(server)
    assert errors() == [f"{DISK_FULL[1]} (database or disk is full)"]
    server.database.dispose()
    with server.database.read() as tx:
        kept = tx.session.query(User).count()
    server.add_user(f"orang-{kept}")


def add_users_for_ever(server: Server) -> None:
    """Grow the database, one page after the other."""
    for number in count():
        server.add_user(f"orang-{number}")


@ON_SQLITE
def test_a_disk_that_fails_is_said(
    server: Server, errors: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Transaction) -> None:
        broken = sqlite3.OperationalError("disk I/O error")
        broken.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise OperationalError("UPDATE tenants", {}, broken)

    with monkeypatch.context() as failing:
        failing.setattr(repository, "note_probe", fail)
        assert server.why_not()[0] == "disk-failed"
    assert errors()[0].endswith("(disk I/O error)")
    assert server.ready().status_code == 200


@ON_POSTGRESQL
def test_a_server_of_postgresql_whose_disk_is_full_is_not_ready_until_there_is_room(
    server: Server, errors: Callable[[], list[str]]
) -> None:
    server.does(NO_SPACE)
    server.does("CREATE TRIGGER full_disk BEFORE UPDATE ON tenants EXECUTE FUNCTION no_space()")
    assert server.why_not() == DISK_FULL
    (line,) = errors()
    assert line.startswith(f"{DISK_FULL[1]} (could not extend file")
    server.does("DROP TRIGGER full_disk ON tenants")
    assert server.ready().status_code == 200


NO_SPACE = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100';
END $$
"""
"""What PostgreSQL itself says; a disk of our own to fill would need root."""


# The database is read-only

READ_ONLY = ("database-read-only", "The database is read-only.")


@ON_SQLITE
def test_a_read_only_file_is_said_and_a_connection_that_was_refused_is_not_used_again(
    server: Server, errors: Callable[[], list[str]]
) -> None:
    with every_connection(server, "query_only = ON"):
        assert server.why_not() == READ_ONLY
        assert errors() == [f"{READ_ONLY[1]} (attempt to write a readonly database)"]
        with pytest.raises(DatabaseReadOnly):
            server.add_user("staf")
    assert server.ready().status_code == 200
    server.add_user("staf")


@ON_SQLITE
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_read_only(server: Server, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert server.why_not() == READ_ONLY
    tmp_path.chmod(0o700)
    assert server.ready().status_code == 200


@ON_POSTGRESQL
def test_a_read_only_server_is_said_and_a_connection_that_was_refused_is_not_used_again(
    server: Server, errors: Callable[[], list[str]]
) -> None:
    name = server.database.engine.url.database
    server.does(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert server.why_not() == READ_ONLY
    (line,) = errors()
    assert line.startswith(f"{READ_ONLY[1]} (cannot execute UPDATE in a read-only transaction")
    server.database.dispose()
    with pytest.raises(DatabaseReadOnly):
        server.add_user("staf")
    server.does(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert server.ready().status_code == 200
    server.add_user("staf")


# The database is away


def test_a_server_of_postgresql_that_was_restarted_is_ready_again_without_help(
    open_server: Callable[[Settings], Server], errors: Callable[[], list[str]]
) -> None:
    with postgresql_server() as postgres:
        settings = Settings(database_url=url_of(postgres))
        _restart(postgres, _founded(open_server(settings)), errors)


def _founded(server: Server) -> Server:
    upgrade(server.database.engine)
    with server.database.begin() as tx:
        revisions.found_office(tx, Settings().calendar.read_text())
    return server


def _restart(
    postgres: Any,  # noqa: ANN401 — the wheel has no types
    server: Server,
    errors: Callable[[], list[str]],
) -> None:
    assert server.ready().status_code == 200
    postgres.stop()
    code, sentence = server.why_not()
    assert (code, "does not answer" in sentence) == ("unavailable", True)
    assert len(errors()) == 1
    postgres.start()
    assert server.ready().status_code == 200
    server.add_user("staf")
    server.database.dispose()
