"""How SQLite looks for the rows of one case among those of all cases there ever were."""

import re

import pytest
from sqlalchemy import Engine

from engine import reports, repository
from engine.database import Database
from engine.reports import HalfYear, Period
from tests.clock import TestClock
from tests.integration.statements import recorded, work
from tests.office import KEY, STEPS, Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GROWING = {"process_instances", "tasks", "jobs", "history_events", "notifications"}
_STEP = re.compile(r"(?:SCAN|SEARCH) (\w+)(.*)")


@pytest.fixture
def office(database: Database, clock: TestClock) -> Office:
    office = Office(database, clock)
    office.found()
    return office


def plans(engine: Engine, statements: list[str]) -> list[tuple[str, str]]:
    """Return every step of the statements' plans, with its statement."""
    with engine.connect() as connection:
        return [
            (sql, str(line[-1]))
            for sql in work(statements)
            if not sql.startswith("PRAGMA")
            for line in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")
        ]


def whole_tables(engine: Engine, statements: list[str]) -> list[str]:
    """Return the steps of the statements' plans that read every row the office has in a table."""
    return [
        f"{plan} in {sql}"
        for sql, plan in plans(engine, statements)
        if (step := _STEP.match(plan))
        and step[1] in GROWING
        and (plan.startswith("SCAN") or step[2].endswith("(tenant_id=?)"))
    ]


def test_completing_a_step_reads_no_table_of_all_cases(office: Office) -> None:
    case = office.start()
    with recorded(office.database.engine) as statements:
        case.complete(STEPS[0][0], by=STEPS[0][1])
    assert len(work(statements)) > 5
    assert whole_tables(office.database.engine, statements) == []


def test_firing_a_timer_and_climbing_the_ladder_read_no_table_of_all_cases(office: Office) -> None:
    office.start()
    office.wait("P2D")
    with recorded(office.database.engine) as statements:
        assert office.fire() > 0
    assert whole_tables(office.database.engine, statements) == []


def test_reports_read_indexes_and_no_row(office: Office) -> None:
    by = office.actor("supervisor")
    with recorded(office.database.engine) as statements, office.database.read() as tx:
        reports.standing(tx, by=by)
        reports.trend(tx, by=by, weeks=13)
        reports.trend(tx, by=by, weeks=13, process_definition_key=KEY)
        reports.steps(tx, KEY, period=Period.weeks_until_today(tx, 26), by=by)
        reports.monitoring_sheet(tx, KEY, HalfYear.of(tx.today), by=by)
        repository.inbox_counts(tx, by=office.actor("kasubag").visibility)
    read = [
        (sql, plan)
        for sql, plan in plans(office.database.engine, statements)
        if (step := _STEP.match(plan)) and step[1] in GROWING
    ]
    assert len(read) > 20
    own = "assignee_id=?"  # what somebody has taken is few
    assert [one for one in read if "COVERING INDEX" not in one[1] and own not in one[1]] == []


def test_the_check_sees_a_statement_that_reads_all_jobs(office: Office) -> None:
    assert whole_tables(office.database.engine, ["DELETE FROM jobs WHERE tenant_id = 'a'"])
