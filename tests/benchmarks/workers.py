"""The processes that fire: `alur worker` as often as wanted, or the one `alur serve` of SQLite."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.config import Settings
from tests.integration.running import (
    ALUR,
    environment,
    free_port,
    running,
    terminate,
    wait_for_line,
)


@dataclass(frozen=True)
class Worker:
    """A process that fires timers, and its log."""

    process: subprocess.Popen[bytes]
    log: Path


def is_sqlite(settings: Settings) -> bool:
    """Return whether everything has to be in one process."""
    return settings.database_url.startswith("sqlite")


@contextmanager
def workers(
    settings: Settings, number: int, *, program: Sequence[str] = (ALUR,)
) -> Iterator[list[Worker]]:
    """Run workers, and yield them once they are up; they end with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        started = []
        for each in range(number):
            port = str(free_port())
            command = ("serve", "--port", port) if is_sqlite(settings) else ("worker",)
            log, env = folder / str(each), environment(settings)
            process = stack.enter_context(running(*program, *command, env=env, log=log))
            stack.callback(terminate, process)
            wait_for_line(log, port if is_sqlite(settings) else "the worker runs", process)
            started.append(Worker(process, log))
        yield started
