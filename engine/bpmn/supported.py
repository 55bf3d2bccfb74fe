"""The tables of scope: what a diagram may hold. When the engine learns something, its row is here.

What is not in them is refused by the rules in `lint_scope`, or at least named where it cannot
change how the process runs, so that nothing drawn is ever silently ignored.
"""

from collections.abc import Mapping
from typing import Final

from engine.bpmn.findings import Text
from engine.bpmn.names import STEPS

NOTES: Final = frozenset({"documentation", "extensionElements"})
_DRAWING: Final = frozenset({"textAnnotation", "association", "group"})
_BETWEEN: Final = frozenset({"incoming", "outgoing"})
CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "definitions": frozenset(
        {"process", "collaboration", "escalation", "error", "message", "signal"}
        | {"itemDefinition", "category"}
    ),
    "collaboration": _DRAWING | {"participant"},
    "process": _DRAWING
    | STEPS
    | {"startEvent", "endEvent", "boundaryEvent", "exclusiveGateway", "parallelGateway"}
    | {"sequenceFlow", "laneSet"},
    "laneSet": frozenset({"lane"}),
    "lane": frozenset({"flowNodeRef"}),
    "userTask": _BETWEEN,
    "manualTask": _BETWEEN,
    "task": _BETWEEN,
    "startEvent": frozenset({"outgoing"}),
    "endEvent": frozenset({"incoming", "terminateEventDefinition", "escalationEventDefinition"}),
    "boundaryEvent": frozenset({"outgoing", "timerEventDefinition"}),
    "timerEventDefinition": frozenset({"timeDuration"}),
    "exclusiveGateway": _BETWEEN,
    "parallelGateway": _BETWEEN,
    "sequenceFlow": frozenset({"conditionExpression"}),
    "textAnnotation": frozenset({"text"}),
    "category": frozenset({"categoryValue"}),
}
"""Which BPMN elements may stand in which, besides documentation and extensions; data is gone."""

_ANY: Final = None
_NO: Final = frozenset({"false"})
_FLAG: Final = frozenset({"true", "false"})
_ONCE: Final = frozenset({"1"})
_ACTIVITY: Final = {
    "implementation": _ANY,
    "default": _ANY,
    "isForCompensation": _NO,
    "startQuantity": _ONCE,
    "completionQuantity": _ONCE,
}
_LANGUAGE: Final = {"language": frozenset({"juel", "JUEL"}), "evaluatesToTypeRef": _ANY}
ATTRIBUTES: Final[Mapping[str, Mapping[str, frozenset[str] | None]]] = {
    "process": {"isExecutable": _FLAG, "isClosed": _FLAG, "processType": _ANY},
    "participant": {"processRef": _ANY},
    "laneSet": {},
    "lane": {},
    "userTask": _ACTIVITY,
    "manualTask": _ACTIVITY,
    "task": _ACTIVITY,
    "startEvent": {"isInterrupting": _FLAG, "parallelMultiple": _NO},
    "endEvent": {},
    "boundaryEvent": {"attachedToRef": _ANY, "cancelActivity": _FLAG, "parallelMultiple": _NO},
    "timerEventDefinition": {},
    "timeDuration": _LANGUAGE,
    "terminateEventDefinition": {},
    "escalationEventDefinition": {"escalationRef": _ANY},
    "exclusiveGateway": {"default": _ANY, "gatewayDirection": _ANY},
    "parallelGateway": {"gatewayDirection": _ANY},
    "sequenceFlow": {"sourceRef": _ANY, "targetRef": _ANY, "isImmediate": _FLAG},
    "conditionExpression": _LANGUAGE,
}
"""Which attributes what runs may have besides id and name, and with which values."""

ONLY_ONE: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("definitions", frozenset({"process"})),
    ("definitions", frozenset({"collaboration"})),
    ("collaboration", frozenset({"participant"})),
    ("process", frozenset({"laneSet"})),
    ("endEvent", frozenset({"terminateEventDefinition", "escalationEventDefinition"})),
    ("boundaryEvent", frozenset({"timerEventDefinition"})),
    ("timerEventDefinition", frozenset({"timeDuration"})),
    ("sequenceFlow", frozenset({"conditionExpression"})),
)
"""Of these kinds together one may stand in an element."""

CAMUNDA_READ: Final = frozenset({"properties", "formData", "candidateGroups"})
"""Names of attributes and extension elements in Camunda's namespace that mean something here."""
CAMUNDA_WITHOUT_EFFECT: Final = frozenset(
    {"asyncBefore", "asyncAfter", "exclusive", "jobPriority", "modelerTemplate"}
    | {"modelerTemplateVersion", "modelerTemplateIcon", "versionTag", "historyTimeToLive"}
    | {"isStartableInTasklist", "diagramRelationId"}
)
"""They change nothing in what the process does."""
CAMUNDA_SERVICE: Final = frozenset(
    {"class", "delegateExpression", "expression", "resultVariable", "type", "topic", "connector"}
    | {"decisionRef", "resource"}
)
"""They ask the engine to run something by itself."""
OTHER_ENGINES: Final[Mapping[str, str]] = {
    "http://camunda.org/schema/zeebe/1.0": "Camunda 8",
    "http://flowable.org/bpmn": "Flowable",
    "http://activiti.org/bpmn": "Activiti",
}
"""Namespaces of extensions that only another engine reads."""

INSTEAD: Final[Mapping[str, Text]] = {
    "standardLoopCharacteristics": Text(
        id="Hapus penanda ulang; gambar pengulangan dengan gateway dan panah balik.",
        en="Remove the loop marker; draw the loop with a gateway and a flow back.",
    ),
    "multiInstanceLoopCharacteristics": Text(
        id="Hapus penanda banyak-instans; gambar satu langkah untuk tiap pelaksana.",
        en="Remove the multi-instance marker; draw one step for each actor.",
    ),
    "childLaneSet": Text(
        id="Pakai lane satu tingkat: satu lane untuk tiap pelaksana.",
        en="Use lanes of one level: one lane for each actor.",
    ),
    "timeDate": Text(
        id="Isi timer dengan durasi seperti PT2H atau P1D.",
        en="Give the timer a duration such as PT2H or P1D.",
    ),
    "timeCycle": Text(
        id="Isi timer dengan durasi seperti PT2H atau P1D.",
        en="Give the timer a duration such as PT2H or P1D.",
    ),
    "eventDefinitionRef": Text(
        id="Pasang definisi kejadian langsung pada kejadiannya.",
        en="Put the event definition into the event itself.",
    ),
    "inclusiveGateway": Text(
        id="Pakai gateway eksklusif atau paralel.",
        en="Use an exclusive or a parallel gateway.",
    ),
    "messageFlow": Text(
        id="Hapus alur pesan; tulis sebagai catatan (text annotation).",
        en="Remove the message flow; write it as a text annotation.",
    ),
    "subProcess": Text(
        id="Gambar langkah-langkahnya langsung di dalam proses.",
        en="Draw its steps directly in the process.",
    ),
}
"""What to draw in place of what is not supported."""
INSTEAD_OF_TASK: Final = Text(
    id="Ubah menjadi user task: langkah yang dikerjakan orang.",
    en="Change it into a user task: a step that a person does.",
)
INSTEAD_OF_ANYTHING: Final = Text(
    id="Hapus elemen ini atau gambar maksudnya dengan langkah, gateway, dan timer.",
    en="Remove this element or draw what it means with steps, gateways and timers.",
)
