"""A database of every released schema, with running cases, upgrades and goes on."""

import shutil
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import make_url

from engine import revisions
from engine.clock import Clock
from engine.config import Settings
from engine.database import Database
from engine.model import InstanceState
from migrations.upgrade import upgrade
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.data import DATABASES
from tests.office import Office, PlayedCase

REVISIONS = sorted(path.stem for path in DATABASES.glob("*.sqlite"))


@pytest.fixture(params=REVISIONS)
def kept(
    request: pytest.FixtureRequest, settings: Settings, open_database: Callable[[Clock], Database]
) -> Office:
    """The office of a kept database, upgraded, some hours after it was last used."""
    _restore(request.param, settings.database_url)
    clock = TestClock(WEDNESDAY_MORNING + timedelta(hours=6))
    database = open_database(clock)
    upgrade(database.engine)
    with database.begin() as tx:
        revisions.found_office(tx, settings.calendar.read_text())
    revisions.recount_stale(database)
    database.check()
    return Office(database, clock)


def _restore(revision: str, database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        shutil.copy(DATABASES / f"{revision}.sqlite", url.database or "")
        return
    script = (DATABASES / f"{revision}.postgresql.sql").read_text()
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute(script.encode())


def test_the_overdue_list_is_right_after_the_upgrade(kept: Office) -> None:
    assert [name[:13] for name in kept.overdue()] == ["Menghimpun fo", "Memerintahkan"]


def test_timers_that_waited_fire_after_the_upgrade_and_those_that_fired_do_not(
    kept: Office,
) -> None:
    kept.fire()
    assert kept.fire() == 0
    (case,) = _cases(kept, "terlambat")
    assert [event.type for event in case.history()].count("timer_fired") == 1
    (new,) = _cases(kept, "baru")
    assert [event.type for event in new.history()].count("timer_fired") == 1


def test_people_are_told_of_steps_that_were_open_before_the_upgrade(kept: Office) -> None:
    kept.fire()
    assert [rung for rung, _ in kept.told("supervisor")] == ["overdue", "overdue"]
    (case,) = _cases(kept, "dikoreksi")
    (task,) = case.open_tasks()
    assert task.at_risk_at is not None
    assert task.at_risk_at < (task.due_at or task.at_risk_at)


def test_every_running_case_plays_to_its_end_after_the_upgrade(kept: Office) -> None:
    running = kept.cases(state=InstanceState.ACTIVE.value)
    assert len(running) == 3
    for case_id in running:
        case = PlayedCase(kept, case_id)
        case.play(until="Mengoreksi")
        case.complete("Mengoreksi", by="sekretaris", perlu_perbaikan=False)
        case.play()
        assert case.state() is InstanceState.COMPLETED


def test_a_suspended_case_goes_on_with_the_time_it_had_left(kept: Office) -> None:
    for case in _cases(kept, "ditangguhkan"):  # the first release could not suspend
        case.resume()
        kept.wait("PT70M")
        (task,) = case.open_tasks()
        assert task.due_at == kept.clock.now - timedelta(seconds=1)


def test_what_has_ended_stays_as_it_was(kept: Office) -> None:
    (completed,) = _cases(kept, "selesai")
    assert len(completed.completed_steps()) == 10
    (cancelled,) = _cases(kept, "dibatalkan")
    assert cancelled.history()[-1].detail == {"reason": "permohonan ditarik"}


def test_new_cases_start_in_an_upgraded_database(kept: Office) -> None:
    case = kept.start("sesudah peningkatan")
    case.play()
    assert case.state() is InstanceState.COMPLETED


def _cases(office: Office, business_key: str) -> list[PlayedCase]:
    return [PlayedCase(office, case_id) for case_id in office.cases(business_key=business_key)]
