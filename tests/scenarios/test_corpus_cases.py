"""Every diagram of the corpus as a real case: deployed, started and moved in a database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from engine import definitions, instances, jobs, people, repository, revisions, tasks
from engine.bpmn.program import Event
from engine.config import Settings
from engine.database import Database
from engine.durations import Duration
from engine.history import EventType
from engine.model import Role, TaskState
from engine.permissions import SYSTEM, Actor
from engine.repository import PageRequest, TaskFilter
from migrations.upgrade import upgrade
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.corpus.diagrams import Run, Sample, samples
from tests.corpus.playing import read_move, seconds

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS_OPEN = f"""
default = "kantor"
[calendars.kantor]
zone = "Asia/Makassar"
closed_on_public_holidays = false
closed_on_joint_leave = false
[calendars.kantor.hours]
{"".join(f'{day} = ["00.00-24.00"]' + chr(10) for day in DAYS)}
"""
VISITED = {
    EventType.SCOPE_ENTERED,
    EventType.TASK_COMPLETED,
    EventType.ELEMENT_PASSED,
    EventType.TIMER_FIRED,
}
EVERYTHING = PageRequest(limit=100)
RUNS = [(sample, run) for sample in samples() for run in sample.runs if not run.raises]


@dataclass
class Office:
    """An office that is always open, where one supervisor does everything."""

    database: Database
    clock: TestClock
    by: Actor = field(init=False)

    def __post_init__(self) -> None:
        with self.database.begin() as tx:
            revisions.found_office(tx, ALWAYS_OPEN)
            people.create_user(
                tx,
                username="atasan",
                name="Atasan",
                roles=[Role.SUPERVISOR],
                password=None,
                by=SYSTEM,
            )
        with self.database.read() as tx:
            self.by = people.acting(tx, "atasan")

    def start(self, sample: Sample, run: Run) -> UUID:
        """Deploy a diagram and start a case of it on a Wednesday morning; return its id."""
        self.clock.now = WEDNESDAY_MORNING
        with self.database.begin() as tx:
            rehearsal = sample.deploy == "simulate"
            deployed = definitions.deploy(tx, sample.source, by=SYSTEM, rehearsal=rehearsal)
        with self.database.begin() as tx:
            key = deployed.definition.key
            started = instances.start(
                tx, key, business_key=sample.name, variables=run.variables, by=self.by
            )
        return started.id

    def move(self, case: UUID, move: str) -> None:
        """Make one move of the corpus."""
        what, name, variables = read_move(move)
        match what:
            case "wait":
                self.clock.now += timedelta(seconds=seconds(Duration.parse(name)))
            case "fire":
                jobs.fire_due(self.database)
            case "complete":
                task = next(task for task in self.open_tasks(case) if task[0] == name)
                with self.database.begin() as tx:
                    tasks.complete(tx, task[1], by=SYSTEM, variables=variables)
            case _:
                with self.database.begin() as tx:
                    instances.deliver(tx, case, Event(what), name, variables=variables, by=self.by)

    def open_tasks(self, case: UUID) -> list[tuple[str, UUID]]:
        """Return the element ids and ids of the open tasks of a case."""
        wanted = TaskFilter(process_instance_id=case, state=TaskState.OPEN)
        with self.database.read() as tx:
            page = tasks.find(tx, wanted, by=self.by, sort="created_at", page=EVERYTHING)
        return [(one.task.element_id, one.task.id) for one in page.items]

    def visits(self, case: UUID) -> list[str | None]:
        """Return the elements that a case has visited, as its history has them."""
        with self.database.read() as tx:
            events = repository.history(tx, case, EVERYTHING).items
        return [event.element_id for event in events if EventType(event.type) in VISITED]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    file: Path = tmp_path_factory.mktemp("corpus") / "alur.db"
    clock = TestClock(WEDNESDAY_MORNING)
    database = Database(Settings(database_url=f"sqlite:///{file}"), clock=clock)
    upgrade(database.engine)
    yield Office(database, clock)
    database.dispose()


@pytest.mark.parametrize(
    ("sample", "run"), RUNS, ids=[f"{sample.name}-{sample.runs.index(run)}" for sample, run in RUNS]
)
def test_history_and_worklist_say_what_the_diagram_does(
    office: Office, sample: Sample, run: Run
) -> None:
    case = office.start(sample, run)
    for move in run.moves:
        office.move(case, move)
    assert office.visits(case) == list(run.visits)
    assert sorted(name for name, _ in office.open_tasks(case)) == sorted(run.open)
