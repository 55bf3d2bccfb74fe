"""Reading a file: hostile and broken ones are refused with a line, good ones in any encoding."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import reader
from engine.bpmn.findings import DiagramRefused, Finding, Severity
from engine.bpmn.limits import MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_EXPRESSIONS
from engine.bpmn.lint import lint
from engine.bpmn.names import text_of
from engine.bpmn.normalize import normalize
from engine.bpmn.program import MultiInstance
from engine.bpmn.reader import Diagram, read
from engine.bpmn.sop import read_process
from engine.errors import Invalid
from tests.growth import growth
from tests.unit.bpmn_diagrams import VALID, added, changed, line_of
from tests.unit.small_diagrams import HEAD, arrows, small, source
from tests.unit.workflow_diagrams import Play, compiled

MODEL = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
ENTITY_BOMB = (
    b'<!DOCTYPE a [<!ENTITY e0 "lol">'
    + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
    + b']>\n<a x="&e11;">&e11;</a>'
)
DEEP = b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1)
WIDE = b"<a>\n" + b"<b/>" * MAX_ELEMENTS + b"</a>"

REFUSED = {
    "an empty body": (b"", "not-xml", 1),
    "blanks": (b" \n ", "not-xml", 2),
    "a JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)), "not-xml", 1),
    "JSON": (b'{"a": 1}', "not-xml", 1),
    "an unclosed element": (b"<a>\n<b>\n", "not-xml", 3),
    "a wrong end tag": (b"<a>\n<b>\n</a>", "not-xml", 3),
    "two roots": (b"<a/>\n<b/>", "not-xml", 2),
    "an undeclared prefix": (b"<a>\n<b:c/></a>", "not-xml", 2),
    "an undeclared entity": (b"<a>\n&secret;</a>", "not-xml", 2),
    "a zero byte": (b"<a>\n\0</a>", "not-xml", 2),
    "bytes that are not the declared UTF-8": (
        b'<?xml version="1.0" encoding="utf-8"?>\n<a b="\xe9"/>',
        "not-xml",
        2,
    ),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "not-xml", 1),
    "a DOCTYPE": (b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a>\n<a/>', "has-doctype", 3),
    "a DOCTYPE in UTF-16": ("<!DOCTYPE a>\n<a/>".encode("utf-16"), "has-doctype", 1),
    "a DOCTYPE hidden in UTF-7": (
        b'<?xml version="1.0" encoding="utf-7"?>\n+ADwAIQ-DOCTYPE a>\n<a/>',
        "has-doctype",
        3,
    ),
    "an entity bomb": (ENTITY_BOMB, "has-doctype", 1),
    "an external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "has-doctype",
        1,
    ),
    "an external DTD": (b'<!DOCTYPE a SYSTEM "http://localhost:9/a.dtd"><a/>', "has-doctype", 1),
    "a deep file": (DEEP, "too-deep", 1),
    "a very deep file": (b"<a>" * 1_000_000, "not-xml", 1),
    "a file of many elements": (WIDE, "too-many-elements", 2),
    "an element of many attributes": (
        b"<a" + b"".join(b' b%d=""' % n for n in range(MAX_ATTRIBUTES + 1)) + b"/>",
        "too-many-attributes",
        1,
    ),
    "a file of many expressions": (
        b"<a>\n" + b'<b expression="${' + b"x" * MAX_EXPRESSIONS + b'}"/></a>',
        "too-many-expressions",
        2,
    ),
    "a huge file": (b"<a>" + b" " * MAX_BYTES + b"</a>", "file-too-large", 1),
    "another kind of XML": (b"<html>\n<body/></html>", "not-bpmn", 1),
    "definitions without namespace": (b"<definitions><process/></definitions>", "not-bpmn", 1),
    "no process": (f"<definitions {MODEL}/>".encode(), "no-process", 1),
    "an id used twice": (
        added('<bpmn:task id="sign"/>'),
        "duplicate-id",
        line_of(VALID.encode(), "  </bpmn:process>"),
    ),
}


def refusal(broken: bytes) -> Finding:
    with pytest.raises(DiagramRefused) as refused:
        read(broken)
    return refused.value.findings[0]


def codes(diagram: Diagram) -> set[str]:
    return {finding.code for finding in lint(diagram)}


@pytest.mark.parametrize(("broken", "code", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_safe_diagram_is_refused_with_code_and_line(
    broken: bytes, code: str, line: int
) -> None:
    finding = refusal(broken)
    assert (finding.code, finding.line) == (code, line)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"])
def test_a_diagram_reads_the_same_in_every_encoding(encoding: str) -> None:
    declared = VALID.replace("UTF-8", encoding.removesuffix("-sig"))
    diagram = read(declared.encode(encoding))
    assert diagram.process.get("id") == "letters"
    assert diagram.digest == read(VALID.encode()).digest


def test_letters_beyond_ascii_survive_utf_16() -> None:
    text = VALID.replace("Menandatangani surat", "Ménandatangani ✓").replace("UTF-8", "UTF-16")
    step = read(text.encode("utf-16")).by_id("sign")
    assert step is not None
    assert step.get("name") == "Ménandatangani ✓"


def test_the_refusal_is_invalid_input_and_shows_its_findings_as_json_values() -> None:
    with pytest.raises(Invalid) as refused:
        read(b"<a>\n<b>\n</a>")
    assert str(refused.value).startswith("The diagram is refused. The file is not valid XML")
    assert str(refused.value).endswith("(line 3)")
    assert refused.value.details["findings"] == [
        {
            "code": "not-xml",
            "severity": "error",
            "element_id": None,
            "line": 3,
            "message": {
                "id": "Berkas ini bukan XML yang sah: "
                "Opening and ending tag mismatch: b line 2 and a",
                "en": "The file is not valid XML: Opening and ending tag mismatch: b line 2 and a",
            },
            "hint": {
                "id": "Simpan ulang diagram di pemodel BPMN, lalu unggah berkas .bpmn itu.",
                "en": "Save the diagram again in a BPMN modeler and upload that .bpmn file.",
            },
        }
    ]


def test_every_duplicate_is_named() -> None:
    with pytest.raises(DiagramRefused) as refused:
        read(added('<bpmn:task id="sign"/><bpmn:task id="sign"/>'))
    assert [finding.element_id for finding in refused.value.findings] == ["sign", "sign"]
    assert "And 1 more." in str(refused.value)


def test_a_second_process_that_is_not_executable_is_not_the_one_to_run() -> None:
    with_drawing = changed(
        ("</bpmn:definitions>", '<bpmn:process id="drawing"/></bpmn:definitions>'),
    )
    assert read(with_drawing).process.get("id") == "letters"


def test_many_comments_before_a_diagram_are_read_in_linear_steps() -> None:
    comments = b"<!--a--><?b?>" * 20_000
    assert refusal(comments + b"<a/>").code == "not-bpmn"


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    diagram = read(changed(("Pakai kop surat.", include)))
    assert b"top secret" not in etree.tostring(diagram.root)


SAME: dict[str, Callable[[str], str]] = {
    "comments": lambda text: text.replace("<bpmn:startEvent", "<!-- x --><bpmn:startEvent"),
    "processing instructions": lambda text: text.replace("<bpmn:lane ", "<?x y?><bpmn:lane "),
    "layout": lambda text: re.sub(r">\s+<", "><", text),
    "attribute order": lambda text: text.replace(
        'id="decision" default="yes"', 'default="yes" id="decision"'
    ),
    "quotes": lambda text: text.replace('id="decision"', "id='decision'"),
    "empty elements": lambda text: text.replace('"start"/>', '"start"></bpmn:startEvent>'),
}
DIFFERENT: dict[str, Callable[[str], str]] = {
    "a name": lambda text: text.replace("Menandatangani", "Memaraf"),
    "a duration": lambda text: text.replace("PT2H", "PT3H"),
    "the order of flows": lambda text: (
        text.replace('"begin"', '"_"').replace('"submit"', '"begin"').replace('"_"', '"submit"')
    ),
    "blanks inside a text": lambda text: text.replace("Pakai kop", "Pakai  kop"),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_the_digest_does_not_depend_on(change: Callable[[str], str]) -> None:
    assert change(VALID) != VALID
    assert read(change(VALID).encode()).digest == read(VALID.encode()).digest


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_the_digest_depends_on(change: Callable[[str], str]) -> None:
    assert read(change(VALID).encode()).digest != read(VALID.encode()).digest


def test_the_limits_bite_before_the_rest_of_the_file_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "MAX_ELEMENTS", 10)
    assert refusal(b"<a>" + b"<b/>" * 20_000 + b"<this is no XML").code == "too-many-elements"


def test_what_a_modeler_left_without_an_id_gets_one_that_no_drawing_can_have() -> None:
    diagram = small(
        "<laneSet><lane/></laneSet><startEvent><timerEventDefinition/></startEvent>"
        '<userTask/><userTask id="drawn"/><userTask/><sequenceFlow/><textAnnotation/>'
    )
    assert diagram.made_up == {
        "#lane-1",
        "#startEvent-1",
        "#timerEventDefinition-1",
        "#userTask-1",
        "#userTask-2",
        "#sequenceFlow-1",
    }
    assert list(diagram.graph.nodes) == ["#startEvent-1", "#userTask-1", "drawn", "#userTask-2"]
    assert diagram.by_id("#userTask-2") is diagram.graph.all_nodes[-1]
    assert "missing-id" not in codes(diagram)


def test_a_made_up_id_never_takes_one_that_is_there() -> None:
    diagram = small('<task/><task id="#task-1"/><task/>')
    assert list(diagram.graph.nodes) == ["#task-2", "#task-1", "#task-3"]
    assert "bad-id" in codes(diagram)


def test_a_process_without_an_id_has_no_key_and_is_refused() -> None:
    assert "missing-id" in codes(read(f"{HEAD}<process/></definitions>".encode()))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Surat  keluar (2026)", "Surat_keluar_2026"),
        ("2 kali", "_2_kali"),
        ("Évaluasi", "Évaluasi"),
    ],
)
def test_a_process_without_an_id_goes_by_its_name_with_a_warning(name: str, key: str) -> None:
    process = f'<process name="{name}" isExecutable="true"><task id="a"/></process>'
    diagram = read(f"{HEAD}{process}</definitions>".encode())
    assert read_process(diagram).key == key
    assert {"key-from-name"} == codes(diagram) & {"key-from-name", "missing-id", "bad-id"}


@pytest.mark.parametrize("drawn", ["_1", "sid-1.2", "Prüfung", "ขั้นที่", "手順", "a·b"])
def test_every_id_that_xml_allows_is_valid(drawn: str) -> None:
    assert "bad-id" not in codes(small(f'<task id="{drawn}"/>'))


@pytest.mark.parametrize("drawn", ["1a", "a b", "a:b", "-a", "a#1", "a/b"])
def test_an_id_that_xml_does_not_allow_is_refused(drawn: str) -> None:
    assert "bad-id" in codes(small(f'<task id="{drawn}"/>'))


def test_a_name_that_is_an_id_already_is_no_key() -> None:
    diagram = read(f'{HEAD}<process name="a"><task id="a"/></process></definitions>'.encode())
    assert "missing-id" in codes(diagram)


def test_flows_without_an_id_are_followed() -> None:
    case = Play(compiled(source(f'<startEvent id="a"/><task id="b"/>{arrows("a", "b")}'))).start()
    assert [task.element_id for task in case.last.tasks] == ["b"]


INTERNAL = ("Start", "End", "Root", "StartEventSplit", "StartEventJoin", "p.EndJoin", "x.body")


def test_ids_that_a_library_uses_for_itself_are_ids_as_any_other() -> None:
    tasks = "".join(f'<task id="{name}"/>' for name in INTERNAL)
    case = Play(compiled(source(tasks + arrows(*INTERNAL)))).start()
    for name in INTERNAL:
        assert [task.element_id for task in case.last.tasks] == [name]
        case.complete(name)
    assert case.last.state is None
    assert list(dict.fromkeys(visit.element_id for visit in case.visits)) == list(INTERNAL)


def test_references_lose_their_prefixes() -> None:
    diagram = small(
        '<receiveTask id="a" messageRef="t:m"/><task id="b"/>'
        '<sequenceFlow sourceRef="t:a" targetRef="t:b"/><callActivity calledElement="t:q"/>'
        "<laneSet><lane><flowNodeRef> t:b </flowNodeRef></lane></laneSet>",
        beside='<message id="m" name="Surat"/><process id="q"/>',
    )
    program = normalize(diagram)
    assert program.nodes["a"].triggers[0].name == "Surat"
    assert [flow.target for flow in program.nodes["a"].flows] == ["b"]
    assert program.nodes["#callActivity-1"].body == "q"
    assert list(diagram.graph.lane_of) == ["b"]


def test_a_prefix_that_leads_into_an_imported_file_stays() -> None:
    beside = '<import namespace="urn:other"/><message id="m"/>'
    diagram = small('<receiveTask xmlns:o="urn:other" id="a" messageRef="o:m"/>', beside=beside)
    task = diagram.by_id("a")
    assert task is not None
    assert task.get("messageRef") == "o:m"


def test_an_expression_is_no_prefixed_reference() -> None:
    diagram = small('<callActivity id="a" calledElement="${big ? x : y}"/>')
    activity = diagram.by_id("a")
    assert activity is not None
    assert activity.get("calledElement") == "${big ? x : y}"


def test_messages_and_signals_without_a_name_are_known_by_their_id() -> None:
    diagram = small(
        '<intermediateCatchEvent id="a"><messageEventDefinition messageRef="m"/>'
        '<signalEventDefinition signalRef="s"/></intermediateCatchEvent>',
        beside='<message id="m"/><signal id="s"/>',
    )
    assert [one.name for one in normalize(diagram).nodes["a"].triggers] == ["m", "s"]


def test_an_event_definition_stands_wherever_it_is_referred_to() -> None:
    reference = "<eventDefinitionRef>t:d</eventDefinitionRef>"
    timer = '<timerEventDefinition id="d"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
    events = "".join(
        f'<intermediateCatchEvent id="{name}">{reference}</intermediateCatchEvent>'
        for name in ("a", "b")
    )
    diagram = small(events, beside=timer)
    assert {"#timerEventDefinition-1", "#timerEventDefinition-2"} <= diagram.made_up
    nodes = normalize(diagram).nodes
    assert [nodes[name].triggers[0].text for name in ("a", "b")] == ["PT1H", "PT1H"]
    assert not list(diagram.root.iter("{*}eventDefinitionRef"))


def test_a_reference_to_no_event_definition_stays_for_lint_to_refuse() -> None:
    diagram = small(
        '<startEvent id="a"><eventDefinitionRef>b</eventDefinitionRef></startEvent><task id="b"/>'
    )
    assert [text_of(one) for one in diagram.root.iter("{*}eventDefinitionRef")] == ["b"]


@pytest.mark.parametrize(
    ("definition", "code"),
    [("<x/>" * 1000, "too-many-elements"), ("x" * 1_000_000, "file-too-large")],
)
def test_a_definition_that_many_events_refer_to_does_not_blow_up(
    definition: str, code: str
) -> None:
    beside = f'<timerEventDefinition id="d">{definition}</timerEventDefinition>'
    events = "<startEvent><eventDefinitionRef>d</eventDefinitionRef></startEvent>" * 100
    assert refusal(source(events, beside=beside)).code == code


def test_flags_are_written_as_true_or_false() -> None:
    diagram = small(
        '<subProcess id="a" triggeredByEvent="1"><multiInstanceLoopCharacteristics id="b"'
        ' isSequential=" true "/></subProcess>'
        '<adHocSubProcess id="c" cancelRemainingInstances="0"/>'
        '<receiveTask id="d" instantiate="ya"/>'
    )
    flags = ("triggeredByEvent", "isSequential", "cancelRemainingInstances", "instantiate")
    found = [diagram.by_id(name) for name in "abcd"]
    written = [one.get(flag) for one, flag in zip(found, flags, strict=True) if one is not None]
    assert written == ["true", "true", "false", "ya"]


DATA = (
    '<property id="x1"/><dataObject id="x2"/><dataObjectReference id="x3"/><dataStore id="x4"/>'
    '<dataStoreReference id="x5"/><dataInput id="x6"/><dataOutput id="x7"/><inputSet id="x8"/>'
    '<outputSet id="x9"/><ioSpecification id="x10"><dataInput id="x11"/></ioSpecification>'
    '<dataInputAssociation id="x12"/><dataOutputAssociation id="x13"/>'
)


@pytest.mark.parametrize(
    "place",
    ["{}", "<task>{}</task>", "<subProcess>{}</subProcess>", "<startEvent>{}</startEvent>"],
)
def test_data_is_drawing_only_wherever_it_stands(place: str) -> None:
    diagram = small(place.format(DATA))
    assert not [one for one in diagram.root.iter() if (one.get("id") or "").startswith("x")]


REFERENCES = {
    "a data object by its name": ('<dataObject id="d" name=" Daftar&#10;hadir"/>', "Daftar hadir"),
    "a data object by its id": ('<dataObject id="d"/>', "d"),
    "a reference by its own name": (
        '<dataObject id="o" name="b"/><dataObjectReference id="d" name="a" dataObjectRef="o"/>',
        "a",
    ),
    "a reference by the name of its object": (
        '<dataObject id="o" name="b"/><dataObjectReference id="d" dataObjectRef="o"/>',
        "b",
    ),
    "a reference by the id of its object": (
        '<dataObject id="o"/><dataObjectReference id="d" dataObjectRef="t:o"/>',
        "o",
    ),
    "a data input by what flows into it": (
        '<dataObject id="o" name="b"/><task><ioSpecification><dataInput id="d" name="a"/>'
        "</ioSpecification><dataInputAssociation><sourceRef>o</sourceRef><targetRef>d</targetRef>"
        "</dataInputAssociation></task>",
        "b",
    ),
    "a data input by its name": (
        '<task><ioSpecification><dataInput id="d" name="a"/></ioSpecification></task>',
        "a",
    ),
    "a variable": ("", "d"),
}


@pytest.mark.parametrize(("data", "variable"), REFERENCES.values(), ids=REFERENCES.keys())
def test_a_multi_instance_names_its_collection_by(data: str, variable: str) -> None:
    several = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>d</loopDataInputRef>"
        "</multiInstanceLoopCharacteristics>"
    )
    loop = normalize(small(f'{data}<task id="a">{several}</task>')).nodes["a"].loop
    assert isinstance(loop, MultiInstance)
    assert loop.collection == variable


def test_of_several_processes_the_first_executable_one_that_no_other_calls_runs() -> None:
    diagram = read(
        f'{HEAD}<process id="a" isExecutable="true"><task/></process>'
        '<process id="b" isExecutable="true"><callActivity calledElement="a"/></process>'
        '<process id="c" isExecutable="true"><task/></process>'
        '<process id="d"><task/></process><process id="e"/></definitions>'.encode()
    )
    assert diagram.process.get("id") == "b"
    assert [one.get("id") for one in diagram.called] == ["a"]
    warned = [(one.code, one.element_id, one.severity) for one in diagram.findings]
    assert warned == [
        ("several-processes", "c", Severity.WARNING),
        ("several-processes", "d", Severity.WARNING),
    ]
    assert set(diagram.findings) <= set(lint(diagram))


@pytest.mark.parametrize(
    "processes",
    [
        '<process id="x"/><process id="run"><task/></process>',
        '<process id="run"><callActivity calledElement="x"/></process>'
        '<process id="x"><callActivity calledElement="run"/></process>',
        '<process id="run"><callActivity calledElement="run"/></process><process id="x"/>',
        '<process id="x"><task/></process><process id="run" isExecutable="1"/>',
    ],
)
def test_one_process_runs_also_where_none_is_clearly_the_one(processes: str) -> None:
    assert read(f"{HEAD}{processes}</definitions>".encode()).process.get("id") == "run"


def test_the_scopes_are_all_processes_and_sub_processes_that_can_run() -> None:
    diagram = small(
        '<subProcess id="a"><transaction id="b"/></subProcess><adHocSubProcess id="c"/>'
        '<callActivity calledElement="q"/>',
        beside='<process id="lonely"><subProcess id="x"/></process>'
        '<process id="r"><callActivity calledElement="p"/></process>'
        '<process id="q"><subProcess id="d"><callActivity calledElement="r"/></subProcess>'
        "</process>",
    )
    assert [one.get("id") for one in diagram.scopes] == ["p", "a", "b", "c", "r", "q", "d"]
    assert all(diagram.graph_of(one) is diagram.graph_of(one) for one in diagram.scopes)
    assert diagram.graph is diagram.graph_of(diagram.process)


def test_the_steps_are_the_work_of_people_wherever_it_runs() -> None:
    diagram = small(
        '<task id="a"/><serviceTask id="x"/><subProcess><manualTask id="b"/></subProcess>'
        '<callActivity calledElement="q"/><callActivity calledElement="d"/>'
        '<callActivity calledElement="y"/>',
        beside='<process id="q"><userTask id="c"/></process><globalUserTask id="d"/>'
        '<globalScriptTask id="y"/><globalTask id="z"/>',
    )
    assert [one.get("id") for one in diagram.steps] == ["a", "b", "c", "d"]


def test_a_link_event_leads_to_the_one_that_catches_it() -> None:
    diagram = small(
        '<startEvent id="a"/><intermediateThrowEvent id="b"><linkEventDefinition name="L"/>'
        '</intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition name="L"/>'
        f'</intermediateCatchEvent><task id="d"/>{arrows("a", "b")}{arrows("c", "d")}'
    )
    graph = diagram.graph
    assert [one.get("id") for one in graph.walk(*graph.starts)] == ["a", "b", "c", "d"]


def test_without_a_start_event_a_process_begins_wherever_nothing_leads_to() -> None:
    diagram = small(
        '<task id="a"/><task id="b"/><task id="c"/><task id="undo" isForCompensation="1"/>'
        '<subProcess id="aside" triggeredByEvent="true"/>'
        f'<boundaryEvent id="late" attachedToRef="a"/>{arrows("a", "b")}'
    )
    assert [one.get("id") for one in diagram.graph.starts] == ["a", "c"]


HOSTILE: dict[str, tuple[int, Callable[[int], tuple[str, str]]]] = {
    "calls in a chain": (
        6_000,
        lambda size: (
            '<callActivity calledElement="q0"/>',
            "".join(
                f'<process id="q{n}"><callActivity calledElement="q{n + 1}"/><task/></process>'
                for n in range(size)
            ),
        ),
    ),
    "many calls of each other": (
        9_000,
        lambda size: (
            '<callActivity calledElement="q"/>' * size,
            f'<process id="q">{"<callActivity/><task/>" * (size * 49 // 90)}</process>',
        ),
    ),
    "many sub-processes in each other": (
        200,
        lambda size: (("<subProcess>" * 90 + "<task/>" + "</subProcess>" * 90) * size, ""),
    ),
    "many lanes that list one task": (
        9_900,
        lambda size: (
            f"<laneSet>{'<lane><flowNodeRef>a</flowNodeRef></lane>' * size}</laneSet>"
            '<task id="a"/>',
            "",
        ),
    ),
    "many associations": (
        3_000,
        lambda size: (
            "<task><dataInputAssociation><sourceRef>x</sourceRef><targetRef>x</targetRef>"
            "</dataInputAssociation><multiInstanceLoopCharacteristics><loopDataInputRef>x"
            "</loopDataInputRef></multiInstanceLoopCharacteristics></task>" * size,
            "",
        ),
    ),
    "many namespaces and references": (
        8_000,
        lambda size: (
            "<subProcess "
            + " ".join(f'xmlns:n{n}="u{n}"' for n in range(size))
            + ">"
            + '<sequenceFlow sourceRef="n0:a" targetRef="n1:b"/>' * size
            + "</subProcess>",
            '<import namespace="u1" importType="x" location="y"/>',
        ),
    ),
    "many processes": (9_900, lambda size: ("", "<process><task/></process>" * size)),
    "many tasks": (19_900, lambda size: ("<task/>" * size, "")),
}


@pytest.mark.parametrize(("limit", "written"), HOSTILE.values(), ids=HOSTILE.keys())
def test_reading_a_file_at_the_limit_costs_no_more_than_it_is_long(
    limit: int, written: Callable[[int], tuple[str, str]]
) -> None:
    def sized(size: int) -> Callable[[], None]:
        inside, beside = written(size)

        def read_it() -> None:
            diagram = small(inside, beside=beside)
            read_process(diagram, rehearsal=True)
            assert all(one.severity is Severity.WARNING for one in diagram.findings)

        return read_it

    assert growth(sized, limit) < 8
