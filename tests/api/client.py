"""Calls the API as the people of the reference office do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from api.rest.resource import PREFIX

PASSWORD = "sepuluh-huruf-atau-lebih"


@dataclass
class Api:
    """An application, and the logins of its users."""

    app: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    def call(
        self,
        method: str,
        path: str,
        *,
        by: str | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401 — whatever the test client takes
    ) -> TestResponse:
        """Return the answer to a request below /api/v1, sent by that user."""
        login = {"Authorization": f"Bearer {self.token(by)}"} if by else {}
        answer = self.app.test_client().open(
            PREFIX + path, method=method, headers={**login, **(headers or {})}, **options
        )
        assert str(answer.headers).isascii(), answer.headers  # a server could not send others
        return answer

    def get(self, path: str, *, by: str | None = None, **query: object) -> TestResponse:
        """Return the answer to a GET."""
        return self.call("GET", path, by=by, query_string=query)

    def post(
        self, path: str, *, by: str | None = None, key: str | None = None, **body: object
    ) -> TestResponse:
        """Return the answer to a POST of these fields, with that idempotency key."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.call("POST", path, by=by, headers=headers, json=body)

    def log_in(self, username: str, password: str = PASSWORD) -> TestResponse:
        """Return the answer to a login."""
        return self.post("/tokens", username=username, password=password)

    def token(self, username: str) -> str:
        """Return the token of a user, logged in at the first call."""
        if username not in self.tokens:
            answer = self.log_in(username)
            assert answer.status_code == 201, answer.text
            self.tokens[username] = body_of(answer)["token"]
        return self.tokens[username]

    def start(self, business_key: str = "LAKIP/2026/III") -> str:
        """Start a case of the SOP as its supervisor; return its id."""
        answer = self.post(
            "/process-instances",
            by="supervisor",
            process_definition_key="evaluasi-internal-capaian-kinerja",
            business_key=business_key,
        )
        assert answer.status_code == 201, answer.text
        return str(body_of(answer)["id"])

    def open_task(self, instance_id: str) -> str:
        """Return the id of the open task of a case."""
        answer = self.get("/tasks", by="supervisor", process_instance_id=instance_id)
        (task,) = body_of(answer)["items"]
        return str(task["id"])


def body_of(answer: TestResponse) -> dict[str, Any]:
    """Return the JSON object of an answer."""
    body = answer.get_json()
    assert isinstance(body, dict), answer.text
    return body


def problem_of(answer: TestResponse) -> tuple[int, str]:
    """Return the status and the code of a refusal, after looking at its form."""
    assert answer.content_type == "application/problem+json", answer.text
    body = body_of(answer)
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["detail"]
    return answer.status_code, body["type"].removeprefix("/problems/")


def wrong_fields(answer: TestResponse) -> dict[str, str]:
    """Return what a refusal says of each field."""
    assert answer.status_code == 422, answer.text
    return {error["field"]: error["message"] for error in body_of(answer)["errors"]}
