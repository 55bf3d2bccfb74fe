"""Stores a running instance in few bytes and brings it back.

Stored is what is left to do, never the specification: one leading byte names the format, then
JSON, compressed. `tests/data/states/` keeps a state of every format that was ever released.
"""

import zlib
from uuid import UUID

import orjson
from SpiffWorkflow.task import Task

from engine.workflow import format_1
from engine.workflow.case import CaseWorkflow, Token
from engine.workflow.moments import Moment
from engine.workflow.specification import Specification
from engine.workflow.waiting import in_order

FORMAT = b"\x02"


def dump(workflow: CaseWorkflow) -> bytes:
    """Return the state of a workflow as bytes of format 2: scopes before what is in them."""
    tokens = list(in_order(workflow.task_tree))
    number = {token.id: index for index, token in enumerate(tokens)}
    rows = [
        [
            token.id.hex,
            number.get(token._parent),
            token.task_spec.name,
            token.state,
            token.internal_data,
            token.data,
        ]
        for token in tokens
    ]
    return FORMAT + zlib.compress(orjson.dumps(rows), level=1)


def load(state: bytes, specification: Specification, moment: Moment) -> CaseWorkflow:
    """Return the workflow as it was when `state` was dumped.

    Raises:
        ValueError: the state was written by a newer release.
    """
    if state[:1] not in {FORMAT, format_1.FORMAT}:
        raise ValueError(f"unknown format {state[:1]!r} of a stored process state")
    document = orjson.loads(zlib.decompress(state[1:]))
    if state[:1] == format_1.FORMAT:
        document = format_1.rows(document, specification.program, specification.process.start.name)
    workflow = CaseWorkflow(
        specification.process, specification.program, moment, deserializing=True
    )
    tokens: list[Token] = []
    for hex_id, parent, name, task_state, internal_data, data in document:
        token = Task(
            workflow,
            specification.process.task_specs[name],
            None if parent is None else tokens[parent],
            state=task_state,
            id=UUID(hex_id),
        )
        token.internal_data = internal_data
        token.data = data
        tokens.append(token)
    workflow.task_tree = tokens[0]
    return workflow
