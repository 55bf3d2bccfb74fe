"""Rules of naming: everything that runs can be named, and by a name of its own."""

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import bpmn, kind, one_line
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import candidate_groups

_ID: Final = re.compile(r"[^\W\d][\w.-]*")
"""An NCName, the form XML Schema gives to ids."""
_LONGEST_ID: Final = 200
_LONGEST_NAME: Final = 400
_LONGEST_GROUP: Final = 200
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
    process = diagram.process
    for element in (process, *diagram.graph.lanes, *diagram.graph.all_nodes, *diagram.graph.flows):
        element_id = element.get("id")
        if not element_id:
            yield MISSING_ID.broken_by(element, kind=kind(element))
        elif element_id in diagram.made_up:
            continue
        elif not _ID.fullmatch(element_id) or len(element_id) > _LONGEST_ID:
            yield BAD_ID.broken_by(element, element_id=element_id, limit=_LONGEST_ID)


def lengths(diagram: Diagram) -> Iterator[Finding]:
    """Names and candidate groups fit into the database."""
    for element in (diagram.process, *diagram.graph.all_nodes):
        if len(one_line(element.get("name"))) > _LONGEST_NAME:
            yield NAME_TOO_LONG.broken_by(element, limit=_LONGEST_NAME)
    for element in (*diagram.graph.lanes, *diagram.graph.steps):
        groups = candidate_groups(element)
        if element.tag == bpmn("lane"):
            groups.append(one_line(element.get("name")))
        if any(len(group) > _LONGEST_GROUP for group in groups):
            yield NAME_TOO_LONG.broken_by(element, limit=_LONGEST_GROUP)


def step_names(diagram: Diagram) -> Iterator[Finding]:
    """Two steps with one name cannot be told apart by people."""
    seen: set[str] = set()
    for step in diagram.graph.steps:
        name = one_line(step.get("name"))
        if name and name in seen:
            yield SAME_STEP_NAME.broken_by(step, name=name)
        seen.add(name)
