"""The loops of a worker: one fires what is due, one sends messages, one keeps the house.

Apart, so that neither a mail server that hangs nor a new calendar holds a timer up. Workers are
identical and keep nothing: kill them at any moment.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from engine import idempotency, jobs, outbox, repository, revisions, tokens
from engine.database import Database
from engine.errors import Unavailable
from engine.outbox import Channels

log = logging.getLogger(__name__)

POLL = timedelta(seconds=0.5)
"""A timer or a message made elsewhere is seen this soon."""
RECOUNT = timedelta(seconds=30)
"""A deadline that still follows an older calendar is counted again this soon."""
HOUSEKEEPING = timedelta(hours=1)


def fire(database: Database, stop: threading.Event) -> None:
    """Fire due jobs until `stop` is set."""
    _repeat(lambda: jobs.fire_due(database, stopping=stop.is_set), stop, pause=POLL)


def send(database: Database, channels: Channels, stop: threading.Event) -> None:
    """Send due messages until `stop` is set."""
    _repeat(lambda: outbox.deliver_due(database, channels, stopping=stop.is_set), stop, pause=POLL)


def keep_house(database: Database, stop: threading.Event) -> None:
    """Count deadlines again by the calendars in force, and clean, until `stop` is set."""
    next_cleaning = database.clock()

    def work() -> int:
        nonlocal next_cleaning
        revisions.recount_stale(database, stopping=stop.is_set)
        if database.clock() >= next_cleaning:
            clean(database)
            next_cleaning = database.clock() + HOUSEKEEPING
        return 0

    _repeat(work, stop, pause=RECOUNT)


def clean(database: Database) -> None:
    """Remove what nobody needs any more: old answers, expired logins, old failed logins."""
    with database.begin() as tx:
        repository.delete_stale(
            tx,
            keys_before=tx.now - idempotency.LIFETIME,
            attempts_before=tx.now - tokens.ATTEMPT_WINDOW,
        )


def _repeat(work: Callable[[], int], stop: threading.Event, *, pause: timedelta) -> None:
    """Work until `stop` is set, resting when there was nothing; a database away is waited for."""
    while not stop.is_set():
        try:
            done = work()
        except Unavailable as error:
            log.warning("waiting for the database: %s", error)
            done = 0
        if not done:
            stop.wait(pause.total_seconds())
