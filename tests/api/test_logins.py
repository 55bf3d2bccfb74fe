"""Tokens: how they come, and when they end."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from engine.config import Settings
from engine.repository import failed_logins
from engine.tokens import ATTEMPT_WINDOW
from tests.api.client import Api, body_of, problem_of
from tests.clock import TestClock
from tests.office import Office

WRONG = "bukan-kata-sandinya"


def test_a_token_says_when_it_ends_in_the_zone_of_the_office(api: Api) -> None:
    assert body_of(api.log_in("staf"))["expires_at"] == "2026-11-04T21:00:00+08:00"


def test_a_token_is_good_until_it_expires(api: Api, clock: TestClock) -> None:
    assert api.get("/users/me", by="staf").status_code == 200
    clock.advance(hours=12)
    answer = api.get("/users/me", by="staf")
    assert problem_of(answer) == (401, "not-logged-in")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="alur"'


def test_logging_out_ends_this_login_and_no_other(api: Api) -> None:
    other = Api(api.app)
    assert other.get("/users/me", by="staf").status_code == 200
    assert api.call("DELETE", "/tokens/current", by="staf").status_code == 204
    assert api.get("/users/me", by="staf").status_code == 401
    assert other.get("/users/me", by="staf").status_code == 200


def test_deactivation_ends_all_logins_and_forbids_new_ones(api: Api) -> None:
    me = body_of(api.get("/users/me", by="staf"))
    api.call("PATCH", f"/users/{me['id']}", by="admin", json={"active": False})
    assert api.get("/users/me", by="staf").status_code == 401
    assert problem_of(api.log_in("staf")) == (401, "wrong-credentials")


def test_a_new_password_ends_all_logins(api: Api) -> None:
    other = Api(api.app)
    other.token("staf")
    body = {"present": "sepuluh-huruf-atau-lebih", "new": "kata-sandi-yang-baru"}
    assert api.call("PUT", "/users/me/password", by="staf", json=body).status_code == 204
    assert api.get("/users/me", by="staf").status_code == 401
    assert other.get("/users/me", by="staf").status_code == 401
    assert api.log_in("staf", "kata-sandi-yang-baru").status_code == 201


def test_the_present_password_has_to_be_right(api: Api) -> None:
    body = {"present": WRONG, "new": "kata-sandi-yang-baru"}
    answer = api.call("PUT", "/users/me/password", by="staf", json=body)
    assert problem_of(answer) == (403, "wrong-password")


def test_unknown_users_and_wrong_passwords_look_the_same(api: Api) -> None:
    wrong, unknown = api.log_in("staf", WRONG), api.log_in("siapa", WRONG)
    assert wrong.data == unknown.data


def test_processes_share_the_limit_of_failed_logins(
    open_app: Callable[[Settings], Flask],
    settings: Settings,
    office: Office,  # noqa: ARG001 — its people log in
    clock: TestClock,
) -> None:
    strict = replace(settings, login_attempts=4)
    one, other = Api(open_app(strict)), Api(open_app(strict))
    for each in (one, other, one, other):
        assert each.log_in("staf", WRONG).status_code == 401
    for each in (one, other):
        answer = each.log_in("staf")
        assert problem_of(answer) == (429, "too-many-logins")
        assert answer.headers["Retry-After"] == "900"
    clock.advance(minutes=16)
    assert other.log_in("staf").status_code == 201


@pytest.mark.parametrize(("trusted", "address"), [(0, "127.0.0.1"), (1, "10.0.0.7")])
def test_only_a_trusted_proxy_says_who_is_calling(
    open_app: Callable[[Settings], Flask],
    settings: Settings,
    *,
    office: Office,
    trusted: int,
    address: str,
) -> None:
    api = Api(open_app(replace(settings, trusted_proxies=trusted)))
    login = {"username": "staf", "password": WRONG}
    api.call("POST", "/tokens", json=login, headers={"X-Forwarded-For": "10.0.0.7"})
    with office.database.read() as tx:
        since = tx.now - ATTEMPT_WINDOW
        assert failed_logins(tx, username="staf", address=address, since=since) == (1, 1)


def test_only_a_bearer_token_logs_in(api: Api) -> None:
    token = api.token("staf")
    for header in ("", "Bearer", "Bearer ", f"Basic {token}", token, "Bearer ä", "Bearer x y"):
        answer = api.call("GET", "/users/me", headers={"Authorization": header})
        assert problem_of(answer) == (401, "not-logged-in"), header
