"""`python -m tests.chaos`: the long chaos test; prints its figures, exits 1 at a violation."""

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from tests.chaos.guardian import guarded
from tests.chaos.play import run
from tests.chaos.servers import postgresql
from tests.chaos.trial import Trial

_PAUSE_SECONDS = {"postgresql": 2.0, "sqlite": 2.5}
"""Between two kills, on average: long enough for what was killed to come back and work."""


def main() -> int:
    """Run a trial; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alur-chaos-")))
        guardian = stack.enter_context(guarded())
        url = f"sqlite:///{folder / 'alur.db'}"
        if asked.database == "postgresql":
            url = stack.enter_context(postgresql(guardian))
        trial = Trial(
            database_url=url,
            folder=folder,
            guardian=guardian,
            instances=asked.instances,
            kills=asked.kills,
            seed=asked.seed,
            pause_seconds=_PAUSE_SECONDS[asked.database],
        )
        report = run(trial)
    print(f"Chaos on {asked.database}, seed {asked.seed}", *report.lines(), sep="\n")
    return 1 if report.violations else 0


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
