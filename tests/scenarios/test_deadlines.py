"""Deadlines that people govern: extended, suspended, and how a step stands with its time."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.cases import InstanceEnded, InstanceSuspended, ReasonMissing
from engine.model import InstanceState, TaskState, Timeliness
from engine.rescheduling import InvalidExtension, NotSuspended
from tests.office import Office, PlayedCase


def timeliness(case: PlayedCase) -> Timeliness | None:
    """Return how the one open step of a case stands with its time."""
    (open_step,) = [
        each
        for each in case.progress().steps
        if each.task and each.task.state in {TaskState.OPEN, TaskState.SUSPENDED}
    ]
    return open_step.timeliness


def due(case: PlayedCase) -> datetime:
    """Return the deadline of the one open task of a case."""
    (task,) = case.open_tasks()
    assert task.due_at is not None
    return task.due_at


def types(case: PlayedCase) -> list[str]:
    return [event.type for event in case.history()]


def test_a_step_is_on_track_then_at_risk_in_its_last_quarter_then_overdue(office: Office) -> None:
    case = office.start()
    case.play(until="Membuat format")  # two hours, from 09.00
    assert timeliness(case) is Timeliness.ON_TRACK
    office.clock.advance(minutes=90)
    assert timeliness(case) is Timeliness.ON_TRACK
    office.clock.advance(seconds=1)
    assert timeliness(case) is Timeliness.AT_RISK
    office.clock.advance(minutes=30, seconds=-1)
    assert timeliness(case) is Timeliness.AT_RISK
    office.clock.advance(seconds=1)
    assert timeliness(case) is Timeliness.OVERDUE


def test_an_extension_by_working_time_moves_deadline_timer_and_lateness(office: Office) -> None:
    case = office.start()
    case.play(until="Membuat format")
    before = due(case)
    case.extend("Membuat format", "P1D")
    assert due(case) == before + timedelta(days=1)
    office.wait("PT3H")
    assert (office.overdue(), office.fire()) == ([], 0)
    office.clock.now = due(case) + timedelta(minutes=5)
    assert len(office.overdue()) == 1
    office.fire()
    assert types(case).count("timer_fired") == 1
    case.complete("Membuat format", by="kasubag")
    (late,) = [e.detail["late_minutes"] for e in case.history() if "late_minutes" in e.detail]
    assert late == 5


def test_an_extension_is_in_the_history_with_its_reason(office: Office) -> None:
    case = office.start()
    before = due(case)
    case.extend("Memerintahkan", "PT1H", reason="pimpinan dinas luar")
    (event,) = [e for e in case.history() if e.type == "deadline_extended"]
    assert (event.actor, event.detail["reason"]) == ("supervisor", "pimpinan dinas luar")
    assert event.detail["from"] == before.isoformat()
    assert event.detail["to"] == due(case).isoformat()


def test_a_deadline_can_be_extended_to_a_moment(office: Office) -> None:
    case = office.start()
    friday = datetime(2026, 11, 6, 3, 0, tzinfo=UTC)
    case.extend("Memerintahkan", friday)
    assert due(case) == friday
    with pytest.raises(InvalidExtension):
        case.extend("Memerintahkan", friday - timedelta(hours=1))
    assert due(case) == friday


def test_an_extension_needs_a_reason(office: Office) -> None:
    case = office.start()
    with pytest.raises(ReasonMissing):
        case.extend("Memerintahkan", "PT1H", reason="  ")


def test_a_step_that_is_overdue_already_stays_on_record_when_it_is_extended(
    office: Office,
) -> None:
    case = office.start()
    office.wait("PT30M")
    case.extend("Memerintahkan", "P1D")
    assert office.overdue() == []
    assert types(case).count("timer_fired") == 1
    case.complete("Memerintahkan", by="kepala.badan")
    assert case.late_steps() == []
    assert types(case).count("timer_fired") == 1


def test_an_extension_that_has_passed_already_is_refused(office: Office) -> None:
    case = office.start()
    office.wait("P2D")
    before = due(case)
    with pytest.raises(InvalidExtension):
        case.extend("Memerintahkan", "PT10M")
    assert due(case) == before


def test_while_a_case_is_suspended_nothing_of_it_is_overdue_done_or_fired(office: Office) -> None:
    case = office.start()
    case.suspend()
    office.wait("P5D")
    assert (office.overdue(), office.fire(), case.open_tasks()) == ([], 0, [])
    assert case.state() is InstanceState.SUSPENDED
    (step, *_) = case.progress().steps
    assert step.task is not None
    with pytest.raises(InstanceSuspended):
        office.complete_task(step.task.id, by="kepala.badan")
    with pytest.raises(InstanceSuspended):
        case.suspend()


def test_resuming_moves_the_deadline_by_exactly_the_working_time_suspended(
    office: Office,
) -> None:
    case = office.start()
    case.play(until="Membuat format")  # due at 11.00
    office.clock.advance(minutes=30)
    case.suspend()
    office.clock.now = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)  # Monday 09.00
    case.resume()
    assert due(case) == datetime(2026, 11, 9, 2, 30, tzinfo=UTC)  # an hour and a half was left
    assert case.state() is InstanceState.ACTIVE
    case.play()
    assert case.state() is InstanceState.COMPLETED
    assert case.late_steps() == []


def test_a_resumed_timer_fires_once_at_its_new_moment(office: Office) -> None:
    case = office.start()
    case.suspend()
    office.wait("P1D")
    case.resume()
    assert office.fire() == 0
    office.wait("PT10M")
    office.fire()
    office.fire()
    assert types(case).count("timer_fired") == 1


def test_what_was_overdue_before_a_suspension_is_as_late_after_it(office: Office) -> None:
    case = office.start()
    office.wait("PT30M")
    case.suspend()
    office.wait("P1D")
    assert case.progress().steps[0].late_minutes == 21
    case.resume()
    assert len(office.overdue()) == 1
    case.complete("Memerintahkan", by="kepala.badan")
    assert case.progress().steps[0].late_minutes == 21
    assert types(case).count("timer_fired") == 1


def test_suspending_and_resuming_is_in_the_history(office: Office) -> None:
    case = office.start()
    case.suspend("menunggu tanda tangan bupati")
    office.wait("P1D")
    case.resume()
    told = [(e.type, e.actor) for e in case.history()][-3:]
    assert told == [
        ("instance_suspended", "supervisor"),
        ("instance_resumed", "supervisor"),
        ("deadline_moved", "system"),
    ]
    (reason,) = [e.detail["reason"] for e in case.history() if "reason" in e.detail]
    assert reason == "menunggu tanda tangan bupati"


def test_a_suspended_case_can_be_cancelled_and_is_as_late_as_when_its_clock_stopped(
    office: Office,
) -> None:
    case = office.start()
    office.wait("PT30M")
    case.suspend()
    office.wait("P1D")
    case.cancel("permohonan ditarik")
    assert case.state() is InstanceState.CANCELLED
    assert case.progress().steps[0].late_minutes == 21
    assert types(case).count("timer_fired") == 1
    with pytest.raises(NotSuspended):
        case.resume()
    with pytest.raises(InstanceEnded):
        case.suspend()


def test_an_extension_and_a_suspension_together_keep_the_rest_of_the_time(office: Office) -> None:
    case = office.start()
    case.play(until="Membuat format")
    case.extend("Membuat format", "PT1H")  # noon
    case.suspend()
    office.clock.now = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
    case.resume()
    assert due(case) == datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
    case.extend("Membuat format", "PT1H")
    assert due(case) == datetime(2026, 11, 5, 6, 0, tzinfo=UTC)  # after the break
