"""Rules of scope: what the engine knows to run, and nothing else gets past."""

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.limits import MAX_LEVELS, TOO_MANY_LEVELS
from engine.bpmn.names import CAMUNDA, GLOBAL_TASKS, Element, attributes_of, bpmn, kind, split
from engine.bpmn.reader import Diagram
from engine.bpmn.repetition import LOOP, MULTI_INSTANCE
from engine.bpmn.services import SERVICES
from engine.bpmn.supported import (
    ATTRIBUTES,
    CAMUNDA_READ,
    CAMUNDA_SERVICE,
    CAMUNDA_WITHOUT_EFFECT,
    CHILDREN,
    DRAWING,
    ONLY_ONE,
    OTHER_ENGINES,
    OTHER_KINDS_OF_DIAGRAM,
    WITHOUT_EFFECT,
)

CALLABLE: Final = GLOBAL_TASKS | {"process"}
"""What stands in a file and runs if it is called, or is the process to run."""

NOT_SUPPORTED = Rule(
    "not-supported",
    Severity.ERROR,
    Text(
        id="BPMN tidak mengenal elemen {kind} di dalam {parent}.",
        en="BPMN knows no element {kind} in {parent}.",
    ),
    Text(
        id="Hapus elemen ini atau gambar maksudnya dengan langkah, gateway, dan kejadian.",
        en="Remove this element or draw what it means with steps, gateways and events.",
    ),
)
OTHER_DIAGRAM = Rule(
    "other-kind-of-diagram",
    Severity.ERROR,
    Text(
        id="{kind} adalah bagian dari diagram koreografi atau percakapan, bukan proses.",
        en="{kind} belongs to a diagram of a choreography or conversation, not of a process.",
    ),
    Text(
        id="Simpan bagian itu di berkas lain; di sini hanya proses yang dijalankan.",
        en="Keep it in another file; only processes run here.",
    ),
)
NO_EFFECT = Rule(
    "drawing-only",
    Severity.WARNING,
    Text(
        id="{kind} di sini hanya gambar dan tidak mengubah jalannya proses.",
        en="{kind} is only drawn here and changes nothing in how the process runs.",
    ),
    Text(
        id="Hapus, atau gambar maksudnya: pelaksana dengan lane, pilihan dengan gateway.",
        en="Delete it, or draw what it means: who does a step with lanes, choices with gateways.",
    ),
)
ATTRIBUTE_NOT_SUPPORTED = Rule(
    "attribute-not-supported",
    Severity.ERROR,
    Text(
        id='Atribut {attribute}="{value}" belum didukung di sini.',
        en='The attribute {attribute}="{value}" is not supported here.',
    ),
    Text(
        id="Hapus atribut itu atau kembalikan ke nilai bawaannya.",
        en="Remove the attribute or set it back to its default.",
    ),
)
IGNORED = Rule(
    "extension-ignored",
    Severity.WARNING,
    Text(
        id="camunda:{name} tidak berpengaruh di sini.",
        en="camunda:{name} has no effect here.",
    ),
    Text(
        id="Hapus isian itu; pelaksana diatur dengan lane, waktu baku dengan timer.",
        en="Remove it; lanes say who does a step, timers how long it may take.",
    ),
)
NOT_RUN = Rule(
    "implementation-ignored",
    Severity.WARNING,
    Text(
        id="Mesin tidak menjalankan camunda:{name} di sini.",
        en="The engine does not run camunda:{name} here.",
    ),
    Text(
        id="Hapus isian itu; kejadian pesan mengirim pesannya sendiri, langkah dikerjakan orang.",
        en="Remove it; a message event sends its message itself, a step is done by a person.",
    ),
)
OTHER_ENGINE = Rule(
    "other-engine",
    Severity.WARNING,
    Text(
        id="Diagram ini memuat pengaturan untuk {engine}, yang tidak dibaca di sini.",
        en="The diagram has settings for {engine}, which are not read here.",
    ),
    Text(
        id="Gambar dan simpan diagram untuk Camunda 7.",
        en="Draw and save the diagram for Camunda 7.",
    ),
)
SECOND = Rule(
    "only-one",
    Severity.ERROR,
    Text(
        id="Di sini hanya boleh ada satu {kind}.",
        en="Only one {kind} may stand here.",
    ),
    Text(
        id="Gabungkan menjadi satu, atau hapus yang lain.", en="Make it one, or delete the other."
    ),
)
NOT_EXECUTABLE = Rule(
    "not-executable",
    Severity.ERROR,
    Text(
        id="Proses ini ditandai tidak untuk dijalankan.",
        en="The process is marked as not executable.",
    ),
    Text(
        id="Centang Executable pada proses di pemodel (isExecutable menjadi true).",
        en="Tick Executable on the process in the modeler (isExecutable becomes true).",
    ),
)


def elements(diagram: Diagram) -> Iterator[Finding]:
    """Only what is in the tables may be drawn; what stands in anything else is not looked at."""
    for element in _running(diagram):
        for child in element:
            name = kind(child)
            if name in OTHER_KINDS_OF_DIAGRAM:
                yield OTHER_DIAGRAM.broken_by(child, kind=name)
            elif name in WITHOUT_EFFECT:
                yield NO_EFFECT.broken_by(child, kind=name)
            elif name and name not in DRAWING and not _runs_in(element, child):
                yield NOT_SUPPORTED.broken_by(child, kind=name, parent=kind(element))
    for collaboration in diagram.root.iterchildren(bpmn("collaboration")):
        for child in collaboration:
            if kind(child) in OTHER_KINDS_OF_DIAGRAM:
                yield OTHER_DIAGRAM.broken_by(child, kind=kind(child))


def attributes(diagram: Diagram) -> Iterator[Finding]:
    """Only attributes in the table may stand on what runs: the engine would ignore any other."""
    for element in _running(diagram):
        known = ATTRIBUTES.get(kind(element))
        if known is None:
            continue
        for name, value in attributes_of(element):
            if name in {"id", "name"} or split(name)[0]:
                continue
            allowed = known.get(name, frozenset())
            if allowed is not None and value.strip() not in allowed:
                yield ATTRIBUTE_NOT_SUPPORTED.broken_by(element, attribute=name, value=value)


def extensions(diagram: Diagram) -> Iterator[Finding]:
    """Camunda's extensions are read, harmless, or ignored with a warning.

    What a task asks the engine to run is judged by the rules of services.
    """
    for element in _running(diagram):
        for name in _camunda_names(element):
            if name in CAMUNDA_SERVICE:
                if not _is_service(element):
                    yield NOT_RUN.broken_by(element, name=name)
            elif name not in CAMUNDA_WITHOUT_EFFECT and not _is_read(diagram, element, name):
                yield IGNORED.broken_by(element, name=name)


def other_engines(diagram: Diagram) -> Iterator[Finding]:
    """Settings for another engine are named once: steps may have lost their actor with them."""
    unseen = dict(OTHER_ENGINES)
    for running in (diagram.process, *diagram.called):
        for element in running.iter():
            names = [element.tag, *(name for name, _ in attributes_of(element))]
            for namespace in {split(name)[0] for name in names} & unseen.keys():
                yield OTHER_ENGINE.broken_by(element, engine=unseen.pop(namespace))


def one_of_each(diagram: Diagram) -> Iterator[Finding]:
    """A timer says once when, a flow once on which condition, an activity has one loop marker."""
    for element in _running(diagram):
        for parent, kinds in ONLY_ONE:
            if kind(element) == parent:
                for extra in [child for child in element if kind(child) in kinds][1:]:
                    yield SECOND.broken_by(extra, kind=kind(extra))


def levels(diagram: Diagram) -> Iterator[Finding]:
    """Sub-processes are not nested too deeply; said of the outermost one that is."""
    found: dict[Element | None, int] = {}
    for scope in diagram.scopes:
        around = found.get(scope.getparent(), -1)
        is_loop = scope.find(bpmn(LOOP)) is not None or scope.find(bpmn(MULTI_INSTANCE)) is not None
        found[scope] = around + 1 + is_loop
        if found[scope] > MAX_LEVELS >= around:
            yield TOO_MANY_LEVELS.broken_by(scope, limit=MAX_LEVELS)


def executable(diagram: Diagram) -> Iterator[Finding]:
    """A process marked `isExecutable="false"` is a drawing; one without the mark runs."""
    if diagram.process.get("isExecutable") == "false":
        yield NOT_EXECUTABLE.broken_by(diagram.process)


def _running(diagram: Diagram) -> Iterator[Element]:
    """Yield the file and the BPMN elements in it that take part in what runs."""
    aside = {
        one
        for one in diagram.root
        if kind(one) in CALLABLE and one is not diagram.process and one not in diagram.called
    }
    waiting = [diagram.root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting.extend(
            child for child in element if child not in aside and _runs_in(element, child)
        )


def _runs_in(element: Element, child: Element) -> bool:
    return kind(child) in CHILDREN.get(kind(element), frozenset())


def _is_service(element: Element) -> bool:
    return kind(element) in SERVICES


def _is_read(diagram: Diagram, element: Element, name: str) -> bool:
    if name not in CAMUNDA_READ:
        return False
    places = CAMUNDA_READ[name]
    if kind(element) == "startEvent" and places is not None:
        return name == "formData" and element in diagram.graph.starts[:1]
    return places is None or kind(element) in places


def _camunda_names(element: Element) -> list[str]:
    """Return the names of Camunda's attributes and extension elements on a BPMN element."""
    extended = (child for block in element.iterfind(bpmn("extensionElements")) for child in block)
    tags = [*(name for name, _ in attributes_of(element)), *(child.tag for child in extended)]
    return [name for namespace, name in map(split, tags) if namespace == CAMUNDA]
