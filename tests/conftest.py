"""Fixtures for all tests: a clock that the test owns, and a migrated database of each kind."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from engine import revisions
from engine.clock import Clock
from engine.config import Settings
from engine.database import Database
from migrations.upgrade import upgrade
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.office import Office
from tests.postgresql import postgresql_server


@pytest.fixture
def clock() -> TestClock:
    """A clock that starts on an ordinary Wednesday at 09.00 of the reference office."""
    return TestClock(WEDNESDAY_MORNING)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test run, without a database name."""
    with postgresql_server() as server:
        yield server.get_uri()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'alur.db'}"
        return
    server = request.getfixturevalue("postgresql").replace("postgresql:", "postgresql+psycopg:")
    name = f"alur_{uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    base, _, query = server.partition("?")
    yield f"{base.rsplit('/', 1)[0]}/{name}?{query}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """The settings of an installation on that database."""
    return Settings(database_url=database_url)


@pytest.fixture
def open_database(settings: Settings) -> Iterator[Callable[[Clock], Database]]:
    """Return a function that opens the database, as one process would; closed after the test."""
    opened = []

    def open_(clock: Clock) -> Database:
        database = Database(settings, clock=clock)
        opened.append(database)
        return database

    yield open_
    for database in opened:
        database.dispose()


@pytest.fixture
def database(
    open_database: Callable[[Clock], Database], settings: Settings, clock: TestClock
) -> Database:
    """A migrated database in which the office has been founded, on the test's clock."""
    database = open_database(clock)
    upgrade(database.engine)
    with database.begin() as tx:
        revisions.found_office(tx, settings.calendar.read_text())
    return database


@pytest.fixture
def office(database: Database, clock: TestClock) -> Office:
    """The reference office with its SOP deployed and its people appointed."""
    office = Office(database, clock)
    office.found()
    return office
