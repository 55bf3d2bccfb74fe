"""Reads a BPMN file: hardened against hostile XML, line numbers kept.

No entities, no DTD, no network; limits on size, depth and number of elements bite while the file
is being read, before memory is spent. What the dialects of modelers write in different ways comes
out in one: see `references` and `data`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, cast

from lxml import etree

from engine.bpmn.data import drop_data, name_collections
from engine.bpmn.executable import callables, called_from, not_run, process_to_run
from engine.bpmn.findings import DiagramRefused, Finding, Rule, Severity, Text
from engine.bpmn.graph import Graph, read_graph
from engine.bpmn.limits import (
    MAX_ATTRIBUTES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_EXPRESSIONS,
    TOO_DEEP,
    TOO_LARGE,
    TOO_MANY_ATTRIBUTES,
    TOO_MANY_ELEMENTS,
    TOO_MANY_EXPRESSIONS,
)
from engine.bpmn.meaning import digest_of_meaning
from engine.bpmn.names import (
    BPMN,
    BPMN_DI,
    DI,
    EXPRESSIONS,
    FLAGS,
    GLOBAL_STEPS,
    SUB_PROCESSES,
    Element,
    attributes_of,
    bpmn,
    kind,
    split,
)
from engine.bpmn.references import make_up_ids, make_up_key, place_event_definitions, strip_prefixes
from engine.expressions import is_composite

_EXPRESSIONS: Final = frozenset({*EXPRESSIONS, "script", "loopDataInputRef"})
_COMPUTED: Final = frozenset({"collection", "defaultValue", "expression", "sourceExpression"})
"""Attributes with expressions in them."""
_CHUNK: Final = 16 * 2**10
_BYTE_ORDER_MARKS: Final = b"\xef\xbb\xbf\xff\xfe"
# Atomic, so that a file made of many comments cannot make the search slow.
_PROLOG_WITH_DOCTYPE: Final = re.compile(rb"(?>(?:\s+|<\?.*?\?>|<!--.*?-->)*)<!DOCTYPE", re.DOTALL)

NOT_XML = Rule(
    "not-xml",
    Severity.ERROR,
    Text(id="Berkas ini bukan XML yang sah: {problem}", en="The file is not valid XML: {problem}"),
    Text(
        id="Simpan ulang diagram di pemodel BPMN, lalu unggah berkas .bpmn itu.",
        en="Save the diagram again in a BPMN modeler and upload that .bpmn file.",
    ),
)
HAS_DOCTYPE = Rule(
    "has-doctype",
    Severity.ERROR,
    Text(id="Berkas ini memuat DOCTYPE.", en="The file has a DOCTYPE."),
    Text(
        id="Hapus baris DOCTYPE; diagram BPMN tidak memerlukannya.",
        en="Delete the DOCTYPE line; a BPMN diagram needs none.",
    ),
)
NOT_BPMN = Rule(
    "not-bpmn",
    Severity.ERROR,
    Text(
        id="Ini bukan diagram BPMN 2.0: elemen terluarnya <{tag}>.",
        en="This is no BPMN 2.0 diagram: its outermost element is <{tag}>.",
    ),
    Text(
        id="Unggah berkas .bpmn yang disimpan oleh pemodel BPMN.",
        en="Upload a .bpmn file saved by a BPMN modeler.",
    ),
)
DUPLICATE_ID = Rule(
    "duplicate-id",
    Severity.ERROR,
    Text(
        id='Pengenal "{element_id}" dipakai lebih dari sekali.',
        en='The id "{element_id}" is used more than once.',
    ),
    Text(id="Beri elemen ini pengenal lain.", en="Give this element another id."),
)


@dataclass(frozen=True, eq=False)
class Diagram:
    """A BPMN file that was read, and the process in it that runs."""

    root: Element
    """`bpmn:definitions`, without comments, processing instructions, blank text and data; flags
    are written as true or false, references without prefixes, referenced event definitions in
    their places."""
    process: Element
    """The one process to run."""
    digest: str
    """SHA-256 (hex) of what the diagram means (`engine.bpmn.meaning`): equal ones run alike and say
    the same, however they are laid out; compared within one release only."""
    made_up: frozenset[str] = frozenset()
    """The ids that the file did not have: each with a "#", but for that of the process to run,
    which is made of its name."""

    @cached_property
    def graph(self) -> Graph:
        """The flow of the process."""
        return self.graph_of(self.process)

    @cached_property
    def called(self) -> tuple[Element, ...]:
        """The other processes and the global tasks that run because a call activity names them."""
        return tuple(called_from(self.process, self._callables))

    @cached_property
    def scopes(self) -> tuple[Element, ...]:
        """What can run and has a flow: the process, what it calls, and all sub-processes in them.

        The process to run comes first with its sub-processes, in the order of the file, then each
        of the called ones with theirs.
        """
        processes = (self.process, *(one for one in self.called if kind(one) == "process"))
        sub_processes = tuple(map(bpmn, SUB_PROCESSES))
        return tuple(
            scope for process in processes for scope in (process, *process.iter(*sub_processes))
        )

    @cached_property
    def steps(self) -> list[Element]:
        """The work of people wherever it runs: scope by scope, then called global tasks."""
        in_scopes = [step for scope in self.scopes for step in self.graph_of(scope).steps]
        return in_scopes + [one for one in self.called if kind(one) in GLOBAL_STEPS]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What reading alone tells: warnings."""
        return tuple(not_run(self.root, self.process, self.called))

    def callee(self, activity: Element) -> Element | None:
        """Return the process or global task of the file that a call activity names, or None."""
        called = activity.get("calledElement", "") if kind(activity) == "callActivity" else ""
        return self._callables.get(called)

    def graph_of(self, scope: Element) -> Graph:
        """Return the flow directly in a process or sub-process; always the same object."""
        if scope not in self._graphs:
            self._graphs[scope] = read_graph(scope)
        return self._graphs[scope]

    def by_id(self, element_id: str | None) -> Element | None:
        """Return the BPMN element with this id, or None."""
        return self._by_id.get(element_id or "")

    @cached_property
    def _callables(self) -> Mapping[str, Element]:
        return callables(self.root)

    @cached_property
    def _graphs(self) -> dict[Element, Graph]:
        return {}

    @cached_property
    def _by_id(self) -> Mapping[str, Element]:
        return {
            element_id: element
            for element in self.root.iter(f"{{{BPMN}}}*")
            if (element_id := element.get("id"))
        }


def read(source: bytes) -> Diagram:
    """Return the diagram in `source`, in any encoding XML knows; raise `DiagramRefused`."""
    if len(source) > MAX_BYTES:
        raise DiagramRefused([TOO_LARGE.broken_by(None, line=1, size=len(source), limit=MAX_BYTES)])
    _refuse_doctype(source)
    root = _parse(source)
    if root.tag != bpmn("definitions"):
        raise DiagramRefused([NOT_BPMN.broken_by(root, tag=split(root.tag)[1])])
    _refuse_duplicate_ids(root)
    _drop_blank_text(root)
    _write_flags_in_full(root)
    strip_prefixes(root)
    digest = digest_of_meaning(root)
    name_collections(root)
    drop_data(root)
    place_event_definitions(root)
    process = process_to_run(root)
    made_up = make_up_ids(root) | make_up_key(root, process)
    return Diagram(root=root, process=process, digest=digest, made_up=made_up)


def _refuse_doctype(source: bytes) -> None:
    """Look for a DOCTYPE before any parser sees it (UTF-16 is ASCII with zero bytes here)."""
    text = source.lstrip(_BYTE_ORDER_MARKS).replace(b"\0", b"")
    if found := _PROLOG_WITH_DOCTYPE.match(text):
        line = 1 + text.count(b"\n", 0, found.end())
        raise DiagramRefused([HAS_DOCTYPE.broken_by(None, line=line)])


def _parse(source: bytes) -> Element:
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    limits = _Limits()
    try:
        for start in range(0, len(source), _CHUNK):
            parser.feed(source[start : start + _CHUNK])
            limits.check(parser)
        root: Element = parser.close()
    except etree.XMLSyntaxError as exc:
        raise _syntax_error(parser, exc) from exc
    if root.getroottree().docinfo.internalDTD is not None:  # hidden by an exotic encoding
        raise DiagramRefused([HAS_DOCTYPE.broken_by(root)])
    return root


class _Limits:
    """Counts what the parser has built so far."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0
        self.expressions = 0

    def check(self, parser: etree.XMLPullParser) -> None:
        """Raise `DiagramRefused` if the elements read since the last call exceed a limit."""
        for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
            if event == "end":
                self.depth -= 1
                self._count_expressions(element)
                continue
            self.depth += 1
            self.elements += 1
            if self.depth > MAX_DEPTH:
                raise DiagramRefused([TOO_DEEP.broken_by(element, limit=MAX_DEPTH)])
            if self.elements > MAX_ELEMENTS:
                raise DiagramRefused([TOO_MANY_ELEMENTS.broken_by(element, limit=MAX_ELEMENTS)])
            if len(element.attrib) > MAX_ATTRIBUTES:
                finding = TOO_MANY_ATTRIBUTES.broken_by(element, limit=MAX_ATTRIBUTES)
                raise DiagramRefused([finding])

    def _count_expressions(self, element: Element) -> None:
        texts = [value for name, value in attributes_of(element) if split(name)[1] in _COMPUTED]
        if kind(element) in _EXPRESSIONS:
            texts.append(element.text or "")
        self.expressions += sum(len(text) for text in texts if is_composite(text))
        if self.expressions > MAX_EXPRESSIONS:
            raise DiagramRefused([TOO_MANY_EXPRESSIONS.broken_by(element, limit=MAX_EXPRESSIONS)])


def _syntax_error(parser: etree.XMLPullParser, exc: etree.XMLSyntaxError) -> DiagramRefused:
    """Return the refusal for the first problem; the exception itself may know only the last."""
    problems = list(parser.feed_error_log)
    line, problem = (problems[0].line, problems[0].message) if problems else (1, exc.msg)
    return DiagramRefused([NOT_XML.broken_by(None, line=max(line, 1), problem=problem or "?")])


def _refuse_duplicate_ids(root: Element) -> None:
    """Ids are unique in BPMN and its drawing; extensions such as form fields have their own."""
    seen: Counter[str] = Counter()
    findings = []
    for element in root.iter(f"{{{BPMN}}}*", f"{{{BPMN_DI}}}*", f"{{{DI}}}*"):
        if (element_id := element.get("id")) is None:
            continue
        seen[element_id] += 1
        if seen[element_id] > 1:
            findings.append(DUPLICATE_ID.broken_by(element, element_id=element_id))
    if findings:
        raise DiagramRefused(findings)


def _drop_blank_text(root: Element) -> None:
    for element in root.iter():
        if element.text and element.text.isspace():
            element.text = None
        if element.tail and element.tail.isspace():
            element.tail = None


def _write_flags_in_full(root: Element) -> None:
    """Write each `xsd:boolean` as true or false; the file may have "1" or " true ".

    What is neither stays as it is; lint refuses it.
    """
    for element in root.iter(f"{{{BPMN}}}*"):
        for name in FLAGS.intersection(element.keys()):
            value = element.get(name, "").strip()
            element.set(name, {"1": "true", "0": "false"}.get(value, value))
