"""The whole SOP, played by its four actors on both databases, in the office's working time."""

from datetime import UTC, datetime

import pytest

from engine import cases, tasks
from engine.errors import Conflict
from engine.model import InstanceState
from engine.permissions import NotYourPosition, RoleNeeded
from tests.office import STEPS, Office

STANDARDS = ("PT10M", "PT2H", "PT1H", "PT3H", "PT4H", "P2D", "P1D", "PT1H", "PT10M", "PT1H")


def test_ten_steps_in_time_are_ten_of_ten_on_time(office: Office) -> None:
    case = office.start()
    for (name, actor), standard in zip(STEPS, STANDARDS, strict=True):
        office.wait(standard)
        office.clock.advance(seconds=-1)  # the closing moment of the time standard is in time
        assert office.overdue() == []
        case.complete(name, by=actor)
    assert case.state() is InstanceState.COMPLETED
    assert len(case.completed_steps()) == 10
    assert case.late_steps() == []


def test_three_late_steps_are_in_the_list_while_late_and_on_record_afterwards(
    office: Office,
) -> None:
    case = office.start()
    late = {"Menghimpun format": "PT3H", "Membuat Dokumen": "P2D", "Penandatanganan": "PT10M"}
    listed = []
    for name, actor in STEPS:
        if name in late:
            assert office.overdue() == []
            office.wait(late[name])
            listed += office.overdue()
            office.wait("PT30M")
        case.complete(name, by=actor)
        assert office.overdue() == []
    assert [name.startswith(tuple(late)) for name in listed] == [True, True, True]
    assert case.late_steps() == listed
    recorded = [e.detail["late_minutes"] for e in case.history() if "late_minutes" in e.detail]
    assert recorded == [31, 31, 31]


def test_one_correction_goes_back_to_the_report_and_on_again(office: Office) -> None:
    case = office.start()
    case.play(until="Mengoreksi")
    case.complete("Mengoreksi", by="sekretaris", perlu_perbaikan=True)
    case.complete("Membuat Dokumen", by="kasubag")
    case.complete("Mengoreksi", by="sekretaris", perlu_perbaikan=False)
    case.play()
    assert case.state() is InstanceState.COMPLETED
    assert len(case.completed_steps()) == 12


def test_a_decision_counts_once_also_when_the_next_turn_says_nothing(office: Office) -> None:
    case = office.start()
    case.play(until="Mengoreksi")
    case.complete("Mengoreksi", by="sekretaris", perlu_perbaikan=True)
    case.complete("Membuat Dokumen", by="kasubag")
    case.complete("Mengoreksi", by="sekretaris")
    assert [task.name[:11] for task in case.open_tasks()] == ["Menyampaika"]


def test_a_rejected_approval_goes_back_to_the_report(office: Office) -> None:
    case = office.start()
    case.play(until="Penandatanganan")
    case.complete("Penandatanganan", by="kepala.badan", disetujui=False)
    assert [task.name[:15] for task in case.open_tasks()] == ["Membuat Dokumen"]
    case.play(until="Penandatanganan")
    case.complete("Penandatanganan", by="kepala.badan", disetujui=True)
    case.play()
    assert case.state() is InstanceState.COMPLETED
    assert len(case.completed_steps()) == 14


def test_without_any_variable_the_process_is_the_ten_steps_in_order(office: Office) -> None:
    case = office.start()
    case.play()
    steps = [each.step.element_id for each in case.progress().steps]
    assert case.completed_steps() == steps


def test_lateness_is_recorded_although_no_worker_ever_ran(office: Office) -> None:
    case = office.start()
    office.wait("PT40M")
    assert len(office.overdue()) == 1
    case.complete("Memerintahkan", by="kepala.badan")
    fired = [(e.type, e.actor) for e in case.history() if e.type in {"timer_fired", "escalated"}]
    assert fired == [("timer_fired", "system"), ("escalated", "system")]
    (late,) = [e.detail["late_minutes"] for e in case.history() if "late_minutes" in e.detail]
    assert late == 31
    assert office.fire() == 0


def test_a_timer_fires_once_and_leaves_the_step_open(office: Office) -> None:
    case = office.start()
    office.wait("PT10M")
    assert office.fire() == 1
    assert office.fire() == 0
    assert [task.name[:13] for task in case.open_tasks()] == ["Memerintahkan"]
    assert office.overdue() == [case.open_tasks()[0].name]
    case.play()
    assert [e.type for e in case.history()].count("timer_fired") == 1
    assert case.state() is InstanceState.COMPLETED


def test_deadlines_are_counted_in_the_working_time_of_the_office(office: Office) -> None:
    office.clock.now = datetime(2026, 11, 6, 7, 30, tzinfo=UTC)  # Friday 15.30, open until 16.30
    case = office.start()
    case.play(until="Membuat format")
    assert case.open_tasks()[0].due_at == datetime(2026, 11, 9, 0, 30, tzinfo=UTC)  # Monday 08.30


def test_a_cancelled_case_has_no_open_task_and_no_timer(office: Office) -> None:
    case = office.start()
    case.cancel("permohonan ditarik")
    office.wait("P3D")
    assert (case.open_tasks(), office.overdue(), office.fire()) == ([], [], 0)
    assert case.state() is InstanceState.CANCELLED
    assert case.history()[-1].detail == {"reason": "permohonan ditarik"}
    with pytest.raises(cases.InstanceEnded):
        case.cancel("sekali lagi")


def test_what_is_overdue_when_a_case_is_cancelled_stays_on_record(office: Office) -> None:
    case = office.start()
    office.wait("PT40M")
    case.cancel("permohonan ditarik")
    types = [event.type for event in case.history()]
    assert "timer_fired" in types
    assert "escalated" in types
    assert case.progress().steps[0].late_minutes == 31


def test_the_report_counts_what_is_overdue_by_process_step_and_actor(office: Office) -> None:
    slow, slower = office.start("A"), office.start("B")
    slower.play(until="Membuat format")
    office.wait("PT3H")
    report = office.report()
    assert report.total == 2
    assert [(each.count, each.worst_minutes) for each in report.by_process] == [(2, 170)]
    assert [(each.key, each.count) for each in report.by_actor] == [
        ("kepala-badan", 1),
        ("kasubag-perencanaan-dan-pelaporan", 1),
    ]
    slow.play()
    assert office.report().total == 1


def test_a_task_is_done_only_by_a_holder_of_its_position(office: Office) -> None:
    case = office.start()
    for stranger in ("staf", "supervisor", "admin", "pemilik.proses"):
        with pytest.raises(NotYourPosition):
            case.complete("Memerintahkan", by=stranger)
    assert len(case.open_tasks()) == 1


def test_completing_twice_tells_the_second_who_was_first(office: Office) -> None:
    case = office.start()
    task = case.task("Memerintahkan")
    case.complete("Memerintahkan", by="kepala.badan")
    kepala = office.actor("kepala.badan")
    with pytest.raises(tasks.TaskNotOpen) as caught, office.database.begin() as tx:
        tasks.complete(tx, task.id, by=kepala, variables={})
    assert isinstance(caught.value, Conflict)
    assert caught.value.details["completed_by"] == "kepala.badan"
    assert len(case.completed_steps()) == 1


def test_a_case_is_started_by_a_supervisor_or_by_who_does_the_first_step(office: Office) -> None:
    for starter in ("supervisor", "kepala.badan"):
        office.start(by=starter)
    for stranger in ("staf", "kasubag", "admin", "pemilik.proses"):
        with pytest.raises(RoleNeeded):
            office.start(by=stranger)
    assert len(office.cases()) == 2
