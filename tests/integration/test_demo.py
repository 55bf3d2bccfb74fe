"""The demo office: complete after any number of runs, and never where people work already."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from api import demo
from engine import instances, people, tasks
from engine.config import Settings
from engine.database import Database
from engine.model import Base, HistoryEvent, InstanceState, ProcessInstance
from engine.permissions import SYSTEM
from engine.repository import InstanceFilter
from tests.clock import TestClock
from tests.office import ACTORS, EVERYTHING, OFFICERS, Office


@pytest.fixture
def logins(tmp_path: Path) -> Path:
    return tmp_path / "var" / "demo-logins.json"


def rows(database: Database) -> dict[str, int]:
    """Return how many rows every table has."""
    with database.read() as tx:
        count = tx.session.connection().exec_driver_sql
        return {
            name: count(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608 — our own names
            for name in Base.metadata.tables
        }


def cases(database: Database) -> list[ProcessInstance]:
    with database.read() as tx:
        page = instances.find(tx, InstanceFilter(), by=SYSTEM, page=EVERYTHING)
    return [record.instance for record in page.items]


def events(database: Database) -> list[HistoryEvent]:
    with database.read() as tx:
        pages = [
            instances.what_happened(tx, case.id, by=SYSTEM, page=EVERYTHING)
            for case in cases(database)
        ]
    return [event for page in pages for event in page.items]


def test_the_demo_office_has_people_positions_and_overdue_cases(
    database: Database, settings: Settings, clock: TestClock, logins: Path
) -> None:
    said = "\n".join(demo.found(settings, now=clock(), logins=logins))
    passwords = json.loads(logins.read_text())
    assert passwords.keys() == {*ACTORS, *OFFICERS}
    assert all(password in said for password in passwords.values())
    assert logins.stat().st_mode & 0o777 == 0o600

    office = Office(database, clock)
    assert {name: office.actor(name).groups for name in ACTORS} == {
        name: {code} for name, code in ACTORS.items()
    }
    states = [case.state for case in cases(database)]
    assert states.count(InstanceState.COMPLETED) == 1
    assert states.count(InstanceState.ACTIVE) == 3
    assert len(office.overdue()) == 2
    assert max(event.at for event in events(database)) <= clock()


def test_a_second_run_changes_nothing_even_much_later(
    database: Database, settings: Settings, clock: TestClock, logins: Path
) -> None:
    list(demo.found(settings, now=clock(), logins=logins))
    before, passwords = rows(database), logins.read_bytes()
    clock.advance(days=400)
    said = "\n".join(demo.found(settings, now=clock(), logins=logins))
    assert rows(database) == before
    assert logins.read_bytes() == passwords
    assert str(logins) in said


@pytest.mark.parametrize("completions", [0, 3, 12])
def test_an_interrupted_run_is_completed_by_the_next(  # noqa: PLR0917 — fixtures
    database: Database,
    settings: Settings,
    clock: TestClock,
    logins: Path,
    monkeypatch: pytest.MonkeyPatch,
    completions: int,
) -> None:
    left = iter(range(completions))
    complete = tasks.complete

    def until_the_power_fails(*arguments: object, **named: object) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return complete(*arguments, **named)  # type: ignore[arg-type]  # handed on as they came

    with monkeypatch.context() as patched:
        patched.setattr(tasks, "complete", until_the_power_fails)
        with pytest.raises(KeyboardInterrupt):
            list(demo.found(settings, now=clock(), logins=logins))
    passwords = logins.read_bytes()
    list(demo.found(settings, now=clock(), logins=logins))

    assert logins.read_bytes() == passwords
    assert [case.business_key for case in reversed(cases(database))] == [
        f"LAKIP triwulan {number}" for number in ("I", "II", "III", "IV")
    ]
    completed = [event for event in events(database) if event.type == "task_completed"]
    assert len(completed) == 10 + 7 + 3 + 5


def test_an_office_with_people_of_its_own_is_left_alone(
    database: Database, settings: Settings, clock: TestClock, logins: Path
) -> None:
    with database.begin() as tx:
        people.create_user(tx, username="budi", name="Budi", roles=[], password=None, by=SYSTEM)
    before = rows(database)
    (said,) = demo.found(settings, now=clock(), logins=logins)
    assert "leaves it alone" in said
    assert rows(database) == before
    assert not logins.exists()


def test_what_people_do_in_the_demo_office_stays(
    database: Database, settings: Settings, clock: TestClock, logins: Path
) -> None:
    list(demo.found(settings, now=clock(), logins=logins))
    office = Office(database, clock)
    supervisor = office.actor("supervisor")
    for case in cases(database):
        if case.state is InstanceState.ACTIVE:
            with database.begin() as tx:
                instances.cancel(tx, case.id, reason="Selesai dicoba", by=supervisor)
    before = rows(database)
    later: datetime = clock()
    list(demo.found(settings, now=later, logins=logins))
    assert rows(database) == before
