"""The escalation ladder: who is told of what, and that nobody is told twice or for nothing."""

from datetime import date, timedelta

from engine import people, repository, revisions, tasks
from engine.cases import ladder_key
from engine.ladder import Ladder
from engine.model import Capacity, Role, Rung
from engine.permissions import SYSTEM
from tests.office import Office, PlayedCase, appoint


def rungs(case: PlayedCase) -> list[str]:
    """Return the rungs that a case has reached, in order."""
    return [e.detail["rung"] for e in case.history() if e.type == "rung_reached"]


def test_at_risk_tells_the_actor_overdue_the_supervisor_too_and_long_overdue_the_head(
    office: Office,
) -> None:
    case = office.start()
    case.play(until="Membuat format")
    office.wait("PT90M")
    office.fire()
    assert office.told("kasubag") == [("at_risk", "Membuat")]
    assert office.told("supervisor") == []
    office.wait("PT30M")
    office.fire()
    assert office.told("kasubag") == [("at_risk", "Membuat"), ("overdue", "Membuat")]
    assert office.told("supervisor") == [("overdue", "Membuat")]
    assert office.told("kepala.badan") == []
    office.wait("PT2H")
    office.fire()
    assert office.told("kepala.badan") == [("long_overdue", "Membuat")]
    assert rungs(case) == ["at_risk", "overdue", "long_overdue"]


def test_overdue_comes_with_the_escalation_of_the_diagram_in_one_transaction(
    office: Office,
) -> None:
    case = office.start()
    office.wait("PT10M")
    office.fire()
    last = case.history()[-4:]
    assert [event.type for event in last] == [
        *("timer_fired", "element_passed", "escalated", "rung_reached")
    ]
    assert len({event.at for event in last}) == 1


def test_nobody_is_told_of_a_step_completed_in_time(office: Office) -> None:
    case = office.start()
    case.play(until="Membuat format")
    office.clock.advance(minutes=80)
    case.complete("Membuat format", by="kasubag")
    office.wait("P5D")
    office.fire()
    assert office.told("kasubag") == []
    assert [rung for rung, _ in office.told("staf")] == ["overdue"]


def test_nobody_is_told_twice_however_often_the_worker_comes(office: Office) -> None:
    office.start()
    for _ in range(4):
        office.wait("PT10M")
        office.fire()
        office.fire()
    for username in ("kepala.badan", "supervisor"):
        told = office.told(username)
        assert len(told) == len(set(told)) > 0


def test_a_step_found_overdue_by_a_late_worker_is_not_reported_as_at_risk(office: Office) -> None:
    case = office.start()
    office.wait("P3D")
    office.fire()
    assert rungs(case) == ["overdue", "long_overdue"]
    assert office.told("kepala.badan") == [
        ("overdue", "Memerintahkan"),
        ("long_overdue", "Memerintahkan"),
    ]


def test_who_has_taken_the_task_is_told_and_not_the_other_holders(office: Office) -> None:
    with office.database.begin() as tx:
        user = people.create_user(
            tx, username="staf.dua", name="Staf Dua", roles=[Role.ACTOR], password=None, by=SYSTEM
        )
        position = repository.position_by_code(tx, "staf")
        appoint(tx, position, user.id)
    case, other = office.start("A"), office.start("B")
    for each in (case, other):
        each.play(until="Menyampaikan format")
    by = office.actor("staf")
    with office.database.begin() as tx:
        tasks.claim(tx, case.task("Menyampaikan").id, by=by)
    office.wait("PT1H")
    office.fire()
    office.fire()
    assert [rung for rung, _ in office.told("staf")] == ["overdue", "overdue"]
    assert [rung for rung, _ in office.told("staf.dua")] == ["overdue"]


def test_the_acting_holder_of_the_day_is_told(office: Office) -> None:
    with office.database.begin() as tx:
        user = people.create_user(
            tx,
            username="plh",
            name="Pelaksana Harian",
            roles=[Role.ACTOR],
            password=None,
            by=SYSTEM,
        )
        position = repository.position_by_code(tx, "kepala-badan")
        day = date(2026, 11, 4)
        appoint(tx, position, user.id, held_from=day, held_until=day, capacity=Capacity.PLH)
    case = office.start()
    office.wait("PT10M")
    office.fire()
    assert office.told("plh") == [("overdue", "Memerintahkan")]
    case.play(until="Membuat format")
    office.wait("P2D")
    office.fire()
    assert len(office.told("plh")) == 1


def test_an_extended_step_climbs_on_from_where_it_was(office: Office) -> None:
    case = office.start()
    case.play(until="Membuat format")
    office.wait("PT2H")
    office.fire()
    case.extend("Membuat format", "PT4H")
    office.wait("PT4H")
    office.fire()
    assert office.told("kepala.badan") == []
    office.wait("PT2H")
    office.fire()
    assert rungs(case) == ["overdue", "long_overdue"]


def test_a_suspended_case_climbs_no_further_until_it_is_resumed(office: Office) -> None:
    case = office.start()
    office.wait("PT8M")
    office.fire()
    case.suspend()
    office.wait("P2D")
    office.fire()
    assert rungs(case) == ["at_risk"]
    case.resume()
    office.wait("PT2M")
    office.fire()
    assert rungs(case) == ["at_risk", "overdue"]


def test_the_rung_is_on_the_task(office: Office) -> None:
    case = office.start()
    assert case.open_tasks()[0].rung is None
    office.wait("PT8M")
    office.fire()
    assert case.open_tasks()[0].rung is Rung.AT_RISK


def test_a_rung_that_lies_out_of_reach_keeps_no_other_from_being_told(office: Office) -> None:
    office.database._ladder = Ladder.model_validate(
        {"long_overdue": {"after": 100.0, "to": ["supervisor"]}}
    )
    case = office.start()
    case.extend("Memerintahkan", "P1Y")
    with office.database.begin() as tx:
        (task,) = case.open_tasks()
        task = repository.task(tx, task.id).task
        task.reckoning = {**(task.reckoning or {}), "duration": "P5Y", "changes": []}
    (task,) = case.open_tasks()
    assert task.due_at is not None
    office.clock.now = task.due_at + timedelta(seconds=1)
    office.fire()
    assert rungs(case) == ["overdue"]


def test_the_next_rung_has_as_many_tries_as_the_first(office: Office) -> None:
    case = office.start()
    with office.database.begin() as tx:
        job = repository.job(tx, ladder_key(case.open_tasks()[0].id))
        assert job is not None
        job.attempts, job.error = 5, "gagal"
    office.wait("PT8M")
    office.fire()
    with office.database.read() as tx:
        job = repository.job(tx, ladder_key(case.open_tasks()[0].id))
        assert job is not None
        assert (job.attempts, job.error) == (0, None)


def test_a_step_of_before_the_upgrade_is_not_long_overdue_at_its_deadline(office: Office) -> None:
    case = office.start()
    with office.database.begin() as tx:
        task = repository.task(tx, case.open_tasks()[0].id).task
        task.reckoning = task.at_risk_at = task.calendar_revision = None
    office.wait("PT10M")
    office.fire()
    assert rungs(case) == ["overdue"]
    revisions.recount_stale(office.database)
    office.wait("PT10M")
    office.fire()
    assert rungs(case) == ["overdue", "long_overdue"]
