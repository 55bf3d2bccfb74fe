"""Tugas: what a person sees of a task, and does with it."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest

from engine import drafts, repository
from tests.office import Office, PlayedCase, appoint
from tests.pages.client import Visitor, text_of

Visit = Callable[..., Visitor]
PDF = b"%PDF-1.7\n" + b"isi " * 100_000
"""More than one part."""


@pytest.fixture
def case(office: Office) -> PlayedCase:
    """A case that waits for its first step."""
    return office.start()


def at(case: PlayedCase, what: str = "") -> str:
    """Return the address of the open task of a case."""
    (task,) = case.open_tasks()
    return f"/tugas/{task.id}{what}"


def waiting_for_decision(office: Office) -> PlayedCase:
    case = office.start()
    case.play(until="Mengoreksi")
    return case


def test_the_page_says_what_to_do_by_when_and_what_was_done_before(
    visit: Visit, office: Office
) -> None:
    case = waiting_for_decision(office)
    page = text_of(visit("sekretaris").get(at(case)))
    for part in (
        "Langkah 7 dari 10",
        "LAKIP/2026/III",
        "Kelengkapan Capaian Kinerja Triwulan",
        "(waktu kerja) Mengapa tenggatnya saat itu?",
        "kasubag",
    ):
        assert part in page
    assert page.count("tepat waktu") == 6


def test_completing_leads_to_the_next_own_task_and_else_to_the_inbox(
    visit: Visit, case: PlayedCase
) -> None:
    head = visit("kepala.badan")
    answer = head.post(at(case, "/selesai"))
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/tugas")
    assert "Memerintahkan untuk penyusunan Lakip” selesai" in text_of(head.get(answer.location))
    visit("kasubag").post(at(case, "/selesai"))
    staff = visit("staf")
    answer = staff.post(at(case, "/selesai"))
    assert answer.location.startswith(at(case))
    assert "langkah Anda berikutnya" in text_of(staff.get(answer.location))


def test_whoever_comes_second_reads_who_was_first(visit: Visit, office: Office) -> None:
    with office.database.begin() as tx:
        position = repository.position_by_code(tx, "kepala-badan")
        appoint(tx, position, repository.user_by_name(tx, "staf").id)
    first, second, address = visit("kepala.badan"), visit("staf"), at(office.start(), "/selesai")
    assert first.post(address).status_code == 303
    answers = [second.post(address), first.post(address)]
    assert [one.status_code for one in answers] == [409, 409]
    assert "kepala.badan menyelesaikannya pada 4 Nov 2026 09.00" in text_of(answers[0])
    assert "Anda sendiri yang menyelesaikannya" in text_of(answers[1])


def test_what_is_not_valid_is_named_beside_its_field_and_what_was_typed_stays(
    visit: Visit, office: Office
) -> None:
    case = waiting_for_decision(office)
    answer = visit("sekretaris").send(
        at(case, "/selesai"), {"isian.perlu_perbaikan": "mungkin", "cek": checklist(case)}
    )
    assert answer.status_code == 422
    assert 'id="problem-perlu_perbaikan"' in answer.text
    assert answer.text.count(" checked>") >= len(checklist(case))
    assert [one.name.split()[0] for one in case.open_tasks()] == ["Mengoreksi"]


def checklist(case: PlayedCase) -> list[str]:
    (task,) = case.open_tasks()
    steps = {one.step.element_id: one.step for one in case.progress().steps}
    return drafts.checklist(steps[task.element_id].required_documents)


def test_a_decision_goes_the_way_that_was_chosen(visit: Visit, office: Office) -> None:
    case = waiting_for_decision(office)
    visit("sekretaris").send(at(case, "/selesai"), {"isian.perlu_perbaikan": "true"})
    assert [one.name.split()[:2] for one in case.open_tasks()] == [["Membuat", "Dokumen"]]


def test_a_draft_is_there_again_and_ends_with_the_task(visit: Visit, office: Office) -> None:
    case = waiting_for_decision(office)
    secretary, address = visit("sekretaris"), at(case)
    fields = {"isian.perlu_perbaikan": "true", "cek": checklist(case)[:1]}
    assert secretary.send(f"{address}/draf", fields).status_code == 303
    page = secretary.get(address)
    assert re.search(r'value="true" checked', page.text)
    assert "Draf tersimpan" in text_of(page)
    task_id = UUID(address.rpartition("/")[2])
    assert kept(office, task_id)
    secretary.send(f"{address}/selesai", fields)
    assert not kept(office, task_id)


def kept(office: Office, task_id: UUID) -> bool:
    by = office.actor("sekretaris")
    assert by.user_id is not None
    with office.database.read() as tx:
        return repository.draft(tx, task_id, by.user_id) is not None


def test_a_script_that_keeps_a_draft_gets_one_sentence(visit: Visit, case: PlayedCase) -> None:
    answer = visit("kepala.badan").send(at(case, "/draf"), {}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Draf tersimpan" in answer.text


def test_a_draft_ends_when_the_case_is_cancelled(visit: Visit, office: Office) -> None:
    case = waiting_for_decision(office)
    address = at(case)
    visit("sekretaris").send(f"{address}/draf", {"isian.perlu_perbaikan": "true"})
    case.cancel("Ditarik")
    assert not kept(office, UUID(address.rpartition("/")[2]))


def test_a_task_is_taken_and_given_back(visit: Visit, case: PlayedCase) -> None:
    head = visit("kepala.badan")
    assert head.post(at(case, "/ambil"), kembali="/tugas").location == "/tugas"
    assert "Anda ambil" in text_of(head.get("/tugas"))
    assert head.post(at(case, "/kembalikan")).location == at(case)
    assert "Belum diambil" in text_of(head.get("/tugas"))


def test_a_form_never_leads_to_another_site(visit: Visit, case: PlayedCase) -> None:
    head = visit("kepala.badan")
    for foreign in ("https://x.example/", "//x.example", "/\\x.example"):
        assert head.post(at(case, "/ambil"), kembali=foreign).location == "/"


def test_a_comment_is_read_by_all_who_see_the_case_and_nobody_else(
    visit: Visit, case: PlayedCase
) -> None:
    head = visit("kepala.badan")
    text = "Mohon <b>segera</b>"
    assert head.post(at(case, "/komentar"), text=text).status_code == 303
    assert "Mohon &lt;b&gt;segera" in visit("supervisor").get(at(case)).text
    answer = visit("staf").post(at(case, "/komentar"), text="Saya juga")
    assert answer.status_code == 403


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_a_comment_that_cannot_be_kept_is_shown_again(
    visit: Visit, case: PlayedCase, text: str
) -> None:
    answer = visit("kepala.badan").post(at(case, "/komentar"), text=text)
    assert answer.status_code == 422
    assert 'id="problem-text"' in answer.text
    assert text in answer.text


def test_a_document_comes_back_byte_by_byte_and_is_never_run(
    visit: Visit, case: PlayedCase
) -> None:
    head = visit("kepala.badan")
    sent = head.send(at(case, "/dokumen"), {}, file=(PDF, "Disposisi “1”.pdf"))
    assert sent.status_code == 303
    (address,) = re.findall(r'href="(/dokumen/[^"]+)"', head.get(at(case)).text)
    answer = visit("supervisor").get(address)
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert visit("sekretaris").get(address).status_code == 403


def test_a_removed_document_stays_on_record_without_its_content(
    visit: Visit, case: PlayedCase
) -> None:
    head = visit("kepala.badan")
    head.send(at(case, "/dokumen"), {}, file=(PDF, "disposisi.pdf"))
    (address,) = re.findall(r'href="(/dokumen/[^"]+)"', head.get(at(case)).text)
    assert head.post(f"{address}/hapus", kembali=at(case)).location == at(case)
    page = text_of(head.get(at(case)))
    assert "disposisi.pdf" in page
    assert "Dihapus oleh kepala.badan" in page
    assert head.get(address).status_code == 409
    assert head.post(f"{address}/hapus").status_code == 409
    assert [one.type for one in case.history()][-2:] == ["document_attached", "document_removed"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "kosong.pdf"),
        (b"<script>", "halaman.html"),
        (b"<script>", "bukan.pdf"),
        (b"PK\x03\x04 word/ vbaProject.bin", "makro.docx"),
        (b"PK\x03\x04 xl/", "lembar.docx"),
        (b"a\0b", "biner.txt"),
        (b"MZ", "program.exe"),
        (PDF, "tanpa-akhiran"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_beside_its_field(
    visit: Visit, case: PlayedCase, content: bytes, name: str
) -> None:
    answer = visit("kepala.badan").send(at(case, "/dokumen"), {}, file=(content, name))
    assert answer.status_code == 422
    assert 'id="problem-file"' in answer.text


def test_no_file_is_refused_beside_its_field(visit: Visit, case: PlayedCase) -> None:
    answer = visit("kepala.badan").send(at(case, "/dokumen"), {})
    assert (answer.status_code, 'id="problem-file"' in answer.text) == (422, True)


@pytest.mark.parametrize("what", ["selesai", "draf", "ambil", "kembalikan", "komentar", "dokumen"])
def test_a_form_of_another_site_is_refused(visit: Visit, case: PlayedCase, what: str) -> None:
    head = visit("kepala.badan")
    head._token = "0" * 64
    assert head.post(at(case, f"/{what}")).status_code == 403
    assert [one.type for one in case.history()][-1] == "task_created"


def test_others_see_nothing_of_a_task(visit: Visit, case: PlayedCase) -> None:
    assert visit("staf").get(at(case)).status_code == 403
    assert visit("staf").post(at(case, "/selesai")).status_code == 403


def test_a_supervisor_sees_a_task_and_cannot_do_it(visit: Visit, case: PlayedCase) -> None:
    page = visit("supervisor").get(at(case))
    assert page.status_code == 200
    assert "Simpan draf" not in page.text
    assert "yang mengerjakannya adalah Kepala Badan" in text_of(page)
    assert visit("supervisor").post(at(case, "/selesai")).status_code == 403


def test_of_a_suspended_case_the_task_says_that_it_waits(visit: Visit, case: PlayedCase) -> None:
    address = at(case)
    case.suspend()
    page = visit("kepala.badan").get(address)
    assert "ditangguhkan" in text_of(page)
    assert "Simpan draf" not in page.text


def test_what_was_typed_is_shown_when_the_case_was_suspended_meanwhile(
    visit: Visit, case: PlayedCase
) -> None:
    address = at(case)
    head = visit("kepala.badan")
    head.get(address)
    case.suspend()
    late = head.post(f"{address}/selesai", catatan="tiga paragraf yang panjang")
    assert late.status_code == 409
    assert "tiga paragraf yang panjang" in late.text
    assert "Salin dari sini" in text_of(late)
