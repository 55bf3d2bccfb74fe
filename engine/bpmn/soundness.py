"""Plays the token game on a program: every choice is free, every event may happen, data is ignored.

A scope is played by itself: what happens inside an activity matters around it only by whether the
activity can be completed and whether an error or escalation leaves it. In a scope, one token after
the other is moved as far as it goes, the one nearest to the start first: tokens of different paths
do not mind in which order they move, so no way to get stuck and no node is missed (Valmari's
stubborn sets), and tokens that can meet do meet. What ends a whole scope is left to the last.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice
from typing import Final, TypeAlias, TypeVar

from engine.bpmn.program import Event, Flow, Kind, Node, Program, Trigger

MAX_MARKINGS: Final = 20_000
"""Of all scopes together."""
MAX_WORK: Final = 500_000
"""Tokens looked at, which bounds the time whatever a diagram looks like."""
_SUBSETS: Final = 5
"""Of more flows or events only none, each one and all together are tried."""
_AT_ONCE: Final = 2
"""Tokens in one place; more are counted as two, so that their number is bounded."""

Marking: TypeAlias = tuple[int, ...]
"""The places that hold tokens, sorted; twice, if a place holds several."""
_GONE: Final[Marking] = (-1,)
"""The scope is left from inside: by an error, an escalation or a cancellation."""
_TERMINATED: Final[Marking] = (-2,)
"""All tokens of the scope are taken away, so that it is completed."""
_WAITING: Final = frozenset({Kind.WORK, Kind.CATCH, Kind.EVENTS, Kind.SCOPE})
_LEFT: Final = frozenset({_GONE, _TERMINATED})
_Item = TypeVar("_Item")


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A gateway at which a token may wait for ever."""

    gateway: str
    missing: tuple[str, ...]
    """Ids of the flows by which no token has come."""


@dataclass(kw_only=True)
class Played:
    """What came out for one scope."""

    scope: str
    visited: set[str] = field(default_factory=set)
    dead: tuple[str, ...] = ()
    """Nodes that no run reaches, although flows lead there; the first of each such path."""
    can_end: bool = True
    always_ends: bool = True
    stuck: tuple[Stuck, ...] = ()
    doubled: tuple[str, ...] = ()
    """Nodes that two tokens can reach at the same time; the first of each such path."""
    is_whole: bool = True
    """Whether all was played within the bound."""


@dataclass(kw_only=True)
class _Outcome:
    """How a scope can be left."""

    completes: bool = True
    escaping: frozenset[Trigger] = frozenset()
    """Errors and escalations that nothing in it catches."""


@dataclass(kw_only=True)
class _Budget:
    markings: int = MAX_MARKINGS
    work: int = MAX_WORK

    @property
    def is_spent(self) -> bool:
        return self.markings <= 0 or self.work <= 0


@dataclass(kw_only=True)
class _Known:
    """What is known of a program while its scopes are played."""

    program: Program
    outcomes: dict[str, _Outcome] = field(default_factory=dict)
    """By scope."""
    catching: Mapping[tuple[Event, str], set[str]]
    """By what is caught: the scopes that hold an event which catches it."""
    budget: _Budget = field(default_factory=_Budget)


def play(program: Program) -> Iterator[Played]:
    """Yield what came out for each scope that can run, those inside before those around them."""
    known = _Known(program=program, catching=_catching(program))
    for scope_id in _inside_out(program):
        played, known.outcomes[scope_id] = _Game(known, scope_id).play()
        yield played


def _catching(program: Program) -> Mapping[tuple[Event, str], set[str]]:
    found: defaultdict[tuple[Event, str], set[str]] = defaultdict(set)
    for node in program.nodes.values():
        if node.kind in {Kind.BOUNDARY, Kind.EVENT_SCOPE}:
            for trigger in node.triggers:
                found[trigger.event, trigger.name].add(program.owners.get(node.id, ""))
    return found


def _inside_out(program: Program) -> Iterator[str]:
    """Yield the scopes that can run, each after those that run in it."""
    seen = {program.process}
    stack = [(program.process, _bodies(program, program.process))]
    while stack:
        scope_id, bodies = stack[-1]
        inner = next((one for one in bodies if one not in seen), None)
        if inner is None:
            stack.pop()
            if scope_id in program.scopes:
                yield scope_id
        else:
            seen.add(inner)
            stack.append((inner, _bodies(program, inner)))


def _bodies(program: Program, scope_id: str) -> Iterator[str]:
    scope = program.scopes.get(scope_id)
    nodes = () if scope is None else scope.nodes
    return iter([body for one in nodes if (body := program.nodes[one].body) is not None])


class _Game:
    """One scope being played. Places are numbered in the order of the flow."""

    def __init__(self, known: _Known, scope_id: str) -> None:
        self._known = known
        self._program = program = known.program
        self._scope = program.scopes[scope_id]
        self._budget = known.budget
        self._order = _in_order(program, self._scope.starts)
        self._number = {node_id: number for number, node_id in enumerate(self._order)}
        self._places: list[str] = list(self._order)
        """Nodes, then flows into a join."""
        self._node_of: list[Node] = [program.nodes[one] for one in self._order]
        self._arrivals: dict[str, int] = {}
        for node_id in self._order:
            for flow in program.nodes[node_id].joins:
                self._arrivals[flow] = len(self._places)
                self._places.append(flow)
                self._node_of.append(program.nodes[node_id])
        self._played = Played(scope=scope_id)
        self._moves: dict[str, tuple[Marking, ...]] = {}
        self._doubled: set[str] = set()
        self._escaping: set[Trigger] = set()
        self._ending: dict[str, bool] = {}
        self._leading: dict[tuple[str, frozenset[str]], frozenset[int]] = {}

    def play(self) -> tuple[Played, _Outcome]:
        """Return what came out, and how the scope can be left."""
        first = self._added((), self._entered_nodes(self._scope.starts))
        following = self._explore(first)
        played = self._played
        played.is_whole = not self._budget.is_spent
        ends = {one for one in following if one in {(), _GONE}}
        finishing = _leading_to(following, ends)
        played.can_end = first in finishing or not played.is_whole
        played.always_ends = len(finishing) == len(following) or not played.is_whole
        if played.is_whole:
            played.stuck = tuple(dict.fromkeys(self._stuck(following)))
            waiting = {one.gateway for one in played.stuck}
            played.dead = tuple(one for one in dict.fromkeys(self._dead()) if one not in waiting)
        played.doubled = tuple(self._first_doubled())
        completes = () in following or not played.is_whole or not ends or self._has_other_end()
        return played, _Outcome(completes=completes, escaping=frozenset(self._escaping))

    def _has_other_end(self) -> bool:
        """Return whether an event sub-process that interrupts the scope can complete it."""
        events = (self._program.nodes[one] for one in self._scope.event_scopes)
        return any(
            one.interrupting and self._known.outcomes.get(one.body or "", _Outcome()).completes
            for one in events
        )

    def _explore(self, first: Marking) -> dict[Marking, set[Marking]]:
        """Return the markings that were reached, each with those that follow it."""
        following: dict[Marking, set[Marking]] = {}
        waiting, widened = [first], set[Marking]()
        while True:
            while waiting and not self._budget.is_spent:
                marking = waiting.pop()
                if marking in following:
                    continue
                self._budget.markings -= 1
                following[marking] = set(self._next(marking, only_first=True))
                waiting.extend(following[marking])
            self._budget.work -= len(following)
            ignored = [
                one for one in _turning_for_ever(following) if one not in widened and len(one) > 1
            ]
            if not ignored or self._budget.is_spent:
                for marking in waiting:
                    following.setdefault(marking, set())
                return following
            for marking in ignored:  # a path that turns for ever must not keep the others waiting
                widened.add(marking)
                others = set(self._next(marking, only_first=False))
                waiting.extend(others - following[marking])
                following[marking] |= others

    def _next(self, marking: Marking, *, only_first: bool) -> Iterator[Marking]:
        """Yield the markings after a move of the first token that can move, or of every one."""
        if marking == _GONE:
            return
        self._budget.work -= 1 + len(marking)
        late: list[int] = []
        has_moved = False
        for place in sorted(set(marking), key=self._rank):
            node = self._node_of[place]
            if self._ends_all(node):
                late.append(place)
                continue
            rest = self._taken(marking, place)
            if rest is not None:
                yield from self._after(rest, node)
                has_moved = True
            if has_moved and only_first:
                return
        if not has_moved and (joined := self._joined_inclusive(marking)) is not None:
            yield from self._after(*joined)
        elif not (has_moved and only_first):
            for place in late:
                yield from self._after(_without(marking, {place}), self._node_of[place])

    def _taken(self, marking: Marking, place: int) -> Marking | None:
        """Return a marking without what moves on from a place; None, if nothing can."""
        if place < len(self._order):
            return _without(marking, {place})
        node = self._node_of[place]
        arrivals = {self._arrivals[flow] for flow in node.joins}
        # Asked at one of its arrivals, for all of them.
        if node.kind is not Kind.PARALLEL or place != min(arrivals):
            return None
        return _without(marking, arrivals) if arrivals.issubset(marking) else None

    def _rank(self, place: int) -> tuple[bool, int]:
        """Return the sort key of places: what waits for nobody moves first, then in flow order."""
        return self._node_of[place].kind in _WAITING, self._turn_of(place)

    def _turn_of(self, place: int) -> int:
        return self._number[self._node_of[place].id]

    def _after(self, rest: Marking, node: Node) -> Iterator[Marking]:
        if node.id not in self._moves:
            self._moves[node.id] = tuple(dict.fromkeys(self._tried(node)))
        for entered in self._moves[node.id]:
            self._budget.work -= 1 + len(rest) + len(entered)
            if self._budget.is_spent:
                return
            if entered == _GONE:
                yield _GONE
            else:
                yield () if entered == _TERMINATED else self._added(rest, entered)

    def _tried(self, node: Node) -> Iterator[Marking]:
        """Yield what a node does with a token as long as there is work left to be done."""
        for entered in islice(self._outcomes_of(node), MAX_MARKINGS):
            self._budget.work -= 1 + len(entered)
            if self._budget.is_spent:
                return
            yield entered

    def _added(self, rest: Marking, entered: Iterable[int]) -> Marking:
        """Return a marking with more tokens, and note where several are at the same time."""
        count = Counter(rest)
        for place in entered:
            count[place] += 1
            if count[place] > 1 and place < len(self._order) and self._node_of[place].flows:
                self._doubled.add(self._places[place])
        return tuple(
            one for place in sorted(count) for one in (place,) * min(count[place], _AT_ONCE)
        )

    # What a node does with a token.

    def _outcomes_of(self, node: Node) -> Iterator[Marking]:
        """Yield the places that get a token for one at a node, in each of the ways it can go on."""
        self._played.visited.add(node.id)
        if node.kind is Kind.EVENTS:
            for flow in node.flows:
                self._played.visited.add(flow.target)
                yield from map(self._entered, _choices(self._program.nodes[flow.target]))
            return
        events = [self._program.nodes[one] for one in node.boundary]
        beside = [one for one in events if not one.interrupting]
        for extra in _subsets(beside):
            places = self._entered_nodes(one.id for one in extra)
            yield from (
                done if done in _LEFT else places + done for done in self._completions(node)
            )
            for event in events:
                if event.interrupting:
                    yield (*places, *self._entered_nodes([event.id]))

    def _completions(self, node: Node) -> Iterator[Marking]:
        """Yield what a node does by itself, the events attached to it left aside."""
        if node.kind is Kind.THROW:
            yield from self._thrown(node)
            return
        if node.kind is Kind.SCOPE:
            outcome = self._known.outcomes.get(node.body or "", _Outcome())
            escaping = [one for one in outcome.escaping if not self._is_caught_at(node, one)]
            leaves = [self._leaves(one) for one in escaping]
            is_caught = not escaping and self._always_fails(node, outcome)
            if any(leaves) or not (outcome.completes or is_caught):
                yield _GONE
            if not outcome.completes:
                return
        yield from map(self._entered, _choices(node))

    def _always_fails(self, node: Node, outcome: _Outcome) -> bool:
        """Return whether an activity that does not complete can only be left by errors."""
        errors = [one.event is Event.ERROR for one in outcome.escaping]
        scope = self._program.scopes.get(node.body or "")
        return bool(errors) and all(errors) and not (scope is not None and scope.is_transaction)

    def _thrown(self, node: Node) -> Iterator[Marking]:
        for trigger in node.triggers:
            if trigger.event is Event.TERMINATE:
                yield _TERMINATED
                return
            if trigger.event is Event.CANCEL or self._leaves(trigger):
                yield _GONE
                return
        yield from map(self._entered, _choices(node))

    def _leaves(self, trigger: Trigger) -> bool:
        """Return whether something thrown ends the scope; note it if something outside catches."""
        if trigger.event not in {Event.ERROR, Event.ESCALATION}:
            return False
        for one in self._scope.event_scopes:
            if _catches(self._program.nodes[one], trigger):
                return self._program.nodes[one].interrupting
        self._escaping.add(trigger)
        return trigger.event is Event.ERROR and self._is_caught_outside(trigger)

    def _is_caught_at(self, host: Node, trigger: Trigger) -> bool:
        return any(_catches(self._program.nodes[one], trigger) for one in host.boundary)

    def _is_caught_outside(self, trigger: Trigger) -> bool:
        """Return whether an event in another scope catches an error."""
        catching = self._known.catching
        return any(
            catching.get((trigger.event, name), set()) - {self._scope.id}
            for name in ("", trigger.name)
        )

    def _ends_all(self, node: Node) -> bool:
        if node.kind is not Kind.THROW:
            return False
        if node.id not in self._ending:
            self._ending[node.id] = not _LEFT.isdisjoint(self._thrown(node))
        return self._ending[node.id]

    def _entered(self, flows: Iterable[Flow]) -> Marking:
        """Return the places that get a token along each of the flows."""
        places: list[int] = []
        for flow in flows:
            if flow.id in self._arrivals:
                places.append(self._arrivals[flow.id])
            else:
                places += self._entered_nodes([flow.target])
        return tuple(places)

    def _entered_nodes(self, node_ids: Iterable[str]) -> Marking:
        """Return the places of nodes; of those that take a token away at once there is none."""
        places = []
        for node_id in node_ids:
            if self._is_plain_end(self._program.nodes[node_id]):
                self._played.visited.add(node_id)
            else:
                places.append(self._number[node_id])
        return tuple(places)

    def _is_plain_end(self, node: Node) -> bool:
        if node.flows:
            return False
        return node.kind is Kind.PASS or (node.kind is Kind.THROW and not self._ends_all(node))

    # Gateways that join.

    def _joined_inclusive(self, marking: Marking) -> tuple[Marking, Node] | None:
        """Return a marking after the first inclusive gateway that nothing more can reach.

        Where all wait for each other, the first goes on: what comes later comes too late.
        """
        waiting = dict.fromkeys(
            self._node_of[place]
            for place in marking
            if place >= len(self._order) and self._node_of[place].kind is Kind.INCLUSIVE
        )
        ready = [one for one in waiting if not self._can_come(marking, one)] or list(waiting)
        if not ready:
            return None
        arrivals = {self._arrivals[flow] for flow in ready[0].joins}
        return _without(marking, arrivals), ready[0]

    def _can_come(self, marking: Marking, node: Node) -> bool:
        """Return whether a token elsewhere can come by a flow that none has come by yet."""
        there = set(marking)
        filled = frozenset(one for one in node.joins if self._arrivals[one] in there)
        empty = frozenset(node.joins) - filled
        others = {self._turn_of(one) for one in marking if self._node_of[one] is not node}
        to_empty, to_filled = self._before(node, empty), self._before(node, filled)
        return bool((others & to_empty) - to_filled)

    def _before(self, node: Node, flows: frozenset[str]) -> frozenset[int]:
        """Return the nodes from which one of these flows can be reached past their gateway."""
        if (node.id, flows) not in self._leading:
            self._budget.work -= len(self._order)
            nodes = [self._program.nodes[one] for one in self._order if one != node.id]
            found = {one.id for one in nodes if any(flow.id in flows for flow in one.flows)}
            preceding: defaultdict[str, list[str]] = defaultdict(list)
            for one in nodes:
                for target in (*(flow.target for flow in one.flows), *one.boundary):
                    preceding[target].append(one.id)
            stack = list(found)
            while stack:
                new = [one for one in preceding[stack.pop()] if one not in found]
                found.update(new)
                stack.extend(new)
            self._leading[node.id, flows] = frozenset(self._number[one] for one in found)
        return self._leading[node.id, flows]

    # What came out.

    def _stuck(self, following: Mapping[Marking, set[Marking]]) -> Iterator[Stuck]:
        for marking, after in following.items():
            if after or marking in {(), _GONE}:
                continue
            there = set(marking)
            for node in {
                self._node_of[place].id: self._node_of[place] for place in marking
            }.values():
                missing = tuple(one for one in node.joins if self._arrivals[one] not in there)
                if missing:
                    yield Stuck(gateway=node.id, missing=missing)

    def _dead(self) -> Iterator[str]:
        """Yield the nodes that are not reached, though a node that is reached leads to them."""
        visited = self._played.visited
        for node_id in self._order:
            if node_id in visited:
                for target in _targets(self._program.nodes[node_id]):
                    if target not in visited:
                        yield target

    def _first_doubled(self) -> Iterator[str]:
        """Yield the nodes with several tokens that no other such node leads to."""
        led_to = {
            target
            for one in self._doubled
            for target in _targets(self._program.nodes[one])
            if self._number[one] < self._number.get(target, 0)
        }
        for node_id in self._order:
            if node_id in self._doubled and node_id not in led_to:
                yield node_id


def _choices(node: Node) -> Iterator[Sequence[Flow]]:
    """Yield the flows that can be taken together out of a node."""
    flows = node.flows
    default = [flow for flow in flows if flow.id == node.default]
    others = [flow for flow in flows if flow.id != node.default]
    plain = [flow for flow in others if flow.condition is None]
    conditional = [flow for flow in others if flow.condition is not None]
    if node.kind is Kind.PARALLEL:
        yield flows
    elif node.kind is Kind.EXCLUSIVE:
        yield from ([flow] for flow in node.possible)
        if not flows:
            yield ()
    else:
        for chosen in _subsets(conditional):
            if chosen:
                yield _in_file(flows, [*plain, *chosen])
            elif node.kind is not Kind.INCLUSIVE:
                yield _in_file(flows, [*plain, *default])
            elif plain or default or not flows:
                yield _in_file(flows, plain or default)


def _in_file(flows: Sequence[Flow], chosen: Sequence[Flow]) -> Sequence[Flow]:
    wanted = {flow.id for flow in chosen}
    return [flow for flow in flows if flow.id in wanted]


def _subsets(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield the ways to take some of these; of many only none, one and all."""
    sizes = range(len(items) + 1) if len(items) <= _SUBSETS else (0, 1, len(items))
    for size in sizes:
        yield from combinations(items, size)


def _catches(node: Node, thrown: Trigger) -> bool:
    return any(one.event is thrown.event and one.name in {"", thrown.name} for one in node.triggers)


def _targets(node: Node) -> Iterator[str]:
    yield from (flow.target for flow in node.flows)
    yield from node.boundary


def _in_order(program: Program, starts: Iterable[str]) -> list[str]:
    """Return the nodes that flows lead to, each before those behind it as far as there is no loop.

    What events beside an activity lead to comes before what follows the activity.
    """
    finished: list[str] = []
    seen: set[str] = set()
    for start in reversed(tuple(starts)):
        stack = [(start, _targets(program.nodes[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            node_id, targets = stack[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                finished.append(node_id)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, _targets(program.nodes[target])))
    return finished[::-1]


def _without(marking: Marking, places: set[int]) -> Marking:
    """Return a marking with one token less in each of these places that has one."""
    missing = set(places)
    rest = []
    for place in marking:
        if place in missing:
            missing.discard(place)
        else:
            rest.append(place)
    return tuple(rest)


def _leading_to(following: Mapping[Marking, set[Marking]], ends: set[Marking]) -> set[Marking]:
    """Return the markings from which one of the ends can be reached."""
    preceding: defaultdict[Marking, list[Marking]] = defaultdict(list)
    for marking, after in following.items():
        for one in after:
            preceding[one].append(marking)
    found, stack = set(ends), list(ends)
    while stack:
        for one in preceding[stack.pop()]:
            if one not in found:
                found.add(one)
                stack.append(one)
    return found


def _turning_for_ever(following: Mapping[Marking, set[Marking]]) -> list[Marking]:
    """Return the markings from which neither an end nor a standstill can be reached."""
    stops = {marking for marking, after in following.items() if not after}
    finishing = _leading_to(following, stops)
    return [marking for marking in following if marking not in finishing]
