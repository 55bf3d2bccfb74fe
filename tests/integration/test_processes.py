"""Real processes of `alur`: they start, answer, stop when told, and survive being killed."""

import json
import signal
import socket
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import system_clock
from engine.config import Settings
from engine.database import Database
from engine.model import InstanceState
from tests.clock import TestClock
from tests.integration.running import (
    ALUR,
    environment,
    free_port,
    running,
    terminate,
    wait_for_answer,
    wait_for_line,
    wait_until,
)
from tests.office import Office


def serve(port: int) -> tuple[str, ...]:
    return (ALUR, "serve", "--port", str(port))


def test_serve_answers_and_ends_with_0_when_told(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    del database
    log, port = tmp_path / "log", free_port()
    for number in (signal.SIGTERM, signal.SIGINT):
        with running(*serve(port), env=environment(settings), log=log) as process:
            assert wait_for_answer(f"http://127.0.0.1:{port}/readyz", process) == 200
            process.send_signal(number)
            assert process.wait(timeout=60) == 0


def test_serve_says_where_it_listens_and_logs_json(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    del database
    log, port = tmp_path / "log", free_port()
    with running(*serve(port), env=environment(settings), log=log) as process:
        wait_for_line(log, f"http://127.0.0.1:{port}/docs", process)
        assert wait_for_answer(f"http://127.0.0.1:{port}/readyz", process) == 200
        wait_for_line(log, "/readyz", process)
    lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
    assert all({"time", "level", "message"} <= json.loads(line).keys() for line in lines)
    assert lines


def test_killing_serve_loses_nothing_and_its_worker_fires_what_was_missed(
    database: Database, settings: Settings, clock: TestClock
) -> None:
    clock.now = system_clock() - timedelta(days=30)
    office = Office(database, clock)
    office.found()
    env, port = environment(settings), free_port()
    with running(*serve(port), env=env) as process:
        wait_for_answer(f"http://127.0.0.1:{port}/readyz", process)
        case = office.start()
        process.kill()
        assert process.wait() == -signal.SIGKILL
    with running(*serve(port), env=env) as process:
        wait_for_answer(f"http://127.0.0.1:{port}/readyz", process)
        wait_until(lambda: any(event.type == "escalated" for event in case.history()))
        clock.now = system_clock()
        case.play()
        assert terminate(process) == 0
    assert case.state() is InstanceState.COMPLETED
    assert case.late_steps() == [case.progress().steps[0].step.name]


def test_a_busy_port_is_said_in_one_line(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    del database
    log = tmp_path / "log"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(*serve(port), env=environment(settings), log=log) as process:
            assert process.wait(timeout=60) == 1
    assert log.read_text().splitlines()[-1].startswith("alur: Another program listens")
    assert str(port) in log.read_text()


def test_nothing_starts_on_a_database_that_is_not_migrated(
    settings: Settings, tmp_path: Path
) -> None:
    for command in ("serve", "web", "worker"):
        log = tmp_path / "log"
        with running(ALUR, command, env=environment(settings), log=log) as process:
            assert process.wait(timeout=60) == 1
        assert "alur db upgrade" in log.read_text()


def test_a_wrong_setting_is_named(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "log"
    env = environment(settings, ALUR_TOKEN_HOURS="twelve")
    with running(ALUR, "tasks", env=env, log=log) as process:
        assert process.wait(timeout=60) == 1
    (line,) = log.read_text().splitlines()
    assert line.startswith("alur: ")
    assert "ALUR_TOKEN_HOURS" in line


def test_serve_starts_without_the_database_and_says_that_it_is_not_ready() -> None:
    away = Settings(database_url=f"postgresql+psycopg://alur@127.0.0.1:{free_port()}/alur")
    port = free_port()
    with running(*serve(port), env=environment(away)) as process:
        assert wait_for_answer(f"http://127.0.0.1:{port}/readyz", process) == 503
        assert terminate(process) == 0


@pytest.mark.parametrize("loop", ["fire", "send"])
def test_serve_does_not_go_on_without_its_worker(
    loop: str, database: Database, settings: Settings, tmp_path: Path
) -> None:
    del database
    log, port = tmp_path / "log", free_port()
    died = f"import engine.worker as w; w.{loop} = lambda *_: 1 / 0"
    dying = f"{died}; from api.cli import main; main()"
    command = (sys.executable, "-c", dying, *serve(port)[1:])
    with running(*command, env=environment(settings), log=log) as process:
        assert process.wait(timeout=60) == 1
    assert "ZeroDivisionError" in log.read_text()
    assert "alur: The worker has died" in log.read_text()
