"""The corpus leaves no element out, and docs/bpmn-support.md says what it shows."""

from lxml import etree

from engine.bpmn import lint_flow, lint_gateways, lint_repetition, lint_scope, lint_services
from engine.bpmn.findings import Rule
from tests.corpus import support
from tests.corpus.diagrams import Sample, samples

SAMPLES = list(samples())
FLOW_NODES = {
    *("task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask"),
    *("businessRuleTask", "subProcess", "transaction", "adHocSubProcess", "callActivity"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway"),
    *("eventBasedGateway", "startEvent", "endEvent", "boundaryEvent"),
    *("intermediateCatchEvent", "intermediateThrowEvent"),
}
GLOBAL_TASKS = {
    *("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask"),
    "globalBusinessRuleTask",
}
EVENT_DEFINITIONS = {
    *("messageEventDefinition", "signalEventDefinition", "timerEventDefinition"),
    *("conditionalEventDefinition", "linkEventDefinition", "errorEventDefinition"),
    *("escalationEventDefinition", "compensateEventDefinition", "cancelEventDefinition"),
    "terminateEventDefinition",
}
REFUSED_ON_PURPOSE = {
    *("complex-join", "attribute-not-supported", "link-without-partner"),
    *("script-no-assignment", "service-not-supported"),
}
"""What may be refused although the standard allows it."""
LIMITS = {"too-many-nodes", "too-many-flows"}
"""Reached by large diagrams only."""
DIALECTS = {"bpmn.io", "Camunda Modeler", "Signavio", "by hand"}


def test_the_page_is_made_from_the_corpus() -> None:
    current = "run `python -m tests.corpus.support` and look at what has changed"
    assert support.page(SAMPLES) == support.PAGE.read_text(), current


def test_every_element_that_can_run_is_in_a_sample_that_runs() -> None:
    running = [sample for sample in SAMPLES if sample.verdict == "runs"]
    drawn = set().union(*map(kinds, running))
    assert not (FLOW_NODES | EVENT_DEFINITIONS | GLOBAL_TASKS) - drawn - {"globalBusinessRuleTask"}


def test_every_reason_to_refuse_what_the_standard_allows_has_a_sample() -> None:
    refused_by = {code for sample in SAMPLES for code in sample.refused_by}
    assert not REFUSED_ON_PURPOSE - refused_by


def test_every_error_about_what_runs_has_a_sample() -> None:
    refused_by = {code for sample in SAMPLES for code in sample.refused_by}
    modules = (lint_flow, lint_gateways, lint_repetition, lint_scope, lint_services)
    rules = [rule for module in modules for rule in vars(module).values() if isinstance(rule, Rule)]
    errors = {rule.code for rule in rules if rule.severity == "error"}
    assert not errors - LIMITS - refused_by


def test_each_of_the_four_dialects_has_many_samples() -> None:
    counts = dict.fromkeys(DIALECTS, 0)
    for sample in SAMPLES:
        counts[sample.dialect] += 1
    assert min(counts.values()) >= 25
    assert len(SAMPLES) >= 150


def kinds(sample: Sample) -> set[str]:
    """Return the names of all BPMN elements in a sample."""
    root = etree.fromstring(sample.source)
    return {etree.QName(element).localname for element in root.iter("{*}*")}
