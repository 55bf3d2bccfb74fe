"""Who does what: the lanes of a diagram, and the candidate group of each step.

A step belongs to the innermost lane that holds it. A sub-process without lanes of its own belongs
as a whole to the lane it is drawn in, a called process to the lane of the activity that calls it.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from engine.bpmn.graph import lane_around
from engine.bpmn.names import GLOBAL_TASKS, SUB_PROCESSES, Element, camunda, kind, one_line
from engine.bpmn.reader import Diagram

_ACTIVITIES: Final = ("callActivity", *SUB_PROCESSES)
_EXPRESSION: Final = re.compile(r"[$#]\{[^}]*\}?")


def lanes(diagram: Diagram) -> list[Element]:
    """Return the lanes that stand for one actor each, those of the process to run first."""
    return [lane for scope in diagram.scopes for lane in diagram.graph_of(scope).actors]


def lane_of_steps(diagram: Diagram, steps: Iterable[Element]) -> dict[Element, Element | None]:
    """Return the lane of each step, None where it is in none."""
    lanes_of = _Lanes(diagram)
    return {step: lanes_of.around(step) for step in steps}


def groups_in_lanes(diagram: Diagram) -> dict[Element, list[str]]:
    """Return for each lane the different groups written on it (first) and on its steps."""
    found = {lane: dict.fromkeys(candidate_groups(lane)[:1]) for lane in lanes(diagram)}
    for step, lane in lane_of_steps(diagram, diagram.steps).items():
        if lane is not None:
            found[lane].update(dict.fromkeys(candidate_groups(step)[:1]))
    return {lane: list(groups) for lane, groups in found.items()}


def lane_groups(diagram: Diagram) -> dict[Element, str | None]:
    """Return the candidate group of each lane.

    Written on the lane, or the one that its steps agree on, or the lane's name: so a step drawn
    anew in a lane has the actor of the others there. A lane that says nothing is as the one it is
    drawn in.
    """
    return {
        lane: groups[0]
        if len(groups) == 1 or candidate_groups(lane)
        else next(_names_around(lane), None)
        for lane, groups in groups_in_lanes(diagram).items()
    }


def lane_name(lane: Element) -> str:
    """Return the name of a lane in one line, or of the nearest one around that has a name."""
    around = (one_line(one.get("name")) for one in _outwards(lane))
    return next(filter(None, around), "")


def actors(diagram: Diagram, steps: Iterable[Element]) -> dict[Element, str | None]:
    """Return the candidate group of each step: its own, else that of its lane, else None."""
    of_lane = lane_groups(diagram)
    return {
        step: next(iter(candidate_groups(step)), None)
        or (of_lane[lane] if lane is not None else None)
        for step, lane in lane_of_steps(diagram, steps).items()
    }


def candidate_groups(element: Element) -> list[str]:
    """Return the groups named by `camunda:candidateGroups`, separated by commas there.

    What is computed by an expression is none of them: nobody can be told who it will be.
    """
    groups = _EXPRESSION.sub("", element.get(camunda("candidateGroups"), "")).split(",")
    return [one_line(group) for group in groups if group.strip()]


def _names_around(lane: Element) -> Iterator[str]:
    """Yield the name of a lane, then group and name of those around it."""
    for one in _outwards(lane):
        yield from () if one is lane else candidate_groups(one)[:1]
        yield from filter(None, (one_line(one.get("name")),))


def _outwards(lane: Element) -> Iterator[Element]:
    around: Element | None = lane
    while around is not None:
        yield around
        around = lane_around(around)


class _Lanes:
    """Knows the lane of every node and of every scope as a whole."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._listed: dict[str, Element] = {}
        """By id of a node: the lane that lists it, be it in a scope around that of the node."""
        for scope in diagram.scopes:
            self._listed.update(diagram.graph_of(scope).lane_of)
        self._of_scope: dict[Element, Element | None] = {diagram.process: None}
        """None if it is in none, or if it is called from different ones: then it is nobody's."""
        self._inherit()

    def around(self, node: Element) -> Element | None:
        """Return the lane of a node: one that lists it, else that of its scope as a whole."""
        scope = node if kind(node) in GLOBAL_TASKS else node.getparent()
        listed = self._listed.get(node.get("id", "")) if scope is not node else None
        return listed if listed is not None or scope is None else self._of_scope.get(scope)

    def _inherit(self) -> None:
        """Hand lanes down to sub-processes and to what is called.

        Each scope changes at most twice: to a lane, then to none.
        """
        waiting = deque([self._diagram.process])
        while waiting:
            for activity in self._diagram.graph_of(waiting.popleft()).of_kind(*_ACTIVITIES):
                is_called = kind(activity) == "callActivity"
                inside = self._diagram.callee(activity) if is_called else activity
                if inside is not None and self._hand_down(activity, inside):
                    waiting.extend(() if kind(inside) in GLOBAL_TASKS else (inside,))

    def _hand_down(self, activity: Element, inside: Element) -> bool:
        """Return whether the lane of what runs in an activity is now another one."""
        lane = self.around(activity)
        if inside in self._of_scope:
            if self._of_scope[inside] in {None, lane}:
                return False
            lane = None
        self._of_scope[inside] = lane
        return True
