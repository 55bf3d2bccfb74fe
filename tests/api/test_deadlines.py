"""Deadlines over HTTP: how a step stands with its time, extending, suspending, resuming."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.clock import TestClock
from tests.office import Office


def items(answer: TestResponse) -> list[dict[str, Any]]:
    found = body_of(answer)["items"]
    assert isinstance(found, list)
    return found


def second_task(office: Office) -> str:
    """Start a case at 09.00 and return its second task, which may take two hours."""
    case = office.start()
    case.play(until="Membuat format")
    return str(case.task("Membuat format").id)


def test_a_task_tells_how_it_stands_with_its_time(
    api: Api, office: Office, clock: TestClock
) -> None:
    task = second_task(office)
    shown = []
    for minutes in (0, 90, 1, 29, 1):
        clock.advance(minutes=minutes)
        seen = body_of(api.get(f"/tasks/{task}", by="kasubag"))
        shown.append((seen["timeliness"], seen["overdue"]))
    assert seen["at_risk_at"] == "2026-11-04T10:30:00+08:00"
    assert seen["due_date"] == "2026-11-04T11:00:00+08:00"
    assert shown == [
        ("on_track", False),
        ("on_track", False),
        ("at_risk", False),
        ("at_risk", False),
        ("overdue", True),
    ]
    case = body_of(api.get(f"/process-instances/{seen['process_instance_id']}", by="supervisor"))
    assert [step["timeliness"] for step in case["steps"]] == [None, "overdue"] + [None] * 8


def test_the_worklist_is_narrowed_by_timeliness(api: Api, office: Office, clock: TestClock) -> None:
    due_in_ten = office.start("TERLAMBAT").task("Memerintahkan").id
    case = office.start("LANCAR")
    case.play(until="Menghimpun format")
    due_later = case.task("Menghimpun format").id
    clock.advance(minutes=9)
    warned = office.start("WASPADA").task("Memerintahkan").id
    clock.advance(minutes=8)
    for timeliness, task in (("overdue", due_in_ten), ("at_risk", warned), ("on_track", due_later)):
        shown = items(api.get("/tasks", by="supervisor", timeliness=timeliness))
        assert [(each["id"], each["timeliness"]) for each in shown] == [(str(task), timeliness)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"timeliness": "late"}, "timeliness"),
        ({"timeliness": "overdue", "state": "completed"}, "timeliness"),
        ({"timeliness": "overdue", "overdue": "true"}, "overdue"),
    ],
)
def test_a_parameter_that_goes_with_no_timeliness_is_named(
    api: Api, query: dict[str, object], field: str
) -> None:
    assert wrong_fields(api.get("/tasks", by="supervisor", **query)).keys() == {field}


def test_a_task_explains_its_deadline_and_names_its_calendar(
    api: Api, office: Office, clock: TestClock
) -> None:
    clock.advance(hours=2)  # 11.00; from 12.00 to 13.00 nobody works
    shown = body_of(api.get(f"/tasks/{second_task(office)}", by="kasubag"))
    assert shown["calendar"] == "kantor"
    assert shown["due_date"] == "2026-11-04T14:00:00+08:00"
    assert shown["deadline"] == {
        "due": "2026-11-04T14:00:00+08:00",
        "skipped": [
            {
                "from": "2026-11-04T12:00:00+08:00",
                "to": "2026-11-04T13:00:00+08:00",
                "reason": {"id": "Istirahat", "en": "Break"},
            }
        ],
        "estimated": False,
        "years_without_decree": [],
    }


def test_a_deadline_extended_by_working_time_is_explained_as_it_is_now(
    api: Api, office: Office
) -> None:
    path = f"/tasks/{second_task(office)}/extend"
    answer = api.post(path, by="supervisor", duration="P1DT2H", reason="Data belum lengkap")
    shown = body_of(answer)
    assert answer.status_code == 200
    assert shown["due_date"] == "2026-11-05T14:00:00+08:00"  # the break is not worked
    assert shown["deadline"]["due"] == shown["due_date"]
    history = f"/process-instances/{shown['process_instance_id']}/history"
    event = items(api.get(history, by="supervisor"))[-1]
    assert (event["type"], event["actor"]) == ("deadline_extended", "supervisor")
    assert event["detail"]["reason"] == "Data belum lengkap"


def test_a_deadline_is_extended_to_a_moment(api: Api, office: Office) -> None:
    path = f"/tasks/{second_task(office)}/extend"
    moment = "2026-11-09T01:00:00Z"
    shown = body_of(api.post(path, by="supervisor", due_date=moment, reason="Rapat"))
    assert shown["due_date"] == "2026-11-09T09:00:00+08:00"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "duration"),
        ({"duration": "P1D", "due_date": "2026-11-09T09:00:00+08:00"}, "duration"),
        ({"duration": "besok"}, "duration"),
        ({"duration": "-P1D"}, "duration"),
        ({"duration": 3}, "duration"),
        ({"due_date": "2026-11-09T09:00:00"}, "due_date"),
        ({"due_date": 1794186000}, "due_date"),
        ({"due_date": "besok"}, "due_date"),
        ({"due_date": "2026-11-04T10:59:59+08:00"}, "due_date"),
        ({"duration": "P1D", "reason": " "}, "reason"),
    ],
)
def test_a_wrong_extension_is_refused_by_field(
    api: Api, office: Office, body: dict[str, object], field: str
) -> None:
    path = f"/tasks/{second_task(office)}/extend"
    body = {"reason": "Data belum lengkap", **body}
    answer = api.call("POST", path, by="supervisor", json=body)
    assert wrong_fields(answer).keys() == {field}
    shown = body_of(api.get(path.removesuffix("/extend"), by="kasubag"))
    assert shown["due_date"] == "2026-11-04T11:00:00+08:00"


def test_a_completed_task_is_not_extended(api: Api, office: Office) -> None:
    case = office.start()
    task = case.task("Memerintahkan").id
    case.play(until="Membuat format")
    answer = api.post(f"/tasks/{task}/extend", by="supervisor", duration="P1D", reason="Rapat")
    assert problem_of(answer) == (409, "task-not-open")


def test_a_suspended_case_stands_still_until_it_is_resumed(
    api: Api, office: Office, clock: TestClock
) -> None:
    task = second_task(office)
    case = body_of(api.get(f"/tasks/{task}", by="kasubag"))["process_instance_id"]
    path = f"/process-instances/{case}"
    clock.advance(hours=1)
    answer = api.post(f"{path}/suspend", by="supervisor", reason="Menunggu provinsi")
    assert answer.status_code == 200
    suspended = body_of(answer)
    assert suspended["state"] == "suspended"
    assert suspended["suspended_at"] == "2026-11-04T10:00:00+08:00"
    assert suspended["steps"][1]["state"] == "suspended"
    assert items(api.get("/tasks", by="kasubag")) == []
    (waiting,) = items(api.get("/tasks", by="kasubag", state="suspended"))
    assert (waiting["id"], waiting["timeliness"]) == (task, None)
    clock.advance(hours=24)
    api.tokens.clear()  # logins have ended meanwhile
    resumed = body_of(api.post(f"{path}/resume", by="supervisor"))
    assert (resumed["state"], resumed["suspended_at"]) == ("active", None)
    assert resumed["steps"][1]["due_date"] == "2026-11-05T11:00:00+08:00"
    assert resumed["steps"][1]["timeliness"] == "on_track"


def test_nothing_of_a_suspended_case_can_be_done(api: Api, office: Office) -> None:
    task = second_task(office)
    case = body_of(api.get(f"/tasks/{task}", by="kasubag"))["process_instance_id"]
    suspend = f"/process-instances/{case}/suspend"
    api.post(suspend, by="supervisor", reason="Menunggu provinsi")
    for action, by, body in (
        ("claim", "kasubag", {}),
        ("complete", "kasubag", {"variables": {}}),
        ("assign", "supervisor", {"assignee": "kasubag"}),
        ("extend", "supervisor", {"duration": "P1D", "reason": "Rapat"}),
    ):
        answer = api.post(f"/tasks/{task}/{action}", by=by, **body)
        assert problem_of(answer) == (409, "instance-suspended"), action
    again = api.post(suspend, by="supervisor", reason="Menunggu provinsi")
    assert problem_of(again) == (409, "instance-suspended")


def test_a_case_is_suspended_with_a_reason_only_while_it_runs(api: Api) -> None:
    path = f"/process-instances/{api.start()}"
    answer = api.post(f"{path}/suspend", by="supervisor", reason=" ")
    assert wrong_fields(answer).keys() == {"reason"}
    resumed = api.post(f"{path}/resume", by="supervisor")
    assert problem_of(resumed) == (409, "not-suspended")
    api.post(f"{path}/cancel", by="supervisor", reason="Ditarik")
    answer = api.post(f"{path}/suspend", by="supervisor", reason="Menunggu")
    assert problem_of(answer) == (409, "instance-ended")
