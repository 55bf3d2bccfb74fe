"""The SOP over HTTP: start, worklist, take, complete, cancel, and what is overdue."""

from datetime import datetime

import pytest

from engine.repository import TASK_ORDERS
from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.clock import TestClock
from tests.office import STEPS, Office


def test_the_sop_is_worked_through_by_its_four_actors(api: Api) -> None:
    case = api.start()
    for name, actor in STEPS:
        (task,) = body_of(api.get("/tasks", by=actor, process_instance_id=case))["items"]
        assert task["name"].startswith(name)
        done = body_of(api.post(f"/tasks/{task['id']}/complete", by=actor, variables={}))
        assert done["task"]["state"] == "completed"
        assert done["task"]["completed_by"] == actor
    assert done["instance_state"] == "completed"
    shown = body_of(api.get(f"/process-instances/{case}", by="supervisor"))
    assert [step["state"] for step in shown["steps"]] == ["completed"] * 10
    assert [step["late_minutes"] for step in shown["steps"]] == [0] * 10


def test_completing_tells_the_caller_their_next_tasks(api: Api) -> None:
    case = api.start()
    first = api.open_task(case)
    assert body_of(api.post(f"/tasks/{first}/complete", by="kepala.badan"))["next_tasks"] == []
    second = api.open_task(case)
    api.post(f"/tasks/{second}/complete", by="kasubag")
    third = api.open_task(case)
    (following,) = body_of(api.post(f"/tasks/{third}/complete", by="staf"))["next_tasks"]
    assert following["name"].startswith("Menghimpun")


def test_a_task_shows_its_mutu_baku_its_due_date_and_its_form(api: Api, office: Office) -> None:
    case = office.start()
    case.play(until="Mengoreksi")
    (task,) = case.open_tasks()
    shown = body_of(api.get(f"/tasks/{task.id}", by="sekretaris"))
    assert shown["required_documents"] == "Capaian Kinerja Triwulan"
    assert shown["time_standard"] == "P1D"
    assert shown["due_date"] == "2026-11-05T09:00:00+08:00"
    assert (shown["overdue"], shown["late_minutes"]) == (False, 0)
    (field,) = shown["fields"]
    assert field["type"] == "boolean"
    assert field["id"] in shown["form"]["properties"]


def test_a_wrong_form_is_refused_by_field_and_the_task_stays_open(api: Api, office: Office) -> None:
    case = office.start()
    case.play(until="Mengoreksi")
    (task,) = case.open_tasks()
    (field,) = body_of(api.get(f"/tasks/{task.id}", by="sekretaris"))["fields"]
    path = f"/tasks/{task.id}/complete"
    answer = api.post(path, by="sekretaris", variables={field["id"]: "ya"})
    assert wrong_fields(answer).keys() == {field["id"]}
    assert [each.id for each in case.open_tasks()] == [task.id]


def test_overdue_tasks_are_listed_and_counted_without_a_worker(
    api: Api, office: Office, clock: TestClock
) -> None:
    late, fresh = office.start("LAMA"), office.start("BARU")
    late.complete("Memerintahkan", by="kepala.badan")
    clock.advance(minutes=30)
    shown = body_of(api.get("/tasks", by="supervisor", overdue="true"))["items"]
    assert [task["process_instance_id"] for task in shown] == [str(fresh.id)]
    assert (shown[0]["overdue"], shown[0]["late_minutes"]) == (True, 20)
    others = body_of(api.get("/tasks", by="supervisor", overdue="false"))["items"]
    assert [task["process_instance_id"] for task in others] == [str(late.id)]
    report = body_of(api.get("/reports/overdue", by="supervisor"))
    assert report["total"] == 1
    assert [one["worst_minutes"] for one in report["by_actor"]] == [20]


def test_a_task_completed_late_stays_known_as_late(
    api: Api, office: Office, clock: TestClock
) -> None:
    case = office.start()
    clock.advance(minutes=30)
    case.complete("Memerintahkan", by="kepala.badan")
    shown = body_of(api.get("/tasks", by="supervisor", state="completed"))["items"]
    assert [(task["overdue"], task["late_minutes"]) for task in shown] == [(False, 20)]


def test_a_claimed_task_is_left_alone_until_it_is_given_back(api: Api) -> None:
    task = api.open_task(api.start())
    assert body_of(api.post(f"/tasks/{task}/claim", by="kepala.badan"))["assignee"] == (
        "kepala.badan"
    )
    mine = body_of(api.get("/tasks", by="kepala.badan", assignee="me"))["items"]
    assert [each["id"] for each in mine] == [task]
    assert body_of(api.post(f"/tasks/{task}/unclaim", by="supervisor"))["assignee"] is None


def test_only_a_holder_of_the_position_can_be_assigned(api: Api) -> None:
    task = api.open_task(api.start())
    path = f"/tasks/{task}/assign"
    assert wrong_fields(api.post(path, by="supervisor", assignee="staf")).keys() == {"assignee"}
    answer = api.post(path, by="supervisor", assignee="kepala.badan")
    assert body_of(answer)["assignee"] == "kepala.badan"


def test_a_cancelled_case_has_no_tasks_and_knows_the_reason(api: Api) -> None:
    case = api.start()
    path = f"/process-instances/{case}/cancel"
    assert wrong_fields(api.post(path, by="supervisor", reason=" ")).keys() == {"reason"}
    assert body_of(api.post(path, by="supervisor", reason="Ditarik"))["state"] == "cancelled"
    assert body_of(api.get("/tasks", by="supervisor"))["items"] == []
    events = body_of(api.get(f"/process-instances/{case}/history", by="supervisor"))["items"]
    assert events[-1]["type"] == "instance_cancelled"
    assert events[-1]["detail"] == {"reason": "Ditarik"}
    answer = api.post(path, by="supervisor", reason="Lagi")
    assert problem_of(answer) == (409, "instance-ended")
    assert body_of(answer)["state"] == "cancelled"


def test_the_history_says_who_and_when_in_the_zone_of_the_office(api: Api) -> None:
    case = api.start()
    api.post(f"/tasks/{api.open_task(case)}/complete", by="kepala.badan")
    events = body_of(api.get(f"/process-instances/{case}/history", by="supervisor"))["items"]
    assert events[0]["type"] == "instance_started"
    assert {event["at"] for event in events} == {"2026-11-04T09:00:00+08:00"}
    (completed,) = [event for event in events if event["type"] == "task_completed"]
    assert completed["actor"] == "kepala.badan"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"business_key": "A"}, ["A"]),
        ({"started_by": "me"}, ["A", "B"]),
        ({"started_by": "kepala.badan"}, []),
        ({"mine": "true"}, ["A", "B"]),
        ({"state": "completed"}, []),
        ({"started_before": "2026-11-04T09:00:00+08:00"}, []),
        ({"started_after": "2026-11-04T01:00:00Z"}, ["B"]),
        ({"process_definition_key": "lain"}, []),
    ],
)
def test_cases_are_searched(
    api: Api, clock: TestClock, query: dict[str, object], found: list[str]
) -> None:
    api.start("A")
    clock.advance(minutes=1)
    api.start("B")
    shown = body_of(api.get("/process-instances", by="supervisor", **query))["items"]
    assert sorted(case["business_key"] for case in shown) == found


def test_tasks_are_searched_by_due_date(api: Api) -> None:
    api.start()
    (task,) = body_of(api.get("/tasks", by="supervisor"))["items"]
    due = task["due_date"]
    assert datetime.fromisoformat(due).utcoffset() is not None
    for name, found in (("due_before", 0), ("due_after", 0)):
        answer = api.get("/tasks", by="supervisor", **{name: due})
        assert len(body_of(answer)["items"]) == found
    later = "2026-11-04T09:10:01+08:00"
    assert len(body_of(api.get("/tasks", by="supervisor", due_before=later))["items"]) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_order_of_the_engine_is_offered(api: Api) -> None:
    for sort in TASK_ORDERS:
        assert api.get("/tasks", by="staf", sort=sort).status_code == 200
