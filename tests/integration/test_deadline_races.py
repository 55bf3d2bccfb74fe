"""A step is completed at its very deadline while a worker fires its timer: one of them is first.

Either the step is in time and its timer never fires, or the timer has fired and the step is late.
Nothing else comes out, however the clocks of the two machines differ.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from time import perf_counter

import pytest

from engine import jobs, repository, tasks
from engine.cases import ladder_key
from engine.clock import Clock
from engine.config import Settings
from engine.database import Database
from engine.history import EventType
from engine.model import HistoryEvent, Job, JobQueue, Notification, Rung, Task, TaskState
from engine.permissions import Actor
from tests.clock import WEDNESDAY_MORNING
from tests.integration.races import at_once
from tests.office import Office, PlayedCase

DUE = WEDNESDAY_MORNING + timedelta(minutes=10)
"""Of the first step of every case, which starts at nine."""
MICROSECOND, MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
BEHIND, AHEAD = -2 * MILLISECOND, 2 * MILLISECOND
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Watch:
    """The clock of one machine: stands still where it was set, or runs on from there."""

    def __init__(self) -> None:
        self.set(WEDNESDAY_MORNING)

    def set(self, moment: datetime, *, running: bool = False) -> None:
        """Show that moment now."""
        self._moment, self._since, self._running = moment, perf_counter(), running

    def __call__(self) -> datetime:
        passed = perf_counter() - self._since if self._running else 0
        return self._moment + timedelta(seconds=passed)


class First(StrEnum):
    """Who begins."""

    WORKER = "worker"
    COMPLETER = "completer"
    NOBODY = "nobody"
    """Both at once."""


class Outcome(StrEnum):
    """How the step has ended."""

    IN_TIME = "in_time"
    LATE_AND_TOLD = "late_and_told"
    """The worker was first."""
    LATE = "late"
    """The completion was first, but after the deadline: it fired the timer itself."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What the clocks of both say, against the deadline, and who begins."""

    worker: timedelta
    completer: timedelta
    running: bool = False
    first: First = First.NOBODY

    def possible(self) -> set[Outcome]:
        """Return what may come of it."""
        if self.running:
            return set(Outcome)
        completer_first = Outcome.LATE if self.completer > timedelta(0) else Outcome.IN_TIME
        worker_first = Outcome.LATE_AND_TOLD if self.worker > timedelta(0) else completer_first
        match self.first:
            case First.WORKER:
                return {worker_first}
            case First.COMPLETER:
                return {completer_first}
        return {worker_first, completer_first}


@dataclass
class Race:
    """An office and two machines with connections and clocks of their own."""

    office: Office
    worker: Database
    worker_watch: Watch
    completer: Database
    completer_watch: Watch
    actor: Actor

    def play(self, plan: Round) -> Outcome:
        """Return how the step of a new case has ended, once everything about it was checked."""
        case = self.office.start()
        (task,) = case.open_tasks()
        assert task.due_at == DUE
        self.wind(plan.worker, plan.completer, running=plan.running)
        self._run(task, plan.first)
        outcome = outcome_of(self.office, case, task)
        assert outcome in plan.possible(), plan
        return outcome

    def wind(self, worker: timedelta, completer: timedelta, *, running: bool = False) -> None:
        """Set both clocks, against the deadline."""
        self.worker_watch.set(DUE + worker, running=running)
        self.completer_watch.set(DUE + completer, running=running)

    def _run(self, task: Task, first: First) -> None:
        sides: list[Callable[[], object]] = [self.fire, lambda: self.complete(task)]
        if first is First.NOBODY:
            random.shuffle(sides)
            outcomes = at_once(lambda number: sides[number](), 2)
            assert [each for each in outcomes if isinstance(each, Exception)] == []
            return
        for side in sides if first is First.WORKER else reversed(sides):
            side()

    def fire(self) -> int:
        """Let the worker fire what is due by its clock; return how many jobs it did."""
        return jobs.fire_due(self.worker)

    def complete(self, task: Task) -> None:
        """Complete a task."""
        with self.completer.begin() as tx:
            tasks.complete(tx, task.id, by=self.actor, variables={})


@pytest.fixture
def settings(database_url: str) -> Settings:
    """An installation with a way out, so that there are messages that could leave wrongly."""
    hook, secret = "http://127.0.0.1:9/", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    return Settings(database_url=database_url, webhook_url=hook, webhook_secret=secret)


@pytest.fixture
def race(office: Office, open_database: Callable[[Clock], Database]) -> Race:
    worker, completer = Watch(), Watch()
    return Race(
        office=office,
        worker=open_database(worker),
        worker_watch=worker,
        completer=open_database(completer),
        completer_watch=completer,
        actor=office.actor("kepala.badan"),
    )


def outcome_of(office: Office, case: PlayedCase, task: Task) -> Outcome:
    """Return how the first step of a case has ended, after checking that all rows agree on it."""
    with office.database.read() as tx:
        ended = tx.session.get_one(Task, (tx.tenant_id, task.id))
        told = tx.session.query(Notification).where(Notification.task_id == task.id).all()
        waiting = tx.session.query(Job).where(Job.instance_id == case.id).all()
    events = case.history()
    assert ended.state is TaskState.COMPLETED
    assert ended.ended_at is not None
    late = ended.ended_at > DUE
    assert (ended.late_minutes is not None) == late
    _require_history_in_order(events, task, late=late)
    _require_jobs_of_the_next_step_only(waiting, case)
    raised = Rung.OVERDUE in _rungs(events)
    assert (Rung.OVERDUE in {each.rung for each in told}) == raised
    assert late or not raised
    if not late:
        return Outcome.IN_TIME
    return Outcome.LATE_AND_TOLD if raised else Outcome.LATE


def _require_history_in_order(events: list[HistoryEvent], task: Task, *, late: bool) -> None:
    """The timer fires once and before the completion, if the step is late, and else never."""
    moments = [event.at for event in events]
    assert moments == sorted(moments)
    decisive = [
        event.type
        for event in events
        if event.type in {EventType.TIMER_FIRED, EventType.ESCALATED}
        or (event.type == EventType.TASK_COMPLETED and event.task_id == task.id)
        or (event.type == EventType.RUNG_REACHED and event.detail["rung"] != Rung.AT_RISK)
    ]
    told = [EventType.RUNG_REACHED] if Rung.OVERDUE in _rungs(events) else []
    fired = [EventType.TIMER_FIRED, EventType.ESCALATED, *told] if late else []
    assert decisive == [*fired, EventType.TASK_COMPLETED]
    assert [event.type for event in events].count(EventType.TASK_COMPLETED) == 1
    assert [event.type for event in events].count(EventType.TASK_CREATED) == 2


def _require_jobs_of_the_next_step_only(waiting: list[Job], case: PlayedCase) -> None:
    """No timer, ladder or message of the step that is done; the next one has its own."""
    (following,) = case.open_tasks()
    assert {job.task_id for job in waiting} == {None, following.id}
    ladder, timer = sorted(job.key for job in waiting)
    assert ladder == ladder_key(following.id)
    assert timer.startswith("timer:")
    assert {job.due_at > DUE for job in waiting} == {True}


def _rungs(events: list[HistoryEvent]) -> list[str]:
    return [event.detail["rung"] for event in events if event.type == EventType.RUNG_REACHED]


def contested(worker: timedelta, completer: timedelta) -> list[Round]:
    """Return 80 rounds with clocks that stand still, each side beginning in ten of them."""
    return [
        *(Round(worker=worker, completer=completer, first=First.WORKER) for _ in range(10)),
        *(Round(worker=worker, completer=completer, first=First.COMPLETER) for _ in range(10)),
        *(Round(worker=worker, completer=completer) for _ in range(60)),
    ]


def running() -> Iterator[Round]:
    """Yield 60 rounds with clocks that pass the deadline while both are at work."""
    chance = random.Random(1)  # noqa: S311 — the same rounds every time
    for _ in range(60):
        lead, apart = chance.uniform(0, 8), chance.uniform(-2, 2)
        yield Round(
            worker=-lead * MILLISECOND, completer=(apart - lead) * MILLISECOND, running=True
        )


FORCED = contested(AHEAD, BEHIND)[:20]
BATCHES = {
    "a microsecond apart": contested(MICROSECOND, timedelta(0)),
    "the worker's clock is ahead": contested(AHEAD, BEHIND),
    "the worker's clock is behind": contested(BEHIND, AHEAD),
    "both just after": contested(MICROSECOND, MICROSECOND),
    "both run": [*FORCED, *running()],
}
assert sum(map(len, BATCHES.values())) == 400


@pytest.mark.parametrize("batch", BATCHES)
def test_a_step_completed_at_its_deadline_is_either_in_time_or_late_and_never_both(
    race: Race, batch: str
) -> None:
    plans = BATCHES[batch]
    outcomes = Counter(race.play(plan) for plan in plans)
    certain = {
        outcome for plan in plans if plan.first is not First.NOBODY for outcome in plan.possible()
    }
    assert certain <= set(outcomes)
    race.wind(timedelta(minutes=1), timedelta(minutes=1))
    assert race.fire() == 0


def test_in_time_is_up_to_and_including_the_deadline(race: Race) -> None:
    for worker in (BEHIND, timedelta(0)):
        for completer in (BEHIND, timedelta(0)):
            for first in First:
                plan = Round(worker=worker, completer=completer, first=first)
                assert race.play(plan) is Outcome.IN_TIME


@ON_POSTGRESQL
def test_a_completion_that_began_in_time_but_came_after_the_firing_is_late(race: Race) -> None:
    case = race.office.start()
    (task,) = case.open_tasks()
    race.wind(AHEAD, BEHIND)
    with race.completer.begin() as tx:
        assert tx.now < DUE
        assert race.fire() > 0
        tasks.complete(tx, task.id, by=race.actor, variables={})
        assert tx.now == DUE + AHEAD
    assert outcome_of(race.office, case, task) is Outcome.LATE_AND_TOLD


@ON_POSTGRESQL
def test_a_worker_that_began_late_but_came_after_the_completion_fires_nothing(race: Race) -> None:
    case = race.office.start()
    (task,) = case.open_tasks()
    race.wind(AHEAD, BEHIND)
    with race.worker.begin() as tx:
        assert tx.now > DUE
        keys = repository.due_job_keys(tx, JobQueue.CASE, limit=10)
        assert len(keys) == 2
        race.complete(task)
        assert [jobs.fire(tx, key) for key in keys] == [None, None]
    assert outcome_of(race.office, case, task) is Outcome.IN_TIME


@ON_POSTGRESQL
def test_a_worker_does_not_wait_for_a_completion_that_is_at_work(race: Race) -> None:
    case = race.office.start()
    (task,) = case.open_tasks()
    race.wind(AHEAD, BEHIND)
    with race.completer.begin() as tx:
        tasks.complete(tx, task.id, by=race.actor, variables={})
        tx.flush()
        assert race.fire() == 0
    assert outcome_of(race.office, case, task) is Outcome.IN_TIME
