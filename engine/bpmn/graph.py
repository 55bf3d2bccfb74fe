"""The flow of a process or sub-process: nodes, what leads into and out of them, their lanes."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.bpmn.loops import components
from engine.bpmn.names import STEPS, Element, bpmn, is_flow_node, kind, link_name, text_of

MAX_NODES: Final = 2_000
MAX_FLOWS: Final = 5_000
"""In one scope. More can neither be read by a person nor compared in pairs in a short time."""


@dataclass(frozen=True)
class Graph:
    """Nodes and flows directly in one process or sub-process, in document order."""

    all_nodes: tuple[Element, ...]
    """Flow nodes, those without an id included; the reader gives each one."""
    nodes: Mapping[str, Element]
    """Flow nodes by id."""
    flows: tuple[Element, ...]
    """All sequence flows, those that lead nowhere included."""
    outgoing: Mapping[str, tuple[Element, ...]]
    """Sequence flows by the id of their source."""
    incoming: Mapping[str, tuple[Element, ...]]
    """Sequence flows by the id of their target."""
    boundary: Mapping[str, tuple[Element, ...]]
    """Boundary events by the id of the step they are attached to."""
    lanes: tuple[Element, ...]
    """Lanes of every level, each before those in it."""
    lane_of: Mapping[str, Element]
    """By id of a node: the innermost lane that holds it; of several, the first."""

    def of_kind(self, *kinds: str) -> list[Element]:
        """Return the nodes of these kinds, such as `startEvent`."""
        return [node for node in self.nodes.values() if kind(node) in kinds]

    @property
    def steps(self) -> list[Element]:
        """The user, manual and plain tasks."""
        return self.of_kind(*STEPS)

    @cached_property
    def starts(self) -> tuple[Element, ...]:
        """Where a token can begin: at start events, those without a trigger first.

        Without a start event: at each node that nothing leads to and that no event starts.
        """
        events = self.of_kind("startEvent")
        if events:
            return tuple(sorted(events, key=has_trigger))
        linked = set(self._linked.values())
        return tuple(
            node
            for element_id, node in self.nodes.items()
            if element_id not in self.incoming
            and kind(node) != "boundaryEvent"
            and node not in linked
            and node.get("triggeredByEvent") != "true"
            and node.get("isForCompensation") != "true"
        )

    @cached_property
    def actors(self) -> tuple[Element, ...]:
        """The lanes that stand for one actor: those with no lanes in them, or with own nodes."""
        holding = set(self.lane_of.values())
        return tuple(
            lane
            for lane in self.lanes
            if lane in holding or lane.find(f"{bpmn('childLaneSet')}/{bpmn('lane')}") is None
        )

    @cached_property
    def following(self) -> Mapping[Element, tuple[Element, ...]]:
        """By node: where it leads, the default flow first, and its boundary events."""
        return {
            node: (*self.targets(node), *self.boundary.get(node.get("id", ""), ()))
            for node in (*self.all_nodes, *self.nodes.values())
        }

    @cached_property
    def preceding(self) -> Mapping[Element, tuple[Element, ...]]:
        """By node: the nodes that it follows."""
        found: defaultdict[Element, list[Element]] = defaultdict(list)
        for node, targets in self.following.items():
            for target in targets:
                found[target].append(node)
        return {node: tuple(found[node]) for node in self.following}

    @cached_property
    def _component(self) -> Mapping[Element, int]:
        return components(self.following)

    def are_on_loop(self, one: Element, other: Element) -> bool:
        """Return whether two different nodes can be reached from each other."""
        return self._component[one] == self._component[other]

    def targets(self, node: Element) -> list[Element]:
        """Return the nodes that the flows out of `node` lead to, the default flow's first.

        A link event that throws leads to the one that catches it.
        """
        flows = self.outgoing.get(node.get("id", ""), ())
        default = node.get("default")
        ordered = sorted(flows, key=lambda flow: default is None or flow.get("id") != default)
        drawn = [
            self.nodes[target]
            for flow in ordered
            if (target := flow.get("targetRef", "")) in self.nodes
        ]
        return [*drawn, self._linked[node]] if node in self._linked else drawn

    @cached_property
    def _linked(self) -> Mapping[Element, Element]:
        """By link event that throws: the first of the same name that catches."""
        catching: dict[str, Element] = {}
        for node in self.of_kind("intermediateCatchEvent"):
            if (name := link_name(node)) is not None:
                catching.setdefault(name, node)
        return {
            node: catching[name]
            for node in self.of_kind("intermediateThrowEvent")
            if (name := link_name(node)) in catching and name is not None
        }

    def walk(self, *starts: Element, stop_at_steps: bool = False) -> Iterator[Element]:
        """Yield each node reachable from `starts` once, breadth first, default flows first.

        A step leads to its flow and, after that, to its boundary events. With `stop_at_steps` the
        walk yields steps but does not go beyond them.
        """
        seen = set(starts)
        queue = deque(starts)
        while queue:
            node = queue.popleft()
            yield node
            if stop_at_steps and kind(node) in STEPS:
                continue
            for target in self.following[node]:
                if target not in seen:
                    seen.add(target)
                    queue.append(target)


def read_graph(scope: Element) -> Graph:
    """Return the graph of the flow nodes and sequence flows directly in `scope`."""
    nodes = tuple(element for element in scope if is_flow_node(element))
    flows = tuple(scope.iterchildren(bpmn("sequenceFlow")))
    lanes = tuple(
        lane for lanes in scope.iterchildren(bpmn("laneSet")) for lane in lanes.iter(bpmn("lane"))
    )
    return Graph(
        all_nodes=nodes,
        nodes={element_id: node for node in nodes if (element_id := node.get("id"))},
        flows=flows,
        outgoing=_by_attribute("sourceRef", flows),
        incoming=_by_attribute("targetRef", flows),
        boundary=_by_attribute("attachedToRef", scope.iterchildren(bpmn("boundaryEvent"))),
        lanes=lanes,
        lane_of=_innermost(lanes),
    )


def has_trigger(event: Element) -> bool:
    """Return whether an event has an event definition."""
    return any(kind(child).endswith("EventDefinition") for child in event)


def _innermost(lanes: Iterable[Element]) -> Mapping[str, Element]:
    """Return by id of a node the deepest lane that lists it; tools list it in outer ones, too."""
    depth: dict[Element | None, int] = {}
    found: dict[str, Element] = {}
    for lane in lanes:
        depth[lane] = depth.get(lane_around(lane), 0) + 1
        for reference in map(text_of, lane.iterchildren(bpmn("flowNodeRef"))):
            if reference not in found or depth[found[reference]] < depth[lane]:
                found[reference] = lane
    return found


def lane_around(lane: Element) -> Element | None:
    """Return the lane that a lane is drawn in, None for an outermost one."""
    return next(lane.iterancestors(bpmn("lane")), None)


def _by_attribute(name: str, elements: Iterable[Element]) -> Mapping[str, tuple[Element, ...]]:
    found: defaultdict[str, list[Element]] = defaultdict(list)
    for element in elements:
        found[element.get(name, "")].append(element)
    return {value: tuple(group) for value, group in found.items()}
