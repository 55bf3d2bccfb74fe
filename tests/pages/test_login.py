"""Logging in and out by cookie, and forms that nobody else can send."""

from collections.abc import Callable

import pytest
from flask import Flask

from api.pages.session import COOKIE, FIELD
from engine.config import Settings
from tests.api.client import PASSWORD
from tests.office import Office
from tests.pages.client import Visitor, text_of

Visit = Callable[[str | None], Visitor]
OpenApp = Callable[[Settings], Flask]
HTML = {"Accept": "text/html"}
FAR_AWAY = [
    *("https://jahat.example/", "//jahat.example", "/\\jahat.example", "javascript:alert(1)"),
    *("//[", "/\n\\jahat.example", "/\t/jahat.example"),
]


def test_whoever_is_not_logged_in_is_led_to_the_login_and_back(visit: Visit) -> None:
    stranger = visit(None)
    answer = stranger.get("/tugas", waktu="overdue")
    assert answer.status_code == 303
    login = answer.headers["Location"]
    assert login == "/masuk?kembali=%2Ftugas%3Fwaktu%3Doverdue"
    assert 'value="/tugas?waktu=overdue"' in stranger.client.get(login, headers=HTML).text
    stranger.get("/masuk")
    back = "/tugas?waktu=overdue"
    answer = stranger.post("/masuk", username="staf", password=PASSWORD, kembali=back)
    assert (answer.status_code, answer.headers["Location"]) == (303, back)


def test_whoever_is_logged_in_is_led_on_from_the_login(visit: Visit) -> None:
    answer = visit("staf").get("/masuk", kembali="/kasus")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kasus")
    stale = visit(None)
    stale.client.set_cookie(COOKIE, "tidak-berlaku-lagi")
    assert stale.get("/masuk").status_code == 200


def test_a_login_page_left_open_in_another_window_works_after_a_login(visit: Visit) -> None:
    stranger = visit(None)
    page = stranger.get("/masuk").text
    left_open = page.partition(f'name="{FIELD}" value="')[2].partition('"')[0]
    for _ in range(2):
        sent = {FIELD: left_open, "username": "staf", "password": PASSWORD, "kembali": "/kasus"}
        answer = stranger.send("/masuk", sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/kasus")
    assert stranger.send("/akun/surel", {FIELD: left_open, "email": "a@b.id"}).status_code == 403


def test_what_was_typed_is_shown_after_a_logout_in_another_window(visit: Visit) -> None:
    staff = visit("staf")
    page = staff.get("/akun").text
    left_open = page.partition(f'name="{FIELD}" value="')[2].partition('"')[0]
    sent = {FIELD: left_open, "email": "kantor@example.go.id"}
    staff.post("/keluar")
    logged_out = staff.send("/akun/surel", sent)
    staff.get("/masuk")
    staff.post("/masuk", username="sekretaris", password=PASSWORD)
    as_another = staff.send("/akun/surel", sent)
    for answer in (logged_out, as_another):
        assert answer.status_code == 401
        assert "kantor@example.go.id" in answer.text
    assert "kantor@example.go.id" not in staff.get("/akun").text


@pytest.mark.parametrize("path", ["/masuk", "/akun/sandi"])
def test_what_was_typed_is_shown_after_another_login_took_the_place_of_its_own(
    visit: Visit, path: str
) -> None:
    staff = visit("staf")
    page = staff.get("/akun").text
    left_open = page.partition(f'name="{FIELD}" value="')[2].partition('"')[0]
    password = {"present": PASSWORD, "new": "kata sandi lain", "repeated": "kata sandi lain"}
    answer = staff.send(path, {"username": "staf", "password": PASSWORD, **password})
    assert answer.status_code == 303
    late = staff.send("/akun/surel", {FIELD: left_open, "email": "kantor@example.go.id"})
    assert late.status_code == 401
    assert "kantor@example.go.id" in late.text


def test_a_wrong_password_does_not_lose_the_way_back(visit: Visit) -> None:
    stranger = visit(None)
    stranger.get("/masuk", kembali="/kasus?cari=x")
    wrong = stranger.post("/masuk", username="staf", password="salah", kembali="/kasus?cari=x")
    assert 'name="kembali" value="/kasus?cari=x"' in wrong.text


@pytest.mark.parametrize("address", FAR_AWAY)
def test_a_login_leads_to_no_other_site(visit: Visit, address: str) -> None:
    stranger = visit(None)
    stranger.get("/masuk")
    answer = stranger.post("/masuk", username="staf", password=PASSWORD, kembali=address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_form_token_may_be_any_text(visit: Visit) -> None:
    stranger = visit(None)
    stranger.get("/masuk")
    assert stranger.send("/masuk", {FIELD: "é"}).status_code == 403


@pytest.mark.parametrize("address", FAR_AWAY)
def test_the_choice_of_the_language_leads_to_no_other_site(visit: Visit, address: str) -> None:
    answer = visit(None).get("/bahasa/en", kembali=address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_a_wrong_password_says_no_more_than_that(visit: Visit) -> None:
    stranger = visit(None)
    stranger.get("/masuk")
    known = stranger.post("/masuk", username="staf", password="salah sekali")
    unknown = stranger.post("/masuk", username="hantu", password="salah sekali")
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert "Nama pengguna atau kata sandi salah." in text_of(known)
    assert text_of(known) == text_of(unknown)
    assert 'value="staf"' in known.text
    assert "salah sekali" not in known.text


def test_guessing_is_limited_also_in_the_browser(
    open_app: OpenApp, settings: Settings, office: Office
) -> None:
    del office  # the people have to be there
    app = open_app(Settings(database_url=settings.database_url, login_attempts=2))
    stranger = Visitor(app)
    stranger.get("/masuk")
    guesses = [stranger.post("/masuk", username="staf", password="salah") for _ in range(3)]
    assert [answer.status_code for answer in guesses] == [401, 401, 429]
    assert "seperempat jam" in text_of(guesses[-1])
    right = stranger.post("/masuk", username="staf", password=PASSWORD)
    assert right.status_code == 429


@pytest.mark.parametrize("token", ["", "0" * 64, None], ids=["empty", "made up", "missing"])
def test_a_form_without_its_token_is_refused(visit: Visit, token: str | None) -> None:
    staff = visit("staf")
    data = {"email": "jahat@example.com"} | ({FIELD: token} if token is not None else {})
    answer = staff.client.post("/akun/surel", data=data, headers=HTML)
    assert answer.status_code == 403
    assert "bukan dari sini" in text_of(answer)
    assert "jahat@example.com" not in staff.get("/akun").text


def test_the_token_of_somebody_else_opens_nothing(visit: Visit) -> None:
    staff, other = visit("staf"), visit("sekretaris")
    page = other.get("/akun").text
    theirs = page.partition(f'name="{FIELD}" value="')[2].partition('"')[0]
    answer = staff.send("/akun/surel", {FIELD: theirs, "email": "jahat@example.com"})
    assert answer.status_code == 403


def test_nobody_is_logged_in_by_a_form_of_another_site(app: Flask, office: Office) -> None:
    """Or they would work, without knowing, in the account of whoever made that form."""
    del office  # the people have to be there
    client = app.test_client()
    answer = client.post("/masuk", data={"username": "staf", "password": PASSWORD}, headers=HTML)
    assert answer.status_code == 403
    assert client.get_cookie(COOKIE) is None


@pytest.mark.parametrize(("setting", "scheme"), [(True, "http"), (False, "https")])
def test_the_cookie_stays_out_of_scripts_and_other_sites_and_on_tls(
    open_app: OpenApp, settings: Settings, office: Office, *, setting: bool, scheme: str
) -> None:
    del office  # the people have to be there
    app = open_app(Settings(database_url=settings.database_url, secure_cookies=setting))
    cookie = login_cookie(app, scheme)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_an_office_without_tls_can_log_in(app: Flask, office: Office) -> None:
    del office  # the people have to be there
    cookie = login_cookie(app, "http")
    assert "Secure" not in cookie.split("; ")
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def login_cookie(app: Flask, scheme: str) -> str:
    """Return the cookie that a login sets."""
    client = app.test_client()
    base = f"{scheme}://localhost"
    page = client.get("/masuk", headers=HTML, base_url=base)
    token = page.text.partition(f'name="{FIELD}" value="')[2].partition('"')[0]
    before = page.headers["Set-Cookie"].partition(";")[0]
    answer = client.post(
        "/masuk",
        data={FIELD: token, "username": "staf", "password": PASSWORD},
        headers={**HTML, "Cookie": before},
        base_url=base,
    )
    assert answer.status_code == 303, answer.text
    return next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE))


def test_logging_out_ends_the_token_not_only_the_cookie(visit: Visit) -> None:
    staff = visit("staf")
    cookie = staff.client.get_cookie(COOKIE)
    assert cookie is not None
    assert staff.post("/keluar").status_code == 303
    assert staff.client.get_cookie(COOKIE) is None
    staff.client.set_cookie(COOKIE, cookie.value)
    assert staff.get("/tugas").status_code == 303


def test_a_link_cannot_log_out(visit: Visit) -> None:
    staff = visit("staf")
    assert staff.get("/keluar").status_code == 405
    assert staff.get("/tugas").status_code == 200


def test_a_fragment_that_refreshes_takes_the_page_to_the_login(visit: Visit) -> None:
    answer = visit(None).client.get("/tugas", headers={**HTML, "HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/masuk?")
