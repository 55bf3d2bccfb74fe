"""Stores a running instance in few bytes and brings it back.

Stored is what is left to do, never the specification: one leading byte names the format, then
JSON, compressed. Task data is mostly the same from task to task, so equal data is stored once.
`tests/data/states/` keeps a state of every format that was ever released.
"""

import zlib
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task, TaskState

from engine.workflow.scripting import Expressions
from engine.workflow.specification import Specification

FORMAT = b"\x01"


def dump(workflow: BpmnWorkflow) -> bytes:
    """Return the state of a workflow, pruned before, as bytes of format 1."""
    tasks = list(_in_order(workflow))
    number = {task.id: index for index, task in enumerate(tasks)}
    variables: dict[bytes, int] = {}
    rows = []
    for task in tasks:
        data = variables.setdefault(orjson.dumps(task.data), len(variables))
        rows.append(
            [
                task.id.hex,
                number.get(task._parent),
                task.task_spec.name,
                task.state,
                int(task.triggered),
                task.internal_data,
                data,
            ]
        )
    document = {
        "tasks": rows,
        "variables": [orjson.Fragment(data) for data in variables],
        "data": workflow.data,
        "last": number.get(workflow.last_task.id) if workflow.last_task else None,
    }
    return FORMAT + zlib.compress(orjson.dumps(document), level=1)


def load(state: bytes, specification: Specification, expressions: Expressions) -> BpmnWorkflow:
    """Return the workflow as it was when `state` was dumped.

    Raises:
        ValueError: the state was written by a newer release.
    """
    if state[:1] != FORMAT:
        raise ValueError(f"unknown format {state[:1]!r} of a stored process state")
    document = orjson.loads(zlib.decompress(state[1:]))
    workflow = BpmnWorkflow(specification.process, script_engine=expressions, deserializing=True)
    tasks: list[Any] = []
    for row in document["tasks"]:
        parent = None if row[1] is None else tasks[row[1]]
        tasks.append(_restore(workflow, parent, row, document["variables"]))
    workflow.task_tree = tasks[0]
    workflow.data = document["data"]
    workflow.last_task = None if document["last"] is None else tasks[document["last"]]
    return workflow


def _restore(
    workflow: BpmnWorkflow, parent: Any, row: list[Any], variables: list[dict[str, object]]
) -> Any:
    hex_id, _, name, state, triggered, internal_data, data = row
    specification = workflow.spec.task_specs[name]
    task = Task(workflow, specification, parent, state=state, id=UUID(hex_id))
    task.triggered = bool(triggered)
    task.internal_data = internal_data
    task.data = dict(variables[data])
    if isinstance(specification, CatchingEvent) and state == TaskState.WAITING:
        workflow.event_manager.add_task(task)
    return task


def _in_order(workflow: BpmnWorkflow) -> Any:
    """Yield the tasks, parents before children and siblings in their order."""
    waiting = [workflow.task_tree]
    while waiting:
        task = waiting.pop()
        yield task
        waiting.extend(reversed(task.children))
