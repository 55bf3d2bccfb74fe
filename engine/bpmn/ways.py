"""What a token comes to next, through gateways, sub-processes and calls, up to given nodes."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator

from engine.bpmn.names import GLOBAL_TASKS, Element, kind
from engine.bpmn.order import runs_in
from engine.bpmn.reader import Diagram


class Ways:
    """The ways through a diagram from one of some nodes to the next ones.

    A process that is called from two places leads back to both. What an event sub-process or an
    event at the border of a sub-process leads to is on no way.
    """

    def __init__(self, diagram: Diagram, stops: Collection[Element]) -> None:
        self._diagram = diagram
        self.stops = stops
        """Where each way ends."""
        self._entered: defaultdict[Element, list[Element]] = defaultdict(list)
        """By scope or global task: the activities that go on when it ends."""
        for scope in diagram.scopes:
            for node in diagram.graph_of(scope).all_nodes:
                if (within := runs_in(diagram, node)) is not None:
                    self._entered[within].append(node)

    def behind(self, node: Element) -> Iterator[Element]:
        """Yield what follows a node, as `into` does."""
        yield from self.into(self._after(node)[0])

    def may_end_behind(self, node: Element) -> bool:
        """Return whether all may be over behind a node, without another stop."""
        return self._after(node)[1] or any(one not in self.stops for one in self.behind(node))

    def into(self, nodes: Iterable[Element]) -> Iterator[Element]:
        """Yield the stops among these nodes and behind the others, and where all is over."""
        seen: set[Element] = set()
        waiting = deque(nodes)
        while waiting:
            node = waiting.popleft()
            if node in seen:
                continue
            seen.add(node)
            if node in self.stops:
                yield node
                continue
            within = self._starts_in(node)
            targets, is_over = (within, False) if within else self._after(node)
            if is_over:
                yield node
            waiting.extend(targets)

    def _starts_in(self, node: Element) -> tuple[Element, ...]:
        within = runs_in(self._diagram, node)
        if within is None:
            return ()
        return (within,) if kind(within) in GLOBAL_TASKS else self._diagram.graph_of(within).starts

    def _after(self, node: Element) -> tuple[list[Element], bool]:
        """Return where the flow goes on, outside of what ends here, and whether all is over."""
        found: list[Element] = []
        ended = deque([node])
        seen: set[Element] = set()
        is_over = False
        while ended:
            one = ended.popleft()
            if one in seen:
                continue
            seen.add(one)
            scope = scope_of(one)
            targets = [] if scope is one else self._diagram.graph_of(scope).targets(one)
            found += targets
            if not targets:
                ended.extend(self._entered[scope])
                is_over |= scope is self._diagram.process
        return found, is_over


def scope_of(node: Element) -> Element:
    """Return the process or sub-process that a node is in; a global task is its own."""
    around = node.getparent()
    return node if around is None or kind(node) in GLOBAL_TASKS else around
