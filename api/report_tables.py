"""The reports as tables: what a page shows, what a CSV file holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from api.csv_files import Cell
from engine.reports import Sheet, Standing, StepReport, Trend

_STANDING: Final = ("open", "at_risk", "overdue", "worst_minutes")
_KEPT: Final = ("completed", "with_deadline", "late", "on_time_percent")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under names of columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def percent(share: float | None) -> int | None:
    """Return a share as a whole percentage, rounded down: 99.6 per cent are not all."""
    return None if share is None else int(share * 100 + 1e-9)


def percent_of_standard(ratio: float | None) -> int | None:
    """Return a ratio as a whole percentage; what is a little more than allowed is more than 100."""
    return ceil(ratio * 100 - 1e-9) if ratio is not None and ratio > 1 else percent(ratio)


def by_process(standings: Iterable[Standing]) -> Table:
    """Return how the SOPs stand."""
    return Table(
        columns=("process_definition_key", "name", "cases", *_STANDING),
        rows=[
            (one.process_definition_key, one.name, one.cases, *_standing(one)) for one in standings
        ],
    )


def by_step(standings: Iterable[Standing]) -> Table:
    """Return how the steps stand."""
    return Table(
        columns=("process_definition_key", "element_id", "name", *_STANDING),
        rows=[
            (one.process_definition_key, one.element_id, one.name, *_standing(one))
            for one in standings
        ],
    )


def by_actor(standings: Iterable[Standing]) -> Table:
    """Return how the actors stand."""
    return Table(
        columns=("candidate_group", "name", *_STANDING),
        rows=[(one.candidate_group, one.name, *_standing(one)) for one in standings],
    )


def _standing(one: Standing) -> tuple[int, ...]:
    return one.open, one.at_risk, one.overdue, one.worst_minutes


def trend(report: Trend) -> Table:
    """Return the weeks."""
    return Table(
        columns=("first", "last", "cases_started", "cases_completed", *_KEPT),
        rows=[
            (
                week.first.isoformat(),
                week.last.isoformat(),
                week.counts.started,
                week.counts.completed,
                week.counts.steps,
                week.counts.timed,
                week.counts.late,
                percent(week.on_time),
            )
            for week in report.weeks
        ],
    )


def steps(report: StepReport) -> Table:
    """Return the steps of an SOP."""
    return Table(
        columns=(
            *("number", "element_id", "name", "actor", "time_standard"),
            *("open", "at_risk", "overdue", *_KEPT),
            *("average_minutes", "average_standard_minutes"),
        ),
        rows=[
            (
                *(one.step.number, one.step.element_id, one.step.name, one.step.lane),
                *(one.step.time_standard, one.open, one.at_risk, one.overdue),
                *(
                    one.counts.completed,
                    one.counts.timed,
                    one.counts.late,
                    percent(one.on_time),
                ),
                *(one.counts.average_minutes, one.counts.average_standard_minutes),
            )
            for one in report.steps
        ],
    )


def monitoring_sheet(sheet: Sheet) -> Table:
    """Return the monitoring sheet, its judgement and what it is made by."""
    return Table(
        columns=(
            *("number", "element_id", "name", "runs_well", *_KEPT, "outstanding"),
            *("average_minutes", "average_standard_minutes", "reasons"),
        ),
        rows=[
            (
                *(row.step.number, row.step.element_id, row.step.name),
                {True: "yes", False: "no", None: None}[row.runs_well],
                *(
                    row.counts.completed,
                    row.counts.timed,
                    row.counts.late,
                    percent(row.on_time),
                ),
                *(row.outstanding, row.counts.average_minutes, row.counts.average_standard_minutes),
                " ".join(row.reasons),
            )
            for row in sheet.rows
        ],
    )
