"""Tokens: how they come, and when they end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine import passwords, people, repository, tokens
from engine.config import Settings
from engine.permissions import SYSTEM
from engine.repository import failed_logins
from engine.tokens import ATTEMPT_WINDOW
from tests.api.client import PASSWORD, Api, body_of, problem_of
from tests.clock import TestClock
from tests.integration.races import at_once
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


def test_guessing_the_present_password_is_limited_like_logging_in(
    open_app: Callable[[Settings], Flask],
    settings: Settings,
    office: Office,  # noqa: ARG001 — its people log in
) -> None:
    api = Api(open_app(replace(settings, login_attempts=3)))

    def change(present: str) -> TestResponse:
        body = {"present": present, "new": "kata-sandi-yang-baru"}
        return api.call("PUT", "/users/me/password", by="staf", json=body)

    for _ in range(3):
        assert problem_of(change(WRONG)) == (403, "wrong-password")
    assert problem_of(change(PASSWORD)) == (429, "too-many-logins")
    assert problem_of(api.log_in("staf")) == (429, "too-many-logins")


def test_logging_out_again_is_no_error(api: Api) -> None:
    token = api.token("staf")
    for each in (token, token, "never-issued"):
        header = {"Authorization": f"Bearer {each}"}
        assert api.call("DELETE", "/tokens/current", headers=header).status_code == 204
    assert problem_of(api.call("DELETE", "/tokens/current")) == (401, "not-logged-in")


def guess(office: Office, password: str, *, allowed: int = 10) -> tokens.Login:
    lifetime = timedelta(hours=1)
    return tokens.login(
        office.database, "staf", password, address="test", allowed=allowed, lifetime=lifetime
    )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_guessing_in_parallel_checks_no_more_passwords_than_are_allowed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def matches(password: str, _: str | None) -> bool:
        checked.append(password)
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    results = at_once(lambda number: guess(office, f"tebakan-{number}"), 30)
    kinds = {type(result) for result in results}
    assert kinds <= {tokens.WrongCredentials, tokens.TooManyLogins}
    assert len(checked) <= 10


def test_a_refused_attempt_does_not_prolong_the_refusal(office: Office, clock: TestClock) -> None:
    with pytest.raises(tokens.WrongCredentials):
        guess(office, WRONG, allowed=1)
    clock.advance(minutes=10)
    with pytest.raises(tokens.TooManyLogins):
        guess(office, PASSWORD, allowed=1)
    clock.advance(minutes=6)
    assert guess(office, PASSWORD, allowed=1).token


@pytest.mark.parametrize("change", [{"password": "kata-sandi-yang-baru"}, {"active": False}])
def test_a_login_that_a_change_overtakes_gets_no_token(
    office: Office, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    right = passwords.matches

    def overtaken(password: str, stored: str | None) -> bool:
        with office.database.begin() as tx:
            user = repository.user_by_name(tx, "staf")
            people.change_user(tx, user.id, by=SYSTEM, **change)
        return right(password, stored)

    monkeypatch.setattr(passwords, "matches", overtaken)
    with pytest.raises(tokens.WrongCredentials):
        guess(office, PASSWORD)


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
