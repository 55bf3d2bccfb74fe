"""Time standards: every one that passed fired once, and nothing else did."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from tests.chaos.diagram import STEPS
from tests.chaos.evidence import Event, Evidence, Task

_TIMERS = {step.timer_id: step for step in STEPS.values()}


def passed_standards_fired_once(evidence: Evidence) -> Iterator[str]:
    """A time standard that passed while its task was open has one event, any other none."""
    fired: Counter[tuple[UUID, str, datetime | None]] = Counter(map(_standard_of, _fired(evidence)))
    for task in evidence.tasks:
        found = fired.pop((task.instance_id, task.element_id, task.due_at), 0)
        if found != int(_passed(task, evidence)):
            yield f"{task}: its timer fired {found} times, due {task.due_at}, done {task.ended_at}"
    for (instance_id, element_id, due_at), count in fired.items():
        yield f"instance {instance_id}: {count} timers of {element_id} due {due_at} had no task"


def timers_fired_after_they_were_due(evidence: Evidence) -> Iterator[str]:
    """No timer fires before its due moment, or at it: that is still in time."""
    for event in _fired(evidence):
        _, element_id, due_at = _standard_of(event)
        if event.at <= due_at:
            yield f"instance {event.instance_id}: {element_id} fired at {event.at}, due {due_at}"


def firings_escalated(evidence: Evidence) -> Iterator[str]:
    """Every timer that fired has thrown its escalation in the same step."""
    fired = Counter(
        (event.instance_id, f"Lambat_{_TIMERS[event.element_id or ''].id}", event.at)
        for event in _fired(evidence)
    )
    escalated = Counter(
        (event.instance_id, event.element_id or "", event.at)
        for event in evidence.events
        if event.type == "escalated"
    )
    for instance_id, element_id, at in (fired - escalated) + (escalated - fired):
        yield f"instance {instance_id}: timer and escalation {element_id} disagree at {at}"


def waiting_timers_have_their_job(evidence: Evidence) -> Iterator[str]:
    """The timer jobs of an instance are the standards of its open tasks that have not passed."""
    for instance in evidence.instances:
        tasks = [task for task in evidence.tasks_of[instance.id] if task.state == "open"]
        waiting = Counter(task.due_at for task in tasks if not _passed(task, evidence))
        jobs = [job for job in evidence.jobs_of[instance.id] if job.kind == "timer"]
        there = Counter(job.due_at for job in jobs)
        if waiting != there:
            yield f"instance {instance.id}: waits until {list(waiting)}, has jobs for {list(there)}"


def jobs_belong_to_open_tasks(evidence: Evidence) -> Iterator[str]:
    """No job outlives its task or its instance."""
    active = {instance.id for instance in evidence.instances if instance.state == "active"}
    for job in evidence.jobs:
        task = evidence.task.get(job.task_id) if job.task_id is not None else None
        if job.instance_id not in active:
            yield f"job {job.key} outlives its instance {job.instance_id}"
        elif task is not None and task.state != "open":
            yield f"job {job.key} outlives its {task}"


def nothing_due_is_undone(evidence: Evidence) -> Iterator[str]:
    """Once everything has settled, no job is left whose time has come."""
    for job in evidence.jobs:
        if job.run_at is not None and job.run_at < evidence.read_at:
            yield f"job {job.key} was due at {job.due_at} and is not done"


def nothing_failed_for_good(evidence: Evidence) -> Iterator[str]:
    """No job has become an incident."""
    for job in evidence.jobs:
        if job.run_at is None:
            yield f"job {job.key} is an incident"
    for event in evidence.events:
        if event.type == "incident_created":
            yield f"instance {event.instance_id} had an incident at {event.at}"


def lateness_is_what_the_moments_say(evidence: Evidence) -> Iterator[str]:
    """A task that ended after its deadline is late by the minutes between, rounded up."""
    for task in evidence.tasks:
        late = _late_minutes(task)
        if task.late_minutes != late:
            yield f"{task} is recorded as {task.late_minutes} minutes late, it is {late}"


def _fired(evidence: Evidence) -> Iterator[Event]:
    return (event for event in evidence.events if event.type == "timer_fired")


def _standard_of(event: Event) -> tuple[UUID, str, datetime]:
    """Return which time standard fired: instance, step, and its deadline."""
    step = _TIMERS[event.element_id or ""]
    return event.instance_id, step.id, datetime.fromisoformat(event.detail["due_at"])


def _passed(task: Task, evidence: Evidence) -> bool:
    return task.due_at is not None and task.due_at < (task.ended_at or evidence.read_at)


def _late_minutes(task: Task) -> int | None:
    """Round the clock every minute counts; None: in time, or not done yet."""
    if task.due_at is None or task.ended_at is None or task.ended_at <= task.due_at:
        return None
    return -int((task.due_at - task.ended_at).total_seconds() // 60)


RULES = (
    passed_standards_fired_once,
    timers_fired_after_they_were_due,
    firings_escalated,
    waiting_timers_have_their_job,
    jobs_belong_to_open_tasks,
    nothing_due_is_undone,
    nothing_failed_for_good,
    lateness_is_what_the_moments_say,
)
