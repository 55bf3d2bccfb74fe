"""Writes what later versions must still be able to read: a stored state and two databases.

`python -m tests.data.make` is run once for a release that changes the format of the state or the
schema; a file that is there already is never written again.
"""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from engine import revisions
from engine.config import Settings
from engine.database import Database
from engine.model import SCHEMA_REVISION
from migrations.upgrade import upgrade
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.data import DATABASES, STATES
from tests.office import Office
from tests.postgresql import postgresql_server, url_of
from tests.unit.workflow_diagrams import Play, compiled, xml

ROUNDS = (
    "start > xor1 > and1",
    "and1 > first > and2",
    "and1 > second > and2",
    "and1 > third > and2",
    "and2 > check > xor2",
    "xor2 [more == true] > xor1",
    "xor2 [else] > end",
    "timer1 @ second PT1H > remind > end",
    "timer2 @ third PT8H > tell",
    "timer3 @ check PT1H > tell",
)
"""A loop around a join of three branches, with timers that lead to an end and to a task."""


def in_the_second_round() -> Play:
    """Return a case in which one branch has arrived and two tasks and one timer wait."""
    case = Play(compiled(xml(*ROUNDS))).start(subject="Laporan", amount=1)
    case.complete("first").complete("second").complete("third")
    case.wait(hours=2).complete("check", more=True)
    case.complete("first", amount=2).wait(hours=2)
    return case.fire()


def several_cases(office: Office) -> None:
    """Let the office have cases of every kind: overdue, sent back, ended, suspended."""
    office.found()
    late = office.start("terlambat")
    corrected = office.start("dikoreksi")
    corrected.play(until="Mengoreksi")
    late.play(until="Menghimpun format")
    office.wait("PT3H")
    office.fire()
    corrected.complete("Mengoreksi", by="sekretaris", perlu_perbaikan=True)
    office.start("selesai").play()
    office.start("dibatalkan").cancel("permohonan ditarik")
    office.start("baru")
    suspended = office.start("ditangguhkan")
    suspended.extend("Memerintahkan", "PT1H")
    suspended.suspend()
    office.wait("PT11M")


def main() -> None:
    """Write the files that are missing."""
    state = STATES / "format-1.state"
    if not state.exists():
        state.with_suffix(".bpmn").write_bytes(xml(*ROUNDS))
        state.write_bytes(in_the_second_round().last.state or b"")
    sqlite = DATABASES / f"{SCHEMA_REVISION}.sqlite"
    if not sqlite.exists():
        _write_sqlite(sqlite)
    postgresql = DATABASES / f"{SCHEMA_REVISION}.postgresql.sql"
    if not postgresql.exists():
        _write_postgresql(postgresql)


def _write_sqlite(path: Path) -> None:
    with TemporaryDirectory() as folder:
        _lived_in(f"sqlite:///{folder}/alur.db").dispose()
        with closing(sqlite3.connect(f"{folder}/alur.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(path),))


def _write_postgresql(path: Path) -> None:
    with postgresql_server() as server:
        uri = server.get_uri()
        _lived_in(url_of(server)).dispose()
        command = (str(server.bin_path / "pg_dump"), "--inserts", "--no-owner", "-x", uri)
        dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # What is for psql alone begins with a backslash; the rest is SQL for any client.
    lines = [line for line in dump.splitlines() if line and not line.startswith(("\\", "--"))]
    path.write_text("\n".join(lines) + "\n")


def _lived_in(url: str) -> Database:
    settings = Settings(database_url=url)
    clock = TestClock(WEDNESDAY_MORNING)
    database = Database(settings, clock=clock)
    upgrade(database.engine)
    with database.begin() as tx:
        revisions.found_office(tx, settings.calendar.read_text())
    several_cases(Office(database, clock))
    return database


if __name__ == "__main__":
    main()
