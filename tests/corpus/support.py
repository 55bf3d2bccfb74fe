"""Writes docs/bpmn-support.md from the corpus: `python -m tests.corpus.support`."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from engine.bpmn.findings import DiagramRefused, Severity
from engine.bpmn.lint import check
from engine.bpmn.reader import read
from tests.corpus.diagrams import Sample, samples

PAGE: Final = Path(__file__).parents[2] / "docs" / "bpmn-support.md"
_BEGINNING: Final = """\
# What of BPMN runs

A diagram either runs exactly as it is drawn, or it is refused when it is deployed, with a sentence
that says what to change. This page lists both, element by element. Every row is a small diagram
under `tests/data/bpmn/` that is run, or refused, by the tests; the page is made from them
(`python -m tests.corpus.support`).

* **runs**: a case visits what is drawn, in the order that the drawing says.
* **drawing only**: it tells people something and changes nothing in how a case runs.
* **rehearsal**: runs with `alur deploy --simulate` only, as an open task of whoever started the
  case.
* **refused**: the diagram cannot be deployed. The sentence is the one that its owner reads, here
  for the sample; it also comes in Indonesian, with the line and a hint.

The rules of the SOP form (lanes, time standards, outputs) apply only to a process with `sop.*`
fields. The diagrams are drawn as bpmn.io, Camunda Modeler and Signavio save them, and by hand.

Where the standard leaves something open, cases run as in Camunda 7. Four things to know:

* Variables belong to the process. Whoever writes last wins; nothing that another branch has
  written is lost. A called process has variables of its own, and so has each turn of a
  multi-instance for its element and its number.
* The flows out of an exclusive gateway are tried in the order of the file, the default flow last;
  a flow without a condition is taken as true.
* Events come before other work, and what they interrupt is interrupted at any depth.
* A message or signal reaches one case only: the one that throws it, or the one to which it is
  delivered from outside.
"""
_SECTIONS: Final = {
    "Tasks": {
        "task": "Task",
        "userTask": "User task",
        "manualTask": "Manual task",
        "scriptTask": "Script task",
        "serviceTask": "Service task",
        "sendTask": "Send task",
        "receiveTask": "Receive task",
        "businessRuleTask": "Business rule task",
    },
    "Sub-processes and calls": {
        "subProcess": "Sub-process and event sub-process",
        "adHocSubProcess": "Ad-hoc sub-process",
        "transaction": "Transaction",
        "callActivity": "Call activity",
        "globalTask": "Global task",
        "globalUserTask": "Global user task",
        "globalManualTask": "Global manual task",
        "globalScriptTask": "Global script task",
        "globalBusinessRuleTask": "Global business rule task",
    },
    "Repetition": {
        "standardLoopCharacteristics": "Standard loop",
        "multiInstanceLoopCharacteristics": "Multi-instance",
        "startQuantity": "Start quantity",
        "completionQuantity": "Completion quantity",
    },
    "Flows": {
        "sequenceFlow": "Sequence flow",
        "conditionalFlow": "Conditional flow out of an activity",
        "defaultFlow": "Default flow",
        "conditionExpression": "Condition of a flow",
    },
    "Gateways": {
        "exclusiveGateway": "Exclusive gateway",
        "parallelGateway": "Parallel gateway",
        "inclusiveGateway": "Inclusive gateway",
        "complexGateway": "Complex gateway",
        "eventBasedGateway": "Event-based gateway",
    },
    "Events": {
        "startEvent": "Start event",
        "intermediateCatchEvent": "Catching intermediate event",
        "intermediateThrowEvent": "Throwing intermediate event",
        "boundaryEvent": "Boundary event",
        "endEvent": "End event",
        "messageEventDefinition": "Message",
        "signalEventDefinition": "Signal",
        "timerEventDefinition": "Timer",
        "conditionalEventDefinition": "Condition",
        "linkEventDefinition": "Link",
        "errorEventDefinition": "Error",
        "escalationEventDefinition": "Escalation",
        "compensateEventDefinition": "Compensation",
        "cancelEventDefinition": "Cancel",
        "terminateEventDefinition": "Terminate",
    },
    "The drawing around them": {
        "process": "Process",
        "participant": "Pools and message flows",
        "lane": "Lane",
        "dataObjectReference": "Data object",
        "dataStoreReference": "Data store",
        "ioSpecification": "Inputs and outputs",
        "property": "Property",
        "textAnnotation": "Text annotation and group",
        "documentation": "Documentation",
        "extensionElements": "Extensions of other tools",
        "choreography": "Choreography",
    },
}


def page(some: Sequence[Sample]) -> str:
    """Return the page for some samples.

    Raises KeyError for a sample about an element that has no place in it.
    """
    by_element: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in some:
        by_element[sample.element].append(sample)
    lines = [_BEGINNING]
    for section, elements in _SECTIONS.items():
        lines.append(f"## {section}\n")
        for element, title in elements.items():
            lines += _element(element, title, by_element.pop(element, []))
    if by_element:
        raise KeyError(*by_element)
    return "\n".join(lines).rstrip() + "\n"


def _element(element: str, title: str, about: Sequence[Sample]) -> Iterator[str]:
    if not about:
        return
    yield f"### {title} (`{element}`)\n"
    yield "| | | sample |"
    yield "|---|---|---|"
    for sample in sorted(about, key=lambda one: (one.verdict == "refused", one.name)):
        yield f"| {_cell(sample.feature)} | {_cell(_verdict(sample))} | `{sample.name}` |"
    yield ""


def _verdict(sample: Sample) -> str:
    if sample.verdict == "drawing":
        return "drawing only"
    if sample.verdict == "refused":
        return f"**refused**: {' '.join(_sentences(sample))}"
    return "rehearsal" if sample.deploy == "simulate" else "runs"


def _sentences(sample: Sample) -> list[str]:
    """Return what the errors of a sample say, each sentence once."""
    try:
        check(read(sample.source))
    except DiagramRefused as refusal:
        errors = (one for one in refusal.findings if one.severity is Severity.ERROR)
        return list(dict.fromkeys(error.message.en for error in errors))
    return []


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(list(samples())))
