"""Problems are pages of the same house, in words that help."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from api.application import create_app
from api.pages.session import COOKIE
from api.wiring import NAME
from engine import people, repository
from engine.config import Settings
from engine.model import Role
from engine.permissions import SYSTEM
from tests.office import KEY, Office
from tests.pages.client import Visitor, text_of

Visit = Callable[[str | None], Visitor]
OpenApp = Callable[[Settings], Flask]
NOBODY_THERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def test_what_is_not_there_is_a_page_with_the_way_back(visit: Visit) -> None:
    answer = visit("staf").get("/tidak-ada")
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in text_of(answer)
    assert 'href="/"' in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_what_is_forbidden_says_whom_to_ask(visit: Visit) -> None:
    answer = visit("staf").get("/orang")
    assert answer.status_code == 403
    assert "diperlukan peran yang tidak Anda miliki" in text_of(answer)
    assert "Mintalah supervisor atau admin" in text_of(answer)


def test_what_has_changed_in_the_meantime_says_so(visit: Visit, office: Office) -> None:
    admin = visit("admin")
    with office.database.read() as tx:
        path = f"/orang/pengguna/{repository.user_by_name(tx, 'admin').id}"
    admin.get(path)
    answer = admin.send(f"{path}/peran", {"roles": ["actor"]})
    assert answer.status_code == 409
    assert "Keadaan sudah berubah" in text_of(answer)


def test_an_address_that_asks_for_nonsense_is_named(visit: Visit) -> None:
    answer = visit("staf").get("/tugas", waktu="kemarin")
    assert answer.status_code == 422
    assert "Ada isian yang belum benar" in text_of(answer)


def test_what_is_too_large_says_what_to_do(
    open_app: OpenApp, settings: Settings, office: Office
) -> None:
    del office  # the people have to be there
    app = open_app(Settings(database_url=settings.database_url, max_request_bytes=2048))
    visitor = Visitor(app, "staf")
    answer = visitor.post("/akun/surel", email="a" * 4096)
    assert answer.status_code == 413
    assert "Perkecil berkas itu" in text_of(answer)


def test_a_fault_of_ours_tells_its_number_and_nothing_else(app: Flask, office: Office) -> None:
    del office  # the people have to be there

    def fail() -> str:
        raise ZeroDivisionError("rahasia")

    visitor = Visitor(app, "staf")
    app.view_functions["pages_account.show_account"] = fail
    answer = visitor.get("/akun")
    assert answer.status_code == 500
    assert "Terjadi kesalahan di sisi kami" in text_of(answer)
    assert "rahasia" not in answer.text
    assert answer.headers["X-Correlation-Id"] in answer.text


@pytest.mark.parametrize("kind", ["a file that is gone", "a server that is down"])
def test_a_database_that_is_away_is_a_page_that_asks_to_wait(kind: str, tmp_path: Path) -> None:
    gone = f"sqlite:///{tmp_path / 'gone.db'}"
    app = create_app(Settings(database_url=gone if "file" in kind else NOBODY_THERE))
    visitor = Visitor(app)
    visitor.client.set_cookie(COOKIE, "a login from before")
    answer = visitor.get("/tugas")
    assert answer.status_code == 503
    assert "Layanan sedang tidak tersedia" in text_of(answer)
    assert answer.headers["Retry-After"]
    app.extensions[NAME].database.dispose()


def test_programs_get_a_problem_instead_of_a_page(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/tidak-ada").mimetype == "application/problem+json"
    html = {"Accept": "text/html"}
    assert client.get("/api/v1/tidak-ada", headers=html).mimetype == "application/problem+json"


def test_problems_speak_the_language_that_was_chosen(visit: Visit) -> None:
    staff = visit("staf")
    staff.get("/bahasa/en", kembali="/tugas")
    answer = staff.get("/orang")
    assert "You may not do this" in text_of(answer)
    assert "This needs a role that you do not have." in text_of(answer)


def test_what_the_address_asks_wrongly_is_named(visit: Visit) -> None:
    supervisor = visit("supervisor")
    assert "tahun" in text_of(supervisor.get(f"/pantauan/sop/{KEY}/lembar", tahun=1))
    twice = supervisor.get("/kasus?cari=a&cari=b")
    assert (twice.status_code, "cari : ada lebih dari sekali" in text_of(twice)) == (422, True)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"/kasus?cari={'a' * 201}", "cari : Paling panjang 200 huruf."),
        ("/kasus?keadaan=lain", "keadaan : Nilai ini tidak dikenal."),
        (f"/pantauan/sop/{KEY}/lembar?tahun=9999", "tahun : Paling besar 2198."),
        (f"/pantauan/sop/{KEY}/lembar?tahun=1", "tahun : Paling kecil 1971."),
        (f"/sop/{KEY}?versi=abc", "versi : Nilai ini tidak dikenal."),
        (f"/pantauan/sop/{KEY}?dari=0000-00-00", "dari : Nilai ini tidak dikenal."),
        (f"/pantauan/sop/{KEY}?dari=1000-01-01", "sampai : Kalender tidak sampai sejauh itu."),
        (f"/pantauan/sop/{KEY}?sampai=0001-01-01", "sampai : Kalender tidak sampai sejauh itu."),
        (
            f"/pantauan/sop/{KEY}?dari=2026-02-01&sampai=2026-01-01",
            "sampai : Tidak boleh sebelum hari pertama.",
        ),
    ],
)
def test_what_the_address_asks_wrongly_is_said_in_indonesian(
    visit: Visit, address: str, said: str
) -> None:
    answer = visit("supervisor").get(address)
    assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)


def test_a_file_is_kept_for_a_year_only_as_what_was_asked_for(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/masuk", headers={"Accept": "text/html"}).text
    version = page.partition('href="/static/alur.css?v=')[2].partition('"')[0]
    kept = {
        (name, asked): "immutable" in answer.headers.get("Cache-Control", "")
        for name in ("alur.css", "tidak-ada.css")
        for asked in (version, "lain")
        for answer in [client.get(f"/static/{name}?v={asked}", buffered=True)]
    }
    assert [each for each, is_kept in kept.items() if is_kept] == [("alur.css", version)]


def test_what_was_typed_is_shown_when_the_login_ended_meanwhile(
    visit: Visit, office: Office
) -> None:
    admin = visit("admin")
    admin.get("/orang")
    with office.database.begin() as tx:
        user = repository.user_by_name(tx, "admin")
        people.change_user(tx, user.id, password="dua puluh huruf lebih", by=SYSTEM)
    typed = {"code": "arsiparis", "name": "Arsiparis <Ahli>"}
    origin = {"Referer": "http://localhost/orang"}
    answer = admin.send("/orang/jabatan", typed, headers=origin)
    assert answer.status_code == 401
    assert "belum tersimpan" in text_of(answer)
    assert "Arsiparis &lt;Ahli&gt;" in answer.text
    assert 'href="/masuk?kembali=%2Forang"' in answer.text
    with office.database.read() as tx:
        assert repository.position_coded(tx, "arsiparis") is None


def test_a_login_that_ended_shows_no_password_that_was_typed(visit: Visit, office: Office) -> None:
    staff = visit("staf")
    staff.get("/akun")
    with office.database.begin() as tx:
        user = repository.user_by_name(tx, "staf")
        people.change_user(tx, user.id, roles=[Role.ACTOR], active=False, by=SYSTEM)
    answer = staff.post("/akun/sandi", present="rahasia lama", new="rahasia baru", repeated="beda")
    assert answer.status_code == 401
    assert "rahasia" not in answer.text


def test_without_a_login_nothing_that_was_sent_is_shown(visit: Visit) -> None:
    stranger = visit(None)
    answer = stranger.send("/orang/jabatan", {"name": "kata orang lain"})
    assert answer.status_code == 401
    assert "kata orang lain" not in answer.text
