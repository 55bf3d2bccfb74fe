"""What a message of the ladder says: to a person by mail, to a machine by webhook."""

from collections.abc import Mapping
from uuid import UUID

from engine import repository
from engine.channels import Event, Mail
from engine.database import Transaction
from engine.deadlines import lateness
from engine.model import MAIL, WEBHOOK, Job, Rung
from engine.notifications import wants_mail
from engine.repository import TaskRecord

_SUBJECTS: Mapping[Rung, tuple[str, str]] = {
    Rung.AT_RISK: ("Mendekati tenggat", "At risk"),
    Rung.OVERDUE: ("Terlambat", "Overdue"),
    Rung.LONG_OVERDUE: ("Sangat terlambat", "Long overdue"),
}
"""In Indonesian and in English."""
_TEXT = """\
Yth. {name},

{title}: langkah "{step}" pada kasus {business_key} ({process}).
Tenggat: {due}.{late_id}
Pelaksana: {actor}.

--
{title_en}: the step "{step}" of case {business_key} ({process}).
Due: {due}.{late_en}
Actor: {actor}.
"""


def compose(tx: Transaction, job: Job) -> Mail | Event | None:
    """Return the message that a job of the outbox sends, at the moment of the transaction.

    None: the person does not want it any more.
    """
    if job.key.startswith(WEBHOOK):
        task_id, _, rung = job.key.removeprefix(WEBHOOK).partition(":")
        return _event(tx, job, repository.task(tx, UUID(task_id)), Rung(rung))
    return _mail(tx, job.key, UUID(job.key.removeprefix(MAIL)))


def _mail(tx: Transaction, key: str, notification_id: UUID) -> Mail | None:
    found = repository.notification(tx, notification_id)
    if found is None or not found.user.email or not found.user.active:
        return None
    task, rung = found.task, found.notification.rung
    if not wants_mail(found.user, rung):
        return None
    title, title_en = _SUBJECTS[rung]
    late = lateness(tx, task)
    text = _TEXT.format(
        name=found.user.name,
        title=title,
        title_en=title_en,
        step=task.name,
        business_key=found.business_key,
        process=found.definition_name,
        due="-" if task.due_at is None else f"{tx.local(task.due_at):%Y-%m-%d %H:%M %Z}",
        actor=task.candidate_group or "-",
        late_id=f"\nTerlambat: {late} menit kerja." if late else "",
        late_en=f"\nLate by: {late} working minutes." if late else "",
    )
    subject = f"[Alur] {title}: {task.name} ({found.business_key})"
    return Mail(key=key, to=found.user.email, subject=subject, text=text, at=tx.now)


def _event(tx: Transaction, job: Job, record: TaskRecord, rung: Rung) -> Event:
    task = record.task
    data = {
        "task_id": str(task.id),
        "process_instance_id": str(task.instance_id),
        "process_definition_key": record.definition_key,
        "element_id": task.element_id,
        "candidate_group": task.candidate_group,
        "assignee": record.assignee,
        "due_date": None if task.due_at is None else tx.local(task.due_at).isoformat(),
        "late_minutes": lateness(tx, task),
    }
    kind = f"task.{rung}"
    return Event(key=job.key, type=kind, occurred_at=job.due_at, at=tx.now, data=data)
