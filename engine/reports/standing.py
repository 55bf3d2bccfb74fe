"""How the open tasks of the office stand with their time now: by SOP, step and actor."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from engine import definitions, repository
from engine.bpmn.sop import Step
from engine.database import Transaction
from engine.deadlines import minutes_late
from engine.model import Role
from engine.permissions import Actor, require
from engine.repository import DefinitionName, OpenGroup

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the open tasks of something stand with their time."""

    name: str
    open: int
    at_risk: int
    overdue: int
    worst_minutes: int
    """Working minutes by which the most overdue one is late."""
    worst_calendar: str | None = None
    """Which calendar counts them; None is the office's default."""
    process_definition_key: str | None = None
    """Of an SOP or a step."""
    element_id: str | None = None
    """Of a step."""
    candidate_group: str | None = None
    """Of an actor; None beside an actor's name: steps that are nobody's."""
    cases: int = 0
    """Of an SOP: that have not ended."""


@dataclass(frozen=True, kw_only=True)
class StandingReport:
    """The open tasks of the office, counted three ways; the worst first."""

    open: int
    at_risk: int
    overdue: int
    cases: int
    """That have not ended."""
    by_process: Sequence[Standing]
    """Every SOP that has a case running."""
    by_step: Sequence[Standing]
    by_actor: Sequence[Standing]


@dataclass(frozen=True, kw_only=True)
class OverdueCount:
    """How many tasks of something are overdue, and by how much the worst."""

    key: str
    """Process key, element id or position code."""
    name: str
    count: int
    worst_minutes: int
    """Working minutes."""


@dataclass(frozen=True, kw_only=True)
class OverdueReport:
    """The overdue tasks of the office, counted three ways; the worst first."""

    total: int
    by_process: Sequence[OverdueCount]
    by_step: Sequence[OverdueCount]
    by_actor: Sequence[OverdueCount]


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """The open tasks of one step of one version, with what the diagram says of the step."""

    definition: DefinitionName
    step: Step
    group: OpenGroup
    worst_minutes: int


def standing(tx: Transaction, *, by: Actor) -> StandingReport:
    """Return how all that is open stands at the moment of the transaction. Raises RoleNeeded."""
    require(by, Role.SUPERVISOR)
    names = {each.id: each for each in repository.definition_names(tx)}
    cases = repository.running_cases(tx)
    counted = _counted(tx, names)
    return StandingReport(
        open=sum(one.group.open for one in counted),
        at_risk=sum(one.group.at_risk for one in counted),
        overdue=sum(one.group.overdue for one in counted),
        cases=sum(cases.values()),
        by_process=_by_process(counted, names, cases),
        by_step=_by_step(counted),
        by_actor=_by_actor(counted),
    )


def overdue(tx: Transaction, *, by: Actor) -> OverdueReport:
    """Return what is overdue at the moment of the transaction. Raises RoleNeeded."""
    report = standing(tx, by=by)
    return OverdueReport(
        total=report.overdue,
        by_process=_overdue(report.by_process, lambda one: one.process_definition_key or ""),
        by_step=_overdue(
            report.by_step, lambda one: f"{one.process_definition_key}/{one.element_id}"
        ),
        by_actor=_overdue(report.by_actor, lambda one: one.candidate_group or ""),
    )


def _overdue(standings: Iterable[Standing], key: Callable[[Standing], str]) -> list[OverdueCount]:
    return [
        OverdueCount(
            key=key(one), name=one.name, count=one.overdue, worst_minutes=one.worst_minutes
        )
        for one in standings
        if one.overdue
    ]


def _counted(tx: Transaction, names: Mapping[UUID, DefinitionName]) -> list[_Counted]:
    return [
        _Counted(
            definition=names[group.definition_id],
            step=(step := definitions.load(tx, group.definition_id).steps[group.element_id]),
            group=group,
            worst_minutes=minutes_late(tx, group.oldest_due_at, until=tx.now, name=step.calendar),
        )
        for group in repository.open_groups(tx)
    ]


def _by_process(
    counted: Iterable[_Counted], names: Mapping[UUID, DefinitionName], cases: Mapping[UUID, int]
) -> list[Standing]:
    """Return every SOP that has a case running, under the name of its newest version."""
    newest = {each.key: each.name for each in names.values()}
    running: dict[str, int] = {}
    for definition_id, count in cases.items():
        key = names[definition_id].key
        running[key] = running.get(key, 0) + count
    found = _grouped(counted, lambda one: one.definition.key)
    return _worst_first(
        _standing(
            found.get(key, ()),
            name=newest[key],
            process_definition_key=key,
            cases=running.get(key, 0),
        )
        for key in {*found, *running}
    )


def _by_step(counted: Iterable[_Counted]) -> list[Standing]:
    """Return every step that is open somewhere, whatever the version."""
    found = _grouped(counted, lambda one: (one.definition.key, one.step.element_id))
    return _worst_first(
        _standing(ones, name=ones[-1].step.name, process_definition_key=key, element_id=element_id)
        for (key, element_id), ones in found.items()
    )


def _by_actor(counted: Iterable[_Counted]) -> list[Standing]:
    """Return every position that has something open."""
    found = _grouped(counted, lambda one: one.step.candidate_group)
    return _worst_first(
        _standing(ones, name=(ones[-1].step.lane or group) if group else "", candidate_group=group)
        for group, ones in found.items()
    )


def _grouped(
    counted: Iterable[_Counted], identify: Callable[[_Counted], K]
) -> dict[K, list[_Counted]]:
    together: dict[K, list[_Counted]] = {}
    for one in sorted(counted, key=lambda one: (one.definition.key, one.definition.version)):
        together.setdefault(identify(one), []).append(one)
    return together


def _standing(
    ones: Sequence[_Counted],
    *,
    name: str,
    process_definition_key: str | None = None,
    element_id: str | None = None,
    candidate_group: str | None = None,
    cases: int = 0,
) -> Standing:
    worst = max(ones, key=lambda one: one.worst_minutes, default=None)
    return Standing(
        name=name,
        open=sum(one.group.open for one in ones),
        at_risk=sum(one.group.at_risk for one in ones),
        overdue=sum(one.group.overdue for one in ones),
        worst_minutes=worst.worst_minutes if worst else 0,
        worst_calendar=worst.step.calendar if worst else None,
        process_definition_key=process_definition_key,
        element_id=element_id,
        candidate_group=candidate_group,
        cases=cases,
    )


def _worst_first(standings: Iterable[Standing]) -> list[Standing]:
    def urgency(one: Standing) -> tuple[int, int, int, str, str]:
        key = one.process_definition_key or one.candidate_group or ""
        return -one.worst_minutes, -one.overdue, -one.at_risk, key, one.element_id or ""

    return sorted(standings, key=urgency)
