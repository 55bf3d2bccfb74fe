"""Errors: problem details of every kind, and nothing of the inside."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from flask import Flask

from api.errors import STATUS
from api.wiring import NAME
from engine.config import Settings
from engine.errors import AlurError
from tests.api.client import Api, body_of, problem_of

NOTHING = "00000000-0000-7000-8000-000000000000"


def test_every_category_of_the_engine_has_its_status() -> None:
    assert set(AlurError.__subclasses__()) == set(STATUS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["tasks", "process-instances"])
def test_unknown_things_are_404(api: Api, kind: str) -> None:
    status, code = problem_of(api.get(f"/{kind}/{NOTHING}", by="supervisor"))
    assert (status, code.endswith("-not-found")) == (404, True)
    assert problem_of(api.get(f"/{kind}/1", by="supervisor")) == (404, "not-found")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_method_is_405_and_says_the_right_ones(api: Api) -> None:
    answer = api.call("DELETE", "/tasks", by="supervisor")
    assert problem_of(answer) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_taken_name_is_409(api: Api) -> None:
    answer = api.post("/users", by="admin", username="staf", name="Staf", roles=[])
    assert problem_of(answer) == (409, "already-exists")
    assert body_of(answer)["detail"] == "This user name is taken."


def test_a_conflict_tells_the_present_state(api: Api) -> None:
    task = api.open_task(api.start())
    api.post(f"/tasks/{task}/complete", by="kepala.badan")
    body = body_of(api.post(f"/tasks/{task}/complete", by="kepala.badan"))
    assert body["state"] == "completed"
    assert body["completed_by"] == "kepala.badan"


def test_a_database_that_is_not_migrated_is_503(
    open_app: Callable[[Settings], Flask], settings: Settings
) -> None:
    client = open_app(settings).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert problem_of(answer) == (503, "not-migrated")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_database_that_is_away_is_503(open_app: Callable[[Settings], Flask]) -> None:
    away = "postgresql+psycopg://nobody@/alur?host=/nowhere"
    client = open_app(replace(Settings(), database_url=away)).test_client()
    assert problem_of(client.get("/readyz")) == (503, "unavailable")
    login = {"username": "staf", "password": "x"}
    assert problem_of(client.post("/api/v1/tokens", json=login)) == (503, "unavailable")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bug_tells_nothing_but_the_id_under_which_it_is_logged(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("rahasia")

    monkeypatch.setattr(app.extensions[NAME].database, "check", fail)
    answer = app.test_client().get("/readyz")
    assert problem_of(answer) == (500, "internal-error")
    assert "rahasia" not in answer.text
    correlation_id = body_of(answer)["correlation_id"]
    assert answer.headers["X-Correlation-Id"] == correlation_id
    (entry,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert correlation_id in entry.getMessage()
    assert entry.exc_info is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_access_log_knows_the_route_and_nothing_of_the_case(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="alur.access")
    answer = api.get(f"/tasks/{NOTHING}", by="supervisor", x="rahasia")
    message = caplog.records[-1].getMessage()
    assert message.startswith("GET /api/v1/tasks/<uuid:task_id> 404 ")
    assert message.endswith(answer.headers["X-Correlation-Id"])
    assert NOTHING not in caplog.text
    assert "rahasia" not in caplog.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/docs", "/static/docs.css"])
def test_every_answer_carries_the_security_headers(app: Flask, path: str) -> None:
    with closing(app.test_client().get(path)) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
