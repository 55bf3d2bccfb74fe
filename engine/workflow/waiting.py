"""Tokens that wait for something to happen: caught events, attached events, event sub-processes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from SpiffWorkflow.task import TaskState

from engine.bpmn.program import Event, Kind, Node, Trigger
from engine.workflow import moments
from engine.workflow.case import (
    CaseWorkflow,
    Token,
    VisitKind,
    evaluate,
    holds_already,
    is_there,
    is_waiting,
    put,
    remove,
)
from engine.workflow.moments import Due
from engine.workflow.nodes import (
    NodeSpec,
    clear,
    enter_all,
    settle,
    taken,
    withdraw,
)

_DUE_AT, _LEFT = "due_at", "left"
"""In the internal data of a token that waits for a timer: when, ISO 8601 in UTC; how often then."""
_CLOCK, _LATER = "clock", "later"
"""Of an event with several timers: the number of the one due next; of the others, each with when it
is due and how often then."""
_SEEN = "seen"
"""Numbers of the triggers that have happened, where all are waited for."""
_HELD = "held"
"""Numbers of the conditions among the triggers that held when they were last looked at."""
_AGAIN = "again"
"""That it has waited before, so that nobody has to find out when its timers fire first."""
FIRED = "fired"
"""When the timer was due that has fired, as `due_at`; also in what it started."""


class WaitingSpec(NodeSpec):
    """A node that waits for one of its triggers, or for all of them."""

    def __init__(self, process: Any, node: Node, name: str | None = None) -> None:
        super().__init__(process, node, name)
        self.triggers = node.triggers
        self.event_id = node.id
        """Of the event that waits: for an event sub-process, of its start event."""

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        if token.internal_data.pop(_AGAIN, False):
            return False
        timers = [(n, one) for n, one in enumerate(self.triggers) if one.clock is not None]
        dues = {number: self._first_due(token, one) for number, one in timers}
        if dues and self.node.all_triggers:
            set_due(token, max(dues.values(), key=_at))
        elif dues:
            _set_dues(token, dues)
        return False

    def _first_due(self, token: Token, timer: Trigger) -> Due:
        assert timer.clock is not None  # noqa: S101 — of a timer
        text = str(evaluate(token, timer.text))
        return moments.first(token.workflow.moment, self.event_id, timer.clock, text)

    def note(self, token: Token) -> None:
        """Note what has happened: a timer has fired, or something else has come."""
        note_event(token, self.event_id)


def note_event(token: Token, event_id: str) -> None:
    """Note that an event has happened: the timer of a token has fired, or something else came."""
    due_at = token.internal_data.get(FIRED)
    if due_at is not None:
        token.workflow.visit(VisitKind.FIRED, event_id, due_at=due_at)
    else:
        token.workflow.visit(VisitKind.PASSED, event_id)


class Boundary(WaitingSpec):
    """An event attached to an activity, in whose token it waits."""

    counts = False

    def _on_complete_hook(self, token: Token) -> None:
        self.note(token)
        host, flows = token.parent, taken(token)
        if self.node.interrupting:
            scope = withdraw(host)
        else:
            _wait_again(token, host)
            scope = host.parent
        enter_all(scope, flows)
        settle(scope)


class Armed(WaitingSpec):
    """An event sub-process that waits for its start event while its parent runs."""

    counts = False

    def __init__(self, process: Any, node: Node, event_id: str) -> None:
        super().__init__(process, node, armed(node.id))
        self.event_id = event_id

    def _on_complete_hook(self, token: Token) -> None:
        scope = token.parent
        if self.node.interrupting:
            clear(scope)
        else:
            _wait_again(token, scope)
        started = put(scope, self.node.id)
        if FIRED in token.internal_data:
            started.internal_data[FIRED] = token.internal_data[FIRED]


def armed(event_scope_id: str) -> str:
    """Return the name of the specification of an event sub-process that waits."""
    return f"{event_scope_id}#armed"


def _wait_again(token: Token, parent: Token) -> None:
    """Take an event away, and let it wait anew if it can happen again."""
    spec, again = token.task_spec, _next_dues(token)
    is_timer = [one.clock is not None for one in spec.triggers]
    if not again and (any(is_timer) if spec.node.all_triggers else all(is_timer)):
        remove(token)
        return
    waiting = put(parent, spec.name, instead_of=token, internal={_AGAIN: True})
    if again:
        _set_dues(waiting, again)
    if _HELD in token.internal_data:
        waiting.internal_data[_HELD] = token.internal_data[_HELD]


def _next_dues(token: Token) -> dict[int, Due]:
    """Return when its timers fire again: cycles that have not run out, and what has not fired."""
    data, spec, next_one = token.internal_data, token.task_spec, due(token)
    if next_one is None:
        return {}
    dues = {
        n: Due(at=datetime.fromisoformat(at), left=left) for n, at, left in data.get(_LATER, ())
    }
    number = data.get(_CLOCK)
    if number is None:
        number = next(n for n, one in enumerate(spec.triggers) if one.clock is not None)
    if FIRED not in data:
        return {**dues, number: next_one}
    if next_one.left == 0:
        return dues
    text = str(evaluate(token, spec.triggers[number].text))
    again = moments.following(token.workflow.moment, spec.event_id, text, next_one)
    return dues if again is None else {**dues, number: again}


def _set_dues(token: Token, dues: Mapping[int, Due]) -> None:
    """Let the timers of a token fire then, the earliest first."""
    number, first = min(dues.items(), key=lambda one: _at(one[1]))
    set_due(token, first)
    if sum(one.clock is not None for one in token.task_spec.triggers) > 1:
        later = [[n, one.at.isoformat(), one.left] for n, one in dues.items() if n != number]
        token.internal_data |= {_CLOCK: number, _LATER: later}


def _at(due: Due) -> datetime:
    return due.at


def due(token: Token) -> Due | None:
    """Return when the timer of a waiting token fires; None: it waits for no timer."""
    if _DUE_AT not in token.internal_data:
        return None
    at = datetime.fromisoformat(token.internal_data[_DUE_AT])
    return Due(at=at, left=token.internal_data.get(_LEFT, 0))


def set_due(token: Token, when: Due) -> None:
    """Let the timer of a token fire then; if it has others, they are moved as far."""
    data, before = token.internal_data, due(token)
    data[_DUE_AT] = when.at.isoformat()
    if when.left != 0:
        data[_LEFT] = when.left
    if before is not None and _LATER in data:
        shift = when.at - before.at
        data[_LATER] = [
            [number, (datetime.fromisoformat(at) + shift).isoformat(), left]
            for number, at, left in data[_LATER]
        ]


def happen(token: Token, event: Event, trigger: Trigger | None = None) -> None:
    """Let something happen that a token waits for, if it still does; perhaps it waits for more."""
    if not is_there(token):
        return
    if event is Event.TIMER:
        token.internal_data[FIRED] = token.internal_data[_DUE_AT]
    spec = token.task_spec
    if spec.node.all_triggers and len(spec.triggers) > 1:
        seen = {*token.internal_data.get(_SEEN, ())}
        seen |= {
            number
            for number, one in enumerate(spec.triggers)
            if (one is trigger if trigger is not None else one.event is event)
        }
        token.internal_data[_SEEN] = sorted(seen)
        if len(seen) < len(spec.triggers):
            if event is Event.TIMER:
                del token.internal_data[_DUE_AT]
            return
    token.run()


def outstanding(token: Token) -> list[Trigger]:
    """Return what a waiting token still waits for: of several that all must happen, the rest."""
    seen = token.internal_data.get(_SEEN, ())
    return [one for number, one in enumerate(token.task_spec.triggers) if number not in seen]


def waiting_for(workflow: CaseWorkflow, event: Event, name: str) -> list[tuple[Token, Trigger]]:
    """Return the tokens that wait for a message or signal of that name, each with its trigger."""
    found = [
        (token, trigger)
        for token in workflow.waiting()
        for trigger in outstanding(token)
        if trigger.event is event and trigger.name == name
    ]
    if len(found) > 1:  # the whole tree is walked only where there is an order to find
        place = {token.id: number for number, token in enumerate(in_order(workflow.task_tree))}
        found.sort(key=lambda one: place[one[0].id])
    return found


def deliver(workflow: CaseWorkflow, event: Event, name: str) -> int:
    """Let a message happen to the first token that waits, a signal to all; return how many."""
    found = waiting_for(workflow, event, name)
    if event is Event.MESSAGE:
        found = found[:1]
    one_after_the_other(workflow, (partial(happen, one, event, by) for one, by in found))
    return len(found)


def one_after_the_other(workflow: CaseWorkflow, happenings: Iterable[Callable[[], None]]) -> None:
    """Let several things happen at once; what the first begins runs before what the next does."""
    agenda = workflow.agenda
    before = len(agenda)
    begun: list[list[Token]] = []
    for happening in happenings:
        happening()
        begun.append(agenda[before:])
        del agenda[before:]
    for tokens in reversed(begun):
        agenda.extend(tokens)


def throw_upwards(token: Token, event: Event, code: str) -> bool:
    """Let the nearest scope catch an error or escalation; return whether there was one.

    An event sub-process comes before an event attached from outside; among either, an event with
    that very code before one that catches any.
    """
    inner, scope = token, token.parent
    while scope is not None:
        catching = [
            ((waiting.task_spec.node.kind is Kind.BOUNDARY, trigger.name != code), waiting, trigger)
            for waiting in scope.children
            if is_waiting(waiting)
            and waiting.task_spec.node is not inner.task_spec.node  # it does not catch its own
            for trigger in waiting.task_spec.triggers
            if trigger.event is event and trigger.name in {"", code}
        ]
        if catching:
            _, waiting, trigger = min(catching, key=lambda one: one[0])
            happen(waiting, event, trigger)
            return True
        inner, scope = scope, scope.parent
    return False


def look_at_conditions(workflow: CaseWorkflow) -> bool:
    """Let the conditional events happen whose conditions have come true; return whether one has.

    After that others may have come true.
    """
    found = list(_come_true(workflow))
    happenings = (partial(happen, one, Event.CONDITION, by) for one, by in found)
    one_after_the_other(workflow, happenings)
    return bool(found)


def _come_true(workflow: CaseWorkflow) -> Iterator[tuple[Token, Trigger]]:
    """Yield the tokens that wait for a condition that holds now and did not when last looked at."""
    for token in workflow.waiting():
        triggers = token.task_spec.triggers
        conditions = {n: one for n, one in enumerate(triggers) if one.event is Event.CONDITION}
        if not conditions:
            continue
        held = token.internal_data.get(_HELD, ())
        holding = [n for n, one in conditions.items() if holds_already(token, one.text)]
        token.internal_data[_HELD] = holding
        yield from ((token, conditions[n]) for n in holding if n not in held)


def in_order(token: Token) -> Iterator[Token]:
    """Yield a token and all in it, in the order in which they began."""
    stack = [token]
    while stack:
        token = stack.pop()
        yield token
        stack.extend(reversed(token.children))
