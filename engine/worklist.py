"""The inbox of a person: the open tasks that are theirs to do, and how many stand how."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from engine import definitions, repository
from engine.bpmn.sop import Step
from engine.database import Transaction
from engine.deadlines import calendar, lateness, timeliness
from engine.model import Role, Task, Timeliness
from engine.permissions import Actor, require
from engine.repository import OpenCount, PageRequest, TaskFilter, TaskRecord, Visibility

_MINUTE = timedelta(minutes=1)
_FEW = 1_000
"""Tasks of an inbox that are sorted in no time."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A task as an inbox shows it."""

    record: TaskRecord
    step: Step
    timeliness: Timeliness | None
    """None: it has no deadline."""
    minutes_left: int
    """Working minutes until its deadline; 0 without one, or after it."""
    minutes_late: int
    """Working minutes after its deadline; 0 is in time."""
    used: float
    """Which part of its working time has passed, from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """What is to be done, the most urgent first."""

    entries: Sequence[Entry]
    next_after: repository.Key | None
    counts: Sequence[OpenCount]
    """Of all that is to be done, whatever was filtered: by SOP and timeliness."""


def inbox(
    tx: Transaction,
    *,
    by: Actor,
    page: PageRequest,
    process_definition_key: str | None = None,
    standing: Timeliness | None = None,
) -> Inbox:
    """Return the open tasks that the actor may do: nobody's or their own, of positions held."""
    wanted = TaskFilter(
        process_definition_key=process_definition_key,
        timeliness=standing,
        unassigned_or_of=by.user_id,
    )
    eyes = _own(by)
    counts = repository.inbox_counts(tx, by=eyes)
    few = sum(one.count for one in counts) <= _FEW
    found = repository.inbox_tasks(tx, wanted, by=eyes, page=page, few=few)
    return Inbox(
        entries=[entry(tx, record) for record in found.items],
        next_after=found.next_after,
        counts=counts,
    )


@dataclass(frozen=True, kw_only=True)
class OfficeList:
    """Open tasks of the office, the most urgent first."""

    entries: Sequence[Entry]
    next_after: repository.Key | None


def of_the_office(
    tx: Transaction, wanted: TaskFilter, *, by: Actor, page: PageRequest
) -> OfficeList:
    """Return the tasks of everybody that pass a filter. Raises RoleNeeded."""
    require(by, Role.SUPERVISOR)
    found = repository.tasks(tx, wanted, by=by.visibility, sort="due_date", page=page)
    return OfficeList(
        entries=[entry(tx, record) for record in found.items], next_after=found.next_after
    )


def _own(by: Actor) -> Visibility:
    """A supervisor sees all tasks, but an inbox holds what is theirs."""
    return replace(by.visibility, everything=False)


def entry(tx: Transaction, record: TaskRecord) -> Entry:
    """Return a task as a list of work shows it."""
    task = record.task
    left, used = _time_of(tx, task)
    return Entry(
        record=record,
        step=definitions.load(tx, record.definition_id).steps[task.element_id],
        timeliness=timeliness(tx, task),
        minutes_left=left,
        minutes_late=lateness(tx, task),
        used=used,
    )


def _time_of(tx: Transaction, task: Task) -> tuple[int, float]:
    """Return how many working minutes are left to a task, and which part of its time has passed."""
    if task.due_at is None:
        return 0, 0.0
    if task.due_at <= tx.now:
        return 0, 1.0
    counted = calendar(tx, task.calendar)
    left = counted.worked_between(tx.now, task.due_at)
    whole = counted.worked_between(task.created_at, task.due_at)
    return int(left / _MINUTE), 1 - left / whole if whole else 0.0
