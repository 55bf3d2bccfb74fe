"""A running instance: SpiffWorkflow's tree of tasks, kept to what is unfinished.

Every task is a token and hangs directly under the scope it is in; what is finished is removed. So
the tree is as large as what is going on, however long the instance has run.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

import uuid_utils.compat
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.task import Task, TaskState

from engine.bpmn.program import Program
from engine.errors import Invalid
from engine.expressions import (
    UndefinedVariable,
    compile_composite,
    compile_expression,
    is_composite,
)
from engine.workflow.moments import Moment

Token: TypeAlias = Any
"""A task of SpiffWorkflow, which ships no types."""


class VisitKind(StrEnum):
    """What happened at an element of the diagram during a step."""

    COMPLETED = "task_completed"
    """The task that the step was to complete."""
    ENTERED = "scope_entered"
    """A sub-process or a called process has begun."""
    PASSED = "element_passed"
    """A token went through an event or a gateway, or a sub-process has ended."""
    FIRED = "timer_fired"
    """The due moment of a timer has passed."""
    ESCALATED = "escalated"
    """An escalation was thrown that nothing in the diagram catches."""
    FAILED = "error_uncaught"
    """An error was thrown that nothing in the diagram catches."""
    MESSAGE = "message_delivered"
    """A message came from outside, to the first event that waits for it."""
    SIGNAL = "signal_delivered"
    """A signal came from outside; the element is the first event that waits for it."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One thing that happened during a step, in order."""

    kind: VisitKind
    element_id: str
    detail: Mapping[str, str] = field(default_factory=dict)


class TooManyVariables(Invalid):
    """The variables of the case would become too large."""


class NestedTooDeeply(Invalid):
    """Sub-processes and calls are nested too deeply."""


class TooManyTokens(Invalid):
    """Too much would go on in the case at once."""


_DEEPEST = 50
"""Tokens in each other; a diagram may draw `engine.bpmn.limits.MAX_LEVELS`, calls add to them."""
_MOST_TOKENS = 10_000
"""At once: what repeats inside of what repeats is soon more than a memory holds."""


class CaseWorkflow(BpmnWorkflow):  # type: ignore[misc]  # the library ships no types
    """The tokens of an instance during one step."""

    def __init__(self, process: Any, program: Program, moment: Moment, **options: object) -> None:
        self.program = program
        self.moment = moment
        self.agenda: list[Token] = []
        """What the engine has to run, the last first."""
        self.visits: list[Visit] = []
        self.ran = self.looked_at = 0
        """Nodes that the engine has run in this step, and tokens that it looked at for them."""
        super().__init__(process, **options)

    def _task_completed_notify(self, task: Token) -> None:
        """Do nothing: the library would look at every waiting task."""

    def visit(self, kind: VisitKind, element_id: str, **detail: str) -> None:
        """Note what has happened at an element."""
        self.visits.append(Visit(kind=kind, element_id=element_id, detail=detail))

    def explain(self, element_id: str, **detail: str) -> None:
        """Add to what was noted last, if that was at this element."""
        if self.visits and self.visits[-1].element_id == element_id:
            last = self.visits[-1]
            self.visits[-1] = replace(last, detail={**last.detail, **detail})

    def waiting(self) -> list[Token]:
        """Return the events that are waited for, in the order in which they began."""
        return [task for task in self.tasks.values() if is_waiting(task)]


def is_waiting(task: Token) -> bool:
    """Return whether a token waits for something to happen."""
    return task.state == TaskState.WAITING and bool(task.task_spec.triggers)


def is_there(task: Token) -> bool:
    """Return whether a token has not been taken away."""
    return task.workflow.tasks.get(task.id) is task


def put(
    parent: Token,
    name: str,
    *,
    variables: Mapping[str, object] | None = None,
    instead_of: Token | None = None,
    internal: Mapping[str, object] | None = None,
) -> Token:
    """Put a new token into a scope, at the task specification of that name.

    It comes last in its scope, or where the one was `instead_of` which it is put. `internal`
    is what it knows before it begins.
    """
    workflow = parent.workflow
    spec = workflow.spec.task_specs[name]
    if len(list(upwards(parent))) > _DEEPEST:
        raise NestedTooDeeply(element_id=spec.bpmn_id)
    if len(workflow.tasks) >= _MOST_TOKENS:
        raise TooManyTokens(element_id=spec.bpmn_id, allowed=_MOST_TOKENS)
    token = Task(workflow, spec, parent, state=TaskState.FUTURE, id=uuid_utils.compat.uuid7())
    if instead_of is not None:
        others = [one for one in parent.children if one is not token]
        parent.children = [token if one is instead_of else one for one in others]
        workflow.tasks.pop(instead_of.id)
    token.data.update(variables or {})
    token.internal_data.update(internal or {})
    spec._update(token)
    return token


def remove(token: Token) -> None:
    """Take a token away, with everything in it."""
    token.workflow._remove_task(token.id)


def upwards(token: Token) -> Iterator[Token]:
    """Yield a token and the scopes around it, the nearest first."""
    while token is not None:
        yield token
        token = token.parent


def variables(token: Token) -> dict[str, object]:
    """Return what an expression at a token can see: the nearest scope wins."""
    return dict(_seen(token))


def _seen(token: Token, also: Mapping[str, object] | None = None) -> Mapping[str, object]:
    """Return the same without copying it, with what comes before it all."""
    nearest: list[Any] = [also] if also else []
    for scope in upwards(token):
        nearest.append(scope.data)
        if scope.task_spec.is_isolated:
            break
    return ChainMap(*nearest)


def assign(token: Token, values: Mapping[str, object]) -> None:
    """Write variables: each into the nearest scope that has it, else into the process."""
    for name, value in values.items():
        for scope in upwards(token):
            if name in scope.data or scope.task_spec.is_isolated:
                scope.data[name] = value
                break


def evaluate(token: Token, text: str, also: Mapping[str, object] | None = None) -> object:
    """Return the value of an expression, or a text with the expressions in it filled in.

    `also` are variables that it sees besides those at the token.

    Raises:
        UndefinedVariable, ExpressionFailed: as they say.
    """
    if not is_composite(text):
        return text
    return compile_composite(text).evaluate(_seen(token, also))


def holds(token: Token, condition: str, also: Mapping[str, object] | None = None) -> bool:
    """Return whether a condition holds; `also` as for `evaluate`.

    Raises:
        UndefinedVariable, ExpressionFailed: as they say.
    """
    return compile_expression(condition).test(_seen(token, also))


def holds_already(token: Token, condition: str) -> bool:
    """Return whether a condition holds; a variable that does not exist yet counts as false."""
    try:
        return holds(token, condition)
    except UndefinedVariable:
        return False
