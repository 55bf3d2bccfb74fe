"""Kasus: what people see of a case, and what they may do with it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine import comments, instances, people, repository
from engine.model import InstanceState
from engine.permissions import SYSTEM
from tests.api.diagrams import ASKING
from tests.office import Office, PlayedCase, appoint
from tests.pages.client import Visitor, text_of
from tests.unit.small_diagrams import arrows, source
from tests.unit.workflow_diagrams import xml

Visit = Callable[..., Visitor]


@pytest.fixture
def case(office: Office) -> PlayedCase:
    """A case that waits for its second step."""
    case = office.start()
    case.play(until="Membuat format")
    return case


def page(case: PlayedCase, what: str = "") -> str:
    """Return the address of a case."""
    return f"/kasus/{case.id}{what}"


def test_a_case_is_found_by_any_part_of_its_name_by_whoever_may_see_it(
    visit: Visit, office: Office
) -> None:
    office.start("Surat 12/2026")
    office.start("Nota 100%")
    supervisor = visit("supervisor")
    assert "Surat 12/2026" in text_of(supervisor.get("/kasus", cari="SURAT"))
    assert "Nota" not in text_of(supervisor.get("/kasus", cari="surat"))
    assert "Surat" not in text_of(supervisor.get("/kasus", cari="%"))
    assert "Tidak ada kasus yang cocok" in text_of(visit("staf").get("/kasus"))


def test_the_page_says_how_every_step_stands_and_what_happened(
    visit: Visit, case: PlayedCase
) -> None:
    shown = visit("supervisor").get(page(case))
    said = text_of(shown)
    assert "4 Nov 2026 09.00 Selesai" in said
    assert "Sedang dikerjakan" in shown.text
    assert "kepala.badan sebagai kepala-badan menyelesaikan “Memerintahkan" in said
    assert '"badge": "Selesai"' in shown.text


def test_a_name_that_is_html_stays_a_name(visit: Visit, office: Office) -> None:
    case = office.start("</script><script>alert(1)</script>")
    for path in ("/kasus", page(case)):
        assert "<script>alert" not in visit("supervisor").get(path).text


def test_a_supervisor_suspends_resumes_and_cancels_with_a_reason(
    visit: Visit, case: PlayedCase
) -> None:
    supervisor = visit("supervisor")
    supervisor.get(page(case))
    refused = supervisor.post(page(case, "/tangguhkan"), reason=" ")
    assert refused.status_code == 422
    assert "Belum tersimpan" in text_of(refused)
    assert case.state() is InstanceState.ACTIVE
    assert supervisor.post(page(case, "/tangguhkan"), reason="Menunggu").status_code == 303
    assert "menangguhkan kasus: Menunggu" in text_of(supervisor.get(page(case)))
    assert supervisor.post(page(case, "/lanjutkan")).status_code == 303
    assert supervisor.post(page(case, "/batal"), reason="Ditarik").status_code == 303
    assert case.state() is InstanceState.CANCELLED
    assert "Tindakan" not in text_of(supervisor.get(page(case)))


def test_a_supervisor_assigns_and_extends(visit: Visit, case: PlayedCase) -> None:
    supervisor = visit("supervisor")
    (task,) = case.open_tasks()
    supervisor.get(page(case))
    address = page(case, f"/tugas/{task.id}")
    assert supervisor.post(f"{address}/tugaskan", assignee="kasubag").status_code == 303
    for wrong in ("", "0", "-1", "1,5", "P1D", "1H30", "9" * 20):
        answer = supervisor.post(f"{address}/perpanjang", duration=wrong, unit="jam", reason="a")
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
    fields = {"duration": "1", "unit": "hari", "reason": "Data belum lengkap"}
    assert supervisor.post(f"{address}/perpanjang", **fields).status_code == 303
    (moved,) = case.open_tasks()
    assert moved.due_at is not None
    assert task.due_at is not None
    assert moved.due_at > task.due_at
    said = text_of(supervisor.get(page(case)))
    assert "menugaskan “Membuat format" in said
    assert "memperpanjang tenggat “Membuat format" in said
    assert "” sampai 5 Nov 2026 " in said


def test_without_lanes_steps_are_those_of_positions_by_name(visit: Visit, office: Office) -> None:
    task = '<userTask id="a" name="Menerima" camunda:candidateGroups="kepala-badan"/>'
    office.deploy(source(f'<startEvent id="s"/>{task}' + arrows("s", "a")))
    with office.database.begin() as tx:
        position = repository.position_by_code(tx, "kepala-badan")
        people.rename_position(tx, position.id, name="Kepala Badan", by=SYSTEM)
    case = office.start(key="p")
    supervisor = visit("supervisor")
    (task_id,) = (one.id for one in case.open_tasks())
    for path in (page(case), f"/tugas/{task_id}", "/pantauan/tugas"):
        said = text_of(supervisor.get(path))
        assert "Kepala Badan" in said, path
        assert "kepala-badan" not in said, path


def test_what_is_wrong_with_an_extension_is_said_as_it_is(visit: Visit, case: PlayedCase) -> None:
    supervisor = visit("supervisor")
    (task,) = case.open_tasks()
    supervisor.get(page(case))
    address = page(case, f"/tugas/{task.id}/perpanjang")
    sent: dict[str, object] = {"duration": "1", "unit": "hari", "reason": "a"}
    for wrong, said in (
        ({"duration": "100000"}, "Lama waktu paling panjang sepuluh tahun"),
        ({"by": "due_date", "due_date": "9999-12-31T23:59"}, "Kalender tidak sampai sejauh itu."),
        ({"reason": "a" * 2001}, "Paling panjang 2000 huruf."),
    ):
        answer = supervisor.post(address, **{**sent, **wrong})
        assert (answer.status_code, said in text_of(answer)) == (422, True), text_of(answer)


def test_a_task_is_acted_on_only_as_one_of_its_own_case(
    visit: Visit, case: PlayedCase, office: Office
) -> None:
    supervisor = visit("supervisor")
    (task,) = case.open_tasks()
    supervisor.get(page(case))
    other = page(office.start("Kasus lain"), f"/tugas/{task.id}")
    fields = {"duration": "1", "unit": "hari", "reason": "a"}
    assert supervisor.post(f"{other}/perpanjang", **fields).status_code == 404
    assert supervisor.post(f"{other}/tugaskan", assignee="kasubag").status_code == 404
    assert case.open_tasks()[0].due_at == task.due_at


def test_a_deadline_is_extended_to_a_moment_of_the_office(visit: Visit, case: PlayedCase) -> None:
    supervisor = visit("supervisor")
    (task,) = case.open_tasks()
    address = page(case, f"/tugas/{task.id}/perpanjang")
    supervisor.get(page(case))
    sent = {"by": "due_date", "reason": "Menunggu data"}
    beyond = ("0001-01-01T00:00", "9999-12-31T23:59")
    for wrong in ("", "besok", "2026-02-31T10:00", "2020-01-01T10:00", *beyond):
        answer = supervisor.post(address, due_date=wrong, **sent)
        assert answer.status_code == 422, wrong
        assert 'aria-describedby="problem-due_date"' in answer.text
    assert supervisor.post(address, due_date="2026-11-06T10:30", **sent).status_code == 303
    (moved,) = case.open_tasks()
    assert moved.due_at == datetime(2026, 11, 6, 2, 30, tzinfo=UTC)
    assert "sampai 6 Nov 2026 10.30: Menunggu data" in text_of(supervisor.get(page(case)))


def test_a_deadline_many_years_away_hides_no_task(visit: Visit, case: PlayedCase) -> None:
    (task,) = case.open_tasks()
    sent = {"by": "due_date", "reason": "Salah ketik", "due_date": "2060-11-04T10:00"}
    supervisor = visit("supervisor")
    assert supervisor.post(page(case, f"/tugas/{task.id}/perpanjang"), **sent).status_code == 303
    for visitor, path in (
        (visit("kasubag"), "/tugas"),
        (visit("kasubag"), f"/tugas/{task.id}"),
        (supervisor, "/pantauan/tugas"),
        (supervisor, page(case)),
    ):
        answer = visitor.get(path)
        assert (answer.status_code, task.name in text_of(answer)) == (200, True), path
    assert "Sisa lebih dari sepuluh tahun" in text_of(visit("kasubag").get("/tugas"))


def test_only_the_form_that_was_refused_is_open_with_what_was_typed_and_what_is_wrong(
    visit: Visit, office: Office
) -> None:
    office.deploy(xml("start > and1", "and1 > a > and2", "and1 > b > and2", "and2 > end"))
    case = office.start("Dua tugas", key="process")
    supervisor = visit("supervisor")
    supervisor.get(page(case))
    first, second = (page(case, f"/tugas/{task.id}") for task in case.open_tasks())
    refused = supervisor.post(f"{first}/tugaskan", assignee="siapa.ini").text
    assert refused.count("<details open>") == 1
    assert 'value="siapa.ini" aria-invalid="true" aria-describedby="problem-assignee"' in refused
    own, other = (refused.partition(f'action="{one}/tugaskan"')[2] for one in (first, second))
    assert "siapa.ini" in own.partition("</form>")[0]
    assert "siapa.ini" not in other.partition("</form>")[0]
    assert supervisor.post(page(case, "/batal"), reason="x" * 2001).status_code == 422
    refused = supervisor.post(page(case, "/batal"), reason="  ").text
    assert refused.count('<details class="card" open>') == 1
    assert refused.count('aria-describedby="problem-reason"') == 1


def test_every_open_task_of_a_step_that_is_done_many_times_at_once_can_be_acted_on(
    visit: Visit, office: Office
) -> None:
    four = "<multiInstanceLoopCharacteristics><loopCardinality>4</loopCardinality>"
    office.deploy(
        source(
            '<startEvent id="start"/><endEvent id="end"/>'
            '<userTask id="judge" name="Menilai" camunda:candidateGroups="kepala-badan">'
            f"{four}</multiInstanceLoopCharacteristics></userTask>"
            + arrows("start", "judge", "end")
        )
    )
    case = office.start("Empat penilai", key="p")
    supervisor = visit("supervisor")
    shown = supervisor.get(page(case)).text
    addresses = [page(case, f"/tugas/{task.id}/tugaskan") for task in case.open_tasks()]
    assert len(addresses) == 4
    assert [shown.count(f'action="{one}"') for one in addresses] == [1] * 4
    assert supervisor.post(addresses[0], assignee="kepala.badan").status_code == 303


def test_whoever_is_not_a_supervisor_sees_no_action_and_can_do_none(
    visit: Visit, case: PlayedCase
) -> None:
    (task,) = case.open_tasks()
    actor = visit("kasubag")
    assert "Tindakan" not in text_of(actor.get(page(case)))
    for what in ("/batal", "/tangguhkan", f"/tugas/{task.id}/tugaskan"):
        answer = actor.post(page(case, what), reason="a", assignee="kasubag")
        assert answer.status_code == 403
    assert case.state() is InstanceState.ACTIVE


def test_a_case_is_told_of_what_it_waits_for(visit: Visit, office: Office) -> None:
    office.deploy(ASKING)
    case = office.start("Permohonan 7", key="asking")
    supervisor = visit("supervisor")
    assert "“Jawaban” sudah diterima" in text_of(supervisor.get(page(case)))
    assert supervisor.post(page(case, "/sampaikan"), event="message:Jawaban").status_code == 303
    assert case.state() is InstanceState.COMPLETED
    assert supervisor.post(page(case, "/sampaikan"), event="timer:x").status_code == 422


def test_comments_and_documents_belong_to_the_case(visit: Visit, case: PlayedCase) -> None:
    actor = visit("kasubag")
    actor.get(page(case))
    assert actor.post(page(case, "/komentar"), text="Data menyusul.").status_code == 303
    sent = actor.send(page(case, "/dokumen"), {}, file=(b"%PDF-1.7 isi", "laporan.pdf"))
    assert sent.status_code == 303
    said = text_of(visit("kepala.badan").get(page(case)))
    assert "Data menyusul." in said
    assert "laporan.pdf" in said
    assert "melampirkan dokumen “laporan.pdf”" in said


def test_people_are_called_by_their_names_wherever_they_are_spoken_of(
    visit: Visit, office: Office, case: PlayedCase
) -> None:
    with office.database.begin() as tx:
        person = repository.user_by_name(tx, "kepala.badan")
        people.change_user(tx, person.id, name="Ibu Kepala", by=SYSTEM)
        colleague = repository.user_by_name(tx, "kasubag")
        appoint(tx, repository.position_by_code(tx, "kepala-badan"), colleague.id)
    supervisor = visit("supervisor")
    case_page = text_of(supervisor.get(page(case)))
    assert "Ibu Kepala sebagai kepala-badan menyelesaikan “Memerintahkan" in case_page
    assert "kepala.badan" not in case_page
    task = case.task("Membuat format")
    assert "Ibu Kepala, 4 Nov 2026" in text_of(supervisor.get(f"/tugas/{task.id}"))
    (done,) = [one.task for one in case.progress().steps if one.task and one.task.completed_by]
    too_late = visit("kasubag").post(f"/tugas/{done.id}/selesai")
    assert too_late.status_code == 409
    assert "Ibu Kepala menyelesaikannya pada 4 Nov 2026" in text_of(too_late)


def test_cases_of_ones_own_are_those_one_started_or_has_a_task_in(
    visit: Visit,
    office: Office,
    case: PlayedCase,  # noqa: ARG001 — it is there to be found
) -> None:
    supervisor = visit("supervisor")
    assert "LAKIP/2026/III" in text_of(supervisor.get("/kasus", milik="saya"))
    office.start("Bukan urusan saya", by="kepala.badan")
    assert "Bukan urusan saya" not in text_of(supervisor.get("/kasus", milik="saya"))
    assert "Bukan urusan saya" in text_of(supervisor.get("/kasus"))


def test_the_newest_of_many_comments_stand_on_the_page_and_all_of_them_on_one_of_their_own(
    visit: Visit, office: Office, case: PlayedCase
) -> None:
    by = office.actor("kasubag")
    with office.database.begin() as tx:
        for number in range(60):
            comments.write(tx, case.id, f"Catatan nomor {number}.", by=by)
    actor = visit("kasubag")
    shown = text_of(actor.get(page(case)))
    assert "Catatan nomor 59." in shown
    assert "Catatan nomor 9." not in shown
    assert page(case, "/komentar") in actor.get(page(case)).text
    first = actor.get(page(case, "/komentar"))
    assert "Catatan nomor 0." in text_of(first)
    following = first.text.partition('href="?')[2].partition('"')[0]
    last = text_of(actor.get(f"{page(case, '/komentar')}?{following}"))
    assert "Catatan nomor 59." in last
    assert "Belum ada dokumen." in text_of(actor.get(page(case, "/dokumen")))


def test_what_happens_has_no_name_before_it_and_what_somebody_does_has_one(
    visit: Visit, office: Office, case: PlayedCase
) -> None:
    with office.database.begin() as tx:
        instances.suspend(tx, case.id, reason="menunggu", by=SYSTEM)
    visit("supervisor").post(page(case, "/batal"), reason="keliru")
    told = text_of(visit("supervisor").get(page(case)))
    assert "sistem menangguhkan kasus: menunggu" in told
    assert "supervisor membatalkan kasus: keliru" in told
    assert "supervisor Langkah" not in told
    assert "tidak diperlukan lagi" in told
