"""The outbox: messages that leave the house, at least once, outside of any transaction.

A worker leases a message under the lock of its case, sends it, and settles it in a transaction of
its own. Killed in between, it leaves a lease that runs out, and the message is sent again under
the same key. A job ends with its task, so nothing is begun about a step that is done.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from engine import announcements, incidents, repository
from engine.channels import Event, Mail, MailChannel, Undelivered, WebhookChannel
from engine.config import InvalidSetting, Settings
from engine.database import Database, Transaction
from engine.errors import Unavailable, without_case_data
from engine.model import MAIL, JobQueue

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""Longer than any channel may take for one message."""
FRESH = timedelta(seconds=2)
"""So soon after its lease a message has to be on its way."""
MOST_ATTEMPTS = 14
"""After so many it is an incident: six hours after the first one failed."""


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The ways out of the house that the settings name."""

    mail: MailChannel | None
    webhook: WebhookChannel | None

    @classmethod
    def of(cls, settings: Settings) -> "Channels":
        """Return the channels of an installation. Raises InvalidSetting."""
        if settings.smtp_url and not settings.smtp_from:
            raise InvalidSetting("ALUR_SMTP_FROM is missing: mails need a sender.")
        return cls(
            mail=MailChannel.from_url(settings.smtp_url, settings.smtp_from)
            if settings.smtp_url
            else None,
            webhook=WebhookChannel(settings.webhook_url, settings.webhook_secret)
            if settings.webhook_url
            else None,
        )

    def send(self, message: Mail | Event) -> None:
        """Send a message its way. Raises Undelivered."""
        if isinstance(message, Mail) and self.mail is not None:
            self.mail.send(message)
        elif isinstance(message, Event) and self.webhook is not None:
            self.webhook.send(message)
        else:
            raise Undelivered(f"There is no way out for {type(message).__name__.lower()}s.")


@dataclass(frozen=True, kw_only=True)
class _Leased:
    """A message that this worker alone may send until the lease ends."""

    key: str
    instance_id: UUID
    message: Mail | Event
    until: datetime


def deliver_due(
    database: Database,
    channels: Channels,
    *,
    limit: int = 50,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send the messages that are due; return how many were delivered.

    After a failure the rest of that channel is left for the next time: a mail server that hangs
    holds no webhook up.
    """
    with database.read() as tx:
        keys = list(repository.due_job_keys(tx, JobQueue.OUTBOX, limit=limit))
    random.shuffle(keys)
    delivered, failing = 0, set()
    for key in keys:
        channel = key.partition(":")[0]
        if stopping() or channel in failing:
            continue
        outcome = _deliver(database, channels, key)
        delivered += outcome is _Outcome.DELIVERED
        if outcome is _Outcome.FAILED:
            failing.add(channel)
    return delivered


class _Outcome(Enum):
    """What came of a message."""

    DELIVERED = auto()
    LEFT = auto()
    """Another worker is at it, or it is not wanted any more, or never will be."""
    FAILED = auto()
    """To be tried again."""


def _deliver(database: Database, channels: Channels, key: str) -> _Outcome:
    leased = None
    try:
        with database.begin() as tx:
            leased = _lease(tx, key)
        if leased is None or not _still_wanted(database, leased):
            return _Outcome.LEFT
        channels.send(leased.message)
    except Undelivered as error:
        most_attempts = 0 if error.permanent else MOST_ATTEMPTS
        _failed(database, key, leased, str(error), most_attempts=most_attempts)
        return _Outcome.LEFT if error.permanent else _Outcome.FAILED
    except Unavailable:
        raise  # not the message's fault: the worker waits for the database
    except Exception as error:  # noqa: BLE001 — one sick message must not stop all others
        _failed(database, key, leased, without_case_data(error), most_attempts=MOST_ATTEMPTS)
        return _Outcome.LEFT
    _delivered(database, leased)
    return _Outcome.DELIVERED


def _still_wanted(database: Database, leased: _Leased) -> bool:
    """Return whether the message may go out now: a moment after the lease, and not ended since.

    A process that was frozen in between comes back to the message when the lease has run out.
    """
    with database.read() as tx:
        job = repository.job(tx, leased.key)
    fresh = database.clock() - leased.message.at <= FRESH
    return fresh and job is not None and job.run_at == leased.until


def _lease(tx: Transaction, key: str) -> _Leased | None:
    """Return the message if it is due and nobody else is at it; its sending begins now."""
    instance = repository.lock_instance_of_job(tx, key)
    job = repository.job(tx, key) if instance is not None else None
    if instance is None or job is None or job.run_at is None or job.run_at >= tx.now:
        return None
    message = announcements.compose(tx, job)
    if message is None:
        repository.delete_jobs(tx, instance.id, keys=[key], task_ids=())
        return None
    job.run_at = tx.now + LEASE
    return _Leased(key=key, instance_id=instance.id, message=message, until=job.run_at)


def _delivered(database: Database, leased: _Leased) -> None:
    """Remove a message that has arrived, and note when its sending began."""
    with database.begin() as tx:
        repository.lock_instance(tx, leased.instance_id)
        if isinstance(leased.message, Mail):
            notification_id = UUID(leased.key.removeprefix(MAIL))
            repository.mark_mailed(tx, notification_id, leased.message.at)
        repository.delete_jobs(tx, leased.instance_id, keys=[leased.key], task_ids=())
    log.info("delivered", extra=_ids(leased.key, leased.instance_id))


def _failed(
    database: Database, key: str, leased: _Leased | None, error: str, *, most_attempts: int
) -> None:
    """Let a message be sent again later, unless its task or its lease has ended meanwhile."""
    with database.begin() as tx:
        instance_id = repository.instance_id_of_job(tx, key)
        if instance_id is None:
            return
        repository.lock_instance(tx, instance_id)
        job = repository.job(tx, key)
        if job is None or job.run_at is None:
            return
        if job.run_at == leased.until if leased else job.run_at < tx.now:
            incidents.failed(tx, job, error, most_attempts=most_attempts)
    log.warning("not delivered: %s", error, extra=_ids(key, instance_id))


def _ids(key: str, instance_id: UUID) -> dict[str, str]:
    channel = key.partition(":")[0]
    return {"job": key, "process_instance_id": str(instance_id), "channel": channel}
