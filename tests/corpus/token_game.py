"""Which nodes every complete run of a program must visit, found by playing; data is ignored.

The checks of the engine have their own game (`engine.bpmn.soundness`); this one shares nothing with
it, nor with the engine. Every choice is free, so it says less than could be said, never too much:
where a scope can be left from inside or be interrupted by an event sub-process, nothing in it must
be visited, and an inclusive gateway may go on with whatever tokens have come.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final, TypeAlias, TypeVar

from engine.bpmn.program import Event, Flow, Kind, Loop, Node, Program, Scope

_Item = TypeVar("_Item")
MOST_MARKINGS: Final = 3_000
"""Played for one node; where this is not enough, the node need not be visited."""
_MOST_TOKENS: Final = 2
"""In one place."""
_LEAVING: Final = frozenset({Event.ERROR, Event.ESCALATION, Event.CANCEL})

Marking: TypeAlias = frozenset[tuple[str, int]]
"""How many tokens are where: on a node, or at a gateway after the flow they came by."""


def must_visit(program: Program) -> frozenset[str]:
    """Return the ids of the nodes without which no run can be complete."""
    return _must_visit_in(program, program.process, ())


def _must_visit_in(program: Program, scope_id: str, around: tuple[str, ...]) -> frozenset[str]:
    scope = program.scopes.get(scope_id)
    if scope is None or scope_id in around or _can_be_left(program, scope):
        return frozenset()
    needed = {node for node in scope.nodes if not _Game(program, scope, without=node).can_end()}
    found = {node for node in needed if not _may_be_skipped(program.nodes[node])}
    bodies = [body for node in found if (body := program.nodes[node].body) is not None]
    inside = (_must_visit_in(program, body, (*around, scope_id)) for body in bodies)
    return frozenset(found).union(*inside)


def _can_be_left(program: Program, scope: Scope) -> bool:
    """Return whether a scope may end before all its tokens are gone."""
    interrupting = (program.nodes[one] for one in scope.event_scopes)
    thrown = {trigger.event for node in _all_nodes(program, scope, ()) for trigger in node.triggers}
    return (
        scope.completion is not None
        or any(node.interrupting for node in interrupting)
        or bool(thrown & _LEAVING)
    )


def _all_nodes(program: Program, scope: Scope, around: tuple[str, ...]) -> Iterator[Node]:
    for node in map(program.nodes.__getitem__, scope.nodes):
        yield node
        inner = program.scopes.get(node.body or "")
        if inner is not None and inner.id not in around:
            yield from _all_nodes(program, inner, (*around, scope.id))


def _may_be_skipped(node: Node) -> bool:
    """Return whether a loop marker may let an activity run no time at all."""
    if node.loop is None:
        return False
    if isinstance(node.loop, Loop):
        return node.loop.test_before
    cardinality = node.loop.cardinality or ""
    return not cardinality.isdigit() or int(cardinality) == 0


@dataclass(frozen=True)
class _Game:
    """Plays one scope in which a token may never get past one of the nodes."""

    program: Program
    scope: Scope
    without: str

    def can_end(self) -> bool:
        """Return whether the scope can end all the same, or there is too much to play."""
        first = _marking(Counter(self.scope.starts))
        seen, waiting = {first}, [first]
        while waiting:
            marking = waiting.pop()
            if not marking or len(seen) > MOST_MARKINGS:
                return True
            for following in map(_marking, self._moves(Counter(dict(marking)))):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return False

    def _moves(self, tokens: Counter[str]) -> Iterator[Counter[str]]:
        """Yield what one move can make of some tokens."""
        for node in map(self.program.nodes.__getitem__, self.scope.nodes):
            if tokens[node.id]:
                yield from self._beside(node, tokens)
            if node.id == self.without:
                continue
            for taken in _consumed(node, tokens):
                if any(trigger.event is Event.TERMINATE for trigger in node.triggers):
                    yield Counter()
                for flows in self._ways_out(node):
                    yield tokens - Counter(taken) + Counter(map(self._place, flows))

    def _beside(self, node: Node, tokens: Counter[str]) -> Iterator[Counter[str]]:
        """Yield what the events attached to an activity can do."""
        for event in map(self.program.nodes.__getitem__, node.boundary):
            host = Counter([node.id]) if event.interrupting else Counter[str]()
            yield tokens - host + Counter([event.id])

    def _place(self, flow: Flow) -> str:
        return flow.id if flow.id in self.program.nodes[flow.target].joins else flow.target

    def _ways_out(self, node: Node) -> Iterator[tuple[Flow, ...]]:
        """Yield the sets of flows that a token can take out of a node."""
        if node.kind is Kind.PARALLEL or len(node.flows) == 0:
            yield node.flows
        elif node.kind in {Kind.EXCLUSIVE, Kind.EVENTS}:
            yield from ((flow,) for flow in node.flows)
        elif node.kind is Kind.INCLUSIVE:
            yield from _subsets(node.flows)
        else:
            plain = {flow.id for flow in node.flows if not flow.condition} - {node.default}
            always = tuple(flow for flow in node.flows if flow.id in plain)
            yield always
            others = [flow for flow in node.flows if flow.id not in plain]
            yield from ((*always, *some) for some in _subsets(others))


def _consumed(node: Node, tokens: Counter[str]) -> Iterator[list[str]]:
    """Yield the tokens that can go through a node together."""
    if not node.joins:
        yield from [[node.id]] if tokens[node.id] else []
        return
    come = [flow for flow in node.joins if tokens[flow]]
    if node.kind is Kind.INCLUSIVE:
        yield from map(list, _subsets(come))
    elif len(come) == len(node.joins):
        yield come


def _subsets(items: Iterable[_Item]) -> Iterator[tuple[_Item, ...]]:
    """Yield every choice of one or more."""
    some = list(items)
    return chain.from_iterable(combinations(some, size + 1) for size in range(len(some)))


def _marking(tokens: Counter[str]) -> Marking:
    return frozenset(
        (place, min(number, _MOST_TOKENS)) for place, number in tokens.items() if number > 0
    )
