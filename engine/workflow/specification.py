"""Compiles what a diagram does into what SpiffWorkflow executes."""

from dataclasses import dataclass
from typing import Any, Final

from SpiffWorkflow.specs import WorkflowSpec

from engine.bpmn.program import Event, Kind, Loop, Node, Program
from engine.workflow.activities import Assign, Catch, EventScope, Process, ScopeSpec, Work
from engine.workflow.gateways import Arrival, Events, Exclusive, Inclusive, Parallel, before_each
from engine.workflow.nodes import NodeSpec
from engine.workflow.repeating import Instances, StandardLoop, turn_of
from engine.workflow.throwing import Throw
from engine.workflow.waiting import Armed, Boundary

_SPECS: Final[dict[Kind, type[NodeSpec]]] = {
    Kind.PASS: NodeSpec,
    Kind.WORK: Work,
    Kind.ASSIGN: Assign,
    Kind.THROW: Throw,
    Kind.CATCH: Catch,
    Kind.BOUNDARY: Boundary,
    Kind.EXCLUSIVE: Exclusive,
    Kind.PARALLEL: Parallel,
    Kind.INCLUSIVE: Inclusive,
    Kind.EVENTS: Events,
    Kind.SCOPE: ScopeSpec,
    Kind.EVENT_SCOPE: EventScope,
}
_ROOT: Final = "#process"


@dataclass(frozen=True)
class Specification:
    """A compiled process; immutable once made, shared by all its instances."""

    program: Program
    process: Any
    has_conditions: bool
    """Whether an event waits for a condition."""
    has_inclusive_joins: bool
    is_one_by_one: bool
    """Whether there is a sequential ad-hoc sub-process."""


class _ProcessSpec(WorkflowSpec):  # type: ignore[misc]  # the library ships no types
    """The specification of a process, without the nodes that the library adds to one."""

    def __init__(self, program: Program) -> None:
        super().__init__(name=program.process)
        self.data_objects: dict[str, object] = {}
        root = Node(id=_ROOT, kind=Kind.SCOPE, body=program.process, isolated=True, hidden=True)
        self.start = Process(self, root)
        for node in program.nodes.values():
            _add(self, program, node)
        joined = {
            program.owners[one.id] for one in program.nodes.values() if _joins_inclusively(one)
        }
        self.before = {scope: before_each(program, program.scopes[scope]) for scope in joined}
        """What leads where, by id of each scope with an inclusive join."""


def compile_program(program: Program) -> Specification:
    """Return the specification of a program that lint has passed."""
    nodes = program.nodes.values()
    triggers = (trigger for node in nodes for trigger in node.triggers)
    return Specification(
        program=program,
        process=_ProcessSpec(program),
        has_conditions=any(trigger.event is Event.CONDITION for trigger in triggers),
        has_inclusive_joins=any(map(_joins_inclusively, nodes)),
        is_one_by_one=any(scope.one_by_one for scope in program.scopes.values()),
    )


def _joins_inclusively(node: Node) -> bool:
    """Return whether a node is an inclusive gateway that waits for tokens."""
    return node.kind is Kind.INCLUSIVE and bool(node.joins)


def _add(process: Any, program: Program, node: Node) -> None:
    for flow_id in node.joins:
        Arrival(process, node, flow_id)
    if node.kind is Kind.EVENT_SCOPE:
        Armed(process, node, program.scopes[node.body or ""].starts[0])
    kind = _SPECS[node.kind]
    if node.loop is None:
        _made(kind(process, node))
        return
    repeat = StandardLoop if isinstance(node.loop, Loop) else Instances
    repeat(process, node).loop = node.loop
    turn = _made(kind(process, node, turn_of(node.id)))
    turn.repeated = True


def _made(spec: NodeSpec) -> NodeSpec:
    spec.manual = isinstance(spec, Work)
    return spec
