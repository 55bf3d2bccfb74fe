"""Jobs: what the worker does when the time has come."""

import logging
import random
import traceback
from datetime import timedelta

from engine import cases, repository
from engine.database import Database, Transaction
from engine.errors import AlurError, Unavailable
from engine.permissions import SYSTEM

log = logging.getLogger(__name__)

_FIRST_RETRY = timedelta(seconds=10)
_LONGEST_RETRY = timedelta(hours=1)


def fire(tx: Transaction, key: str) -> bool:
    """Do one job; return False if another worker is at it or it is done already.

    The case is locked first and the job read after. The step says what becomes of the job: a timer
    that fired is gone with its row; one that is not due by the state comes back at its due moment.
    """
    instance = repository.lock_instance_of_job(tx, key)
    if instance is None:
        return False
    job = repository.job(tx, key)
    if job is None:
        return False
    job.run_at = job.due_at
    cases.locked(tx, instance).advance(tx, by=SYSTEM)
    return True


def postpone(tx: Transaction, key: str, error: str) -> None:
    """Note that a job has failed and try it again later: after 10 s, 20 s, 40 s … up to 1 h."""
    if repository.lock_instance_of_job(tx, key) is None:
        return
    job = repository.job(tx, key)
    if job is not None:
        job.attempts += 1
        job.error = error
        job.run_at = tx.now + min(_FIRST_RETRY * 2 ** min(job.attempts - 1, 16), _LONGEST_RETRY)


def fire_due(database: Database, *, limit: int = 200) -> int:
    """Fire the jobs that are due, each in a transaction of its own; return how many fired.

    In random order among the oldest, so that workers side by side rarely want the same one.
    """
    with database.read() as tx:
        keys = list(repository.due_job_keys(tx, limit=limit))
    random.shuffle(keys)
    return sum(_fire_alone(database, key) for key in keys)


def _fire_alone(database: Database, key: str) -> bool:
    try:
        with database.begin() as tx:
            return fire(tx, key)
    except Unavailable:
        raise  # not the job's fault: the worker waits for the database
    except Exception as error:  # noqa: BLE001 — one sick case must not stop all other timers
        what = _without_case_data(error)
        log.error("job %s failed: %s", key, what)  # noqa: TRY400 — its message may hold case data
        with database.begin() as tx:
            postpone(tx, key, what)
        return False


def _without_case_data(error: Exception) -> str:
    """Return what an operator may read: our own sentence, or of a bug where it happened."""
    if isinstance(error, AlurError):
        return str(error)
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
