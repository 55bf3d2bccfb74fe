"""Sees to it that nothing outlives a trial, not even one that is itself killed with -9.

Run as a program it reads which process groups exist (`+ID`, `-ID`) and, when its stdin ends, kills
those that are left.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class Guardian:
    """The end of the line to the guardian that a trial holds."""

    _line: IO[str]

    def watch(self, group: int) -> None:
        """Let a process group end with the trial."""
        print(f"+{group}", file=self._line, flush=True)

    def release(self, group: int) -> None:
        """Forget a process group that has ended."""
        print(f"-{group}", file=self._line, flush=True)


@contextmanager
def guarded() -> Iterator[Guardian]:
    """Yield a guardian; whatever it still watches when the block ends is killed."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True) as one:
        assert one.stdin is not None
        yield Guardian(one.stdin)


def main() -> None:
    """Be the guardian."""
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        groups = groups | {group} if line[0] == "+" else groups - {group}
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
