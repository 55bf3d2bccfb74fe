"""Rules of naming: everything that runs can be named, and by a name of its own."""

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn.actors import candidate_groups, lanes
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.lint_sop import severity
from engine.bpmn.names import Element, kind, one_line
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import LONGEST_GROUP, LONGEST_NAME

_FIRST: Final = (
    r"A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_ID: Final = re.compile(rf"[{_FIRST}][{_FIRST}.0-9\u00B7\u0300-\u036F\u203F\u2040-]*")
"""An NCName of XML 1.0, the form XML Schema gives to ids."""
_LONGEST_ID: Final = 200
"""What the columns of the database hold, in characters."""

MISSING_ID = Rule(
    "missing-id",
    Severity.ERROR,
    Text(id="Elemen {kind} ini tidak punya pengenal (id).", en="This {kind} has no id."),
    Text(
        id="Simpan ulang diagram di pemodel BPMN; pemodel memberi tiap elemen pengenal.",
        en="Save the diagram again in a BPMN modeler; it gives every element an id.",
    ),
)
BAD_ID = Rule(
    "bad-id",
    Severity.ERROR,
    Text(id='Pengenal "{element_id}" tidak sah.', en='The id "{element_id}" is not valid.'),
    Text(
        id="Pakai huruf, angka, garis bawah, titik, dan tanda hubung; awali dengan huruf; "
        "paling panjang {limit}.",
        en="Use letters, digits, underscores, dots and hyphens; begin with a letter; "
        "{limit} characters at most.",
    ),
)
KEY_FROM_NAME = Rule(
    "key-from-name",
    Severity.WARNING,
    Text(
        id='Proses ini tidak punya pengenal (id); namanya dipakai: "{key}".',
        en='The process has no id; its name is used: "{key}".',
    ),
    Text(
        id="Beri proses pengenal tetap; tanpa itu, yang diganti namanya menjadi proses lain.",
        en="Give the process an id of its own. Without one, a renamed process is another process.",
    ),
)
NAME_TOO_LONG = Rule(
    "name-too-long",
    Severity.ERROR,
    Text(
        id="Nama ini lebih dari {limit} huruf.",
        en="This name is longer than {limit} characters.",
    ),
    Text(
        id="Pendekkan namanya; keterangan panjang masuk ke dokumentasi elemen.",
        en="Make it shorter; a long text belongs into the element's documentation.",
    ),
)
SAME_STEP_NAME = Rule(
    "same-step-name",
    Severity.HINT,
    Text(id='Dua langkah bernama "{name}".', en='Two steps are named "{name}".'),
    Text(
        id="Beri nama yang berbeda agar dapat dibedakan di daftar tugas dan laporan.",
        en="Give them different names, so that worklists and reports can tell them apart.",
    ),
)


def ids(diagram: Diagram) -> Iterator[Finding]:
    """The process has an id, and the lanes, nodes and flows that have one have a valid one."""
    for element in (diagram.process, *diagram.called, *_drawn(diagram)):
        element_id = element.get("id")
        if not element_id:
            yield MISSING_ID.broken_by(element, kind=kind(element))
        elif element_id in diagram.made_up:
            if element is diagram.process:
                yield KEY_FROM_NAME.broken_by(element, key=element_id)
        elif not _ID.fullmatch(element_id) or len(element_id) > _LONGEST_ID:
            yield BAD_ID.broken_by(element, element_id=element_id, limit=_LONGEST_ID)


def lengths(diagram: Diagram) -> Iterator[Finding]:
    """Names and candidate groups fit into the database; of any but an SOP they are cut."""
    weight = severity(diagram, otherwise=Severity.WARNING)
    for element in (diagram.process, *diagram.steps):
        if len(one_line(element.get("name"))) > LONGEST_NAME:
            yield NAME_TOO_LONG.broken_by(element, severity=weight, limit=LONGEST_NAME)
    of_lanes = [(lane, one_line(lane.get("name"))) for lane in lanes(diagram)]
    for element, name in (*of_lanes, *((step, "") for step in diagram.steps)):
        if any(len(group) > LONGEST_GROUP for group in (name, *candidate_groups(element))):
            yield NAME_TOO_LONG.broken_by(element, severity=weight, limit=LONGEST_GROUP)


def step_names(diagram: Diagram) -> Iterator[Finding]:
    """Two steps with one name cannot be told apart by people."""
    seen: set[str] = set()
    for step in diagram.steps:
        name = one_line(step.get("name"))
        if name and name in seen:
            yield SAME_STEP_NAME.broken_by(step, name=name)
        seen.add(name)


def _drawn(diagram: Diagram) -> Iterator[Element]:
    """Yield the lanes, nodes and flows of every scope."""
    for graph in map(diagram.graph_of, diagram.scopes):
        yield from graph.lanes
        yield from graph.all_nodes
        yield from graph.flows
