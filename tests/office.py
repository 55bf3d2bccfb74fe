"""An office with the reference SOP and its people, played through the use-cases.

Reads like the SOP: `office.start()`, `office.complete("Mengoreksi…", by="sekretaris")`,
`office.wait("PT2H")`. Every step is a transaction of its own, so saving and restoring the state is
part of every scenario.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from engine import (
    definitions,
    instances,
    jobs,
    notifications,
    people,
    reports,
    revisions,
    tasks,
)
from engine.bpmn.sop import Process
from engine.config import ROOT
from engine.database import Database, Transaction
from engine.durations import Duration
from engine.model import Capacity, HistoryEvent, InstanceState, Position, Role, Task
from engine.permissions import SYSTEM, Actor
from engine.repository import InstanceFilter, PageRequest, TaskFilter
from tests.clock import TestClock

REFERENCE = (ROOT / "processes" / "evaluasi-internal-capaian-kinerja.bpmn").read_bytes()
KEY = "evaluasi-internal-capaian-kinerja"
EVERYTHING = PageRequest(limit=200)
ACTORS = {
    "kepala.badan": "kepala-badan",
    "sekretaris": "sekretaris",
    "kasubag": "kasubag-perencanaan-dan-pelaporan",
    "staf": "staf",
}
"""User names and the positions they hold."""
OFFICERS = {
    "supervisor": Role.SUPERVISOR,
    "pemilik.proses": Role.PROCESS_OWNER,
    "admin": Role.ADMIN,
}
STEPS = (
    ("Memerintahkan", "kepala.badan"),
    ("Membuat format", "kasubag"),
    ("Menyampaikan format", "staf"),
    ("Menghimpun format", "staf"),
    ("Menganalisis", "kasubag"),
    ("Membuat Dokumen", "kasubag"),
    ("Mengoreksi", "sekretaris"),
    ("Menyampaikan Laporan", "sekretaris"),
    ("Penandatanganan", "kepala.badan"),
    ("Mengantar", "staf"),
)
"""The beginning of every step's name and who does it, in the order of the SOP."""


@dataclass
class Office:
    """The reference office on a database of either kind, with a clock that the test owns."""

    database: Database
    clock: TestClock

    def found(self, *, password: str | None = None, source: bytes = REFERENCE) -> Process:
        """Deploy the SOP and give every lane a holder and every role a user."""
        with self.database.begin() as tx:
            process = definitions.deploy(tx, source, by=SYSTEM).process
            for username, role in OFFICERS.items():
                _add_user(tx, username, role, password)
            for username, code in ACTORS.items():
                user_id = _add_user(tx, username, Role.ACTOR, password)
                position = people.create_position(tx, code=code, name=code, by=SYSTEM)
                appoint(tx, position, user_id)
        return process

    def actor(self, username: str) -> Actor:
        """Return who that user is at this moment."""
        with self.database.read() as tx:
            return people.acting(tx, username)

    def deploy(self, source: bytes) -> None:
        """Deploy another diagram, or another version."""
        with self.database.begin() as tx:
            definitions.deploy(tx, source, by=SYSTEM)

    def start(
        self,
        business_key: str = "LAKIP/2026/III",
        *,
        by: str = "supervisor",
        key: str = KEY,
    ) -> "PlayedCase":
        """Start a case of the SOP, or of another process."""
        actor = self.actor(by)
        with self.database.begin() as tx:
            case = instances.start(tx, key, business_key=business_key, variables={}, by=actor)
        return PlayedCase(self, case.id)

    def complete_task(self, task_id: UUID, *, by: str, **variables: object) -> tasks.Completion:
        """Complete a task by its id."""
        actor = self.actor(by)
        with self.database.begin() as tx:
            return tasks.complete(tx, task_id, by=actor, variables=variables)

    def wait(self, duration: str) -> None:
        """Let working time pass: to the moment at which that duration ends, and a second more."""
        with self.database.read() as tx:
            calendar = tx.calendars.default
        self.clock.now = calendar.due(self.clock.now, Duration.parse(duration))
        self.clock.advance(seconds=1)

    def fire(self) -> int:
        """Run the worker once; return how many timers fired."""
        return jobs.fire_due(self.database)

    def overdue(self) -> list[str]:
        """Return the names of the overdue steps as a supervisor sees them, most urgent first."""
        by = self.actor("supervisor")
        with self.database.read() as tx:
            wanted = TaskFilter(overdue=True)
            page = tasks.find(tx, wanted, by=by, sort="due_date", page=EVERYTHING)
        return [record.task.name for record in page.items]

    def report(self) -> reports.OverdueReport:
        """Return the supervisor's overdue report."""
        by = self.actor("supervisor")
        with self.database.read() as tx:
            return reports.overdue(tx, by=by)

    def told(self, username: str) -> list[tuple[str, str]]:
        """Return what a user was told, the oldest first: rung, and the beginning of the step."""
        by = self.actor(username)
        with self.database.read() as tx:
            page = notifications.find(tx, by=by, unread=False, page=EVERYTHING)
        records = reversed(page.items)
        return [(one.notification.rung.value, one.task.name.partition(" ")[0]) for one in records]

    def cases(self, **wanted: str) -> list[UUID]:
        """Return the ids of the cases that pass a filter."""
        by = self.actor("supervisor")
        with self.database.read() as tx:
            page = instances.find(tx, InstanceFilter(**wanted), by=by, page=EVERYTHING)  # type: ignore[arg-type]  # strings only
        return [record.instance.id for record in page.items]


@dataclass
class PlayedCase:
    """One case of the SOP, played by its people."""

    office: Office
    id: UUID

    @cached_property
    def _supervisor(self) -> Actor:
        return self.office.actor("supervisor")

    def open_tasks(self) -> list[Task]:
        """Return the open tasks of this case, the most urgent first."""
        with self.office.database.read() as tx:
            wanted = TaskFilter(process_instance_id=self.id)
            page = tasks.find(tx, wanted, by=self._supervisor, sort="due_date", page=EVERYTHING)
        return [record.task for record in page.items]

    def task(self, name: str) -> Task:
        """Return the one open task whose name begins like that."""
        (found,) = [task for task in self.open_tasks() if task.name.startswith(name)]
        return found

    def complete(self, name: str, *, by: str, **variables: object) -> tasks.Completion:
        """Complete the open task whose name begins like that."""
        task, actor = self.task(name), self.office.actor(by)
        with self.office.database.begin() as tx:
            return tasks.complete(tx, task.id, by=actor, variables=variables)

    def play(self, *, until: str | None = None) -> None:
        """Complete the steps in order by their actors, at once, up to but not including `until`."""
        names = [name for name, _ in STEPS]
        current = names.index(next(n for n in names if self.open_tasks()[0].name.startswith(n)))
        for name, actor in STEPS[current:]:
            if until is not None and until.startswith(name):
                return
            self.complete(name, by=actor)

    def extend(self, name: str, new: str | datetime, *, reason: str = "data terlambat") -> Task:
        """Move the deadline of the open task whose name begins like that, as the supervisor."""
        task = self.task(name)
        moved = Duration.parse(new) if isinstance(new, str) else new
        with self.office.database.begin() as tx:
            return tasks.extend(tx, task.id, moved, reason=reason, by=self._supervisor)

    def suspend(self, reason: str = "menunggu jawaban provinsi") -> None:
        """Suspend the case as the supervisor."""
        with self.office.database.begin() as tx:
            instances.suspend(tx, self.id, reason=reason, by=self._supervisor)

    def resume(self) -> None:
        """Resume the case as the supervisor."""
        with self.office.database.begin() as tx:
            instances.resume(tx, self.id, by=self._supervisor)

    def cancel(self, reason: str) -> None:
        """Cancel the case as the supervisor."""
        with self.office.database.begin() as tx:
            instances.cancel(tx, self.id, reason=reason, by=self._supervisor)

    def progress(self) -> instances.CaseRecord:
        """Return the case with the state of every step."""
        with self.office.database.read() as tx:
            return instances.get(tx, self.id, by=self._supervisor)

    def state(self) -> InstanceState:
        """Return the state of the case."""
        return self.progress().record.instance.state

    def history(self) -> list[HistoryEvent]:
        """Return what happened, oldest first."""
        with self.office.database.read() as tx:
            page = instances.what_happened(tx, self.id, by=self._supervisor, page=EVERYTHING)
        return list(page.items)

    def completed_steps(self) -> list[str]:
        """Return the element ids of the completed tasks in the order of their completion."""
        return [
            event.element_id or "" for event in self.history() if event.type == "task_completed"
        ]

    def late_steps(self) -> list[str]:
        """Return the names of the steps whose last completion was late, in the order of the SOP."""
        return [
            each.step.name
            for each in self.progress().steps
            if each.task is not None and each.task.late_minutes
        ]


def found_office(database: Database) -> None:
    """Make the office in a migrated database, with the calendar of the reference office."""
    with database.begin() as tx:
        revisions.found_office(tx, (ROOT / "processes" / "calendar.toml").read_text())


def appoint(
    tx: Transaction,
    position: Position,
    user_id: UUID,
    *,
    held_from: date = date(2023, 7, 10),
    held_until: date | None = None,
    capacity: Capacity = Capacity.DEFINITIVE,
) -> None:
    """Let a user hold a position, for ever if nothing else is said."""
    people.appoint(
        tx,
        position.id,
        user_id=user_id,
        held_from=held_from,
        held_until=held_until,
        capacity=capacity,
        decree=None,
        by=SYSTEM,
    )


def _add_user(tx: Transaction, username: str, role: Role, password: str | None) -> UUID:
    user = people.create_user(
        tx, username=username, name=username, roles=[role], password=password, by=SYSTEM
    )
    return user.id
