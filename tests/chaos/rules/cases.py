"""Cases: no step twice or half, every history complete, every path one that the diagram has."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.chaos.diagram import END, opened_by
from tests.chaos.evidence import Event, Evidence, Instance, Task

_ENDINGS = {"completed": "task_completed", "cancelled": "task_cancelled"}
"""The event that ends a task, by the state that it leaves it in."""


def tasks_end_once(evidence: Evidence) -> Iterator[str]:
    """A task that has ended has one event that says how, when and by whom; an open one has none."""
    for task in evidence.tasks:
        events = evidence.events_of_task[task.id]
        ends = [event for event in events if event.type in _ENDINGS.values()]
        expected = [_ENDINGS[task.state]] if task.state in _ENDINGS else []
        if [event.type for event in ends] != expected:
            yield f"{task} is {task.state} and has the ends {[event.type for event in ends]}"
        elif ends and not _agrees(task, ends[0]):
            yield f"{task} and its end in the history differ in when or by whom"


def _agrees(task: Task, end: Event) -> bool:
    by = end.actor if task.state == "completed" else None
    return (task.ended_at, task.completed_by) == (end.at, by)


def tasks_begin_once_and_first(evidence: Evidence) -> Iterator[str]:
    """The history of a task begins with its one creation and closes with its end."""
    for task in evidence.tasks:
        types = [event.type for event in evidence.events_of_task[task.id]]
        if types[:1] != ["task_created"] or types.count("task_created") != 1:
            yield f"{task} does not begin with its one creation: {types}"
        elif set(types[:-1]) & set(_ENDINGS.values()):
            yield f"{task} goes on after its end: {types}"


def events_of_tasks_have_their_task(evidence: Evidence) -> Iterator[str]:
    """No event names a task that is not there, or one of another case."""
    for event in evidence.events:
        task = evidence.task.get(event.task_id) if event.task_id is not None else None
        if event.task_id is not None and (task is None or task.instance_id != event.instance_id):
            yield f"event {event.id} ({event.type}) names the task {event.task_id}"


def timers_stand_between_creation_and_end(evidence: Evidence) -> Iterator[str]:
    """A timer fires after its task was created and before it is completed."""
    for instance in evidence.instances:
        open_steps: Counter[str | None] = Counter()
        for event in evidence.events_of[instance.id]:
            if event.type == "task_created":
                open_steps[event.element_id] += 1
            elif event.type in _ENDINGS.values():
                open_steps[event.element_id] -= 1
            elif event.type == "timer_fired":
                step = (event.element_id or "").removeprefix("Batas_")
                if not open_steps[step]:
                    yield f"instance {instance.id}: the timer of {step} fired without an open task"


def paths_are_drawn(evidence: Evidence) -> Iterator[str]:
    """The steps of an instance open and end in an order that the diagram allows."""
    for instance in evidence.instances:
        wrong = _leaves_the_diagram(instance, evidence)
        if wrong:
            yield f"instance {instance.id} leaves the diagram: {wrong}"


def _leaves_the_diagram(instance: Instance, evidence: Evidence) -> str:
    """Play the case again, by its history alone; return where that differs from the diagram."""
    to_open = opened_by(None, still_open=(), variables={})
    still_open: Counter[str] = Counter()
    variables: dict[str, Any] = {}
    for event in evidence.events_of[instance.id]:
        step = event.element_id or ""
        if event.type == "task_created":
            if not to_open[step]:
                return f"{step} opens at {event.at}"
            to_open[step] -= 1
            still_open[step] += 1
        elif event.type == "task_completed":
            if not still_open[step] or +to_open:
                return f"{step} completes at {event.at}"
            still_open[step] -= 1
            variables |= event.detail.get("variables", {})
            to_open = opened_by(step, still_open=+still_open, variables=variables)
    missing = list((+to_open).elements())
    return f"{missing} never opened" if missing else ""


def instances_end_properly(evidence: Evidence) -> Iterator[str]:
    """An instance that has ended says so once and has no open task; an active one has work."""
    for instance in evidence.instances:
        events = Counter(event.type for event in evidence.events_of[instance.id])
        ends = events["instance_completed"], events["instance_cancelled"]
        expected = int(instance.state == "completed"), int(instance.state == "cancelled")
        work = any(task.state == "open" for task in evidence.tasks_of[instance.id])
        if ends != expected or events["instance_started"] != 1:
            yield f"instance {instance.id} is {instance.state}, its history says {dict(events)}"
        if work != (instance.state == "active") or (instance.ended_at is None) != work:
            yield f"instance {instance.id} is {instance.state} since {instance.ended_at}; {work=}"


def completed_instances_reached_the_end(evidence: Evidence) -> Iterator[str]:
    """An instance passes the end event of the diagram if, and only if, it is completed."""
    for instance in evidence.instances:
        events = evidence.events_of[instance.id]
        reached = sum(
            event.type == "element_passed" and event.element_id == END for event in events
        )
        if reached != int(instance.state == "completed"):
            yield f"instance {instance.id} is {instance.state} and reached the end {reached} times"


RULES = (
    tasks_end_once,
    tasks_begin_once_and_first,
    events_of_tasks_have_their_task,
    timers_stand_between_creation_and_end,
    paths_are_drawn,
    instances_end_properly,
    completed_instances_reached_the_end,
)
