"""Step by step of one SOP: what runs now, and how what was completed stood with its time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine import definitions, repository
from engine.bpmn.sop import Step
from engine.database import Transaction
from engine.model import Role
from engine.permissions import Actor, require
from engine.reports.periods import Period
from engine.repository import DefinitionName, DefinitionNotFound, OpenGroup, StepCounts


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """A step of an SOP, all versions together."""

    step: Step
    """As the newest version that has it draws it."""
    open: int
    at_risk: int
    overdue: int
    counts: StepCounts
    """Of what was completed within the period."""

    @property
    def on_time(self) -> float | None:
        """Which part of those with a deadline was on time; None: there was none."""
        timed = self.counts.timed
        return 1 - self.counts.late / timed if timed else None

    @property
    def against_standard(self) -> float | None:
        """Average against standard: 1 is as long as allowed; None without either."""
        standard = self.counts.standard_minutes
        return self.counts.worked_minutes / standard if standard else None


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """The steps of an SOP in its order; those that only older versions have come last."""

    process_definition_key: str
    name: str
    """Of the newest version."""
    version: int
    """The newest: its diagram shows the figures."""
    period: Period
    steps: Sequence[StepFigures]


def steps(tx: Transaction, process_definition_key: str, *, period: Period, by: Actor) -> StepReport:
    """Return how the steps of an SOP run now, and how they did within a period.

    Raises:
        RoleNeeded: not a supervisor.
        DefinitionNotFound: no version of that SOP.
    """
    require(by, Role.SUPERVISOR)
    versions = versions_of(tx, process_definition_key)
    ids = [each.id for each in versions]
    since, until = period.moments(tx)
    counts = repository.completed_steps(tx, ids, since=since, until=until)
    groups = repository.open_groups(tx, ids)
    with_figures = {*counts, *(group.element_id for group in groups)}
    return StepReport(
        process_definition_key=process_definition_key,
        name=versions[-1].name,
        version=versions[-1].version,
        period=period,
        steps=[_figures(step, groups, counts) for step in steps_of(tx, versions, with_figures)],
    )


def versions_of(tx: Transaction, key: str) -> list[DefinitionName]:
    """Return the versions of an SOP, the oldest first. Raises DefinitionNotFound."""
    versions = [each for each in repository.definition_names(tx) if each.key == key]
    if not versions:
        raise DefinitionNotFound(key=key)
    return versions


def steps_of(
    tx: Transaction, versions: Sequence[DefinitionName], wanted: Iterable[str]
) -> list[Step]:
    """Return the steps of the newest version, then those wanted that only older ones have.

    Older versions are looked into only for what the newer ones lack.
    """
    found: dict[str, Step] = {}
    missing = set(wanted)
    for version in reversed(versions):
        if found and not missing:
            break
        known = definitions.load(tx, version.id).process.steps
        for step in known:
            if not found or step.element_id in missing or version is versions[-1]:
                found.setdefault(step.element_id, step)
        missing -= found.keys()
    return list(found.values())


def _figures(
    step: Step, groups: Iterable[OpenGroup], counts: Mapping[str, StepCounts]
) -> StepFigures:
    own = [group for group in groups if group.element_id == step.element_id]
    return StepFigures(
        step=step,
        open=sum(group.open for group in own),
        at_risk=sum(group.at_risk for group in own),
        overdue=sum(group.overdue for group in own),
        counts=counts.get(step.element_id, StepCounts()),
    )
