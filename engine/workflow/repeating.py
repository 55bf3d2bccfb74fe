"""Loop markers: an activity that runs again and again, or once for each element of a collection."""

from collections.abc import Mapping
from typing import Any

from engine.bpmn.limits import MAX_INSTANCES
from engine.bpmn.program import Loop, MultiInstance, Node
from engine.errors import Invalid, Said
from engine.expressions import ExpressionFailed
from engine.workflow.activities import OWN, Activity, hand_on
from engine.workflow.case import Token, evaluate, holds, put, remove
from engine.workflow.nodes import decide, leave, settle, taken

_TURNS, _NUMBER, _ENDED = "turns", "number", "ended"
"""In the internal data of a loop: how many turns are done, of how many, and that no more come."""


class TooManyInstances(Invalid):
    """An activity would run too often at once."""


class Repeat(Activity):
    """Holds the turns of an activity with a loop marker, and what is attached to it."""

    def note(self, token: Token) -> None:
        """Note nothing: the turns were noted."""

    def go_on(self, token: Token) -> None:
        hand_on(token)
        leave(token, taken(token))

    def turned(self, token: Token, turn: Token) -> None:
        """Take a turn that is done away, and begin the next one or go on."""
        decide(token)
        token.internal_data[_TURNS] = _done(token) + 1
        ends = self.ends_with(token, turn)
        remove(turn)
        if ends:
            token.internal_data[_ENDED] = True
            for other in token.children:
                if isinstance(other.task_spec, Activity):
                    remove(other)
        settle(token)

    def ends_with(self, token: Token, turn: Token) -> bool:
        """Return whether no further turn is wanted, seen from the one that is just done."""
        raise NotImplementedError


class StandardLoop(Repeat):
    """Turns one after the other, while a condition holds."""

    loop: Loop

    def _run_hook(self, token: Token) -> bool | None:
        if self.loop.test_before and not self._wants_more(token):
            return True
        _begin(token, self.node, 0)
        return None

    def ends_with(self, token: Token, turn: Token) -> bool:  # noqa: ARG002 — other loops need it
        return not self._wants_more(token)

    def emptied(self, token: Token) -> None:
        if token.internal_data.get(_ENDED):
            token.complete()
        else:
            _begin(token, self.node, _done(token))

    def _wants_more(self, token: Token) -> bool:
        """Return whether there is another turn; its condition counts the turns that are done."""
        if self.loop.most is not None and _done(token) >= self.loop.most:
            return False
        if self.loop.condition is None:
            return self.loop.most is not None
        return holds(token, self.loop.condition, {"loopCounter": _done(token)})


class Instances(Repeat):
    """One turn for each element of a collection, or so many: at once or one after the other."""

    loop: MultiInstance

    def _run_hook(self, token: Token) -> bool | None:
        number = self._number(token)
        if number > MAX_INSTANCES:
            raise TooManyInstances(element_id=self.bpmn_id, instances=number, allowed=MAX_INSTANCES)
        token.internal_data[_NUMBER] = number
        first = range(min(number, 1) if self.loop.sequential else number)
        agenda = token.workflow.agenda
        before = len(agenda)
        for index in first:
            self._begin(token, index)
        agenda[before:] = reversed(agenda[before:])
        self._count(token)
        return None if number else True

    def ends_with(self, token: Token, turn: Token) -> bool:
        self._count(token)
        # A called process sees no variables of its caller, but this condition is the caller's.
        own = turn.internal_data.get(OWN, turn.data)
        return self.loop.completion is not None and holds(token, self.loop.completion, own)

    def emptied(self, token: Token) -> None:
        done = _done(token)
        if token.internal_data.get(_ENDED) or done >= token.internal_data[_NUMBER]:
            token.complete()
        else:
            self._begin(token, done)
            self._count(token)

    def _count(self, token: Token) -> None:
        number, done = token.internal_data[_NUMBER], _done(token)
        active = min(number - done, 1) if self.loop.sequential else number - done
        token.data["nrOfInstances"] = number
        token.data["nrOfCompletedInstances"] = done
        token.data["nrOfActiveInstances"] = active

    def _begin(self, token: Token, index: int) -> None:
        variables: dict[str, object] = {"loopCounter": index}
        if self.loop.element:
            elements = self._elements(token)
            variables[self.loop.element] = elements[index] if index < len(elements) else None
        _begin(token, self.node, index, variables)

    def _number(self, token: Token) -> int:
        if self.loop.collection:
            return len(self._elements(token))
        text = self.loop.cardinality or ""
        value = evaluate(token, text)
        try:
            number = int(value) if isinstance(value, str | float) else value
        except ValueError:
            number = None
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise ExpressionFailed(
                Said("{text}: is no number of instances", text=text), element_id=self.bpmn_id
            )
        return number

    def _elements(self, token: Token) -> list[Any]:
        text = self.loop.collection or ""
        value = evaluate(token, text if text.startswith(("${", "#{")) else f"${{{text}}}")
        if value is None:
            return []
        if not isinstance(value, list):
            raise ExpressionFailed(Said("{text}: is no list", text=text), element_id=self.bpmn_id)
        return value


def turn_of(node_id: str) -> str:
    """Return the name of the specification of the turns of an activity."""
    return f"{node_id}#turn"


def _begin(
    token: Token, node: Node, index: int, variables: Mapping[str, object] | None = None
) -> None:
    put(token, turn_of(node.id), variables=variables or {"loopCounter": index})


def _done(token: Token) -> int:
    done: int = token.internal_data.get(_TURNS, 0)
    return done
