"""The loops of a worker: one fires what is due, one sends messages.

Apart, so that a mail server that hangs holds no timer up. Workers are identical and keep nothing:
kill them at any moment.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from engine import idempotency, jobs, outbox, repository, revisions, tokens
from engine.database import Database
from engine.errors import Unavailable
from engine.outbox import Channels

log = logging.getLogger(__name__)

POLL = timedelta(seconds=0.5)
"""A timer or a message made elsewhere is seen this soon."""
RECOUNT = timedelta(minutes=1)
"""A deadline that still follows an older calendar is counted again this soon."""
HOUSEKEEPING = timedelta(hours=1)


def fire(database: Database, stop: threading.Event) -> None:
    """Fire due jobs until `stop` is set, and keep the house meanwhile."""
    recount = _Every(RECOUNT, lambda: revisions.recount_stale(database))
    keep_house = _Every(HOUSEKEEPING, lambda: clean(database))

    def work() -> int:
        fired = jobs.fire_due(database)
        recount.at(database.clock())
        keep_house.at(database.clock())
        return fired

    _repeat(work, stop)


def send(database: Database, channels: Channels, stop: threading.Event) -> None:
    """Send due messages until `stop` is set."""
    _repeat(lambda: outbox.deliver_due(database, channels), stop)


def clean(database: Database) -> None:
    """Remove what nobody needs any more: old answers, expired logins, old failed logins."""
    with database.begin() as tx:
        repository.delete_stale(
            tx,
            keys_before=tx.now - idempotency.LIFETIME,
            attempts_before=tx.now - tokens.ATTEMPT_WINDOW,
        )


class _Every:
    """Does something at once, and again whenever so much time has passed."""

    def __init__(self, period: timedelta, do: Callable[[], object]) -> None:
        self._period = period
        self._do = do
        self._next: datetime | None = None

    def at(self, now: datetime) -> None:
        if self._next is None or now >= self._next:
            self._do()
            self._next = now + self._period


def _repeat(work: Callable[[], int], stop: threading.Event) -> None:
    """Work until `stop` is set, resting when there was nothing; a database away is waited for."""
    while not stop.is_set():
        try:
            done = work()
        except Unavailable as error:
            log.warning("waiting for the database: %s", error)
            done = 0
        if not done:
            stop.wait(POLL.total_seconds())
