"""Tasks: the worklist, taking a task, giving it back, completing it, moving its deadline."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from api import metrics, responses
from api.rest.calendars import ShownDeadline
from api.rest.process_definitions import ShownField
from api.rest.resource import Resource
from api.rest.schemas import (
    Answer,
    InvalidRequest,
    Length,
    Listing,
    Moment,
    RequestBody,
    local,
    local_or_none,
)
from api.rest.task_query import TaskQuery
from engine import tasks
from engine.bpmn.forms import json_schema
from engine.database import Transaction
from engine.deadlines import lateness, timeliness
from engine.durations import Duration
from engine.errors import Said
from engine.model import InstanceState, Task, TaskState, Timeliness
from engine.permissions import Actor
from engine.repository import TaskRecord
from engine.tasks import Completion

resource = Resource("tasks", "The worklist: what has to be done, by whom and by when.")


class CompleteTask(RequestBody):
    """The fields of the form, as filled in."""

    variables: dict[str, Any] = Field(
        default={},
        description="By field id; see `form` of the task.",
        examples=[{"perlu_perbaikan": False}],
    )


class AssignTask(RequestBody):
    """Who is to do a task."""

    assignee: str = Field(
        max_length=64, description="A user name: a holder of the position.", examples=["kasubag"]
    )


class ExtendTask(RequestBody):
    """How far the deadline of a task moves, and why."""

    duration: Length | None = Field(
        None, description="By how much working time, counted from the present deadline."
    )
    due_date: Moment | None = Field(None, description="To which moment; instead of `duration`.")
    reason: str = Field(max_length=2000, examples=["Data dari bidang belum lengkap"])

    def new(self) -> Duration | datetime:
        """Return what is given. Raises InvalidRequest: neither, or both."""
        given = [one for one in (self.duration, self.due_date) if one is not None]
        if len(given) != 1:
            raise InvalidRequest(fields={"duration": Said("exactly one of duration and due_date")})
        return given[0]


class ShownTask(Answer):
    """A task as it stands."""

    id: UUID
    process_instance_id: UUID
    element_id: str = Field(description="The step in the diagram.")
    name: str = Field(examples=["Membuat Dokumen Laporan Kinerja"])
    candidate_group: str | None = Field(description="The code of the position that does it.")
    state: TaskState
    created_at: datetime
    at_risk_at: datetime | None = Field(description="When the last part of its time begins.")
    due_date: datetime | None = Field(description="The end of the time standard.")
    timeliness: Timeliness | None = Field(description="Of an open task with a due date.")
    overdue: bool = Field(description="Open after its due date.")
    late_minutes: int = Field(description="Working minutes after the due date; 0 is in time.")
    ended_at: datetime | None
    completed_by: str | None = Field(description="User name.")

    @classmethod
    def of(cls, tx: Transaction, task: Task) -> "ShownTask":
        """Return the task as it is shown."""
        return cls(**_row(tx, task))


class ListedTask(ShownTask):
    """A task with its case."""

    business_key: str = Field(examples=["LAKIP/2026/III"])
    process_definition_key: str = Field(examples=["evaluasi-internal-capaian-kinerja"])
    process_definition_name: str = Field(examples=["Evaluasi Internal Capaian Kinerja"])
    assignee: str | None = Field(description="User name; null: any holder of the position.")

    @classmethod
    def listing(cls, tx: Transaction) -> Callable[[TaskRecord], "ListedTask"]:
        """Return the function that shows the tasks of a list."""
        return lambda record: cls(**_record(tx, record))


class TaskList(Listing[ListedTask]):
    """One page of a worklist."""


class DetailedTask(ListedTask):
    """A task with what the SOP says of its step, and its form."""

    number: int = Field(description="Of the step in the SOP.", examples=[6])
    lane: str | None
    time_standard: str | None = Field(
        description="Waktu baku: an ISO 8601 duration, in working time.", examples=["P2D"]
    )
    calendar: str = Field(
        description="By whose working time the due date is counted.", examples=["kantor"]
    )
    deadline: ShownDeadline | None = Field(
        description=(
            "Why the due date is then: the closed time that the time standard has passed over; of "
            "a due date that was extended or suspended, the days off before it."
        )
    )
    required_documents: str = Field(description="Kelengkapan: what has to be there before.")
    output: str = Field(description="What has to be there after.")
    note: str = Field(description="Keterangan.")
    documentation: str
    fields: list[ShownField]
    initial: dict[str, Any] = Field(
        description="What the form of an open task begins with, by field id: defaults, and what "
        "is only shown."
    )
    form: dict[str, Any] = Field(
        description="The same form as a JSON Schema of the `variables` to complete it with."
    )

    @classmethod
    def now(cls, tx: Transaction, task_id: UUID, *, by: Actor) -> "DetailedTask":
        """Return the task with its step as it is shown, with what this transaction has done.

        Raises TaskNotFound, NotYourPosition.
        """
        tx.flush()
        detail = tasks.get(tx, task_id, by=by)
        step = detail.step
        return cls(
            **_record(tx, detail.record),
            number=step.number,
            lane=step.lane,
            time_standard=step.time_standard,
            calendar=detail.record.task.calendar or tx.calendars.default.name,
            deadline=ShownDeadline.of(detail.deadline, tx.local) if detail.deadline else None,
            required_documents=step.required_documents,
            output=step.output,
            note=step.note,
            documentation=step.documentation,
            fields=[ShownField.of(field) for field in step.fields],
            initial=dict(detail.initial),
            form=json_schema(step),
        )


class CompletedTask(Answer):
    """What came of completing a task."""

    task: ShownTask
    instance_state: InstanceState
    next_tasks: list[ShownTask] = Field(
        description="The open tasks of the case that the caller can do."
    )

    @classmethod
    def of(cls, tx: Transaction, completion: Completion) -> "CompletedTask":
        """Return the completion as it is shown."""
        return cls(
            task=ShownTask.of(tx, completion.task),
            instance_state=completion.instance_state,
            next_tasks=[ShownTask.of(tx, task) for task in completion.next_tasks],
        )


@resource.get("/tasks", TaskList)
def list_tasks(tx: Transaction, by: Actor, query: TaskQuery) -> TaskList:
    """List tasks: the open ones that the caller may see, the most urgent first.

    An actor sees the tasks of the positions held and those assigned to them, a supervisor all.
    """
    page = tasks.find(tx, query.filter(by), by=by, sort=query.sort, page=query.page())
    return TaskList.of(page, ListedTask.listing(tx))


@resource.get("/tasks/<uuid:task_id>", DetailedTask, problems=(403, 404))
def get_task(tx: Transaction, by: Actor, task_id: UUID) -> DetailedTask:
    """Show a task: what has to be there before and after, by when, and the form to fill in."""
    return DetailedTask.now(tx, task_id, by=by)


@resource.post("/tasks/<uuid:task_id>/claim", DetailedTask, problems=(403, 404, 409))
def claim_task(tx: Transaction, by: Actor, task_id: UUID) -> DetailedTask:
    """Take a task, so that the other holders of the position leave it alone."""
    tasks.claim(tx, task_id, by=by)
    return DetailedTask.now(tx, task_id, by=by)


@resource.post("/tasks/<uuid:task_id>/unclaim", DetailedTask, problems=(403, 404, 409))
def unclaim_task(tx: Transaction, by: Actor, task_id: UUID) -> DetailedTask:
    """Give a task back; its assignee or a supervisor may."""
    tasks.unclaim(tx, task_id, by=by)
    return DetailedTask.now(tx, task_id, by=by)


@resource.post("/tasks/<uuid:task_id>/assign", DetailedTask, problems=(403, 404, 409))
def assign_task(tx: Transaction, by: Actor, task_id: UUID, json: AssignTask) -> DetailedTask:
    """Assign a task to a holder of its position. For supervisors."""
    tasks.assign(tx, task_id, username=json.assignee, by=by)
    return DetailedTask.now(tx, task_id, by=by)


@resource.post("/tasks/<uuid:task_id>/complete", CompletedTask, problems=(403, 404, 409))
def complete_task(tx: Transaction, by: Actor, task_id: UUID, json: CompleteTask) -> CompletedTask:
    """Complete a task with the fields of its form, and move the case on.

    It needs no claim first. Of two clients exactly one succeeds; the other gets 409 with the
    state that the winner has left. With 422 the task stays open.
    """
    completion = tasks.complete(tx, task_id, by=by, variables=json.variables)
    responses.about(process_instance_id=completion.task.instance_id)
    metrics.note_completion(late=bool(completion.task.late_minutes))
    return CompletedTask.of(tx, completion)


@resource.post("/tasks/<uuid:task_id>/extend", DetailedTask, problems=(403, 404, 409))
def extend_task(tx: Transaction, by: Actor, task_id: UUID, json: ExtendTask) -> DetailedTask:
    """Move the deadline of a task to later, with a reason. For supervisors.

    By a duration in working time, or to a moment. What is overdue by now stays on record.
    """
    tasks.extend(tx, task_id, json.new(), reason=json.reason, by=by)
    return DetailedTask.now(tx, task_id, by=by)


def _row(tx: Transaction, task: Task) -> dict[str, Any]:
    standing = timeliness(tx, task)
    return {
        "id": task.id,
        "process_instance_id": task.instance_id,
        "element_id": task.element_id,
        "name": task.name,
        "candidate_group": task.candidate_group,
        "state": task.state,
        "created_at": local(tx, task.created_at),
        "at_risk_at": local_or_none(tx, task.at_risk_at),
        "due_date": local_or_none(tx, task.due_at),
        "timeliness": standing,
        "overdue": standing is Timeliness.OVERDUE,
        "late_minutes": lateness(tx, task),
        "ended_at": local_or_none(tx, task.ended_at),
        "completed_by": task.completed_by,
    }


def _record(tx: Transaction, record: TaskRecord) -> dict[str, Any]:
    return {
        **_row(tx, record.task),
        "business_key": record.business_key,
        "process_definition_key": record.definition_key,
        "process_definition_name": record.definition_name,
        "assignee": record.assignee,
    }
