"""A small valid SOP as a diagram, and ways to spoil it."""

from typing import NamedTuple

VALID = """\
<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions">
  <bpmn:collaboration id="collaboration">
    <bpmn:participant id="office" name="Kantor" processRef="letters"/>
  </bpmn:collaboration>
  <bpmn:process id="letters" name="Surat  keluar" isExecutable="true">
    <bpmn:extensionElements>
      <camunda:properties>
        <camunda:property name="sop.nomor" value="001/SOP"/>
        <camunda:property name="sop.judul" value=" Surat keluar "/>
        <camunda:property name="other" value="x"/>
      </camunda:properties>
    </bpmn:extensionElements>
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="lane_staff" name="Staf">
        <bpmn:flowNodeRef>start</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>write</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>sent</bpmn:flowNodeRef>
      </bpmn:lane>
      <bpmn:lane id="lane_head" name="Kepala&#10;Badan">
        <bpmn:flowNodeRef>sign</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>decision</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="start"/>
    <bpmn:userTask id="sign" name="Menandatangani surat">
      <bpmn:extensionElements>
        <camunda:formData>
          <camunda:formField id="approved" label="Disetujui?" type="boolean" defaultValue="true"/>
        </camunda:formData>
        <camunda:properties>
          <camunda:property name="sop.waktu" value="1 hari"/>
          <camunda:property name="sop.output" value="Surat bertanda tangan"/>
        </camunda:properties>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:userTask id="write" name="Menulis&#10;surat">
      <bpmn:documentation>Pakai kop surat.</bpmn:documentation>
      <bpmn:extensionElements>
        <camunda:properties>
          <camunda:property name="sop.kelengkapan" value="Disposisi"/>
          <camunda:property name="sop.waktu" value="2 jam"/>
          <camunda:property name="sop.output" value="Konsep surat"/>
          <camunda:property name="sop.keterangan" value="Lihat SOP 002"/>
        </camunda:properties>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:exclusiveGateway id="decision" default="yes"/>
    <bpmn:endEvent id="sent"/>
    <bpmn:boundaryEvent id="write_timer" attachedToRef="write" cancelActivity="false">
      <bpmn:timerEventDefinition id="write_time">
        <bpmn:timeDuration>PT2H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:boundaryEvent id="sign_timer" attachedToRef="sign" cancelActivity="false">
      <bpmn:timerEventDefinition id="sign_time">
        <bpmn:timeDuration>P1D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="late" name="Terlambat">
      <bpmn:escalationEventDefinition id="late_definition" escalationRef="overdue"/>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="begin" sourceRef="start" targetRef="write"/>
    <bpmn:sequenceFlow id="submit" sourceRef="write" targetRef="sign"/>
    <bpmn:sequenceFlow id="decide" sourceRef="sign" targetRef="decision"/>
    <bpmn:sequenceFlow id="no" sourceRef="decision" targetRef="write">
      <bpmn:conditionExpression>${approved == false}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="yes" sourceRef="decision" targetRef="sent"/>
    <bpmn:sequenceFlow id="write_late" sourceRef="write_timer" targetRef="late"/>
    <bpmn:sequenceFlow id="sign_late" sourceRef="sign_timer" targetRef="late"/>
    <bpmn:textAnnotation id="note"><bpmn:text>Tata naskah</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="to_note" sourceRef="write" targetRef="note"/>
  </bpmn:process>
  <bpmn:escalation id="overdue" name="Terlambat" escalationCode="overdue"/>
</bpmn:definitions>
"""

END_OF_PROCESS = "  </bpmn:process>"


def changed(*changes: tuple[str, str]) -> bytes:
    """Return the valid diagram with each first text replaced, wherever it stands, by the second."""
    text = VALID
    for old, new in changes:
        assert old in text, f"the valid diagram does not contain {old!r}"
        text = text.replace(old, new)
    return text.encode()


def added(to_process: str) -> bytes:
    """Return the valid diagram with more elements at the end of its process."""
    return changed((END_OF_PROCESS, to_process + END_OF_PROCESS))


def line_of(source: bytes, text: str) -> int:
    """Return the line, from 1, on which `text` first stands."""
    return source.decode().partition(text)[0].count("\n") + 1


SIGN = '<bpmn:userTask id="sign"'
START = '<bpmn:startEvent id="start"/>'
DURATION = "<bpmn:timeDuration>PT2H</bpmn:timeDuration>"
CONDITION = "<bpmn:conditionExpression>${approved == false}</bpmn:conditionExpression>"
FIELD = '<camunda:formField id="approved" label="Disetujui?" type="boolean" defaultValue="true"/>'
LATE = VALID[VALID.index('<bpmn:endEvent id="late"') : VALID.index('<bpmn:sequenceFlow id="begin"')]


def flow(flow_id: str, source: str, target: str, inner: str = "") -> str:
    """Return a sequence flow."""
    return (
        f'<bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


class Case(NamedTuple):
    """A spoilt diagram, and the finding it must cause."""

    code: str
    element_id: str | None
    source: bytes

    def __str__(self) -> str:
        return f"{self.code}-{self.element_id}"[:60]


def swap(code: str, element_id: str | None, *changes: tuple[str, str]) -> Case:
    """Return the case of the valid diagram with some texts replaced."""
    return Case(code, element_id, changed(*changes))


def add(code: str, element_id: str | None, elements: str) -> Case:
    """Return the case of the valid diagram with more elements in its process."""
    return Case(code, element_id, added(elements))


def on_sign(code: str, attribute: str) -> Case:
    """Return the case of one more attribute on the step `sign`."""
    return swap(code, "sign", (SIGN, f"{SIGN} {attribute}"))


def in_sign(code: str, element_id: str | None, element: str) -> Case:
    """Return the case of one more element in the extensions of the step `sign`."""
    return swap(code, element_id, ("<camunda:formData>", f"{element}<camunda:formData>"))
