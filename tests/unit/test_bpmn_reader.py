"""Reading a file: hostile and broken ones are refused with a line, good ones in any encoding."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import reader
from engine.bpmn.findings import DiagramRefused, Finding
from engine.bpmn.reader import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, read
from engine.errors import Invalid
from tests.unit.bpmn_diagrams import VALID, added, changed, line_of

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


def refusal(source: bytes) -> Finding:
    with pytest.raises(DiagramRefused) as refused:
        read(source)
    return refused.value.findings[0]


@pytest.mark.parametrize(("source", "code", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_safe_diagram_is_refused_with_code_and_line(
    source: bytes, code: str, line: int
) -> None:
    finding = refusal(source)
    assert (finding.code, finding.line) == (code, line)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"])
def test_a_diagram_reads_the_same_in_every_encoding(encoding: str) -> None:
    declared = VALID.replace("UTF-8", encoding.removesuffix("-sig"))
    diagram = read(declared.encode(encoding))
    assert diagram.process.get("id") == "letters"
    assert diagram.digest == read(VALID.encode()).digest


def test_letters_beyond_ascii_survive_utf_16() -> None:
    source = VALID.replace("Menandatangani surat", "Ménandatangani ✓").replace("UTF-8", "UTF-16")
    step = read(source.encode("utf-16")).by_id("sign")
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
    source = changed(
        ("</bpmn:definitions>", '<bpmn:process id="drawing"/></bpmn:definitions>'),
    )
    assert read(source).process.get("id") == "letters"


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


def test_the_digest_is_stable_between_releases() -> None:
    source = f'<definitions {MODEL}><process id="p"/></definitions>'
    assert (
        read(source.encode()).digest
        == "0ca9205686426d0a8aa7b953a423365c295a57f6179329e61da329ea76241781"
    )


def test_the_limits_bite_before_the_rest_of_the_file_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "MAX_ELEMENTS", 10)
    assert refusal(b"<a>" + b"<b/>" * 20_000 + b"<this is no XML").code == "too-many-elements"
