"""Reads states of format 1, in which SpiffWorkflow's own tree was stored.

That release ran user tasks, timers attached to them, and gateways, in one scope.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from SpiffWorkflow.task import TaskState

from engine.bpmn.program import Kind, Program
from engine.workflow.nodes import arrival

FORMAT: Final = b"\x01"
_ID, _PARENT, _NAME, _STATE, _TRIGGERED, _INTERNAL, _VARIABLES = range(7)
_DUE_AT: Final = "due_at"
_JOIN: Final = ".BoundaryEventJoin"

Row = list[Any]


def rows(document: Mapping[str, Any], program: Program, root: str) -> list[Row]:
    """Return the tokens of a stored state as rows of format 2."""
    old: list[Row] = document["tasks"]
    variables: dict[str, object] = {}
    for row in old:
        variables |= document["variables"][row[_VARIABLES]]
    new: list[Row] = [[old[0][_ID], None, root, TaskState.STARTED, {}, variables]]
    place: dict[int, int] = {}
    for number, row in enumerate(old):
        if _is_open(row, program):
            place[number] = len(new)
            new.append([row[_ID], 0, row[_NAME], TaskState.READY, {}, {}])
    new += _timers(old, program, place)
    new += _arrivals(old, program)
    return new


def _is_open(row: Row, program: Program) -> bool:
    node = program.nodes.get(row[_NAME])
    return row[_STATE] == TaskState.READY and node is not None and node.kind is Kind.WORK


def _timers(old: list[Row], program: Program, place: Mapping[int, int]) -> Iterator[Row]:
    """Yield the timers that wait, each in the token of the step it is attached to."""
    for row in old:
        node = program.nodes.get(row[_NAME])
        if row[_STATE] != TaskState.WAITING or node is None or node.kind is not Kind.BOUNDARY:
            continue
        host = next(
            number
            for number, other in enumerate(old)
            if other[_PARENT] == row[_PARENT] and other[_NAME] == node.host
        )
        if host in place:
            due = {_DUE_AT: row[_INTERNAL][_DUE_AT]}
            yield [row[_ID], place[host], row[_NAME], TaskState.WAITING, due, {}]


def _arrivals(old: list[Row], program: Program) -> Iterator[Row]:
    """Yield the tokens at gateways that wait: superseded ones were kept as cancelled."""
    waiting = {row[_NAME] for row in old if row[_STATE] == TaskState.WAITING}
    for row in old:
        node = program.nodes.get(row[_NAME])
        if node is None or not node.joins or row[_NAME] not in waiting:
            continue
        if row[_STATE] in {TaskState.WAITING, TaskState.CANCELLED}:
            source = old[row[_PARENT]][_NAME].removesuffix(_JOIN)
            flow = next(one for one in program.nodes[source].flows if one.target == node.id)
            yield [row[_ID], 0, arrival(flow.id), TaskState.WAITING, {}, {}]
