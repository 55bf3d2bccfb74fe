"""The reference diagram says exactly what the office's SOP says, and is drawn like its table."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from lxml import etree

from engine.bpmn.lint import lint
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from tests.office import KEY, REFERENCE

KEPALA = "Kepala Badan"
SEKRETARIS = "Sekretaris"
KASUBAG = "Kasubag Perencanaan dan Pelaporan"
STAF = "Staf/Jabatan Fungsional Umum"
FORMAT = "Format Penyusunan Laporan Capaian Kinerja Triwulan"
STEPS = [
    ("Memerintahkan untuk penyusunan Lakip", KEPALA, "Disposisi surat", "PT10M"),
    (
        "Membuat format pengumpulan data dan informasi kinerja dari masing-masing bidang dan "
        "sekretariat",
        KASUBAG,
        FORMAT,
        "PT2H",
    ),
    (
        "Menyampaikan format pengumpulan data dan informasi kinerja kepada masing-masing bidang "
        "dan sekretariat",
        STAF,
        FORMAT,
        "PT1H",
    ),
    (
        "Menghimpun format data dan informasi kinerja dari masing-masing bidang dan sekretariat",
        STAF,
        FORMAT,
        "PT3H",
    ),
    (
        "Menganalisis dan mengevaluasi data dan informasi kinerja yang telah terkumpul",
        KASUBAG,
        FORMAT,
        "PT4H",
    ),
    ("Membuat Dokumen Laporan Kinerja", KASUBAG, "Draft Realisasi Capaian Kinerja Triwulan", "P2D"),
    ("Mengoreksi Dokumen Laporan Capaian Kinerja", SEKRETARIS, "Capaian Kinerja Triwulan", "P1D"),
    (
        "Menyampaikan Laporan Evaluasi Capaian Kinerja kepada Kepala Badan untuk memintakan "
        "persetujuan",
        SEKRETARIS,
        "Capaian Kinerja Triwulan",
        "PT1H",
    ),
    (
        "Penandatanganan Laporan capaian kinerja triwulan oleh Kepala Badan kemudian diteruskan "
        "ke Kasubbag Perencanaan, Keuangan, Aset dan Akuntabilitas Kinerja",
        KEPALA,
        "Capaian Kinerja Triwulan",
        "PT10M",
    ),
    (
        "Mengantar Surat, Menggandakan dan Mengarsipkan",
        STAF,
        "Dokumen Laporan Capaian Kinerja Triwulan",
        "PT1H",
    ),
]
"""Name, lane, kelengkapan and time standard of every step, as the signed document has them."""

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "dd": "http://www.omg.org/spec/DD/20100524/DI",
}
ROOT = etree.fromstring(REFERENCE)
PROCESS = read_process(read(REFERENCE))
Point = tuple[float, float]
Box = tuple[float, float, float, float]


def test_lint_finds_nothing_at_all() -> None:
    assert lint(read(REFERENCE)) == ()


def test_the_ten_steps_are_those_of_the_document_in_its_order() -> None:
    steps = [(s.name, s.lane, s.required_documents, s.time_standard) for s in PROCESS.steps]
    assert steps == STEPS
    assert all(step.output for step in PROCESS.steps)


def test_the_identity_block_is_that_of_the_document() -> None:
    assert PROCESS.key == KEY
    assert PROCESS.identity["nomor"] == "002/SOP/BAPPEDALITBANG-Blg/2023"
    assert PROCESS.identity["judul"] == PROCESS.name == "Evaluasi Internal Capaian Kinerja"
    assert PROCESS.identity["tanggal_pembuatan"] == "2023-07-10"
    assert "tanggal_revisi" not in PROCESS.identity
    assert len(PROCESS.identity["dasar_hukum"].split("; ")) == 7


def test_the_time_standards_add_up_to_those_of_the_document() -> None:
    units = Counter[str]()
    for step in PROCESS.steps:
        text = (step.time_standard or "").removeprefix("PT").removeprefix("P")
        units[text[-1]] += int(text[:-1])
    assert units == {"D": 3, "H": 12, "M": 20}


def test_the_two_decisions_are_fields_of_the_steps_that_take_them() -> None:
    fields = {s.number: [(f.id, f.type) for f in s.fields] for s in PROCESS.steps if s.fields}
    assert fields == {7: [("perlu_perbaikan", "boolean")], 9: [("disetujui", "boolean")]}


def test_every_step_is_done_by_the_position_of_its_lane() -> None:
    groups = {step.lane: step.candidate_group for step in PROCESS.steps}
    assert groups == {
        KEPALA: "kepala-badan",
        SEKRETARIS: "sekretaris",
        KASUBAG: "kasubag-perencanaan-dan-pelaporan",
        STAF: "staf",
    }


def test_a_timer_leaves_its_step_open() -> None:
    timers = ROOT.findall(".//bpmn:boundaryEvent", NS)
    assert [timer.get("cancelActivity") for timer in timers] == ["false"] * 10


def test_decisions_go_straight_on_unless_somebody_says_otherwise() -> None:
    gateways = ROOT.findall(".//bpmn:exclusiveGateway", NS)
    defaults = [_by_id(gateway.get("default", "")).get("targetRef") for gateway in gateways]
    assert sorted(map(str, defaults)) == [
        "Langkah_08_MenyampaikanLaporan",
        "Langkah_10_Mengarsipkan",
    ]
    conditions = sorted(
        each.text or "" for each in ROOT.iterfind(".//bpmn:conditionExpression", NS)
    )
    assert conditions == ["${disetujui == false}", "${perlu_perbaikan == true}"]


def test_everything_that_is_there_is_drawn() -> None:
    (process,) = ROOT.findall("bpmn:process", NS)
    drawn = {each.get("bpmnElement") for each in ROOT.iterfind(".//*[@bpmnElement]")}
    for element in process.iterchildren():
        name = etree.QName(element).localname
        if name not in {"documentation", "extensionElements", "laneSet"}:
            assert element.get("id") in drawn, element.get("id")


def test_every_node_lies_in_the_column_of_its_actor() -> None:
    for lane in ROOT.iterfind(".//bpmn:lane", NS):
        left, top, width, height = BOXES[lane.get("id", "")]
        for reference in lane.iterfind("bpmn:flowNodeRef", NS):
            x, y, w, h = BOXES[reference.text or ""]
            assert left <= x, reference.text
            assert x + w <= left + width, reference.text
            assert top <= y, reference.text
            assert y + h <= top + height, reference.text


def test_steps_stand_below_each_other_in_order() -> None:
    tops = [BOXES[step.element_id][1] for step in PROCESS.steps]
    assert tops == sorted(set(tops))


def test_arrows_run_straight_up_down_or_across() -> None:
    for edge, points in EDGES.items():
        for (x1, y1), (x2, y2) in pairwise(points):
            assert (x1 == x2) != (y1 == y2), edge


def test_no_arrow_runs_through_a_node() -> None:
    nodes = {step.get("id", "") for step in ROOT.iterfind(".//bpmn:process/*", NS)} & BOXES.keys()
    for edge, points in EDGES.items():
        flow = _by_id(edge)
        attached = _by_id(flow.get("sourceRef", "")).get("attachedToRef")
        ends = {flow.get("sourceRef"), flow.get("targetRef"), attached}
        for node in nodes - ends:
            assert not any(_crosses(s, BOXES[node]) for s in pairwise(points)), (edge, node)


def test_no_two_arrows_lie_on_each_other() -> None:
    for (one, points), (other, more) in combinations(EDGES.items(), 2):
        for segment in pairwise(points):
            assert not any(_overlap(segment, each) for each in pairwise(more)), (one, other)


@pytest.mark.parametrize("kind", ["di:BPMNShape", "di:BPMNEdge"])
def test_no_two_drawings_show_the_same_element(kind: str) -> None:
    shown = Counter(each.get("bpmnElement") for each in ROOT.iterfind(f".//{kind}", NS))
    assert shown.most_common(1)[0][1] == 1


def _by_id(element_id: str) -> etree._Element:
    (found,) = ROOT.findall(f".//*[@id='{element_id}']")
    return found


def _boxes() -> Iterator[tuple[str, Box]]:
    for shape in ROOT.iterfind(".//di:BPMNShape", NS):
        (bounds,) = shape.findall("dc:Bounds", NS)
        x, y, width, height = (float(bounds.get(k, "")) for k in ("x", "y", "width", "height"))
        yield shape.get("bpmnElement", ""), (x, y, width, height)


def _edges() -> Iterator[tuple[str, list[Point]]]:
    for edge in ROOT.iterfind(".//di:BPMNEdge", NS):
        points = edge.iterfind("dd:waypoint", NS)
        yield (
            edge.get("bpmnElement", ""),
            [(float(p.get("x", "")), float(p.get("y", ""))) for p in points],
        )


BOXES = dict(_boxes())
EDGES = dict(_edges())


def _crosses(segment: tuple[Point, Point], box: Box) -> bool:
    (x1, y1), (x2, y2) = segment
    x, y, width, height = box
    across = max(x1, x2) > x and min(x1, x2) < x + width
    return across and max(y1, y2) > y and min(y1, y2) < y + height


def _overlap(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Two straight segments lie on one line and share more than a point."""
    for axis, along in ((0, 1), (1, 0)):
        on_one_line = len({point[axis] for point in (*one, *other)}) == 1
        first, second = (sorted(point[along] for point in each) for each in (one, other))
        if on_one_line and min(first[1], second[1]) > max(first[0], second[0]):
            return True
    return False
