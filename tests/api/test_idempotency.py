"""A client that lost an answer gets it again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.office import KEY

CASE = {"process_definition_key": KEY, "business_key": "LAKIP/2026/III"}


def start(api: Api, key: str | None, by: str = "supervisor", **changed: str) -> TestResponse:
    return api.post("/process-instances", by=by, key=key, **{**CASE, **changed})


def cases(api: Api) -> int:
    return len(body_of(api.get("/process-instances", by="supervisor"))["items"])


def test_a_repeated_request_gets_its_own_answer_byte_by_byte_and_has_one_effect(api: Api) -> None:
    first, again = start(api, "k1"), start(api, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert cases(api) == 1


def test_completing_again_with_the_key_is_the_success_and_without_it_a_conflict(api: Api) -> None:
    path = f"/tasks/{api.open_task(api.start())}/complete"
    first = api.post(path, by="kepala.badan", key="selesai", variables={})
    again = api.post(path, by="kepala.badan", key="selesai", variables={})
    assert first.status_code == again.status_code == 200
    assert first.data == again.data
    assert problem_of(api.post(path, by="kepala.badan")) == (409, "task-not-open")


def test_a_change_is_replayed_too(api: Api) -> None:
    user = body_of(api.post("/users", by="admin", username="baru", name="Baru", roles=[]))["id"]

    def deactivate() -> TestResponse:
        key = {"Idempotency-Key": "k"}
        return api.call("PATCH", f"/users/{user}", by="admin", headers=key, json={"active": False})

    first, again = deactivate(), deactivate()
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_key_of_one_request_is_refused_for_another(api: Api) -> None:
    start(api, "k1")
    assert wrong_fields(start(api, "k1", business_key="LAKIP/2026/IV")).keys() == {
        "Idempotency-Key"
    }
    assert cases(api) == 1


def test_two_users_may_make_up_the_same_key(api: Api) -> None:
    assert start(api, "k1").status_code == 201
    other = start(api, "k1", by="kepala.badan")
    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other.headers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_password_leaves_no_trace_in_what_is_stored_of_a_request(api: Api) -> None:
    def create(name: str, password: str) -> TestResponse:
        fields = {"username": "baru", "name": name, "roles": [], "password": password}
        return api.post("/users", by="admin", key="k", **fields)

    first, other = create("Baru", "kata-sandi-satu"), create("Baru", "kata-sandi-dua")
    assert first.status_code == 201
    assert other.headers["Idempotency-Replayed"] == "true"  # only the password differs
    assert api.log_in("baru", "kata-sandi-satu").status_code == 201
    assert wrong_fields(create("Lain", "kata-sandi-satu")).keys() == {"Idempotency-Key"}


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    assert start(api, "k1", business_key="").status_code == 422
    assert start(api, "k1").status_code == 201


def test_two_requests_with_one_key_at_once_have_one_effect(api: Api) -> None:
    api.token("supervisor")
    together = Barrier(2)

    def request() -> TestResponse:
        together.wait(timeout=30)
        return start(api, "k1")

    with ThreadPoolExecutor(2) as threads:
        one, other = [future.result() for future in [threads.submit(request) for _ in range(2)]]
    assert one.status_code == other.status_code == 201
    assert one.data == other.data
    assert ["Idempotency-Replayed" in each.headers for each in (one, other)].count(True) == 1
    assert cases(api) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["x" * 201, "kunci-é", "a\tb"])
def test_a_key_is_at_most_200_printable_ascii_characters(api: Api, key: str) -> None:
    assert wrong_fields(start(api, key)).keys() == {"Idempotency-Key"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_form_sent_again_with_another_boundary_is_the_same_request(api: Api) -> None:
    def deploy(boundary: str) -> TestResponse:
        form = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.bpmn"'
            f"\r\n\r\n<x/>\r\n--{boundary}--\r\n"
        )
        return api.call(
            "POST",
            "/process-definitions",
            by="pemilik.proses",
            data=form.encode(),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": "k"},
        )

    assert problem_of(deploy("aaa")) == problem_of(deploy("bbb")) == (422, "diagram-refused")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_login_is_never_stored(api: Api) -> None:
    body = {"username": "staf", "password": "salah-sekali-lagi"}
    for _ in range(2):
        answer = api.post("/tokens", key="k", **body)
        assert answer.status_code == 401
        assert "Idempotency-Replayed" not in answer.headers
