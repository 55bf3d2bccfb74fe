"""Small diagrams for the tests of the API."""

from typing import Any

from tests.api.client import Api, body_of

_FILE = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="definitions"'
    ' targetNamespace="urn:test">{}</definitions>'
)
ASKING = _FILE.format(
    '<process id="asking" isExecutable="true">'
    '<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="answered"/>'
    '<receiveTask id="answered" messageRef="answer"/>'
    '<boundaryEvent id="called_off" attachedToRef="answered">'
    '<signalEventDefinition signalRef="off_signal"/></boundaryEvent>'
    '<sequenceFlow id="f2" sourceRef="answered" targetRef="end"/><endEvent id="end"/>'
    '<sequenceFlow id="f3" sourceRef="called_off" targetRef="off"/><endEvent id="off"/>'
    '</process><message id="answer" name="Jawaban"/><signal id="off_signal" name="Batal"/>'
).encode()
"""Waits for a message, unless a signal calls it off."""
SERVICE = _FILE.format(
    '<process id="serving" isExecutable="true">'
    '<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="send"/>'
    '<serviceTask id="send"/><sequenceFlow id="f2" sourceRef="send" targetRef="end"/>'
    '<endEvent id="end"/></process>'
).encode()
"""Needs a service that nobody knows."""


def deployed(api: Api, source: bytes, *, status: int = 201, **query: str) -> dict[str, Any]:
    """Return the answer to deploying a diagram as the process owner."""
    answer = api.call(
        "POST",
        "/process-definitions",
        by="pemilik.proses",
        data=source,
        content_type="application/xml",
        query_string=query,
    )
    assert answer.status_code == status, answer.text
    return body_of(answer)


def started(api: Api, key: str, *, by: str = "supervisor") -> str:
    """Start a case; return its id."""
    answer = api.post(
        "/process-instances", by=by, process_definition_key=key, business_key="LAKIP/2026/III"
    )
    assert answer.status_code == 201, answer.text
    return str(body_of(answer)["id"])
