"""The whole SOP, played by its people in their browsers: by what they see, never by the API."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from engine.model import TaskState
from tests.browser.person import Person
from tests.office import STEPS, Office, PlayedCase

SitDown = Callable[..., Person]
CASE = "LAKIP triwulan II"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def start(sit_down: SitDown) -> Person:
    """Let the supervisor start the case from the page of the SOP; return the supervisor."""
    supervisor = sit_down("supervisor")
    supervisor.click("SOP", exact=True).click("Evaluasi Internal Capaian Kinerja")
    supervisor.page.get_by_text("Mulai kasus baru").click()
    supervisor.page.get_by_label("Nama atau nomor kasus").fill(CASE)
    supervisor.click("Mulai", exact=True)
    assert supervisor.title == CASE
    return supervisor


def do(person: Person, step: str, **answers: str) -> Person:
    """Let somebody open their task from the inbox, answer its form, and complete it."""
    person.open("/tugas").click(step)
    assert person.title.startswith(step)
    for label, answer in answers.items():
        group = person.page.get_by_role("group", name=label.replace("_", " "))
        group.get_by_label(answer, exact=True).check()
    return person.click("Selesai", exact=True)


def test_the_sop_is_played_to_its_end_with_a_correction_and_a_rejection(
    sit_down: SitDown, office: Office
) -> None:
    supervisor = start(sit_down)
    people = {username: sit_down(username) for _, username in STEPS}
    answers = {"Mengoreksi": {"Perlu_perbaikan": "Ya"}, "Penandatanganan": {"Disetujui": "Tidak"}}
    way = [*STEPS[:7], *STEPS[5:9], *STEPS[5:10]]
    for number, (step, username) in enumerate(way):
        office.wait("PT5M")
        first_time = step not in [name for name, _ in way[:number]]
        given = answers.get(step, {}) if first_time else turned(answers.get(step, {}))
        do(people[username], step, **given)
    supervisor.page.reload()
    assert supervisor.sees("Kasus selesai")
    assert supervisor.page.get_by_text("menyelesaikan “Mengoreksi").count() == 3
    assert supervisor.page.get_by_text("menyelesaikan “Penandatanganan").count() == 2
    (case,) = office.cases()
    assert len(PlayedCase(office, case).completed_steps()) == len(way)
    assert PlayedCase(office, case).late_steps() == []


def turned(answers: dict[str, str]) -> dict[str, str]:
    """Return the other answers."""
    return {label: {"Ya": "Tidak", "Tidak": "Ya"}[answer] for label, answer in answers.items()}


def test_a_supervisor_sees_what_is_overdue_and_assigns_and_extends_it(
    sit_down: SitDown, office: Office
) -> None:
    start(sit_down)
    office.wait("PT1H")
    supervisor = sit_down("supervisor").click("Pantauan", exact=True)
    assert supervisor.sees("Memerintahkan untuk penyusunan Lakip")
    late = sit_down("kepala.badan")
    assert late.sees("Terlambat 51 menit")
    supervisor.click("Kasus", exact=True).click(CASE)
    supervisor.page.get_by_text("Perpanjang tenggat").click()
    supervisor.page.get_by_label("Berapa lama").fill("0")
    supervisor.page.get_by_label("Satuan waktu kerja").select_option("jam")
    supervisor.page.get_by_label("Alasan").first.fill("Menunggu data bidang")
    supervisor.click("Perpanjang", exact=True)
    assert supervisor.page.get_by_label("Berapa lama").get_attribute("aria-invalid") == "true"
    supervisor.page.get_by_label("Berapa lama").fill("3")
    supervisor.click("Perpanjang", exact=True)
    assert supervisor.sees("memperpanjang tenggat")
    supervisor.page.get_by_text("Tugaskan kepada seseorang").click()
    supervisor.click("Tugaskan", exact=True)
    assert supervisor.sees("menugaskan “Memerintahkan")
    late.page.reload()
    assert late.sees("Sisa 2 jam 9 menit")


def test_an_acting_holder_takes_over_and_history_says_as_what(
    sit_down: SitDown, office: Office
) -> None:
    supervisor = start(sit_down)
    admin = sit_down("admin").click("Orang", exact=True)
    admin.click("kepala-badan")
    admin.page.get_by_label("Nama pengguna").fill("sekretaris")
    admin.page.locator("[name=capacity]").select_option("plh")
    admin.page.get_by_label("Hari terakhir").fill("2026-11-06")
    admin.page.get_by_label("Nomor surat").fill("800/12/2026")
    admin.click("Tunjuk", exact=True)
    acting = sit_down("sekretaris")
    do(acting, "Memerintahkan")
    assert acting.sees("Tugas “Memerintahkan untuk penyusunan Lakip” selesai.")
    supervisor.page.reload()
    assert supervisor.sees("sebagai Plh. kepala-badan")
    office.clock.advance(days=3)  # the period of the decree is over
    with office.database.begin() as tx:
        assert tx.today.isoformat() == "2026-11-07"
    assert sit_down("sekretaris").sees("Tidak ada tugas untuk Anda sekarang")


def test_a_task_is_done_by_keyboard_alone(sit_down: SitDown, office: Office) -> None:
    start(sit_down)
    person = sit_down("kepala.badan")
    page = person.page

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = "document.activeElement.innerText || document.activeElement.ariaLabel || ''"
            if str(page.evaluate(focused)).strip().startswith(name):
                return
        raise AssertionError(f"the keyboard does not reach {name!r}")

    tab_to("Memerintahkan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tugas/*")
    tab_to("Selesai")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tugas?selesai=*")
    (case,) = office.cases()
    assert PlayedCase(office, case).task("Membuat format").state is TaskState.OPEN


def test_a_task_is_done_without_javascript(sit_down: SitDown, office: Office) -> None:
    start(sit_down)
    person = sit_down("kepala.badan", java_script_enabled=False)
    do(person, "Memerintahkan")
    assert person.sees("selesai.")
    (case,) = office.cases()
    assert PlayedCase(office, case).task("Membuat format").state is TaskState.OPEN


def test_what_is_being_typed_stays_when_the_inbox_refreshes_itself(
    sit_down: SitDown, office: Office
) -> None:
    start(sit_down)
    person = sit_down()
    person.page.clock.install()
    person.log_in("kepala.badan")
    assert person.page.get_by_role("heading", level=2).count() == 1
    office.start("LAKIP triwulan III")
    person.page.get_by_label("SOP").focus()
    person.page.clock.fast_forward("00:31")
    assert person.sees("LAKIP triwulan III")
    assert person.page.evaluate("document.activeElement.name") == "sop"
    assert "Semua (2)" in (person.page.get_by_label("SOP").text_content() or "")


def test_what_was_filled_in_is_kept_as_a_draft(sit_down: SitDown, office: Office) -> None:
    office.start(CASE).play(until="Mengoreksi")
    person = sit_down("sekretaris").click("Mengoreksi")
    person.page.get_by_role("group", name="Perlu perbaikan?").get_by_label("Ya").check()
    person.page.get_by_text("Draf tersimpan").wait_for()
    person.open("/tugas").click("Mengoreksi")
    chosen = person.page.get_by_role("group", name="Perlu perbaikan?").get_by_label("Ya")
    assert chosen.is_checked()


def test_a_comment_that_another_form_would_leave_behind_is_pointed_out(
    sit_down: SitDown, office: Office
) -> None:
    office.start(CASE)
    person = sit_down("kepala.badan").click("Memerintahkan")
    person.page.get_by_label("Tulis komentar").fill("Mohon segera")
    person.page.get_by_role("button", name="Ambil").click()
    focused = person.page.evaluate("document.activeElement.id")
    assert focused == "komentar-teks"
    written = person.page.get_by_label("Tulis komentar")
    told = written.evaluate("field => field.validationMessage")
    assert told.startswith("Komentar ini belum dikirim.")
    person.click("Kirim komentar")
    assert person.sees("Mohon segera")
    person.page.get_by_label("Tulis komentar").fill("Tidak jadi")
    person.page.get_by_role("button", name="Ambil").click()
    person.click("Ambil")
    assert person.sees("Tugas ini Anda ambil")
    assert not person.sees("Tidak jadi")


def test_a_refused_document_is_told_where_it_was_chosen(sit_down: SitDown, office: Office) -> None:
    case = office.start(CASE)
    person = sit_down("kepala.badan").open(f"/kasus/{case.id}")
    program = FilePayload(name="a.exe", mimeType="application/octet-stream", buffer=b"MZ")
    person.page.get_by_label("Lampirkan berkas").set_input_files([program])
    person.click("Lampirkan", exact=True)
    assert person.page.evaluate("document.activeElement.id") == "berkas"
    assert person.page.evaluate("window.scrollY") > 0
