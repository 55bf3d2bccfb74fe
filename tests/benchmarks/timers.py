"""Timers at size: 100,000 waiting, 1,000 due at once, one alone. `make bench-timers` runs it.

Every case is real, and so is what fires: `alur worker` processes on the time of day, and `alur
serve` on SQLite. Only the 100,000 that never fire are copies of the rows of one case.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import inspect, select, text

from engine import jobs, outbox
from engine.calendars import Calendar
from engine.clock import system_clock
from engine.config import Settings
from engine.database import Database
from engine.durations import Duration
from engine.history import EventType
from engine.model import Base, HistoryEvent, Job, ProcessInstance, Task, new_id
from engine.outbox import Channels
from migrations.upgrade import upgrade
from tests.clock import TestClock
from tests.integration.running import ALUR, environment, free_port, running, terminate
from tests.office import REFERENCE, Office, PlayedCase, found_office
from tests.postgresql import postgresql_server, url_of

WAITING, AT_ONCE, ALONE = 100_000, 1_000, 200
STANDARD = timedelta(minutes=10)
"""Of the first step, round the clock in this office."""
_YEAR = timedelta(days=365)
_BATCH = 5_000
_PER_CASE = timedelta(milliseconds=30)
"""Allowed for starting a case, so that a thousand are there before they are due."""


def main() -> None:
    """Run the benchmark on the databases that are wanted and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    for kind in parser.parse_args().database or ["sqlite", "postgresql"]:
        with _empty_database(kind) as url:
            _measure(kind, Settings(database_url=url))


@contextmanager
def _empty_database(kind: str) -> Iterator[str]:
    with ExitStack() as stack:
        if kind == "postgresql":
            yield url_of(stack.enter_context(postgresql_server()))
        else:
            folder = stack.enter_context(TemporaryDirectory())
            yield f"sqlite:///{folder}/alur.db"


def _measure(kind: str, settings: Settings) -> None:
    clock = TestClock(system_clock() - timedelta(days=1))
    database = Database(settings, clock=clock)
    upgrade(database.engine)
    found_office(database)
    office = Office(database, clock)
    office.found(source=_round_the_clock())
    print(f"\n{kind}")
    _say("due date of P3D, median", f"{_due_date(office):.0f} µs")
    _wait_for_ever(office)
    for name, poll in (("jobs", jobs.fire_due), ("outbox", _deliver)):
        p50, p99 = _quantiles(_seconds(lambda: poll(database), times=500))  # noqa: B023 — used at once
        _say(f"empty poll of the {name}", f"p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms")
    for workers in (1,) if kind == "sqlite" else (1, 2):
        with _workers(kind, settings, workers) as processes:
            _say(f"idle, {workers} worker(s)", f"{_idle(processes):.2f} s of CPU a minute")
            _say_delays(f"{AT_ONCE} due at once, {workers} worker(s)", office, _at_once(office))
            _say_delays(f"{ALONE} one by one, {workers} worker(s)", office, _one_by_one(office))
    database.dispose()


def _round_the_clock() -> bytes:
    first = b'<camunda:property name="sop.unit"'
    return REFERENCE.replace(
        first, b'<camunda:property name="sop.kalender" value="24jam" />' + first
    )


def _due_date(office: Office) -> float:
    """Return the median time of a due date in µs, on the calendar as it is read from SQL."""
    with office.database.read() as tx:
        calendar: Calendar = tx.calendars.default
    duration, start = Duration.parse("P3D"), office.clock.now
    taken = [
        _once(lambda: calendar.due(start + timedelta(minutes=n), duration))  # noqa: B023 — used at once
        for n in range(3000)
    ]
    return statistics.median(taken) * 1e6


def _wait_for_ever(office: Office) -> None:
    """Fill the tables with copies of a case whose timer is due in a year."""
    office.clock.now += _YEAR
    office.start()
    office.clock.now -= _YEAR
    with office.database.read() as tx:
        instance = tx.session.scalars(select(ProcessInstance)).one()
        task = tx.session.scalars(select(Task)).one()
        timer = tx.session.scalars(select(Job).where(Job.task_id.is_(None))).one()
    for _ in range(WAITING // _BATCH):
        ids = [(new_id(), new_id()) for _ in range(_BATCH)]
        with office.database.begin() as tx:
            tx.session.add_all(_copy(instance, id=case_id) for case_id, _ in ids)
            tx.flush()
            tx.session.add_all(_copy(task, id=task_id, instance_id=case) for case, task_id in ids)
            tx.session.add_all(
                _copy(timer, key=f"timer:{new_id()}", instance_id=case) for case, _ in ids
            )
            tx.session.add_all(
                _copy(timer, key=f"ladder:{task_id}", instance_id=case, task_id=task_id)
                for case, task_id in ids
            )
    with office.database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    _say("waiting", f"{WAITING:,} timers and as many ladders, due in a year")


def _copy(row: Base, **changed: object) -> Base:
    values = {column.key: getattr(row, column.key) for column in inspect(type(row)).columns}
    return type(row)(**{**values, **changed})


def _deliver(database: Database) -> int:
    return outbox.deliver_due(database, Channels(mail=None, webhook=None))


@contextmanager
def _workers(kind: str, settings: Settings, number: int) -> Iterator[list[int]]:
    """Run workers, and give their process ids once they are up."""
    env = environment(settings)
    command = (ALUR, "worker") if kind == "postgresql" else (ALUR, "serve", "--port")
    with ExitStack() as stack:
        processes = []
        for _ in range(number):
            port = () if kind == "postgresql" else (str(free_port()),)
            processes.append(stack.enter_context(running(*command, *port, env=env)))
        time.sleep(5)
        yield [process.pid for process in processes]
        for process in processes:
            terminate(process)


def _idle(processes: Iterable[int]) -> float:
    """Return how many seconds of CPU the processes take in a minute without work."""
    before, period = sum(map(_cpu, processes)), 20
    time.sleep(period)
    return (sum(map(_cpu, processes)) - before) * 60 / period


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _at_once(office: Office) -> list[PlayedCase]:
    """Start cases that are all due at one moment."""
    due_at = system_clock() + AT_ONCE * _PER_CASE
    office.clock.now = due_at - STANDARD
    cases = [office.start() for _ in range(AT_ONCE)]
    if system_clock() > due_at:
        print("  (the cases were not ready in time: the delays below are too long)")
    return cases


def _one_by_one(office: Office) -> list[PlayedCase]:
    """Start cases that are due one after the other, at random moments between two polls."""
    cases, due_at = [], system_clock()
    for _ in range(ALONE):
        due_at = max(due_at, system_clock()) + timedelta(seconds=random.uniform(0.2, 0.4))  # noqa: S311 — no secret
        office.clock.now = due_at - STANDARD
        cases.append(office.start())
    return cases


def _say_delays(what: str, office: Office, cases: Sequence[PlayedCase]) -> None:
    """Wait until all have fired, and print how long after their due moment each did."""
    ids = {case.id for case in cases}
    while len(fired := _fired(office, ids)) < len(ids):
        time.sleep(0.5)
    delays = [(at - due_at).total_seconds() for due_at, at in fired]
    p50, p99 = _quantiles(delays)
    rate = len(fired) / max(delays)
    rate_said = f", {rate:.0f} a second" if len(ids) == AT_ONCE else ""
    _say(what, f"all fired once, p50 {p50:.2f} s, p99 {p99:.2f} s{rate_said}")


def _fired(office: Office, cases: set[UUID]) -> list[tuple[datetime, datetime]]:
    """Return the due moments and the moments of firing of these cases."""
    query = select(HistoryEvent).where(HistoryEvent.type == EventType.TIMER_FIRED.value)
    with office.database.read() as tx:
        events = [each for each in tx.session.scalars(query) if each.instance_id in cases]
    return [(datetime.fromisoformat(each.detail["due_at"]), each.at) for each in events]


def _seconds(do: Callable[[], object], *, times: int) -> list[float]:
    return [_once(do) for _ in range(times)]


def _once(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _quantiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    percentiles = statistics.quantiles(values, n=100, method="inclusive")
    return percentiles[49], percentiles[98]


def _say(what: str, figures: str) -> None:
    print(f"  {what:<36}{figures}", flush=True)


if __name__ == "__main__":
    main()
