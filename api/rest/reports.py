"""Reports: how work stands, its trend, its steps, the monitoring sheet; and each as a CSV file."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from flask import Response
from pydantic import Field

from api import report_tables
from api.csv_files import MEDIA_TYPE, csv_response
from api.report_tables import Table
from api.rest.resource import Resource
from api.rest.schemas import Answer, Query, local
from engine import reports
from engine.database import Transaction
from engine.permissions import Actor
from engine.reports import (
    THRESHOLD,
    HalfYear,
    OverdueCount,
    OverdueReport,
    Period,
    Reason,
    Sheet,
    SheetRow,
    Standing,
    StandingReport,
    StepFigures,
    StepReport,
    Trend,
    Week,
)

resource = Resource("reports", "What the office's own numbers say; for supervisors.")
WEEKS: Final = 26
_SHARE = "A part of one; null if none had a deadline."


class ShownCount(Answer):
    """How many tasks of something are overdue, and by how much the worst."""

    key: str
    name: str
    count: int
    worst_minutes: int = Field(description="Working minutes.")

    @classmethod
    def of(cls, count: OverdueCount) -> "ShownCount":
        """Return the count as it is shown."""
        return cls(
            key=count.key,
            name=count.name,
            count=count.count,
            worst_minutes=count.worst_minutes,
        )


class ShownOverdueReport(Answer):
    """The overdue tasks of the office, counted three ways; the worst first."""

    at: datetime
    total: int
    by_process: list[ShownCount] = Field(description="`key`: of the process definition.")
    by_step: list[ShownCount] = Field(description="`key`: process definition key/element id.")
    by_actor: list[ShownCount] = Field(description="`key`: the code of the position.")

    @classmethod
    def of(cls, tx: Transaction, report: OverdueReport) -> "ShownOverdueReport":
        """Return the report as it is shown."""
        return cls(
            at=local(tx, tx.now),
            total=report.total,
            by_process=[ShownCount.of(count) for count in report.by_process],
            by_step=[ShownCount.of(count) for count in report.by_step],
            by_actor=[ShownCount.of(count) for count in report.by_actor],
        )


class ShownStanding(Answer):
    """How the open tasks of an SOP, a step or an actor stand with their time."""

    process_definition_key: str | None
    element_id: str | None
    candidate_group: str | None
    name: str
    open: int
    at_risk: int
    overdue: int
    worst_minutes: int = Field(description="Working minutes.")
    cases: int = Field(description="Of an SOP: that have not ended.")

    @classmethod
    def of(cls, one: Standing) -> "ShownStanding":
        """Return the standing as it is shown."""
        return cls(
            process_definition_key=one.process_definition_key,
            element_id=one.element_id,
            candidate_group=one.candidate_group,
            name=one.name,
            open=one.open,
            at_risk=one.at_risk,
            overdue=one.overdue,
            worst_minutes=one.worst_minutes,
            cases=one.cases,
        )


class ShownStandingReport(Answer):
    """The open tasks of the office, counted three ways; the worst first."""

    at: datetime
    open: int
    at_risk: int
    overdue: int
    cases: int = Field(description="That have not ended.")
    by_process: list[ShownStanding]
    by_step: list[ShownStanding]
    by_actor: list[ShownStanding]

    @classmethod
    def of(cls, tx: Transaction, report: StandingReport) -> "ShownStandingReport":
        """Return the report as it is shown."""
        return cls(
            at=local(tx, tx.now),
            open=report.open,
            at_risk=report.at_risk,
            overdue=report.overdue,
            cases=report.cases,
            by_process=[ShownStanding.of(one) for one in report.by_process],
            by_step=[ShownStanding.of(one) for one in report.by_step],
            by_actor=[ShownStanding.of(one) for one in report.by_actor],
        )


class ShownWeek(Answer):
    """A week from Monday to Sunday."""

    first: date
    last: date
    cases_started: int
    cases_completed: int
    steps_completed: int
    steps_with_deadline: int = Field(description="Of the completed ones.")
    steps_late: int = Field(description="Completed after their deadline.")
    on_time: float | None = Field(description=_SHARE)

    @classmethod
    def of(cls, week: Week) -> "ShownWeek":
        """Return the week as it is shown."""
        return cls(
            first=week.first,
            last=week.last,
            cases_started=week.counts.started,
            cases_completed=week.counts.completed,
            steps_completed=week.counts.steps,
            steps_with_deadline=week.counts.timed,
            steps_late=week.counts.late,
            on_time=week.on_time,
        )


class ShownTrend(Answer):
    """Weeks in order, the last of which is under way."""

    weeks: list[ShownWeek]

    @classmethod
    def of(cls, report: Trend) -> "ShownTrend":
        """Return the trend as it is shown."""
        return cls(weeks=[ShownWeek.of(week) for week in report.weeks])


class ShownStepFigures(Answer):
    """A step of an SOP: what runs now, and what was completed within the period."""

    number: int
    element_id: str
    name: str
    lane: str | None
    time_standard: str | None
    open: int
    at_risk: int
    overdue: int
    completed: int
    with_deadline: int
    late: int
    on_time: float | None = Field(description=_SHARE)
    average_minutes: int | None = Field(
        description="Working minutes of those whose working time is on record."
    )
    average_standard_minutes: int | None = Field(
        description="Working minutes that the time standard came to for those."
    )

    @classmethod
    def of(cls, one: StepFigures) -> "ShownStepFigures":
        """Return the figures as they are shown."""
        return cls(
            number=one.step.number,
            element_id=one.step.element_id,
            name=one.step.name,
            lane=one.step.lane,
            time_standard=one.step.time_standard,
            open=one.open,
            at_risk=one.at_risk,
            overdue=one.overdue,
            completed=one.counts.completed,
            with_deadline=one.counts.timed,
            late=one.counts.late,
            on_time=one.on_time,
            average_minutes=one.counts.average_minutes,
            average_standard_minutes=one.counts.average_standard_minutes,
        )


class ShownStepReport(Answer):
    """The steps of an SOP in its order; those that only older versions have come last."""

    process_definition_key: str
    name: str
    first: date
    last: date
    steps: list[ShownStepFigures]

    @classmethod
    def of(cls, report: StepReport) -> "ShownStepReport":
        """Return the report as it is shown."""
        return cls(
            process_definition_key=report.process_definition_key,
            name=report.name,
            first=report.period.first,
            last=report.period.last,
            steps=[ShownStepFigures.of(one) for one in report.steps],
        )


class ShownSheetRow(Answer):
    """A step in the monitoring sheet."""

    number: int
    element_id: str
    name: str
    runs_well: bool | None = Field(description="Null if there is nothing to judge by.")
    reasons: list[Reason] = Field(description="Why it does not run well.")
    completed: int
    with_deadline: int
    late: int
    outstanding: int = Field(
        description="Past their deadline and not done at the end of the half-year, or now."
    )
    on_time: float | None = Field(description=f"{_SHARE} What is outstanding is late.")
    average_minutes: int | None
    average_standard_minutes: int | None

    @classmethod
    def of(cls, row: SheetRow) -> "ShownSheetRow":
        """Return the row as it is shown."""
        return cls(
            number=row.step.number,
            element_id=row.step.element_id,
            name=row.step.name,
            runs_well=row.runs_well,
            reasons=list(row.reasons),
            completed=row.counts.completed,
            with_deadline=row.counts.timed,
            late=row.counts.late,
            outstanding=row.outstanding,
            on_time=row.on_time,
            average_minutes=row.counts.average_minutes,
            average_standard_minutes=row.counts.average_standard_minutes,
        )


class ShownSheet(Answer):
    """The six-monthly monitoring sheet: Table 7 of PermenPAN-RB 35/2012."""

    process_definition_key: str
    name: str
    year: int
    half: int
    under_way: bool = Field(description="Whether the half-year has not ended yet.")
    threshold: float
    rows: list[ShownSheetRow]

    @classmethod
    def of(cls, sheet: Sheet) -> "ShownSheet":
        """Return the sheet as it is shown."""
        return cls(
            process_definition_key=sheet.process_definition_key,
            name=sheet.name,
            year=sheet.half_year.year,
            half=sheet.half_year.half,
            under_way=sheet.under_way,
            threshold=sheet.threshold,
            rows=[ShownSheetRow.of(row) for row in sheet.rows],
        )


class TrendQuery(Query):
    """Which weeks are wanted."""

    weeks: int = Field(13, ge=1, le=53, description="How many, the present one included.")
    process_definition_key: str | None = Field(None, max_length=200)


class StepsQuery(Query):
    """Which period is wanted; without one, the last 26 weeks, the present one included."""

    since: date | None = Field(None, description="The first day.")
    until: date | None = Field(None, description="The last day.")


class SheetQuery(Query):
    """Which half-year is wanted."""

    year: int = Field(ge=1971, le=2198)
    half: int = Field(ge=1, le=2, description="1: January to June. 2: July to December.")
    threshold: float = Field(
        THRESHOLD,
        ge=0,
        le=1,
        description="The part of deadlines below which a step does not run well.",
    )

    def half_year(self) -> HalfYear:
        """Return the half-year."""
        return HalfYear(year=self.year, half=self.half)


class StandingTable(StrEnum):
    """The tables of how work stands."""

    BY_PROCESS = "by-process"
    BY_STEP = "by-step"
    BY_ACTOR = "by-actor"


class StandingTableQuery(Query):
    """Which table is wanted."""

    table: StandingTable


def period_of(tx: Transaction, since: date | None, until: date | None) -> Period:
    """Return the days from one to the other; what is not said is that of the last 26 weeks.

    Raises InvalidPeriod.
    """
    if since is None and until is None:
        return Period.weeks_until_today(tx, WEEKS)
    last = until or tx.today
    weeks_before = date.fromordinal(max(1, last.toordinal() - 7 * WEEKS))
    return Period(first=since or weeks_before, last=last)


def standing_table(report: StandingReport, table: StandingTable) -> Table:
    """Return one of the three tables of the report."""
    if table is StandingTable.BY_PROCESS:
        return report_tables.by_process(report.by_process)
    if table is StandingTable.BY_STEP:
        return report_tables.by_step(report.by_step)
    return report_tables.by_actor(report.by_actor)


@resource.get("/reports/overdue", ShownOverdueReport, problems=(403,))
def report_overdue(tx: Transaction, by: Actor) -> ShownOverdueReport:
    """Count the overdue tasks by SOP, step and actor. For supervisors."""
    return ShownOverdueReport.of(tx, reports.overdue(tx, by=by))


@resource.get("/reports/standing", ShownStandingReport, problems=(403,))
def report_standing(tx: Transaction, by: Actor) -> ShownStandingReport:
    """Count what is open, at risk and overdue by SOP, step and actor. For supervisors."""
    return ShownStandingReport.of(tx, reports.standing(tx, by=by))


@resource.get("/reports/standing.csv", MEDIA_TYPE, problems=(403,))
def download_standing(tx: Transaction, by: Actor, query: StandingTableQuery) -> Response:
    """Download one table of what is open, at risk and overdue. For supervisors."""
    table = standing_table(reports.standing(tx, by=by), query.table)
    return csv_response(f"standing-{query.table}", table.columns, table.rows)


@resource.get("/reports/trend", ShownTrend, problems=(403, 404))
def report_trend(tx: Transaction, by: Actor, query: TrendQuery) -> ShownTrend:
    """Count week by week what was started, completed, and completed late. For supervisors."""
    return ShownTrend.of(_trend(tx, by, query))


@resource.get("/reports/trend.csv", MEDIA_TYPE, problems=(403, 404))
def download_trend(tx: Transaction, by: Actor, query: TrendQuery) -> Response:
    """Download the trend. For supervisors."""
    table = report_tables.trend(_trend(tx, by, query))
    return csv_response("trend", table.columns, table.rows)


def _trend(tx: Transaction, by: Actor, query: TrendQuery) -> Trend:
    return reports.trend(
        tx,
        by=by,
        weeks=query.weeks,
        process_definition_key=query.process_definition_key,
    )


@resource.get("/reports/steps/<key>", ShownStepReport, problems=(403, 404))
def report_steps(tx: Transaction, by: Actor, key: str, query: StepsQuery) -> ShownStepReport:
    """Show step by step what runs and how what was completed kept its time. For supervisors."""
    return ShownStepReport.of(_steps(tx, by, key, query))


@resource.get("/reports/steps/<key>/csv", MEDIA_TYPE, problems=(403, 404))
def download_steps(tx: Transaction, by: Actor, key: str, query: StepsQuery) -> Response:
    """Download the figures of the steps of an SOP. For supervisors."""
    table = report_tables.steps(_steps(tx, by, key, query))
    return csv_response("steps", table.columns, table.rows)


def _steps(tx: Transaction, by: Actor, key: str, query: StepsQuery) -> StepReport:
    return reports.steps(tx, key, period=period_of(tx, query.since, query.until), by=by)


@resource.get("/reports/monitoring-sheets/<key>", ShownSheet, problems=(403, 404))
def report_monitoring_sheet(tx: Transaction, by: Actor, key: str, query: SheetQuery) -> ShownSheet:
    """Fill the six-monthly monitoring sheet of an SOP from its history. For supervisors."""
    return ShownSheet.of(_sheet(tx, by, key, query))


@resource.get("/reports/monitoring-sheets/<key>/csv", MEDIA_TYPE, problems=(403, 404))
def download_monitoring_sheet(tx: Transaction, by: Actor, key: str, query: SheetQuery) -> Response:
    """Download the six-monthly monitoring sheet of an SOP. For supervisors."""
    table = report_tables.monitoring_sheet(_sheet(tx, by, key, query))
    return csv_response("monitoring-sheet", table.columns, table.rows)


def _sheet(tx: Transaction, by: Actor, key: str, query: SheetQuery) -> Sheet:
    return reports.monitoring_sheet(tx, key, query.half_year(), by=by, threshold=query.threshold)
