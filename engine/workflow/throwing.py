"""Events that a token makes happen: messages, signals, errors, escalations, undoing, ends."""

from typing import Any

from engine.bpmn.program import Event, Kind, Trigger
from engine.workflow.activities import DONE, Activity
from engine.workflow.case import Token, VisitKind, is_there, put, remove
from engine.workflow.nodes import NodeSpec, clear, leave, settle, taken
from engine.workflow.waiting import deliver, happen, throw_upwards, waiting_for

_UNDOING = "undoing"
"""In the internal data of a token that undoes: what is still to be undone, the next one last."""


class Throw(Activity):
    """Makes its triggers happen, one after the other, then goes on if it is still there."""

    def _run_hook(self, token: Token) -> bool | None:
        workflow = token.workflow
        self.note(token)
        token.internal_data["caught"] = len(workflow.agenda)
        for trigger in self.node.triggers:
            if is_there(token):
                _throw(token, trigger)
        return None if is_there(token) and _UNDOING in token.internal_data else True

    def _on_complete_hook(self, token: Token) -> None:
        """Go on after those who have caught something: events come before other work."""
        if not is_there(token):
            return
        agenda = token.workflow.agenda
        begun = token.internal_data["caught"]
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
        token.internal_data["caught"] = len(token.workflow.agenda)
        if any(one.event is Event.CANCEL for one in self.node.triggers):
            _leave_cancelled(token)
        else:
            token.complete()


def _throw(token: Token, trigger: Trigger) -> None:
    workflow = token.workflow
    match trigger.event:
        case Event.MESSAGE | Event.SIGNAL:
            deliver(workflow, trigger.event, trigger.name)
        case Event.ESCALATION:
            if not throw_upwards(token, trigger.event, trigger.name):
                workflow.visit(VisitKind.ESCALATED, token.task_spec.bpmn_id, code=trigger.name)
        case Event.ERROR:
            if not throw_upwards(token, trigger.event, trigger.name):
                workflow.visit(VisitKind.FAILED, token.task_spec.bpmn_id, code=trigger.name)
        case Event.TERMINATE:
            scope = token.parent
            clear(scope)
            settle(scope)
        case Event.COMPENSATION:
            token.internal_data[_UNDOING] = _take_records(token, trigger.activity)
        case Event.CANCEL:
            transaction = _transaction(token)
            for other in transaction.children:
                if other.task_spec.node.kind is not Kind.BOUNDARY and not _contains(other, token):
                    remove(other)
            token.internal_data[_UNDOING] = _in_reverse(transaction.internal_data.pop(DONE, []))
        case Event.TIMER | Event.CONDITION:
            raise NotImplementedError(f"{trigger.event} cannot be thrown")


def _contains(scope: Token, token: Token) -> bool:
    while token is not None and token is not scope:
        token = token.parent
    return token is scope


def _transaction(token: Token) -> Token:
    """Return the transaction around a token, or the scope it is in where there is none."""
    scope = token.parent
    while scope is not None:
        node = scope.task_spec.node
        body = scope.workflow.program.scopes.get(node.body or "")
        if body is not None and body.is_transaction:
            return scope
        scope = scope.parent
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
    scope = token.parent
    scopes = [scope]
    if scope.task_spec.node.kind is Kind.EVENT_SCOPE:
        scopes.append(scope.parent)
    taken_records: list[dict[str, Any]] = []
    for one in reversed(scopes):
        done = one.internal_data.get(DONE, [])
        wanted = [each for each in done if activity in {None, each["activity"]}]
        one.internal_data[DONE] = [each for each in done if each not in wanted]
        taken_records += wanted
    return _in_reverse(taken_records)


def _in_reverse(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records so that the latest is popped first: they are in the order of completion."""
    return list(records)


def _undo(token: Token, record: dict[str, Any]) -> None:
    if "handler" not in record:
        token.internal_data[_UNDOING] += record[DONE]
        return
    child = put(token, record["handler"])
    if DONE in record:
        child.internal_data[DONE] = record[DONE]


__all__ = ["NodeSpec", "Throw", "leave", "taken", "waiting_for"]
