"""From the drawing to what it does: implicit gateways, links, event sub-processes, loops, calls.

Nothing is judged here: what lint refuses may come out as anything that does not raise.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from engine.bpmn import events, repetition
from engine.bpmn.names import (
    GLOBAL_TASKS,
    STEPS,
    SUB_PROCESSES,
    Element,
    bpmn,
    camunda,
    is_activity,
    is_flow_node,
    kind,
    link_name,
    text_of,
)
from engine.bpmn.program import Flow, Handover, Kind, Node, Program, Scope
from engine.bpmn.reader import Diagram
from engine.bpmn.services import SERVICES, computes

_KINDS: Final = {
    **dict.fromkeys(STEPS, Kind.WORK),
    "globalTask": Kind.WORK,
    "globalUserTask": Kind.WORK,
    "globalManualTask": Kind.WORK,
    "globalScriptTask": Kind.ASSIGN,
    "scriptTask": Kind.ASSIGN,
    "receiveTask": Kind.CATCH,
    "intermediateCatchEvent": Kind.CATCH,
    "boundaryEvent": Kind.BOUNDARY,
    "exclusiveGateway": Kind.EXCLUSIVE,
    "parallelGateway": Kind.PARALLEL,
    "inclusiveGateway": Kind.INCLUSIVE,
    "complexGateway": Kind.INCLUSIVE,
    "eventBasedGateway": Kind.EVENTS,
    "callActivity": Kind.SCOPE,
    **dict.fromkeys(SUB_PROCESSES, Kind.SCOPE),
}
_JOINING: Final = frozenset({Kind.PARALLEL, Kind.INCLUSIVE})


def normalize(diagram: Diagram, *, rehearsal: bool = False) -> Program:
    """Return what the process of a diagram does, and those that it calls.

    In a `rehearsal`, tasks that need a service become work of whoever starts the case.
    """
    reader = _Reader(diagram, rehearsal=rehearsal)
    for one in (diagram.process, *diagram.called):
        if kind(one) in GLOBAL_TASKS:
            reader.read_global_task(one)
        else:
            reader.read_scope(one)
    return Program(
        process=diagram.process.get("id", ""),
        scopes=reader.scopes,
        nodes=reader.nodes,
        owners={node: scope.id for scope in reader.scopes.values() for node in scope.nodes},
    )


class _Reader:
    """Collects the scopes and nodes of a diagram."""

    def __init__(self, diagram: Diagram, *, rehearsal: bool) -> None:
        self._diagram = diagram
        self._rehearsal = rehearsal
        self._undoing = handlers(diagram)
        self.scopes: dict[str, Scope] = {}
        self.nodes: dict[str, Node] = {}

    def read_scope(self, element: Element) -> str:
        """Read a process or sub-process with all that is in it; return its id as a scope."""
        scope_id = element.get("id", "")
        children = [child for child in element if is_flow_node(child) and child.get("id")]
        surroundings = _Surroundings(element, children, self._undoing)
        for child in children:
            self.nodes[child.get("id", "")] = self._read_node(child, surroundings)
        ordering = element.get("ordering", "Parallel")
        is_ad_hoc = kind(element) == "adHocSubProcess"
        self.scopes[scope_id] = Scope(
            id=scope_id,
            starts=tuple(_starts(children, surroundings)),
            nodes=tuple(child.get("id", "") for child in children),
            event_scopes=tuple(c.get("id", "") for c in children if is_event_sub_process(c)),
            one_by_one=is_ad_hoc and ordering == "Sequential",
            completion=text_of(element.find(bpmn("completionCondition"))) or None,
            drops_rest=element.get("cancelRemainingInstances", "true") == "true",
            is_transaction=kind(element) == "transaction",
        )
        return scope_id

    def read_global_task(self, element: Element) -> None:
        """Read a global task as a process of one task, which has a scope of its own."""
        task_id = element.get("id", "")
        self.nodes[task_id] = self._read_node(element, _Surroundings(element, [], self._undoing))
        scope_id = f"{task_id}#process"
        self.scopes[scope_id] = Scope(id=scope_id, starts=(task_id,), nodes=(task_id,))

    def _read_node(self, element: Element, around: "_Surroundings") -> Node:
        element_id, node_kind = element.get("id", ""), self._kind(element)
        incoming = around.incoming[element_id]
        event_start = _event_start(element)
        return Node(
            id=element_id,
            kind=node_kind,
            flows=tuple(around.outgoing[element_id]),
            default=element.get("default"),
            joins=tuple(incoming) if node_kind in _JOINING and len(incoming) > 1 else (),
            triggers=events.triggers(
                self._diagram, element if event_start is None else event_start
            ),
            all_triggers=(element if event_start is None else event_start).get("parallelMultiple")
            == "true",
            interrupting=_interrupts(element, event_start),
            host=element.get("attachedToRef"),
            boundary=tuple(around.boundary[element_id]),
            handler=around.handlers.get(element_id),
            body=self._body(element),
            loop=repetition.read(element),
            expression=_expression(element),
            variable=element.get(camunda("resultVariable")),
            inputs=tuple(_handovers(element, "in")),
            outputs=tuple(_handovers(element, "out")),
            isolated=kind(element) == "callActivity",
            for_starter=self._rehearsal and kind(element) in SERVICES,
        )

    def _kind(self, element: Element) -> Kind:
        name = kind(element)
        if is_event_sub_process(element):
            return Kind.EVENT_SCOPE
        if name in SERVICES:
            return self._kind_of_service(element)
        if name == "intermediateCatchEvent" and link_name(element) is not None:
            return Kind.PASS
        if element.get("eventGatewayType") == "Parallel":
            return Kind.PARALLEL
        if name in _KINDS:
            return _KINDS[name]
        thrown = events.throws(element)
        return Kind.THROW if thrown else Kind.PASS

    def _kind_of_service(self, element: Element) -> Kind:
        if computes(element):
            return Kind.ASSIGN
        if kind(element) == "sendTask" and element.get("messageRef"):
            return Kind.THROW
        return Kind.WORK

    def _body(self, element: Element) -> str | None:
        if kind(element) in SUB_PROCESSES:
            return self.read_scope(element)
        called = element.get("calledElement")
        if kind(element) != "callActivity" or called is None:
            return None
        target = self._diagram.by_id(called)
        return (
            f"{called}#process" if target is not None and kind(target) in GLOBAL_TASKS else called
        )


class _Surroundings:
    """What leads to and from the nodes of one scope, and what is attached to them."""

    def __init__(
        self, scope: Element, nodes: Iterable[Element], undoing: Mapping[str, Element]
    ) -> None:
        self.outgoing: defaultdict[str, list[Flow]] = defaultdict(list)
        self.incoming: defaultdict[str, list[str]] = defaultdict(list)
        self.boundary: defaultdict[str, list[str]] = defaultdict(list)
        ids = {node.get("id", "") for node in nodes}
        for flow in chain(_drawn_flows(scope), _links(nodes)):
            source, one = flow
            if source in ids and one.target in ids:
                self.outgoing[source].append(one)
                self.incoming[one.target].append(one.id)
        self.handlers: dict[str, str] = {}
        for node in nodes:
            if (host := node.get("attachedToRef")) is None:
                continue
            node_id = node.get("id", "")
            if node.find(bpmn("compensateEventDefinition")) is None:
                self.boundary[host].append(node_id)
            elif (handler := undoing.get(node_id)) is not None:
                self.handlers[host] = handler.get("id", "")


def is_event_sub_process(element: Element) -> bool:
    """Return whether an element is a sub-process that an event starts."""
    return kind(element) in SUB_PROCESSES and element.get("triggeredByEvent") == "true"


def is_handler(element: Element) -> bool:
    """Return whether an activity only runs to undo another."""
    return element.get("isForCompensation") == "true" and is_activity(element)


def handlers(diagram: Diagram) -> dict[str, Element]:
    """Return by id of a compensation event the activity that it is connected with."""
    lines = diagram.root.iter(bpmn("association"), bpmn("sequenceFlow"))
    ends = ((line.get("sourceRef", ""), diagram.by_id(line.get("targetRef"))) for line in lines)
    return {event: found for event, found in ends if found is not None and is_handler(found)}


def _drawn_flows(scope: Element) -> Iterator[tuple[str, Flow]]:
    for flow in scope.iterchildren(bpmn("sequenceFlow")):
        condition = flow.find(bpmn("conditionExpression"))
        yield (
            flow.get("sourceRef", ""),
            Flow(
                id=flow.get("id", ""),
                target=flow.get("targetRef", ""),
                condition=None if condition is None else text_of(condition),
            ),
        )


def _links(nodes: Iterable[Element]) -> Iterator[tuple[str, Flow]]:
    """Yield a flow from each link event that throws to the one that catches it."""
    catching = {
        link_name(node): node.get("id", "")
        for node in nodes
        if kind(node) == "intermediateCatchEvent" and link_name(node) is not None
    }
    for node in nodes:
        if kind(node) == "intermediateThrowEvent" and (name := link_name(node)) in catching:
            source = node.get("id", "")
            yield source, Flow(id=f"{source}#link", target=catching[name])


def _event_start(element: Element) -> Element | None:
    """Return the start event of an event sub-process; None for any other element."""
    return element.find(bpmn("startEvent")) if is_event_sub_process(element) else None


def _interrupts(element: Element, event_start: Element | None) -> bool:
    if event_start is not None:
        return event_start.get("isInterrupting", "true") == "true"
    return element.get("cancelActivity", "true") == "true"


def _starts(nodes: list[Element], around: _Surroundings) -> Iterator[str]:
    """Yield where a scope begins: at its start event or, without one, wherever nothing leads to."""
    starts = [node for node in nodes if kind(node) == "startEvent"]
    if starts:
        plain = [one for one in starts if not events.triggers_of(one)]
        yield (plain or starts)[0].get("id", "")
        return
    for node in nodes:
        node_id = node.get("id", "")
        is_aside = is_event_sub_process(node) or is_handler(node) or kind(node) == "boundaryEvent"
        if not is_aside and not around.incoming[node_id]:
            yield node_id


def _expression(element: Element) -> str | None:
    if kind(element) in {"scriptTask", "globalScriptTask"}:
        return text_of(element.find(bpmn("script")))
    return element.get(camunda("expression")) if kind(element) in SERVICES else None


def _handovers(element: Element, direction: str) -> Iterator[Handover]:
    for one in element.iterfind(f"{bpmn('extensionElements')}/{camunda(direction)}"):
        is_local = one.get("local") == "true"
        if one.get("variables") == "all":
            yield Handover(source="", target="", local=is_local)
        elif target := one.get("target"):
            source = one.get("sourceExpression") or f"${{{one.get('source', '')}}}"
            yield Handover(source=source, target=target, local=is_local)
