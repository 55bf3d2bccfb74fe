"""Orang: users, positions, and who holds which, by the people who look after them."""

import re
from collections.abc import Callable
from datetime import date

from engine import people, repository
from engine.model import Capacity, Holder
from engine.permissions import SYSTEM
from tests.office import ACTORS, Office
from tests.pages.client import Visitor, text_of

Visit = Callable[[str | None], Visitor]
TODAY = "2026-11-04"
HEAD = ACTORS["kepala.badan"]


def position_path(office: Office, code: str = HEAD) -> str:
    """Return the address of a position's page."""
    with office.database.read() as tx:
        return f"/orang/jabatan/{repository.position_by_code(tx, code).id}"


def user_path(office: Office, username: str) -> str:
    """Return the address of a user's page."""
    with office.database.read() as tx:
        return f"/orang/pengguna/{repository.user_by_name(tx, username).id}"


def holdings(office: Office, code: str = HEAD) -> list[Holder]:
    """Return who holds or held a position, the latest first."""
    with office.database.read() as tx:
        position = repository.position_by_code(tx, code)
        page = repository.holders(tx, position.id, repository.PageRequest())
        return [record.holder for record in page.items]


def test_the_overview_tells_who_holds_what_today(visit: Visit) -> None:
    page = text_of(visit("admin").get("/orang"))
    assert "sekretaris" in page
    assert "tanpa pemegang" not in page


def test_a_lane_that_nobody_holds_is_named_with_the_way_to_mend_it(
    visit: Visit, office: Office
) -> None:
    with office.database.begin() as tx:
        held = repository.user_by_name(tx, "sekretaris")
        people.change_user(tx, held.id, active=False, by=SYSTEM)
    page = visit("admin").get("/orang")
    assert "1 jabatan dalam SOP tanpa pemegang hari ini" in text_of(page)
    assert f'href="{position_path(office, "sekretaris")}"' in page.text


def test_a_plh_is_appointed_with_dates_and_decree_and_does_the_tasks(
    visit: Visit, office: Office
) -> None:
    case = office.start()
    admin, path = visit("admin"), position_path(office)
    admin.get(path)
    answer = admin.post(
        f"{path}/pemegang",
        username="staf",
        capacity="plh",
        held_from=TODAY,
        held_until=TODAY,
        decree="800/1/2026",
    )
    assert answer.status_code == 303
    page = text_of(admin.get(path))
    assert "Plh. staf" in page
    assert "800/1/2026" in page
    case.complete("Memerintahkan", by="staf")
    (completed,) = [event for event in case.history() if event.type == "task_completed"]
    assert (completed.actor, completed.detail["capacity"]) == ("staf", "plh")
    assert "Plh. staf" in text_of(admin.get("/orang"))


def test_a_holding_is_ended_and_corrected(visit: Visit, office: Office) -> None:
    admin, path = visit("admin"), position_path(office)
    (holder,) = holdings(office)
    page = f"{path}/pemegang/{holder.id}"
    assert 'value="2023-07-10"' in admin.get(page).text
    answer = admin.post(
        page, held_from="2024-01-02", held_until=TODAY, capacity="plt", decree="800/7"
    )
    assert answer.status_code == 303
    (after,) = holdings(office)
    assert (after.held_from, after.held_until) == (date(2024, 1, 2), date(2026, 11, 4))
    assert (after.capacity, after.decree) == (Capacity.PLT, "800/7")


def test_what_is_wrong_with_a_holding_stands_beside_its_field_with_what_was_typed(
    visit: Visit, office: Office
) -> None:
    admin, path = visit("admin"), position_path(office)
    admin.get(path)
    typed = {"username": "staf", "capacity": "plh", "decree": "800/1"}
    answer = admin.post(f"{path}/pemegang", **typed, held_from=TODAY, held_until="2026-11-01")
    assert answer.status_code == 422
    assert 'id="problem-held_until"' in answer.text
    assert 'value="800/1"' in answer.text
    answer = admin.post(f"{path}/pemegang", **{**typed, "username": "siapa"}, held_from=TODAY)
    assert 'id="problem-username"' in answer.text
    answer = admin.post(f"{path}/pemegang", **typed, held_from="besok")
    assert 'id="problem-held_from"' in answer.text
    assert len(holdings(office)) == 1


def test_a_position_is_created_and_renamed_but_its_code_is_taken_only_once(
    visit: Visit, office: Office
) -> None:
    admin = visit("admin")
    admin.get("/orang")
    made = admin.post("/orang/jabatan", code="arsiparis", name="Arsiparis")
    assert made.status_code == 303
    path = position_path(office, "arsiparis")
    assert made.headers["Location"] == path
    assert "Belum ada pemegang" in text_of(admin.get(path))
    assert admin.post(f"{path}/nama", name="Arsiparis Ahli").status_code == 303
    assert "Arsiparis Ahli" in text_of(admin.get("/orang"))
    again = admin.post("/orang/jabatan", code="arsiparis", name="Lain")
    assert again.status_code == 422
    assert 'id="problem-code"' in again.text
    assert 'value="Lain"' in again.text


def test_a_new_user_logs_in_with_the_password_that_is_shown_once(
    visit: Visit, office: Office
) -> None:
    admin = visit("admin")
    admin.get("/orang/pengguna/baru")
    answer = admin.send(
        "/orang/pengguna/baru",
        {"username": "baru", "name": "Pegawai Baru", "email": "", "roles": ["actor", "supervisor"]},
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r'class="password">([^<]+)<', answer.text)
    assert found is not None
    newcomer = visit(None)
    newcomer.get("/masuk")
    logged_in = newcomer.post("/masuk", username="baru", password=found.group(1))
    assert logged_in.status_code == 303
    assert found.group(1) not in admin.get(user_path(office, "baru")).text
    assert admin.post("/orang/pengguna/baru", username="baru", name="Dua").status_code == 422


def test_whoever_saves_a_name_brings_back_neither_role_nor_login(
    visit: Visit, office: Office
) -> None:
    first, second, path = visit("admin"), visit("admin"), user_path(office, "supervisor")
    second.get(path)
    first.get(path)
    assert first.send(f"{path}/peran", {"roles": ["actor"]}).status_code == 303
    assert first.post(f"{path}/masuk", active="").status_code == 303
    assert second.post(path, name="Nama Baru", email="").status_code == 303
    with office.database.read() as tx:
        user = repository.user_by_name(tx, "supervisor")
        assert (user.name, list(user.roles), user.active) == ("Nama Baru", ["actor"], False)
    assert "tidak boleh masuk" in text_of(first.get(path))
    assert first.post(f"{path}/masuk", active="yes").status_code == 303
    assert "Cabut izin masuk" in text_of(first.get(path))


def test_a_user_is_changed_and_gets_a_new_password(visit: Visit, office: Office) -> None:
    admin, path = visit("admin"), user_path(office, "staf")
    staff = visit("staf")
    admin.get(path)
    change = {"name": "Staf Umum", "email": "staf@kantor.go.id"}
    assert admin.send(path, change).status_code == 303
    assert "Staf Umum" in text_of(admin.get("/orang/pengguna"))
    assert staff.get("/tugas").status_code == 200
    assert 'class="password"' in admin.post(f"{path}/sandi").text
    assert staff.get("/tugas").status_code == 303
    wrong = admin.send(path, {**change, "email": "bukan surel"})
    assert wrong.status_code == 422
    assert 'value="bukan surel"' in wrong.text


def test_the_last_admin_stays_one(visit: Visit, office: Office) -> None:
    admin, path = visit("admin"), user_path(office, "admin")
    admin.get(path)
    for what, fields in (("masuk", {"active": ""}), ("peran", {"roles": ["actor"]})):
        answer = admin.send(f"{path}/{what}", fields)
        assert answer.status_code == 409
        assert "admin yang aktif" in text_of(answer)


def test_a_supervisor_looks_but_is_shown_no_forms(visit: Visit, office: Office) -> None:
    supervisor = visit("supervisor")
    for path in ("/orang", "/orang/pengguna", position_path(office), user_path(office, "staf")):
        answer = supervisor.get(path)
        assert answer.status_code == 200
        assert answer.text.count("<form") == 1  # logging out


def test_an_actor_neither_sees_nor_changes_people(visit: Visit, office: Office) -> None:
    staff = visit("staf")
    for path in ("/orang", "/orang/pengguna", position_path(office), user_path(office, "staf")):
        assert staff.get(path).status_code == 403
    staff.get("/tugas")
    assert staff.post("/orang/jabatan", code="x", name="x").status_code == 403
    assert staff.post(f"{user_path(office, 'admin')}/sandi").status_code == 403


def test_the_case_tells_who_acted_for_whom(visit: Visit, office: Office) -> None:
    case = office.start()
    with office.database.begin() as tx:
        position = repository.position_by_code(tx, HEAD)
        position.name = "Kepala Badan"
        people.appoint(
            tx,
            position.id,
            user_id=repository.user_by_name(tx, "staf").id,
            held_from=tx.today,
            held_until=tx.today,
            capacity=Capacity.PLH,
            decree="800/1",
            by=SYSTEM,
        )
    case.complete("Memerintahkan", by="staf")
    page = text_of(visit("supervisor").get(f"/kasus/{case.id}"))
    assert "staf sebagai Plh. Kepala Badan menyelesaikan" in page
