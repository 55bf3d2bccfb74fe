"""Kasus: finding them, looking at one, and what may be done with it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Response, request
from pydantic import Field

from api.pages import timeline, together
from api.pages.declaring import Form, Pages, to
from api.pages.marks import marks_of
from api.pages.persons import introduce, introduce_positions
from api.pages.queries import read_query
from api.pages.rendering import render
from api.pages.times import office_moment
from api.rest.schemas import ListQuery
from engine import definitions, instances, repository, tasks
from engine.bpmn.program import Event
from engine.database import Transaction
from engine.documents import Upload
from engine.durations import Duration, InvalidDuration
from engine.errors import Invalid, Said
from engine.instances import CaseRecord
from engine.model import InstanceState, Role
from engine.permissions import Actor
from engine.repository import InstanceFilter, PageRequest

pages = Pages("cases")
_EVENTS: Final = 200
"""So much of the history stands on one page."""
_UNITS: Final = {"menit": "PT{}M", "jam": "PT{}H", "hari": "P{}D"}


class CaseQuery(ListQuery):
    """Which cases are wanted."""

    limit: int = Field(25, ge=1, le=200)
    cari: str | None = Field(None, max_length=200)
    milik: str | None = Field(None, max_length=64)
    keadaan: InstanceState | None = None
    sop: str | None = Field(None, max_length=200)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The form of the page that was sent and is not valid, if one was."""

    endpoint: str | None = None
    task_id: UUID | None = None
    """Of a form that is about a task."""
    form: Form = field(default_factory=Form)
    error: Invalid | None = None

    def of(self, endpoint: str, task_id: UUID | None = None) -> "Refused":
        """Return what was typed into a form and what is wrong with it: nothing if it is another."""
        return self if (self.endpoint, self.task_id) == (endpoint, task_id) else Refused()


@pages.get("/kasus")
def show_cases(tx: Transaction, by: Actor) -> str:
    """Show the cases that the visitor may see, the newest first."""
    query = read_query(CaseQuery)
    wanted = InstanceFilter(
        process_definition_key=query.sop,
        search=query.cari,
        state=query.keadaan,
        mine=query.milik == "saya",
    )
    found = instances.find(tx, wanted, by=by, page=query.page())
    introduce(tx, [one.instance.started_by for one in found.items])
    return render(
        "cases.html",
        query=query,
        cases=found.items,
        next_cursor=query.cursor_after(found.next_after),
        states=list(InstanceState),
    )


@pages.get("/kasus/<uuid:instance_id>")
def show_case(
    tx: Transaction,
    by: Actor,
    instance_id: UUID,
    *,
    form: Form | None = None,
    error: Invalid | None = None,
    task_id: UUID | None = None,
    **_: object,
) -> str:
    """Show a case: its diagram, its steps, what happened, and what the visitor may do."""
    case = instances.get(tx, instance_id, by=by)
    after = read_query(ListQuery).page().after
    happened = instances.what_happened(
        tx, instance_id, by=by, page=PageRequest(limit=_EVENTS, after=after)
    )
    names = _names(tx, case)
    introduce(tx, [case.record.instance.started_by, *timeline.people_of(happened.items)])
    introduce(tx, [one.task.completed_by for one in case.steps if one.task])
    groups = (one.step.candidate_group for one in case.steps)
    introduce_positions(tx, [*timeline.positions_of(happened.items), *groups])
    return render(
        "case.html",
        case=case,
        instance=case.record.instance,
        marks=marks_of(case.steps),
        events=[event for event in happened.items if timeline.is_told(event)],
        next_cursor=ListQuery.cursor_after(happened.next_after),
        sentence=lambda event: timeline.sentence(event, names),
        capacity=timeline.capacity,
        is_done_by_somebody=timeline.is_done_by_somebody,
        may=_may(by, case),
        holders=_holders(tx, by, case),
        units=list(_UNITS),
        panel=together.panel(tx, by, instance_id, form=form, error=error),
        refused=Refused(
            endpoint=request.endpoint,
            task_id=task_id,
            form=form or Form(),
            error=None if together.is_about_panel(error) else error,
        ),
    )


def _names(tx: Transaction, case: CaseRecord) -> dict[str, str]:
    """Return the names of elements by their ids; the timer of a step is called as the step."""
    named = dict(definitions.load(tx, case.record.instance.definition_id).names)
    for one in case.steps:
        named[one.step.element_id] = one.step.name
        if one.step.timer_id:
            named[one.step.timer_id] = one.step.name
    return named


def _may(by: Actor, case: CaseRecord) -> dict[str, bool]:
    """Return what the visitor may do with the case, as the use-cases will ask again."""
    instance, supervises = case.record.instance, by.has(Role.SUPERVISOR)
    active = instance.state is InstanceState.ACTIVE
    return {
        "govern": supervises and active,
        "cancel": supervises and instance.ended_at is None,
        "suspend": supervises and active,
        "resume": supervises and instance.state is InstanceState.SUSPENDED,
        "deliver": active and (supervises or instance.started_by == by.username),
    }


def _holders(tx: Transaction, by: Actor, case: CaseRecord) -> dict[str, list[Any]]:
    """Return who can be assigned, by position; only for whoever may assign."""
    if not by.has(Role.SUPERVISOR):
        return {}
    groups = {one.step.candidate_group for one in case.open_tasks}
    return {code: list(repository.holders_today(tx, code)) for code in groups if code}


@pages.post("/kasus/<uuid:instance_id>/batal", again=show_case)
def cancel(tx: Transaction, by: Actor, instance_id: UUID, form: Form) -> Response:
    """End the case early."""
    instances.cancel(tx, instance_id, reason=form.get("reason", ""), by=by)
    return to("pages_cases.show_case", instance_id=instance_id)


@pages.post("/kasus/<uuid:instance_id>/tangguhkan", again=show_case)
def suspend(tx: Transaction, by: Actor, instance_id: UUID, form: Form) -> Response:
    """Let the clock of the case stand still."""
    instances.suspend(tx, instance_id, reason=form.get("reason", ""), by=by)
    return to("pages_cases.show_case", instance_id=instance_id)


@pages.post("/kasus/<uuid:instance_id>/lanjutkan", again=show_case)
def resume(tx: Transaction, by: Actor, instance_id: UUID, form: Form) -> Response:  # noqa: ARG001 — it has no fields
    """Let the clock of the case run again."""
    instances.resume(tx, instance_id, by=by)
    return to("pages_cases.show_case", instance_id=instance_id)


@pages.post("/kasus/<uuid:instance_id>/sampaikan", again=show_case)
def deliver(tx: Transaction, by: Actor, instance_id: UUID, form: Form) -> Response:
    """Tell the case of a message or signal that it waits for."""
    kind, _, name = form.get("event", "").partition(":")
    if kind not in {Event.MESSAGE.value, Event.SIGNAL.value}:
        raise Invalid(fields={"event": Said("is not a known field")})
    instances.deliver(tx, instance_id, Event(kind), name, variables={}, by=by)
    return to("pages_cases.show_case", instance_id=instance_id)


@pages.post("/kasus/<uuid:instance_id>/tugas/<uuid:task_id>/tugaskan", again=show_case)
def assign(tx: Transaction, by: Actor, *, instance_id: UUID, task_id: UUID, form: Form) -> Response:
    """Give a task to a holder of its position."""
    _require_of(tx, task_id, instance_id)
    tasks.assign(tx, task_id, username=form.get("assignee", ""), by=by)
    return to("pages_cases.show_case", instance_id=instance_id)


@pages.post("/kasus/<uuid:instance_id>/tugas/<uuid:task_id>/perpanjang", again=show_case)
def extend(tx: Transaction, by: Actor, *, instance_id: UUID, task_id: UUID, form: Form) -> Response:
    """Move the deadline of a task to later."""
    _require_of(tx, task_id, instance_id)
    if form.get("by") == "due_date":
        new: Duration | datetime = office_moment(tx, form.get("due_date", ""), field="due_date")
    else:
        new = _length(form)
    tasks.extend(tx, task_id, new, reason=form.get("reason", ""), by=by)
    return to("pages_cases.show_case", instance_id=instance_id)


@pages.post("/kasus/<uuid:instance_id>/komentar", again=show_case)
def comment(tx: Transaction, by: Actor, instance_id: UUID, form: Form) -> Response:
    """Say something about the case."""
    together.write_comment(tx, by, instance_id, form)
    return to("pages_cases.show_case", instance_id=instance_id, _anchor="komentar")


@pages.post("/kasus/<uuid:instance_id>/dokumen", again=show_case, file=together.DOCUMENT)
def attach(
    tx: Transaction, by: Actor, *, instance_id: UUID, form: Form, upload: Upload
) -> Response:
    """Attach a document to the case."""
    del form  # its token was all there was to check
    together.attach_document(tx, by, instance_id, upload)
    return to("pages_cases.show_case", instance_id=instance_id, _anchor="dokumen")


def _require_of(tx: Transaction, task_id: UUID, instance_id: UUID) -> None:
    """Return if the task is one of the case. Raises TaskNotFound."""
    if repository.task(tx, task_id).task.instance_id != instance_id:
        raise repository.TaskNotFound(id=str(task_id))


def _length(form: Form) -> Duration:
    """Return by how much working time. Raises Invalid."""
    written, pattern = form.get("duration", "").strip(), _UNITS.get(form.get("unit", ""))
    is_number = written.isascii() and written.isdecimal() and written.strip("0")
    if pattern is None or not is_number:
        sentence = Said("Write a whole number that is more than nothing.")
        raise Invalid(fields={"duration": sentence})
    try:
        return Duration.parse(pattern.format(written))
    except InvalidDuration as error:
        raise Invalid(fields={"duration": Said("A duration is at most ten years")}) from error
