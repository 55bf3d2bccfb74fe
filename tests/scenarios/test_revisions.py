"""Revisions of the calendar: previewed, applied, and every move of a deadline in the history."""

from datetime import UTC, datetime

import pytest

from engine import calendars, definitions, revisions
from engine.bpmn.findings import DiagramRefused
from engine.config import ROOT
from engine.errors import Forbidden
from engine.permissions import SYSTEM
from engine.revisions import CalendarInUse
from tests.office import REFERENCE, Office, PlayedCase

FILE = (ROOT / "processes" / "calendar.toml").read_text()
THURSDAY_OFF = f"""{FILE}
[[calendars.kantor.closed]]
from = 2026-11-05
reason = "Hari jadi kabupaten"
decree = "Keputusan Bupati Nomor 1 Tahun 2026"
"""
CLINIC = """
[calendars.puskesmas]
zone = "Asia/Makassar"
[calendars.puskesmas.hours]
monday = ["08.00-20.00"]
tuesday = ["08.00-20.00"]
wednesday = ["08.00-20.00"]
thursday = ["08.00-20.00"]
friday = ["08.00-20.00"]
saturday = ["08.00-20.00"]
"""
THURSDAY, FRIDAY = (datetime(2026, 11, day, 1, 0, tzinfo=UTC) for day in (5, 6))


def at_two_days(office: Office) -> PlayedCase:
    """Return a case at the step that may take a day, due on Thursday at 09.00."""
    case = office.start()
    case.play(until="Mengoreksi")
    assert case.open_tasks()[0].due_at == THURSDAY
    return case


def preview(office: Office, file: str | None) -> revisions.Preview:
    with office.database.read() as tx:
        return revisions.preview(tx, file, by=SYSTEM)


def moved(case: PlayedCase) -> list[tuple[object, object]]:
    """Return from when to when the deadlines of a case were moved."""
    return [
        (event.detail["from"], event.detail["to"])
        for event in case.history()
        if event.type == "deadline_moved"
    ]


def test_a_preview_tells_which_open_deadlines_would_move_and_moves_none(office: Office) -> None:
    case = at_two_days(office)
    office.start("tidak bergeser")
    seen = preview(office, THURSDAY_OFF)
    assert (seen.changed, seen.open_deadlines) == (True, 2)
    (move,) = seen.moves
    assert (move.instance_id, move.due_at, move.moved_to) == (case.id, THURSDAY, FRIDAY)
    assert case.open_tasks()[0].due_at == THURSDAY


def test_the_same_file_and_days_change_nothing(office: Office) -> None:
    assert preview(office, None).changed is False
    assert preview(office, FILE).moves == []
    applied = revisions.apply(office.database, FILE, by=SYSTEM)
    assert (applied.created, applied.revision.number, applied.moved) == (False, 1, 0)


def test_an_applied_revision_moves_deadlines_and_timers_and_says_so(office: Office) -> None:
    case = at_two_days(office)
    applied = revisions.apply(office.database, THURSDAY_OFF, by=SYSTEM)
    assert (applied.created, applied.revision.number, applied.moved) == (True, 2, 1)
    (task,) = case.open_tasks()
    assert (task.due_at, task.calendar_revision) == (FRIDAY, 2)
    assert moved(case) == [(THURSDAY.isoformat(), FRIDAY.isoformat())]
    office.clock.now = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)
    office.fire()
    assert office.overdue() == []
    assert "timer_fired" not in [event.type for event in case.history()]
    office.clock.now = datetime(2026, 11, 6, 1, 0, 1, tzinfo=UTC)
    office.fire()
    assert [event.type for event in case.history()].count("timer_fired") == 1
    assert len(office.overdue()) == 1


def test_new_deadlines_are_counted_by_the_newest_revision(office: Office) -> None:
    revisions.apply(office.database, THURSDAY_OFF, by=SYSTEM)
    case = office.start()
    case.play(until="Mengoreksi")
    assert case.open_tasks()[0].due_at == FRIDAY
    assert moved(case) == []


def test_extensions_and_suspensions_are_counted_again_too(office: Office) -> None:
    case = at_two_days(office)
    case.extend("Mengoreksi", "P1D")
    case.suspend()
    office.wait("PT2H")
    case.resume()
    assert case.open_tasks()[0].due_at == datetime(2026, 11, 6, 3, 0, 1, tzinfo=UTC)
    revisions.apply(office.database, THURSDAY_OFF, by=SYSTEM)
    assert case.open_tasks()[0].due_at == datetime(2026, 11, 9, 3, 0, 1, tzinfo=UTC)


def test_a_suspended_case_is_counted_again_and_stays_suspended(office: Office) -> None:
    case = at_two_days(office)
    case.suspend()
    revisions.apply(office.database, THURSDAY_OFF, by=SYSTEM)
    assert office.fire() == 0
    office.clock.now = datetime(2026, 11, 6, 1, 0, tzinfo=UTC)
    case.resume()
    assert case.open_tasks()[0].due_at == datetime(2026, 11, 9, 1, 0, tzinfo=UTC)


def test_what_a_crash_left_behind_is_counted_again_later(office: Office) -> None:
    cases = [at_two_days(office) for _ in range(3)]
    with office.database.begin() as tx:
        revisions._add(tx, calendars.resolve(THURSDAY_OFF, around=2026), number=2, by=SYSTEM)
    assert {case.open_tasks()[0].due_at for case in cases} == {THURSDAY}
    assert revisions.recount_stale(office.database) == 3
    assert {case.open_tasks()[0].due_at for case in cases} == {FRIDAY}
    assert revisions.recount_stale(office.database) == 0


def test_a_later_package_of_holidays_moves_nothing_until_it_is_applied(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at_two_days(office)
    known = calendars.national_days(2026)
    holiday = {THURSDAY.date(): calendars.Reason(indonesian="Libur baru", english="New holiday")}
    changed = calendars.NationalDays(
        public={**known.public, **holiday}, joint_leave=known.joint_leave
    )

    def newer(year: int) -> calendars.NationalDays:
        return changed if year == 2026 else calendars.national_days(year)

    other = office.start("B")
    other.play(until="Mengoreksi")
    assert other.open_tasks()[0].due_at == THURSDAY
    document = calendars.resolve(FILE, around=2026, national=newer)
    monkeypatch.setattr(revisions, "resolve", lambda *_, **__: document)
    assert len(preview(office, None).moves) == 2
    revisions.apply(office.database, None, by=SYSTEM)
    assert case.open_tasks()[0].due_at == FRIDAY


def test_only_an_admin_changes_the_calendar(office: Office) -> None:
    by = office.actor("supervisor")
    with pytest.raises(Forbidden):
        revisions.apply(office.database, THURSDAY_OFF, by=by)


def test_a_calendar_that_a_diagram_names_cannot_be_left_out(office: Office) -> None:
    revisions.apply(office.database, FILE + CLINIC, by=SYSTEM)
    with office.database.begin() as tx:
        definitions.deploy(tx, with_calendar("puskesmas"), by=SYSTEM)
    with pytest.raises(CalendarInUse):
        preview(office, FILE)
    with pytest.raises(CalendarInUse):
        revisions.apply(office.database, FILE, by=SYSTEM)


def test_a_process_runs_in_the_calendar_that_its_diagram_names(office: Office) -> None:
    revisions.apply(office.database, FILE + CLINIC, by=SYSTEM)
    with office.database.begin() as tx:
        definitions.deploy(tx, with_calendar("puskesmas"), by=SYSTEM)
    office.clock.now = datetime(2026, 11, 7, 0, 0, tzinfo=UTC)  # Saturday 08.00
    case = office.start()
    case.play(until="Membuat format")
    assert case.open_tasks()[0].due_at == datetime(2026, 11, 7, 2, 0, tzinfo=UTC)
    office.clock.now = datetime(2026, 11, 7, 2, 30, tzinfo=UTC)
    case.complete("Membuat format", by="kasubag")
    assert case.progress().steps[1].late_minutes == 30


def test_around_the_clock_is_plain_time(office: Office) -> None:
    with office.database.begin() as tx:
        definitions.deploy(tx, with_calendar("24jam"), by=SYSTEM)
    office.clock.now = datetime(2026, 11, 7, 20, 0, tzinfo=UTC)
    case = office.start()
    case.play(until="Membuat format")
    assert case.open_tasks()[0].due_at == datetime(2026, 11, 7, 22, 0, tzinfo=UTC)


def with_calendar(name: str) -> bytes:
    """Return the reference diagram, its process running in that calendar."""
    first = b'<camunda:property name="sop.unit"'
    named = f'<camunda:property name="sop.kalender" value="{name}" />'.encode()
    assert REFERENCE.count(first) == 1
    return REFERENCE.replace(first, named + first)


def test_a_diagram_that_names_a_calendar_the_office_does_not_have_is_refused(
    office: Office,
) -> None:
    with pytest.raises(DiagramRefused), office.database.begin() as tx:
        definitions.deploy(tx, with_calendar("tidak-ada"), by=SYSTEM)
