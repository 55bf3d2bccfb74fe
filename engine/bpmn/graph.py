"""The flow of a process as a graph: nodes, what leads into and out of them, and their lanes."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.bpmn.loops import components
from engine.bpmn.names import STEPS, Element, bpmn, is_flow_node, kind, text_of

MAX_NODES: Final = 300
"""SpiffWorkflow's parser follows the flow by recursion and stops at a chain of about 480."""
MAX_FLOWS: Final = 1000
"""More than three for each node; the rules of parallel gateways compare them in pairs."""


@dataclass(frozen=True)
class Graph:
    """Nodes and flows of one process, in document order."""

    all_nodes: tuple[Element, ...]
    """Flow nodes, those without an id included."""
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
    """Lanes of the outermost level, as the file has them."""
    lane_of: Mapping[str, Element]
    """By id of a node: the first lane that holds it."""

    def of_kind(self, *kinds: str) -> list[Element]:
        """Return the nodes of these kinds, such as `startEvent`."""
        return [node for node in self.nodes.values() if kind(node) in kinds]

    @property
    def steps(self) -> list[Element]:
        """The user, manual and plain tasks."""
        return self.of_kind(*STEPS)

    @property
    def is_small(self) -> bool:
        """Whether the process is within the limits."""
        return len(self.all_nodes) <= MAX_NODES and len(self.flows) <= MAX_FLOWS

    @cached_property
    def following(self) -> Mapping[Element, tuple[Element, ...]]:
        """By node: where its flows lead, the default flow first, and its boundary events."""
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
        """Return the nodes that the flows out of `node` lead to, the default flow's first."""
        flows = self.outgoing.get(node.get("id", ""), ())
        default = node.get("default")
        ordered = sorted(flows, key=lambda flow: default is None or flow.get("id") != default)
        return [
            self.nodes[target]
            for flow in ordered
            if (target := flow.get("targetRef", "")) in self.nodes
        ]

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


def read_graph(process: Element) -> Graph:
    """Return the graph of the flow nodes and sequence flows directly in `process`."""
    nodes = tuple(element for element in process if is_flow_node(element))
    flows = tuple(process.iterchildren(bpmn("sequenceFlow")))
    lanes = tuple(process.iterfind(f"{bpmn('laneSet')}/{bpmn('lane')}"))
    in_lane: dict[str, Element] = {}
    for lane in lanes:
        for reference in lane.iterchildren(bpmn("flowNodeRef")):
            in_lane.setdefault(text_of(reference), lane)
    return Graph(
        all_nodes=nodes,
        nodes={element_id: node for node in nodes if (element_id := node.get("id"))},
        flows=flows,
        outgoing=_by_attribute("sourceRef", flows),
        incoming=_by_attribute("targetRef", flows),
        boundary=_by_attribute("attachedToRef", process.iterchildren(bpmn("boundaryEvent"))),
        lanes=lanes,
        lane_of=in_lane,
    )


def _by_attribute(name: str, elements: Iterable[Element]) -> Mapping[str, tuple[Element, ...]]:
    found: defaultdict[str, list[Element]] = defaultdict(list)
    for element in elements:
        found[element.get(name, "")].append(element)
    return {value: tuple(group) for value, group in found.items()}
