"""Cases as rows, quickly: what an office has after months of work, with everything in it.

Nothing of it can be played on; reports and lists take it for real. No two runs differ.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import inspect

from engine import definitions
from engine.bpmn.sop import Step
from engine.database import Database
from engine.history import EventType
from engine.model import (
    Base,
    HistoryEvent,
    InstanceState,
    ProcessInstance,
    Task,
    TaskState,
    new_id,
)

_BATCH = 2_000
_Row = dict[str, Any]


@dataclass(kw_only=True)
class RandomCases:
    """Cases of some definitions, begun at any time within `span` before `now`."""

    database: Database
    definition_ids: Sequence[UUID]
    now: datetime
    span: timedelta
    seed: int = 1
    running: float = 0.5
    """Which part of the cases has not ended."""
    with_history: bool = False
    """Whether there are rows of history too: four for a step."""
    furthest: int = 1_000
    """The number of the step that a running case has reached at most."""
    _random: random.Random = field(init=False)
    _steps: Mapping[UUID, Sequence[Step]] = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 — no secret
        with self.database.read() as tx:
            self._steps = {
                each: definitions.load(tx, each).process.steps for each in self.definition_ids
            }

    def write(self, number: int) -> None:
        """Write that many cases."""
        for first in range(0, number, _BATCH):
            cases = [self._case(each) for each in range(first, min(first + _BATCH, number))]
            with self.database.begin() as tx:
                for table in (ProcessInstance, Task, HistoryEvent):
                    rows = [row for case in cases for row in case[table]]
                    if rows:
                        insert = inspect(table).local_table.insert()  # type: ignore[attr-defined]  # a table
                        tx.session.connection().execute(insert, rows)

    def _case(self, number: int) -> Mapping[type[Base], list[_Row]]:
        """Return the rows of one case."""
        chance = self._random.random
        definition_id = self._random.choice(self.definition_ids)
        steps = self._steps[definition_id]
        started_at = self.now - self.span * chance()
        is_running = chance() < self.running
        reached = (
            self._random.randrange(min(self.furthest, len(steps))) if is_running else len(steps) - 1
        )
        tasks, at = [], started_at
        instance_id = new_id()
        for step in steps[: reached + 1]:
            if is_running and step is steps[reached]:
                at = max(at, self.now - timedelta(minutes=7_000) * chance())
            tasks.append(self._task(step, instance_id, definition_id, at))
            at = min(at + timedelta(minutes=self._random.randrange(1, 4_000)), self.now)
            if step is not steps[reached] or not is_running:
                self._end(tasks[-1], at)
        state = InstanceState.ACTIVE if is_running else InstanceState.COMPLETED
        if chance() < 0.1:
            state = InstanceState.SUSPENDED if is_running else InstanceState.CANCELLED
            last = TaskState.SUSPENDED if is_running else TaskState.CANCELLED
            tasks[-1] |= {"state": last, "worked_minutes": None, "standard_minutes": None}
        suspended_at = self.now if state is InstanceState.SUSPENDED else None
        instance = {
            "tenant_id": self.database.tenant_id,
            "id": instance_id,
            "definition_id": definition_id,
            "business_key": f"{number + 1}/SOP/2026",
            "state": state,
            "workflow_state": None,
            "started_at": started_at,
            "started_by": "supervisor",
            "advanced_at": started_at,
            "suspended_at": suspended_at,
            "ended_at": None if is_running else at,
        }
        events = [*self._events(instance_id, tasks)] if self.with_history else []
        return {ProcessInstance: [instance], Task: tasks, HistoryEvent: events}

    def _task(self, step: Step, instance_id: UUID, definition_id: UUID, at: datetime) -> _Row:
        """Return an open task with a deadline, if its step has a time standard."""
        has_deadline = step.time_standard is not None and self._random.random() > 0.05
        due_at = at + timedelta(minutes=self._random.randrange(30, 6_000))
        return {
            "tenant_id": self.database.tenant_id,
            "id": new_id(),
            "instance_id": instance_id,
            "definition_id": definition_id,
            "element_id": step.element_id,
            "name": step.name,
            "candidate_group": step.candidate_group,
            "assignee_id": None,
            "state": TaskState.OPEN,
            "created_at": at,
            "due_at": due_at if has_deadline else None,
            "at_risk_at": at + 0.8 * (due_at - at) if has_deadline else None,
            "calendar": step.calendar,
            "calendar_revision": 1 if has_deadline else None,
            "reckoning": None,
            "rung": None,
            "suspended_at": None,
            "ended_at": None,
            "completed_by": None,
            "late_minutes": None,
            "worked_minutes": None,
            "standard_minutes": None,
        }

    def _end(self, task: _Row, at: datetime) -> None:
        """Let a task be completed at that moment, now and then without its working time."""
        late = task["due_at"] is not None and at > task["due_at"]
        measured = task["due_at"] is not None and self._random.random() > 0.1
        task |= {
            "state": TaskState.COMPLETED,
            "ended_at": at,
            "completed_by": "staf",
            "late_minutes": self._random.randrange(1, 900) if late else None,
            "worked_minutes": self._random.randrange(1, 900) if measured else None,
            "standard_minutes": self._random.randrange(30, 900) if measured else None,
        }

    def _events(self, instance_id: UUID, tasks: Sequence[_Row]) -> Iterator[_Row]:
        for task in tasks:
            for kind in _OF_A_STEP:
                yield {
                    "tenant_id": self.database.tenant_id,
                    "instance_id": instance_id,
                    "id": new_id(),
                    "task_id": task["id"],
                    "element_id": task["element_id"],
                    "type": kind.value,
                    "at": task["ended_at"] or task["created_at"],
                    "actor": "staf",
                    "detail": {},
                }


_OF_A_STEP = (
    EventType.TASK_CREATED,
    EventType.TASK_CLAIMED,
    EventType.ELEMENT_PASSED,
    EventType.TASK_COMPLETED,
)
