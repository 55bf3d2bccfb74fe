"""The tables of scope: what a diagram may hold, and what of it runs.

An element runs, is drawing only, is drawing that a warning names, or is refused by the rules in
`lint_scope`; so nothing drawn is ever silently ignored.
"""

from collections.abc import Mapping
from typing import Final

from engine.bpmn.events import DEFINITIONS
from engine.bpmn.names import EXPRESSIONS, GLOBAL_STEPS, GLOBAL_TASKS, STEPS, SUB_PROCESSES
from engine.bpmn.services import SERVICES

DRAWING: Final = frozenset(
    {"documentation", "extensionElements", "textAnnotation", "association", "group", "category"}
    | {"incoming", "outgoing", "auditing", "monitoring", "import", "extension", "relationship"}
    | {"itemDefinition", "interface", "endPoint", "partnerEntity", "partnerRole", "resource"}
    | {"collaboration", "messageFlow", "supportedInterfaceRef", "supports", "operationRef"}
    | {"correlationProperty", "correlationSubscription", "correlationKey"}
    | {"dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "property"}
    | {"dataInput", "dataOutput", "inputSet", "outputSet", "ioSpecification", "ioBinding"}
    | {"dataInputAssociation", "dataOutputAssociation", "loopDataOutputRef", "outputDataItem"}
)
"""Elements that tell people something and change nothing in how the process runs."""
WITHOUT_EFFECT: Final = frozenset(
    {"resourceRole", "performer", "humanPerformer", "potentialOwner"}
    | {"complexBehaviorDefinition"}
)
"""Drawing only as well, but whoever drew it may expect more, so a warning names it."""
OTHER_KINDS_OF_DIAGRAM: Final = frozenset(
    {"choreography", "globalChoreographyTask", "globalConversation", "choreographyRef"}
    | {"conversation", "subConversation", "callConversation", "conversationLink"}
    | {"conversationAssociation"}
)
"""Of choreographies and conversations, which are not processes."""

_EVENTS: Final = frozenset(DEFINITIONS) | {"linkEventDefinition"}
_LOOPS: Final = frozenset({"standardLoopCharacteristics", "multiInstanceLoopCharacteristics"})
_TASKS: Final = frozenset(
    {"task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask"}
    | {"businessRuleTask"}
)
_GATEWAYS: Final = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
    | {"complexGateway"}
)
_EVENT_NODES: Final = frozenset(
    {"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent"}
    | {"intermediateThrowEvent"}
)
_SCOPE: Final = (
    _TASKS | _GATEWAYS | _EVENT_NODES | SUB_PROCESSES | {"callActivity", "sequenceFlow", "laneSet"}
)
_ROOTS: Final = frozenset({"process", "message", "signal", "error", "escalation"})
CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "definitions": _ROOTS | GLOBAL_TASKS | frozenset(DEFINITIONS),
    "process": _SCOPE,
    **dict.fromkeys(SUB_PROCESSES, _SCOPE | _LOOPS),
    "adHocSubProcess": _SCOPE | _LOOPS | {"completionCondition"},
    "laneSet": frozenset({"lane"}),
    "lane": frozenset({"flowNodeRef", "childLaneSet", "partitionElement"}),
    "childLaneSet": frozenset({"lane"}),
    **dict.fromkeys(_TASKS | {"callActivity"}, _LOOPS),
    "scriptTask": _LOOPS | {"script"},
    **dict.fromkeys(_EVENT_NODES, _EVENTS),
    "timerEventDefinition": frozenset({"timeDuration", "timeDate", "timeCycle"}),
    "conditionalEventDefinition": frozenset({"condition"}),
    "linkEventDefinition": frozenset({"source", "target"}),
    "standardLoopCharacteristics": frozenset({"loopCondition"}),
    "multiInstanceLoopCharacteristics": frozenset(
        {"loopCardinality", "loopDataInputRef", "inputDataItem", "completionCondition"}
    ),
    "complexGateway": frozenset({"activationCondition"}),
    "sequenceFlow": frozenset({"conditionExpression"}),
    "globalScriptTask": frozenset({"script"}),
}
"""Which BPMN elements may stand in which and take part in what runs."""

_ANY: Final = None
_FLAG: Final = frozenset({"true", "false"})
_ONCE: Final = frozenset({"1"})
_ACTIVITY: Final[Mapping[str, frozenset[str] | None]] = {
    "default": _ANY,
    "isForCompensation": _FLAG,
    "startQuantity": _ONCE,
    "completionQuantity": _ONCE,
}
_TASK: Final = {**_ACTIVITY, "implementation": _ANY}
_SUB_PROCESS: Final = {**_ACTIVITY, "triggeredByEvent": _FLAG}
_GATEWAY: Final[Mapping[str, frozenset[str] | None]] = {
    "default": _ANY,
    "gatewayDirection": _ANY,
}
_XPATH: Final = frozenset(
    {"http://www.w3.org/1999/XPath", "https://www.w3.org/1999/XPath"}
    | {"http://www.w3.org/TR/xpath", "http://www.w3.org/TR/XPath"}
)
"""What some modelers put on every expression, in whatever language it is written."""
_EXPRESSION: Final[Mapping[str, frozenset[str] | None]] = {
    "language": _XPATH | {"", "juel", "JUEL"},
    "evaluatesToTypeRef": _ANY,
}
ATTRIBUTES: Final[Mapping[str, Mapping[str, frozenset[str] | None]]] = {
    "process": {
        "isExecutable": _FLAG,
        "isClosed": _FLAG,
        "processType": _ANY,
        "definitionalCollaborationRef": _ANY,
    },
    "laneSet": {},
    "childLaneSet": {},
    "lane": {"partitionElementRef": _ANY},
    **dict.fromkeys(_TASKS, _TASK),
    "scriptTask": {**_TASK, "scriptFormat": _ANY},
    "serviceTask": {**_TASK, "operationRef": _ANY},
    "sendTask": {**_TASK, "messageRef": _ANY, "operationRef": _ANY},
    "receiveTask": {**_TASK, "messageRef": _ANY, "operationRef": _ANY, "instantiate": _FLAG},
    "callActivity": {**_ACTIVITY, "calledElement": _ANY},
    "subProcess": _SUB_PROCESS,
    "transaction": {**_SUB_PROCESS, "method": _ANY, "protocol": _ANY},
    "adHocSubProcess": {
        **_SUB_PROCESS,
        "ordering": frozenset({"Parallel", "Sequential"}),
        "cancelRemainingInstances": _FLAG,
    },
    "startEvent": {"isInterrupting": _FLAG, "parallelMultiple": _FLAG},
    "endEvent": {},
    "intermediateThrowEvent": {},
    "intermediateCatchEvent": {"parallelMultiple": _FLAG},
    "boundaryEvent": {"attachedToRef": _ANY, "cancelActivity": _FLAG, "parallelMultiple": _FLAG},
    "messageEventDefinition": {"messageRef": _ANY, "operationRef": _ANY},
    "signalEventDefinition": {"signalRef": _ANY},
    "errorEventDefinition": {"errorRef": _ANY},
    "escalationEventDefinition": {"escalationRef": _ANY},
    "compensateEventDefinition": {"activityRef": _ANY, "waitForCompletion": _FLAG},
    "linkEventDefinition": {},
    "timerEventDefinition": {},
    "conditionalEventDefinition": {},
    "cancelEventDefinition": {},
    "terminateEventDefinition": {},
    "exclusiveGateway": _GATEWAY,
    "inclusiveGateway": _GATEWAY,
    "complexGateway": _GATEWAY,
    "parallelGateway": _GATEWAY,
    "eventBasedGateway": {
        **_GATEWAY,
        "instantiate": _FLAG,
        "eventGatewayType": frozenset({"Exclusive", "Parallel"}),
    },
    "sequenceFlow": {"sourceRef": _ANY, "targetRef": _ANY, "isImmediate": _FLAG},
    "standardLoopCharacteristics": {"testBefore": _FLAG, "loopMaximum": _ANY},
    "multiInstanceLoopCharacteristics": {
        "isSequential": _FLAG,
        "behavior": frozenset({"All"}),
        "oneBehaviorEventRef": _ANY,
        "noneBehaviorEventRef": _ANY,
    },
    **dict.fromkeys(EXPRESSIONS, _EXPRESSION),
}
"""Which attributes what runs may have besides id and name, and with which values."""

ONLY_ONE: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("timerEventDefinition", frozenset({"timeDuration", "timeDate", "timeCycle"})),
    ("conditionalEventDefinition", frozenset({"condition"})),
    ("sequenceFlow", frozenset({"conditionExpression"})),
    ("scriptTask", frozenset({"script"})),
    ("standardLoopCharacteristics", frozenset({"loopCondition"})),
    ("multiInstanceLoopCharacteristics", frozenset({"loopCardinality"})),
    ("multiInstanceLoopCharacteristics", frozenset({"completionCondition"})),
    ("adHocSubProcess", frozenset({"completionCondition"})),
    *((task, _LOOPS) for task in sorted(_TASKS | SUB_PROCESSES | {"callActivity"})),
)
"""Of these kinds together one may stand in an element."""

CAMUNDA_READ: Final[Mapping[str, frozenset[str] | None]] = {
    "properties": _ANY,
    "candidateGroups": _ANY,
    "formData": STEPS | GLOBAL_STEPS,
    "expression": SERVICES,
    "resultVariable": SERVICES | {"scriptTask", "globalScriptTask"},
    "collection": frozenset({"multiInstanceLoopCharacteristics"}),
    "elementVariable": frozenset({"multiInstanceLoopCharacteristics"}),
    "in": frozenset({"callActivity"}),
    "out": frozenset({"callActivity"}),
}
"""Names of Camunda's attributes and extension elements that mean something here, and on which
elements; None is on any."""
CAMUNDA_WITHOUT_EFFECT: Final = frozenset(
    {"async", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "modelerTemplate"}
    | {"modelerTemplateVersion", "modelerTemplateIcon", "versionTag", "historyTimeToLive"}
    | {"isStartableInTasklist", "diagramRelationId", "errorMessage"}
)
"""They change nothing in what the process does."""
CAMUNDA_SERVICE: Final = frozenset(
    {"class", "delegateExpression", "expression", "type", "topic", "connector", "decisionRef"}
)
"""They say what the engine is to run by itself."""
OTHER_ENGINES: Final[Mapping[str, str]] = {
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://flowable.org/bpmn": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
}
"""Namespaces of extensions that only another engine reads."""
