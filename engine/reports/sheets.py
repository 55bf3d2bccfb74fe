"""The six-monthly monitoring sheet: Table 7 of PermenPAN-RB 35/2012, filled from the history.

A step does not run well if its deadlines were kept in less than a part of all cases (`threshold`,
80 per cent unless said otherwise), where a task that was past its deadline and not done when the
half-year ended counts as late; or if it took longer on average than its time standard allows, both
in whole minutes, as the sheet prints them. A step of which there is nothing to judge by is neither
well nor badly run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine import definitions, repository
from engine.bpmn.sop import Step
from engine.database import Transaction
from engine.model import Role
from engine.permissions import Actor, require
from engine.reports.periods import HalfYear
from engine.reports.steps import steps_of, versions_of
from engine.repository import StepCounts

THRESHOLD: Final = 0.8


class Reason(StrEnum):
    """Why a step does not run well."""

    LATE = "late"
    """Deadlines were kept too seldom."""
    SLOW = "slow"
    """It took longer on average than its time standard."""


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """A step in the sheet."""

    step: Step
    counts: StepCounts
    """Of what was completed within the half-year."""
    outstanding: int
    """Past their deadline and not done at its end, or now if it is under way."""
    on_time: float | None
    """Which part of the deadlines was kept, what is outstanding being late; None: of none."""
    reasons: Sequence[Reason]
    """Why it does not run well; none: it does, if it was done at all."""

    @property
    def runs_well(self) -> bool | None:
        """Whether it runs well; None: there is nothing to judge by."""
        if self.on_time is None and not self.counts.measured:
            return None
        return not self.reasons


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The monitoring sheet of one SOP for one half-year."""

    process_definition_key: str
    name: str
    unit: str
    """Whose SOP it is, as its diagram says; may be empty."""
    number: str
    """Of the SOP, as its diagram says; may be empty."""
    half_year: HalfYear
    under_way: bool
    """Whether the half-year has not ended yet."""
    threshold: float
    rows: Sequence[SheetRow]


def monitoring_sheet(
    tx: Transaction,
    process_definition_key: str,
    half_year: HalfYear,
    *,
    by: Actor,
    threshold: float = THRESHOLD,
) -> Sheet:
    """Return the sheet of an SOP for a half-year, with the rule above.

    Raises:
        RoleNeeded: not a supervisor.
        DefinitionNotFound: no version of that SOP.
    """
    require(by, Role.SUPERVISOR)
    versions = versions_of(tx, process_definition_key)
    ids = [each.id for each in versions]
    since, until = half_year.period.moments(tx)
    counts = repository.completed_steps(tx, ids, since=since, until=until)
    outstanding = repository.outstanding_steps(tx, ids, until=until)
    shown = steps_of(tx, versions, {*counts, *outstanding})
    identity = definitions.load(tx, versions[-1].id).process.identity
    return Sheet(
        process_definition_key=process_definition_key,
        name=versions[-1].name,
        unit=identity.get("unit", ""),
        number=identity.get("nomor", ""),
        half_year=half_year,
        under_way=tx.now < until,
        threshold=threshold,
        rows=[
            _row(
                step,
                counts.get(step.element_id, StepCounts()),
                outstanding.get(step.element_id, 0),
                threshold,
            )
            for step in shown
        ],
    )


def _row(step: Step, counts: StepCounts, outstanding: int, threshold: float) -> SheetRow:
    deadlines = counts.timed + outstanding
    on_time = (counts.timed - counts.late) / deadlines if deadlines else None
    average, standard = counts.average_minutes, counts.average_standard_minutes
    reasons = []
    if on_time is not None and on_time < threshold:
        reasons.append(Reason.LATE)
    if average is not None and standard is not None and average > standard:
        reasons.append(Reason.SLOW)
    return SheetRow(
        step=step,
        counts=counts,
        outstanding=outstanding,
        on_time=on_time,
        reasons=reasons,
    )
