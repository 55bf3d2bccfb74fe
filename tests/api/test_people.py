"""Users, positions and holders over HTTP."""

from tests.api.client import Api, body_of, problem_of, wrong_fields


def user(api: Api, username: str) -> str:
    users = body_of(api.get("/users", by="admin"))["items"]
    return str(next(each["id"] for each in users if each["username"] == username))


def position(api: Api, code: str) -> str:
    positions = body_of(api.get("/positions", by="admin"))["items"]
    return str(next(each["id"] for each in positions if each["code"] == code))


def test_a_user_without_a_password_cannot_log_in_until_there_is_one(api: Api) -> None:
    new = api.post("/users", by="admin", username="baru", name="Baru", roles=["actor"])
    assert new.status_code == 201
    assert "password" not in new.text
    assert api.log_in("baru").status_code == 401
    change = {"password": "sepuluh-huruf-atau-lebih"}
    api.call("PATCH", f"/users/{body_of(new)['id']}", by="admin", json=change)
    assert api.log_in("baru").status_code == 201


def test_wrong_fields_of_a_user_are_named(api: Api) -> None:
    answer = api.post("/users", by="admin", username="Baru!", name="Baru", roles=[])
    assert wrong_fields(answer).keys() == {"username"}
    answer = api.post("/users", by="admin", username="baru", name=" ", roles=[])
    assert wrong_fields(answer).keys() == {"name"}
    answer = api.post("/users", by="admin", username="baru", name="Baru", roles=["king"])
    assert wrong_fields(answer).keys() == {"roles.0"}
    answer = api.post("/users", by="admin", username="baru", name="B", roles=[], password="pendek")
    assert wrong_fields(answer).keys() == {"password"}


def test_the_office_keeps_an_admin(api: Api) -> None:
    path = f"/users/{user(api, 'admin')}"
    for change in ({"active": False}, {"roles": ["actor"]}):
        answer = api.call("PATCH", path, by="admin", json=change)
        assert problem_of(answer) == (409, "last-admin")


def test_what_is_not_mentioned_stays(api: Api) -> None:
    before = body_of(api.get("/users/me", by="staf"))
    answer = api.call("PATCH", f"/users/{before['id']}", by="admin", json={"name": "Staf  Umum"})
    after = body_of(answer)
    assert after["name"] == "Staf Umum"
    assert (after["roles"], after["active"]) == (before["roles"], True)


def test_whoever_is_appointed_sees_and_does_the_tasks_of_the_position(api: Api) -> None:
    task = api.open_task(api.start())
    assert api.get(f"/tasks/{task}", by="staf").status_code == 403
    path = f"/positions/{position(api, 'kepala-badan')}/holders"
    appointed = api.post(
        path,
        by="admin",
        user_id=user(api, "staf"),
        held_from="2026-11-04",
        held_until="2026-11-04",
        capacity="plh",
        decree="800/12",
    )
    assert appointed.status_code == 201
    assert body_of(api.get("/users/me", by="staf"))["positions"] == ["kepala-badan", "staf"]
    assert api.get(f"/tasks/{task}", by="staf").status_code == 200
    holding = f"{path}/{body_of(appointed)['id']}"
    earlier = {"held_until": "2026-11-03"}
    wrong = api.call("PATCH", holding, by="admin", json=earlier)
    assert wrong_fields(wrong).keys() == {"held_until"}
    (latest, _) = body_of(api.get(path, by="supervisor"))["items"]
    assert (latest["username"], latest["capacity"]) == ("staf", "plh")
    own = body_of(api.get(f"/users/{user(api, 'staf')}/positions", by="supervisor"))["items"]
    assert [(one["code"], one["capacity"]) for one in own] == [
        ("kepala-badan", "plh"),
        ("staf", "definitive"),
    ]


def test_what_was_entered_wrongly_of_a_holding_can_be_corrected(api: Api) -> None:
    path = f"/positions/{position(api, 'staf')}/holders"
    (holding,) = body_of(api.get(path, by="admin"))["items"]
    correct = {"held_from": "2026-11-04", "capacity": "plt", "decree": "800/7", "held_until": None}
    answer = api.call("PATCH", f"{path}/{holding['id']}", by="admin", json=correct)
    assert {name: body_of(answer)[name] for name in correct} == correct
    only_its_end = {"held_until": "2026-12-31"}
    answer = api.call("PATCH", f"{path}/{holding['id']}", by="admin", json=only_its_end)
    after = {name: body_of(answer)[name] for name in correct}
    assert after == {**correct, **only_its_end}
    without = {"held_until": None, "decree": ""}
    answer = api.call("PATCH", f"{path}/{holding['id']}", by="admin", json=without)
    assert body_of(answer)["decree"] is None


def test_the_office_of_today_tells_who_holds_what_and_which_lane_nobody_holds(api: Api) -> None:
    before = body_of(api.get("/positions/today", by="supervisor"))
    holders = {
        one["code"]: [who["username"] for who in one["holders"]] for one in before["positions"]
    }
    assert holders["sekretaris"] == ["sekretaris"]
    assert before["unheld_lanes"] == []
    api.call("PATCH", f"/users/{user(api, 'sekretaris')}", by="admin", json={"active": False})
    (lane,) = body_of(api.get("/positions/today", by="admin"))["unheld_lanes"]
    assert (lane["code"], lane["name"]) == ("sekretaris", "Sekretaris")
    assert lane["position_id"] == position(api, "sekretaris")


def test_a_holding_is_over_after_its_last_day(api: Api) -> None:
    path = f"/positions/{position(api, 'staf')}/holders"
    (holding,) = body_of(api.get(path, by="admin"))["items"]
    change = {"json": {"held_until": "2026-11-03"}}
    assert api.call("PATCH", f"{path}/{holding['id']}", by="admin", **change).status_code == 200
    assert body_of(api.get("/users/me", by="staf"))["positions"] == []


def test_a_position_keeps_its_code_when_it_is_renamed(api: Api) -> None:
    path = f"/positions/{position(api, 'staf')}"
    assert body_of(api.call("PATCH", path, by="admin", json={"name": "Staf Umum"})) == {
        "id": path.rsplit("/", 1)[1],
        "code": "staf",
        "name": "Staf Umum",
    }
    answer = api.call("PATCH", path, by="admin", json={"name": "x", "code": "y"})
    assert wrong_fields(answer).keys() == {"code"}
