"""Small diagrams written as arrows, and a case of one played step by step.

The beginning of a name says what it is: `start`, `end` (`stop` terminates, `tell` escalates), `and`
(parallel gateway), `xor` (exclusive gateway), `timer` and `alarm` (boundary timers; an alarm
interrupts); anything else is a user task. `"xor [go == true] > b"` is a flow with a condition,
`"xor [else] > c"` the default flow, `"timer @ a PT1H > end"` a boundary timer of one hour at `a`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID
from xml.sax.saxutils import escape

from engine.bpmn.lint import check
from engine.bpmn.normalize import normalize
from engine.bpmn.program import Event
from engine.bpmn.reader import read
from engine.durations import Duration
from engine.workflow import steps
from engine.workflow.case import Visit, VisitKind
from engine.workflow.moments import Moment
from engine.workflow.specification import Specification, compile_program
from engine.workflow.steps import Delivery, Snapshot
from tests.clock import WEDNESDAY_MORNING

_KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "stop": "endEvent",
    "tell": "endEvent",
    "and": "parallelGateway",
    "xor": "exclusiveGateway",
    "timer": "boundaryEvent",
    "alarm": "boundaryEvent",
}
_INSIDE = {
    "stop": "<terminateEventDefinition/>",
    "tell": '<escalationEventDefinition escalationRef="escalation"/>',
}
_WORD = re.compile(r"(\w+)(?: \[(.*)\]| @ (\w+) (\w+))?")


def xml(*lines: str, drawing: str = "") -> bytes:
    """Return the .bpmn file of some lines of arrows, the flows in their order."""
    nodes: dict[str, tuple[dict[str, str], str]] = {}
    flows: list[str] = []
    for line in lines:
        words = [_word(word) for word in line.split(" > ")]
        for name, _, host, duration in words:
            nodes.setdefault(name, ({}, _INSIDE.get(_prefix(name), "")))
            if host:
                nodes[name] = _boundary(name, host, duration)
        for (source, condition, _, _), (target, _, _, _) in pairwise(words):
            if condition == "else":
                nodes[source][0]["default"] = f"f{len(flows)}"
            flows.append(_flow(f"f{len(flows)}", source, target, condition))
    body = "".join(_node(name, *node) for name, node in nodes.items()) + "".join(flows)
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="definitions">'
        f'<process id="process" isExecutable="true">{body}</process>'
        f'<escalation id="escalation" escalationCode="late"/>{drawing}</definitions>'
    ).encode()


def compiled(source: bytes) -> Specification:
    """Return what the engine runs of a .bpmn file that lint accepts."""
    diagram = read(source)
    check(diagram)
    return compile_program(normalize(diagram))


def _word(text: str) -> tuple[str, str, str, str]:
    match = _WORD.fullmatch(text.strip())
    assert match is not None, text
    name, condition, host, duration = match.groups(default="")
    return name, condition, host, duration


def _prefix(name: str) -> str:
    return name.rstrip("0123456789")


def _boundary(name: str, host: str, duration: str) -> tuple[dict[str, str], str]:
    interrupts = "true" if _prefix(name) == "alarm" else "false"
    attributes = {"attachedToRef": host, "cancelActivity": interrupts}
    timer = f"<timeDuration>{duration}</timeDuration>"
    return attributes, f"<timerEventDefinition>{timer}</timerEventDefinition>"


def _node(name: str, attributes: Mapping[str, str], inside: str) -> str:
    kind = _KINDS.get(_prefix(name), "userTask")
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{kind} id="{name}"{written}>{inside}</{kind}>'


def _flow(flow_id: str, source: str, target: str, condition: str) -> str:
    expression = escape(f"${{{condition}}}") if condition not in {"", "else"} else ""
    inside = f"<conditionExpression>{expression}</conditionExpression>" if expression else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{flow_id}" {ends}>{inside}</sequenceFlow>'


@dataclass
class Play:
    """One case of a small diagram; between two steps only the bytes of its state are kept."""

    specification: Specification
    now: datetime = WEDNESDAY_MORNING
    last: Snapshot = field(init=False)
    visits: list[Visit] = field(default_factory=list)
    counted: list[tuple[datetime, str, str]] = field(default_factory=list)
    """Every question for a due moment: when, element id, duration."""

    def start(self, **variables: object) -> "Play":
        """Start the case."""
        return self._follow(
            steps.start(self.specification, variables=variables, moment=self.moment)
        )

    def resume(self, state: bytes) -> "Play":
        """Go on with a state that was stored some time ago."""
        return self._follow(steps.advance(self.specification, state, moment=self.moment))

    def complete(self, element_id: str, **variables: object) -> "Play":
        """Complete the first open task of that element."""
        return self.complete_task(self.task(element_id), **variables)

    def complete_task(self, task_id: UUID, **variables: object) -> "Play":
        """Complete a task by its id, open or not."""
        assert self.last.state is not None
        snapshot = steps.advance(
            self.specification,
            self.last.state,
            moment=self.moment,
            complete=task_id,
            variables=variables,
        )
        return self._follow(snapshot)

    def deliver(self, event: Event, name: str, **variables: object) -> "Play":
        """Deliver a message or signal from outside."""
        assert self.last.state is not None
        delivery = Delivery(event=event, name=name, variables=variables)
        snapshot = steps.advance(
            self.specification, self.last.state, moment=self.moment, delivery=delivery
        )
        return self._follow(snapshot)

    def wait(self, **duration: float) -> "Play":
        """Let time pass, without anybody noticing."""
        self.now += timedelta(**duration)
        return self

    def fire(self) -> "Play":
        """Fire the timers that are due."""
        assert self.last.state is not None
        snapshot = steps.advance(self.specification, self.last.state, moment=self.moment)
        return self._follow(snapshot)

    def task(self, element_id: str) -> UUID:
        """Return the id of the first open task of that element."""
        return next(task.id for task in self.last.tasks if task.element_id == element_id)

    @property
    def moment(self) -> Moment:
        """The present, in which an hour has sixty minutes."""
        return Moment(now=self.now, due=self._due)

    @property
    def open(self) -> list[str]:
        """The element ids of the open tasks, sorted."""
        return sorted(task.element_id for task in self.last.tasks)

    @property
    def timers(self) -> dict[str, datetime]:
        """The due moments of the waiting timers by element id."""
        return {timer.element_id: timer.due_at for timer in self.last.timers}

    @property
    def ended(self) -> bool:
        """Whether the case has ended."""
        return self.last.state is None

    def seen(self, *kinds: VisitKind) -> list[str]:
        """Return the element ids of the visits of these kinds, in order."""
        return [visit.element_id for visit in self.visits if visit.kind in kinds]

    def _due(self, element_id: str, duration: Duration, start: datetime) -> datetime:
        self.counted.append((start, element_id, str(duration)))
        return start + timedelta(seconds=duration.seconds)

    def _follow(self, snapshot: Snapshot) -> "Play":
        self.last = snapshot
        self.visits += snapshot.visits
        return self


def play(*lines: str, **variables: object) -> Play:
    """Return a started case of a diagram written as arrows."""
    return Play(compiled(xml(*lines))).start(**variables)
