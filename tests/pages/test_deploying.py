"""Memasang diagram: what the page says of a file, and what it does with it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from engine import repository
from engine.config import Settings
from tests.office import KEY, REFERENCE, Office
from tests.pages.client import Visitor, text_of

Visit = Callable[..., Visitor]
CHANGED = REFERENCE.replace(b"Mengoreksi Dokumen Laporan", b"Memeriksa Dokumen Laporan")
DIFFERING = REFERENCE.replace(b">PT10M<", b">PT20M<", 1)


@pytest.fixture
def owner(visit: Visit, office: Office) -> Visitor:  # noqa: ARG001 — its SOP is deployed
    visitor: Visitor = visit("pemilik.proses")
    visitor.get("/pasang")
    return visitor


def newest(office: Office) -> int:
    with office.database.read() as tx:
        found = repository.latest_definition(tx, KEY)
    assert found is not None
    return found.version


def test_a_diagram_is_looked_at_first_and_deployed_byte_for_byte_from_that_page(
    owner: Visitor, office: Office
) -> None:
    looked = owner.send("/pasang", {"langkah": "periksa"}, file=(CHANGED, "sop.bpmn"))
    assert "Diagram ini dapat dipasang" in text_of(looked)
    assert newest(office) == 1
    kept = re.search(r'name="isi" value="([^"]+)"', looked.text)
    assert kept is not None
    deployed = owner.post("/pasang", langkah="pasang", isi=kept.group(1))
    said = text_of(owner.get(deployed.location))
    assert "terpasang sebagai versi 2, berlaku sejak" in said
    assert "Yang berubah dari versi 1" in said
    with office.database.read() as tx:
        found = repository.latest_definition(tx, KEY)
    assert found is not None
    assert found.source == CHANGED


def test_a_diagram_that_means_the_same_makes_no_version(owner: Visitor, office: Office) -> None:
    redrawn = REFERENCE.replace(b"<dc:Bounds x=", b"<dc:Bounds  x=")
    answer = owner.send("/pasang", {"langkah": "pasang"}, file=(redrawn, "sop.bpmn"))
    assert "tidak berubah artinya: versi 1 tetap" in text_of(owner.get(answer.location))
    again = owner.send("/pasang", {"langkah": "pasang"}, file=(redrawn, "sop.bpmn"))
    assert "tidak berubah: versi 1 tetap yang terbaru." in text_of(owner.get(again.location))
    assert newest(office) == 1


@pytest.mark.parametrize("step", ["periksa", "pasang"])
def test_a_refused_diagram_says_what_is_wrong_where_and_what_to_do(
    owner: Visitor, office: Office, step: str
) -> None:
    answer = owner.send("/pasang", {"langkah": step}, file=(DIFFERING, "sop.bpmn"))
    assert answer.status_code == (200 if step == "periksa" else 422)
    said = text_of(answer)
    assert "Diagram ini ditolak: ada 1 kesalahan. Tidak ada yang terpasang." in said
    assert "Kesalahan (1)" in said
    assert "timernya" in said
    assert "Memerintahkan untuk penyusunan Lakip Langkah_01_Memerintahkan" in said
    assert '"badge": "Kesalahan"' in answer.text
    assert 'name="isi"' not in answer.text
    assert newest(office) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"bukan XML", "XML"),
        (b"<html/>", "BPMN"),
        (b"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>", "proses"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE|DTD|dokumen"),
    ],
)
def test_a_file_that_is_no_diagram_is_refused_in_words(
    owner: Visitor, content: bytes, said: str
) -> None:
    answer = owner.send("/pasang", {"langkah": "pasang"}, file=(content, "x.bpmn"))
    assert answer.status_code == 422
    assert re.search(said, text_of(answer)), text_of(answer)


@pytest.mark.parametrize("step", ["periksa", "pasang"])
@pytest.mark.parametrize(
    ("content", "said"),
    [(b" \n", "Berkas ini kosong."), (b"x" * 12 * 2**20, "Berkas ini lebih besar dari 5 MB.")],
    ids=["empty", "12 MB"],
)
def test_an_empty_or_too_large_file_is_told_so_beside_its_field(
    owner: Visitor, content: bytes, said: str, step: str
) -> None:
    answer = owner.send("/pasang", {"langkah": step}, file=(content, "x.bpmn"))
    assert answer.status_code == 422
    assert said in answer.text.partition('id="problem-berkas"')[2].partition("</small>")[0]


def test_a_diagram_that_is_carried_along_wrongly_has_to_be_chosen_again(owner: Visitor) -> None:
    for spoilt in ("é", "x", "====", ""):
        answer = owner.post("/pasang", langkah="pasang", isi=spoilt)
        assert (answer.status_code, "Pilih berkas terlebih dahulu" in text_of(answer)) == (
            422,
            True,
        )


def test_a_diagram_may_be_larger_than_the_documents_an_office_keeps(
    open_app: Callable[[Settings], Flask], settings: Settings, office: Office
) -> None:
    del office  # its people have to be there
    strict = open_app(replace(settings, max_document_bytes=1024))
    owner = Visitor(strict, "pemilik.proses")
    large = REFERENCE + b" " * 2 * 2**20
    assert owner.send("/pasang", {"langkah": "periksa"}, file=(large, "x.bpmn")).status_code == 200


def test_whoever_was_logged_out_meanwhile_is_not_shown_the_file_as_if_typed(
    owner: Visitor, office: Office
) -> None:
    office.wait("P5D")
    ended = owner.post("/pasang", langkah="pasang", isi="QUJD" * 50)
    assert (ended.status_code, "QUJDQUJD" in ended.text) == (401, False)


def test_without_a_file_or_with_a_wrong_moment_the_form_says_so(owner: Visitor) -> None:
    assert 'aria-describedby="problem-berkas"' in owner.post("/pasang", langkah="pasang").text
    assert 'aria-describedby="problem-berkas"' in owner.post("/pasang", isi="bukan base64").text
    for moment in ("2026-02-31T08:00", "0001-01-01T00:00", "9999-12-31T23:59"):
        wrong = {"langkah": "pasang", "berlaku": moment}
        answer = owner.send("/pasang", wrong, file=(CHANGED, "x.bpmn"))
        assert (answer.status_code, "problem-berlaku" in answer.text) == (422, True), moment
    assert owner.get(f"/sop/{KEY}").status_code == 200


@pytest.mark.parametrize("step", ["periksa", "pasang"])
def test_a_diagram_need_not_be_chosen_again_after_a_wrong_moment(owner: Visitor, step: str) -> None:
    wrong = {"langkah": step, "berlaku": "9999-12-31T23:59"}
    answer = owner.send("/pasang", wrong, file=(CHANGED, "x.bpmn"))
    assert (answer.status_code, "problem-berlaku" in answer.text) == (422, True)
    kept = re.search(r'name="isi" value="([^"]+)"', answer.text)
    assert kept is not None
    assert owner.post("/pasang", langkah="pasang", isi=kept[1]).status_code == 303


def test_a_version_can_come_into_force_later(owner: Visitor, office: Office) -> None:
    later = {"langkah": "pasang", "berlaku": "2026-12-01T08:00"}
    answer = owner.send("/pasang", later, file=(CHANGED, "x.bpmn"))
    assert "berlaku sejak 1 Des 2026 08.00" in text_of(owner.get(answer.location))
    with office.database.read() as tx:
        assert repository.definition_in_force(tx, KEY).version == 1


def test_a_rehearsal_lets_services_be_done_by_whoever_starts(owner: Visitor) -> None:
    service = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="x"'
        b' isExecutable="true"><serviceTask id="a" name="Kirim"/></process></definitions>'
    )
    refused = owner.send("/pasang", {"langkah": "pasang"}, file=(service, "x.bpmn"))
    assert refused.status_code == 422
    rehearsal = {"langkah": "pasang", "percobaan": "1"}
    assert owner.send("/pasang", rehearsal, file=(service, "x.bpmn")).status_code == 303


def test_only_process_owners_find_the_way(visit: Visit, owner: Visitor) -> None:
    assert 'href="/pasang"' in owner.get("/sop").text
    assert 'href="/pasang"' not in visit("supervisor").get("/sop").text
    supervisor = visit("supervisor")
    refused = supervisor.send("/pasang", {"langkah": "pasang"}, file=(CHANGED, "x.bpmn"))
    assert refused.status_code == 403
