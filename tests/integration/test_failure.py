"""What breaks is said clearly, loses nothing, and works again afterwards."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import TextClause, event, text

from api.application import create_app
from api.wiring import NAME
from engine import definitions, incidents, instances, jobs, people, repository, revisions, tasks
from engine.clock import Clock
from engine.config import Settings
from engine.database import Database
from engine.errors import Unavailable
from engine.expressions import ExpressionFailed
from engine.model import Job, ProcessInstance
from engine.permissions import SYSTEM
from migrations.upgrade import upgrade
from tests.api.client import PASSWORD, Api, problem_of
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.integration.races import open_task
from tests.integration.running import ALUR, environment, running
from tests.office import Office, PlayedCase
from tests.postgresql import postgresql_server, url_of
from tests.unit.workflow_diagrams import xml

Open = Callable[[Clock], Database]
LONG_AGO = datetime(2024, 3, 6, 1, 0, tzinfo=UTC)
"""A Wednesday morning that lies in the past of any real clock."""


def the_timers(database: Database) -> list[Job]:
    """Return the jobs of all timers, the next one first."""
    with database.read() as tx:
        return list(tx.session.query(Job).where(Job.task_id.is_(None)).order_by(Job.run_at))


# The worker


def test_the_overdue_list_needs_no_worker_and_survives_a_restart(
    office: Office, open_database: Open
) -> None:
    slow, quick = office.start("lambat"), office.start("cepat")
    quick.play(until="Menghimpun format")
    office.wait("PT20M")
    names = office.overdue()
    assert [name[:13] for name in names] == ["Memerintahkan"]
    office.database.dispose()
    restarted = Office(open_database(office.clock), office.clock)
    assert restarted.overdue() == names
    restarted.wait("PT3H")
    assert [name[:14] for name in restarted.overdue()] == ["Memerintahkan ", "Menghimpun for"]
    PlayedCase(restarted, slow.id).play()
    assert len(restarted.overdue()) == 1


def test_timers_missed_while_no_worker_ran_fire_once_each_when_one_comes_back(
    office: Office, open_database: Open
) -> None:
    cases = [office.start(str(number)) for number in range(5)]
    office.wait("P3D")
    office.database.dispose()
    restarted = Office(open_database(office.clock), office.clock)
    assert restarted.fire() == 5
    assert restarted.fire() == 0
    for case in cases:
        assert fired(case) == 1


def fired(case: PlayedCase) -> int:
    """Return how many timers fired; the escalation must have gone with each."""
    count = Counter(e.type for e in case.history())
    assert count["timer_fired"] == count["escalated"]
    return count["timer_fired"]


def test_workers_killed_at_any_moment_leave_every_timer_fired_exactly_once(
    settings: Settings,
) -> None:
    office = _founded(settings, LONG_AGO)
    cases = [office.start(str(number)) for number in range(120)]
    rounds = 0
    for pause in (0, 0.05, 0.02):
        if the_timers(office.database):
            _work_and_be_killed(office.database, settings, pause)
            rounds += 1
    assert rounds > 1, "the workers were too quick to be killed in the middle"
    office.clock.advance(days=30)
    office.fire()
    assert the_timers(office.database) == []
    assert [fired(case) for case in cases] == [1] * len(cases)
    assert all(len(case.open_tasks()) == 1 for case in cases)
    office.database.dispose()


def _founded(settings: Settings, now: datetime) -> Office:
    """Return the office in a database that was empty."""
    clock = TestClock(now)
    database = Database(settings, clock=clock)
    upgrade(database.engine)
    with database.begin() as tx:
        revisions.found_office(tx, settings.calendar.read_text())
    office = Office(database, clock)
    office.found()
    return office


def _work_and_be_killed(database: Database, settings: Settings, after: float) -> None:
    """Let two workers fire, and kill them that many seconds after the first timer is gone."""
    waiting = len(the_timers(database))
    env = environment(settings)
    with running(ALUR, "worker", env=env) as first, running(ALUR, "worker", env=env) as second:
        deadline = time.monotonic() + 60
        while len(the_timers(database)) == waiting and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(after)
        first.kill()
        second.kill()


FAILS = "start > a > end", "timer @ a PT1H > xor1", "xor1 [x / 0 == 1] > end", "xor1 [else] > end"


def start_failing(office: Office) -> ProcessInstance:
    """Start a case whose timer leads to a choice that cannot be made."""
    with office.database.begin() as tx:
        definitions.deploy(tx, xml(*FAILS), by=SYSTEM)
        return instances.start(tx, "process", business_key="gagal", variables={"x": 1}, by=SYSTEM)


def test_a_timer_that_fails_is_tried_again_later_and_later(office: Office) -> None:
    start_failing(office)
    office.clock.advance(hours=1, seconds=1)
    pauses = []
    for attempt in range(1, jobs.MOST_ATTEMPTS):
        office.fire()
        (job,) = the_timers(office.database)
        assert (job.attempts, job.due_at) == (attempt, WEDNESDAY_MORNING + timedelta(hours=1))
        assert "Division by zero" in (job.error or "")
        assert job.run_at is not None
        pauses.append((job.run_at - office.clock.now).total_seconds())
        office.fire()
        assert the_timers(office.database)[0].attempts == attempt
        office.clock.now = job.run_at + timedelta(microseconds=1)
    assert pauses == [10, 20, 40, 80, 160]


def test_a_timer_that_failed_too_often_is_an_incident_and_is_tried_no_more(office: Office) -> None:
    case = start_failing(office)
    until_it_is_an_incident(office)
    (job,) = the_timers(office.database)
    assert (job.run_at, job.attempts) == (None, jobs.MOST_ATTEMPTS)
    office.clock.advance(days=365)
    assert office.fire() == 0
    with office.database.read() as tx:
        (record,) = incidents.find(tx, by=SYSTEM, page=repository.PageRequest()).items
        events = repository.history(tx, case.id, repository.PageRequest()).items
    assert (record.job.key, record.business_key) == (job.key, "gagal")
    assert "Division by zero" in (record.job.error or "")
    assert events[-1].type == "incident_created"


def test_a_retried_incident_is_tried_at_once_and_as_often_as_a_new_job(office: Office) -> None:
    start_failing(office)
    until_it_is_an_incident(office)
    (job,) = the_timers(office.database)
    with office.database.begin() as tx:
        incidents.retry(tx, job.key, by=SYSTEM)
    office.clock.advance(seconds=1)
    office.fire()
    (job,) = the_timers(office.database)
    assert job.attempts == 1
    assert job.run_at is not None


def test_a_resolved_incident_is_given_up_with_its_reason_in_the_history(office: Office) -> None:
    case = start_failing(office)
    until_it_is_an_incident(office)
    (job,) = the_timers(office.database)
    with office.database.begin() as tx:
        incidents.resolve(tx, job.key, reason="diagram diperbaiki", by=SYSTEM)
    assert the_timers(office.database) == []
    with office.database.read() as tx:
        events = repository.history(tx, case.id, repository.PageRequest()).items
    assert (events[-1].type, events[-1].detail["reason"]) == (
        *("incident_resolved", "diagram diperbaiki"),
    )
    with pytest.raises(incidents.IncidentNotFound), office.database.begin() as tx:
        incidents.retry(tx, job.key, by=SYSTEM)


def until_it_is_an_incident(office: Office) -> None:
    """Let the failing timer be tried until nobody tries it any more."""
    office.clock.advance(hours=1, seconds=1)
    for _ in range(jobs.MOST_ATTEMPTS):
        office.fire()
        office.clock.advance(hours=2)


def test_a_timer_that_fails_holds_no_other_up(office: Office) -> None:
    start_failing(office)
    case = office.start()
    office.wait("P1D")
    office.fire()
    assert fired(case) == 1


def test_a_state_that_cannot_be_read_holds_no_other_up(office: Office) -> None:
    sick, well = office.start("sakit"), office.start("sehat")
    with office.database.begin() as tx:
        repository.lock_instance(tx, sick.id).workflow_state = b"\x01 not what was stored"
    office.wait("PT11M")
    assert office.fire() == 1
    assert fired(well) == 1
    (job,) = [job for job in the_timers(office.database) if job.instance_id == sick.id]
    assert job.attempts == 1


def test_a_step_that_fails_leaves_nothing_half_done(office: Office) -> None:
    case = start_failing(office)
    office.clock.advance(hours=2)
    with office.database.read() as tx:
        before = repository.history(tx, case.id, repository.PageRequest()).items
    with pytest.raises(ExpressionFailed), office.database.begin() as tx:
        tasks.complete(tx, open_task(office, case.id), by=SYSTEM, variables={})
    with office.database.read() as tx:
        after = repository.history(tx, case.id, repository.PageRequest()).items
    assert [each.id for each in after] == [each.id for each in before]


# The database


@pytest.fixture
def app(settings: Settings, clock: TestClock) -> Iterator[Flask]:
    """The application on a database that is not prepared in any way."""
    app = create_app(settings, clock=clock)
    yield app
    app.extensions[NAME].database.dispose()


def test_a_database_that_is_not_migrated_says_what_to_do(app: Flask) -> None:
    client = app.test_client()
    login = {"username": "staf", "password": "sepuluh-huruf"}
    for answer in (client.get("/readyz"), client.post("/api/v1/tokens", json=login)):
        assert answer.status_code == 503
        assert answer.json is not None
        assert "alur db upgrade" in answer.json["detail"]


ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_POSTGRESQL
def test_a_connection_that_ends_while_a_request_waits_is_unavailable_and_a_retry_works(
    office: Office, settings: Settings
) -> None:
    case = office.start()
    api = api_of(settings, office)
    path = f"/tasks/{open_task(office, case.id)}/complete"
    with ThreadPoolExecutor(1) as pool, office.database.begin() as tx:
        repository.lock_instance(tx, case.id)
        waiting = pool.submit(api.post, path, by="kepala.badan", key="satu", variables={})
        _end_who_waits(office.database)
        assert problem_of(waiting.result(timeout=30)) == (503, "unavailable")
    assert len(case.open_tasks()) == 1
    assert api.post(path, by="kepala.badan", key="satu", variables={}).status_code == 200
    assert len(case.completed_steps()) == 1
    dispose(api)


def test_a_server_that_stops_in_the_middle_of_a_request_is_unavailable_until_it_is_back() -> None:
    with postgresql_server() as server:
        _stop_in_the_middle(server)


def _stop_in_the_middle(server: Any) -> None:  # noqa: ANN401 — the wheel has no types
    url = url_of(server)
    office = _founded(Settings(database_url=url), WEDNESDAY_MORNING)
    case = office.start()
    api = api_of(Settings(database_url=url), office)
    path = f"/tasks/{open_task(office, case.id)}/complete"
    with ThreadPoolExecutor(1) as pool:
        with suppress(Unavailable), office.database.begin() as tx:
            repository.lock_instance(tx, case.id)
            waiting = pool.submit(api.post, path, by="kepala.badan", variables={})
            _wait_for_the_lock(office.database)
            server.stop()
        assert problem_of(waiting.result(timeout=30)) == (503, "unavailable")
    assert problem_of(api.post(path, by="kepala.badan", variables={})) == (503, "unavailable")
    assert problem_of(api.get("/tasks", by="kepala.badan")) == (503, "unavailable")
    assert api.app.test_client().get("/readyz").status_code == 503
    assert api.app.test_client().get("/healthz").status_code == 200
    server.start()
    assert api.post(path, by="kepala.badan", variables={}).status_code == 200
    assert len(case.completed_steps()) == 1
    dispose(api)
    office.database.dispose()


def _wait_for_the_lock(database: Database) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    _until(database, waiting)


def _end_who_waits(database: Database) -> None:
    """End the connection that waits for a lock, as soon as there is one."""
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    _until(database, ended)


def _until(database: Database, question: TextClause) -> None:
    """Return once the database answers yes."""
    for _ in range(600):
        with database.read() as tx:
            if tx.session.scalar(question):
                return
        time.sleep(0.05)
    pytest.fail("nobody waits for the lock")


@ON_SQLITE
@pytest.mark.parametrize(
    ("pragma", "code"),
    [("busy_timeout = 50", "database-busy"), ("query_only = ON", "database-read-only")],
)
def test_a_file_that_cannot_be_written_is_unavailable_and_a_retry_works(
    office: Office, settings: Settings, pragma: str, code: str
) -> None:
    case = office.start()
    api = api_of(settings, office)
    api.token("kepala.badan")
    path = f"/tasks/{open_task(office, case.id)}/complete"
    engine = api.app.extensions[NAME].database.engine
    engine.dispose()

    def hinder(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", hinder)
    with office.database.begin() as tx:
        tx.session.execute(text("SELECT 1"))
        assert problem_of(api.post(path, by="kepala.badan", variables={})) == (503, code)
        assert api.get("/tasks", by="kepala.badan").status_code == 200  # reading waits for nobody
    event.remove(engine, "connect", hinder)
    engine.dispose()
    assert api.post(path, by="kepala.badan", variables={}).status_code == 200
    dispose(api)


def api_of(settings: Settings, office: Office) -> Api:
    """Return an application of its own on the office's database, its head logged in."""
    api = Api(create_app(settings, clock=office.clock))
    with office.database.begin() as tx:
        user = repository.user_named(tx, "kepala.badan")
        assert user is not None
        people.change_user(tx, user.id, password=PASSWORD, by=SYSTEM)
    api.token("kepala.badan")
    return api


def dispose(api: Api) -> None:
    """Close the connections of an application."""
    api.app.extensions[NAME].database.dispose()
