"""The description: complete, valid, and read without another host."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from api.openapi import document

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNDESCRIBED = {"/metrics", "/openapi.json", "/docs", "/static/{filename}"}


@pytest.fixture
def described(app: Flask) -> Any:  # noqa: ANN401 — JSON
    return app.test_client().get("/openapi.json").get_json()


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for methods in described["paths"].values() for one in methods.values()]


def test_it_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")


def test_every_route_is_described(app: Flask, described: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith(("camunda_", "webapps.", "pages_"))  # none of the API
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    shown = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert {route for route in routes if route[0] not in UNDESCRIBED} == shown


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag(
    described: dict[str, Any],
) -> None:
    names = [one["operationId"] for one in operations(described)]
    assert len(set(names)) == len(names)
    assert all(one["summary"].endswith(".") and one["tags"] for one in operations(described))


def test_every_operation_names_its_problems(described: dict[str, Any]) -> None:
    for one in operations(described):
        assert {"400", "500"} <= one["responses"].keys(), one["operationId"]
        if one["security"]:
            assert {"401", "503"} <= one["responses"].keys(), one["operationId"]
        if "requestBody" in one:
            assert {"413", "415", "422"} <= one["responses"].keys(), one["operationId"]
    for response in described["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


def test_what_makes_changes_or_ends_takes_an_idempotency_key(described: dict[str, Any]) -> None:
    without = {
        one["operationId"]
        for methods in described["paths"].values()
        for method, one in methods.items()
        if method != "get"
        and "Idempotency-Key" not in {parameter["name"] for parameter in one["parameters"]}
    }
    no_one_transaction = {"preview_calendar_revision", "apply_calendar_revision"}
    assert without == {"log_in", "log_out", "change_own_password"} | no_one_transaction


def test_every_reference_leads_somewhere_and_every_model_is_used(
    described: dict[str, Any],
) -> None:
    text = json.dumps(described)
    references = set(re.findall(r'"#/components/(\w+)/(\w+)"', text))
    for kind, name in references:
        assert name in described["components"][kind]
    assert {name for kind, name in references if kind == "schemas"} == set(
        described["components"]["schemas"]
    )


def test_a_parameter_may_be_absent_but_is_never_null(described: dict[str, Any]) -> None:
    for one in operations(described):
        assert "null" not in json.dumps(one["parameters"]), one["operationId"]


def test_the_page_asks_no_other_host_and_runs_nothing(app: Flask) -> None:
    answer = app.test_client().get("/docs")
    assert answer.status_code == 200
    for forbidden in ("<script", "style=", "<style", "http://", "https://", " on"):
        assert not re.search(rf"<[^>]*{re.escape(forbidden)}", answer.text), forbidden
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_page_shows_every_operation_and_every_link_leads_somewhere(app: Flask) -> None:
    page = app.test_client().get("/docs").text
    with app.app_context():
        names = {one["operationId"] for one in operations(dict(document()))}
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert names <= ids
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
