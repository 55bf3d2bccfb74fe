"""The processes of a trial: started, killed with -9, started again."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.config import ROOT
from tests.chaos.guardian import Guardian

_PATIENCE_SECONDS = 60


@dataclass
class Process:
    """A process with its children, as a group of its own; there is always one or none."""

    kind: str
    """What it is, for the report: `web`, `worker` …"""
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    """Where its output goes."""
    guardian: Guardian
    starts: int = 0
    _running: subprocess.Popen[str] = field(init=False)

    def start(self) -> None:
        """Start it; returns at once."""
        with self.log.open("a", encoding="utf-8") as output:
            self._running = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self.guardian.watch(self._running.pid)
        self.starts += 1

    @property
    def exit_code(self) -> int | None:
        """How it has ended by itself; None while it runs."""
        return self._running.poll()

    def output(self) -> str:
        """Return what it has written so far."""
        return self.log.read_text(encoding="utf-8")

    def write(self, line: str) -> None:
        """Send a line to its stdin."""
        assert self._running.stdin is not None
        print(line, file=self._running.stdin, flush=True)

    def end_input(self) -> None:
        """Close its stdin."""
        assert self._running.stdin is not None
        with suppress(BrokenPipeError):
            self._running.stdin.close()

    def kill(self) -> None:
        """Kill the whole group with -9; returns when it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()
        self.end_input()
        self.guardian.release(self._running.pid)

    def terminate(self) -> None:
        """Let it end in its own way, if it does so in time."""
        self._running.terminate()
        self.wait()

    def wait(self) -> bool:
        """Return whether it has ended well by itself in time; then it is gone in any case."""
        try:
            return self._running.wait(timeout=_PATIENCE_SECONDS) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.kill()


@contextmanager
def running(processes: Sequence[Process]) -> Iterator[Sequence[Process]]:
    """Start processes; whatever is left of them when the block ends is killed."""
    started = []
    try:
        for process in processes:
            process.start()
            started.append(process)
        yield processes
    finally:
        for process in started:
            process.kill()
