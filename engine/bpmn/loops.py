"""Loops: nodes from which each other can be reached."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

_Node = TypeVar("_Node", bound=Hashable)


def components(targets: Mapping[_Node, Collection[_Node]]) -> dict[_Node, int]:
    """Return the number of the strongly connected component of each node (Kosaraju)."""
    finished: list[_Node] = []
    seen: set[_Node] = set()
    for start in targets:
        _finish(start, targets, seen, finished)
    sources: defaultdict[_Node, list[_Node]] = defaultdict(list)
    for node, following in targets.items():
        for target in following:
            sources[target].append(node)
    component: dict[_Node, int] = {}
    for number, start in enumerate(reversed(finished)):
        stack = [start]
        while stack:
            node = stack.pop()
            if node not in component:
                component[node] = number
                stack.extend(sources[node])
    return component


def _finish(
    start: _Node,
    targets: Mapping[_Node, Collection[_Node]],
    seen: set[_Node],
    finished: list[_Node],
) -> None:
    """Append the nodes reachable from `start` in the order in which a search leaves them."""
    stack = [(start, iter(targets[start]))] if start not in seen else []
    seen.add(start)
    while stack:
        node, following = stack[-1]
        target = next((one for one in following if one not in seen), None)
        if target is None:
            finished.append(node)
            stack.pop()
        else:
            seen.add(target)
            stack.append((target, iter(targets[target])))
