"""Rules of loops: somewhere in a loop the case waits, or something in it can end it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.loops import components
from engine.bpmn.program import Kind, Node, Program
from engine.bpmn.reader import Diagram

_WAITING: Final = frozenset({Kind.WORK, Kind.CATCH, Kind.EVENTS, Kind.BOUNDARY})
_CHANGING: Final = frozenset({Kind.ASSIGN, Kind.THROW, Kind.SCOPE})

ENDLESS_LOOP = Rule(
    "endless-loop",
    Severity.ERROR,
    Text(
        id="Putaran ini tidak pernah menunggu dan tidak ada isinya yang dapat mengakhirinya.",
        en="This loop never waits, and nothing in it can end it.",
    ),
    Text(
        id="Sisipkan langkah atau kejadian yang menunggu di dalam putaran, atau hapus panah "
        "baliknya.",
        en="Put a step or an event that waits into the loop, or delete the flow back.",
    ),
)
LOOP_WITHOUT_WAIT = Rule(
    "loop-without-wait",
    Severity.WARNING,
    Text(
        id="Putaran ini berjalan tanpa menunggu sampai syaratnya berubah.",
        en="This loop runs without waiting until its condition changes.",
    ),
    Text(
        id="Pastikan skrip di dalamnya membuat syarat itu berubah.",
        en="Make sure that a script in it lets the condition change.",
    ),
)


def loops(diagram: Diagram, program: Program) -> Iterator[Finding]:
    """Every loop has something in it that waits, or that changes what its exit depends on."""
    waiting = _waiting_scopes(program)
    for scope in program.scopes.values():
        nodes = {one: program.nodes[one] for one in scope.nodes}
        rushing = {
            node_id: [target for target in _targets(node) if target in nodes]
            for node_id, node in nodes.items()
            if node.kind not in _WAITING and node.body not in waiting
        }
        for loop in _loops(rushing):
            can_change = any(nodes[one].kind in _CHANGING for one in loop)
            can_end = can_change and _has_exit(nodes, set(loop))
            rule = LOOP_WITHOUT_WAIT if can_end else ENDLESS_LOOP
            yield rule.broken_by(diagram.by_id(loop[0]))


def _loops(targets: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield the nodes of each loop, in the order of the file."""
    inside = {node: [one for one in after if one in targets] for node, after in targets.items()}
    component = components(inside)
    members: defaultdict[int, list[str]] = defaultdict(list)
    for node in targets:
        members[component[node]].append(node)
    for loop in members.values():
        if len(loop) > 1 or loop[0] in inside[loop[0]]:
            yield loop


def _has_exit(nodes: Mapping[str, Node], loop: Collection[str]) -> bool:
    """Return whether a token can choose to leave a loop, or not to go around it."""
    return any(
        flow.condition is not None
        or (nodes[one].kind is not Kind.PARALLEL and flow.target not in loop)
        for one in loop
        for flow in nodes[one].possible
    )


def _targets(node: Node) -> list[str]:
    return [*(flow.target for flow in node.flows), *node.boundary]


def _waiting_scopes(program: Program) -> set[str]:
    """Return the scopes in which a token stops, directly or in a scope that runs in them."""
    around: defaultdict[str, list[str]] = defaultdict(list)
    found: set[str] = set()
    waiting: list[str] = []
    for scope in program.scopes.values():
        for node in (program.nodes[one] for one in scope.nodes):
            if node.body is not None:
                around[node.body].append(scope.id)
            if node.kind in _WAITING and node.kind is not Kind.BOUNDARY:
                waiting.append(scope.id)
    while waiting:
        scope_id = waiting.pop()
        if scope_id not in found:
            found.add(scope_id)
            waiting += around[scope_id]
    return found
