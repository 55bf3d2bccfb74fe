"""Deploying over HTTP: what comes in, what comes out again, what is refused."""

import io

import pytest
from werkzeug.test import TestResponse

from engine.config import ROOT
from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.api.diagrams import deployed
from tests.clock import TestClock
from tests.office import KEY, REFERENCE

DRAGGED = ROOT / "tests" / "data" / "modeler" / "evaluasi-internal-capaian-kinerja-digeser.bpmn"
CHANGED = REFERENCE.replace(b'value="Disposisi surat"', b'value="Disposisi surat masuk"')


def deploy(api: Api, source: bytes, content_type: str = "application/xml") -> TestResponse:
    return api.call(
        "POST",
        "/process-definitions",
        by="pemilik.proses",
        data=source,
        content_type=content_type,
    )


def upload(api: Api, *sources: bytes, **form: str) -> TestResponse:
    files = [(f"file{n}", (io.BytesIO(one), f"{n}.bpmn")) for n, one in enumerate(sources)]
    return api.call(
        "POST",
        "/process-definitions",
        by="pemilik.proses",
        data={**dict(files), **form},
        content_type="multipart/form-data",
    )


def test_the_same_diagram_is_no_new_version(api: Api) -> None:
    for answer in (deploy(api, REFERENCE), deploy(api, REFERENCE, "text/xml; charset=utf-8")):
        assert answer.status_code == 200
        assert (body_of(answer)["version"], body_of(answer)["created"]) == (1, False)


def test_a_changed_diagram_is_the_next_version(api: Api) -> None:
    assert CHANGED != REFERENCE
    for answer, status in ((deploy(api, CHANGED), 201), (upload(api, CHANGED), 200)):
        assert answer.status_code == status
        assert body_of(answer)["version"] == 2
    shown = body_of(api.get(f"/process-definitions/{KEY}", by="staf"))
    assert [version["version"] for version in shown["versions"]] == [2, 1]


def test_a_version_takes_effect_when_it_is_said_to(api: Api, clock: TestClock) -> None:
    answer = upload(api, CHANGED, effective_from="2026-11-05T08:00:00+08:00")
    assert body_of(answer)["effective_from"] == "2026-11-05T08:00:00+08:00"
    path = f"/process-definitions/{KEY}"
    assert body_of(api.get(path, by="staf"))["version"] == 1
    clock.advance(hours=23)
    api.tokens.clear()
    assert body_of(api.get(path, by="staf"))["version"] == 2


def test_a_wrong_moment_is_named_wherever_it_is_sent(api: Api) -> None:
    assert wrong_fields(upload(api, CHANGED, effective_from="morgen")).keys() == {"effective_from"}
    answer = api.call(
        "POST",
        "/process-definitions?effective_from=morgen",
        by="pemilik.proses",
        data=CHANGED,
        content_type="text/xml",
    )
    assert wrong_fields(answer).keys() == {"effective_from"}


def test_a_definition_shows_its_identity_block_its_actors_and_its_steps(api: Api) -> None:
    shown = body_of(api.get(f"/process-definitions/{KEY}", by="staf"))
    assert shown["identity"]["nomor"] == "002/SOP/BAPPEDALITBANG-Blg/2023"
    assert len(shown["lanes"]) == 4
    assert [step["number"] for step in shown["steps"]] == list(range(1, 11))
    step = shown["steps"][5]
    assert step["name"] == "Membuat Dokumen Laporan Kinerja"
    assert step["time_standard"] == "P2D"
    assert step["required_documents"] == "Draft Realisasi Capaian Kinerja Triwulan"
    row = shown["rows"][6]
    assert (row["shape"], row["step"], row["question"]) == ("diamond", 7, "Perlu perbaikan?")
    assert {one["to"]: one["labels"] for one in row["leads"]} == {7: ["Tidak"], 5: ["Ya"]}


def test_a_diagram_comes_back_byte_for_byte(api: Api) -> None:
    answer = api.get(f"/process-definitions/{KEY}/versions/1/bpmn", by="staf")
    assert answer.data == REFERENCE
    assert answer.content_type == "application/xml"  # its encoding is the one it declares
    assert answer.headers["Content-Disposition"] == f"attachment; filename={KEY}-1.bpmn"
    missing = api.get(f"/process-definitions/{KEY}/versions/2/bpmn", by="staf")
    assert problem_of(missing) == (404, "version-not-found")


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"hello",
        b"<x/>",
        b"<a>" * 5_000,
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        b'<?xml version="1.0" encoding="nonsense"?><x/>',
        REFERENCE[: len(REFERENCE) // 2],
        REFERENCE.replace(b"PT10M", b"sepuluh menit"),
        REFERENCE.replace(b"timeDuration", b"timeCycle"),
        b"<x>" + b"y" * (5 * 2**20) + b"</x>",
    ],
    ids=lambda source: source[:20].decode("ascii", "replace"),
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_run_is_refused_with_findings(api: Api, hostile: bytes) -> None:
    answer = deploy(api, hostile)
    assert problem_of(answer) == (422, "diagram-refused")
    findings = body_of(answer)["findings"]
    assert {"code", "line", "element_id", "message", "hint"} <= findings[0].keys()
    assert "root:" not in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content_type", ["", "application/json", "application/octet-stream"])
def test_a_diagram_is_declared_as_xml(api: Api, content_type: str) -> None:
    assert problem_of(deploy(api, REFERENCE, content_type)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_form_has_exactly_one_file(api: Api) -> None:
    assert wrong_fields(upload(api)).keys() == {"file"}
    assert wrong_fields(upload(api, REFERENCE, REFERENCE)).keys() == {"file"}
    assert wrong_fields(upload(api, REFERENCE, tamu="1")).keys() == {"tamu"}


def test_what_the_modeler_saves_is_the_same_version_drawn_anew(api: Api) -> None:
    dragged = DRAGGED.read_bytes()
    answer = body_of(deploy(api, dragged))
    assert (answer["version"], answer["created"], answer["redrawn"]) == (1, False, True)
    shown = api.get(f"/process-definitions/{KEY}/versions/1/bpmn", by="staf")
    assert shown.data == dragged
    assert body_of(deploy(api, dragged))["redrawn"] is False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_written_time_that_is_not_the_timers_is_refused_with_both_values(api: Api) -> None:
    written = b'<camunda:property name="sop.waktu" value="PT10M" />'
    answer = deploy(api, REFERENCE.replace(written, written.replace(b"PT10M", b"45 menit"), 1))
    assert problem_of(answer) == (422, "diagram-refused")
    (finding,) = body_of(answer)["findings"]
    assert (finding["code"], finding["element_id"]) == ("times-differ", "Langkah_01_Memerintahkan")
    for sentence in finding["message"].values():
        assert '"45 menit"' in sentence
        assert '"PT10M"' in sentence


def test_the_differences_of_two_versions_are_told(api: Api) -> None:
    changed = REFERENCE.replace(b'name="Mengoreksi Dokumen', b'name="Memeriksa Dokumen')
    deployed(api, changed)
    path = f"/process-definitions/{KEY}/differences"
    (difference,) = body_of(api.get(path, by="staf", **{"from": 1, "to": 2}))["items"]
    assert (difference["subject"], difference["field"]) == ("step", "name")
    assert difference["after"].startswith("Memeriksa")
    assert body_of(api.get(path, by="staf", **{"from": 2, "to": 2}))["items"] == []
    assert api.get(path, by="staf", **{"from": 1, "to": 9}).status_code == 404
