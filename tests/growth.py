"""How the cost of something grows with its size; of two sizes, so that no machine matters."""

import gc
import sys
from collections.abc import Callable
from time import thread_time
from types import FrameType

Step = Callable[[], object]


def calls_of(step: Step) -> int:
    """Return how many functions of ours and of the libraries a step calls."""
    count = 0

    def counted(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        step()
    finally:
        sys.setprofile(None)
    return count


def growth(sized: Callable[[int], Step], size: int) -> float:
    """Return how many times as much CPU a step of that size takes as one of a quarter of it.

    About 4 where the cost grows with the size, 16 where with its square. Unlike calls it also sees
    what a library does in C. `sized` prepares a step; only the step is measured, twice.
    """
    return _least_of(sized(size)) / _least_of(sized(size // 4))


def _least_of(step: Step) -> float:
    """Return the CPU seconds of the quicker of two; nobody else's rubbish is collected then."""
    gc.disable()
    try:
        return min(_seconds(step) for _ in range(2))
    finally:
        gc.enable()


def _seconds(step: Step) -> float:
    began = thread_time()
    step()
    return thread_time() - began
