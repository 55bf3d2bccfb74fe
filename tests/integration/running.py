"""Runs the command line as real processes, the way a service manager does."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError

from engine.config import Settings

ALUR = str(Path(sys.executable).with_name("alur"))
_PATIENCE_SECONDS = 60
"""So long a test waits for something that is going to happen before it gives up."""


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Return the environment of a process of that installation."""
    return {**os.environ, "ALUR_DATABASE_URL": settings.database_url, **more}


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    *command: str, env: Mapping[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process, and kill it in the end if it still runs; its output goes into `log`."""
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def terminate(process: subprocess.Popen[bytes]) -> int:
    """Send SIGTERM and return the exit code."""
    process.terminate()
    return process.wait(timeout=_PATIENCE_SECONDS)


def wait_until(happened: Callable[[], bool], *, log: Path | None = None) -> None:
    """Return once that has happened; a test that waits in vain fails, and shows the log."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not happened():
        written = "" if log is None else log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, f"it has not happened\n{written}"
        time.sleep(0.05)


def wait_for_answer(url: str, process: subprocess.Popen[bytes]) -> int:
    """Return the status of the first answer that comes from `url`."""
    statuses: list[int] = []

    def answers() -> bool:
        assert process.poll() is None, f"the process has ended with {process.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 — our own server
                statuses.append(answer.status)
        except HTTPError as error:
            statuses.append(error.code)
        except OSError:
            return False
        return True

    wait_until(answers)
    return statuses[0]


def wait_for_line(log: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the log of a process has that text."""

    def logged() -> bool:
        written = log.read_text(encoding="utf-8")
        assert text in written or process.poll() is None, written
        return text in written

    wait_until(logged, log=log)
