"""Two thousand inputs of the fuzz, always the same; `make fuzz` tries as many others as wanted."""

import pytest

from tests.fuzz.categories import made
from tests.fuzz.trials import Hang, at_most

_INPUTS, _LOT = 2000, 100


@pytest.mark.parametrize("first", range(0, _INPUTS, _LOT))
def test_whatever_comes_in_is_answered(first: int) -> None:
    outcomes = [made(2026, number).try_it() for number in range(first, first + _LOT)]
    assert {"answered", "refused", "ended"} <= set(outcomes)


def test_what_takes_too_long_is_seen() -> None:
    with pytest.raises(Hang), at_most(0.01):
        any(number < 0 for number in range(10**9))


def test_an_input_is_always_the_same() -> None:
    assert [made(1, number).source for number in range(12)] == [
        made(1, number).source for number in range(12)
    ]
