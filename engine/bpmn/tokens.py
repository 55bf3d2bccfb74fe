"""Which places of a process can hold a token at the same time, without playing every case.

The diagram is read as a Petri net. A place is a node where a token can be, or a flow into a
parallel gateway; a step and its non-interrupting boundary events are entered together, for their
ways go on side by side. The relation is the structural one of Kovalyov and Esparza (1995): it holds
every pair that can occur in a run, and some that a run may never reach.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.graph import Graph
from engine.bpmn.names import Element, interrupts, kind


@dataclass(frozen=True, eq=False)
class _Transition:
    """Takes a token from every input and puts one on every output."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class Concurrency:
    """The places of a process that can hold tokens at the same time."""

    def __init__(self, graph: Graph) -> None:
        """Compute the relation; it takes time quadratic in the number of places."""
        self._graph = graph
        self._number: dict[Element, int] = {}
        self._beside: list[int] = []
        """By place: the places that can hold a token beside it, as bits."""
        self._reached: set[int] = set()
        self._transitions = tuple(self._read())
        self._following: defaultdict[int, list[_Transition]] = defaultdict(list)
        for transition in self._transitions:
            for place in transition.inputs:
                self._following[place].append(transition)
        self._spread()

    def together(self, one: Element, other: Element) -> bool:
        """Return whether two places, or one twice, can hold tokens at the same time."""
        return bool(self._beside[self._place(one)] >> self._place(other) & 1)

    def _place(self, element: Element) -> int:
        if element not in self._number:
            self._number[element] = len(self._number)
            self._beside.append(0)
        return self._number[element]

    def _read(self) -> Iterator[_Transition]:
        """Yield what the nodes do; the start events are entered first."""
        graph = self._graph
        for node in graph.of_kind("startEvent"):
            yield _Transition((), (self._place(node),))
        for element_id, node in graph.nodes.items():
            flows = graph.outgoing.get(element_id, ())
            if kind(node) == "parallelGateway":
                inputs = tuple(map(self._place, graph.incoming.get(element_id, ())))
                outputs = tuple({place for flow in flows for place in self._entered(flow)})
                yield _Transition(inputs, outputs)
                continue
            alarms = (event for event in graph.boundary.get(element_id, ()) if interrupts(event))
            for flow in flows:
                yield _Transition((self._place(node),), self._entered(flow))
            for alarm in alarms:
                yield _Transition((self._place(node),), (self._place(alarm),))

    def _entered(self, flow: Element) -> tuple[int, ...]:
        """Return the places that get a token when it goes along a flow."""
        target_id = flow.get("targetRef", "")
        if (target := self._graph.nodes.get(target_id)) is None:
            return ()
        if kind(target) == "parallelGateway":
            return (self._place(flow),)
        timers = self._graph.boundary.get(target_id, ())
        beside = [event for event in timers if not interrupts(event)]
        return tuple(map(self._place, (target, *beside)))

    def _spread(self) -> None:
        """Follow the transitions until no pair is new."""
        waiting = dict.fromkeys(one for one in self._transitions if not one.inputs)
        while waiting:
            del waiting[transition := next(iter(waiting))]
            if not self._can_fire(transition):
                continue
            common = -1 if transition.inputs else 0
            for place in transition.inputs:
                common &= self._beside[place]
            outputs = sum(1 << place for place in set(transition.outputs))
            for place in transition.outputs:
                changed = self._add(place, common | (outputs & ~(1 << place)))
                waiting.update((each, None) for one in changed for each in self._following[one])

    def _can_fire(self, transition: _Transition) -> bool:
        if not self._reached.issuperset(transition.inputs):
            return False
        everywhere = sum(1 << place for place in transition.inputs)
        return all(
            (self._beside[place] | 1 << place) & everywhere == everywhere
            for place in transition.inputs
        )

    def _add(self, place: int, beside: int) -> list[int]:
        """Note that a place is reached, with others beside it; return the places that changed."""
        new = beside & ~self._beside[place]
        changed = [place] if new or place not in self._reached else []
        self._reached.add(place)
        self._beside[place] |= new
        for other in _bits(new & ~(1 << place)):
            self._beside[other] |= 1 << place
            changed.append(other)
        return changed


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
