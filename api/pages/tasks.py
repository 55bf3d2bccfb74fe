"""Tugas: one task, everything that is needed to do it, and what is done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Response, request, url_for

from api import metrics, responses
from api.pages import fields, together
from api.pages.declaring import Form, Pages, back_to, to
from api.pages.marks import marks_of
from api.pages.persons import introduce, introduce_positions
from api.pages.queries import read_query
from api.pages.rendering import render
from api.rest.schemas import Query
from engine import definitions, drafts, instances, tasks, worklist
from engine.bpmn.forms import from_texts
from engine.bpmn.sop import FormField
from engine.database import Transaction
from engine.documents import Upload
from engine.errors import Invalid
from engine.model import Draft, Task, TaskState
from engine.permissions import Actor, is_candidate

pages = Pages("tasks")
_EARLIER: Final = 50
"""So many earlier steps stand beside a task; the history of the case has all."""


class TaskQuery(Query):
    """What the page says beside the task."""

    selesai: UUID | None = None
    """The task that led here by being completed."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What the form of a task shows."""

    texts: Mapping[str, str]
    """By field id."""
    checked: Sequence[str]
    """Entries of the checklist."""


@pages.get("/tugas/<uuid:task_id>")
def show_task(
    tx: Transaction,
    by: Actor,
    *,
    task_id: UUID,
    form: Form | None = None,
    error: Invalid | None = None,
    **_: object,
) -> str:
    """Show what is to be done, by when and why then, and what has been done before."""
    detail = tasks.get(tx, task_id, by=by)
    task, step = detail.record.task, detail.step
    own = None if together.is_about_panel(error) else form
    draft = drafts.get(tx, task_id, by=by)
    case = instances.get(tx, task.instance_id, by=by)
    earlier = tasks.completed_before(tx, task, most=_EARLIER)
    introduce(tx, [detail.record.assignee, *(one.completed_by for one in [task, *earlier])])
    introduce_positions(tx, [task.candidate_group])
    loaded = definitions.load(tx, detail.record.definition_id)
    is_open = task.state is TaskState.OPEN
    return render(
        "task.html",
        detail=detail,
        entry=worklist.entry(tx, detail.record),
        task=task,
        step=step,
        steps=loaded.steps,
        step_count=len(loaded.process.steps),
        checklist=drafts.checklist(step.required_documents),
        filled=_filled(step.fields, detail.initial, draft, own),
        draft=draft,
        earlier=earlier,
        marks=marks_of(case.steps, here=task_id),
        version=case.record.definition_version,
        panel=together.panel(tx, by, task.instance_id, form=form, error=error),
        error=None if together.is_about_panel(error) else error,
        may_do=is_open and is_candidate(by, task),
        is_mine=task.assignee_id is not None and task.assignee_id == by.user_id,
        done=_done(tx, by) if request.method == "GET" else None,
    )


def _done(tx: Transaction, by: Actor) -> Task | None:
    before = read_query(TaskQuery).selesai
    return None if before is None else tasks.completed_by(tx, before, by=by)


def _filled(
    declared: Sequence[FormField],
    initial: Mapping[str, object],
    draft: Draft | None,
    form: Form | None,
) -> Filled:
    """Return what was typed just now, else the draft, else what the diagram begins with."""
    texts = fields.texts(initial)
    if form is not None:
        return Filled(texts={**texts, **fields.typed(declared, form)}, checked=form.getlist("cek"))
    if draft is not None:
        return Filled(texts={**texts, **draft.fields}, checked=draft.checked)
    return Filled(texts=texts, checked=())


@pages.post("/tugas/<uuid:task_id>/draf", again=show_task)
def save_draft(tx: Transaction, by: Actor, task_id: UUID, form: Form) -> str | Response:
    """Keep what has been filled in so far; a script that does it gets one sentence."""
    step = tasks.get(tx, task_id, by=by).step
    typed, checked = fields.typed(step.fields, form), form.getlist("cek")
    draft = drafts.save(tx, task_id, fields=typed, checked=checked, by=by)
    if request.headers.get("HX-Request"):
        return render("kept.html", draft=draft)
    return to("pages_tasks.show_task", task_id=task_id, _anchor="isian")


@pages.post("/tugas/<uuid:task_id>/selesai", again=show_task)
def complete_task(tx: Transaction, by: Actor, task_id: UUID, form: Form) -> Response:
    """Complete the task; lead to what is next for the same person in the case, else to all."""
    step = tasks.get(tx, task_id, by=by).step
    values = from_texts(step.fields, fields.typed(step.fields, form))
    completion = tasks.complete(tx, task_id, by=by, variables=values)
    responses.about(process_instance_id=completion.task.instance_id)
    metrics.note_completion(late=bool(completion.task.late_minutes))
    if completion.next_tasks:
        following = completion.next_tasks[0].id
        return to("pages_tasks.show_task", task_id=following, selesai=task_id)
    return to("pages_inbox.show_inbox", selesai=task_id)


@pages.post("/tugas/<uuid:task_id>/ambil")
def claim_task(tx: Transaction, by: Actor, task_id: UUID, form: Form) -> Response:
    """Take the task, so that the other holders of the position leave it alone."""
    tasks.claim(tx, task_id, by=by)
    return back_to(form.get("kembali") or url_for("pages_tasks.show_task", task_id=task_id))


@pages.post("/tugas/<uuid:task_id>/kembalikan")
def unclaim_task(tx: Transaction, by: Actor, task_id: UUID, form: Form) -> Response:
    """Give the task back to all holders of the position."""
    tasks.unclaim(tx, task_id, by=by)
    return back_to(form.get("kembali") or url_for("pages_tasks.show_task", task_id=task_id))


@pages.post("/tugas/<uuid:task_id>/komentar", again=show_task)
def comment_on_task(tx: Transaction, by: Actor, task_id: UUID, form: Form) -> Response:
    """Say something about the case, at this task."""
    task = tasks.get(tx, task_id, by=by).record.task
    together.write_comment(tx, by, task.instance_id, form, task_id=task_id)
    return to("pages_tasks.show_task", task_id=task_id, _anchor="komentar")


@pages.post("/tugas/<uuid:task_id>/dokumen", again=show_task, file=together.DOCUMENT)
def attach_to_task(
    tx: Transaction, by: Actor, *, task_id: UUID, form: Form, upload: Upload
) -> Response:
    """Attach a document to the case, as the output of this task."""
    del form  # its token was all there was to check
    task = tasks.get(tx, task_id, by=by).record.task
    together.attach_document(tx, by, task.instance_id, upload, task_id=task_id)
    return to("pages_tasks.show_task", task_id=task_id, _anchor="dokumen")
