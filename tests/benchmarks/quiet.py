"""What costs time or CPU while nothing is due."""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event

from engine import jobs, outbox
from engine.config import Settings
from engine.database import Database
from engine.durations import Duration
from engine.outbox import Channels
from tests.benchmarks.figures import (
    MICROSECOND,
    MILLISECOND,
    cpu,
    quantiles,
    say,
    seconds,
)
from tests.benchmarks.workers import workers
from tests.integration.running import terminate
from tests.office import Office

DUE_BAR, POLL_BAR = 50 * MICROSECOND, 1 * MILLISECOND
_DUE_DATES, _POLLS, _IDLE_SECONDS = 3_000, 2_000, 60
_COUNTED = (sys.executable, "-m", "tests.benchmarks.counted")


def due_dates(office: Office) -> None:
    """Say how long a due date takes on the calendar of the office, as it is read from SQL."""
    with office.database.read() as tx:
        calendar = tx.calendars.default
    starts = [office.clock.now + timedelta(minutes=97 * number) for number in range(_DUE_DATES)]
    for written in ("PT2H", "P3D", "P1M"):
        duration = Duration.parse(written)
        taken = statistics.median(
            seconds(lambda: calendar.due(start, duration))  # noqa: B023 — called at once
            for start in starts
        )
        say(f"due date of {written}", f"p50 {taken / MICROSECOND:.1f} µs", met=taken <= DUE_BAR)


def empty_polls(database: Database) -> None:
    """Say how long a poll takes that finds nothing due, and how the database looks it up."""
    channels = Channels(mail=None, webhook=None)
    polls: dict[str, Callable[[], int]] = {
        "jobs": lambda: jobs.fire_due(database),
        "outbox": lambda: outbox.deliver_due(database, channels),
    }
    for name, poll in polls.items():
        p50, p99 = quantiles([seconds(poll) for _ in range(_POLLS)])
        figures = f"p50 {p50 / MILLISECOND:.2f} ms, p99 {p99 / MILLISECOND:.2f} ms"
        say(f"empty poll of the {name}", figures, met=p50 <= POLL_BAR)
    for line in _plan(database, polls["jobs"]):
        say("  its plan", line)


def _plan(database: Database, poll: Callable[[], int]) -> list[str]:
    """Return how the database executes the one statement that a poll sends."""
    sent: list[tuple[str, Any]] = []

    def note(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:  # noqa: ANN401 — as the driver takes it
        sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    poll()
    event.remove(database.engine, "before_cursor_execute", note)
    ((statement, parameters),) = [each for each in sent if each[0].startswith("SELECT")]
    sqlite = database.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN (COSTS OFF)"
    with database.engine.connect() as connection:
        lines = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    return [str(line[-1]).strip() for line in lines]


def idle(settings: Settings) -> None:
    """Say what a worker costs that has nothing to do."""
    with workers(settings, 1, program=_COUNTED) as (worker,):
        before = cpu(worker.process.pid)
        time.sleep(_IDLE_SECONDS)
        used = (cpu(worker.process.pid) - before) * 60 / _IDLE_SECONDS
        terminate(worker.process)
        sent, lived = map(float, worker.log.read_text().splitlines()[-1].split())
    statements = sent * 60 / lived
    say("idle worker, a minute", f"{used:.2f} s of CPU, {statements:.0f} statements")
