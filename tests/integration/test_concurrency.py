"""Whoever does the same thing at the same time: one succeeds, all others learn who it was."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import argon2
import pytest
from sqlalchemy import func, select, text

from api.application import create_app
from api.wiring import NAME
from engine import definitions, drafts, passwords, repository, tasks
from engine.clock import Clock, system_clock
from engine.config import Settings
from engine.database import Database
from engine.model import Draft
from engine.permissions import SYSTEM, AssignedToSomebodyElse
from tests.api.client import Api
from tests.clock import TestClock
from tests.integration.races import COUNT, RACERS, at_once, hire_racers, log_in, open_task
from tests.integration.racing import Answer, Client, clients, race
from tests.integration.running import (
    ALUR,
    environment,
    free_port,
    running,
    terminate,
    wait_for_answer,
)
from tests.office import KEY, REFERENCE, Office, PlayedCase

ROUNDS = 50
NO_KEYS = [""] * COUNT


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 is slow on purpose; here it would only make the tests slow."""
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)


@pytest.fixture
def racers(
    database: Database, open_database: Callable[[Clock], Database], settings: Settings
) -> Iterator[tuple[Office, list[Client]]]:
    """The office in real time, and eight client processes of as many users, on real servers."""
    del database
    clock = TestClock(system_clock())
    office = Office(open_database(clock), clock)
    office.found()
    hire_racers(office)
    kept = [log_in(office, username) for username in RACERS]
    with ExitStack() as stack:
        ports = _serve(stack, settings)
        yield office, stack.enter_context(clients(ports, kept))


def _serve(stack: ExitStack, settings: Settings) -> list[int]:
    """Start what an installation on that database has: one process, or two web servers."""
    commands = [["serve"]]
    if settings.database_url.startswith("postgresql"):
        commands = [["web", "--workers", "1"]] * 2
    ports = []
    for command in commands:
        port = free_port()
        line = (ALUR, *command, "--port", str(port))
        process = stack.enter_context(running(*line, env=environment(settings)))
        stack.callback(terminate, process)
        assert wait_for_answer(f"http://127.0.0.1:{port}/readyz", process) == 200
        ports.append(port)
    return ports


def complete_path(office: Office, case: PlayedCase) -> str:
    """Return the path that completes the open task of a case."""
    return f"/api/v1/tasks/{open_task(office, case.id)}/complete"


def the_winner(answers: list[Answer]) -> int:
    """Return who got 200, after checking that all others got 409 and were told who it was."""
    assert sorted(answer.status for answer in answers) == [200] + [409] * (COUNT - 1)
    winner = [answer.status for answer in answers].index(200)
    told = {answer.body["completed_by"] for answer in answers if answer.status == 409}
    assert told == {RACERS[winner]} == {answers[winner].body["task"]["completed_by"]}
    return winner


def test_of_eight_processes_that_complete_one_task_exactly_one_succeeds(
    racers: tuple[Office, list[Client]],
) -> None:
    office, people = racers
    for number in range(ROUNDS // 10):
        case = office.start(f"LAKIP/{number}")
        for _ in range(10):
            path = complete_path(office, case)
            the_winner(race(people, path, {"variables": {}}, NO_KEYS))
        assert len(case.completed_steps()) == 10


def test_the_winner_that_comes_back_with_its_key_gets_its_own_success_again(
    racers: tuple[Office, list[Client]],
) -> None:
    office, people = racers
    case = office.start()
    for turn in range(10):
        path, keys = complete_path(office, case), [f"{turn}/{racer}" for racer in RACERS]
        first = race(people, path, {"variables": {}}, keys)
        winner = the_winner(first)
        again = race(people, path, {"variables": {}}, keys)
        assert again[winner].body == first[winner].body
        assert the_winner(again) == winner
        assert [answer.replayed for answer in again].count(True) == 1
    assert len(case.completed_steps()) == 10


def test_one_request_sent_eight_times_at_once_takes_effect_once_and_all_are_told_so(
    racers: tuple[Office, list[Client]],
) -> None:
    office, people = racers
    body = {"process_definition_key": KEY, "business_key": "SATU"}
    same = [Client(each.process, each.port, people[0].token) for each in people]
    for turn in range(5):
        answers = race(same, "/api/v1/process-instances", body, [f"start-{turn}"] * COUNT)
        assert [answer.status for answer in answers] == [201] * COUNT
        assert len({answer.body["id"] for answer in answers}) == 1
        assert [answer.replayed for answer in answers].count(False) == 1
    assert len(office.cases(business_key="SATU")) == 5


def test_eight_threads_with_one_key_start_one_case(
    office: Office, settings: Settings, clock: TestClock
) -> None:
    hire_racers(office)
    app = create_app(settings, clock=clock)
    api = Api(app)
    api.token(RACERS[0])
    body = {"process_definition_key": KEY, "business_key": "SATU"}
    answers = at_once(
        lambda _: api.post("/process-instances", by=RACERS[0], key="satu", **body).data
    )
    app.extensions[NAME].database.dispose()
    assert len(set(answers)) == 1
    assert len(office.cases(business_key="SATU")) == 1


def test_whoever_waits_for_the_lock_reads_the_task_again_and_is_told_who_was_first(
    office: Office,
) -> None:
    hire_racers(office)
    case = office.start()
    task_id = case.task("Memerintahkan").id
    first, second = office.actor(RACERS[0]), office.actor(RACERS[1])
    waiting = threading.Event()

    def complete_second() -> None:
        waiting.set()
        with office.database.begin() as tx:
            tasks.complete(tx, task_id, by=second, variables={})

    with ThreadPoolExecutor(1) as pool:
        with office.database.begin() as tx:
            tasks.complete(tx, task_id, by=first, variables={})
            tx.session.flush()
            loser = pool.submit(complete_second)
            assert waiting.wait(timeout=30)
            _wait_until_it_waits(office.database, loser)
            assert not loser.done()
        error = loser.exception(timeout=30)
    assert isinstance(error, tasks.TaskNotOpen)
    assert (error.details["state"], error.details["completed_by"]) == ("completed", RACERS[0])
    assert len(case.completed_steps()) == 1


def _wait_until_it_waits(database: Database, loser: "Future[None]") -> None:
    """Return once PostgreSQL says that somebody waits for a lock; SQLite cannot tell."""
    if database.engine.dialect.name == "sqlite":
        with pytest.raises(TimeoutError):
            loser.result(timeout=0.3)
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(600):
        with database.read() as tx:
            if tx.session.scalar(waiting):
                return
        threading.Event().wait(0.05)
    pytest.fail("nobody waits for the lock")


def test_a_lock_that_is_given_up_lets_the_next_one_succeed(office: Office) -> None:
    hire_racers(office)
    case = office.start()
    task_id = case.task("Memerintahkan").id

    def complete(number: int) -> object:
        with office.database.begin() as tx:
            tasks.complete(tx, task_id, by=actors[number], variables={})
            if number < COUNT - 1:
                raise tasks.NotACandidate  # whatever goes wrong later in the transaction
            return "completed"

    actors = [office.actor(username) for username in RACERS]
    outcomes = at_once(complete)
    assert outcomes[-1] == "completed"
    assert len(case.completed_steps()) == 1


def test_of_eight_who_take_a_task_one_gets_it(office: Office) -> None:
    hire_racers(office)
    case = office.start()
    actors = [office.actor(username) for username in RACERS]
    for name, _ in [("Memerintahkan", ""), ("Membuat format", ""), ("Menyampaikan format", "")]:
        task_id = case.task(name).id

        def claim(number: int, task_id: object = task_id) -> object:
            with office.database.begin() as tx:
                return tasks.claim(tx, task_id, by=actors[number]).assignee_id  # type: ignore[arg-type]

        outcomes = at_once(claim)
        lost = [each for each in outcomes if isinstance(each, AssignedToSomebodyElse)]
        assert len(lost) == COUNT - 1
        (winner,) = [actor for actor in actors if actor.user_id in outcomes]
        case.complete(name, by=winner.username)
    assert [e.type for e in case.history()].count("task_claimed") == 3


def test_completing_and_cancelling_at_once_leaves_one_consistent_case(office: Office) -> None:
    hire_racers(office)
    for number in range(10):
        case = office.start(str(number))
        task_id, actor = case.task("Memerintahkan").id, office.actor(RACERS[0])

        def act(turn: int) -> object:
            if turn == 0:
                case.cancel("bersamaan")  # noqa: B023 — called before the next turn
                return None
            with office.database.begin() as tx:
                return tasks.complete(tx, task_id, by=actor, variables={})  # noqa: B023 — as above

        cancelled, _ = at_once(act, 2)
        assert cancelled is None
        assert case.open_tasks() == []
        ended = Counter(e.type for e in case.history())
        assert ended["instance_cancelled"] == 1
        assert ended["task_completed"] + ended["task_cancelled"] == ended["task_created"]


def test_a_draft_kept_while_its_task_is_completed_does_not_outlive_it(office: Office) -> None:
    hire_racers(office)
    actors = [office.actor(username) for username in RACERS]
    for number in range(10):
        case = office.start(str(number))
        task_id = case.task("Memerintahkan").id

        def act(turn: int) -> object:
            with office.database.begin() as tx:
                if turn == 0:
                    return tasks.complete(tx, task_id, by=actors[0], variables={})  # noqa: B023 — called before the next turn
                return drafts.save(tx, task_id, fields={}, checked=[], by=actors[turn % 4])  # noqa: B023 — as above

        completion, *kept = at_once(act)
        assert isinstance(completion, tasks.Completion)
        assert {type(one) for one in kept} <= {Draft, tasks.TaskNotOpen}
        assert case.completed_steps() == ["Langkah_01_Memerintahkan"]
    with office.database.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_two_who_deploy_the_same_new_diagram_at_once_make_one_version(office: Office) -> None:
    for number in range(5):
        source = REFERENCE.replace(b"Memerintahkan untuk", f"Memerintahkan {number} untuk".encode())
        assert source != REFERENCE

        def deploy(_: int, source: bytes = source) -> object:
            with office.database.begin() as tx:
                return definitions.deploy(tx, source, by=SYSTEM).created

        assert at_once(deploy).count(True) == 1
        with office.database.read() as tx:
            newest = repository.latest_definition(tx, KEY)
        assert newest is not None
        assert newest.version == number + 2
