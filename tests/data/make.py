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
from tests.unit.workflow_diagrams import Play, compiled

TRIP = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions" targetNamespace="urn:trip">
  <process id="trip" isExecutable="true">
    <startEvent id="start"/>
    <userTask id="book"/>
    <boundaryEvent id="booked" attachedToRef="book"><compensateEventDefinition/></boundaryEvent>
    <userTask id="unbook" isForCompensation="true"/>
    <association id="undoes" sourceRef="booked" targetRef="unbook"/>
    <parallelGateway id="fork"/>
    <userTask id="pack"/>
    <subProcess id="ask">
      <multiInstanceLoopCharacteristics camunda:collection="friends"
          camunda:elementVariable="friend"/>
      <startEvent id="asking"/>
      <userTask id="invite"/>
      <boundaryEvent id="slow" attachedToRef="invite" cancelActivity="false">
        <timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>
      </boundaryEvent>
      <endEvent id="asked"/>
      <sequenceFlow id="a1" sourceRef="asking" targetRef="invite"/>
      <sequenceFlow id="a2" sourceRef="invite" targetRef="asked"/>
    </subProcess>
    <boundaryEvent id="enough" attachedToRef="ask">
      <messageEventDefinition messageRef="enough_message"/>
    </boundaryEvent>
    <exclusiveGateway id="merge"/>
    <parallelGateway id="join"/>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="book"/>
    <sequenceFlow id="f2" sourceRef="book" targetRef="fork"/>
    <sequenceFlow id="f3" sourceRef="fork" targetRef="pack"/>
    <sequenceFlow id="f4" sourceRef="fork" targetRef="ask"/>
    <sequenceFlow id="f5" sourceRef="pack" targetRef="join"/>
    <sequenceFlow id="f6" sourceRef="ask" targetRef="merge"/>
    <sequenceFlow id="f7" sourceRef="enough" targetRef="merge"/>
    <sequenceFlow id="f9" sourceRef="merge" targetRef="join"/>
    <sequenceFlow id="f8" sourceRef="join" targetRef="end"/>
    <subProcess id="called_off" triggeredByEvent="true">
      <startEvent id="storm"><signalEventDefinition signalRef="storm_signal"/></startEvent>
      <intermediateThrowEvent id="undo"><compensateEventDefinition/></intermediateThrowEvent>
      <endEvent id="over"/>
      <sequenceFlow id="c1" sourceRef="storm" targetRef="undo"/>
      <sequenceFlow id="c2" sourceRef="undo" targetRef="over"/>
    </subProcess>
  </process>
  <message id="enough_message" name="Cukup"/>
  <signal id="storm_signal" name="Badai"/>
</definitions>
"""
"""Turns of a sub-process beside a join, events around them, and something that can be undone."""


def on_the_way() -> Play:
    """Return a case that has arrived at the join once and has asked one friend of three."""
    case = Play(compiled(TRIP)).start(friends=["satu", "dua", "tiga"], subject="Laporan")
    return case.complete("book").complete("pack").complete("invite").wait(hours=2).fire()


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
    state = STATES / "format-2.state"
    if not state.exists():
        state.with_suffix(".bpmn").write_bytes(TRIP)
        state.write_bytes(on_the_way().last.state or b"")
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
