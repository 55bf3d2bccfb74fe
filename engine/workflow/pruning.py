"""Drops from a workflow what can no longer matter, so that loops cost the same every turn.

SpiffWorkflow's task tree only grows, and its iterators stop at a depth of 1,000. What happened is
kept by the history in SQL; the tree needs only what is unfinished, the forks on the way to it, and
the arrivals that a waiting join still counts.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import TaskState

_ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def prune(workflow: BpmnWorkflow) -> None:
    """Keep the root, what is still needed, the forks on the way to it, and what is below it."""
    needed = [task for task in workflow.tasks.values() if task.has_state(_ACTIVE)]
    needed += _arrivals(workflow, needed)
    if not needed:
        return
    for task in needed:
        if isinstance(task.task_spec, _EndJoin):  # waits for all others, wherever it hangs
            _hang(task, workflow.task_tree)
    kept = {ancestor.id for task in needed for ancestor in _upwards(task)}
    kept |= {below.id for task in needed for below in _downwards(task)}
    workflow.tasks = {task.id: task for task in workflow.tasks.values() if task.id in kept}
    for task in workflow.tasks.values():
        task._children = [child for child in task._children if child in kept]
    _shorten(workflow)
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = None


def forget_arrivals(join: Any) -> None:
    """Remove the arrivals that a join has just consumed, or its next round would count them."""
    workflow = join.workflow
    for task in list(workflow.tasks.values()):
        if task.task_spec is join.task_spec and task.has_state(TaskState.CANCELLED):
            workflow._remove_task(task.id)


def _arrivals(workflow: BpmnWorkflow, active: Iterable[Any]) -> list[Any]:
    """Return the superseded arrivals at waiting joins: only the newest arrival stays active."""
    joins = {task.task_spec for task in active if isinstance(task.task_spec, UnstructuredJoin)}
    return [
        task
        for task in workflow.tasks.values()
        if task.task_spec in joins
        and task.has_state(TaskState.CANCELLED)
        and not isinstance(task.task_spec, _EndJoin)
    ]


def _shorten(workflow: BpmnWorkflow) -> None:
    """Take out what is finished and leads only to what is finished: the way of earlier turns."""
    for task in list(workflow.tasks.values()):
        if task is workflow.task_tree or len(task.children) != 1:
            continue
        (child,) = task.children
        if task.has_state(TaskState.COMPLETED) and child.has_state(TaskState.COMPLETED):
            _hang(child, task.parent, task)
            del workflow.tasks[task.id]


def _hang(task: Any, parent: Any, instead_of: Any = None) -> None:
    """Make a task the child of another, at the end or in the place of one of its children."""
    task.parent._children.remove(task.id)
    if instead_of is None:
        parent._children.append(task.id)
    else:
        parent._children[parent._children.index(instead_of.id)] = task.id
    task._parent = parent.id


def _upwards(task: Any) -> Iterator[Any]:
    """Yield the task and its ancestors."""
    while task is not None:
        yield task
        task = task.parent


def _downwards(task: Any) -> Iterator[Any]:
    below = [task]
    while below:
        task = below.pop()
        yield task
        below.extend(task.children)
