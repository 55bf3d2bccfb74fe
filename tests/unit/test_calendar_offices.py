"""Offices from their TOML alone, counted by hand; and what other calendars get wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.calendars import Calendar, load, parse
from engine.durations import Duration
from tests.unit.calendar_model import FILE
from tests.unit.office_time import at, due

# A health centre in Papua: six days, WIT, 37 h 30 min a week, open on cuti bersama.
PUSKESMAS = """
default = "puskesmas"

[calendars.puskesmas]
zone = "Asia/Jayapura"
closed_on_joint_leave = false

[calendars.puskesmas.hours]
monday    = ["07.30-12.00", "12.45-14.45"]  # 6 h 30 min, until Thursday
tuesday   = ["07.30-12.00", "12.45-14.45"]
wednesday = ["07.30-12.00", "12.45-14.45"]
thursday  = ["07.30-12.00", "12.45-14.45"]
friday    = ["07.30-11.30"]                 # 4 h
saturday  = ["07.30-12.00", "12.30-15.30"]  # 7 h 30 min

[[calendars.puskesmas.period]]
from = 2026-02-19
until = 2026-03-19
reason = "Ramadan 1447 H"
[calendars.puskesmas.period.hours]
monday    = ["08.00-13.30"]
tuesday   = ["08.00-13.30"]
wednesday = ["08.00-13.30"]
thursday  = ["08.00-13.30"]
friday    = ["08.00-11.30"]
saturday  = ["08.00-13.00"]

[[calendars.puskesmas.closed]]
from = 2026-06-04
reason = "Hari jadi kabupaten"
decree = "Keputusan Bupati Nomor 1 Tahun 2026"

[[calendars.puskesmas.open]]
from = 2026-06-07
hours = ["08.00-10.00"]
reason = "Pekan imunisasi"
"""


@pytest.fixture(scope="module")
def puskesmas() -> Calendar:
    return parse(PUSKESMAS).default


@pytest.fixture(scope="module")
def kantor() -> Calendar:
    return load(FILE).default


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        # Friday 11.00 + 30 min until closing, the other 30 on Saturday from 07.30.
        pytest.param("2026-07-10 11:00", "PT1H", "2026-07-11 08:00", id="into-saturday"),
        # Saturday 15.00 + 30 min until closing, the other 30 on Monday from 07.30.
        pytest.param("2026-07-11 15:00", "PT1H", "2026-07-13 08:00", id="over-sunday"),
        # Monday 11.45 + 15 min until the break, the other 15 from 12.45.
        pytest.param("2026-07-13 11:45", "PT30M", "2026-07-13 13:00", id="over-the-break"),
        # A whole week from Monday 07.30: 4 x 6.5 + 4 + 7.5 = 37.5 h, due at closing on Saturday.
        pytest.param("2026-07-06 07:30", "PT37H30M", "2026-07-11 15:30", id="a-whole-week"),
        # Thursday 14.00 + 1 day: Friday closes at 11.30.
        pytest.param("2026-07-09 14:00", "P1D", "2026-07-10 11:30", id="friday-is-short"),
        # Friday 10.00: Saturday 1, Monday 2.
        pytest.param("2026-07-10 10:00", "P2D", "2026-07-13 10:00", id="saturday-counts"),
        # Wednesday 3 June: Thursday 4 is the office's own day off, Friday 5 is 1, Saturday 6 is 2,
        # Sunday 7 is opened for once and 3; 10.00 is when it closes.
        pytest.param("2026-06-03 11:00", "P3D", "2026-06-07 10:00", id="own-days"),
        # Sunday 7 June 09.30 + 30 min until 10.00, the other 30 on Monday from 07.30.
        pytest.param("2026-06-07 09:30", "PT1H", "2026-06-08 08:00", id="sunday-for-once"),
        # 18 February 14.45 is closing; on the 19th, the first of Ramadan, closing is 13.30.
        pytest.param("2026-02-18 14:45", "P1D", "2026-02-19 13:30", id="ramadan-begins"),
        # Wednesday 18 March is cuti bersama, worked until 13.30; Thursday is Nyepi; Friday, cuti
        # bersama again, is the first day after Ramadan: 1 h 30 min from 07.30.
        pytest.param("2026-03-18 13:00", "PT2H", "2026-03-20 09:00", id="ramadan-ends"),
        # Thursday 31 December 14.15 + 30 min; 1 January is a holiday; 30 min on Saturday.
        pytest.param("2026-12-31 14:15", "PT1H", "2027-01-02 08:00", id="year-end"),
        # A week after Thursday 28 May is the office's own day off; Friday opens at 07.30.
        pytest.param("2026-05-28 09:00", "P1W", "2026-06-05 07:30", id="week-to-an-own-day"),
    ],
)
def test_a_second_office_is_counted_by_its_file_alone(
    puskesmas: Calendar, start: str, duration: str, expected: str
) -> None:
    assert due(puskesmas, start, duration) == expected


def test_a_second_office_is_counted_in_its_own_zone(puskesmas: Calendar) -> None:
    # 22.30 UTC on Thursday is 07.30 on Friday in Jayapura: the four hours of that Friday.
    start = datetime(2026, 7, 9, 22, 30, tzinfo=UTC)
    assert puskesmas.due(start, Duration.parse("PT4H")) == datetime(2026, 7, 10, 2, 30, tzinfo=UTC)
    assert puskesmas.worked_between(start, start + timedelta(days=7)) == timedelta(hours=37.5)


def test_a_second_office_explains_its_own_days(puskesmas: Calendar) -> None:
    deadline = puskesmas.explain(at(puskesmas, "2026-06-03 11:00"), Duration.parse("P3D"))
    assert [skipped.reason.indonesian for skipped in deadline.skipped] == [
        "Hari jadi kabupaten, Keputusan Bupati Nomor 1 Tahun 2026"
    ]


def test_an_office_that_works_on_cuti_bersama_still_waits_for_the_decree(
    puskesmas: Calendar,
) -> None:
    """The decree sets the public holidays too."""
    deadline = puskesmas.explain(at(puskesmas, "2027-12-30 09:00"), Duration.parse("P1M"))
    assert deadline.years_without_decree == (2028,)


def test_an_office_that_closes_on_no_national_day_waits_for_no_decree() -> None:
    always = PUSKESMAS.replace(
        "closed_on_joint_leave = false",
        "closed_on_joint_leave = false\nclosed_on_public_holidays = false",
    )
    office = parse(always).default
    deadline = office.explain(at(office, "2027-12-30 09:00"), Duration.parse("P1M"))
    assert deadline.years_without_decree == ()


def test_no_holiday_is_ignored(kantor: Calendar) -> None:
    # Tuesday 17 March: 18 and 19 Nyepi, 20-24 Idul Fitri; 25, 26 and 27 count.
    assert due(kantor, "2026-03-17 09:00", "P3D") == "2026-03-27 09:00"
    # Two hours: Tuesday until 15.00 in Ramadan, then Wednesday 25 March from 07.30.
    assert due(kantor, "2026-03-17 14:00", "PT2H") == "2026-03-25 08:30"


@pytest.mark.parametrize("start", ["2026-06-03 17:00", "2026-06-03 23:59", "2026-06-04 00:00"])
def test_a_start_after_hours_counts_from_the_next_morning(kantor: Calendar, start: str) -> None:
    assert due(kantor, start, "PT1H") == "2026-06-04 08:30"
    assert due(kantor, start, "P1D") == "2026-06-05 07:30"


@pytest.mark.parametrize("start", ["2026-06-04 05:00", "2026-06-04 07:29", "2026-06-04 07:30"])
def test_a_start_before_hours_counts_from_the_same_morning(kantor: Calendar, start: str) -> None:
    assert due(kantor, start, "PT1H") == "2026-06-04 08:30"
    assert due(kantor, start, "P1D") == "2026-06-05 07:30"


def test_one_day_is_neither_24_hours_nor_24_working_hours(kantor: Calendar) -> None:
    # Thursday 09.00: one day is Friday 09.00, on the Friday it is Monday 09.00.
    assert due(kantor, "2026-06-04 09:00", "P1D") == "2026-06-05 09:00"
    assert due(kantor, "2026-06-05 09:00", "P1D") == "2026-06-08 09:00"
    # 24 working hours from Thursday 09.00: 6 + 7.5 + 7.5 + 3 on Tuesday from 07.30.
    assert due(kantor, "2026-06-04 09:00", "PT24H") == "2026-06-09 10:30"


def test_office_hours_are_not_eight_hours_off_in_utc_plus_8(kantor: Calendar) -> None:
    # 23.30 UTC on Wednesday is 07.30 on Thursday in Makassar: the office opens.
    opening = datetime(2026, 6, 3, 23, 30, tzinfo=UTC)
    assert kantor.is_open(opening)
    assert not kantor.is_open(opening - timedelta(minutes=1))
    assert not kantor.is_open(datetime(2026, 6, 4, 9, 0, tzinfo=UTC))  # 17.00
    assert kantor.due(opening, Duration(seconds=600)) == opening + timedelta(minutes=10)
    # The 17th of August begins at 16.00 UTC on the 16th, a Sunday; it is a Monday off.
    sunday = datetime(2026, 8, 16, 15, 59, tzinfo=UTC)
    assert kantor.due(sunday, Duration(seconds=600)) == datetime(2026, 8, 17, 23, 40, tzinfo=UTC)


def test_nothing_is_due_at_an_opening_when_the_office_closes_at_that_time(
    kantor: Calendar,
) -> None:
    # 7 h 30 min from 07.30 are over at closing, 16.00, and not on the next morning.
    assert due(kantor, "2026-06-04 07:30", "PT7H30M") == "2026-06-04 16:00"


def test_later_is_the_start_itself_when_no_time_has_to_pass(kantor: Calendar) -> None:
    sunday = at(kantor, "2026-06-07 10:00")
    assert kantor.later(sunday, timedelta(0)) == sunday
    assert kantor.later(sunday, timedelta(hours=1)) == at(kantor, "2026-06-08 08:30")
    with pytest.raises(ValueError, match="not negative"):
        kantor.later(sunday, timedelta(seconds=-1))
