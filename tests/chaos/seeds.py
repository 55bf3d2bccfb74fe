"""One violation of every rule, to be put by hand into the evidence of a trial that went well.

Each takes rows that every trial has: a step completed late, one completed in time, a mail.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from tests.chaos.diagram import CHECK, END, FILE
from tests.chaos.evidence import Event, Evidence, Job, Told

Row = TypeVar("Row")
_NOBODY = UUID(int=0)
_SECOND = timedelta(seconds=1)


def one(rows: Any, **wanted: object) -> Any:  # noqa: ANN401 — rows of any table
    """Return the first row with these values."""
    return next(
        row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())
    )


def _added(evidence: Evidence, table: str, row: object) -> Evidence:
    return _with(evidence, table, [*getattr(evidence, table), row])


def _removed(evidence: Evidence, table: str, row: object) -> Evidence:
    return _with(evidence, table, [each for each in getattr(evidence, table) if each != row])


def _changed(evidence: Evidence, table: str, row: Any, **values: object) -> Evidence:  # noqa: ANN401 — a row of any table
    rows = [replace(row, **values) if each == row else each for each in getattr(evidence, table)]
    return _with(evidence, table, rows)


def _with(evidence: Evidence, table: str, rows: list[Any]) -> Evidence:
    changed: dict[str, Any] = {table: rows}
    return replace(evidence, **changed)


def _event(evidence: Evidence, kind: str) -> Event:
    found: Event = one(evidence.events, type=kind)
    return found


def _again(evidence: Evidence, kind: str) -> Evidence:
    """An event of that kind stands in the history twice."""
    return _added(evidence, "events", replace(_event(evidence, kind), id=_NOBODY))


def _never(evidence: Evidence, kind: str) -> Evidence:
    """An event of that kind is missing."""
    return _removed(evidence, "events", _event(evidence, kind))


def _job(evidence: Evidence, **values: Any) -> Evidence:  # noqa: ANN401 — fields of Job
    """A job of a case that has ended."""
    ended = one(evidence.instances, state="completed")
    job = Job(
        key="timer:seeded",
        queue="case",
        instance_id=ended.id,
        task_id=None,
        due_at=evidence.read_at + _SECOND,
        run_at=evidence.read_at + _SECOND,
    )
    return _added(evidence, "jobs", replace(job, **values))


def _fired_too_early(evidence: Evidence) -> Evidence:
    fired = _event(evidence, "timer_fired")
    task = one(evidence.tasks, instance_id=fired.instance_id)
    return _changed(evidence, "events", fired, at=task.created_at)


def _fired_before_its_task(evidence: Evidence) -> Evidence:
    fired = _event(evidence, "timer_fired")
    rest = [event for event in evidence.events if event != fired]
    return replace(evidence, events=[fired, *rest])


def _other_step(evidence: Evidence) -> Evidence:
    created = one(evidence.events, type="task_created", element_id=CHECK.id)
    return _changed(evidence, "events", created, element_id=FILE.id)


def _told(evidence: Evidence, what: str, about: object, status: int | None) -> Evidence:
    told = Told(user="seeded", what=what, about=str(about), status=status)
    return _added(evidence, "told", told)


def _completed(evidence: Evidence) -> Any:  # noqa: ANN401 — a task, typed by whoever takes it
    return one(evidence.tasks, state="completed")


def _notification(evidence: Evidence, rung: str) -> Any:  # noqa: ANN401 — a notification
    return one(evidence.notifications, rung=rung)


def _left_open(evidence: Evidence) -> Evidence:
    """A step that reached no rung is open although its time has passed twice."""
    climbed = {n.task_id for n in evidence.notifications}
    task = next(t for t in evidence.tasks if t.id not in climbed and t.element_id != FILE.id)
    return _changed(evidence, "tasks", task, state="open", ended_at=None)


def _done_in_time(evidence: Evidence) -> Evidence:
    notification = _notification(evidence, "overdue")
    task = evidence.task[notification.task_id]
    return _changed(evidence, "tasks", task, state="completed", ended_at=task.due_at)


def _raised_after_the_end(evidence: Evidence) -> Evidence:
    ended = {task.id: task.ended_at for task in evidence.tasks if task.ended_at is not None}
    late = next(n for n in evidence.notifications if n.task_id in ended)
    return _changed(evidence, "notifications", late, created_at=ended[late.task_id] + _SECOND)


def _lost_mail(evidence: Evidence) -> Evidence:
    recorded = {n.id for n in evidence.notifications if n.mailed_at is not None}
    lost = next(m.notification_id for m in evidence.mails if m.notification_id in recorded)
    rest = [mail for mail in evidence.mails if mail.notification_id != lost]
    return replace(evidence, mails=rest)


def _mail_after_the_end(evidence: Evidence) -> Evidence:
    ended = {
        n.id: evidence.task[n.task_id].ended_at
        for n in evidence.notifications
        if evidence.task[n.task_id].ended_at is not None
    }
    mail = next(mail for mail in evidence.mails if mail.notification_id in ended)
    after = ended[mail.notification_id or _NOBODY]
    assert after is not None
    return _added(evidence, "mails", replace(mail, began_at=after + _SECOND))


def _unrecorded(evidence: Evidence) -> Evidence:
    mailed = next(n for n in evidence.notifications if n.mailed_at is not None)
    task = evidence.task[mailed.task_id]
    unknown = _changed(evidence, "notifications", mailed, mailed_at=None)
    return _changed(unknown, "tasks", task, ended_at=None)


SEEDS: Mapping[str, Callable[[Evidence], Evidence]] = {
    "passed_standards_fired_once": lambda e: _again(e, "timer_fired"),
    "timers_fired_after_they_were_due": _fired_too_early,
    "firings_escalated": lambda e: _never(e, "escalated"),
    "waiting_timers_have_their_job": _job,
    "jobs_belong_to_open_tasks": lambda e: _job(e, key="mail:seeded", task_id=_completed(e).id),
    "nothing_due_is_undone": lambda e: _job(e, run_at=e.read_at - _SECOND),
    "nothing_failed_for_good": lambda e: _job(e, run_at=None),
    "lateness_is_what_the_moments_say": lambda e: _changed(
        e, "tasks", _completed(e), late_minutes=7
    ),
    "tasks_end_once": lambda e: _never(e, "task_completed"),
    "tasks_begin_once_and_first": lambda e: _never(e, "task_created"),
    "events_of_tasks_have_their_task": lambda e: _changed(
        e, "events", _event(e, "task_completed"), task_id=_NOBODY
    ),
    "timers_stand_between_creation_and_end": _fired_before_its_task,
    "paths_are_drawn": _other_step,
    "instances_end_properly": lambda e: _again(e, "instance_completed"),
    "completed_instances_reached_the_end": lambda e: _removed(
        e, "events", one(e.events, type="element_passed", element_id=END)
    ),
    "every_request_was_answered": lambda e: _told(e, "start", "seeded", None),
    "answers_are_among_the_expected": lambda e: _told(e, "start", "seeded", 422),
    "started_instances_are_there": lambda e: _told(e, "start", "seeded", 201),
    "keys_made_one_instance": lambda e: _added(e, "instances", replace(e.instances[0], id=_NOBODY)),
    "instances_were_asked_for": lambda e: _changed(
        e, "instances", e.instances[0], business_key="seeded"
    ),
    "completions_were_asked_for": lambda e: _changed(
        e, "tasks", _completed(e), completed_by="seeded"
    ),
    "completions_are_there": lambda e: _told(e, "complete", _completed(e).id, 200),
    "claims_are_there": lambda e: _told(e, "claim", _completed(e).id, 200),
    "cancellations_are_there": lambda e: _told(
        e, "cancel", one(e.instances, state="completed").id, 200
    ),
    "people_are_told_once_per_rung": lambda e: _added(
        e, "notifications", replace(e.notifications[0], id=_NOBODY)
    ),
    "rungs_are_reached_once_in_order": lambda e: _again(e, "rung_reached"),
    "rungs_were_told_to_the_right_people": lambda e: _removed(
        e, "notifications", e.notifications[0]
    ),
    "open_tasks_have_climbed": _left_open,
    "nobody_is_told_of_a_step_done_in_time": _done_in_time,
    "nobody_is_told_too_early_or_after_the_end": _raised_after_the_end,
    "mails_are_not_missing": _lost_mail,
    "sent_mails_are_recorded": _unrecorded,
    "mails_are_wanted": lambda e: _changed(e, "mails", e.mails[0], to=("seeded@kantor.example",)),
    "no_mail_begins_after_the_end": _mail_after_the_end,
}
"""By the name of the rule that has to notice."""
