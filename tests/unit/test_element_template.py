"""The element template of a step asks for what the engine reads, and for nothing else."""

import json
import re
from typing import Any

import pytest

from engine.bpmn.actors import candidate_groups
from engine.bpmn.lint import lint
from engine.bpmn.names import CAMUNDA
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from engine.config import ROOT
from tests.unit.small_diagrams import arrows, lane, small, sop, timer

FILE = ROOT / "processes" / "element-templates" / "langkah-sop.json"
TEMPLATE: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
SOP = (ROOT / "processes" / "evaluasi-internal-capaian-kinerja.bpmn").read_bytes()
FIELDS = {entry["binding"]["name"]: entry for entry in TEMPLATE["properties"]}
READ_AS = {
    "sop.kelengkapan": "required_documents",
    "sop.output": "output",
    "sop.keterangan": "note",
}
"""What `bpmn.sop` reads of a step from each property; `sop.waktu` is compared with the timer."""


def test_every_field_is_one_that_a_step_has_and_every_one_of_a_step_is_a_field() -> None:
    assert FIELDS.keys() == {*READ_AS, "sop.waktu", "camunda:candidateGroups"}
    values = {name.removeprefix("sop."): name for name in READ_AS}
    diagram = small(f'<userTask id="a" camunda:candidateGroups="x">{sop(**values)}</userTask>')
    (step,) = read_process(diagram).steps
    assert {name: getattr(step, field) for name, field in READ_AS.items()} == {
        name: name for name in READ_AS
    }
    assert step.candidate_group == "x"
    assert FIELDS["camunda:candidateGroups"]["binding"]["type"] == "property"
    assert {FIELDS[f"sop.{name}"]["binding"]["type"] for name in (*values, "waktu")} == {
        "camunda:property"
    }


def test_the_sop_of_the_office_uses_the_template_and_no_other_field() -> None:
    diagram = read(SOP)
    assert len(diagram.steps) == 10
    for step in diagram.steps:
        assert step.get(f"{{{CAMUNDA}}}modelerTemplate") == TEMPLATE["id"]
        names = {entry.get("name") for entry in step.iter(f"{{{CAMUNDA}}}property")}
        assert names <= FIELDS.keys()
        assert candidate_groups(step)


def test_it_makes_a_user_task_of_a_task_and_hides_no_other_field() -> None:
    assert TEMPLATE["appliesTo"] == ["bpmn:Task", "bpmn:UserTask"]
    assert TEMPLATE["elementType"] == {"value": "bpmn:UserTask"}
    assert TEMPLATE["entriesVisible"] is True  # forms and documentation stay within reach
    assert "version" not in TEMPLATE  # steps that name no version would lose the template


def test_every_field_says_in_a_sentence_what_belongs_there() -> None:
    groups = {group["id"] for group in TEMPLATE["groups"]}
    for entry in TEMPLATE["properties"]:
        assert entry["description"].endswith(".")
        assert entry["group"] in groups
        assert entry["type"] == "String"


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("PT2H", "PT2H"),
        ("P1DT4H", "P1DT4H"),
        ("2 jam", "PT2H"),
        ("1 hari kerja", "P1D"),
        ("1 bulan 2 minggu 3 hari 4 jam 5 menit", "P1M2W3DT4H5M"),
        ("dua jam", None),
        ("2", None),
        ("PT", None),
        ("2 jam lagi", None),
        ("2H", None),
    ],
)
def test_a_time_is_right_in_the_modeler_if_the_engine_can_compare_it(
    written: str, same: str | None
) -> None:
    pattern = FIELDS["sop.waktu"]["constraints"]["pattern"]["value"]
    diagram = small(
        f'<laneSet>{lane("staf", "s", "a", "e")}</laneSet><startEvent id="s"/>'
        f'<userTask id="a">{sop(waktu=written, output="x")}</userTask><endEvent id="e"/>'
        f"{timer('t', 'a', same or 'PT2H')}{arrows('s', 'a', 'e')}{arrows('t', 'e')}"
    )
    codes = {finding.code for finding in lint(diagram)} & {"times-differ", "time-not-compared"}
    assert codes == (set() if same else {"time-not-compared"})
    assert (re.search(pattern, written) is not None) is (same is not None)


@pytest.mark.parametrize(
    ("written", "fits"), [("kepala-badan", True), ("", True), ("a,b", False), ("${x}", False)]
)
def test_a_position_is_one_code(written: str, fits: bool) -> None:  # noqa: FBT001 — a parameter
    pattern = FIELDS["camunda:candidateGroups"]["constraints"]["pattern"]["value"]
    assert (re.search(pattern, written) is not None) is fits
