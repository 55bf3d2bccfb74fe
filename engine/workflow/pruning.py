"""Drops from a workflow what can no longer matter, so that loops cost the same every turn.

SpiffWorkflow's task tree only grows, and its iterators stop at a depth of 1,000. What happened is
kept by the history in SQL; the tree needs only what is unfinished, the way to it, and the arrivals
that a waiting join still counts.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import TaskState

_ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def prune(workflow: BpmnWorkflow) -> None:
    """Keep the root, what is still needed, and the predictions below it."""
    needed = [task for task in workflow.tasks.values() if task.has_state(_ACTIVE)]
    needed += _arrivals(workflow, needed)
    if not needed:
        return
    top = _common_ancestor(needed)
    kept = {ancestor.id for task in needed for ancestor in _upwards(task, top)}
    kept |= {below.id for task in needed for below in _downwards(task)}
    kept |= {workflow.task_tree.id}
    _hang_under_root(workflow, top)
    workflow.tasks = {task.id: task for task in workflow.tasks.values() if task.id in kept}
    for task in workflow.tasks.values():
        task._children = [child for child in task._children if child in kept]
    if workflow.last_task is not None and workflow.last_task.id not in kept:
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
        if task.task_spec in joins and task.has_state(TaskState.CANCELLED)
    ]


def _common_ancestor(tasks: list[Any]) -> Any:
    first, *others = [list(_upwards(task))[::-1] for task in tasks]
    shared = first
    for path in others:
        length = sum(1 for _ in _while_equal(shared, path))
        shared = shared[:length]
    return shared[-1]


def _while_equal(left: list[Any], right: list[Any]) -> Iterator[Any]:
    for one, other in zip(left, right, strict=False):
        if one is not other:
            return
        yield one


def _upwards(task: Any, top: Any = None) -> Iterator[Any]:
    """Yield the task and its ancestors, up to `top` or the root."""
    while task is not None:
        yield task
        if task is top:
            return
        task = task.parent


def _downwards(task: Any) -> Iterator[Any]:
    below = [task]
    while below:
        task = below.pop()
        yield task
        below.extend(task.children)


def _hang_under_root(workflow: BpmnWorkflow, top: Any) -> None:
    root = workflow.task_tree
    if top is not root:
        root._children = [top.id]
        top._parent = root.id
