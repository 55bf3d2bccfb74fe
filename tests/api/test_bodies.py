"""The gate: a body that is not what it says it is goes no further."""

import json

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Api, body_of, problem_of, wrong_fields

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def send(api: Api, body: bytes, content_type: str | None = "application/json") -> TestResponse:
    return api.call(
        "POST", "/process-instances", by="supervisor", data=body, content_type=content_type
    )


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "application/problem+json"],
)
def test_json_is_declared_as_json(api: Api, content_type: str | None) -> None:
    assert problem_of(send(api, b"{}", content_type)) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 1}}',
        b'{"a": "\xff"}',
        '{"a": 1}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_not_strict_json_is_400(api: Api, body: bytes) -> None:
    assert problem_of(send(api, body)) == (400, "malformed-json")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'"x"',
        b"null",
        b'{"a": 1e400}',
        b'{"a": 9223372036854775808}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)
def test_json_that_nobody_can_store_is_422(api: Api, body: bytes) -> None:
    assert problem_of(send(api, body)) == (422, "unusable-body")


def test_every_wrong_field_is_named(api: Api) -> None:
    answer = send(api, json.dumps({"business_key": 1, "variables": [], "tamu": True}).encode())
    assert wrong_fields(answer) == {
        "process_definition_key": "is missing",
        "business_key": "Input should be a valid string",
        "variables": "Input should be an object",
        "tamu": "is not a known field",
    }


def test_a_text_is_no_number_and_a_number_no_truth(api: Api) -> None:
    body = {"username": "baru", "name": "Baru", "roles": "actor"}
    assert wrong_fields(api.post("/users", by="admin", **body)).keys() == {"roles"}
    me = body_of(api.get("/users/me", by="admin"))["id"]
    answer = api.call("PATCH", f"/users/{me}", by="admin", json={"active": 1})
    assert wrong_fields(answer).keys() == {"active"}


def test_a_large_body_is_413(api: Api) -> None:
    body = b'{"a": "' + b"x" * (6 * 1024 * 1024) + b'"}'
    assert problem_of(send(api, body)) == (413, "request-entity-too-large")


def test_fields_without_effect_are_refused(api: Api) -> None:
    path = f"/tasks/{api.open_task(api.start())}/claim"
    assert wrong_fields(api.post(path, by="kepala.badan", assignee="staf")).keys() == {"assignee"}
    assert api.call("POST", path, by="kepala.badan").status_code == 200
    assert api.post(path, by="kepala.badan").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"state": "offen"}, "state"),
        ({"sort": "name"}, "sort"),
        ({"tamu": 1}, "tamu"),
        ({"due_before": "2026-11-04T09:00:00"}, "due_before"),
        ({"due_before": "1762218000"}, "due_before"),
        ({"due_before": "0001-01-01T00:00:00+08:00"}, "due_before"),
        ({"due_before": "9999-12-31T23:59:59-08:00"}, "due_before"),
        ({"cursor": "?"}, "cursor"),
        ({"process_instance_id": "1"}, "process_instance_id"),
        ({"overdue": ["true", "false"]}, "overdue"),
    ],
)
def test_a_wrong_parameter_is_named(api: Api, query: dict[str, object], field: str) -> None:
    assert wrong_fields(api.get("/tasks", by="supervisor", **query)).keys() == {field}


def test_a_nul_in_the_address_is_400(api: Api) -> None:
    for path in ("/process-definitions/a%00b", "/tasks?assignee=%00"):
        assert problem_of(api.call("GET", path, by="staf")) == (400, "bad-request")
