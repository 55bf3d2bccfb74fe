"""Gateways: how tokens divide, choose and meet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.task import TaskState

from engine.bpmn.program import Flow, Kind, Node, Program, Scope
from engine.errors import Invalid, Said
from engine.expressions import UndefinedVariable
from engine.workflow.case import CaseWorkflow, Token, VisitKind, holds, put, remove
from engine.workflow.nodes import NodeSpec, arrival, leave, not_begun

_NODES_LIKE_A_TOKEN = 4
"""So many nodes of a diagram are walked past in the time in which a token is looked at."""


class NoWayOut(Invalid):
    """No condition holds at a gateway without a default flow."""


class Parallel(NodeSpec):
    """Waits for a token from each flow into it, and takes every flow out of it."""

    def _on_complete_hook(self, token: Token) -> None:
        self.note(token)
        leave(token, self.node.flows)


class Choosing(NodeSpec):
    """Takes flows by their conditions; a flow without one is taken as true."""

    most: int | None = None
    """How many flows it takes."""

    def _on_complete_hook(self, token: Token) -> None:
        chosen, missing = self._choose(token)
        token.workflow.visit(VisitKind.PASSED, self.bpmn_id, **missing)
        leave(token, chosen)

    def _choose(self, token: Token) -> tuple[Sequence[Flow], dict[str, str]]:
        """Return the flows to take, and which variable was missing when the default was taken."""
        node, missing = self.node, {}
        chosen: list[Flow] = []
        for flow in node.flows:
            if flow.id == node.default or len(chosen) == self.most:
                continue
            try:
                if flow.condition is None or holds(token, flow.condition):
                    chosen.append(flow)
            except UndefinedVariable as error:
                if node.default is None:
                    raise
                missing["undefined_variable"] = error.name
        if not chosen:
            chosen = [flow for flow in node.flows if flow.id == node.default]
        elif missing:
            missing.clear()
        if not chosen and node.flows:
            raise NoWayOut(
                Said("No condition holds at the gateway {id!r}.", id=node.id), element_id=node.id
            )
        return chosen, missing


class Exclusive(Choosing):
    """Takes the first flow, in the order of the file, whose condition holds."""

    most = 1


class Inclusive(Choosing):
    """Takes every flow whose condition holds."""


class Events(NodeSpec):
    """Waits for the first of the events behind it; they wait in its token."""

    def _run_hook(self, token: Token) -> None:
        self.note(token)
        for flow in self.node.flows:
            put(token, flow.target)

    def emptied(self, token: Token) -> None:
        leave(token, ())


class Arrival(NodeSpec):
    """A token that has come along a flow to a gateway that joins."""

    only_meets = True

    def __init__(self, process: Any, node: Node, flow_id: str) -> None:
        super().__init__(process, node, arrival(flow_id))

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        if self.node.kind is Kind.PARALLEL:
            first = _first_of_each(token.parent, self.node)
            if len(first) == len(self.node.joins):
                _join(token.parent, self.node, first)
        return False


def _first_of_each(scope: Token, node: Node) -> list[Token]:
    """Return the first token that has come along each flow, as far as any has."""
    first: dict[str, Token] = {}
    for token in scope.children:
        if isinstance(token.task_spec, Arrival) and token.task_spec.node is node:
            first.setdefault(token.task_spec.name, token)
    return list(first.values())


def _join(scope: Token, node: Node, arrivals: Sequence[Token]) -> None:
    for token in arrivals:
        remove(token)
    put(scope, node.id)


def join_inclusive(workflow: CaseWorkflow) -> bool:
    """Let one inclusive gateway go on; return whether one did.

    BPMN 2.0.2, section 13.4.3: a token elsewhere is waited for if it can come by a flow that no
    token has come by yet, unless it can as well come by one that has one. Gateways that wait for
    nothing but each other would do so for ever: the first of them goes on.
    """
    awaited: dict[str, frozenset[str]] = {}
    waiting = _waiting_gateways(workflow)
    for key, (scope, node) in waiting.items():
        first = _first_of_each(scope, node)
        awaited[key] = _can_come(workflow, scope, node, first)
        if not awaited[key]:
            _join(scope, node, first)
            return True
    stuck = _waiting_for_each_other(awaited)
    for key, (scope, node) in waiting.items():
        if key in stuck:
            _join(scope, node, _first_of_each(scope, node))
            return True
    return False


def _waiting_gateways(workflow: CaseWorkflow) -> dict[str, tuple[Token, Node]]:
    """Return the inclusive gateways at which tokens wait, each with its scope, by a key of both."""
    return {
        _key(token.parent, token.task_spec.node.id): (token.parent, token.task_spec.node)
        for token in workflow.tasks.values()
        if isinstance(token.task_spec, Arrival) and token.task_spec.node.kind is Kind.INCLUSIVE
    }


def _key(scope: Token, node_id: str) -> str:
    return f"{scope.id} {node_id}"


def _can_come(
    workflow: CaseWorkflow, scope: Token, node: Node, first: Sequence[Token]
) -> frozenset[str]:
    """Return where the tokens are that a gateway waits for, as keys."""
    taken = {token.task_spec.name for token in first}
    filled = [flow for flow in node.joins if arrival(flow) in taken]
    empty = [flow for flow in node.joins if arrival(flow) not in taken]
    before = workflow.spec.before[workflow.program.owners[node.id]]
    workflow.looked_at += len(before) // _NODES_LIKE_A_TOKEN
    to_filled = _leading_to(before, node, filled, by_attached=False)
    to_empty = _leading_to(before, node, empty, by_attached=True)
    others = {
        token.task_spec.node.id
        for token in scope.children
        if token.task_spec.counts and token.task_spec.node is not node
    }
    others.update(not_begun(scope))
    return frozenset(_key(scope, one) for one in (others & to_empty) - to_filled)


def _waiting_for_each_other(awaited: Mapping[str, frozenset[str]]) -> set[str]:
    """Return the gateways that wait for none but such as wait for each other."""
    stuck = set(awaited)
    while going_on := {key for key in stuck if not awaited[key] <= stuck}:
        stuck -= going_on
    return stuck


def before_each(program: Program, scope: Scope) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return by id of each node of a scope what is before it, and the flow between them.

    An activity is before the events that are attached to it.
    """
    before: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in map(program.nodes.__getitem__, scope.nodes):
        for flow in one.flows:
            before[flow.target].append((one.id, flow.id))
        for event_id in one.boundary:
            before[event_id].append((one.id, ""))
    return before


def _leading_to(
    before: Mapping[str, Sequence[tuple[str, str]]],
    node: Node,
    flows: Sequence[str],
    *,
    by_attached: bool,
) -> set[str]:
    """Return the ids of the nodes from which one of these flows can be reached past the gateway.

    What an attached event may do counts only where asked for: a path is made of sequence flows.
    """
    found = {one for one, flow in before.get(node.id, ()) if flow in flows} - {node.id}
    waiting = list(found)
    while waiting:
        steps = before.get(waiting.pop(), ())
        new = {one for one, flow in steps if flow or by_attached} - found - {node.id}
        found |= new
        waiting += new
    return found
