"""What a case of the SOP takes up on the disk once it has ended."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url, text

from engine import instances, repository, tasks
from engine.database import Database
from engine.model import InstanceState
from tests.office import ACTORS, KEY, STEPS, Office

CASES = 200
KILOBYTES = 1024
MOST = 25 * KILOBYTES


def test_all_rows_of_a_finished_sop_with_their_indexes_take_at_most_25_kilobytes(
    office: Office,
) -> None:
    before = _bytes_used(office.database)
    for number in range(CASES):
        _play(office, f"LAKIP/2026/{number:03}")
    average = (_bytes_used(office.database) - before) / CASES
    assert KILOBYTES < average <= MOST


def test_what_is_left_of_a_finished_sop_has_no_state_and_no_job(office: Office) -> None:
    _play(office, "LAKIP/2026/III")
    with office.database.read() as tx:
        (row,) = tx.session.execute(text("SELECT workflow_state, state FROM process_instances"))
        jobs = tx.session.scalar(text("SELECT count(*) FROM jobs"))
    assert tuple(row) == (None, InstanceState.COMPLETED.value)
    assert jobs == 0


def _play(office: Office, business_key: str) -> None:
    """Play a case to its end, each step late, so that also its timer and its escalation are rows.

    All in one transaction: the rows are the same, and it is quicker.
    """
    people = {code: office.actor(username) for username, code in ACTORS.items()}
    supervisor = office.actor("supervisor")
    with office.database.begin() as tx:
        case = instances.start(tx, KEY, business_key=business_key, variables={}, by=supervisor)
        for _ in STEPS:
            tx.session.flush()
            office.clock.advance(days=8)
            tx.now = office.clock()
            (task,) = repository.open_tasks_with_drafts(tx, case.id)
            by = people[task.candidate_group or ""]
            tasks.complete(tx, task.id, by=by, variables={})
        assert case.state is InstanceState.COMPLETED


def _bytes_used(database: Database) -> int:
    """Return the size of all tables with their indexes, without air in them."""
    url = make_url(database.engine.url)
    if url.get_backend_name() == "sqlite":
        database.dispose()
        with closing(sqlite3.connect(Path(url.database or ""))) as connection:
            connection.execute("VACUUM")
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
        return int(pages * size)
    alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(text("VACUUM FULL"))
        tables = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
        return int(connection.scalar(text(tables)) or 0)
