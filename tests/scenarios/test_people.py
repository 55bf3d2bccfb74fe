"""Who may do what: positions are held from when to when, tasks are taken, given back, assigned."""

from datetime import date, timedelta
from threading import Barrier
from uuid import UUID

import pytest

from engine import people, repository, tasks
from engine.errors import Conflict
from engine.model import Capacity, Role
from engine.permissions import (
    SYSTEM,
    Actor,
    AssignedToSomebodyElse,
    NotYourPosition,
    RoleNeeded,
)
from engine.repository import PageRequest, TaskFilter, UserNotFound
from tests.integration.races import at_once
from tests.office import ACTORS, Office, PlayedCase

TODAY = date(2026, 11, 4)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)
HEAD = ACTORS["kepala.badan"]


def hire(office: Office, username: str, *roles: Role) -> UUID:
    """Add a user; return the id."""
    with office.database.begin() as tx:
        user = people.create_user(
            tx, username=username, name=username, roles=roles, password=None, by=SYSTEM
        )
    return user.id


def appoint(
    office: Office,
    user_id: UUID,
    *,
    held_from: date = TODAY,
    held_until: date | None = None,
    capacity: Capacity = Capacity.PLH,
    code: str = HEAD,
) -> None:
    """Let a user hold a position."""
    with office.database.begin() as tx:
        position = repository.position_coded(tx, code)
        assert position is not None
        people.appoint(
            tx,
            position.id,
            user_id=user_id,
            held_from=held_from,
            held_until=held_until,
            capacity=capacity,
            decree="800/1/2026",
            by=SYSTEM,
        )


def inbox(office: Office, username: str) -> int:
    """Return how many open tasks a user sees."""
    by = office.actor(username)
    with office.database.read() as tx:
        wanted = TaskFilter()
        page = tasks.find(tx, wanted, by=by, sort="due_date", page=PageRequest())
    return len(page.items)


def claim(case: PlayedCase, by: Actor) -> None:
    """Take the open task of a case."""
    with case.office.database.begin() as tx:
        tasks.claim(tx, case.open_tasks()[0].id, by=by)


def unclaim(case: PlayedCase, by: Actor) -> None:
    """Give the open task of a case back."""
    with case.office.database.begin() as tx:
        tasks.unclaim(tx, case.open_tasks()[0].id, by=by)


def assign(case: PlayedCase, username: str, *, by: str = "supervisor") -> None:
    """Assign the open task of a case."""
    actor = case.office.actor(by)
    with case.office.database.begin() as tx:
        tasks.assign(tx, case.open_tasks()[0].id, username=username, by=actor)


@pytest.mark.parametrize(
    ("held_from", "held_until", "held"),
    [
        (TOMORROW, None, False),
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (YESTERDAY, TODAY, True),
        (YESTERDAY, YESTERDAY, False),
    ],
    ids=["from tomorrow", "from today", "only today", "until today", "until yesterday"],
)
def test_a_position_counts_from_its_first_to_its_last_day(
    office: Office, held_from: date, held_until: date | None, *, held: bool
) -> None:
    case = office.start()
    appoint(office, hire(office, "wakil"), held_from=held_from, held_until=held_until)
    assert inbox(office, "wakil") == int(held)
    if held:
        case.complete("Memerintahkan", by="wakil")
    else:
        with pytest.raises(NotYourPosition):
            case.complete("Memerintahkan", by="wakil")


def test_the_days_of_a_position_are_those_of_the_office_not_of_greenwich(office: Office) -> None:
    office.start()
    appoint(office, hire(office, "wakil"), held_from=TOMORROW)
    office.clock.advance(hours=14, minutes=59)  # 23.59 in the office
    assert inbox(office, "wakil") == 0
    office.clock.advance(minutes=1)
    assert inbox(office, "wakil") == 1


def test_an_acting_holder_works_beside_the_holder_and_history_names_who_did_it(
    office: Office,
) -> None:
    appoint(office, hire(office, "wakil"))
    first, second = office.start("A"), office.start("B")
    first.complete("Memerintahkan", by="wakil")
    second.complete("Memerintahkan", by="kepala.badan")
    done = [e.actor for c in (first, second) for e in c.history() if e.type == "task_completed"]
    assert done == ["wakil", "kepala.badan"]


def test_who_holds_two_positions_sees_the_tasks_of_both(office: Office) -> None:
    office.start("A")
    office.start("B").play(until="Membuat format")
    assert inbox(office, "staf") == 0
    with office.database.read() as tx:
        user = repository.user_named(tx, "staf")
    assert user is not None
    for code in (HEAD, ACTORS["kasubag"]):
        appoint(office, user.id, code=code)
    assert inbox(office, "staf") == 2


def test_ending_a_holding_takes_the_worklist_away_the_day_after(office: Office) -> None:
    case = office.start()
    with office.database.begin() as tx:
        position = repository.position_coded(tx, HEAD)
        assert position is not None
        (record,) = repository.holders(tx, position.id, PageRequest()).items
        people.change_holder(tx, position.id, record.holder.id, held_until=TODAY, by=SYSTEM)
    assert inbox(office, "kepala.badan") == 1
    office.clock.advance(days=1)
    assert inbox(office, "kepala.badan") == 0
    with pytest.raises(NotYourPosition):
        case.complete("Memerintahkan", by="kepala.badan")


def end_holding(office: Office, username: str) -> None:
    """Let today be the last day on which somebody is the head, and let it pass."""
    with office.database.begin() as tx:
        position = repository.position_by_code(tx, HEAD)
        records = repository.holders(tx, position.id, PageRequest()).items
        (holder,) = [record.holder for record in records if record.username == username]
        people.change_holder(tx, position.id, holder.id, held_until=TODAY, by=SYSTEM)
    office.clock.advance(days=1)


def test_an_assignment_ends_with_the_holding(office: Office) -> None:
    case = office.start()
    task = case.task("Memerintahkan")
    claim(case, office.actor("kepala.badan"))
    end_holding(office, "kepala.badan")
    former = office.actor("kepala.badan")
    assert inbox(office, "kepala.badan") == 0
    for attempt in (tasks.get, tasks.claim, tasks.unclaim):
        with pytest.raises(NotYourPosition), office.database.begin() as tx:
            attempt(tx, task.id, by=former)
    with pytest.raises(NotYourPosition):
        case.complete("Memerintahkan", by="kepala.badan")


def test_a_supervisor_frees_what_a_former_holder_has_left_behind(office: Office) -> None:
    appoint(office, hire(office, "wakil"))
    first, second = office.start("A"), office.start("B")
    for case in (first, second):
        claim(case, office.actor("kepala.badan"))
    end_holding(office, "kepala.badan")
    with pytest.raises(AssignedToSomebodyElse, match="a supervisor can"):
        first.complete("Memerintahkan", by="wakil")
    unclaim(first, office.actor("supervisor"))
    assign(second, "wakil")
    for case in (first, second):
        case.complete("Memerintahkan", by="wakil")


def test_a_task_without_a_position_is_seen_and_done_by_whom_it_is_assigned_to(
    office: Office,
) -> None:
    case = office.start()
    with office.database.begin() as tx:
        task = repository.task(tx, case.task("Memerintahkan").id).task
        task.candidate_group = None
    assert inbox(office, "staf") == 0
    assign(case, "staf")
    assert (inbox(office, "staf"), inbox(office, "kepala.badan")) == (1, 0)
    case.complete("Memerintahkan", by="staf")


def test_a_holding_does_not_end_before_it_begins(office: Office) -> None:
    with pytest.raises(people.InvalidPerson):
        appoint(office, hire(office, "wakil"), held_from=TODAY, held_until=YESTERDAY)


@pytest.mark.parametrize(
    ("held_from", "held_until"),
    [(TODAY, TODAY), (YESTERDAY, None), (YESTERDAY, TOMORROW), (TOMORROW, None)],
)
def test_nobody_holds_a_position_twice_on_the_same_day(
    office: Office, held_from: date, held_until: date | None
) -> None:
    deputy = hire(office, "wakil")
    appoint(office, deputy, held_from=TODAY, held_until=TOMORROW)
    with pytest.raises(people.InvalidPerson):
        appoint(office, deputy, held_from=held_from, held_until=held_until)
    appoint(office, deputy, held_from=YESTERDAY, held_until=YESTERDAY)
    appoint(office, hire(office, "calon"), held_from=held_from, held_until=held_until)


def test_a_supervisor_assigns_only_to_holders_of_the_position(office: Office) -> None:
    case = office.start()
    appoint(office, hire(office, "wakil"))
    appoint(office, hire(office, "calon"), held_from=TOMORROW)
    assign(case, "wakil")
    for stranger in ("staf", "calon", "supervisor", "tidak.ada"):
        with pytest.raises(tasks.NotACandidate):
            assign(case, stranger)
    assert inbox(office, "kepala.badan") == 1
    with pytest.raises(AssignedToSomebodyElse):
        case.complete("Memerintahkan", by="kepala.badan")
    case.complete("Memerintahkan", by="wakil")


def test_only_a_supervisor_assigns(office: Office) -> None:
    case = office.start()
    for username in ("kepala.badan", "admin", "pemilik.proses"):
        with pytest.raises(RoleNeeded):
            assign(case, "kepala.badan", by=username)


def test_a_claimed_task_is_the_claimants_until_given_back(office: Office) -> None:
    case = office.start()
    appoint(office, hire(office, "wakil"))
    head, deputy = office.actor("kepala.badan"), office.actor("wakil")
    claim(case, deputy)
    claim(case, deputy)
    for attempt in (claim, unclaim):
        with pytest.raises(AssignedToSomebodyElse):
            attempt(case, head)
    unclaim(case, deputy)
    claim(case, head)
    types = [e.type for e in case.history() if e.type.endswith("claimed")]
    assert types == ["task_claimed", "task_unclaimed", "task_claimed"]


def test_a_supervisor_takes_a_task_away_from_who_claimed_it(office: Office) -> None:
    case = office.start()
    claim(case, office.actor("kepala.badan"))
    unclaim(case, office.actor("supervisor"))
    assert case.open_tasks()[0].assignee_id is None


def test_nobody_claims_a_task_of_another_position(office: Office) -> None:
    case = office.start()
    for stranger in ("staf", "supervisor", "admin"):
        with pytest.raises(NotYourPosition):
            claim(case, office.actor(stranger))


def test_a_completed_task_is_not_claimed_given_back_or_assigned(office: Office) -> None:
    case = office.start()
    task, head = case.task("Memerintahkan"), office.actor("kepala.badan")
    case.complete("Memerintahkan", by="kepala.badan")
    for attempt in (tasks.claim, tasks.unclaim):
        with pytest.raises(tasks.TaskNotOpen) as caught, office.database.begin() as tx:
            attempt(tx, task.id, by=head)
        assert isinstance(caught.value, Conflict)
    with pytest.raises(tasks.TaskNotOpen), office.database.begin() as tx:
        tasks.assign(tx, task.id, username="kepala.badan", by=office.actor("supervisor"))


def test_who_is_deactivated_is_nobody_any_more(office: Office) -> None:
    case = office.start()
    claim(case, office.actor("kepala.badan"))
    appoint(office, hire(office, "wakil"))
    with office.database.begin() as tx:
        user = repository.user_named(tx, "kepala.badan")
        assert user is not None
        people.change_user(tx, user.id, active=False, by=SYSTEM)
    with pytest.raises(UserNotFound):
        office.actor("kepala.badan")
    with pytest.raises(tasks.NotACandidate):
        assign(case, "kepala.badan")
    assign(case, "wakil")
    case.complete("Memerintahkan", by="wakil")


def test_the_last_active_admin_stays(office: Office) -> None:
    with office.database.read() as tx:
        admin = repository.user_named(tx, "admin")
    assert admin is not None
    with pytest.raises(people.LastAdmin), office.database.begin() as tx:
        people.change_user(tx, admin.id, active=False, by=SYSTEM)
    with pytest.raises(people.LastAdmin), office.database.begin() as tx:
        people.change_user(tx, admin.id, roles=[Role.SUPERVISOR], by=SYSTEM)
    hire(office, "admin.kedua", Role.ADMIN)
    with office.database.begin() as tx:
        people.change_user(tx, admin.id, active=False, by=SYSTEM)
    with pytest.raises(UserNotFound):
        office.actor("admin")


def test_an_office_without_admins_can_still_name_its_people(office: Office) -> None:
    with office.database.begin() as tx:
        repository.user_by_name(tx, "admin").active = False
        staff = repository.user_by_name(tx, "staf").id
    with office.database.begin() as tx:
        people.change_user(tx, staff, name="Staf Umum", by=SYSTEM)
        people.change_user(tx, staff, active=False, by=SYSTEM)
        people.change_user(tx, staff, roles=[Role.ADMIN], active=True, by=SYSTEM)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_admins_who_demote_each_other_at_once_one_stays(office: Office) -> None:
    with office.database.read() as tx:
        first = repository.user_by_name(tx, "admin").id
    second = hire(office, "admin.kedua", Role.ADMIN)
    both_are_admins = Barrier(2)

    def demote(number: int) -> object:
        name, other = [("admin", second), ("admin.kedua", first)][number]
        with office.database.begin() as tx:
            by = people.acting(tx, name)
            both_are_admins.wait(timeout=30)
            return people.change_user(tx, other, roles=[Role.ACTOR], by=by)

    results = at_once(demote, 2)
    assert [type(result) for result in results].count(people.LastAdmin) == 1
    with office.database.read() as tx:
        assert len(repository.active_admins(tx)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": "x" * 201}, "name"), ({"username": "x" * 65}, "username")],
)
def test_a_user_whose_fields_are_too_long_is_refused(
    office: Office, change: dict[str, str], field: str
) -> None:
    given = {"username": "baru", "name": "Baru"} | change
    with pytest.raises(people.InvalidPerson) as caught, office.database.begin() as tx:
        people.create_user(tx, **given, roles=[], password=None, by=SYSTEM)
    assert caught.value.fields.keys() == {field}


def test_only_an_admin_manages_people(office: Office) -> None:
    for username in ("supervisor", "pemilik.proses", "kepala.badan"):
        by = office.actor(username)
        with pytest.raises(RoleNeeded), office.database.begin() as tx:
            people.create_user(
                tx, username="baru", name="Baru", roles=[Role.ACTOR], password=None, by=by
            )
        with pytest.raises(RoleNeeded), office.database.begin() as tx:
            people.create_position(tx, code="baru", name="Baru", by=by)


def events(case: PlayedCase, kind: str) -> list[tuple[str, dict[str, object]]]:
    """Return who did what of a kind, with what else the history knows of it."""
    return [(event.actor, event.detail) for event in case.history() if event.type == kind]


def test_history_names_person_and_capacity_of_whoever_acts_for_somebody(office: Office) -> None:
    case = office.start()
    appoint(office, hire(office, "wakil"), held_until=TODAY)
    claim(case, office.actor("wakil"))
    unclaim(case, office.actor("wakil"))
    case.complete("Memerintahkan", by="wakil")
    case.complete("Membuat format", by="kasubag")
    acting = {"position": HEAD, "capacity": "plh"}
    assert events(case, "task_claimed") == [("wakil", acting)]
    assert events(case, "task_unclaimed") == [("wakil", acting)]
    completed = events(case, "task_completed")
    assert completed[0] == ("wakil", acting)
    assert completed[1] == ("kasubag", {"position": ACTORS["kasubag"], "capacity": "definitive"})


def test_what_was_done_as_plh_stays_so_after_the_appointment(office: Office) -> None:
    case = office.start()
    deputy = hire(office, "wakil")
    appoint(office, deputy, held_until=TODAY)
    case.complete("Memerintahkan", by="wakil")
    office.clock.advance(days=1)
    appoint(office, deputy, held_from=TOMORROW, capacity=Capacity.DEFINITIVE)
    assert events(case, "task_completed")[0][1]["capacity"] == "plh"


def test_whoever_is_appointed_and_acting_at_once_acts_as_appointed(office: Office) -> None:
    case = office.start()
    with office.database.read() as tx:
        head = repository.user_by_name(tx, "kepala.badan").id
    appoint(office, head, capacity=Capacity.PLT)
    case.complete("Memerintahkan", by="kepala.badan")
    assert events(case, "task_completed")[0][1]["capacity"] == "definitive"


def test_a_supervisor_who_gives_a_task_back_acts_in_no_position(office: Office) -> None:
    case = office.start()
    claim(case, office.actor("kepala.badan"))
    unclaim(case, office.actor("supervisor"))
    assert events(case, "task_unclaimed") == [("supervisor", {})]


def test_open_tasks_follow_the_holder_of_the_day(office: Office) -> None:
    """The head is away tomorrow; the deputy does the task, and the head's Monday is as before."""
    case = office.start()
    appoint(office, hire(office, "wakil"), held_from=TOMORROW, held_until=TOMORROW)
    assert inbox(office, "wakil") == 0
    office.clock.advance(days=1)
    assert inbox(office, "wakil") == 1
    office.clock.advance(days=1)
    assert inbox(office, "wakil") == 0
    with pytest.raises(NotYourPosition):
        case.complete("Memerintahkan", by="wakil")
    case.complete("Memerintahkan", by="kepala.badan")
