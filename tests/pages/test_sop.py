"""SOP: how an SOP is shown, what changed between its versions, and how a case starts."""

import re
from collections import Counter
from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.office import KEY, REFERENCE, Office
from tests.pages.client import Visitor, text_of
from tests.unit.small_diagrams import arrows, source

Visit = Callable[..., Visitor]
PAGE = f"/sop/{KEY}"
CHANGED = REFERENCE.replace(
    b'name="Mengoreksi Dokumen Laporan Capaian Kinerja"', b'name="Memeriksa Dokumen"'
)


def test_an_sop_is_shown_in_the_form_of_the_regulation(visit: Visit, office: Office) -> None:  # noqa: ARG001 — it has to be there
    staff = visit("staf")
    assert "Evaluasi Internal Capaian Kinerja" in text_of(staff.get("/sop"))
    shown = staff.get(PAGE)
    said = text_of(shown)
    for part in (
        "Nomor SOP 002/SOP/BAPPEDALITBANG-Blg/2023",
        "Tanggal Pembuatan 10 Juli 2023 Tanggal Revisi Tanggal Pengesahan 10 Juli 2023",
        "Dasar Hukum",
        "Mutu baku",
        "2 hari kerja",
        "Staf/Jabatan Fungsional Umum",
    ):
        assert part in said
    shapes = re.findall(r'class="symbol (\w+)"', shown.text)
    assert Counter(shapes) == {"capsule": 2, "rectangle": 6, "diamond": 2}
    assert "Mulai kasus baru" not in said


def test_each_symbol_says_what_it_is_who_does_it_and_where_it_leads(
    visit: Visit,
    office: Office,  # noqa: ARG001 — as above
) -> None:
    said = words_of_symbols(visit("staf").get(PAGE))
    assert said[0] == "Mulai, Kepala Badan; lalu langkah 2"
    assert said[6] == (
        "Keputusan, Sekretaris; Perlu perbaikan?; jika Tidak lalu langkah 8; "
        "jika Ya kembali ke langkah 6"
    )
    assert said[9] == "Selesai, Staf/Jabatan Fungsional Umum"


def test_lanes_of_one_name_or_none_are_columns_of_their_own(visit: Visit, office: Office) -> None:
    same = REFERENCE.replace(b'name="Sekretaris"', b'name="Kepala Badan"')
    nameless = re.sub(rb' name="Sekretaris"', b"", REFERENCE)
    for diagram, columns in ((same, 2), (nameless, 1)):
        office.deploy(diagram)
        shown = visit("staf").get(PAGE)
        assert shown.text.count("<span>Kepala Badan</span>") == columns
        cells = [row.count('role="img"') for row in shown.text.split("<tr>") if "flow" in row]
        assert cells == [1] * 10


def test_what_has_no_symbol_is_said_under_the_table(visit: Visit, office: Office) -> None:
    office.deploy(
        source(
            '<startEvent id="s"/><userTask id="a" name="Menerima"/><parallelGateway id="fork"/>'
            '<userTask id="b" name="Menilai"/><userTask id="c" name="Meninjau"/>'
            + arrows("s", "a", "fork", "b")
            + arrows("fork", "c")
        )
    )
    shown = visit("staf").get("/sop/p")
    assert "dikerjakan serentak" in text_of(shown)
    assert words_of_symbols(shown)[0] == (
        "Mulai, Belum ditentukan; lalu serentak langkah 2, langkah 3"
    )


def words_of_symbols(shown: TestResponse) -> list[str]:
    """Return what the symbols of the flow chart say, row by row."""
    return re.findall(r'role="img" aria-label="([^"]*)"', shown.text)


def test_what_changed_between_two_versions_is_said(visit: Visit, office: Office) -> None:
    assert CHANGED != REFERENCE
    office.deploy(CHANGED)
    supervisor = visit("supervisor")
    assert "perbedaan dengan versi 1" in text_of(supervisor.get(PAGE))
    said = text_of(supervisor.get(f"{PAGE}/perbedaan", dari=1, ke=2))
    assert "Langkah: Memeriksa Dokumen · nama" in said
    assert "Mengoreksi Dokumen Laporan Capaian Kinerja Memeriksa Dokumen" in said
    assert "dari versi 2 ke versi 1" in text_of(supervisor.get(f"{PAGE}/perbedaan", dari=2, ke=1))
    assert "Memeriksa Dokumen" not in text_of(supervisor.get(PAGE, versi=1))
    assert supervisor.get(PAGE, versi=3).status_code == 404
    assert supervisor.get(f"{PAGE}/perbedaan", dari=1, ke=9).status_code == 404
    assert supervisor.get(f"{PAGE}/perbedaan", dari="x", ke=2).status_code == 422


def test_the_drawing_is_what_was_deployed(visit: Visit, office: Office) -> None:  # noqa: ARG001 — as above
    answer = visit("staf").get(f"{PAGE}/versi/1/diagram.bpmn")
    assert (answer.data, answer.mimetype) == (REFERENCE, "application/xml")


def test_an_sop_with_letters_of_any_alphabet_has_all_its_files(
    visit: Visit, office: Office
) -> None:
    key = "kinerja-ş日"
    office.deploy(REFERENCE.replace(KEY.encode(), key.encode()))
    supervisor = visit("supervisor")
    for path in (
        f"/sop/{key}",
        f"/sop/{key}/versi/1/diagram.bpmn",
        f"/pantauan/sop/{key}",
        f"/pantauan/sop/{key}/unduh",
        f"/pantauan/sop/{key}/lembar",
        f"/pantauan/sop/{key}/lembar/unduh",
    ):
        assert supervisor.get(path).status_code == 200, path


def test_whoever_may_starts_a_case_and_is_led_to_it(visit: Visit, office: Office) -> None:
    head = visit("kepala.badan")
    assert "Mulai kasus baru" in text_of(head.get(PAGE))
    nameless = head.post(f"{PAGE}/mulai", business_key=" ")
    assert nameless.status_code == 422
    assert 'aria-invalid="true"' in nameless.text
    assert office.cases() == []
    started = head.post(f"{PAGE}/mulai", business_key="LAKIP 2026")
    (case,) = office.cases()
    assert (started.status_code, started.location) == (303, f"/kasus/{case}")
    assert visit("staf").post(f"{PAGE}/mulai", business_key="x").status_code == 403


def test_an_sop_that_is_not_there_is_a_page_that_says_so(visit: Visit, office: Office) -> None:  # noqa: ARG001 — as above
    answer = visit("staf").get("/sop/tidak-ada")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
