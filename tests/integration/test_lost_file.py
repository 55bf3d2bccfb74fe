"""A SQLite file that goes away under a running process."""

from pathlib import Path

import pytest

from engine import repository
from engine.config import Settings
from engine.database import Database
from engine.errors import Unavailable
from engine.failures import NotMigrated
from migrations.upgrade import upgrade
from tests.clock import TestClock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_nothing_is_written_into_a_file_that_was_deleted(
    database: Database, settings: Settings
) -> None:
    assert settings.database_url.startswith("sqlite")
    file = database.engine.url.database or ""
    for companion in ("", "-wal", "-shm"):
        Path(f"{file}{companion}").unlink(missing_ok=True)
    with pytest.raises(Unavailable), database.begin() as tx:
        repository.tenant(tx)


def test_a_mistyped_path_is_no_empty_office(database: Database, clock: TestClock) -> None:
    other = Database(
        Settings(database_url=f"sqlite:///{database.engine.url.database}.typo"),
        clock=clock,
    )
    with pytest.raises(NotMigrated, match="not there"):
        other.check()
    upgrade(other.engine)
    other.require_schema()
    other.dispose()
