"""What completing a task costs: counted at the driver, during a real HTTP request."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection

import argon2
import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.serving import make_server

from api.application import create_app
from api.wiring import NAME
from engine import definitions, drafts, passwords
from engine.config import Settings
from engine.database import Database
from tests.clock import TestClock
from tests.integration.races import PASSWORD, log_in, open_task
from tests.integration.statements import commits, log_everything, recorded, work
from tests.office import Office, PlayedCase

MOST = 12


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 is slow on purpose; here it would only make the tests slow."""
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)


@dataclass
class Server:
    """The application behind a real socket, answering one request after the other."""

    office: Office
    port: int
    engine: Engine
    warm: bool = True
    """Whether the process has run the definition before."""

    def complete(self, case: PlayedCase, by: str, **variables: object) -> list[str]:
        """Complete the open task of a case; return the statements of that request."""
        token, task_id = log_in(self.office, by), open_task(self.office, case.id)
        if not self.warm:
            definitions._loaded.clear()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"complete {task_id}",
        }
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        with recorded(self.engine) as statements:
            path, body = f"/api/v1/tasks/{task_id}/complete", json.dumps({"variables": variables})
            connection.request("POST", path, body=body, headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
        connection.close()
        return statements


@pytest.fixture
def server(database: Database, settings: Settings, clock: TestClock) -> Iterator[Server]:
    """A server with a connection of its own to a database that tells all statements."""
    log_everything(database.engine)
    database.dispose()
    office = Office(database, clock)
    office.found(password=PASSWORD)
    app = create_app(settings, clock=clock)
    app.test_client().get("/readyz")  # opens the connection, as at the start of a server
    http = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Server(office, http.server_port, engine_of(app))
    http.shutdown()
    thread.join()
    http.server_close()
    engine_of(app).dispose()


def engine_of(app: Flask) -> Engine:
    """Return the engine on which an application works."""
    engine: Engine = app.extensions[NAME].database.engine
    return engine


def ordinary(server: Server, case: PlayedCase) -> list[str]:
    return server.complete(case, "kepala.badan")


def late(server: Server, case: PlayedCase) -> list[str]:
    server.office.wait("PT30M")
    statements = server.complete(case, "kepala.badan")
    assert [e.type for e in case.history()].count("timer_fired") == 1
    return statements


def correction(server: Server, case: PlayedCase) -> list[str]:
    case.play(until="Mengoreksi")
    return server.complete(case, "sekretaris", perlu_perbaikan=True)


def late_correction(server: Server, case: PlayedCase) -> list[str]:
    case.play(until="Mengoreksi")
    server.office.wait("P2D")
    return server.complete(case, "sekretaris", perlu_perbaikan=True)


def last(server: Server, case: PlayedCase) -> list[str]:
    case.play(until="Mengantar")
    return server.complete(case, "staf")


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("step", [ordinary, late, correction, late_correction, last])
def test_completing_a_step_takes_at_most_12_statements_and_one_commit(
    server: Server, step: Callable[[Server, PlayedCase], list[str]], *, warm: bool
) -> None:
    server.warm = warm
    statements = step(server, server.office.start())
    assert commits(statements) == 1, statements
    assert 5 < len(work(statements)) <= MOST, statements


def test_a_draft_costs_one_statement_more(server: Server) -> None:
    plain = server.complete(server.office.start(), "kepala.badan")
    case, by = server.office.start(), server.office.actor("kepala.badan")
    with server.office.database.begin() as tx:
        drafts.save(tx, case.task("Memerintahkan").id, fields={}, checked=[], by=by)
    drafted = server.complete(case, "kepala.badan")
    assert len(work(drafted)) == len(work(plain)) + 1


def test_the_count_sees_what_a_completion_must_do(server: Server) -> None:
    statements = " ".join(server.complete(server.office.start(), "kepala.badan"))
    for table in ("tokens", "process_instances", "tasks", "history_events", "idempotency_keys"):
        assert table in statements
