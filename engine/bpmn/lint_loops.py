"""Rules of loops: somewhere in a loop the case waits, or something in it can end it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.loops import components
from engine.bpmn.program import Kind, Node, Program
from engine.bpmn.reader import Diagram

_WAITING: Final = frozenset({Kind.WORK, Kind.CATCH, Kind.EVENTS})
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
    for scope in program.scopes.values():
        nodes = {one: program.nodes[one] for one in scope.nodes}
        rushing = {
            node_id: [target for target in _targets(node) if target in nodes]
            for node_id, node in nodes.items()
            if not _waits(program, node)
        }
        for loop in _loops(rushing):
            first = min(loop, key=scope.nodes.index)
            can_end = _has_exit(nodes, loop) and any(nodes[one].kind in _CHANGING for one in loop)
            rule = LOOP_WITHOUT_WAIT if can_end else ENDLESS_LOOP
            yield rule.broken_by(diagram.by_id(first))


def _loops(targets: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    inside = {node: [one for one in after if one in targets] for node, after in targets.items()}
    members: defaultdict[int, list[str]] = defaultdict(list)
    for node, number in components(inside).items():
        members[number].append(node)
    for loop in members.values():
        if len(loop) > 1 or loop[0] in inside[loop[0]]:
            yield loop


def _has_exit(nodes: Mapping[str, Node], loop: Sequence[str]) -> bool:
    """Return whether a token can choose to leave a loop, or the way around it."""
    return any(
        nodes[one].kind is not Kind.PARALLEL
        and len(nodes[one].flows) > 1
        and any(flow.target not in loop for flow in nodes[one].flows)
        for one in loop
    ) or any(flow.condition is not None for one in loop for flow in nodes[one].flows)


def _targets(node: Node) -> list[str]:
    return [*(flow.target for flow in node.flows), *node.boundary]


def _waits(program: Program, node: Node) -> bool:
    """Return whether a token stops at a node until somebody or something comes."""
    if node.kind is not Kind.SCOPE:
        return node.kind in _WAITING or node.kind is Kind.BOUNDARY
    seen: set[str] = set()
    bodies = [node.body or ""]
    while bodies:
        body = bodies.pop()
        if body in seen or body not in program.scopes:
            continue
        seen.add(body)
        inside = [program.nodes[one] for one in program.scopes[body].nodes]
        if any(one.kind in _WAITING for one in inside):
            return True
        bodies += [one.body for one in inside if one.body is not None]
    return False
