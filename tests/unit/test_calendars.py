import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine.calendars import (
    AROUND_THE_CLOCK,
    Calendar,
    Calendars,
    DeadlineOutOfReach,
    InvalidCalendar,
    MomentOutOfReach,
    load,
    parse,
)
from engine.calendars.loading import LONGEST_FILE
from engine.durations import Duration
from tests.unit.office_time import at, due

FILE = Path(__file__).parents[2] / "processes" / "calendar.toml"

SIX_DAYS = """
default = "loket"
[calendars.loket]
zone = "Asia/Jayapura"
closed_on_joint_leave = false
[calendars.loket.hours]
monday = ["08:00-14:00"]
tuesday = ["08:00-14:00"]
wednesday = ["08:00-14:00"]
thursday = ["08:00-14:00"]
friday = ["08:00-11:30"]
saturday = ["08:00-13:00"]
"""


def unit(
    more: str = "",
    *,
    zone: str = "'Asia/Makassar'",
    hours: str = "{ monday = ['08.00-12.00'], tuesday = ['08.00-12.00'] }",
) -> str:
    """Return a valid calendar file of one office but for what the test makes of it."""
    office = f"[calendars.unit]\nzone = {zone}\nhours = {hours}\n{more}\n"
    return f"default = 'unit'\n{office}"


@pytest.fixture(scope="module")
def calendars() -> Calendars:
    return load(FILE)


@pytest.mark.parametrize(
    ("file", "minutes", "said"),
    [
        (FILE.read_text(), 449, "7 jam 29 menit"),
        (FILE.read_text(), 450, "1 hari kerja"),
        (FILE.read_text(), 193 * 60, "25 hari kerja 5 jam 30 menit"),
        (SIX_DAYS, 2 * 325 + 61, "2 hari kerja 1 jam 1 menit"),
    ],
)
def test_open_time_is_said_in_days_as_long_as_the_office_usually_works(
    file: str, minutes: int, said: str
) -> None:
    office = parse(file, source="calendar.toml").default
    assert office.duration(timedelta(minutes=minutes)).words() == said


def test_a_day_around_the_clock_has_24_hours(calendars: Calendars) -> None:
    always = calendars[AROUND_THE_CLOCK]
    assert always.duration(timedelta(hours=25)).words() == "1 hari kerja 1 jam"


@pytest.fixture(scope="module")
def office(calendars: Calendars) -> Calendar:
    return calendars.default


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        pytest.param("2026-03-17 09:00", "P3D", "2026-03-27 09:00", id="nyepi-and-idul-fitri"),
        pytest.param("2026-06-02 09:00", "P1D", "2026-06-03 09:00", id="not-24-working-hours"),
        pytest.param("2026-06-05 09:00", "P1D", "2026-06-08 09:00", id="over-the-weekend"),
        pytest.param("2026-06-04 12:15", "P1D", "2026-06-05 13:00", id="from-the-break"),
        pytest.param("2026-06-04 11:45", "P1D", "2026-06-05 11:30", id="last-open-before-it"),
        pytest.param("2026-06-05 16:30", "P1D", "2026-06-08 16:00", id="closes-earlier-that-day"),
        pytest.param("2026-02-13 15:30", "P1D", "2026-02-18 15:30", id="imlek-joint-leave"),
        pytest.param("2026-02-18 15:30", "P1D", "2026-02-19 15:00", id="ramadan-closes-earlier"),
        pytest.param("2026-02-18 07:40", "P1D", "2026-02-19 08:00", id="ramadan-opens-later"),
        pytest.param("2025-12-31 10:00", "P1D", "2026-01-02 10:00", id="year-change"),
    ],
)
def test_days_are_working_days_at_the_same_time_of_day(
    office: Calendar, start: str, duration: str, expected: str
) -> None:
    assert due(office, start, duration) == expected


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        pytest.param("2026-06-02 09:00", "PT10M", "2026-06-02 09:10", id="within-the-morning"),
        pytest.param("2026-06-02 11:30", "PT2H", "2026-06-02 14:30", id="over-the-break"),
        pytest.param("2026-06-05 11:00", "PT1H", "2026-06-05 13:30", id="over-the-friday-break"),
        pytest.param("2026-06-02 15:00", "PT2H", "2026-06-03 08:30", id="into-the-next-day"),
        pytest.param("2026-06-05 16:20", "PT15M", "2026-06-08 07:35", id="over-the-weekend"),
        pytest.param("2026-03-17 14:00", "PT1H", "2026-03-17 15:00", id="ramadan-closing-moment"),
        pytest.param("2026-03-17 14:00", "PT2H", "2026-03-25 08:30", id="over-idul-fitri"),
        pytest.param("2026-12-31 15:30", "PT1H", "2027-01-04 08:00", id="year-change"),
        pytest.param("2026-06-02 07:30", "PT37H30M", "2026-06-08 16:00", id="a-whole-week"),
    ],
)
def test_hours_run_through_open_time_only(
    office: Calendar, start: str, duration: str, expected: str
) -> None:
    assert due(office, start, duration) == expected


def test_the_closing_moment_is_inside(office: Calendar) -> None:
    assert due(office, "2026-06-02 07:30", "PT7H30M") == "2026-06-02 16:00"
    assert due(office, "2026-06-02 07:30", "PT7H31M") == "2026-06-03 07:31"
    assert due(office, "2026-06-02 16:00", "P1D") == "2026-06-03 16:00"
    assert due(office, "2026-06-02 16:00", "PT1M") == "2026-06-03 07:31"
    assert due(office, "2026-06-02 07:30", "PT4H30M") == "2026-06-02 12:00"


@pytest.mark.parametrize(
    ("start", "opening"),
    [
        pytest.param("2026-06-02 06:00", "2026-06-02 07:30", id="before-hours"),
        pytest.param("2026-06-02 12:30", "2026-06-02 13:00", id="in-the-break"),
        pytest.param("2026-06-02 16:01", "2026-06-03 07:30", id="after-hours"),
        pytest.param("2026-06-06 10:00", "2026-06-08 07:30", id="on-saturday"),
        pytest.param("2026-05-31 10:00", "2026-06-02 07:30", id="before-a-holiday"),
        pytest.param("2026-12-31 20:00", "2027-01-04 07:30", id="on-new-years-eve"),
    ],
)
@pytest.mark.parametrize("duration", ["PT2H", "P1D", "P1W", "P1M", "P1M1W1DT1H"])
def test_a_start_outside_hours_counts_from_the_next_opening(
    office: Calendar, start: str, opening: str, duration: str
) -> None:
    assert due(office, start, duration) == due(office, opening, duration)


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        pytest.param("2026-06-02 09:00", "P1W", "2026-06-09 09:00", id="a-week"),
        pytest.param("2026-06-09 09:00", "P1W", "2026-06-17 07:30", id="week-to-a-holiday"),
        pytest.param("2026-06-02 09:00", "P1M", "2026-07-02 09:00", id="a-month"),
        pytest.param("2026-07-02 09:00", "P1M", "2026-08-03 07:30", id="month-to-a-sunday"),
        pytest.param("2026-01-30 09:00", "P1M", "2026-03-02 08:00", id="short-february"),
        pytest.param("2026-08-31 09:00", "P1M", "2026-09-30 09:00", id="short-september"),
        pytest.param("2026-11-30 14:00", "P1M", "2026-12-30 14:00", id="december"),
        pytest.param("2026-12-07 14:00", "P1Y", "2027-12-07 14:00", id="a-year"),
        pytest.param("2026-02-03 15:30", "P3W", "2026-02-24 15:00", id="week-into-ramadan"),
    ],
)
def test_weeks_and_months_are_calendar_time_moved_to_the_next_opening(
    office: Calendar, start: str, duration: str, expected: str
) -> None:
    assert due(office, start, duration) == expected


def test_a_mixed_duration_counts_months_then_weeks_then_days_then_time(office: Calendar) -> None:
    assert due(office, "2026-06-02 15:00", "P1DT4H") == "2026-06-04 10:30"
    assert due(office, "2026-06-02 15:00", "P1M1W2DT2H") == "2026-07-14 08:30"


def test_seven_days_are_not_a_week(office: Calendar) -> None:
    assert due(office, "2026-06-02 09:00", "P7D") == "2026-06-11 09:00"


def test_a_six_day_office_is_described_by_its_file_alone() -> None:
    office = parse(SIX_DAYS).default
    assert due(office, "2026-06-05 11:00", "PT1H") == "2026-06-06 08:30"
    assert due(office, "2026-06-06 10:00", "P1D") == "2026-06-08 10:00"
    assert office.due(at(office, "2026-06-05 09:00"), Duration(days=1)) == datetime(
        2026, 6, 6, 0, 0, tzinfo=UTC
    )


def test_cuti_bersama_is_worked_where_the_office_says_so() -> None:
    office = parse(SIX_DAYS).default
    assert due(office, "2026-03-17 09:00", "P1D") == "2026-03-18 09:00"
    assert due(office, "2026-03-18 09:00", "P1D") == "2026-03-20 09:00"


def test_around_the_clock_every_moment_counts(calendars: Calendars) -> None:
    always = calendars[AROUND_THE_CLOCK]
    assert due(always, "2026-03-20 23:30", "PT1H") == "2026-03-21 00:30"
    assert due(always, "2026-03-20 23:30", "P1D") == "2026-03-21 23:30"
    assert due(always, "2026-03-20 00:00", "P1DT24H") == "2026-03-22 00:00"
    assert always.explain(at(always, "2027-12-31 23:30"), Duration(weeks=3)).skipped == ()
    assert always.explain(at(always, "2027-12-31 23:30"), Duration(weeks=3)).due == always.due(
        at(always, "2027-12-31 23:30"), Duration(weeks=3)
    )


def test_the_same_wall_clock_gives_another_moment_in_another_zone(office: Calendar) -> None:
    jayapura = parse(SIX_DAYS).default
    assert at(jayapura, "2026-06-02 09:00") < at(office, "2026-06-02 09:00")
    start = datetime(2026, 6, 2, 0, 0, tzinfo=UTC)  # 08.00 in Makassar, 09.00 in Jayapura
    assert office.local(start).hour == 8
    assert jayapura.local(start).hour == 9
    assert office.due(start, Duration(days=1)) == datetime(2026, 6, 3, 0, 0, tzinfo=UTC)
    assert office.due(start, Duration(days=1)).tzinfo is UTC


def test_the_file_has_the_hours_of_the_regulation(office: Calendar) -> None:
    def in_week_of(monday: str) -> timedelta:
        start = at(office, monday)
        return office.worked_between(start, start + timedelta(days=7))

    assert in_week_of("2026-07-06") == timedelta(hours=37, minutes=30)
    assert in_week_of("2026-02-23") == timedelta(hours=32, minutes=30)
    assert in_week_of("2027-02-15") == timedelta(hours=32, minutes=30)


def test_open_time_between_moments_leaves_out_everything_closed(office: Calendar) -> None:
    def worked(start: str, end: str) -> timedelta:
        return office.worked_between(at(office, start), at(office, end))

    assert worked("2026-06-02 11:00", "2026-06-02 13:30") == timedelta(hours=1, minutes=30)
    assert worked("2026-06-05 16:00", "2026-06-08 08:00") == timedelta(hours=1)
    assert worked("2026-06-06 00:00", "2026-06-08 07:30") == timedelta(0)
    assert worked("2026-06-02 11:00", "2026-06-02 11:00") == timedelta(0)
    assert worked("2026-06-02 13:30", "2026-06-02 11:00") == timedelta(0)


def test_an_office_is_open_up_to_its_closing_moment(office: Calendar) -> None:
    def is_open(moment: str) -> bool:
        return office.is_open(at(office, moment))

    assert is_open("2026-06-02 07:30")
    assert is_open("2026-06-02 16:00")
    assert not is_open("2026-06-02 07:29")
    assert not is_open("2026-06-02 16:01")
    assert not is_open("2026-06-02 12:30")
    assert not is_open("2026-06-06 10:00")


def test_an_office_that_closes_at_midnight_is_open_at_midnight() -> None:
    hours = "{ monday = ['22.00-24.00'], thursday = ['00.00-02.00'] }"
    night = parse(unit(hours=hours)).default
    assert night.is_open(at(night, "2026-06-09 00:00"))
    assert due(night, "2026-06-08 22:00", "PT2H") == "2026-06-09 00:00"
    assert due(night, "2026-06-09 00:00", "P1D") == "2026-06-11 02:00"


def test_midnight_between_two_open_days_is_the_beginning_of_the_later() -> None:
    hours = "{ monday = ['00.00-24.00'], tuesday = ['00.00-24.00'], thursday = ['00.00-24.00'] }"
    nights = parse(unit(hours=hours)).default
    assert due(nights, "2026-06-09 00:00", "P1D") == "2026-06-11 00:00"


def test_a_week_after_closing_at_midnight_may_be_the_opening_at_midnight() -> None:
    closed = "closed = [{ from = 2026-06-15, reason = 'Hari jadi' }]"
    hours = "{ monday = ['22.00-24.00'], tuesday = ['10.00-12.00'] }"
    opened = "open = [{ from = 2026-06-16, hours = ['00.00-02.00'], reason = 'Lembur' }]"
    nights = parse(unit(f"closed_on_public_holidays = false\n{closed}\n{opened}", hours=hours))
    assert due(nights.default, "2026-06-09 00:00", "P1W") == "2026-06-16 00:00"


def test_a_naive_moment_is_refused(office: Calendar) -> None:
    naive = datetime(2026, 6, 2, 9, 0)  # noqa: DTZ001 - what must be refused
    aware = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
    for call in (
        lambda: office.due(naive, Duration(days=1)),
        lambda: office.explain(naive, Duration(days=1)),
        lambda: office.worked_between(naive, aware),
        lambda: office.worked_between(aware, naive),
        lambda: office.later(naive, timedelta(hours=1)),
        lambda: office.is_open(naive),
        lambda: office.local(naive),
    ):
        with pytest.raises(ValueError, match="time zone"):
            call()


def test_a_moment_outside_the_years_a_calendar_knows_is_refused(office: Calendar) -> None:
    for moment in ("0001-01-01", "1899-12-31", "9901-01-01", "9999-12-31"):
        for call in (
            lambda moment: office.due(moment, Duration(days=1)),
            lambda moment: office.later(moment, timedelta(hours=1)),
            lambda moment: office.worked_between(moment, moment),
            office.is_open,
            office.local,
        ):
            with pytest.raises(MomentOutOfReach):
                call(datetime.fromisoformat(moment).replace(tzinfo=UTC))


@pytest.mark.parametrize("moment", ["1900-01-01", "9900-12-31 23:59"])
def test_at_the_edge_of_the_years_a_calendar_knows_it_still_counts(
    office: Calendar, moment: str
) -> None:
    start = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    for duration in (Duration(days=3650), Duration(months=120), Duration(seconds=3600)):
        assert office.due(start, duration) > start


def test_open_time_beyond_fifty_years_is_out_of_reach(office: Calendar) -> None:
    start = at(office, "2026-06-02 09:00")
    with pytest.raises(DeadlineOutOfReach):
        office.later(start, timedelta(days=100_000))
    with pytest.raises(DeadlineOutOfReach):
        office.worked_between(start, start + timedelta(days=100_000))


def test_a_deadline_that_never_comes_is_refused() -> None:
    an_hour_a_week = "{ monday = ['08.00-09.00'] }"
    office = parse(unit(hours=an_hour_a_week)).default
    for duration in (Duration(days=3_000), Duration(seconds=3_600 * 3_000)):
        with pytest.raises(DeadlineOutOfReach):
            office.due(at(office, "2026-06-02 09:00"), duration)


def explained(calendar: Calendar, start: str, duration: str) -> list[tuple[str, str, str]]:
    deadline = calendar.explain(at(calendar, start), Duration.parse(duration))
    return [
        (
            calendar.local(skipped.start).strftime("%d %H:%M"),
            calendar.local(skipped.end).strftime("%d %H:%M"),
            skipped.reason.indonesian,
        )
        for skipped in deadline.skipped
    ]


def test_an_explanation_names_every_day_that_did_not_count(office: Calendar) -> None:
    assert explained(office, "2026-03-17 09:00", "P3D") == [
        ("18 00:00", "19 00:00", "Cuti Bersama Hari Suci Nyepi"),
        ("19 00:00", "20 00:00", "Hari Suci Nyepi"),
        ("20 00:00", "21 00:00", "Cuti Bersama Hari Raya Idul Fitri"),
        ("21 00:00", "22 00:00", "Hari Raya Idul Fitri"),
        ("22 00:00", "23 00:00", "Hari kedua dari Hari Raya Idul Fitri"),
        ("23 00:00", "25 00:00", "Cuti Bersama Hari Raya Idul Fitri"),
    ]


def test_an_explanation_of_hours_names_breaks_nights_and_weekends(office: Calendar) -> None:
    assert explained(office, "2026-06-05 11:00", "PT5H") == [
        ("05 11:30", "05 13:00", "Istirahat"),
        ("05 16:30", "06 00:00", "Di luar jam kerja"),
        ("06 00:00", "08 00:00", "Bukan hari kerja"),
        ("08 00:00", "08 07:30", "Di luar jam kerja"),
    ]
    assert explained(office, "2026-03-16 14:30", "PT1H") == [
        ("16 15:00", "17 08:00", "Di luar jam kerja (Ramadan 1447 H, Perpres 21/2023)"),
    ]


def test_an_explanation_names_what_moved_the_start_and_the_end(office: Calendar) -> None:
    assert explained(office, "2026-06-02 12:30", "P2W") == [
        ("02 12:30", "02 13:00", "Istirahat"),
        ("16 13:00", "17 00:00", "Tahun Baru Islam"),
        ("17 00:00", "17 07:30", "Di luar jam kerja"),
    ]


def test_reasons_are_said_in_both_languages(office: Calendar) -> None:
    deadline = office.explain(at(office, "2026-06-02 11:00"), Duration.parse("PT11H"))
    assert [skipped.reason.english for skipped in deadline.skipped] == [
        "Break",
        "Outside office hours",
        "Break",
    ]
    deadline = office.explain(at(office, "2026-08-14 09:00"), Duration.parse("P1D"))
    assert [skipped.reason.english for skipped in deadline.skipped] == [
        "Not a working day",
        "Independence Day",
    ]


def test_an_explanation_says_when_a_holiday_is_only_estimated(office: Calendar) -> None:
    deadline = office.explain(at(office, "2028-02-25 09:00"), Duration.parse("P3D"))
    assert deadline.estimated
    assert any("(perkiraan)" in skipped.reason.indonesian for skipped in deadline.skipped)
    assert not office.explain(at(office, "2026-03-17 09:00"), Duration.parse("P3D")).estimated


def test_an_explanation_says_which_years_have_no_decree_yet(office: Calendar) -> None:
    def undecreed(start: str, duration: str) -> tuple[int, ...]:
        return office.explain(at(office, start), Duration.parse(duration)).years_without_decree

    assert undecreed("2026-03-17 09:00", "P3D") == ()
    assert undecreed("2098-12-30 09:00", "P1Y1M") == (2098, 2099, 2100)


def test_the_offices_own_days_come_before_hours_and_holidays() -> None:
    office = parse(
        unit("""
            [[calendars.unit.closed]]
            from = 2026-06-08
            reason = "Hari jadi"
            decree = "SK 1/2026"
            [[calendars.unit.open]]
            from = 2026-06-01
            hours = ["08.00-10.00"]
            reason = "Pelayanan hari libur"
            """)
    ).default
    assert due(office, "2026-05-26 09:00", "P1D") == "2026-06-01 09:00"
    assert due(office, "2026-06-02 09:00", "P1D") == "2026-06-09 09:00"
    assert ("08 00:00", "09 00:00", "Hari jadi, SK 1/2026") in explained(
        office, "2026-06-02 09:00", "P1D"
    )
    assert explained(office, "2026-06-01 09:30", "PT1H") == [
        ("01 10:00", "02 00:00", "Di luar jam kerja (Pelayanan hari libur)"),
        ("02 00:00", "02 08:00", "Di luar jam kerja"),
    ]


def test_a_calendar_remembers_only_so_many_days(office: Calendar) -> None:
    day: object = office.timetable.day
    assert day.cache_info().maxsize  # type: ignore[attr-defined]  # of functools.lru_cache
    assert office.timetable.day(date(2026, 6, 2)) is office.timetable.day(date(2026, 6, 2))


def test_a_file_names_its_default_and_always_has_the_clock_round(calendars: Calendars) -> None:
    assert list(calendars) == ["kantor", AROUND_THE_CLOCK]
    assert len(calendars) == 2
    assert calendars.default is calendars["kantor"]
    assert calendars[AROUND_THE_CLOCK].zone == calendars.default.zone


@pytest.mark.parametrize(
    ("zone", "fault"),
    [
        ("'Asia/Atlantis'", "is not a time zone: 'Asia/Atlantis'"),
        ("'../../etc/passwd'", "is not a time zone"),
        ("''", "is not a time zone"),
        ("8", "is not a time zone: 8"),
    ],
)
def test_a_zone_that_does_not_exist_is_refused(zone: str, fault: str) -> None:
    with pytest.raises(
        InvalidCalendar, match=r"calendar\.toml: calendars\.unit\.zone is"
    ) as refused:
        parse(unit(zone=zone))
    assert fault in refused.value.fields["calendars.unit.zone"]


@pytest.mark.parametrize(
    ("hours", "key", "fault"),
    [
        ("{}", "", "must have hours on at least one day"),
        ("{ monday = [] }", "", "must have hours on at least one day"),
        ("{ mondy = [] }", ".mondy", "is not a known key"),
        ("{ monday = '08.00-12.00' }", ".monday", "must be a list"),
        ("{ monday = ['8-12'] }", ".monday", "not '8-12'"),
        ("{ monday = [8] }", ".monday", "not 8"),
        ("{ monday = ['08.60-12.00'] }", ".monday", "has no such time of day"),
        ("{ monday = ['08.00-24.01'] }", ".monday", "has no such time of day"),
        ("{ monday = ['12.00-12.00'] }", ".monday", "must close after it opens"),
        ("{ monday = ['08.00-12.00', '11.59-13.00'] }", ".monday", "must be in order"),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: str, key: str, fault: str) -> None:
    with pytest.raises(InvalidCalendar) as refused:
        parse(unit(hours=hours))
    assert fault in refused.value.fields[f"calendars.unit.hours{key}"]


@pytest.mark.parametrize(
    ("more", "key", "fault"),
    [
        ("tutup = true", ".tutup", "is not a known key"),
        ("closed_on_joint_leave = 'ya'", ".closed_on_joint_leave", "boolean"),
        ("closed = [{ from = '2026-06-02' }]", ".closed[0].from", "date"),
        ("closed = [{ from = 2026-06-02 }]", ".closed[0].reason", "is missing"),
        ("closed = [{ from = 2026-06-02, reason = ' ' }]", ".closed[0].reason", "at least 1"),
        (
            "closed = [{ from = 2026-06-02, until = 2026-06-01, reason = 'x' }]",
            ".closed[0]",
            "must not end (until) before it begins (from)",
        ),
        (
            "open = [{ from = 2026-06-02, reason = 'x', hours = [] }]",
            ".open[0].hours",
            "must not be empty",
        ),
        (
            "open = [{ from = 2026-06-02, reason = 'x', hours = ['08.00-09.00'] }]\n"
            "closed = [{ from = 2026-06-01, until = 2026-06-03, reason = 'y' }]",
            "",
            "says two things for 2026-06-02",
        ),
    ],
)
def test_dates_and_settings_that_make_no_sense_are_refused(more: str, key: str, fault: str) -> None:
    with pytest.raises(InvalidCalendar) as refused:
        parse(unit(more))
    assert fault in refused.value.fields[f"calendars.unit{key}"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("default = ", "is not TOML"),
        ("", "default is missing; calendars is missing"),
        (SIX_DAYS.replace('"loket"', '"kantor"'), "default names no calendar of the file"),
        (SIX_DAYS.replace("loket", AROUND_THE_CLOCK), "24jam is built in"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(text: str, fault: str) -> None:
    with pytest.raises(InvalidCalendar, match=fault):
        parse(text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCalendar, match=r"none\.toml cannot be read"):
        load(tmp_path / "none.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidCalendar, match=r"binary\.toml cannot be read"):
        load(binary)


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 20_000 + "=1", "[a" + ".a" * 2000 + "]", "#" * (LONGEST_FILE + 1)],
)
def test_a_file_that_would_take_memory_without_end_is_refused_before_it_is_parsed(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tomllib, "loads", None)
    with pytest.raises(InvalidCalendar):
        parse(text)


def test_a_byte_order_mark_of_windows_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    file.write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert load(file).default.name == "kantor"
    assert parse("\ufeff" + FILE.read_text(encoding="utf-8")).default.name == "kantor"


def test_a_closure_of_years_is_taken_for_a_slip() -> None:
    closed = '[[calendars.kantor.closed]]\nfrom = 2026-11-23\nuntil = 2099-12-31\nreason = "x"\n'
    with pytest.raises(InvalidCalendar, match="is the year right"):
        parse(FILE.read_text(encoding="utf-8") + closed)
