"""docker-compose.yml: it is valid, has no secret in it, and its very commands run."""

import re
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.clock import system_clock
from engine.config import ROOT, Settings
from engine.database import Database
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

only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
FILE = ROOT / "docker-compose.yml"


Service = dict[str, Any]


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """The services of the file, with what they share filled in."""
    loaded: dict[str, Service] = YAML(typ="safe").load(FILE)["services"]
    return loaded


def command(service: Service, port: int | None = None) -> list[str]:
    """Return the command of a service, on a port of the test."""
    program, *arguments = service["command"]
    assert program == "alur"
    return [ALUR, *(str(port) if port and one == "8000" else one for one in arguments)]


def test_the_file_is_valid_by_the_compose_specification() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*checker, str(FILE)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_secret_has_a_value_or_a_default(services: dict[str, Service]) -> None:
    secrets = [
        value
        for service in services.values()
        for name, value in service["environment"].items()
        if "PASSWORD" in name
    ]
    assert secrets
    assert all(re.fullmatch(r"\$\{ALUR_DB_PASSWORD:\?[^}]+\}", value) for value in secrets)
    assert not re.search(r"://[^/\s]*:[^/\s]*@", FILE.read_text(encoding="utf-8"))


def test_no_service_runs_as_root_or_can_write_into_its_image(services: dict[str, Service]) -> None:
    for name, service in services.items():
        assert service["user"] in {"alur", "postgres"}, name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name


def test_every_setting_in_the_file_is_one_of_alur(services: dict[str, Service]) -> None:
    known = {f"ALUR_{field.name.upper()}" for field in fields(Settings)}
    for name, service in services.items():
        used = {variable for variable in service["environment"] if variable.startswith("ALUR_")}
        assert used <= known, name


@only_postgresql
def test_migrate_prepares_an_empty_database_and_again_changes_nothing(
    settings: Settings, services: dict[str, Service]
) -> None:
    for _ in range(2):
        done = subprocess.run(
            command(services["migrate"]), env=environment(settings), check=False, timeout=120
        )
        assert done.returncode == 0


@only_postgresql
def test_two_web_and_two_worker_processes_run_side_by_side_and_end_with_0(  # noqa: PLR0917 — fixtures
    database: Database,
    settings: Settings,
    clock: TestClock,
    services: dict[str, Service],
    tmp_path: Path,
) -> None:
    clock.now = system_clock() - timedelta(days=30)
    office = Office(database, clock)
    office.found()
    env = environment(settings)
    with ExitStack() as stack:
        workers, webs = [], []
        for number in range(2):
            log = tmp_path / f"worker-{number}"
            worker = stack.enter_context(running(*command(services["worker"]), env=env, log=log))
            wait_for_line(log, "the worker runs", worker)
            workers.append(worker)
            port = free_port()
            web = stack.enter_context(
                running(*command(services["web"], port), env=env, log=tmp_path / f"web-{number}")
            )
            assert wait_for_answer(f"http://127.0.0.1:{port}/readyz", web) == 200
            webs.append(web)
        case = office.start()
        wait_until(lambda: any(event.type == "escalated" for event in case.history()))
        assert [terminate(process) for process in (*webs, *workers)] == [0, 0, 0, 0]
    assert [event.type for event in case.history()].count("timer_fired") == 1


@only_postgresql
def test_the_health_check_of_web_tells_ready_from_not(
    database: Database, settings: Settings, services: dict[str, Service]
) -> None:
    del database
    program, *arguments = services["web"]["healthcheck"]["test"][1:]
    assert program == "python"
    port = free_port()
    check = [sys.executable, *(one.replace(":8000", f":{port}") for one in arguments)]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 1
    web = command(services["web"], port)
    with running(*web, env=environment(settings)) as process:
        wait_for_answer(f"http://127.0.0.1:{port}/readyz", process)
        assert subprocess.run(check, check=False, capture_output=True).returncode == 0
