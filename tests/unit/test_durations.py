import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.durations import Duration, InvalidDuration
from engine.errors import Invalid

properties = settings(derandomize=True, deadline=None)

durations = st.builds(
    Duration,
    months=st.integers(0, 48),
    weeks=st.integers(0, 60),
    days=st.integers(0, 400),
    seconds=st.integers(1, 40_000_000),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT10M", Duration(seconds=600)),
        ("PT2H", Duration(seconds=7200)),
        ("P2D", Duration(days=2)),
        ("P1DT4H", Duration(days=1, seconds=14_400)),
        ("P1W", Duration(weeks=1)),
        ("P1Y2M3W4DT5H6M7S", Duration(months=14, weeks=3, days=4, seconds=18_367)),
        ("\n  P2D ", Duration(days=2)),
        ("P10Y", Duration(months=120)),
    ],
)
def test_a_duration_is_read_as_a_modeler_writes_it(text: str, expected: Duration) -> None:
    assert Duration.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1DT", "2D", "P2", "p2d", "P2d", "P-2D", "-P2D", "+P2D", "P2DT4", "PT2D"),
        *("P1.5D", "PT0.5H", "PT1,5S", "P2H", "P1D2M", "P 2D", "P2D P2D", "R3/PT1H", "'P2D'"),
        *("P٢D", "P1000000000D", "2 hari", "${lama}", "2026-03-17"),
    ],
)
def test_text_that_is_no_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidDuration) as refused:
        Duration.parse(text)
    assert text.strip() in str(refused.value)
    assert refused.value.details == {"text": text}


@pytest.mark.parametrize("text", ["PT0S", "P0D", "P0Y0M0W0DT0H0M0S"])
def test_a_duration_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration, match=f'"{text}": A duration is more than nothing'):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["P10Y1D", "P121M", "P3651D", "P522W", "PT87601H", "P9YT90000H"])
def test_a_duration_beyond_ten_years_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration, match=f'"{text}": A duration is at most ten years'):
        Duration.parse(text)


def test_a_negative_part_is_refused() -> None:
    with pytest.raises(InvalidDuration, match="negative"):
        Duration(days=2, seconds=-1)


def test_a_long_text_is_named_by_its_beginning() -> None:
    with pytest.raises(InvalidDuration) as refused:
        Duration.parse("P" + "1" * 100_000)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    ("left", "right"), [("PT120M", "PT2H"), ("P12M", "P1Y"), ("PT3600S", "PT1H"), ("P02D", "P2D")]
)
def test_durations_of_the_same_meaning_are_equal(left: str, right: str) -> None:
    assert Duration.parse(left) == Duration.parse(right)
    assert str(Duration.parse(left)) == right


@pytest.mark.parametrize(("left", "right"), [("P7D", "P1W"), ("P1D", "PT24H"), ("P30D", "P1M")])
def test_a_day_is_not_24_hours_and_a_week_is_not_seven_days(left: str, right: str) -> None:
    assert Duration.parse(left) != Duration.parse(right)


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("PT2H", "2 jam", "2 hours"),
        ("PT10M", "10 menit", "10 minutes"),
        ("P1D", "1 hari kerja", "1 working day"),
        ("P2DT4H30M", "2 hari kerja 4 jam 30 menit", "2 working days 4 hours 30 minutes"),
        ("P1Y1M1WT5S", "1 tahun 1 bulan 1 minggu 5 detik", "1 year 1 month 1 week 5 seconds"),
    ],
)
def test_a_duration_is_said_in_both_languages(text: str, indonesian: str, english: str) -> None:
    assert Duration.parse(text).words() == indonesian
    assert Duration.parse(text).words("en") == english


@properties
@given(durations)
def test_the_text_of_a_duration_gives_the_duration_back(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@properties
@given(st.text(alphabet="PTYMWDHS0123456789.,- ", max_size=20) | st.text(max_size=20))
def test_any_text_is_a_duration_or_invalid(text: str) -> None:
    try:
        duration = Duration.parse(text)
    except Invalid:
        return
    assert Duration.parse(str(duration)) == duration
