"""Incidents: what failed too often and waits for a person."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, RequestBody, local, local_or_none
from engine import incidents
from engine.database import Transaction
from engine.model import Rung
from engine.permissions import Actor
from engine.repository import IncidentRecord

resource = Resource("incidents", "Timers and messages that failed too often and wait for a person.")

Kind = Literal["timer", "ladder", "mail", "webhook"]


class ResolveIncident(RequestBody):
    """Why it is given up."""

    reason: str = Field(max_length=2000, examples=["Alamat surel sudah tidak dipakai"])


class ShownIncident(Answer):
    """A timer or a message that is not tried any more until somebody decides."""

    key: str = Field(examples=["mail:01920000-0000-7000-8000-000000000000"])
    kind: Kind = Field(
        description="A timer of the diagram, the ladder of a step, or a message that goes out."
    )
    process_instance_id: UUID
    business_key: str = Field(examples=["LAKIP/2026/III"])
    process_definition_key: str = Field(examples=["evaluasi-internal-capaian-kinerja"])
    process_definition_name: str = Field(examples=["Evaluasi Internal Capaian Kinerja"])
    task_id: UUID | None = Field(description="The task with whose end it ends.")
    username: str | None = Field(description="Of a mail: whom it is for.")
    rung: Rung | None = Field(description="Of a mail: the rung that it tells of.")
    due_date: datetime = Field(description="When it should have been done.")
    failed_at: datetime | None = Field(description="When it was tried for the last time.")
    attempts: int = Field(description="How often it has failed.")
    error: str | None = Field(description="Of the last attempt.")

    @classmethod
    def of(cls, tx: Transaction, record: IncidentRecord) -> "ShownIncident":
        """Return the incident as it is shown."""
        job = record.job
        kind, _, _ = job.key.partition(":")
        told = incidents.recipient(tx, job)
        return cls.model_validate(
            {
                "key": job.key,
                "kind": kind,
                "process_instance_id": job.instance_id,
                "business_key": record.business_key,
                "process_definition_key": record.definition_key,
                "process_definition_name": record.definition_name,
                "task_id": job.task_id,
                "username": None if told is None else told.user.username,
                "rung": None if told is None else told.notification.rung,
                "due_date": local(tx, job.due_at),
                "failed_at": local_or_none(tx, job.failed_at),
                "attempts": job.attempts,
                "error": job.error,
            }
        )


class IncidentList(Listing[ShownIncident]):
    """One page of incidents, the latest first."""


@resource.get("/incidents", IncidentList, problems=(403,))
def list_incidents(tx: Transaction, by: Actor, query: ListQuery) -> IncidentList:
    """List what failed too often, the latest first. For supervisors."""
    page = incidents.find(tx, by=by, page=query.page())
    return IncidentList.of(page, lambda record: ShownIncident.of(tx, record))


@resource.post("/incidents/<incident_key>/retry", None, status=204, problems=(403, 404))
def retry_incident(tx: Transaction, by: Actor, incident_key: str) -> None:
    """Let it be tried anew at once, as often as before. For supervisors."""
    incidents.retry(tx, incident_key, by=by)


@resource.post("/incidents/<incident_key>/resolve", None, status=204, problems=(403, 404))
def resolve_incident(tx: Transaction, by: Actor, incident_key: str, json: ResolveIncident) -> None:
    """Give it up: a message is not sent, a timer fires with the next step of its case.

    For supervisors; the reason stays in the history of the case.
    """
    incidents.resolve(tx, incident_key, reason=json.reason, by=by)
