"""Pantauan: what is overdue and at risk, the trend, and each SOP as a heat map; for supervisors."""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from babel.dates import format_date
from flask import Response
from pydantic import Field

from api import report_tables
from api.pages import charts
from api.pages.charts import Chart
from api.pages.declaring import Pages
from api.pages.language import gettext, locale
from api.pages.marks import Mark
from api.pages.persons import introduce, introduce_positions
from api.pages.queries import read_query
from api.pages.rendering import render
from api.pages.spreadsheets import saved
from api.report_tables import percent, percent_of_standard
from api.rest.reports import StandingTable, period_of, standing_table
from api.rest.schemas import ListQuery, Query
from engine import reports, worklist
from engine.database import Transaction
from engine.errors import NotFound
from engine.model import Timeliness
from engine.permissions import Actor
from engine.reports import InvalidPeriod, Period, StepFigures, Trend
from engine.repository import TaskFilter

pages = Pages("board")
_SHOWN: Final = 12
"""Rows of a table before the rest is folded away."""
_HEAT: Final = ((95, "good"), (80, "fair"), (50, "poor"), (0, "bad"))
"""From which share on time, in per cent, a step is coloured so."""


class DelayedQuery(ListQuery):
    """Which open tasks of the office are wanted."""

    limit: int = Field(50, ge=1, le=200)
    sop: str | None = Field(None, max_length=200)
    langkah: str | None = Field(None, max_length=200)
    pelaksana: str | None = Field(None, max_length=200)
    waktu: Timeliness | None = None


class Weeks(IntEnum):
    """How long a trend can be."""

    QUARTER = 13
    HALF_YEAR = 26
    YEAR = 52


class TrendQuery(Query):
    """How many weeks of the trend are wanted."""

    minggu: Weeks = Weeks.QUARTER


class PeriodQuery(TrendQuery):
    """Which days are wanted beside it; without any, the last half year."""

    dari: date | None = None
    sampai: date | None = None


class BoardTable(StrEnum):
    """The tables of the board that can be downloaded."""

    SOP = "sop"
    LANGKAH = "langkah"
    PELAKSANA = "pelaksana"
    TREN = "tren"


class NoSuchTable(NotFound):
    """There is no such table."""


@pages.get("/pantauan")
def show_board(tx: Transaction, by: Actor) -> str:
    """Show how the work of the office stands now, and how it went week by week."""
    query = read_query(TrendQuery)
    trend = reports.trend(tx, by=by, weeks=query.minggu)
    return render(
        "board.html",
        query=query,
        standing=reports.standing(tx, by=by),
        shown=_SHOWN,
        **_charts(trend),
    )


@pages.get("/pantauan/tugas")
def show_delayed(tx: Transaction, by: Actor) -> str:
    """Show the open tasks behind a number of the board."""
    query = read_query(DelayedQuery)
    wanted = TaskFilter(
        process_definition_key=query.sop,
        element_id=query.langkah,
        candidate_group=query.pelaksana,
        timeliness=query.waktu,
    )
    found = worklist.of_the_office(tx, wanted, by=by, page=query.page())
    introduce(tx, [one.record.assignee for one in found.entries])
    introduce_positions(tx, [one.record.task.candidate_group for one in found.entries])
    return render(
        "board_tasks.html",
        query=query,
        entries=found.entries,
        next_cursor=query.cursor_after(found.next_after),
    )


@pages.get("/pantauan/unduh/<table>")
def download_board(tx: Transaction, by: Actor, table: str) -> Response:
    """Send a table of the board as a CSV file. Raises NoSuchTable."""
    if table not in set(BoardTable):
        raise NoSuchTable
    wanted = BoardTable(table)
    if wanted is BoardTable.TREN:
        weeks = read_query(TrendQuery).minggu
        found = report_tables.trend(reports.trend(tx, by=by, weeks=weeks))
    else:
        kind = {
            BoardTable.SOP: StandingTable.BY_PROCESS,
            BoardTable.LANGKAH: StandingTable.BY_STEP,
            BoardTable.PELAKSANA: StandingTable.BY_ACTOR,
        }[wanted]
        found = standing_table(reports.standing(tx, by=by), kind)
    return saved(tx, f"pantauan-{wanted}", found)


@pages.get("/pantauan/sop/<key>")
def show_steps(tx: Transaction, by: Actor, key: str) -> str:
    """Show the steps of an SOP as a heat map, and its trend."""
    query = read_query(PeriodQuery)
    report = reports.steps(tx, key, period=_period(tx, query), by=by)
    trend = reports.trend(tx, by=by, weeks=query.minggu, process_definition_key=key)
    return render(
        "board_sop.html",
        query=query,
        report=report,
        marks=[heat_mark(one) for one in report.steps],
        heat={one.step.element_id: heat(one) for one in report.steps},
        half_years=_half_years(tx),
        percent_of_standard=percent_of_standard,
        **_charts(trend),
    )


@pages.get("/pantauan/sop/<key>/unduh")
def download_steps(tx: Transaction, by: Actor, key: str) -> Response:
    """Send the figures of the steps of an SOP as a CSV file."""
    query = read_query(PeriodQuery)
    report = reports.steps(tx, key, period=_period(tx, query), by=by)
    return saved(
        tx, f"langkah-{key}-{report.period.first}-{report.period.last}", report_tables.steps(report)
    )


def _period(tx: Transaction, query: PeriodQuery) -> Period:
    """Return the days that are wanted. Raises InvalidPeriod, naming the parameter of the page."""
    try:
        return period_of(tx, query.dari, query.sampai)
    except InvalidPeriod as error:
        raise InvalidPeriod(fields={"sampai": error.fields["until"]}) from error


def heat(one: StepFigures) -> str:
    """Return how warm a step is drawn, by how often it was on time."""
    share = percent(one.on_time)
    if share is None:
        return "none"
    return next(kind for least, kind in _HEAT if share >= least)


def heat_mark(one: StepFigures) -> Mark:
    """Return how the shape of a step is drawn in the heat map, with its figures as a badge."""
    share = percent(one.on_time)
    said = [
        gettext("%(count)s terlambat") % {"count": one.overdue} if one.overdue else "",
        gettext("%(count)s terbuka") % {"count": one.open} if one.open and not one.overdue else "",
        "" if share is None else gettext("%(share)s%% tepat waktu") % {"share": share},
    ]
    kind = "overdue" if one.overdue else f"heat-{heat(one)}"
    return Mark(element_id=one.step.element_id, states=[kind], badge=" · ".join(filter(None, said)))


def _charts(trend: Trend) -> dict[str, object]:
    """Return what the template draws the trend with."""
    labels = [format_date(week.first, "d/M", locale=locale()) for week in trend.weeks]
    late = [week.counts.late for week in trend.weeks]
    in_time = [week.counts.steps - week.counts.late for week in trend.weeks]
    return {
        "trend": trend,
        "percent": percent,
        "steps_chart": _stacked(labels, in_time, late),
        "cases_chart": charts.grouped(
            labels,
            [
                ("started", [week.counts.started for week in trend.weeks]),
                ("completed", [week.counts.completed for week in trend.weeks]),
            ],
        ),
    }


def _stacked(labels: Sequence[str], in_time: Sequence[int], late: Sequence[int]) -> Chart:
    return charts.stacked(labels, [("in-time", in_time), ("late", late)])


def _half_years(tx: Transaction) -> list[reports.HalfYear]:
    """Return the half-years that a sheet is asked for: the present one and three before it."""
    found = [reports.HalfYear.of(tx.today)]
    while len(found) < 4:  # noqa: PLR2004 — two years
        found.append(found[-1].before)
    return found
