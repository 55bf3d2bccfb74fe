"""Timers at size: 100,000 waiting, 1,000 due at once, one alone. `make bench-timers` runs it.

Every case is real, and so is what fires: `alur worker` processes on the time of day, and `alur
serve` on SQLite. Only the 100,000 that never fire are copies of the rows of one case.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select

from engine import repository
from engine.clock import system_clock
from engine.config import Settings
from engine.database import Database
from engine.history import EventType
from engine.model import HistoryEvent, JobQueue
from migrations.upgrade import upgrade
from tests.benchmarks import crowd, quiet
from tests.benchmarks.figures import machine, quantiles, say, seconds
from tests.benchmarks.workers import is_sqlite, workers
from tests.clock import TestClock
from tests.office import REFERENCE, Office, PlayedCase, found_office
from tests.postgresql import postgresql_server, url_of

AT_ONCE, ALONE = 1_000, 200
ALONE_BAR = timedelta(seconds=1)
STANDARD = timedelta(minutes=10)
"""Of the first step, round the clock in this office."""
_PER_CASE = timedelta(milliseconds=30)
"""Allowed for starting a case, so that a thousand are there before they are due."""


def main() -> None:
    """Run the benchmark on the databases that are wanted and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    wanted = parser.parse_args().database or ["sqlite", "postgresql"]
    with TemporaryDirectory() as folder:
        print(machine(Path(folder)))
    for kind in wanted:
        print(f"\n{kind}")
        with _empty_database(kind) as url:
            _measure(Settings(database_url=url))


@contextmanager
def _empty_database(kind: str) -> Iterator[str]:
    with ExitStack() as stack:
        if kind == "postgresql":
            yield url_of(stack.enter_context(postgresql_server()))
        else:
            folder = stack.enter_context(TemporaryDirectory())
            yield f"sqlite:///{folder}/alur.db"


def _measure(settings: Settings) -> None:
    clock = TestClock(system_clock() - timedelta(days=1))
    database = Database(settings, clock=clock)
    upgrade(database.engine)
    found_office(database)
    office = Office(database, clock)
    office.found(source=_round_the_clock())
    quiet.due_dates(office)
    took = seconds(lambda: crowd.gather(office))
    say("waiting", f"{crowd.WAITING:,} timers and as many ladders, made in {took:.0f} s")
    quiet.empty_polls(database)
    quiet.idle(settings)
    for number in (1,) if is_sqlite(settings) else (1, 2):
        with workers(settings, number):
            _measure_firing(office, f"{number} worker{'s' if number > 1 else ''}")
    database.dispose()


def _round_the_clock() -> bytes:
    first = b'<camunda:property name="sop.unit"'
    named = b'<camunda:property name="sop.kalender" value="24jam" />'
    return REFERENCE.replace(first, named + first)


def _measure_firing(office: Office, by: str) -> None:
    delays = _delays(office, _at_once(office))
    rate = AT_ONCE / max(delays)
    say(f"{AT_ONCE:,} due at once, {by}", f"{_spread(delays)}, {rate:.0f} a second")
    delays = _delays(office, _one_by_one(office))
    met = quantiles(delays)[1] <= ALONE_BAR.total_seconds()
    say(f"{ALONE} one by one, {by}", _spread(delays), met=met)


def _spread(delays: Sequence[float]) -> str:
    p50, p99 = quantiles(delays)
    return f"all fired once, p50 {p50:.2f} s, p99 {p99:.2f} s, max {max(delays):.2f} s"


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


def _delays(office: Office, cases: Sequence[PlayedCase]) -> list[float]:
    """Wait until all have fired; return how many seconds after its due moment each did.

    Raises AssertionError: one has fired more than once.
    """
    last_due_at = office.clock.now + STANDARD
    while _has_timers_until(office, last_due_at):
        time.sleep(0.5)
    fired = _fired(office, {case.id for case in cases})
    assert Counter(instance_id for instance_id, _, _ in fired) == Counter(case.id for case in cases)
    return [(at - due_at).total_seconds() for _, due_at, at in fired]


def _has_timers_until(office: Office, last_due_at: datetime) -> bool:
    """Return whether a worker still has something to do, now or until that moment."""
    office.clock.now = max(system_clock(), last_due_at) + timedelta(seconds=1)
    with office.database.read() as tx:
        return bool(repository.due_job_keys(tx, JobQueue.CASE, limit=1))


def _fired(office: Office, cases: set[UUID]) -> list[tuple[UUID, datetime, datetime]]:
    """Return these cases, each with the due moment of its timer and the moment of its firing."""
    query = select(HistoryEvent).where(HistoryEvent.type == EventType.TIMER_FIRED.value)
    with office.database.read() as tx:
        events = [each for each in tx.session.scalars(query) if each.instance_id in cases]
    return [
        (each.instance_id, datetime.fromisoformat(each.detail["due_at"]), each.at)
        for each in events
    ]


if __name__ == "__main__":
    main()
