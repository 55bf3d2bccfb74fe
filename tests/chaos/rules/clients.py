"""Clients: what a client was told is so, and nothing is there that nobody asked for."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from tests.chaos.evidence import Evidence, Told

_OK, _CREATED, _FORBIDDEN, _CONFLICT = 200, 201, 403, 409


def every_request_was_answered(evidence: Evidence) -> Iterator[str]:
    """Whoever asked went on asking until there was an answer."""
    answered = {(told.user, told.what, told.about) for told in evidence.answers}
    for user, what, about in evidence.asked - answered:
        yield f"{user} asked to {what} {about} and never learned what came of it"


def answers_are_among_the_expected(evidence: Evidence) -> Iterator[str]:
    """A start succeeds; all else succeeds or comes too late; a claimed task is another's."""
    for told in evidence.answers:
        expected = {_CREATED} if told.what == "start" else {_OK, _CONFLICT}
        if told.what in {"complete", "claim"} and _claimed_by_another(told, evidence):
            expected.add(_FORBIDDEN)
        if told.status not in expected:
            yield str(told)


def _claimed_by_another(told: Told, evidence: Evidence) -> bool:
    events = evidence.events_of_task[UUID(told.about)]
    return any(event.type == "task_claimed" and event.actor != told.user for event in events)


def started_instances_are_there(evidence: Evidence) -> Iterator[str]:
    """Who was told that a case has started finds it, under its id, in their own name."""
    there = {(str(i.id), i.business_key, i.started_by) for i in evidence.instances}
    for told in evidence.answers:
        known = (told.id, told.about, told.user)
        if told.what == "start" and told.status == _CREATED and known not in there:
            yield f"{told}, but there is no such instance {told.id}"


def keys_made_one_instance(evidence: Evidence) -> Iterator[str]:
    """However often a start was sent, it made one instance."""
    for key, count in Counter(instance.business_key for instance in evidence.instances).items():
        if count > 1:
            yield f"the start of {key} made {count} instances"


def instances_were_asked_for(evidence: Evidence) -> Iterator[str]:
    """There is no instance that no client wanted."""
    for instance in evidence.instances:
        if (instance.started_by, "start", instance.business_key) not in evidence.asked:
            yield f"nobody asked for instance {instance.id} ({instance.business_key})"


def completions_were_asked_for(evidence: Evidence) -> Iterator[str]:
    """There is no completed task that the one who is said to have done it did not want to."""
    for task in evidence.tasks:
        by = task.completed_by
        if by is not None and (by, "complete", str(task.id)) not in evidence.asked:
            yield f"{by} did not ask to complete {task}"


def completions_are_there(evidence: Evidence) -> Iterator[str]:
    """Who was told that a task is done has done it, as late as they were told; else another has."""
    for told in evidence.answers:
        if told.what != "complete":
            continue
        task = evidence.task.get(UUID(told.about))
        mine = task is not None and (task.state, task.completed_by) == ("completed", told.user)
        if mine != (told.status == _OK):
            yield f"{told}, but {task} is {task and task.state} by {task and task.completed_by}"
        elif mine and told.late_minutes != ((task and task.late_minutes) or 0):
            yield f"{told}, {told.late_minutes} minutes late, but {task} says otherwise"
        elif told.status == _CONFLICT and task is not None and task.ended_at is None:
            yield f"{told}, but {task} is open"


def claims_are_there(evidence: Evidence) -> Iterator[str]:
    """Who was told that a task is theirs has claimed it, once."""
    for told in evidence.answers:
        if told.what == "claim" and told.status == _OK:
            events = evidence.events_of_task[UUID(told.about)]
            mine = [e for e in events if (e.type, e.actor) == ("task_claimed", told.user)]
            if len(mine) != 1:
                yield f"{told}, but the history has {len(mine)} such claims"


def cancellations_are_there(evidence: Evidence) -> Iterator[str]:
    """Who was told that a case is cancelled has cancelled it; else it had ended before."""
    instances = {str(instance.id): instance for instance in evidence.instances}
    for told in evidence.answers:
        if told.what == "cancel":
            state = instances[told.about].state if told.about in instances else "not there"
            if state != ("cancelled" if told.status == _OK else "completed"):
                yield f"{told}, but the instance is {state}"


RULES = (
    every_request_was_answered,
    answers_are_among_the_expected,
    started_instances_are_there,
    keys_made_one_instance,
    instances_were_asked_for,
    completions_were_asked_for,
    completions_are_there,
    claims_are_there,
    cancellations_are_there,
)
