"""The figures for a monitoring system: right, cheap, of all processes, and without case data."""

import json
import logging
import os
import re
import signal
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, text

from api.logs import JsonLines
from api.metrics import Counts
from api.tallies import CELLS, Tallies
from api.wiring import NAME
from engine import repository
from engine.config import Settings
from engine.database import Database
from engine.errors import Unavailable
from engine.model import Job, JobQueue
from tests.api.client import Api
from tests.integration.running import (
    ALUR,
    environment,
    free_port,
    running,
    terminate,
    wait_for_answer,
    wait_until,
)
from tests.office import Office

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Figures = Mapping[tuple[str, ...], float]
"""By the name of the sample and the values of its labels."""


def parsed(page: str) -> Figures:
    """Return the figures of a page."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def figures(app: Flask) -> Figures:
    """Return what /metrics says."""
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return parsed(answer.text)


# Requests


@ON_SQLITE
def test_the_format_is_the_one_that_the_client_prefers(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/metrics").content_type.startswith("text/plain; version=0.0.4")
    open_metrics = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = client.get("/metrics", headers=open_metrics)
    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


@ON_SQLITE
def test_requests_are_counted_by_method_route_and_class_of_status(api: Api) -> None:
    task = api.open_task(api.start())
    for _ in range(3):
        api.get(f"/tasks/{task}", by="supervisor")
    api.get(f"/tasks/{task}")
    seen = figures(api.app)
    rule = "/api/v1/tasks/<uuid:task_id>"
    assert seen["alur_request_seconds_count", "GET", rule, "2xx"] == 3
    assert seen["alur_request_seconds_count", "GET", rule, "4xx"] == 1
    assert seen["alur_request_seconds_sum", "GET", rule, "2xx"] > 0
    assert task not in str(seen)


@ON_SQLITE
def test_clients_cannot_make_series(app: Flask) -> None:
    client = app.test_client()
    before = len(figures(app))
    client.get("/nothing-here")
    grown = len(figures(app))
    for number in range(20):
        client.open(f"/nothing-{number}", method=f"VERB{number}")
        client.open("/metrics", method=f"VERB{number}")
    assert figures(app)["alur_request_seconds_count", "-", "-", "4xx"] == 41
    assert len(figures(app)) - grown < 20 < grown > before


@ON_SQLITE
def test_applications_do_not_share_their_figures(
    open_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    one, other = open_app(settings), open_app(settings)
    one.test_client().get("/healthz")
    name = "alur_request_seconds_count", "GET", "/healthz", "2xx"
    assert figures(one)[name] == 1
    assert name not in figures(other)


TIMES = st.lists(st.tuples(st.floats(0, 100), st.integers(0, 70)), max_size=40)


@given(TIMES)
@how(derandomize=True, deadline=None)
def test_a_histogram_adds_up_whatever_process_counted_what(
    times: list[tuple[float, int]],
) -> None:
    tallies = Tallies()
    counts = Counts(tallies, [("GET", "/")])
    for seconds, process in times:
        with lent(tallies, process):
            counts.answered(("GET", "/", "2xx"), seconds)
    family = next(counts.collect())
    buckets = [(s.labels["le"], s.value) for s in family.samples if s.name.endswith("_bucket")]
    for bound, counted in buckets:
        assert counted == sum(seconds <= float(bound) for seconds, _ in times)
    totals = {s.name: s.value for s in family.samples if "le" not in s.labels}
    if times:
        assert totals["alur_request_seconds_count"] == len(times)
        assert totals["alur_request_seconds_sum"] == pytest.approx(sum(s for s, _ in times))


@contextmanager
def lent(tallies: Tallies, process: int) -> Iterator[None]:
    """Count as that process does, after as many others have got their rows."""
    for earlier in range(process + 1):
        tallies.lend(earlier)
    yield
    for earlier in range(process + 1):
        tallies.take_back(earlier)


def test_a_row_goes_to_the_next_process_with_what_the_last_one_counted() -> None:
    tallies = Tallies()
    tallies.lend(1)
    tallies.lend(2)
    tallies.add(0)
    tallies.take_back(2)
    tallies.lend(3)
    tallies.add(0)
    assert tallies.totals(1) == [2]
    assert tallies.totals(CELLS)[1:] == [0] * (CELLS - 1)


@pytest.mark.parametrize("cell", [-1, CELLS])
def test_no_number_lies_in_the_row_of_another_process(cell: int) -> None:
    with pytest.raises(IndexError):
        Tallies().add(cell)


@ON_SQLITE
def test_the_processes_of_a_server_count_together_and_killed_ones_take_nothing_along(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    del database
    log, port = tmp_path / "log", free_port()
    url = f"http://127.0.0.1:{port}"
    command = (ALUR, "web", "--port", str(port), "--workers", "2")
    with running(*command, env=environment(settings), log=log) as process:
        wait_for_answer(f"{url}/healthz", process)
        counted = healthy_answers(url)
        for number in range(20):
            fetch(f"{url}/healthz")
            if number in {5, 10}:
                kill_both_workers(log)
        assert healthy_answers(url) == counted + 20
        assert terminate(process) == 0


def healthy_answers(url: str) -> float:
    """Return how many answers of /healthz a server has counted."""
    return parsed(fetch(f"{url}/metrics"))["alur_request_seconds_count", "GET", "/healthz", "2xx"]


def fetch(url: str) -> str:
    """Return the body of an answer."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 — our own server
        body: bytes = answer.read()
    return body.decode()


def kill_both_workers(log: Path) -> None:
    """Kill the two processes that were started last, and wait for their successors."""
    pids = workers(log)
    for pid in pids[-2:]:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(workers(log)) == len(pids) + 2)


def workers(log: Path) -> list[int]:
    """Return the process ids of all workers that a server has ever had."""
    wait_until(lambda: log.read_text().count("Booting worker") >= 2)
    return [int(pid) for pid in re.findall(r"Booting worker with pid: (\d+)", log.read_text())]


# Completions


def completed(api: Api) -> tuple[float, float]:
    """Return how many completions were counted: in time, and late."""
    seen = figures(api.app)
    return seen["alur_completions_total", "false"], seen["alur_completions_total", "true"]


@ON_SQLITE
def test_completions_are_counted_in_time_or_late(api: Api, office: Office) -> None:
    assert completed(api) == (0, 0)
    first, second = api.open_task(api.start("satu")), api.open_task(api.start("dua"))
    assert api.post(f"/tasks/{first}/complete", by="kepala.badan").status_code == 200
    assert completed(api) == (1, 0)
    office.wait("PT30M")
    assert api.post(f"/tasks/{second}/complete", by="kepala.badan").status_code == 200
    assert completed(api) == (1, 1)


@ON_SQLITE
def test_a_completion_is_counted_once_however_often_it_is_asked_for(api: Api) -> None:
    path = f"/tasks/{api.open_task(api.start())}/complete"
    statuses = [api.post(path, by="kepala.badan", key="satu").status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert api.post(path, by="kepala.badan", key="dua").status_code == 409
    assert api.post(path, by="staf").status_code == 409
    assert completed(api) == (1, 0)


@ON_SQLITE
def test_a_completion_that_was_rolled_back_is_not_counted(api: Api) -> None:
    path = f"/tasks/{api.open_task(api.start())}/complete"
    api.token("kepala.badan")
    engine: Engine = api.app.extensions[NAME].database.engine

    def fail(_: object) -> None:
        raise Unavailable

    event.listen(engine, "commit", fail)
    assert api.post(path, by="kepala.badan").status_code == 503
    event.remove(engine, "commit", fail)
    assert completed(api) == (0, 0)


@ON_SQLITE
def test_the_log_line_of_a_completion_names_its_task_and_its_case(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="alur.access")
    case = api.start("LAKIP/RAHASIA")
    task = api.open_task(case)
    answer = api.post(f"/tasks/{task}/complete", by="kepala.badan")
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert (line["task_id"], line["process_instance_id"]) == (task, case)
    assert (line["method"], line["status"]) == ("POST", 200)
    assert line["route"] == "/api/v1/tasks/<uuid:task_id>/complete"
    assert line["correlation_id"] == answer.headers["X-Correlation-Id"]
    assert line["milliseconds"] > 0
    api.get(f"/process-instances/{case}", by="supervisor")
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert (line["process_instance_id"], "task_id" in line) == (case, False)
    assert "RAHASIA" not in caplog.text


# What waits


def add_jobs(office: Office, queue: JobQueue, *due_in: timedelta | None) -> None:
    """Add jobs that are to run so long after now; None: parked."""
    case = office.start().id
    with office.database.begin() as tx:
        for number, delay in enumerate(due_in):
            job = Job(
                tenant_id=tx.tenant_id,
                key=f"test:{queue}:{number}",
                queue=queue,
                instance_id=case,
                due_at=tx.now,
                run_at=None if delay is None else tx.now + delay,
                attempts=0,
            )
            tx.add(job)


def test_the_backlog_is_told_by_queue(app: Flask, office: Office) -> None:
    minute = timedelta(minutes=1)
    add_jobs(office, JobQueue.CASE, -2 * minute, -5 * minute, None, 0 * minute, minute)
    add_jobs(office, JobQueue.OUTBOX, minute, None, None)
    seen = figures(app)
    assert seen["alur_database_up",] == 1
    assert (seen["alur_jobs_due", "case"], seen["alur_jobs_due", "outbox"]) == (2, 0)
    assert (seen["alur_jobs_dead", "case"], seen["alur_jobs_dead", "outbox"]) == (1, 2)
    assert seen["alur_due_lag_seconds", "case"] == 300
    assert seen["alur_due_lag_seconds", "outbox"] == 0


def test_a_scrape_reads_no_timer_that_is_still_waiting(office: Office) -> None:
    add_jobs(office, JobQueue.CASE, *[timedelta(days=day) for day in range(-3, 2000)], None)
    engine = office.database.engine
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    asked: list[tuple[str, Any]] = []

    def note(*arguments: Any) -> None:  # noqa: ANN401 — as SQLAlchemy calls it
        asked.append((arguments[2], arguments[3]))

    event.listen(engine, "before_cursor_execute", note)
    with office.database.read() as tx:
        repository.backlogs(tx)
    event.remove(engine, "before_cursor_execute", note)
    plans = [plan(engine, *each) for each in asked if "jobs" in each[0]]
    assert len(plans) == 3
    indexes = ("run_at", "failing", "run_at")
    for one, index in zip(plans, indexes, strict=True):
        assert re.search(rf"ix_\w*{index}", one), one
        assert not re.search(r"SCAN jobs|Seq Scan|Rows Removed", one), one


def plan(engine: Engine, statement: str, parameters: Any) -> str:  # noqa: ANN401 — the driver's
    """Return how the database answers a query."""
    sqlite = engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN (ANALYZE, COSTS off)"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_without_its_database_a_server_still_tells_its_own_figures(
    open_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    away = "postgresql+psycopg://nobody@/alur?host=/nowhere"
    app = open_app(replace(settings, database_url=away))
    app.test_client().get("/healthz")
    seen = figures(app)
    assert seen["alur_database_up",] == 0
    assert seen["alur_request_seconds_count", "GET", "/healthz", "2xx"] == 1
    assert not [name for name in seen if name[0].startswith("alur_jobs")]
