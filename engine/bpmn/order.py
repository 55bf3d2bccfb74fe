"""The order in which a diagram is read, through all that runs in it.

What stands in a sub-process or a called process stands where the diagram enters it first. Nothing
here recurses: a hostile file can let a thousand processes call each other.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator

from engine.bpmn.names import GLOBAL_TASKS, SUB_PROCESSES, Element, kind
from engine.bpmn.reader import Diagram


def in_flow_order(diagram: Diagram) -> Iterator[Element]:
    """Yield each flow node and called global task that can run, in the order of the flow.

    In each scope what cannot be reached along flows, such as event sub-processes, stands last.
    """
    seen = {diagram.process}
    reading = [_nodes(diagram, diagram.process)]
    while reading:
        node = next(reading[-1], None)
        if node is None:
            reading.pop()
            continue
        yield node
        inside = runs_in(diagram, node)
        if inside is None or inside in seen:
            continue
        seen.add(inside)
        if kind(inside) in GLOBAL_TASKS:
            yield inside
        else:
            reading.append(_nodes(diagram, inside))


def reached_first(diagram: Diagram, is_step: Callable[[Element], bool]) -> set[Element]:
    """Return the steps that can be reached from the start without passing another step."""
    walk = _FirstWalk(diagram, is_step)
    walk.enter(diagram.process, None)
    return walk.steps()


class _FirstWalk:
    """Goes from the start through sub-processes and calls, up to the first steps."""

    def __init__(self, diagram: Diagram, is_step: Callable[[Element], bool]) -> None:
        self._diagram = diagram
        self._is_step = is_step
        self._seen: set[Element] = set()
        self._waiting: deque[tuple[Element, Element]] = deque()
        """Nodes, each with the scope it is in."""
        self._entered: defaultdict[Element, list[tuple[Element, Element]]] = defaultdict(list)
        """By scope: the activities, with their scopes, that go on when it ends."""
        self._can_end: set[Element] = set()
        """Scopes that can be passed without a step."""

    def steps(self) -> set[Element]:
        """Go on until nothing is left but steps; return them."""
        found = set()
        while self._waiting:
            node, scope = self._waiting.popleft()
            inside = runs_in(self._diagram, node)
            if self._is_step(node):
                found.add(node)
            elif inside is None:
                self._go_on(node, scope)
            elif kind(inside) not in GLOBAL_TASKS:
                self.enter(inside, (node, scope))
            elif self._is_step(inside):
                found.add(inside)
            else:
                self._go_on(node, scope)
        return found

    def enter(self, scope: Element, activity: tuple[Element, Element] | None) -> None:
        """Go into a scope; `activity` is what goes on when it ends, with the scope it is in."""
        is_new = scope not in self._entered
        self._entered[scope] += [] if activity is None else [activity]
        starts = self._diagram.graph_of(scope).starts
        if is_new:
            self._add(starts, scope)
        if not starts:
            self._end(scope)
        if activity is not None and scope in self._can_end:
            self._go_on(*activity)

    def _go_on(self, node: Element, scope: Element) -> None:
        targets = self._diagram.graph_of(scope).targets(node)
        self._add(targets, scope)
        if not targets:
            self._end(scope)

    def _end(self, scope: Element) -> None:
        """Go on behind each activity that has entered the scope, and so on outwards."""
        ended = [scope]
        while ended:
            one = ended.pop()
            if one in self._can_end:
                continue
            self._can_end.add(one)
            for node, around in self._entered[one]:
                targets = self._diagram.graph_of(around).targets(node)
                self._add(targets, around)
                if not targets:
                    ended.append(around)

    def _add(self, nodes: Iterable[Element], scope: Element) -> None:
        for node in nodes:
            if node not in self._seen:
                self._seen.add(node)
                self._waiting.append((node, scope))


def _nodes(diagram: Diagram, scope: Element) -> Iterator[Element]:
    """Return the nodes of a scope in the order of its flow, then those that it does not reach."""
    graph = diagram.graph_of(scope)
    return iter(dict.fromkeys((*graph.walk(*graph.starts), *graph.all_nodes)))


def runs_in(diagram: Diagram, node: Element) -> Element | None:
    """Return what runs in an activity: its own scope, or the process or task it calls; or None."""
    return node if kind(node) in SUB_PROCESSES else diagram.callee(node)
