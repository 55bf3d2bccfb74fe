"""Akun and pemberitahuan: what people look after themselves."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import event

from api.wiring import NAME
from engine import people, repository
from engine.model import Capacity
from tests.api.client import PASSWORD
from tests.office import Office
from tests.pages.client import Visitor, text_of

Visit = Callable[[str | None], Visitor]
NEW = "dua puluh huruf lebih"
HEAD = "kepala.badan"


def late_case(office: Office) -> None:
    """Let a step of the head become overdue, so that people are told."""
    office.start()
    office.wait("PT4H")
    office.fire()


def test_the_account_tells_name_positions_and_roles(visit: Visit) -> None:
    page = text_of(visit("sekretaris").get("/akun"))
    assert "Jabatan hari ini sekretaris" in page
    assert "Peran Pelaksana" in page


def test_a_new_password_ends_other_logins_but_not_this_one(visit: Visit) -> None:
    here, elsewhere = visit("staf"), visit("staf")
    here.get("/akun")
    answer = here.post("/akun/sandi", present=PASSWORD, new=NEW, repeated=NEW)
    assert answer.status_code == 303
    assert "Kata sandi sudah diganti" in text_of(here.get("/akun", tersimpan="password"))
    assert elsewhere.get("/akun").status_code == 303
    newcomer = visit(None)
    newcomer.get("/masuk")
    assert newcomer.post("/masuk", username="staf", password=PASSWORD).status_code == 401
    assert newcomer.post("/masuk", username="staf", password=NEW).status_code == 303


def test_what_is_wrong_with_a_password_stands_beside_its_field(visit: Visit) -> None:
    staff = visit("staf")
    staff.get("/akun")
    wrong = {
        "present": {"present": "bukan ini", "new": NEW, "repeated": NEW},
        "password": {"present": PASSWORD, "new": "pendek", "repeated": "pendek"},
        "repeated": {"present": PASSWORD, "new": NEW, "repeated": f"{NEW}?"},
    }
    for name, typed in wrong.items():
        answer = staff.send("/akun/sandi", typed)
        assert answer.status_code == 422
        assert f'id="problem-{name}"' in answer.text
        assert NEW not in answer.text


def test_preferences_say_where_and_of_what_mails_are_wanted(visit: Visit, office: Office) -> None:
    staff = visit("staf")
    staff.get("/akun")
    answer = staff.send("/akun/surel", {"email": "staf@kantor.go.id", "rungs": ["long_overdue"]})
    assert answer.status_code == 303
    with office.database.read() as tx:
        user = repository.user_by_name(tx, "staf")
    assert (user.email, user.mail_rungs) == ("staf@kantor.go.id", ["long_overdue"])
    wrong = staff.send("/akun/surel", {"email": "bukan surel", "rungs": []})
    assert wrong.status_code == 422
    assert 'id="problem-email"' in wrong.text
    assert 'value="bukan surel"' in wrong.text


def test_notifications_are_counted_beside_the_name_until_they_are_read(
    visit: Visit, office: Office
) -> None:
    late_case(office)
    head = visit(HEAD)
    page = head.get("/pemberitahuan")
    told = len(office.told(HEAD))
    assert told
    assert f'class="badge">{told}<' in page.text
    assert page.text.count(">Tandai sudah dibaca<") == told
    one = page.text.split('action="/pemberitahuan/')[2].partition('"')[0]
    assert head.post(f"/pemberitahuan/{one}").status_code == 303
    assert head.get("/pemberitahuan").text.count(">Tandai sudah dibaca<") == told - 1
    assert head.post("/pemberitahuan/terbaca").status_code == 303
    assert 'class="badge"' not in head.get("/pemberitahuan").text
    assert "Semua sudah dibaca" in text_of(head.get("/pemberitahuan", unread="true"))


def test_nobody_reads_what_somebody_else_was_told(visit: Visit, office: Office) -> None:
    late_case(office)
    page = visit(HEAD).get("/pemberitahuan").text
    one = page.split('action="/pemberitahuan/')[2].partition('"')[0]
    staff = visit("staf")
    assert "Belum ada pemberitahuan" in text_of(staff.get("/pemberitahuan"))
    assert staff.post(f"/pemberitahuan/{one}").status_code == 404


def test_whoever_acts_as_plh_reads_so_in_their_account(visit: Visit, office: Office) -> None:
    with office.database.begin() as tx:
        position = repository.position_by_code(tx, "kepala-badan")
        user = repository.user_by_name(tx, "staf")
        people.appoint(
            tx,
            position.id,
            user_id=user.id,
            held_from=tx.today,
            held_until=tx.today,
            capacity=Capacity.PLH,
            decree="800/1",
            by=people.acting(tx, "admin"),
        )
    assert "Plh. kepala-badan" in text_of(visit("staf").get("/akun"))


def test_counting_the_unread_costs_one_statement_however_many_there_are(
    visit: Visit, office: Office, app: Flask
) -> None:
    seen: list[str] = []
    engine = app.extensions[NAME].database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(str(given[2])))
    costs = set()
    for _ in range(3):
        late_case(office)
        head = visit(HEAD)
        seen.clear()
        head.get("/akun")
        costs.add(len(seen))
        assert sum("read_at IS NULL" in one for one in seen) == 1, seen
    assert len(costs) == 1
