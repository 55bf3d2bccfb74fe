"""Messages and signals from outside, rehearsals, and linting over HTTP."""

from typing import Any

import pytest

from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.api.diagrams import ASKING, SERVICE, deployed, started

OWNER, SUPERVISOR, HOLDER = "pemilik.proses", "supervisor", "kepala.badan"


def events_of(api: Api, case: str) -> list[tuple[str, str, str | None]]:
    items = body_of(api.get(f"/process-instances/{case}/history", by=SUPERVISOR))["items"]
    return [(one["type"], one["actor"], one["element_id"]) for one in items]


def test_a_case_tells_what_it_waits_for_and_goes_on_when_it_comes(api: Api) -> None:
    deployed(api, ASKING)
    case = started(api, "asking")
    path = f"/process-instances/{case}"
    assert body_of(api.get(path, by=SUPERVISOR))["waits_for"] == [
        {"event": "message", "name": "Jawaban", "element_id": "answered"},
        {"event": "signal", "name": "Batal", "element_id": "called_off"},
    ]
    answer = api.post(f"{path}/messages", by=SUPERVISOR, name="Jawaban", variables={"ya": True})
    assert body_of(answer)["state"] == "completed"
    assert body_of(answer)["waits_for"] == []
    assert ("message_delivered", SUPERVISOR, "answered") in events_of(api, case)


def test_a_signal_interrupts_what_waits_for_it(api: Api) -> None:
    deployed(api, ASKING)
    case = started(api, "asking")
    answer = api.post(f"/process-instances/{case}/signals", by=SUPERVISOR, name="Batal")
    assert body_of(answer)["state"] == "completed"
    passed = [where for what, _, where in events_of(api, case) if what == "element_passed"]
    assert passed == ["start", "called_off", "off"]


@pytest.mark.parametrize(("route", "name"), [("messages", "Batal"), ("signals", "Jawaban")])
def test_what_nobody_waits_for_is_a_conflict_and_changes_nothing(
    api: Api, route: str, name: str
) -> None:
    deployed(api, ASKING)
    case = started(api, "asking")
    before = events_of(api, case)
    answer = api.post(f"/process-instances/{case}/{route}", by=SUPERVISOR, name=name)
    assert problem_of(answer) == (409, "nobody-waits")
    assert events_of(api, case) == before


def test_a_message_delivered_twice_with_one_key_counts_once(api: Api) -> None:
    deployed(api, ASKING)
    path = f"/process-instances/{started(api, 'asking')}/messages"
    first, again = (api.post(path, by=SUPERVISOR, key="k1", name="Jawaban") for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.data == again.data
    assert problem_of(api.post(path, by=SUPERVISOR, key="k2", name="Jawaban"))[0] == 409


def test_who_did_not_start_a_case_delivers_nothing_to_it(api: Api) -> None:
    deployed(api, ASKING)
    case = started(api, "asking")
    answer = api.post(f"/process-instances/{case}/messages", by="staf", name="Jawaban")
    assert problem_of(answer) == (403, "not-your-case")


def test_variables_of_a_message_are_checked_like_all_others(api: Api) -> None:
    deployed(api, ASKING)
    path = f"/process-instances/{started(api, 'asking')}/messages"
    answer = api.post(path, by=SUPERVISOR, name="Jawaban", variables={"bukan nama": 1})
    assert wrong_fields(answer).keys() == {"bukan nama"}


def lint(api: Api, source: bytes, **query: Any) -> dict[str, Any]:  # noqa: ANN401 — of the client
    answer = api.call(
        "POST",
        "/process-definitions/lint",
        by=OWNER,
        data=source,
        content_type="application/xml",
        query_string=query,
    )
    return body_of(answer)


def test_linting_says_what_deploying_would_say(api: Api) -> None:
    refused = deployed(api, SERVICE, status=422)
    report = lint(api, SERVICE)
    assert not report["deployable"]
    assert report["findings"] == refused["findings"]
    assert api.get("/process-definitions/serving", by=OWNER).status_code == 404


def test_a_file_that_is_no_diagram_has_findings_too(api: Api) -> None:
    assert [one["code"] for one in lint(api, b"<a>")["findings"]] == ["not-xml"]


def test_a_rehearsal_gives_the_work_of_a_service_to_who_started_the_case(api: Api) -> None:
    assert lint(api, SERVICE, simulate="true")["deployable"]
    deployed(api, SERVICE, simulate="true")
    case = started(api, "serving")
    (task,) = body_of(api.get("/tasks", by=SUPERVISOR, process_instance_id=case))["items"]
    assert (task["element_id"], task["assignee"]) == ("send", SUPERVISOR)
    done = body_of(api.post(f"/tasks/{task['id']}/complete", by=SUPERVISOR, variables={}))
    assert done["instance_state"] == "completed"


def test_the_same_diagram_rehearsed_is_another_version(api: Api) -> None:
    plain = SERVICE.replace(b"serviceTask", b"userTask")
    assert [deployed(api, plain)["version"], deployed(api, plain, simulate="true")["version"]] == [
        1,
        2,
    ]


def test_a_process_owner_starts_what_is_nobodys_and_does_its_work(api: Api) -> None:
    deployed(api, SERVICE, simulate="true")
    case = started(api, "serving", by=OWNER)
    (task,) = body_of(api.get("/tasks", by=OWNER, process_instance_id=case))["items"]
    done = body_of(api.post(f"/tasks/{task['id']}/complete", by=OWNER, variables={}))
    assert done["instance_state"] == "completed"
