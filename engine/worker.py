"""The loop that fires due jobs. Workers are identical and keep nothing: kill them at any moment."""

import logging
import threading
from datetime import timedelta

from engine import idempotency, jobs, repository, tokens
from engine.database import Database
from engine.errors import Unavailable

log = logging.getLogger(__name__)

POLL = timedelta(seconds=0.5)
"""A timer made elsewhere is seen this soon."""
HOUSEKEEPING = timedelta(hours=1)


def run(database: Database, stop: threading.Event) -> None:
    """Fire due jobs until `stop` is set; a database that is away is waited for."""
    next_cleaning = database.clock()
    while not stop.is_set():
        try:
            fired = jobs.fire_due(database)
            if database.clock() >= next_cleaning:
                clean(database)
                next_cleaning = database.clock() + HOUSEKEEPING
        except Unavailable as error:
            log.warning("the worker waits for the database: %s", error)
            fired = 0
        if not fired:
            stop.wait(POLL.total_seconds())


def clean(database: Database) -> None:
    """Remove what nobody needs any more: old answers, expired logins, old failed logins."""
    with database.begin() as tx:
        repository.delete_stale(
            tx,
            keys_before=tx.now - idempotency.LIFETIME,
            attempts_before=tx.now - tokens.ATTEMPT_WINDOW,
        )
