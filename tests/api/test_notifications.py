"""Notifications over HTTP: one's own list, and where mails are wanted."""

from typing import Any

import pytest

from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.office import KEY, Office, PlayedCase

ALL_RUNGS = ["at_risk", "overdue", "long_overdue"]


def told(api: Api, by: str, **query: object) -> list[dict[str, Any]]:
    """Return the notifications of a user, the latest first."""
    found = body_of(api.get("/notifications", by=by, **query))["items"]
    assert isinstance(found, list)
    return found


def overdue(office: Office) -> PlayedCase:
    """Return a case whose first step is overdue; its actor and the supervisor have been told."""
    case = office.start()
    office.wait("PT10M")
    office.fire()
    return case


def test_a_notification_tells_the_step_and_the_case_as_they_stand(api: Api, office: Office) -> None:
    case = overdue(office)
    task = case.task("Memerintahkan")
    (shown,) = told(api, "kepala.badan")
    assert shown.pop("id")
    assert shown == {
        "rung": "overdue",
        "created_at": "2026-11-04T09:10:01+08:00",
        "read_at": None,
        "task": {
            "id": str(task.id),
            "name": task.name,
            "due_date": "2026-11-04T09:10:00+08:00",
            "timeliness": "overdue",
            "state": "open",
        },
        "case": {
            "id": str(case.id),
            "business_key": "LAKIP/2026/III",
            "process_definition_key": KEY,
            "process_definition_name": shown["case"]["process_definition_name"],
        },
    }
    case.complete("Memerintahkan", by="kepala.badan")
    (later,) = told(api, "kepala.badan")
    assert (later["task"]["state"], later["task"]["timeliness"]) == ("completed", None)


def test_everybody_sees_only_their_own(api: Api, office: Office) -> None:
    overdue(office)
    assert [one["rung"] for one in told(api, "supervisor")] == ["overdue"]
    assert told(api, "staf") == []
    (mine,) = told(api, "kepala.badan")
    answer = api.post(f"/notifications/{mine['id']}/read", by="supervisor")
    assert problem_of(answer) == (404, "notification-not-found")
    assert told(api, "kepala.badan", unread="true") == [mine]


def test_what_was_read_stays_read_since_then(api: Api, office: Office) -> None:
    overdue(office)
    (mine,) = told(api, "kepala.badan")
    path = f"/notifications/{mine['id']}/read"
    read = body_of(api.post(path, by="kepala.badan"))
    assert read == {**mine, "read_at": "2026-11-04T09:10:01+08:00"}
    office.wait("PT1M")
    assert body_of(api.post(path, by="kepala.badan"))["read_at"] == read["read_at"]
    assert told(api, "kepala.badan", unread="true") == []
    assert [one["id"] for one in told(api, "kepala.badan", unread="false")] == [mine["id"]]


def test_reading_all_tells_how_many_and_leaves_others_alone(api: Api, office: Office) -> None:
    overdue(office)
    overdue(office)
    unread = len(told(api, "supervisor", unread="true"))
    assert unread > 1
    assert body_of(api.post("/notifications/read", by="supervisor")) == {"marked": unread}
    assert body_of(api.post("/notifications/read", by="supervisor")) == {"marked": 0}
    assert told(api, "supervisor", unread="true") == []
    assert told(api, "kepala.badan", unread="true") != []


def test_a_user_without_preferences_wants_a_mail_of_every_rung(api: Api) -> None:
    me = body_of(api.get("/users/me", by="staf"))
    assert (me["email"], me["mail_rungs"]) == (None, ALL_RUNGS)


def test_everybody_changes_their_own_preferences_one_by_one(api: Api) -> None:
    def change(**body: object) -> tuple[object, object]:
        answer = api.call("PATCH", "/users/me/preferences", by="staf", json=body)
        assert answer.status_code == 200, answer.text
        shown = body_of(api.get("/users/me", by="staf"))
        assert body_of(answer) == shown
        return shown["email"], shown["mail_rungs"]

    assert change(email="staf@kantor.go.id") == ("staf@kantor.go.id", ALL_RUNGS)
    rungs = ["long_overdue", "overdue"]
    assert change(mail_rungs=rungs) == ("staf@kantor.go.id", ["overdue", "long_overdue"])
    assert change(email="") == (None, ["overdue", "long_overdue"])
    assert change(mail_rungs=[]) == (None, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "staf"}, "email"),
        ({"email": "staf@kantor.go.id\nBcc: x@y"}, "email"),
        ({"mail_rungs": ["soon"]}, "mail_rungs.0"),
        ({"mail_rungs": ["overdue"] * 4}, "mail_rungs"),
    ],
)
def test_a_wrong_preference_is_refused_by_field(
    api: Api, body: dict[str, object], field: str
) -> None:
    answer = api.call("PATCH", "/users/me/preferences", by="staf", json=body)
    assert wrong_fields(answer).keys() == {field}


def test_an_admin_sets_and_removes_an_address(api: Api) -> None:
    answer = api.post(
        "/users", by="admin", username="baru", name="Baru", roles=[], email="baru@kantor.go.id"
    )
    user = body_of(answer)
    assert (user["email"], user["mail_rungs"]) == ("baru@kantor.go.id", ALL_RUNGS)
    path = f"/users/{user['id']}"
    kept = api.call("PATCH", path, by="admin", json={"name": "Lama"})
    assert body_of(kept)["email"] == "baru@kantor.go.id"
    wrong = api.call("PATCH", path, by="admin", json={"email": "@"})
    assert wrong_fields(wrong).keys() == {"email"}
    removed = api.call("PATCH", path, by="admin", json={"email": ""})
    assert body_of(removed)["email"] is None
