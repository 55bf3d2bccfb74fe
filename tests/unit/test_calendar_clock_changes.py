"""Zones whose clocks jump: hours still run as they pass, and nothing is counted twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import AROUND_THE_CLOCK, Calendars, parse
from engine.durations import Duration
from tests.unit.calendar_model import properties

NIGHTS = "['00.00-02.00', '02.15-02.30', '02.30-03.00', '03.00-24.00']"
GAPS = "['01.00-02.15', '02.45-09.00', '23.00-23.30', '23.45-24.00']"

# (zone, when its clocks jump in 2026): by an hour at night, at midnight, by half an hour.
JUMPS = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
]


def night_office(zone: str, hours: str = NIGHTS) -> Calendars:
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    week = ", ".join(f"{day} = {hours}" for day in days)
    return parse(f"default = 'dinas'\n[calendars.dinas]\nzone = '{zone}'\nhours = {{ {week} }}")


def test_these_clocks_do_jump_then() -> None:
    for zone, jump in JUMPS:
        local = night_office(zone).default.local
        assert local(jump).utcoffset() != local(jump - timedelta(seconds=1)).utcoffset()


near = st.integers(-48 * 60, 48 * 60).map(lambda minutes: timedelta(minutes=minutes))
open_times = st.integers(1, 300_000).map(lambda seconds: timedelta(seconds=seconds))


@properties
@given(st.sampled_from(JUMPS), st.sampled_from([NIGHTS, GAPS]), near, open_times)
def test_open_time_runs_as_it_passes_where_clocks_jump(
    jump: tuple[str, datetime], hours: str, shift: timedelta, open_time: timedelta
) -> None:
    calendar = night_office(jump[0], hours).default
    start = jump[1] + shift
    later = calendar.later(start, open_time)
    assert calendar.worked_between(start, later) == open_time
    assert calendar.is_open(later)
    assert later - start >= open_time


@properties
@given(st.sampled_from(JUMPS), near, near, open_times)
def test_what_starts_later_is_not_due_earlier_where_clocks_jump(
    jump: tuple[str, datetime], one: timedelta, other: timedelta, open_time: timedelta
) -> None:
    calendar = night_office(jump[0], GAPS).default
    earlier, later = sorted([jump[1] + one, jump[1] + other])
    duration = Duration(seconds=int(open_time.total_seconds()))
    assert calendar.due(earlier, duration) <= calendar.due(later, duration)


@properties
@given(st.sampled_from(JUMPS), near, open_times)
def test_around_the_clock_no_hour_is_lost_or_won(
    jump: tuple[str, datetime], shift: timedelta, open_time: timedelta
) -> None:
    always = night_office(jump[0])[AROUND_THE_CLOCK]
    start = jump[1] + shift
    assert always.later(start, open_time) == start + open_time
    assert always.worked_between(start, start + open_time) == open_time


def test_a_day_is_the_same_time_of_day_also_where_clocks_jump() -> None:
    berlin = night_office("Europe/Berlin", "['08.00-16.00']").default
    before = datetime(2026, 3, 28, 8, tzinfo=UTC)  # Saturday 09.00 in winter
    assert berlin.due(before, Duration(days=1)) == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_a_date_that_a_zone_leaves_out_is_no_working_day() -> None:
    # Samoa went from Thursday 29 December 2011 straight to Saturday the 31st.
    samoa = night_office("Pacific/Apia", "['08.00-16.00']").default
    thursday = datetime(2011, 12, 30, 1, tzinfo=UTC)  # 15.00
    saturday = datetime(2011, 12, 30, 18, tzinfo=UTC)  # 08.00
    assert samoa.due(thursday, Duration(days=1)) == saturday + timedelta(hours=7)
    assert samoa.due(thursday, Duration(seconds=7200)) == saturday + timedelta(hours=1)
    assert samoa.worked_between(thursday, saturday + timedelta(hours=8)) == timedelta(hours=9)


def test_a_public_holiday_is_the_local_date_not_the_date_in_utc() -> None:
    berlin = night_office("Europe/Berlin", "['00.00-24.00']").default
    eve = datetime(2026, 8, 16, 21, 0, tzinfo=UTC)  # 16 August 23.00 in Berlin
    assert berlin.due(eve, Duration(seconds=7200)) == datetime(2026, 8, 17, 23, 0, tzinfo=UTC)
