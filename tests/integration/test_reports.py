"""Every figure of the reports is what plain SQL counts, over 1,000 random cases.

The SQL here was written from what the figures mean, and goes by way of the cases: it knows neither
the columns nor the indexes that make the reports quick.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from engine import definitions, reports, worklist
from engine.model import Timeliness
from engine.permissions import SYSTEM
from engine.reports import HalfYear, Period
from engine.repository import DefinitionNotFound
from tests.office import EVERYTHING, KEY, REFERENCE, Office
from tests.random_cases import RandomCases

SECOND = "sop-kedua"
ZONE = ZoneInfo("Asia/Makassar")
OF_PROCESS = (
    "FROM tasks t JOIN process_instances i ON i.id = t.instance_id"
    " JOIN process_definitions d ON d.id = i.definition_id"
)
CASES = "FROM process_instances i JOIN process_definitions d ON d.id = i.definition_id"


@pytest.fixture
def filled(office: Office) -> Office:
    """The office with 1,000 random cases of two SOPs, one of them in two versions."""
    return fill(office, 1_000)


def fill(office: Office, number: int) -> Office:
    other = REFERENCE.replace(KEY.encode(), SECOND.encode())
    changed = REFERENCE.replace(b"Mengoreksi", b"Memeriksa")
    with office.database.begin() as tx:
        ids = [
            definitions.deploy(tx, source, by=SYSTEM).definition.id
            for source in (REFERENCE, changed, other)
        ]
    assert len(set(ids)) == 3
    RandomCases(
        database=office.database,
        definition_ids=ids,
        now=office.clock.now,
        span=timedelta(days=300),
    ).write(number)
    return office


def counted(office: Office, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """Return what plain SQL says; moments are given as the database writes them."""
    engine = office.database.engine
    given = {name: _written(value, engine.dialect.name) for name, value in values.items()}
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), given)]


def _written(value: object, dialect: str) -> object:
    if isinstance(value, datetime) and dialect == "sqlite":
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def number(office: Office, sql: str, **values: object) -> int:
    ((found,),) = counted(office, sql, **values)
    return int(found or 0)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def test_what_is_open_at_risk_and_overdue_is_what_sql_counts(filled: Office) -> None:
    with filled.database.read() as tx:
        report = reports.standing(tx, by=filled.actor("supervisor"))
    now = filled.clock.now
    kinds = f"""COUNT(*),
        SUM(CASE WHEN t.due_at >= :now AND t.at_risk_at < :now THEN 1 ELSE 0 END),
        SUM(CASE WHEN t.due_at < :now THEN 1 ELSE 0 END) {OF_PROCESS} WHERE t.state = 'open'"""
    totals = counted(filled, f"SELECT {kinds}", now=now)
    assert [(report.open, report.at_risk, report.overdue)] == totals
    assert min(totals[0]) > 20
    for found, columns in (
        ([(one.process_definition_key,) for one in report.by_process], "d.key"),
        (
            [(one.process_definition_key, one.element_id) for one in report.by_step],
            "d.key, t.element_id",
        ),
        ([(one.candidate_group,) for one in report.by_actor], "t.candidate_group"),
    ):
        standings = {
            "d.key": report.by_process,
            "d.key, t.element_id": report.by_step,
            "t.candidate_group": report.by_actor,
        }[columns]
        shown = {
            (*key, one.open, one.at_risk, one.overdue)
            for key, one in zip(found, standings, strict=True)
        }
        sql = f"SELECT {columns}, {kinds} GROUP BY {columns}"
        assert shown == set(counted(filled, sql, now=now))
    running = f"SELECT d.key, COUNT(*) {CASES} WHERE i.state IN ('active', 'suspended') GROUP BY 1"
    by_key = {(one.process_definition_key, one.cases) for one in report.by_process}
    assert by_key == set(counted(filled, running))


def test_the_worst_lateness_is_that_of_the_oldest_deadline(filled: Office) -> None:
    with filled.database.read() as tx:
        report = reports.standing(tx, by=filled.actor("supervisor"))
        oldest = {
            key: tx.calendars.default.worked_between(_moment(due_at), tx.now)
            for key, due_at in counted(
                filled,
                f"SELECT d.key, MIN(t.due_at) {OF_PROCESS} WHERE t.state = 'open' GROUP BY 1",
            )
        }
    for one in report.by_process:
        exact = oldest[one.process_definition_key] / timedelta(minutes=1)
        assert exact <= one.worst_minutes < exact + 1


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def test_every_week_of_the_trend_is_what_sql_counts(filled: Office) -> None:
    for key in (None, KEY, SECOND):
        with filled.database.read() as tx:
            trend = reports.trend(
                tx, by=filled.actor("supervisor"), weeks=30, process_definition_key=key
            )
        assert len(trend.weeks) == 30
        assert (
            trend.weeks[-1].first
            <= filled.clock.now.astimezone(ZONE).date()
            <= trend.weeks[-1].last
        )
        of_key = "" if key is None else f"AND d.key = '{key}'"
        for week in trend.weeks:
            assert (week.first.weekday(), week.last.weekday()) == (0, 6)
            within = {
                "since": midnight(week.first),
                "until": midnight(week.last + timedelta(days=1)),
            }
            began = f"i.started_at >= :since AND i.started_at < :until {of_key}"
            ended = f"i.ended_at >= :since AND i.ended_at < :until {of_key}"
            done = (
                f"t.state = 'completed' AND t.ended_at >= :since AND t.ended_at < :until {of_key}"
            )
            shown = week.counts
            assert shown.started == number(
                filled, f"SELECT COUNT(*) {CASES} WHERE {began}", **within
            )
            assert shown.completed == number(
                filled, f"SELECT COUNT(*) {CASES} WHERE i.state = 'completed' AND {ended}", **within
            )
            assert (shown.steps, shown.timed, shown.late) == tuple(
                number(filled, f"SELECT COUNT(*) {OF_PROCESS} WHERE {done} {more}", **within)
                for more in ("", "AND t.due_at IS NOT NULL", "AND t.ended_at > t.due_at")
            )
            if shown.timed:
                assert week.on_time == pytest.approx((shown.timed - shown.late) / shown.timed)
        assert sum(week.counts.late for week in trend.weeks) > 100


def test_the_figures_of_every_step_are_what_sql_counts(filled: Office) -> None:
    for key in (KEY, SECOND):
        today = filled.clock.now.astimezone(ZONE).date()
        period = Period(first=today - timedelta(days=100), last=today - timedelta(days=10))
        with filled.database.read() as tx:
            report = reports.steps(tx, key, period=period, by=filled.actor("supervisor"))
        within = {
            "since": midnight(period.first),
            "until": midnight(period.last + timedelta(days=1)),
        }
        done = f"""{OF_PROCESS} WHERE d.key = :key AND t.element_id = :step
            AND t.state = 'completed' AND t.ended_at >= :since AND t.ended_at < :until"""
        both = "AND t.worked_minutes IS NOT NULL AND t.standard_minutes IS NOT NULL"
        assert len(report.steps) == (11 if key == KEY else 10)
        for one in report.steps:
            values = {"key": key, "step": one.step.element_id, **within}
            assert (one.counts.completed, one.counts.timed, one.counts.late) == tuple(
                number(filled, f"SELECT COUNT(*) {done} {more}", **values)
                for more in ("", "AND t.due_at IS NOT NULL", "AND t.ended_at > t.due_at")
            )
            assert one.counts.completed > 20
            ((worked, standard),) = counted(
                filled,
                f"SELECT AVG(t.worked_minutes), AVG(t.standard_minutes) {done} {both}",
                **values,
            )
            assert one.counts.average_minutes is not None
            assert abs(one.counts.average_minutes - float(worked)) <= 0.5
            assert one.against_standard == pytest.approx(float(worked) / float(standard))


def test_every_row_of_the_monitoring_sheet_is_what_sql_counts(filled: Office) -> None:
    for year, half in ((2026, 1), (2026, 2), (2025, 2)):
        half_year = HalfYear(year=year, half=half)
        with filled.database.read() as tx:
            sheet = reports.monitoring_sheet(tx, KEY, half_year, by=filled.actor("supervisor"))
        first = date(year, 1, 1) if half == 1 else date(year, 7, 1)
        since = midnight(first)
        until = midnight(date(year, 7, 1) if half == 1 else date(year + 1, 1, 1))
        due_before = min(until, filled.clock.now)
        of_step = f"{OF_PROCESS} WHERE d.key = '{KEY}' AND t.element_id = :step"
        done = f"SELECT COUNT(*) {of_step} AND t.state = 'completed'" + (
            " AND t.ended_at >= :since AND t.ended_at < :until"
        )
        hanging = f"""SELECT COUNT(*) {of_step} AND t.due_at < :due_before AND (t.state = 'open'
            OR (t.state = 'completed' AND t.ended_at >= :until))"""
        for row in sheet.rows:
            within = {"step": row.step.element_id, "since": since, "until": until}
            completed, timed, late = (
                number(filled, f"{done} {more}", **within)
                for more in ("", "AND t.due_at IS NOT NULL", "AND t.ended_at > t.due_at")
            )
            assert (row.counts.completed, row.counts.timed, row.counts.late) == (
                completed,
                timed,
                late,
            )
            outstanding = number(
                filled, hanging, step=row.step.element_id, until=until, due_before=due_before
            )
            assert row.outstanding == outstanding
            if timed + outstanding:
                assert row.on_time == pytest.approx((timed - late) / (timed + outstanding))
                assert ("late" in row.reasons) == ((timed - late) / (timed + outstanding) < 0.8)


def test_the_sheet_says_why_a_step_does_not_run_well(office: Office) -> None:
    office.start().complete("Memerintahkan", by="kepala.badan")
    slow = office.start()
    office.wait("P5D")
    slow.complete("Memerintahkan", by="kepala.badan")
    with office.database.read() as tx:
        by = office.actor("supervisor")
        strict = reports.monitoring_sheet(tx, KEY, HalfYear.of(tx.today), by=by)
        mild = reports.monitoring_sheet(tx, KEY, HalfYear.of(tx.today), by=by, threshold=0.5)
    first, second, third = strict.rows[0], strict.rows[1], strict.rows[2]
    assert (first.on_time, first.runs_well, list(first.reasons)) == (0.5, False, ["late", "slow"])
    assert list(mild.rows[0].reasons) == ["slow"]
    assert (second.outstanding, second.on_time, second.runs_well) == (1, 0, False)
    assert (third.runs_well, third.counts.completed) == (None, 0)


def test_working_time_leaves_out_what_was_suspended_and_the_standard_what_was_extended(
    office: Office,
) -> None:
    case = office.start()
    office.wait("PT5M")
    case.suspend()
    office.wait("P2D")
    case.resume()
    case.extend("Memerintahkan", "P1D")
    office.wait("PT20M")
    case.complete("Memerintahkan", by="kepala.badan")
    with office.database.read() as tx:
        period = Period.weeks_until_today(tx, 2)
        report = reports.steps(tx, KEY, period=period, by=office.actor("supervisor"))
    first = report.steps[0]
    assert (first.counts.average_minutes, first.counts.average_standard_minutes) == (25, 10)
    assert first.on_time == 1


def test_an_sop_that_nobody_deployed_has_no_report(office: Office) -> None:
    by = office.actor("supervisor")
    with office.database.read() as tx:
        period = Period.weeks_until_today(tx, 1)
        with pytest.raises(DefinitionNotFound):
            reports.steps(tx, "lain", period=period, by=by)
        with pytest.raises(DefinitionNotFound):
            reports.trend(tx, by=by, weeks=1, process_definition_key="lain")
        with pytest.raises(DefinitionNotFound):
            reports.monitoring_sheet(tx, "lain", HalfYear(year=2026, half=1), by=by)


def test_an_inbox_is_the_same_whether_it_is_sorted_or_searched_for(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = filled.actor("kasubag")
    now = filled.clock.now
    groups = "', '".join(by.groups)
    lists = []
    for few in (0, 10_000):
        monkeypatch.setattr(worklist, "_FEW", few)
        for standing in (None, Timeliness.OVERDUE):
            with filled.database.read() as tx:
                inbox = worklist.inbox(tx, by=by, page=EVERYTHING, standing=standing)
            lists.append([one.record.task.id for one in inbox.entries])
    assert lists[:2] == lists[2:]
    assert len(lists[0]) > 50
    own = f"{OF_PROCESS} WHERE t.state = 'open' AND t.candidate_group IN ('{groups}')"
    assert sum(one.count for one in inbox.counts) == number(filled, f"SELECT COUNT(*) {own}")
    overdue = [one.count for one in inbox.counts if one.timeliness is Timeliness.OVERDUE]
    sql = f"SELECT COUNT(*) {own} AND t.due_at < :now"
    assert sum(overdue) == len(lists[1]) == number(filled, sql, now=now)
