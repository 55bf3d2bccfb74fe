"""Element templates over HTTP, and the kit for the desktop modeler."""

import io
import json
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from api.wiring import NAME, Alur
from engine.config import ROOT
from tests.api.client import Api, body_of, problem_of
from tests.api.test_deployment import CHANGED, DRAGGED, deploy, upload
from tests.office import KEY, REFERENCE

TEMPLATE = (ROOT / "processes" / "element-templates" / "langkah-sop.json").read_bytes()
INSIDE = ".camunda/element-templates/langkah-sop.json"


def use_folder(api: Api, folder: Path) -> None:
    """Let the installation take its templates from there."""
    alur: Alur = api.app.extensions[NAME]
    settings = replace(alur.settings, element_templates=folder)
    api.app.extensions[NAME] = replace(alur, settings=settings)


def kit(api: Api) -> ZipFile:
    answer = api.get(f"/process-definitions/{KEY}/kit", by="pemilik.proses")
    assert answer.content_type == "application/zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={KEY}.zip"
    return ZipFile(io.BytesIO(answer.data))


def test_the_templates_are_listed_as_they_are_written(api: Api) -> None:
    answer = api.get("/element-templates", by="staf")
    assert body_of(answer) == {"items": [json.loads(TEMPLATE)]}


def test_a_kit_holds_the_diagram_and_the_template_where_the_modeler_looks(api: Api) -> None:
    packed = kit(api)
    assert packed.testzip() is None
    assert packed.namelist() == [f"{KEY}.bpmn", INSIDE]
    assert packed.read(f"{KEY}.bpmn") == REFERENCE
    assert packed.read(INSIDE) == TEMPLATE


def test_the_same_kit_has_the_same_bytes(api: Api) -> None:
    path = f"/process-definitions/{KEY}/kit"
    assert api.get(path, by="staf").data == api.get(path, by="supervisor").data


def test_a_kit_holds_the_newest_drawing_of_the_newest_version(api: Api) -> None:
    dragged = DRAGGED.read_bytes()
    deploy(api, dragged)
    assert kit(api).read(f"{KEY}.bpmn") == dragged
    upload(api, CHANGED, effective_from="2026-11-05T08:00:00+08:00")
    assert kit(api).read(f"{KEY}.bpmn") == CHANGED


def test_what_a_kit_holds_can_be_deployed_and_changes_nothing(api: Api) -> None:
    answer = body_of(deploy(api, kit(api).read(f"{KEY}.bpmn")))
    assert (answer["version"], answer["created"], answer["redrawn"]) == (1, False, False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_there_is_no_kit_of_an_unknown_sop(api: Api) -> None:
    answer = api.get("/process-definitions/nothing/kit", by="staf")
    assert problem_of(answer) == (404, "definition-not-found")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_office_can_add_templates_of_its_own(api: Api, tmp_path: Path) -> None:
    (tmp_path / "lain.json").write_text('{"id": "lain"}')
    (tmp_path / "catatan.txt").write_text("bukan templat")
    use_folder(api, tmp_path)
    assert body_of(api.get("/element-templates", by="staf")) == {"items": [{"id": "lain"}]}
    assert kit(api).namelist() == [f"{KEY}.bpmn", ".camunda/element-templates/lain.json"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("broken", ["{", "[]", None])
def test_a_template_that_cannot_be_read_is_named(
    api: Api, tmp_path: Path, broken: str | None
) -> None:
    if broken is not None:
        (tmp_path / "rusak.json").write_text(broken)
    use_folder(api, tmp_path if broken else tmp_path / "missing")
    answer = api.get("/element-templates", by="staf")
    assert problem_of(answer) == (503, "unreadable-element-template")
    assert body_of(answer)["name"] == ("rusak.json" if broken else "missing")
