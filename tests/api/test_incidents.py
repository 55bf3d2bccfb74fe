"""Incidents over HTTP: what failed too often is listed, tried again, or given up."""

from typing import Any

import pytest

from engine import definitions, instances, jobs
from engine.model import Job, new_id
from engine.permissions import SYSTEM
from tests.api.client import Api, body_of, problem_of
from tests.api.rows import add_incident
from tests.clock import TestClock
from tests.office import Office, PlayedCase
from tests.unit.workflow_diagrams import xml

FAILS = "start > a > end", "timer @ a PT1H > xor1", "xor1 [x / 0 == 1] > end", "xor1 [else] > end"


def incidents(api: Api) -> list[dict[str, Any]]:
    found = body_of(api.get("/incidents", by="supervisor"))["items"]
    assert isinstance(found, list)
    return found


def failed_timer(office: Office) -> PlayedCase:
    """Return a case whose timer leads to a choice that cannot be made, tried until the last try."""
    with office.database.begin() as tx:
        definitions.deploy(tx, xml(*FAILS), by=SYSTEM)
        case = instances.start(tx, "process", business_key="gagal", variables={"x": 1}, by=SYSTEM)
    office.clock.advance(hours=1)
    for _ in range(jobs.MOST_ATTEMPTS):
        office.clock.advance(hours=1)
        office.fire()
    return PlayedCase(office, case.id)


def test_a_timer_that_failed_too_often_is_an_incident(api: Api, office: Office) -> None:
    case = failed_timer(office)
    (shown,) = incidents(api)
    assert shown.pop("key").startswith("timer:")
    assert "Division by zero" in shown.pop("error")
    assert shown == {
        "kind": "timer",
        "process_instance_id": str(case.id),
        "business_key": "gagal",
        "process_definition_key": "process",
        "process_definition_name": shown["process_definition_name"],
        "task_id": None,
        "username": None,
        "rung": None,
        "due_date": "2026-11-04T10:00:00+08:00",
        "failed_at": "2026-11-04T16:00:00+08:00",
        "attempts": jobs.MOST_ATTEMPTS,
    }


def test_a_retried_incident_is_tried_as_often_as_before(
    api: Api, office: Office, clock: TestClock
) -> None:
    case = failed_timer(office)
    (shown,) = incidents(api)
    answer = api.post(f"/incidents/{shown['key']}/retry", by="supervisor")
    assert (answer.status_code, answer.data) == (204, b"")
    assert incidents(api) == []
    for _ in range(jobs.MOST_ATTEMPTS):
        assert incidents(api) == []
        clock.advance(hours=1)
        office.fire()
    (again,) = incidents(api)
    assert (again["key"], again["attempts"]) == (shown["key"], jobs.MOST_ATTEMPTS)
    told = [event.type for event in case.history() if event.type.startswith("incident")]
    assert told == ["incident_created", "incident_retried", "incident_created"]


def test_an_incident_is_given_up_with_a_reason(api: Api, office: Office) -> None:
    case = failed_timer(office)
    (shown,) = incidents(api)
    path = f"/incidents/{shown['key']}"
    answer = api.post(f"{path}/resolve", by="supervisor", reason="Kasus lama")
    assert answer.status_code == 204
    assert incidents(api) == []
    event = case.history()[-1]
    assert (event.type, event.actor) == ("incident_resolved", "supervisor")
    assert event.detail["reason"] == "Kasus lama"
    for action, body in (("retry", {}), ("resolve", {"reason": "Lagi"})):
        gone = api.post(f"{path}/{action}", by="supervisor", **body)
        assert problem_of(gone) == (404, "incident-not-found")


@pytest.mark.parametrize("kind", ["timer", "ladder", "mail", "webhook"])
def test_incidents_of_every_kind_are_listed_and_answer_to_their_key(
    api: Api, office: Office, kind: str
) -> None:
    key = f"{kind}:{new_id()}" + (":long_overdue" if kind == "webhook" else "")
    task = office.start().task("Memerintahkan").id
    add_incident(office.database, task, key)
    (shown,) = incidents(api)
    assert (shown["key"], shown["kind"]) == (key, kind)
    assert shown["task_id"] == str(task)
    assert shown["error"] == "The mail server refuses this address."
    assert api.post(f"/incidents/{key}/retry", by="supervisor").status_code == 204
    assert incidents(api) == []


def test_a_job_that_may_still_be_tried_is_no_incident(api: Api, office: Office) -> None:
    office.start()
    with office.database.read() as tx:
        keys = [job.key for job in tx.session.query(Job)]
    assert keys
    assert incidents(api) == []
    for key in keys:
        answer = api.post(f"/incidents/{key}/retry", by="supervisor")
        assert problem_of(answer) == (404, "incident-not-found")
