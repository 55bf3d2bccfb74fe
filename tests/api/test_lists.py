"""Lists: pages that together hold every row exactly once."""

import base64
import json
from typing import Any
from uuid import UUID

import pytest

from engine.config import Settings
from engine.model import new_id
from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.api.rows import add_incident, add_notification
from tests.clock import TestClock
from tests.office import Office


def walk(
    api: Api, path: str, by: str, limit: int, *, key: str = "id", **query: object
) -> list[Any]:
    """Return the ids of all items, page by page; `key` is the field that tells them apart."""
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = body_of(api.get(path, by=by, limit=limit, **query, **cursor))
        assert len(page["items"]) <= limit
        found += [item[key] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("sort", ["due_date", "-due_date", "created_at", "-created_at"])
def test_a_cursor_walks_every_task_once_in_order(api: Api, clock: TestClock, sort: str) -> None:
    for number in range(7):
        api.start(f"LAKIP/{number}")
        if number % 2:
            clock.advance(minutes=1)
    whole = walk(api, "/tasks", "supervisor", 200, sort=sort)
    assert len(set(whole)) == 7
    assert walk(api, "/tasks", "supervisor", 2, sort=sort) == whole
    assert walk(api, "/tasks", "supervisor", 7, sort=sort) == whole


def test_a_cursor_walks_every_case_user_position_and_event_once(api: Api) -> None:
    cases = [api.start(f"LAKIP/{number}") for number in range(5)]
    assert sorted(walk(api, "/process-instances", "supervisor", 2)) == sorted(cases)
    for path, by in (
        ("/users", "admin"),
        ("/positions", "staf"),
        (f"/process-instances/{cases[0]}/history", "supervisor"),
    ):
        whole = walk(api, path, by, 200)
        assert walk(api, path, by, 1) == whole
        assert len(set(whole)) == len(whole) > 1


def test_a_cursor_walks_every_notification_and_incident_once(api: Api, office: Office) -> None:
    for number in range(3):
        task = office.start(f"LAKIP/{number}").task("Memerintahkan").id
        add_notification(office.database, task, to="staf")
        add_incident(office.database, task, f"mail:{new_id()}")
    for path, by, key in (("/notifications", "staf", "id"), ("/incidents", "supervisor", "key")):
        whole = walk(api, path, by, 200, key=key)
        assert walk(api, path, by, 1, key=key) == whole
        assert len(set(whole)) == len(whole) == 3


def test_a_cursor_walks_every_revision_once_the_newest_first(api: Api, settings: Settings) -> None:
    file = settings.calendar.read_text(encoding="utf-8")
    for number in (2, 3):
        api.post("/calendar-revisions", by="admin", file=f"{file}# {number}\n")
    assert walk(api, "/calendar-revisions", "staf", 1, key="number") == [3, 2, 1]


MOST_URGENT = "Task.due_at,Task.id"
"""What a cursor of the worklist begins with."""


def forged(*key: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%%%",
        "bm90IGpzb24",
        forged(),
        forged(MOST_URGENT),
        forged(MOST_URGENT, "2026-11-04T01:00:00+00:00"),
        forged(MOST_URGENT, "gestern", "x"),
        forged(MOST_URGENT, "0001-01-01T00:00:00+23:59", "00000000-0000-7000-8000-000000000000"),
        forged(MOST_URGENT, 1, 2),
        forged(MOST_URGENT, "\0", "\ud800"),
        base64.urlsafe_b64encode(b"[" * 1000).decode(),
    ],
)
def test_a_cursor_of_nowhere_is_refused(api: Api, cursor: str) -> None:
    for path in ("/tasks", "/process-instances"):
        answer = api.get(path, by="supervisor", cursor=cursor)
        assert problem_of(answer) == (422, "invalid-cursor")


def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    cursor = forged("-Task.due_at,-Task.id", "2026-11-04T01:00:00+00:00", str(UUID(int=1)))
    answer = api.get("/tasks", by="supervisor", cursor=cursor)
    assert problem_of(answer) == (422, "invalid-cursor")
    assert api.get("/tasks", by="supervisor", cursor=cursor, sort="-due_date").status_code == 200


@pytest.mark.parametrize("number", ["x", "", "99999999999999999999"])
def test_a_number_that_no_revision_can_have_is_refused(api: Api, number: str) -> None:
    cursor = forged("-CalendarRevision.number", number)
    answer = api.get("/calendar-revisions", by="staf", cursor=cursor)
    assert problem_of(answer) == (422, "invalid-cursor")


def test_a_naive_moment_in_a_forged_cursor_does_no_harm(api: Api) -> None:
    cursor = forged(MOST_URGENT, "2026-11-04T01:00:00", "00000000-0000-7000-8000-000000000000")
    assert api.get("/tasks", by="supervisor", cursor=cursor).status_code == 200


def test_a_limit_is_between_1_and_200(api: Api) -> None:
    assert wrong_fields(api.get("/users", by="admin", limit=201)).keys() == {"limit"}
