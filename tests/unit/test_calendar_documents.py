"""Calendars as they are kept: what was resolved then is what deadlines are counted by."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import (
    AROUND_THE_CLOCK,
    Calendar,
    InvalidCalendar,
    NationalDays,
    Reason,
    digest,
    file_of,
    national_days,
    parse,
    read_text,
    resolve,
    restore,
)
from engine.durations import Duration
from tests.unit.calendar_model import FILE, durations, properties, times

TEXT = read_text(FILE)
DOCUMENT = resolve(TEXT, around=2026)
PARSED = parse(TEXT)
RESTORED = restore(json.loads(json.dumps(DOCUMENT)))

# As the first release stored it; must be readable for ever.
STORED = {
    "format": 1,
    "file": """
        default = "loket"
        [calendars.loket]
        zone = "Asia/Jayapura"
        hours = { monday = ["08.00-12.00"], tuesday = ["08.00-12.00"] }
        """,
    "years": {
        "2026": {
            "public": {
                "2026-06-01": {
                    "indonesian": "Hari Lahir Pancasila",
                    "english": "Pancasila Day",
                    "estimated": False,
                }
            },
            "joint_leave": {
                "2026-06-02": {
                    "indonesian": "Cuti bersama (perkiraan)",
                    "english": "Joint leave (estimated)",
                    "estimated": True,
                }
            },
        }
    },
    "holidays": "0.1",
}


def at(calendar: Calendar, text: str) -> datetime:
    """Return the moment when the clocks of the office show "2026-03-17 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone)


def other_days(year: int) -> NationalDays:
    """Return what no package ever said: every year is off from the 2nd of March on."""
    off = {date(year, 3, day): Reason(indonesian="Lain", english="Other") for day in range(2, 32)}
    return NationalDays(public=off, joint_leave=off)


@pytest.fixture
def another_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the package `holidays` know other days, as after an upgrade."""

    def country_holidays(*_: object, years: int, **__: object) -> dict[date, str]:
        return {date(years, 3, day): "Lain" for day in range(2, 32)}

    monkeypatch.setattr(holidays, "country_holidays", country_holidays)
    national_days.cache_clear()
    yield
    national_days.cache_clear()


starts = st.datetimes(datetime(2021, 1, 1), datetime(2040, 12, 31))  # noqa: DTZ001 - hypothesis wants them naive


@properties
@given(st.sampled_from(list(PARSED)), starts, durations() | times)
def test_restored_calendars_count_and_explain_as_those_resolved(
    name: str, naive: datetime, duration: Duration
) -> None:
    parsed, restored = PARSED[name], RESTORED[name]
    start = naive.replace(tzinfo=parsed.zone)
    assert restored.explain(start, duration) == parsed.explain(start, duration)
    due = parsed.due(start, duration)
    assert restored.due(start, duration) == due
    assert restored.worked_between(start, due) == parsed.worked_between(start, due)
    assert restored.later(start, timedelta(hours=9)) == parsed.later(start, timedelta(hours=9))


def test_a_restored_calendar_has_every_day_of_its_years() -> None:
    parsed, restored = PARSED.default.timetable, RESTORED.default.timetable
    first = date(2015, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(2046, 1, 1) - first).days)]
    assert [restored.day(day) for day in days] == [parsed.day(day) for day in days]
    assert list(RESTORED) == list(PARSED)
    assert RESTORED.default.name == PARSED.default.name


@pytest.mark.usefixtures("another_package")
def test_a_restored_calendar_does_not_move_when_the_package_knows_other_days() -> None:
    restored, parsed = restore(DOCUMENT).default, parse(TEXT).default
    start = at(restored, "2026-03-17 09:00")
    assert restored.due(start, Duration(days=3)) == at(restored, "2026-03-27 09:00")
    assert parsed.due(start, Duration(days=3)) == at(restored, "2026-04-06 07:30")


@pytest.mark.usefixtures("another_package")
def test_other_days_of_the_package_are_another_revision() -> None:
    assert digest(resolve(TEXT, around=2026)) != digest(DOCUMENT)


def test_a_package_without_other_days_is_no_other_revision() -> None:
    upgraded = {**DOCUMENT, "holidays": "999.0"}
    assert digest(upgraded) == digest(DOCUMENT)
    assert digest(DOCUMENT) == digest(resolve(TEXT, around=2026))
    assert digest(DOCUMENT) == digest(resolve(TEXT, around=2027))
    assert len(digest(DOCUMENT)) == 64


def test_the_order_in_which_a_database_gives_keys_back_does_not_matter() -> None:
    assert digest(json.loads(json.dumps(DOCUMENT, sort_keys=True))) == digest(DOCUMENT)


def test_another_file_is_another_revision() -> None:
    later = resolve(TEXT.replace("07.30-12.00", "07.45-12.00"), around=2026)
    assert digest(later) != digest(DOCUMENT)
    assert file_of(later) != file_of(DOCUMENT) == TEXT


def test_a_document_says_which_package_knew_its_days() -> None:
    assert DOCUMENT["holidays"] == version("holidays")
    assert list(DOCUMENT["years"]) == [str(year) for year in range(2015, 2046)]


def test_national_days_may_come_from_elsewhere() -> None:
    calendar = restore(resolve(TEXT, around=2026, national=other_days)).default
    assert calendar.due(at(calendar, "2026-02-27 09:00"), Duration(days=1)) == at(
        calendar, "2026-04-01 09:00"
    )


def test_a_year_outside_the_document_has_no_national_days_and_is_not_decreed() -> None:
    restored = RESTORED.default
    start = at(restored, "2047-08-16 09:00")  # Friday; the package has 17 August off in any year
    deadline = restored.explain(start, Duration(days=1))
    assert deadline.due == at(restored, "2047-08-19 09:00")
    assert deadline.years_without_decree == (2047,)
    new_year = restored.explain(at(restored, "2046-12-31 09:00"), Duration(days=1))
    assert new_year.due == at(restored, "2047-01-01 09:00")
    assert new_year.years_without_decree == (2046, 2047)


def test_a_restored_deadline_says_what_is_estimated_and_not_decreed_yet() -> None:
    office, always = RESTORED.default, RESTORED[AROUND_THE_CLOCK]
    idul_fitri = office.explain(at(office, "2028-02-25 09:00"), Duration(days=3))
    assert idul_fitri.estimated
    assert idul_fitri.years_without_decree == (2028,)
    decreed = office.explain(at(office, "2026-03-17 09:00"), Duration(days=3))
    assert not decreed.estimated
    assert decreed.years_without_decree == ()
    around = always.explain(at(always, "2028-02-25 09:00"), Duration(days=3))
    assert not around.estimated
    assert around.years_without_decree == ()


def test_a_document_of_the_first_release_is_still_read() -> None:
    loket = restore(STORED).default
    deadline = loket.explain(at(loket, "2026-05-26 09:00"), Duration(days=1))
    assert deadline.due == at(loket, "2026-06-08 09:00")
    assert deadline.estimated
    assert deadline.years_without_decree == ()
    assert [skipped.reason.english for skipped in deadline.skipped] == [
        "Not a working day",
        "Pancasila Day",
        "Joint leave (estimated)",
        "Not a working day",
    ]


@pytest.mark.parametrize("text", ["default = ", "", TEXT.replace("07.30-12.00", "7-12")])
def test_a_bad_file_is_never_resolved(text: str) -> None:
    with pytest.raises(InvalidCalendar):
        resolve(text, around=2026)


@pytest.mark.parametrize("document", [{}, {**STORED, "format": 2}])
def test_a_document_of_a_newer_release_is_refused_with_a_sentence(document: object) -> None:
    assert isinstance(document, dict)
    with pytest.raises(InvalidCalendar, match="newer release"):
        restore(document)


def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidCalendar, match=r"none\.toml cannot be read"):
        read_text(tmp_path / "none.toml")
