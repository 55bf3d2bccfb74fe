"""What is to be tried, and the processes that take part in it."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.guardian import Guardian
from tests.chaos.office import PEOPLE, STARTER
from tests.chaos.processes import Process
from tests.chaos.reading import CLIENTS, MAILS
from tests.integration.running import ALUR, free_port

_WEBS, _WORKERS = 2, 2
_WITH_LEASE = """
import sys
from datetime import timedelta
from engine import outbox
outbox.LEASE = timedelta(seconds=float(sys.argv.pop(1)))
from api.cli import main
main()
"""
"""`alur` with another lease, so that a short trial need not wait a minute for a lost message."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A trial to run."""

    database_url: str
    """Of an empty database."""
    folder: Path
    """For logs; empty."""
    guardian: Guardian
    instances: int
    kills: int
    seed: int
    pause_seconds: float
    """Between two kills, on average."""
    lease_seconds: float | None = None
    """After which a message of a killed worker is sent again; None: Alur's own."""
    settle_seconds: float = 600
    """How long the end of the work may take, and then that of the jobs."""

    @property
    def mails(self) -> Path:
        """The log of the mail server."""
        return self.folder / MAILS

    def mail_server(self) -> Process:
        """Return the mail server; its output is its URL."""
        command = [sys.executable, "-m", "tests.smtp_server", "--log", str(self.mails)]
        return self._process("mail-server", command, os.environ)

    def environment(self, smtp_url: str) -> Mapping[str, str]:
        """Return the environment of the servers, with nothing of the settings of our own."""
        other = {name: value for name, value in os.environ.items() if name[:5] != "ALUR_"}
        return {
            **other,
            "ALUR_DATABASE_URL": self.database_url,
            "ALUR_SMTP_URL": smtp_url,
            "ALUR_SMTP_FROM": "alur@kantor.example",
            "ALUR_LOGIN_ATTEMPTS": "1000",  # a login that is killed half way counts as a failed one
        }

    def servers(self, env: Mapping[str, str]) -> tuple[list[Process], list[int]]:
        """Return the processes to be killed, and the ports that they answer on.

        A SQLite file has one process that does everything; on PostgreSQL web and worker are apart.
        """
        if self.database_url.startswith("sqlite"):
            port = free_port()
            return [self._alur("serve", env, "--port", str(port))], [port]
        ports = [free_port() for _ in range(_WEBS)]
        small = ("--workers", "1", "--threads", "4")
        webs = [self._alur("web", env, "--port", str(port), *small) for port in ports]
        return [*webs, *(self._alur("worker", env) for _ in range(_WORKERS))], ports

    def clients(self, ports: Sequence[int]) -> list[Process]:
        """Return a client for every person; the first one starts the cases."""
        return [self._client(username, ports) for username in PEOPLE]

    def _client(self, username: str, ports: Sequence[int]) -> Process:
        log = self.folder / CLIENTS / f"{username}.jsonl"
        command = [sys.executable, "-m", "tests.chaos.clients", username]
        command += ["--ports", ",".join(map(str, ports)), "--log", str(log)]
        command += ["--seed", str(self.seed), "--patience", str(self.lease_seconds or 60)]
        command += ["--starts"] if username == STARTER else []
        return self._process(f"client-{username}", command, os.environ)

    def _alur(self, command: str, env: Mapping[str, str], *options: str) -> Process:
        program = [ALUR]
        if self.lease_seconds is not None:
            program = [sys.executable, "-c", _WITH_LEASE, str(self.lease_seconds)]
        return self._process(command, [*program, command, *options], env)

    def _process(self, kind: str, command: Sequence[str], env: Mapping[str, str]) -> Process:
        log = self.folder / f"{kind}.log"
        return Process(kind, command, env, log, self.guardian)
