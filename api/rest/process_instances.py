"""Process instances: the cases of the office."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import (
    Answer,
    Listing,
    ListQuery,
    Moment,
    RequestBody,
    local,
    local_or_none,
)
from engine import instances
from engine.bpmn.program import Event
from engine.database import Transaction
from engine.history import EventType
from engine.instances import StepProgress, StepState
from engine.model import HistoryEvent, InstanceState, Timeliness
from engine.permissions import Actor
from engine.repository import InstanceFilter, InstanceRecord
from engine.workflow.steps import Awaited

resource = Resource("process instances", "Cases: an SOP under way, from its start to its end.")


class InstanceQuery(ListQuery):
    """Which cases are wanted; each parameter that is given narrows the list."""

    process_definition_key: str | None = Field(None, max_length=200)
    business_key: str | None = Field(None, max_length=200)
    search: str | None = Field(
        None, max_length=200, description="Is somewhere in the business key, in capitals or not."
    )
    state: InstanceState | None = None
    started_by: str | None = Field(
        None, max_length=64, description="A user name; `me` is whoever asks.", examples=["me"]
    )
    mine: bool = Field(
        default=False, description="Whoever asks has started it, or has or had a task in it."
    )
    started_before: Moment | None = None
    started_after: Moment | None = None

    def filter(self, by: Actor) -> InstanceFilter:
        """Return what is wanted in the words of the engine."""
        return InstanceFilter(
            process_definition_key=self.process_definition_key,
            business_key=self.business_key,
            search=self.search,
            state=self.state,
            started_by=by.username if self.started_by == "me" else self.started_by,
            mine=self.mine,
            started_before=self.started_before,
            started_after=self.started_after,
        )


class StartInstance(RequestBody):
    """A case to start."""

    process_definition_key: str = Field(
        max_length=200, examples=["evaluasi-internal-capaian-kinerja"]
    )
    business_key: str = Field(
        max_length=200,
        description="What the office calls the case, for example the number of a letter.",
        examples=["LAKIP/2026/III"],
    )
    variables: dict[str, Any] = Field(default={}, examples=[{}])


class CancelInstance(RequestBody):
    """Why a case ends early."""

    reason: str = Field(max_length=2000, examples=["Ditarik oleh pengirim"])


class SuspendInstance(RequestBody):
    """Why the clock of a case stands still."""

    reason: str = Field(max_length=2000, examples=["Menunggu jawaban provinsi"])


class DeliverEvent(RequestBody):
    """A message or signal for a case."""

    name: str = Field(max_length=200, description="As the diagram names it.", examples=["Jawaban"])
    variables: dict[str, Any] = Field(default={}, description="What it brings.", examples=[{}])


class ShownInstance(Answer):
    """A case."""

    id: UUID
    process_definition_key: str = Field(examples=["evaluasi-internal-capaian-kinerja"])
    process_definition_name: str = Field(examples=["Evaluasi Internal Capaian Kinerja"])
    process_definition_version: int = Field(examples=[1])
    business_key: str = Field(examples=["LAKIP/2026/III"])
    state: InstanceState
    started_at: datetime
    started_by: str = Field(description="User name.", examples=["supervisor"])
    suspended_at: datetime | None = Field(description="Since when its clock stands still.")
    ended_at: datetime | None

    @classmethod
    def of(cls, tx: Transaction, record: InstanceRecord) -> "ShownInstance":
        """Return the case as it is shown."""
        instance = record.instance
        return cls(
            id=instance.id,
            process_definition_key=record.definition_key,
            process_definition_name=record.definition_name,
            process_definition_version=record.definition_version,
            business_key=instance.business_key,
            state=instance.state,
            started_at=local(tx, instance.started_at),
            started_by=instance.started_by,
            suspended_at=local_or_none(tx, instance.suspended_at),
            ended_at=local_or_none(tx, instance.ended_at),
        )


class InstanceList(Listing[ShownInstance]):
    """One page of cases."""


class ShownProgress(Answer):
    """How far a case has come with a step; a step done again counts as its last turn."""

    number: int = Field(examples=[1])
    element_id: str
    name: str = Field(examples=["Memerintahkan untuk penyusunan Lakip"])
    lane: str | None
    candidate_group: str | None
    state: StepState = Field(description="`waiting`: not reached yet.")
    task_id: UUID | None
    due_date: datetime | None
    timeliness: Timeliness | None = Field(description="Of an open step with a due date.")
    ended_at: datetime | None
    completed_by: str | None = Field(description="User name.")
    late_minutes: int = Field(description="Working minutes after the due date; 0 is in time.")

    @classmethod
    def of(cls, tx: Transaction, progress: StepProgress) -> "ShownProgress":
        """Return the step as it is shown."""
        step, task = progress.step, progress.task
        return cls(
            number=step.number,
            element_id=step.element_id,
            name=step.name,
            lane=step.lane,
            candidate_group=step.candidate_group,
            state=progress.state,
            task_id=None if task is None else task.id,
            due_date=None if task is None else local_or_none(tx, task.due_at),
            timeliness=progress.timeliness,
            ended_at=None if task is None else local_or_none(tx, task.ended_at),
            completed_by=None if task is None else task.completed_by,
            late_minutes=progress.late_minutes,
        )


class ShownAwaited(Answer):
    """A message or signal that a case waits for."""

    event: Event = Field(description="`message` or `signal`.")
    name: str
    element_id: str = Field(description="Which event waits.")

    @classmethod
    def of(cls, awaited: Awaited) -> "ShownAwaited":
        """Return what is waited for as it is shown."""
        return cls(event=awaited.event, name=awaited.name, element_id=awaited.element_id)


class DetailedInstance(ShownInstance):
    """A case with the state of every step."""

    steps: list[ShownProgress]
    waits_for: list[ShownAwaited] = Field(
        description="Messages and signals that can be delivered to it."
    )

    @classmethod
    def now(cls, tx: Transaction, instance_id: UUID, *, by: Actor) -> "DetailedInstance":
        """Return the case with its steps as it is shown, with what this transaction has done.

        Raises InstanceNotFound, and what `instances.get` raises for who may not see it.
        """
        tx.flush()
        case = instances.get(tx, instance_id, by=by)
        return cls(
            **dict(ShownInstance.of(tx, case.record)),
            steps=[ShownProgress.of(tx, progress) for progress in case.steps],
            waits_for=[ShownAwaited.of(one) for one in case.waits_for],
        )


class ShownEvent(Answer):
    """Something that happened in a case."""

    id: UUID
    at: datetime
    type: EventType
    actor: str = Field(description="A user name, or `system`.", examples=["kasubag"])
    element_id: str | None = Field(description="Where in the diagram.")
    task_id: UUID | None
    detail: dict[str, Any] = Field(
        description=(
            "What else is known, by kind of event; of whoever acted in a position, `position` and "
            "`capacity` (`definitive`, `plt`, `plh`)."
        )
    )

    @classmethod
    def of(cls, tx: Transaction, event: HistoryEvent) -> "ShownEvent":
        """Return the event as it is shown."""
        return cls(
            id=event.id,
            at=local(tx, event.at),
            type=EventType(event.type),
            actor=event.actor,
            element_id=event.element_id,
            task_id=event.task_id,
            detail=event.detail,
        )


class History(Listing[ShownEvent]):
    """One page of a history."""


@resource.post("/process-instances", DetailedInstance, status=201, problems=(403, 404))
def start_process_instance(tx: Transaction, by: Actor, json: StartInstance) -> DetailedInstance:
    """Start a case of the version in force.

    For supervisors and for the holders of the position in whose lane the first step lies; where it
    lies in none, for process owners too.
    """
    instance = instances.start(
        tx,
        json.process_definition_key,
        business_key=json.business_key,
        variables=json.variables,
        by=by,
    )
    return DetailedInstance.now(tx, instance.id, by=by)


@resource.get("/process-instances", InstanceList)
def list_process_instances(tx: Transaction, by: Actor, query: InstanceQuery) -> InstanceList:
    """List cases, the newest first.

    A supervisor sees all; others those they started and those in which they have or had a task.
    """
    page = instances.find(tx, query.filter(by), by=by, page=query.page())
    return InstanceList.of(page, lambda record: ShownInstance.of(tx, record))


@resource.get("/process-instances/<uuid:instance_id>", DetailedInstance, problems=(403, 404))
def get_process_instance(tx: Transaction, by: Actor, instance_id: UUID) -> DetailedInstance:
    """Show a case with the state of every step."""
    return DetailedInstance.now(tx, instance_id, by=by)


@resource.get("/process-instances/<uuid:instance_id>/history", History, problems=(403, 404))
def get_process_instance_history(
    tx: Transaction, by: Actor, instance_id: UUID, query: ListQuery
) -> History:
    """List what happened in a case, who did it and when, the oldest first."""
    page = instances.what_happened(tx, instance_id, by=by, page=query.page())
    return History.of(page, lambda event: ShownEvent.of(tx, event))


@resource.post(
    "/process-instances/<uuid:instance_id>/messages", DetailedInstance, problems=(403, 404, 409)
)
def deliver_message(
    tx: Transaction, by: Actor, instance_id: UUID, json: DeliverEvent
) -> DetailedInstance:
    """Deliver a message to the first event of the case that waits for it.

    409 when none does; `waits_for` of the case says what it waits for. For supervisors and for
    whoever started the case.
    """
    return _deliver(tx, by, instance_id, json, event=Event.MESSAGE)


@resource.post(
    "/process-instances/<uuid:instance_id>/signals", DetailedInstance, problems=(403, 404, 409)
)
def deliver_signal(
    tx: Transaction, by: Actor, instance_id: UUID, json: DeliverEvent
) -> DetailedInstance:
    """Deliver a signal to every event of the case that waits for it.

    409 when none does. For supervisors and for whoever started the case.
    """
    return _deliver(tx, by, instance_id, json, event=Event.SIGNAL)


def _deliver(
    tx: Transaction, by: Actor, instance_id: UUID, sent: DeliverEvent, *, event: Event
) -> DetailedInstance:
    instances.deliver(tx, instance_id, event, sent.name, variables=sent.variables, by=by)
    return DetailedInstance.now(tx, instance_id, by=by)


@resource.post(
    "/process-instances/<uuid:instance_id>/cancel", DetailedInstance, problems=(403, 404, 409)
)
def cancel_process_instance(
    tx: Transaction, by: Actor, instance_id: UUID, json: CancelInstance
) -> DetailedInstance:
    """End a case early, with all its open tasks. For supervisors."""
    instances.cancel(tx, instance_id, reason=json.reason, by=by)
    return DetailedInstance.now(tx, instance_id, by=by)


@resource.post(
    "/process-instances/<uuid:instance_id>/suspend", DetailedInstance, problems=(403, 404, 409)
)
def suspend_process_instance(
    tx: Transaction, by: Actor, instance_id: UUID, json: SuspendInstance
) -> DetailedInstance:
    """Let the clock of a case stand still: it waits for somebody outside the office.

    None of its tasks can be done or becomes overdue until it is resumed. For supervisors.
    """
    instances.suspend(tx, instance_id, reason=json.reason, by=by)
    return DetailedInstance.now(tx, instance_id, by=by)


@resource.post(
    "/process-instances/<uuid:instance_id>/resume", DetailedInstance, problems=(403, 404, 409)
)
def resume_process_instance(tx: Transaction, by: Actor, instance_id: UUID) -> DetailedInstance:
    """Let the clock of a case run again.

    Every deadline moves by exactly the working time for which it stood still. For supervisors.
    """
    instances.resume(tx, instance_id, by=by)
    return DetailedInstance.now(tx, instance_id, by=by)
