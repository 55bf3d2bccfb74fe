"""Calendars over HTTP: why something is due when it is, and what a new revision would move."""

import pytest

from engine.config import Settings
from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.office import Office

CLOSED = """
[[calendars.kantor.closed]]
from = 2026-11-05
reason = "Hari jadi kabupaten"
decree = "Keputusan Bupati Nomor 1 Tahun 2026"
"""
"""The Thursday after the day on which the clock of the tests stands."""
ONE_DAY_STEP = "Mengoreksi"


@pytest.fixture
def file(settings: Settings) -> str:
    """The calendar file of the office with a day off that it did not have before."""
    return settings.calendar.read_text(encoding="utf-8") + CLOSED


def test_the_calendars_are_listed_with_the_revision_in_force(api: Api) -> None:
    shown = body_of(api.get("/calendars", by="staf"))
    assert shown["items"] == [
        {"name": "24jam", "zone": "Asia/Makassar", "default": False},
        {"name": "kantor", "zone": "Asia/Makassar", "default": True},
    ]
    revision = shown["revision"]
    assert (revision["number"], revision["created_by"]) == (1, "system")
    assert revision["created_at"] == "2026-11-04T09:00:00+08:00"
    assert body_of(api.get("/calendar-revisions", by="staf"))["items"] == [revision]


def test_three_working_days_over_nyepi_and_idul_fitri_end_ten_days_later(api: Api) -> None:
    answer = api.get(
        "/calendars/kantor/due", by="staf", start="2026-03-17T09:00:00+08:00", duration="P3D"
    )
    shown = body_of(answer)
    assert shown["due"] == "2026-03-27T09:00:00+08:00"
    assert (shown["calendar"], shown["revision"]) == ("kantor", 1)
    assert (shown["estimated"], shown["years_without_decree"]) == (False, [])
    days = [(one["from"][:10], one["to"][:10], one["reason"]["id"]) for one in shown["skipped"]]
    assert days == [
        ("2026-03-18", "2026-03-19", "Cuti Bersama Hari Suci Nyepi"),
        ("2026-03-19", "2026-03-20", "Hari Suci Nyepi"),
        ("2026-03-20", "2026-03-21", "Cuti Bersama Hari Raya Idul Fitri"),
        ("2026-03-21", "2026-03-22", "Hari Raya Idul Fitri"),
        ("2026-03-22", "2026-03-23", "Hari kedua dari Hari Raya Idul Fitri"),
        ("2026-03-23", "2026-03-25", "Cuti Bersama Hari Raya Idul Fitri"),
    ]
    assert shown["skipped"][1]["reason"]["en"] == "Day of Silence"


def test_what_begins_now_in_plain_time_skips_nothing(api: Api) -> None:
    shown = body_of(api.get("/calendars/24jam/due", by="staf", duration="P2DT1H"))
    assert shown["due"] == "2026-11-06T10:00:00+08:00"
    assert shown["skipped"] == []


def test_a_deadline_that_may_still_move_says_so(api: Api) -> None:
    start = {"start": "2040-10-01T09:00:00+08:00"}
    shown = body_of(api.get("/calendars/kantor/due", by="staf", duration="P10D", **start))
    assert shown["estimated"] is True
    assert any("(perkiraan)" in one["reason"]["id"] for one in shown["skipped"])
    assert shown["years_without_decree"] == [2040]


def test_an_unknown_calendar_is_404_and_names_the_known_ones(api: Api) -> None:
    answer = api.get("/calendars/puskesmas/due", by="staf", duration="P3D")
    assert problem_of(answer) == (404, "calendar-not-found")
    assert body_of(answer)["known"] == ["24jam", "kantor"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "duration"),
        ({"duration": ""}, "duration"),
        ({"duration": "P0D"}, "duration"),
        ({"duration": "P1.5D"}, "duration"),
        ({"duration": "P11Y"}, "duration"),
        ({"duration": "P1D", "start": "2026-03-17T09:00:00"}, "start"),
        ({"duration": "P1D", "start": "1969-12-31T23:59:59Z"}, "start"),
    ],
)
def test_a_wrong_question_is_refused_by_field(
    api: Api, query: dict[str, object], field: str
) -> None:
    answer = api.get("/calendars/kantor/due", by="staf", **query)
    assert wrong_fields(answer).keys() == {field}


def test_a_preview_tells_which_deadlines_would_move_and_moves_none(
    api: Api, office: Office, file: str
) -> None:
    slow, quick = office.start("LAMA"), office.start("CEPAT")
    slow.play(until=ONE_DAY_STEP)
    answer = api.post("/calendar-revisions/preview", by="admin", file=file)
    assert answer.status_code == 200
    task = slow.task(ONE_DAY_STEP)
    assert body_of(answer) == {
        "changed": True,
        "open_deadlines": 2,
        "moved": 1,
        "moves": [
            {
                "task_id": str(task.id),
                "process_instance_id": str(slow.id),
                "business_key": "LAMA",
                "step": task.name,
                "due_date": "2026-11-05T09:00:00+08:00",
                "moved_to": "2026-11-06T09:00:00+08:00",
            }
        ],
    }
    assert slow.task(ONE_DAY_STEP).due_at == task.due_at
    assert quick.task("Memerintahkan").calendar_revision == 1
    assert body_of(api.get("/calendars", by="staf"))["revision"]["number"] == 1


def test_applying_moves_open_deadlines_and_each_history_says_so(
    api: Api, office: Office, file: str
) -> None:
    case = office.start()
    case.play(until=ONE_DAY_STEP)
    answer = api.post("/calendar-revisions", by="admin", file=file)
    assert answer.status_code == 201
    assert (body_of(answer)["number"], body_of(answer)["created_by"]) == (2, "admin")
    (task,) = body_of(api.get("/tasks", by="supervisor"))["items"]
    assert task["due_date"] == "2026-11-06T09:00:00+08:00"
    events = body_of(api.get(f"/process-instances/{case.id}/history", by="supervisor"))["items"]
    assert (events[-1]["type"], events[-1]["detail"]["calendar_revision"]) == ("deadline_moved", 2)
    explained = body_of(api.get(f"/tasks/{task['id']}", by="supervisor"))["deadline"]
    assert [one["reason"]["id"] for one in explained["skipped"]] == [
        "Hari jadi kabupaten, Keputusan Bupati Nomor 1 Tahun 2026"
    ]


def test_what_is_in_force_already_is_no_new_revision(api: Api, file: str) -> None:
    nothing = api.post("/calendar-revisions", by="admin")
    assert (nothing.status_code, body_of(nothing)["number"]) == (200, 1)
    for status in (201, 200):
        answer = api.post("/calendar-revisions", by="admin", file=file)
        assert (answer.status_code, body_of(answer)["number"]) == (status, 2)
    preview = body_of(api.post("/calendar-revisions/preview", by="admin"))
    assert (preview["changed"], preview["moves"]) == (False, [])
    shown = body_of(api.get("/calendar-revisions", by="staf"))["items"]
    assert [one["number"] for one in shown] == [2, 1]


@pytest.mark.parametrize("path", ["/calendar-revisions", "/calendar-revisions/preview"])
def test_a_wrong_calendar_is_refused_by_its_key_and_changes_nothing(api: Api, path: str) -> None:
    wrong = api.post(path, by="admin", file='default = "kantor"\n')
    assert wrong_fields(wrong) == {"calendars": "is missing"}
    assert problem_of(api.post(path, by="admin", file="= senin")) == (422, "invalid-calendar")
    assert body_of(api.get("/calendars", by="staf"))["revision"]["number"] == 1
