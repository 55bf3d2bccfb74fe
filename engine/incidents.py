"""Incidents: jobs that failed too often and wait for a person."""

import logging
from datetime import timedelta
from uuid import UUID

from engine import history, repository
from engine.cases import required_reason
from engine.database import Transaction
from engine.errors import NotFound
from engine.history import EventType
from engine.model import MAIL, Job, Role
from engine.permissions import Actor, require
from engine.repository import IncidentRecord, NotificationRecord, Page, PageRequest

log = logging.getLogger(__name__)

_FIRST_RETRY = timedelta(seconds=10)
_LONGEST_RETRY = timedelta(hours=1)


class IncidentNotFound(NotFound):
    """There is no such incident; it may have been retried, resolved, or ended with its task."""


def failed(tx: Transaction, job: Job, error: str, *, most_attempts: int) -> None:
    """Let a job be tried again after 10 s, 20 s, 40 s … up to 1 h; after the last try, no more.

    The case of the job is locked. Raises nothing.
    """
    job.attempts += 1
    job.error = error.partition("\n")[0]
    if job.attempts < most_attempts:
        job.run_at = tx.now + min(_FIRST_RETRY * 2 ** min(job.attempts - 1, 16), _LONGEST_RETRY)
        return
    job.run_at, job.failed_at = None, tx.now
    _record(tx, EventType.INCIDENT_CREATED, job, actor="system", error=job.error)
    log.error(
        "a job has become an incident",
        extra={
            "job": job.key,
            "process_instance_id": str(job.instance_id),
            "task_id": None if job.task_id is None else str(job.task_id),
            "attempts": job.attempts,
        },
    )


def find(tx: Transaction, *, by: Actor, page: PageRequest) -> Page[IncidentRecord]:
    """Return the incidents, the latest first. Raises RoleNeeded."""
    require(by, Role.SUPERVISOR)
    return repository.incidents(tx, page)


def recipient(tx: Transaction, job: Job) -> NotificationRecord | None:
    """Return what a mail that failed is about, and whom it was for; None for any other job."""
    if not job.key.startswith(MAIL):
        return None
    return repository.notification(tx, UUID(job.key.removeprefix(MAIL)))


def retry(tx: Transaction, key: str, *, by: Actor) -> Job:
    """Return the job, to be tried anew at once. Raises RoleNeeded, IncidentNotFound."""
    job = _locked(tx, key, by)
    job.attempts, job.run_at, job.failed_at = 0, tx.now, None
    _record(tx, EventType.INCIDENT_RETRIED, job, actor=by.username)
    return job


def resolve(tx: Transaction, key: str, *, reason: str, by: Actor) -> None:
    """Give a job up: a message is not sent, a timer fires with the next step of its case.

    Raises RoleNeeded, IncidentNotFound, ReasonMissing.
    """
    reason = required_reason(reason)
    job = _locked(tx, key, by)
    _record(tx, EventType.INCIDENT_RESOLVED, job, actor=by.username, reason=reason)
    repository.delete_jobs(tx, job.instance_id, keys=[key], task_ids=())


def _locked(tx: Transaction, key: str, by: Actor) -> Job:
    require(by, Role.SUPERVISOR)
    instance_id = repository.instance_id_of_job(tx, key)
    if instance_id is None:
        raise IncidentNotFound(key=key)
    repository.lock_instance(tx, instance_id)
    job = repository.job(tx, key)
    if job is None or job.run_at is not None:
        raise IncidentNotFound(key=key)
    return job


def _record(tx: Transaction, event: EventType, job: Job, *, actor: str, **detail: object) -> None:
    history.record(
        tx,
        event,
        instance_id=job.instance_id,
        task_id=job.task_id,
        actor=actor,
        detail={"job": job.key, "attempts": job.attempts, **detail},
    )
