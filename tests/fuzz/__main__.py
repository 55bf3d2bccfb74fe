"""`make fuzz`: as many inputs as wanted; what fails is shrunk, saved in var/fuzz and named.

python -m tests.fuzz --number 100000 --seed 7
"""

import argparse
import os
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.categories import made
from tests.fuzz.shrinking import signature, smallest

_FOLDER = Path("var/fuzz")
_AT_ONCE = 200
_SHOWN = 5
"""Inputs that are named of those that fail alike."""
_Failure = tuple[int, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the inputs; return 1 if one of them failed."""
    options = _options(arguments)
    started = time.monotonic()
    outcomes: Counter[str] = Counter()
    failures: dict[str, list[int]] = {}
    last = options.first + options.number
    lots = [
        (options.seed, first, min(first + _AT_ONCE, last))
        for first in range(options.first, last, _AT_ONCE)
    ]
    with get_context("fork").Pool(options.workers) as pool:
        for found, failed in pool.imap_unordered(_try_lot, lots):
            outcomes += found
            for number, told in failed:
                if len(failures.get(told, ())) < _SHOWN:
                    print(f"FAILED {told} (--seed {options.seed} --first {number})", flush=True)
                failures.setdefault(told, []).append(number)
    took = time.monotonic() - started
    print(f"{options.number} inputs of seed {options.seed} in {took:.0f} s")
    for outcome, count in sorted(outcomes.items()):
        print(f"  {outcome:40} {count:7}")
    for told, numbers in sorted(failures.items()):
        _save(options.seed, min(numbers), told, len(numbers), shrink=not options.quick)
    return 1 if failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--number", type=int, default=100_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of all of them")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--quick", action="store_true", help="do not shrink what fails")
    return parser.parse_args(arguments)


def _try_lot(lot: tuple[int, int, int]) -> tuple[Counter[str], list[_Failure]]:
    warnings.simplefilter("error")
    seed, first, last = lot
    outcomes: Counter[str] = Counter()
    failures: list[_Failure] = []
    for number in range(first, last):
        tried = made(seed, number)
        try:
            outcomes[f"{tried.category}: {tried.try_it()}"] += 1
        except Exception as error:  # noqa: BLE001 — that there is none is what is tried
            failures.append((number, signature(error)))
            outcomes[f"{tried.category}: FAILED"] += 1
    return outcomes, failures


def _save(seed: int, number: int, told: str, count: int, *, shrink: bool) -> None:
    """Write the input that failed, as small as it gets."""
    failed = made(seed, number)
    play = f"play {seed} {number}"
    source = smallest(failed, play) if shrink else failed.source
    _FOLDER.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9]+", "-", told)[:80].strip("-")
    path = _FOLDER / f"{name}.{'txt' if failed.category == 'expression' else 'bpmn'}"
    path.write_bytes(source)
    print(f"{count} of {told}: --seed {seed} --first {number} --number 1; {path}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
