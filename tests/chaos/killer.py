"""Kills processes at random moments, and starts them again at once."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.chaos.processes import Process

_AFTER_A_SEND, _ALL_AT_ONCE = 0.25, 0.35
"""Shares of the kills, counted from 0; the rest takes any one process."""
_PATIENCE_SECONDS = 8
_BLINK_SECONDS = 0.001


@dataclass
class Killer:
    """Knows the processes of a trial, and what it has done to them."""

    processes: Sequence[Process]
    mails: Path
    """The log of the mail server, which has a line before the sender knows it."""
    random: Random
    kills: Counter[str] = field(default_factory=Counter)
    """By kind; several processes killed at one moment count as one."""
    ended: list[str] = field(default_factory=list)
    """The processes that ended without having been killed."""

    def strike(self) -> None:
        """Kill something, and start it again."""
        kind = self.random.random()
        if kind < _AFTER_A_SEND and self._mail_comes():
            self._kill("right after a send", lambda process: process.kind != "web")
        elif _AFTER_A_SEND <= kind < _ALL_AT_ONCE:
            self._kill("all at once", lambda _: True)
        else:
            victim = self.random.choice(self.processes)
            self._kill(victim.kind, lambda process: process is victim)

    def look_after(self) -> None:
        """Start what has ended by itself, and note that it has."""
        for process in self.processes:
            if process.exit_code is not None:
                ended = f"{process.kind} ended by itself with {process.exit_code}"
                self.ended.append(f"{ended}: {process.output()[-400:]}")
                process.kill()
                process.start()

    def _kill(self, kind: str, chosen: Callable[[Process], bool]) -> None:
        victims = list(filter(chosen, self.processes))
        for victim in victims:
            victim.kill()
        for victim in victims:
            victim.start()
        self.kills[kind] += 1

    def _mail_comes(self) -> bool:
        """Wait for the next mail; return whether one has come in time."""
        before, deadline = self._size(), time.monotonic() + _PATIENCE_SECONDS
        while self._size() == before and time.monotonic() < deadline:
            time.sleep(_BLINK_SECONDS)
        return self._size() != before

    def _size(self) -> int:
        return self.mails.stat().st_size if self.mails.exists() else 0
