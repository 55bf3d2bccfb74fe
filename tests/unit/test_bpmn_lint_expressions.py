"""Conditions against the forms that provide their variables."""

import pytest

from engine.bpmn import lint_expressions
from engine.bpmn.findings import Finding, Severity
from engine.bpmn.reader import read

DIAGRAM = """\
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d">
  <process id="p" isExecutable="true">
    <startEvent id="start">
      <extensionElements><camunda:formData>
        <camunda:formField id="tanggal" type="date"/>
      </camunda:formData></extensionElements>
    </startEvent>
    <subProcess id="inside">
      <userTask id="ask">
        <extensionElements><camunda:formData>
          <camunda:formField id="setuju" type="boolean"/>
          <camunda:formField id="jumlah" type="long"/>
          <camunda:formField id="catatan" type="string"/>
          <camunda:formField id="tenggat" type="date"/>
          <camunda:formField id="jenis" type="enum">
            <camunda:value id="biasa"/><camunda:value id="segera"/>
          </camunda:formField>
        </camunda:formData></extensionElements>
      </userTask>
      <exclusiveGateway id="choice" default="no"/>
      <userTask id="next"/>
      <endEvent id="done"/>
      <sequenceFlow id="a" sourceRef="ask" targetRef="choice"/>
      <sequenceFlow id="yes" sourceRef="choice" targetRef="next">
        <conditionExpression>${CONDITION}</conditionExpression>
      </sequenceFlow>
      <sequenceFlow id="no" sourceRef="choice" targetRef="done"/>
      <sequenceFlow id="b" sourceRef="next" targetRef="done"/>
    </subProcess>
    MORE
    <endEvent id="end"/>
    <sequenceFlow id="c" sourceRef="start" targetRef="inside"/>
    <sequenceFlow id="e" sourceRef="inside" targetRef="end"/>
  </process>
</definitions>"""
SCRIPT = '<scriptTask id="s" camunda:resultVariable="hasil"><script>${1}</script></scriptTask>'
TURNS = """<userTask id="each"><multiInstanceLoopCharacteristics camunda:collection="setuju"
  camunda:elementVariable="anggota"><completionCondition>${nrOfInstances > 1 and lain}
  </completionCondition></multiInstanceLoopCharacteristics></userTask>"""
MESSAGE = '<intermediateCatchEvent id="m"><messageEventDefinition/></intermediateCatchEvent>'


def found(condition: str, more: str = "") -> list[Finding]:
    text = DIAGRAM.replace("CONDITION", condition.replace("<", "&lt;").replace("&&", "&amp;&amp;"))
    diagram = read(text.replace("MORE", more).encode())
    rules = (
        *(lint_expressions.variables, lint_expressions.types, lint_expressions.truths),
        lint_expressions.constants,
    )
    return [finding for rule in rules for finding in rule(diagram)]


@pytest.mark.parametrize(
    "condition",
    [
        *("setuju", "!setuju && jumlah > 3", "setuju == true", "setuju == 'false'", "setuju"),
        *("jumlah >= 1.5", "jumlah == '3'", "jumlah == null", "tenggat < '2026-12-31'"),
        *("tenggat == tanggal", "tenggat > '2026-12-31T08:00'", "tenggat == ''", "catatan == 3"),
        *("jenis == 'segera'", "jenis == null", "jenis != ''", "catatan == jenis", "catatan"),
        *(
            "execution.getVariable('a'.concat('b')).size() > 1",
            "true",
            "'false'",
            "1 < 2 or 1 / 0 > 1",
            "false ? 1 : null",
        ),
        *("jenis.startsWith('x')", "empty tenggat", "tenggat.after('2026-01-01')"),
    ],
)
def test_a_condition_that_fits_its_fields_is_fine(condition: str) -> None:
    assert found(condition) == []


@pytest.mark.parametrize(
    ("condition", "code", "sentence"),
    [
        (
            "setuju == 'ya'",
            "compared-with-other-type",
            "\"setuju\", a field of type boolean, with 'ya'",
        ),
        ("setuju == 1", "compared-with-other-type", "with 1:"),
        ("setuju > true", "compared-with-other-type", "with true:"),
        ("jumlah == 'banyak'", "compared-with-other-type", "a field of type long"),
        ("true eq jumlah", "compared-with-other-type", "with true"),
        ("tenggat > 5", "compared-with-other-type", "a field of type date, with 5"),
        ("tenggat == 'besok'", "compared-with-other-type", "with 'besok'"),
        ("jumlah < tenggat", "compared-with-other-type", 'with "tenggat" (date)'),
        ("jenis == 'kilat'", "compared-with-no-option", "with 'kilat'"),
        ("jenis == 1", "compared-with-other-type", "type enum, with 1"),
        ("jenis == true", "compared-with-other-type", "with true"),
        ("jumlah and setuju", "no-truth-value", '"jumlah", a field of type long'),
        ("tanggal", "no-truth-value", '"tanggal", a field of type date'),
        ("!jenis", "no-truth-value", '"jenis"'),
        ("tidak_ada", "unknown-variable", '"tidak_ada"'),
    ],
)
def test_a_condition_that_does_not_fit_is_a_warning_at_its_flow(
    condition: str, code: str, sentence: str
) -> None:
    (finding,) = found(condition)
    assert (finding.code, finding.element_id, finding.severity) == (code, "yes", Severity.WARNING)
    assert sentence in finding.message.en
    assert finding.hint.id


@pytest.mark.parametrize("condition", ["1 / 0 > 1", "7", "'a' + 1", "7 ? true : false"])
def test_a_condition_that_can_never_be_computed_is_an_error(condition: str) -> None:
    (finding,) = found(condition)
    told = finding.code, finding.element_id, finding.severity
    assert told == ("condition-never-computed", "yes", Severity.ERROR)
    assert f"${{{condition}}}" in finding.message.id


def test_the_hint_names_the_values_of_an_enum() -> None:
    (finding,) = found("jenis == 'kilat'")
    assert "biasa, segera" in finding.hint.id


def test_the_hint_shows_a_condition_that_fits() -> None:
    (finding,) = found("setuju == 'ya'")
    assert "${setuju == true}" in finding.hint.id


@pytest.mark.parametrize(
    ("condition", "more"),
    [("hasil == 1", SCRIPT), ("apa_saja", MESSAGE), ("anggota == nrOfInstances", MESSAGE + TURNS)],
)
def test_scripts_turns_and_messages_provide_variables(condition: str, more: str) -> None:
    assert found(condition, more) == []


def test_the_condition_of_a_multi_instance_is_looked_at_too() -> None:
    (finding,) = found("setuju", TURNS)
    assert (finding.code, finding.element_id) == ("unknown-variable", "each")
    assert '"lain"' in finding.message.id
