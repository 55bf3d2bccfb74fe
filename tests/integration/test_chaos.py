"""Processes killed at random moments lose nothing and do nothing twice, and the audit would know.

The long form is `make chaos`; this is a short one on each database.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos.guardian import Guardian, guarded
from tests.chaos.play import run
from tests.chaos.reading import MAILS, collect
from tests.chaos.report import Report
from tests.chaos.rules import RULES, Rule, violations
from tests.chaos.seeds import SEEDS
from tests.chaos.trial import Trial

INSTANCES, KILLS = 32, 12


@pytest.fixture(scope="module")
def guardian() -> Iterator[Guardian]:
    with guarded() as guardian:
        yield guardian


def short_trial(database_url: str, folder: Path, guardian: Guardian) -> Report:
    """Return what came of a trial that need not wait long for lost messages."""
    trial = Trial(
        database_url=database_url,
        folder=folder,
        guardian=guardian,
        instances=INSTANCES,
        kills=KILLS,
        seed=1,
        pause_seconds=0.6,
        lease_seconds=3,
        settle_seconds=150,
    )
    return run(trial)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the trial on SQLite."""
    return tmp_path_factory.mktemp("chaos")


@pytest.fixture(scope="module")
def on_sqlite(folder: Path, guardian: Guardian) -> Report:
    """Return what came of the trial on SQLite."""
    return short_trial(f"sqlite:///{folder / 'alur.db'}", folder, guardian)


def test_a_single_process_killed_again_and_again_breaks_no_rule(on_sqlite: Report) -> None:
    _require_that_it_went_well(on_sqlite)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_many_processes_killed_again_and_again_break_no_rule(
    database_url: str, tmp_path: Path, guardian: Guardian
) -> None:
    _require_that_it_went_well(short_trial(database_url, tmp_path, guardian))


def _require_that_it_went_well(report: Report) -> None:
    assert list(report.violations) == []
    figures = report.figures
    assert (figures["instances"], figures["kills"]) == (INSTANCES, KILLS)
    for name in ("instances completed", "tasks late", "timers fired", "notifications", "mails"):
        assert figures[name] > 0, name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_notices_a_violation(rule: Rule, on_sqlite: Report) -> None:
    assert list(rule(on_sqlite.evidence)) == []
    assert list(rule(SEEDS[rule.__name__](on_sqlite.evidence)))


def test_a_violation_in_database_or_logs_makes_the_audit_fail(
    on_sqlite: Report, folder: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    url = f"sqlite:///{copy / 'alur.db'}"
    assert violations(collect(url, copy)) == list(on_sqlite.violations)
    with closing(sqlite3.connect(copy / "alur.db")) as connection, connection:
        connection.execute(_FIRED_TWICE)
    task = next(told.about for told in on_sqlite.evidence.told if told.what == "complete")
    said = {"user": "loket.satu", "what": "complete", "about": task, "status": 500}
    with (copy / "clients" / "loket.satu.jsonl").open("a") as log:
        log.write(json.dumps(said) + "\n")
    (copy / MAILS).write_text("")
    named = {violation.partition(":")[0] for violation in violations(collect(url, copy))}
    assert named >= {
        "passed_standards_fired_once",
        "answers_are_among_the_expected",
        "mails_are_not_missing",
    }


_FIRED_TWICE = """
INSERT INTO history_events (tenant_id, instance_id, id, element_id, type, at, actor, detail)
SELECT tenant_id, instance_id, randomblob(16), element_id, type, at, actor, detail
FROM history_events WHERE type = 'timer_fired' LIMIT 1
"""
