"""Drafts: what a person has filled in of a task so far; it ends with the task."""

import json
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from engine import repository, tasks
from engine.bpmn.forms import MAX_BYTES
from engine.bpmn.sop import Step
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.model import Draft
from engine.permissions import Actor, require_candidate, require_sight


class InvalidDraft(Invalid):
    """This cannot be kept as a draft."""


_MOST_ENTRIES: Final = 200
"""Of a checklist."""


def checklist(required_documents: str) -> list[str]:
    """Return what has to be there before a step, entry by entry, each once.

    The SOP has it in one cell: entries stand in lines of their own or are parted by semicolons.
    """
    parts = required_documents.replace(";", "\n").splitlines()
    entries = (" ".join(part.split()).strip(" -•*") for part in parts)
    return list(dict.fromkeys(entry for entry in entries if entry))[:_MOST_ENTRIES]


def get(tx: Transaction, task_id: UUID, *, by: Actor) -> Draft | None:
    """Return what the actor has filled in of a task. Raises TaskNotFound, NotYourPosition."""
    require_sight(by, repository.task(tx, task_id).task)
    return None if by.user_id is None else repository.draft(tx, task_id, by.user_id)


def save(
    tx: Transaction,
    task_id: UUID,
    *,
    fields: Mapping[str, str],
    checked: Sequence[str],
    by: Actor,
) -> Draft:
    """Return the draft of the actor, which is now this and nothing else.

    Nothing of it is valid or not: it is kept as typed. Only what the task does not have is refused.

    Raises:
        TaskNotFound, TaskNotOpen, InstanceSuspended: as they say.
        NotYourPosition, AssignedToSomebodyElse: not for this actor.
        InvalidDraft: a field or an entry of the checklist that the task does not have, or too much.
    """
    case, task = tasks.lock_open(tx, task_id)
    require_candidate(by, task)
    if by.user_id is None:
        raise InvalidDraft(Said("Only a person has drafts."))
    step = case.loaded.steps[task.element_id]
    _require_known(step, fields, checked)
    draft = repository.draft(tx, task_id, by.user_id)
    if draft is None:
        draft = Draft(tenant_id=tx.tenant_id, task_id=task_id, user_id=by.user_id)
        tx.add(draft)
    draft.checked = [one for one in checklist(step.required_documents) if one in checked]
    draft.fields, draft.saved_at = dict(fields), tx.now
    return draft


def _require_known(step: Step, fields: Mapping[str, str], checked: Sequence[str]) -> None:
    unknown = fields.keys() - {field.id for field in step.fields if not field.readonly}
    problems = dict.fromkeys(unknown, Said("This step has no field of that name."))
    if set(checked) - set(checklist(step.required_documents)):
        problems["checked"] = Said("The checklist of this step has no such entry.")
    if len(json.dumps(dict(fields), ensure_ascii=False).encode()) > MAX_BYTES:
        raise InvalidDraft(Said("A draft cannot be as long as this."))
    if problems:
        raise InvalidDraft(fields=problems)
