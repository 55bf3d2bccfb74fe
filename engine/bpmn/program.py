"""What a diagram does, told without XML: nodes, flows and scopes, every reference resolved.

`engine.bpmn.normalize` makes it, `engine.workflow` executes it, `engine.bpmn.soundness` plays it.
Ids are those of the drawing; what is not drawn has an id that no XML id can be, with a "#".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a node does with a token."""

    PASS = "pass"  # noqa: S105 — no password
    """Lets it go on: a start event, a plain end or throw event."""
    WORK = "work"
    """Waits until a person has completed it."""
    ASSIGN = "assign"
    """Computes an expression and writes it into a variable."""
    THROW = "throw"
    """Makes its triggers happen, then lets it go on."""
    CATCH = "catch"
    """Waits until one of its triggers happens (or all of them)."""
    BOUNDARY = "boundary"
    """Waits beside the activity that it is attached to."""
    EXCLUSIVE = "exclusive"
    """Takes the first flow whose condition holds."""
    PARALLEL = "parallel"
    """Waits for one token from each flow into it; takes all flows."""
    INCLUSIVE = "inclusive"
    """Waits for all tokens that can still come; takes every flow whose condition holds."""
    EVENTS = "events"
    """Waits for the first of the events behind it."""
    SCOPE = "scope"
    """Runs the scope in it, then goes on."""
    EVENT_SCOPE = "event-scope"
    """An event sub-process: runs when one of its triggers happens while its parent runs."""


class Event(StrEnum):
    """What can happen."""

    MESSAGE = "message"
    SIGNAL = "signal"
    TIMER = "timer"
    CONDITION = "condition"
    ERROR = "error"
    ESCALATION = "escalation"
    COMPENSATION = "compensation"
    CANCEL = "cancel"
    TERMINATE = "terminate"


class Clock(StrEnum):
    """How a timer says when."""

    DURATION = "timeDuration"
    DATE = "timeDate"
    CYCLE = "timeCycle"


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """An event definition: what is thrown or waited for."""

    event: Event
    name: str = ""
    """Of a message or signal; the code of an error or escalation, "" when any is caught."""
    clock: Clock | None = None
    text: str = ""
    """When a timer is due, or the condition; an expression or as ISO 8601 writes it."""
    activity: str | None = None
    """Id of the one activity to compensate; None: all of the scope."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow, seen from the node it leaves."""

    id: str
    target: str
    condition: str | None = None


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A standard loop: runs the activity again while the condition holds."""

    condition: str | None
    most: int | None
    """Turns; None is as many as it takes."""
    test_before: bool


@dataclass(frozen=True, kw_only=True)
class MultiInstance:
    """Runs the activity once for each element of a collection, or so many times."""

    sequential: bool
    cardinality: str | None = None
    """A number or an expression."""
    collection: str | None = None
    """A variable or an expression."""
    element: str | None = None
    """The variable that holds the element, in each instance."""
    completion: str | None = None
    """Condition on which the rest is dropped."""


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One variable handed to a called process, or back."""

    source: str
    """An expression; "" hands over all variables."""
    target: str
    local: bool = False
    """Whether only the variables of the call itself are seen: its turn, its element."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A flow node."""

    id: str
    kind: Kind
    flows: tuple[Flow, ...] = ()
    """Out of it, in the order of the file."""
    default: str | None = None
    """Id of the flow that is taken when no condition holds."""
    joins: tuple[str, ...] = ()
    """Ids of the flows into a gateway that waits for more than one of them."""
    triggers: tuple[Trigger, ...] = ()
    all_triggers: bool = False
    """Whether it waits for all of them, not for one."""
    interrupting: bool = True
    """Whether an attached event or event sub-process ends what it is attached to."""
    host: str | None = None
    """Id of the activity that a boundary event is attached to."""
    boundary: tuple[str, ...] = ()
    """Ids of the events attached to an activity."""
    handler: str | None = None
    """Id of the activity that undoes this one."""
    body: str | None = None
    """Id of the scope that runs in it."""
    loop: Loop | MultiInstance | None = None
    expression: str | None = None
    """Computed by an ASSIGN."""
    variable: str | None = None
    """Written by an ASSIGN; None throws the value away."""
    inputs: tuple[Handover, ...] = ()
    outputs: tuple[Handover, ...] = ()
    isolated: bool = False
    """Whether the scope in it has variables of its own: a called process."""
    hidden: bool = False
    """Whether it is not drawn, so nobody is told of it."""
    for_starter: bool = False
    """Whether its work belongs to whoever started the case: a rehearsed service task."""

    @property
    def possible(self) -> tuple[Flow, ...]:
        """The flows that can be taken: an exclusive gateway looks no further than a true one."""
        others = tuple(flow for flow in self.flows if flow.id != self.default)
        plain = [number for number, flow in enumerate(others) if flow.condition is None]
        if self.kind is not Kind.EXCLUSIVE or not plain:
            return self.flows
        return others[: plain[0] + 1]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A process or the inside of a sub-process: what runs until no token is left in it."""

    id: str
    starts: tuple[str, ...]
    """Ids of the nodes that get a token when it begins."""
    nodes: tuple[str, ...] = ()
    """Ids of all nodes directly in it."""
    event_scopes: tuple[str, ...] = ()
    """Ids of its event sub-processes."""
    one_by_one: bool = False
    """Whether `starts` get their tokens one after the other: a sequential ad-hoc sub-process."""
    completion: str | None = None
    """Condition on which an ad-hoc sub-process ends, looked at after each of its activities."""
    drops_rest: bool = True
    """Whether the ad-hoc sub-process then drops what is still open."""
    is_transaction: bool = False


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process that can be executed."""

    process: str
    """Id of the scope to begin with."""
    scopes: Mapping[str, Scope]
    nodes: Mapping[str, Node]
    owners: Mapping[str, str] = field(default_factory=dict)
    """By id of a node: the scope it is in."""
