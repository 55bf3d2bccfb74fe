"""Jobs under the lock of a case: timers that fire, steps that climb the ladder."""

import logging
import random
from collections.abc import Callable, Sequence
from uuid import UUID

from engine import cases, incidents, notifications, repository
from engine.cases import Case
from engine.database import Database, Transaction
from engine.errors import Unavailable, without_case_data
from engine.model import LADDER, JobQueue, Task
from engine.permissions import SYSTEM

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
"""After so many it is an incident: 5 minutes after the first one failed."""


def fire(tx: Transaction, key: str) -> UUID | None:
    """Do one job and return its case; None if another worker is at it or it is done already.

    The case is locked first and the job read after. Whichever of its jobs was found, the case is
    brought to the present: its due timers fire, and its open steps climb the ladder. What becomes
    of the job follows: a timer that fired is gone with its row; one that is not due by the state
    comes back at its due moment.
    """
    instance = repository.lock_instance_of_job(tx, key)
    if instance is None:
        return None
    job = repository.job(tx, key)
    if job is None or job.run_at is None or job.run_at >= tx.now:
        return None
    job.run_at = job.due_at
    case = cases.locked(tx, instance)
    for task in _brought_to_present(tx, case, key):
        notifications.climb(tx, case, task)
    return instance.id


def _brought_to_present(tx: Transaction, case: Case, key: str) -> Sequence[Task]:
    """Return the open tasks of a case after its due timers have fired.

    People are told that a step is late also where a sick timer keeps its case from going on.
    """
    return case.settle(tx) if key.startswith(LADDER) else case.advance(tx, by=SYSTEM)


def fire_due(
    database: Database, *, limit: int = 200, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Fire the jobs that are due, each in a transaction of its own; return how many fired.

    In random order among the oldest, so that workers side by side rarely want the same one.
    """
    with database.read() as tx:
        keys = list(repository.due_job_keys(tx, JobQueue.CASE, limit=limit))
    random.shuffle(keys)
    return sum(_fire_alone(database, key) for key in keys if not stopping())


def _fire_alone(database: Database, key: str) -> bool:
    try:
        with database.begin() as tx:
            instance_id = fire(tx, key)
    except Unavailable:
        raise  # not the job's fault: the worker waits for the database
    except Exception as error:  # noqa: BLE001 — one sick case must not stop all other timers
        what = without_case_data(error)
        log.error("a job failed: %s", what, extra={"job": key})  # noqa: TRY400 — its message may hold case data
        with database.begin() as tx:
            postpone(tx, key, what)
        return False
    if instance_id is not None:
        log.info("fired", extra={"job": key, "process_instance_id": str(instance_id)})
    return instance_id is not None


def postpone(tx: Transaction, key: str, error: str) -> None:
    """Note that a job has failed: it is tried again later, or becomes an incident."""
    if repository.lock_instance_of_job(tx, key) is None:
        return
    job = repository.job(tx, key)
    if job is not None:
        incidents.failed(tx, job, error, most_attempts=MOST_ATTEMPTS)
