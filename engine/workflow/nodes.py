"""How a token goes from node to node: entering, leaving, and the end of a scope."""

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.task import TaskState

from engine.bpmn.program import Flow, Kind, Node, Trigger
from engine.expressions import UndefinedVariable
from engine.workflow.case import Token, VisitKind, holds, is_there, put, remove

BEGUN = "begun"
"""In the internal data of a scope: how many of its starts have got their token."""


class NodeSpec(BpmnTaskSpec):  # type: ignore[misc]  # the library ships no types
    """A node as SpiffWorkflow executes it: ready at once, gone when it is completed."""

    is_isolated = False
    """Whether variables around it are out of sight."""
    counts = True
    """Whether the scope it is in runs on because of it."""
    only_meets = False
    """Whether it does nothing but wait for other tokens."""
    triggers: tuple[Trigger, ...] = ()
    """What it waits for."""

    def __init__(self, process: Any, node: Node, name: str | None = None) -> None:
        super().__init__(process, name or node.id)
        self.node = node
        self.bpmn_id = node.id

    def test(self) -> None:
        """Do nothing: who leads to whom is in the program, not in the specification."""

    def _predict(self, *_: object, **__: object) -> None:
        """Do nothing: a token is there or it is not."""

    def _update_hook(self, token: Token) -> bool:  # noqa: ARG002 — of the library
        return True

    def _on_ready_hook(self, token: Token) -> None:
        if not self.manual:
            token.workflow.agenda.append(token)

    def _run_hook(self, token: Token) -> bool | None:  # noqa: ARG002 — of the library
        return True

    def _on_complete_hook(self, token: Token) -> None:
        """Note the visit and go on, unless what the token did has taken it away."""
        if is_there(token):
            self.note(token)
            leave(token, taken(token))

    def note(self, token: Token) -> None:
        """Note that a token went through."""
        if not self.node.hidden:
            token.workflow.visit(VisitKind.PASSED, self.bpmn_id)

    def emptied(self, token: Token) -> None:
        """Go on after the last token in this one is gone."""
        raise NotImplementedError(f"{self.name} holds no tokens")

    def left_by(self, token: Token) -> None:
        """Look whether a token that has just gone through in here ends it."""


def taken(token: Token) -> Sequence[Flow]:
    """Return the flows that a token takes out of a node that is no gateway.

    Those without condition, those whose condition holds, and the default flow if none does. With
    a default flow, a condition whose variable does not exist does not hold, as at a gateway.

    Raises:
        UndefinedVariable, ExpressionFailed: as they say.
    """
    node: Node = token.task_spec.node
    holding, missing = set(), {}
    for flow in node.flows:
        if not flow.condition or flow.id == node.default:
            continue
        try:
            if holds(token, flow.condition):
                holding.add(flow.id)
        except UndefinedVariable as error:
            if node.default is None:
                raise
            missing["undefined_variable"] = error.name
    if missing and not holding:
        token.workflow.explain(node.id, **missing)
    return [
        flow
        for flow in node.flows
        if (not holding if flow.id == node.default else not flow.condition or flow.id in holding)
    ]


def enter(scope: Token, flow: Flow) -> None:
    """Let a token go along a flow; a gateway that joins gets it by that flow."""
    specs = scope.workflow.spec.task_specs
    joins = specs[flow.target].node.joins
    put(scope, arrival(flow.id) if flow.id in joins else flow.target)


def arrival(flow_id: str) -> str:
    """Return the name of the specification of tokens that have come along a flow into a join."""
    return f"{flow_id}#arrived"


def enter_all(scope: Token, flows: Sequence[Flow]) -> None:
    """Let a token go along each flow; the engine follows the first as far as it goes, then on."""
    agenda = scope.workflow.agenda
    before = len(agenda)
    for flow in flows:
        enter(scope, flow)
    agenda[before:] = reversed(agenda[before:])


def leave(token: Token, flows: Sequence[Flow]) -> None:
    """Take a token away and let it go on along these flows, or let its scope end."""
    scope = withdraw(token)
    enter_all(scope, flows)
    scope.task_spec.left_by(scope)
    settle(scope)


def withdraw(token: Token) -> Token:
    """Take a token away, with the events that waited beside it; return the scope it was in."""
    parent = token.parent
    if parent.task_spec.node.kind is not Kind.EVENTS:
        remove(token)
        return parent
    scope = parent.parent
    remove(parent)
    return scope


def decide(token: Token) -> None:
    """Let nothing else be waited for behind the event gateway that a token may stand behind."""
    if token.parent.task_spec.node.kind is Kind.EVENTS:
        for other in token.parent.children:
            if other is not token:
                remove(other)


def settle(scope: Token) -> None:
    """Let a scope go on if nothing runs in it any more."""
    if is_there(scope) and scope.state == TaskState.STARTED and not running(scope):
        scope.task_spec.emptied(scope)


def running(scope: Token) -> list[Token]:
    """Return the tokens that keep a scope from ending; events attached to it do not."""
    return [token for token in scope.children if token.task_spec.counts]


def not_begun(scope: Token) -> Sequence[str]:
    """Return the starts of a scope that have yet to get their token, one after the other."""
    begun = scope.internal_data.get(BEGUN)
    scopes = scope.workflow.program.scopes
    return () if begun is None else scopes[scope.task_spec.node.body].starts[begun:]


def clear(scope: Token) -> None:
    """Take away everything that runs in a scope or has yet to, and what waits to run in it."""
    scope.internal_data.pop(BEGUN, None)
    for token in scope.children:
        if token.task_spec.node.kind is not Kind.BOUNDARY:
            remove(token)
