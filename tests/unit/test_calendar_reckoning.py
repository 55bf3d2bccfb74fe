"""How a deadline was counted: again under another calendar, extended, moved, suspended."""

import json
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import (
    Calendar,
    DeadlineOutOfReach,
    MomentOutOfReach,
    Reckoning,
    load,
    parse,
)
from engine.durations import Duration
from tests.unit.calendar_model import FILE, aware, durations, offices, properties, starts
from tests.unit.calendar_model import times as short

OFFICE = load(FILE).default
SHARE = 0.75


def at(text: str) -> datetime:
    """Return the moment when the clocks of the office show "2026-06-02 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE.zone)


def reckoning(start: str, duration: str) -> Reckoning:
    return Reckoning(start=at(start), duration=Duration.parse(duration))


def counted(reckoning: Reckoning, *, share: float = SHARE) -> tuple[str, str]:
    """Return when it is at risk and when due, as the clocks of the office show it."""
    result = reckoning.count(OFFICE, at_risk_after=share)
    at_risk, due = OFFICE.local(result.at_risk_at), OFFICE.local(result.due_at)
    return at_risk.strftime("%d %H:%M"), due.strftime("%d %H:%M")


def test_a_step_is_at_risk_after_its_share_of_working_time() -> None:
    # Tuesday 07.30 + 4 h = 11.30; three quarters of it are 3 h.
    assert counted(reckoning("2026-06-02 07:30", "PT4H")) == ("02 10:30", "02 11:30")
    # Friday 15.30 + 4 h: 1 h until 16.30, 3 h from Monday 07.30; at risk after 3 h.
    assert counted(reckoning("2026-06-05 15:30", "PT4H")) == ("08 09:30", "08 10:30")
    # Two working days are 15 h of work; 11 h 15 min of it are 7 h 30 min and 3 h 45 min.
    assert counted(reckoning("2026-06-02 07:30", "P2D")) == ("03 11:15", "04 07:30")


def test_the_working_time_is_that_of_the_standard_itself() -> None:
    standard = reckoning("2026-06-02 07:30", "P2D")
    later = standard.extended(Duration(days=1)).suspended(at("2026-06-02 09:00"), at("2026-06-09"))
    for each in (standard, later):
        assert each.count(OFFICE, at_risk_after=SHARE).working == timedelta(hours=15)


@pytest.mark.parametrize("share", [1, 1.0, 2.5, 1e6])
def test_a_share_of_all_the_time_is_at_risk_when_due(share: float) -> None:
    standard = reckoning("2026-06-02 07:30", "P2D")
    assert counted(standard, share=share) == ("04 07:30", "04 07:30")
    # A week after Tuesday 9 June is a holiday: Wednesday 17 June, 07.30.
    closing = reckoning("2026-06-09 15:00", "PT1H").extended(Duration(weeks=1))
    assert counted(closing, share=share) == ("17 07:30", "17 07:30")


def test_a_standard_without_working_time_is_at_risk_when_due() -> None:
    closed = "closed = [{ from = 2026-06-03, until = 2026-06-30, reason = 'Pindah' }]"
    hours = "{ tuesday = ['08.00-12.00'], wednesday = ['08.00-12.00'] }"
    moved = parse(
        f"default = 'unit'\n[calendars.unit]\nzone = 'Asia/Makassar'\nhours = {hours}\n{closed}"
    ).default
    week = Reckoning(start=at("2026-06-02 12:00"), duration=Duration(weeks=1))
    result = week.count(moved, at_risk_after=SHARE)
    assert result.working == timedelta(0)
    assert result.at_risk_at == result.due_at == at("2026-07-01 08:00")


def test_an_extension_counts_from_the_deadline_and_moves_the_risk_by_its_share() -> None:
    standard = reckoning("2026-06-02 07:30", "PT4H")
    # 11.30 + 2 h = 14.30 over the break; 10.30 + 1 h 30 min = 12.00.
    assert counted(standard.extended(Duration.parse("PT2H"))) == ("02 12:00", "02 14:30")
    # The next working day at 11.30 is 7 h 30 min of work later; 5 h 37 min 30 s of it from 10.30.
    assert counted(standard.extended(Duration(days=1))) == ("03 08:37", "03 11:30")


def test_extensions_add_up_in_order() -> None:
    standard = reckoning("2026-06-02 07:30", "PT4H")
    twice = standard.extended(Duration.parse("PT2H")).extended(Duration.parse("PT2H"))
    assert counted(twice) == ("02 14:30", "03 08:00")


def test_a_deadline_moved_to_a_later_moment_moves_the_risk_by_its_share() -> None:
    standard = reckoning("2026-06-02 07:30", "PT4H")
    assert counted(standard.until(at("2026-06-02 14:30"))) == ("02 12:00", "02 14:30")
    # Saturday; from Tuesday 11.30 are 3.5 + 7.5 + 7.5 + 7.5 = 26 h of work. Three quarters of it,
    # 19.5 h, from Tuesday 10.30 are 4.5 + 7.5 + 7.5: Thursday at closing.
    assert counted(standard.until(at("2026-06-06 10:00"))) == ("04 16:00", "06 10:00")


def test_a_deadline_moved_to_an_earlier_moment_is_at_risk_no_later() -> None:
    standard = reckoning("2026-06-02 07:30", "PT4H")
    assert counted(standard.until(at("2026-06-02 11:00"))) == ("02 10:30", "02 11:00")
    assert counted(standard.until(at("2026-06-02 09:00"))) == ("02 09:00", "02 09:00")


def test_a_suspension_moves_both_by_the_working_time_it_took() -> None:
    standard = reckoning("2026-06-02 07:30", "PT4H")
    # From Friday 16.00 to Monday 08.30 are 30 min and 1 h of work: 10.30 and 11.30 + 1 h 30 min.
    outside = standard.suspended(at("2026-06-05 16:00"), at("2026-06-08 08:30"))
    assert counted(outside) == ("02 12:00", "02 14:00")
    # A suspension that took no working time moves nothing.
    weekend = standard.suspended(at("2026-06-06 00:00"), at("2026-06-07 12:00"))
    assert counted(weekend) == counted(standard)


def test_what_changed_is_counted_again_by_another_calendar() -> None:
    text = FILE.read_text(encoding="utf-8")
    own = "[[calendars.kantor.closed]]\nfrom = 2026-06-03\nreason = 'Hari jadi'\n"
    revised = parse(text + own).default
    extended = reckoning("2026-06-02 09:00", "P1D").extended(Duration(days=1))
    before = extended.count(OFFICE, at_risk_after=SHARE)
    after = extended.count(revised, at_risk_after=SHARE)
    assert before.due_at == at("2026-06-04 09:00")
    assert after.due_at == at("2026-06-05 09:00")
    assert before.working == after.working


def test_a_reckoning_reads_like_what_was_said() -> None:
    said = (
        reckoning("2026-06-02 09:00", "P2D")
        .extended(Duration.parse("PT120M"))
        .until(at("2026-06-12 16:00"))
        .suspended(at("2026-06-03 08:00"), at("2026-06-04 08:00:00.000001"))
    )
    document = {
        "start": "2026-06-02T01:00:00+00:00",
        "duration": "P2D",
        "changes": [
            {"extended": "PT2H"},
            {"until": "2026-06-12T08:00:00+00:00"},
            {"suspended": ["2026-06-03T00:00:00+00:00", "2026-06-04T00:00:00.000001+00:00"]},
        ],
    }
    assert said.to_json() == document
    assert Reckoning.from_json(document) == said


def test_a_naive_moment_is_refused() -> None:
    naive = datetime(2026, 6, 2, 9, 0)  # noqa: DTZ001 - what must be refused
    standard = reckoning("2026-06-02 09:00", "P1D")
    for call in (
        lambda: standard.until(naive),
        lambda: standard.suspended(naive, at("2026-06-02 09:00")),
        lambda: Reckoning(start=naive, duration=Duration(days=1)).to_json(),
        lambda: Reckoning(start=naive, duration=Duration(days=1)).count(OFFICE, at_risk_after=1),
    ):
        with pytest.raises(ValueError, match="time zone"):
            call()


def test_a_deadline_moved_beyond_all_reach_is_refused() -> None:
    standard = reckoning("2026-06-02 09:00", "P1D")
    with pytest.raises(DeadlineOutOfReach):
        standard.until(at("2099-01-01")).count(OFFICE, at_risk_after=SHARE)
    with pytest.raises(MomentOutOfReach):
        standard.until(at("9999-12-31"))


shares = st.sampled_from([0.1, 0.5, 0.75, 0.9, 1.0])


@st.composite
def reckonings(draw: st.DrawFn, most_changes: int = 4) -> tuple[Calendar, Reckoning]:
    """An office and a reckoning there, changed in any way, in any order."""
    calendar, _ = draw(offices)
    moments = starts.map(partial(aware, calendar))
    result = Reckoning(start=draw(moments), duration=draw(durations() | short))
    for change in draw(st.lists(st.integers(0, 2), max_size=most_changes)):
        if change == 0:
            result = result.extended(draw(durations() | short))
        elif change == 1:
            result = result.until(draw(moments))
        else:
            result = result.suspended(*sorted((draw(moments), draw(moments))))
    return calendar, result


@properties
@given(reckonings(), shares)
def test_a_step_is_never_at_risk_after_it_is_due(
    said: tuple[Calendar, Reckoning], share: float
) -> None:
    calendar, reckoning = said
    result = reckoning.count(calendar, at_risk_after=share)
    assert result.at_risk_at <= result.due_at
    assert share < 1 or result.at_risk_at == result.due_at


@properties
@given(reckonings(most_changes=0), shares)
def test_the_first_deadline_is_that_of_the_calendar(
    said: tuple[Calendar, Reckoning], share: float
) -> None:
    calendar, reckoning = said
    result = reckoning.count(calendar, at_risk_after=share)
    assert result.due_at == calendar.due(reckoning.start, reckoning.duration)
    assert result.working == calendar.worked_between(reckoning.start, result.due_at)
    until_risk = calendar.worked_between(reckoning.start, result.at_risk_at)
    assert until_risk == share * result.working


@properties
@given(reckonings(), starts, starts, shares)
def test_a_suspension_moves_a_deadline_by_exactly_the_working_time_suspended(
    said: tuple[Calendar, Reckoning], one: datetime, other: datetime, share: float
) -> None:
    calendar, reckoning = said
    since, until = sorted([aware(calendar, one), aware(calendar, other)])
    stood_still = calendar.worked_between(since, until)
    before = reckoning.count(calendar, at_risk_after=share)
    after = reckoning.suspended(since, until).count(calendar, at_risk_after=share)
    assert calendar.worked_between(before.due_at, after.due_at) == stood_still
    assert calendar.worked_between(before.at_risk_at, after.at_risk_at) == stood_still
    assert stood_still or after == before


@properties
@given(reckonings(), shares)
def test_a_reckoning_comes_back_from_json_as_it_was(
    said: tuple[Calendar, Reckoning], share: float
) -> None:
    calendar, reckoning = said
    again = Reckoning.from_json(json.loads(json.dumps(reckoning.to_json())))
    assert again == reckoning
    counts = (each.count(calendar, at_risk_after=share) for each in (again, reckoning))
    assert next(counts) == next(counts)
