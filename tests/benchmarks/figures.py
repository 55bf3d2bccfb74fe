"""Figures: how they are taken and printed, and the machine they were taken on."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

MILLISECOND, MICROSECOND = 1e-3, 1e-6
_SYNCS = 50


def seconds(do: Callable[[], object]) -> float:
    """Return how long it took to do something."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def quantiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    percentiles = statistics.quantiles(values, n=100, method="inclusive")
    return percentiles[49], percentiles[98]


def say(what: str, figures: str, *, met: bool | None = None) -> None:
    """Print a line of the table; `met` says whether the bar was met, None that there is none."""
    verdict = "" if met is None else "   met" if met else "   MISSED"
    print(f"  {what:<34}{figures}{verdict}", flush=True)


def machine(folder: Path) -> str:
    """Return what this machine has and does besides, and how long a write of 4 KiB takes to last.

    A load near the number of cores spoils the figures.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    sync = _sync(folder) / MILLISECOND
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return f"{cores} cores (load {load:.1f}), {memory:.0f} GiB, a write lasts after {sync:.2g} ms"


def cpu(process: int) -> float:
    """Return how many seconds of CPU a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _sync(folder: Path) -> float:
    """Return the median time in seconds that a synchronous write takes."""
    path = folder / "written"
    with path.open("wb", buffering=0) as file:

        def write() -> None:
            file.write(bytes(4096))
            os.fsync(file.fileno())

        times = [seconds(write) for _ in range(_SYNCS)]
    path.unlink()
    return statistics.median(times)
