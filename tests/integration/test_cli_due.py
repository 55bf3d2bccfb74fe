"""`alur due`: when something is due, and why then, with and without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from engine.calendars import load
from engine.config import Settings
from engine.durations import Duration
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.integration.command_line import CommandLine
from tests.integration.running import free_port

FRIDAY_AFTERNOON = "2026-11-06T16:00"


@pytest.fixture
def alone(tmp_path: Path) -> CommandLine:
    """The command line of an installation without a database."""
    return without_database(tmp_path)


def without_database(folder: Path) -> CommandLine:
    nowhere = Settings(database_url=f"sqlite:///{folder / 'missing.db'}")
    return CommandLine(nowhere, TestClock(WEDNESDAY_MORNING))


def test_without_a_database_it_counts_by_the_calendar_file_and_says_so(alone: CommandLine) -> None:
    answer = alone.loads("due", FRIDAY_AFTERNOON, "PT1H")
    assert answer["due"] == "2026-11-09T08:00:00+08:00"
    assert (answer["calendar"], answer["revision"]) == ("kantor", None)
    said = alone.said("due", FRIDAY_AFTERNOON, "PT1H")
    assert "kalender kantor dari berkas calendar.toml; belum ada basis data" in said


@pytest.mark.usefixtures("database")
def test_with_a_database_it_counts_by_the_revision_in_force_and_not_by_the_file(
    shell: CommandLine, tmp_path: Path
) -> None:
    changed = tmp_path / "calendar.toml"
    changed.write_text(shell.settings.calendar.read_text().replace("16.30", "17.00"))
    elsewhere = CommandLine(replace(shell.settings, calendar=changed), shell.clock)
    answer = elsewhere.loads("due", FRIDAY_AFTERNOON, "PT1H")
    assert (answer["due"], answer["revision"]) == ("2026-11-09T08:00:00+08:00", 1)
    assert "kalender kantor, revisi 1." in elsewhere.said("due", FRIDAY_AFTERNOON, "PT1H")


def test_a_database_that_is_away_is_not_taken_for_none(alone: CommandLine) -> None:
    away = f"postgresql+psycopg://alur@127.0.0.1:{free_port()}/alur"
    shell = CommandLine(replace(alone.settings, database_url=away), alone.clock)
    assert "does not answer" in shell.refused("due", FRIDAY_AFTERNOON, "PT1H")


def test_what_was_skipped_is_said_with_its_reason_in_indonesian_and_in_english(
    alone: CommandLine,
) -> None:
    due, _, header, *skipped = alone.said("due", FRIDAY_AFTERNOON, "PT1H").splitlines()
    assert due == "Jatuh tempo: Senin, 9 November 2026 pukul 08.00 WITA"
    assert header.split("  ")[0] == "dilewati dari"
    assert [" ".join(line.split()) for line in skipped] == [
        "Jum 2026-11-06 16:30 Sab 2026-11-07 00:00 Di luar jam kerja",
        "Sab 2026-11-07 00:00 Sen 2026-11-09 00:00 Bukan hari kerja",
        "Sen 2026-11-09 00:00 Sen 2026-11-09 07:30 Di luar jam kerja",
    ]
    english = alone.said("due", FRIDAY_AFTERNOON, "PT1H", "--lang", "en").splitlines()
    assert english[0] == "Due: Monday, 9 November 2026 at 08:00 WITA"
    assert english[3].split() == [
        *("Fri", "2026-11-06", "16:30", "Sat", "2026-11-07", "00:00", "Outside", "office", "hours")
    ]
    reasons = [one["reason"] for one in alone.loads("due", FRIDAY_AFTERNOON, "PT1H")["skipped"]]
    assert reasons[1] == {"id": "Bukan hari kerja", "en": "Not a working day"}


def test_what_may_still_move_a_deadline_is_said(alone: CommandLine) -> None:
    start = ("due", "2035-01-02T09:00", "P250D")
    answer = alone.loads(*start)
    assert answer["estimated"] is True
    assert 2035 in answer["years_without_decree"]
    said = alone.said(*start)
    assert "Cuti bersama 2035" in said
    assert "baru perkiraan" in said
    certain = alone.said("due", FRIDAY_AFTERNOON, "PT1H")
    assert "dapat bergeser" not in certain


def test_the_named_calendar_counts_in_its_own_zone(alone: CommandLine, tmp_path: Path) -> None:
    east = tmp_path / "calendar.toml"
    east.write_text(
        alone.settings.calendar.read_text()
        + '\n[calendars.timur]\nzone = "Asia/Jayapura"\n'
        + '[calendars.timur.hours]\nwednesday = ["08.00-16.00"]\n'
    )
    shell = CommandLine(replace(alone.settings, calendar=east), alone.clock)
    answer = shell.loads("due", "2026-11-04T10:00", "PT1H", "--calendar", "timur")
    assert answer["due"] == "2026-11-04T11:00:00+09:00"
    assert "WIT" in shell.said("due", "2026-11-04T10:00", "PT1H", "--calendar", "timur")


def test_what_cannot_be_counted_is_said_in_one_line(alone: CommandLine, tmp_path: Path) -> None:
    assert '"besok" is not a moment' in alone.refused("due", "besok", "P1D")
    assert '"3 hari" is not a duration' in alone.refused("due", "2026-11-04", "3 hari")
    said = alone.refused("due", "2026-11-04", "P1D", "--calendar", "loket")
    assert "there are: 24jam, kantor" in said
    assert "1900" in alone.refused("due", "0001-01-01", "P1D")
    assert "9900" in alone.refused("due", "9999-12-31T23:59", "P1D")
    missing = replace(alone.settings, calendar=tmp_path / "missing.toml")
    assert "missing.toml" in CommandLine(missing, alone.clock).refused("due", "2026-11-04", "P1D")


@given(
    minutes=st.integers(min_value=0, max_value=3 * 366 * 24 * 60),
    offset=st.integers(min_value=-12, max_value=14),
    days=st.integers(min_value=0, max_value=30),
    hours=st.integers(min_value=1, max_value=99),
)
@hypothesis_settings(derandomize=True, deadline=None, max_examples=40)
def test_it_says_what_the_calendar_says_however_the_start_is_written(
    tmp_path_factory: pytest.TempPathFactory,
    *,
    minutes: int,
    offset: int,
    days: int,
    hours: int,
) -> None:
    shell = without_database(tmp_path_factory.getbasetemp())
    calendar = load(shell.settings.calendar).default
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    duration = Duration(days=days, seconds=hours * 3600)
    local = calendar.local(start)
    elsewhere = (
        f"{(start + timedelta(hours=offset)).replace(tzinfo=None).isoformat()}{offset:+03}:00"
    )
    for written in (local.replace(tzinfo=None).isoformat(), elsewhere):
        answer = shell.loads("due", written, str(duration))
        assert datetime.fromisoformat(answer["due"]) == calendar.due(start, duration)
