"""Events that a token makes happen: messages, signals, errors, escalations, undoing, ends."""

from functools import partial
from typing import Any, Final

from engine.bpmn.program import Event, Kind, Trigger
from engine.workflow.activities import DONE, SEEN, Activity
from engine.workflow.case import Token, VisitKind, is_there, put, remove, upwards
from engine.workflow.nodes import clear, settle
from engine.workflow.waiting import deliver, happen, one_after_the_other, throw_upwards

_UNDOING = "undoing"
"""In the internal data of a token that undoes: what is still to be undone, the next one last."""
_BEFORE = "before"
"""In the internal data of a token that throws: how much the engine had to run before that."""

_ENDING: Final = frozenset({Event.ERROR, Event.CANCEL, Event.TERMINATE, Event.COMPENSATION})
"""Of these, lint lets only one kind stand in an event."""
_UNCAUGHT: Final = {
    Event.ERROR: VisitKind.FAILED,
    Event.ESCALATION: VisitKind.ESCALATED,
}


class Throw(Activity):
    """Makes its triggers happen, one after the other, then goes on if it is still there.

    What ends the token comes last, wherever the file has it.
    """

    def _run_hook(self, token: Token) -> bool | None:
        workflow = token.workflow
        self.note(token)
        token.internal_data[_BEFORE] = len(workflow.agenda)
        first_others = sorted(self.node.triggers, key=lambda one: one.event in _ENDING)
        throws = (partial(_throw, token, trigger) for trigger in first_others)
        one_after_the_other(workflow, throws)
        return None if is_there(token) and _UNDOING in token.internal_data else True

    def _on_complete_hook(self, token: Token) -> None:
        """Go on after those who have caught something: events come before other work."""
        if not is_there(token):
            return
        agenda = token.workflow.agenda
        begun = token.internal_data[_BEFORE]
        catching = agenda[begun:]
        del agenda[begun:]
        self.go_on(token)
        agenda.extend(catching)

    def emptied(self, token: Token) -> None:
        """Undo the next activity, or go on."""
        undoing: list[dict[str, Any]] = token.internal_data[_UNDOING]
        if undoing:
            _undo(token, undoing.pop())
            settle(token)
            return
        token.internal_data[_BEFORE] = len(token.workflow.agenda)
        if any(one.event is Event.CANCEL for one in self.node.triggers):
            _leave_cancelled(token)
        else:
            token.complete()


def _throw(token: Token, trigger: Trigger) -> None:
    """Make one trigger happen; what is told to all, even if that before took the token away."""
    workflow = token.workflow
    if trigger.event in {Event.MESSAGE, Event.SIGNAL}:
        deliver(workflow, trigger.event, trigger.name)
    elif is_there(token):
        _throw_around(token, trigger)


def _throw_around(token: Token, trigger: Trigger) -> None:
    """Make a trigger happen to what is around a token."""
    workflow = token.workflow
    match trigger.event:
        case Event.ERROR | Event.ESCALATION:
            if not throw_upwards(token, trigger.event, trigger.name):
                uncaught = _UNCAUGHT[trigger.event]
                workflow.visit(uncaught, token.task_spec.bpmn_id, code=trigger.name)
        case Event.TERMINATE:
            scope = token.parent
            clear(scope)
            settle(scope)
        case Event.COMPENSATION:
            first = token.internal_data.get(_UNDOING, [])
            token.internal_data[_UNDOING] = _take_records(token, trigger.activity) + first
        case Event.CANCEL:
            _cancel(token)
        case _:
            raise NotImplementedError(f"{trigger.event} cannot be thrown")


def _cancel(token: Token) -> None:
    """Take away what else runs in the transaction around a token, which then undoes the rest."""
    transaction = _transaction(token)
    around = set(map(id, upwards(token)))
    undoing: list[dict[str, Any]] = []
    for scope in upwards(token.parent):
        undoing = scope.internal_data.pop(DONE, []) + undoing
        for other in scope.children:
            stays = scope is transaction and other.task_spec.node.kind is Kind.BOUNDARY
            if not stays and id(other) not in around:
                remove(other)
        if scope is transaction:
            break
    token.internal_data[_UNDOING] = undoing


def _transaction(token: Token) -> Token:
    """Return the transaction around a token, or the scope it is in where there is none."""
    scopes = token.workflow.program.scopes
    for around in upwards(token.parent):
        body = around.task_spec.node.body
        if body is not None and scopes[body].is_transaction:
            return around
    return token.parent


def _leave_cancelled(token: Token) -> None:
    """Let the transaction go on where it was cancelled, or just end."""
    transaction = _transaction(token)
    holder = transaction.parent if transaction.task_spec.repeated else transaction
    for waiting in holder.children:
        for trigger in waiting.task_spec.triggers:
            if trigger.event is Event.CANCEL:
                happen(waiting, Event.CANCEL, trigger)
                return
    clear(transaction)
    settle(transaction)


def _take_records(token: Token, activity: str | None) -> list[dict[str, Any]]:
    """Take what a token is to undo, so that nothing is undone twice; the next one last.

    An event sub-process undoes what was done in the scope that it interrupts, too.
    """
    scopes = [token.parent]
    if token.parent.task_spec.node.kind is Kind.EVENT_SCOPE:
        scopes.insert(0, token.parent.parent)
    wanted: list[dict[str, Any]] = []
    for scope in scopes:
        done = scope.internal_data.pop(DONE, [])
        wanted += [one for one in done if activity in {None, one["activity"]}]
        if rest := [one for one in done if activity not in {None, one["activity"]}]:
            scope.internal_data[DONE] = rest
    return wanted


def _undo(token: Token, record: dict[str, Any]) -> None:
    seen = record.get(SEEN, {})
    if "handler" not in record:
        inside = record[DONE]
        token.internal_data[_UNDOING] += [{**one, SEEN: seen | one.get(SEEN, {})} for one in inside]
        return
    child = put(token, record["handler"], variables=seen)
    if DONE in record:
        child.internal_data[DONE] = record[DONE]
