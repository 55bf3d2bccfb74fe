"""Figures for reports, counted in indexes that hold all a report asks: no row of a case is read.

The conditions of the partial indexes are written out instead of bound, as SQLite wants them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from engine.database import Transaction
from engine.model import ProcessDefinition, ProcessInstance, Task

_OPEN: Final[ColumnElement[str]] = literal_column("'open'")
_COMPLETED: Final[ColumnElement[str]] = literal_column("'completed'")
Moment = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True, kw_only=True)
class DefinitionName:
    """A version of a process, without its files."""

    id: UUID
    key: str
    version: int
    name: str


def definition_names(tx: Transaction) -> list[DefinitionName]:
    """Return every version of every process, by key, the oldest first."""
    columns = (
        ProcessDefinition.id,
        ProcessDefinition.key,
        ProcessDefinition.version,
        ProcessDefinition.name,
    )
    query = (
        select(*columns)
        .where(ProcessDefinition.tenant_id == tx.tenant_id)
        .order_by(ProcessDefinition.key, ProcessDefinition.version)
    )
    return [
        DefinitionName(id=id_, key=key, version=version, name=name)
        for id_, key, version, name in tx.session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class OpenGroup:
    """The open tasks of one step of one version."""

    definition_id: UUID
    element_id: str
    open: int
    at_risk: int
    overdue: int
    oldest_due_at: datetime | None
    """The earliest deadline of one, passed or not."""


def open_groups(tx: Transaction, definition_ids: Collection[UUID] | None = None) -> list[OpenGroup]:
    """Return the open tasks of the office, or of these definitions, counted by step."""
    at_risk = and_(Task.due_at >= tx.now, Task.at_risk_at < tx.now)
    columns = (Task.definition_id, Task.element_id)
    query = (
        select(
            *columns,
            func.count(),
            _number_of(at_risk),
            _number_of(Task.due_at < tx.now),
            func.min(Task.due_at),
        )
        .where(Task.tenant_id == tx.tenant_id, Task.state == _OPEN)
        .group_by(*columns)
    )
    if definition_ids is not None:
        query = query.where(Task.definition_id.in_(definition_ids))
    return [
        OpenGroup(
            definition_id=definition_id,
            element_id=element_id,
            open=open_,
            at_risk=at_risk_,
            overdue=overdue,
            oldest_due_at=oldest,
        )
        for definition_id, element_id, open_, at_risk_, overdue, oldest in tx.session.execute(query)
    ]


def running_cases(tx: Transaction) -> Mapping[UUID, int]:
    """Return how many cases of each definition have not ended, suspended ones too."""
    query = (
        select(ProcessInstance.definition_id, func.count())
        .where(ProcessInstance.tenant_id == tx.tenant_id, ProcessInstance.ended_at.is_(None))
        .group_by(ProcessInstance.definition_id)
    )
    return dict(tx.session.execute(query).all())


@dataclass(frozen=True, kw_only=True)
class PeriodCounts:
    """What began and ended within a period."""

    started: int
    """Cases."""
    completed: int
    """Cases."""
    steps: int
    """Completed steps."""
    timed: int
    """… of which had a deadline."""
    late: int
    """… and were completed after it."""


def counts_by_period(
    tx: Transaction, bounds: Sequence[datetime], definition_ids: Collection[UUID]
) -> list[PeriodCounts]:
    """Return the counts between each bound and the next; three statements, however many there are.

    Every period is a range of an index, so that nothing has to be sorted into weeks.
    """
    started = _of_periods(
        tx,
        bounds,
        select(func.count()).where(
            ProcessInstance.tenant_id == tx.tenant_id,
            ProcessInstance.definition_id.in_(definition_ids),
        ),
        ProcessInstance.started_at,
    )
    completed = _of_periods(
        tx,
        bounds,
        select(func.count()).where(
            ProcessInstance.tenant_id == tx.tenant_id,
            ProcessInstance.definition_id.in_(definition_ids),
            ProcessInstance.state == _COMPLETED,
        ),
        ProcessInstance.ended_at,
    )
    steps = _of_periods(
        tx,
        bounds,
        select(func.count(), func.count(Task.due_at), func.count(Task.late_minutes)).where(
            Task.tenant_id == tx.tenant_id,
            Task.definition_id.in_(definition_ids),
            Task.state == _COMPLETED,
        ),
        Task.ended_at,
    )
    return [
        PeriodCounts(
            started=started[number][0],
            completed=completed[number][0],
            steps=steps[number][0],
            timed=steps[number][1],
            late=steps[number][2],
        )
        for number in range(len(bounds) - 1)
    ]


def _of_periods(
    tx: Transaction,
    bounds: Sequence[datetime],
    figures: Select[*tuple[Any, ...]],
    moment: Moment,
) -> Mapping[int, Sequence[int]]:
    """Return the figures of each period by its number."""
    periods = [
        figures.add_columns(literal(number, Integer)).where(moment >= since, moment < until)
        for number, (since, until) in enumerate(pairwise(bounds))
    ]
    return {number: values for *values, number in tx.session.execute(union_all(*periods))}


@dataclass(frozen=True, kw_only=True)
class StepCounts:
    """The completed tasks of one step within a period, whatever the version."""

    completed: int = 0
    timed: int = 0
    """Had a deadline."""
    late: int = 0
    measured: int = 0
    """Whose working time is on record."""
    worked_minutes: int = 0
    """Of all that are measured, together."""
    standard_minutes: int = 0
    """What the time standards of those came to, together."""

    @property
    def average_minutes(self) -> int | None:
        """The working minutes that it took on average; None: none is on record."""
        return round(self.worked_minutes / self.measured) if self.measured else None

    @property
    def average_standard_minutes(self) -> int | None:
        """The working minutes that its time standard came to on average; None as above."""
        return round(self.standard_minutes / self.measured) if self.measured else None


def completed_steps(
    tx: Transaction, definition_ids: Collection[UUID], *, since: datetime, until: datetime
) -> Mapping[str, StepCounts]:
    """Return by element id what was completed from `since` until just before `until`."""
    both = and_(Task.worked_minutes.is_not(None), Task.standard_minutes.is_not(None))
    query = (
        select(
            Task.element_id,
            func.count(),
            func.count(Task.due_at),
            func.count(Task.late_minutes),
            _number_of(both),
            func.coalesce(func.sum(case((both, Task.worked_minutes))), 0),
            func.coalesce(func.sum(case((both, Task.standard_minutes))), 0),
        )
        .where(
            Task.tenant_id == tx.tenant_id,
            Task.definition_id.in_(definition_ids),
            Task.state == _COMPLETED,
            Task.ended_at >= since,
            Task.ended_at < until,
        )
        .group_by(Task.element_id)
    )
    return {
        element_id: StepCounts(
            completed=completed,
            timed=timed,
            late=late,
            measured=measured,
            worked_minutes=worked,
            standard_minutes=standard,
        )
        for element_id, completed, timed, late, measured, worked, standard in tx.session.execute(
            query
        )
    }


def outstanding_steps(
    tx: Transaction, definition_ids: Collection[UUID], *, until: datetime
) -> Mapping[str, int]:
    """Return by element id how many tasks were past their deadline at a moment, and not done.

    Those that are open still, and those that were completed from then on; what is suspended or was
    cancelled is nobody's delay. Of a moment to come, what is so now.
    """
    of_these = (
        Task.tenant_id == tx.tenant_id,
        Task.definition_id.in_(definition_ids),
        Task.due_at < min(until, tx.now),
    )
    counted = (Task.element_id, func.count().label("number"))
    still_open = select(*counted).where(*of_these, Task.state == _OPEN).group_by(Task.element_id)
    done_later = (
        select(*counted)
        .where(*of_these, Task.state == _COMPLETED, Task.ended_at >= until)
        .group_by(Task.element_id)
    )
    found: dict[str, int] = {}
    for element_id, number in tx.session.execute(union_all(still_open, done_later)):
        found[element_id] = found.get(element_id, 0) + number
    return found


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
