"""Asks what the desktop Camunda Modeler asks, in its words and over real HTTP."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from tests.api.client import PASSWORD

ORIGIN = "file://"
"""What Electron sends."""
CONNECTIONS = urllib3.PoolManager()
"""Kept alive, as a browser does; `clear` closes them."""


def basic(username: str, password: str = PASSWORD, *, encoding: str = "latin-1") -> str:
    """Return the header that a browser's btoa() makes of user name and password."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode(encoding)).decode()}"


@dataclass(frozen=True)
class Modeler:
    """The modeler, its endpoint typed and its login filled in."""

    url: str
    """What was typed as REST endpoint."""
    authorization: str | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request below the endpoint."""
        sent = {"Accept": "application/json", "Origin": ORIGIN, **(headers or {})}
        if self.authorization:
            sent["Authorization"] = self.authorization
        return CONNECTIONS.request(
            method, self.url + path, headers=sent, body=body, retries=False, redirect=False
        )

    def deploy(
        self,
        diagram: bytes,
        *,
        name: str = "diagram.bpmn",
        deployment: str | None = None,
        filtering: bool = True,
        attached: Sequence[tuple[str, bytes]] = (),
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to deploying: every file is a part that has the name of the file."""
        fields: list[tuple[str, str] | RequestField] = [
            ("deployment-name", deployment or name),
            ("deployment-source", "Camunda Modeler"),
            *([("enable-duplicate-filtering", "true")] if filtering else []),
        ]
        for file, content in ((name, diagram), *attached):
            part = RequestField(file, content, filename=file)
            part.make_multipart(content_type="text/xml")
            fields.append(part)
        body, content_type = encode_multipart_formdata(fields)
        headers = {"Content-Type": content_type}
        return self.ask("POST", "/deployment/create", headers=headers, body=body)

    def start(self, definition_id: str, **body: object) -> urllib3.BaseHTTPResponse:
        """Return the answer to starting a case."""
        return self.ask(
            "POST",
            f"/process-definition/{definition_id}/start",
            headers={"Content-Type": "application/json"},
            body=json.dumps(body).encode(),
        )


def json_of(answer: urllib3.BaseHTTPResponse, status: int = 200) -> Any:  # noqa: ANN401 — any JSON
    """Return the JSON of an answer that has this status."""
    assert answer.status == status, answer.data
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def definition_in(deployed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the modeler starts: the first of the versions."""
    definition: dict[str, Any] = next(iter(deployed["deployedProcessDefinitions"].values()))
    return definition
