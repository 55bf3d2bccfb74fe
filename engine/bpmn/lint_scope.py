"""Rules of scope: what the engine knows to run, and nothing else gets past."""

from collections.abc import Iterator

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import BPMN, CAMUNDA, Element, attributes_of, bpmn, kind, split
from engine.bpmn.reader import Diagram
from engine.bpmn.supported import (
    ATTRIBUTES,
    CAMUNDA_READ,
    CAMUNDA_SERVICE,
    CAMUNDA_WITHOUT_EFFECT,
    CHILDREN,
    INSTEAD,
    INSTEAD_OF_ANYTHING,
    INSTEAD_OF_TASK,
    NOTES,
    ONLY_ONE,
    OTHER_ENGINES,
)

NOT_SUPPORTED = Rule(
    "not-supported",
    Severity.ERROR,
    Text(
        id="Elemen {kind} di dalam {parent} belum didukung.",
        en="The element {kind} in {parent} is not supported yet.",
    ),
    Text(id="{instead_id}", en="{instead_en}"),
)
ATTRIBUTE_NOT_SUPPORTED = Rule(
    "attribute-not-supported",
    Severity.ERROR,
    Text(
        id='Atribut {attribute}="{value}" belum didukung di sini.',
        en='The attribute {attribute}="{value}" is not supported here yet.',
    ),
    Text(
        id="Hapus atribut itu atau kembalikan ke nilai bawaannya.",
        en="Remove the attribute or set it back to its default.",
    ),
)
SERVICE = Rule(
    "service-not-supported",
    Severity.ERROR,
    Text(
        id="Elemen ini meminta mesin menjalankan sesuatu (camunda:{name}); itu belum didukung.",
        en="This element asks the engine to run something (camunda:{name}): not supported yet.",
    ),
    INSTEAD_OF_TASK,
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
START_FORM = Rule(
    "start-form",
    Severity.ERROR,
    Text(
        id="Formulir pada kejadian mulai belum didukung.",
        en="A form on the start event is not supported yet.",
    ),
    Text(
        id="Pindahkan isian formulir ke langkah pertama.",
        en="Move its fields to the first step.",
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
        id="Hanya satu {kind} yang didukung di sini.",
        en="Only one {kind} is supported here.",
    ),
    Text(
        id="Gabungkan menjadi satu, atau simpan dalam berkas lain.",
        en="Make it one, or keep it in another file.",
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
    """Only what is in the table runs; what stands in a refused element is not looked at."""
    for element in _supported_elements(diagram):
        for child in element:
            if not kind(child):
                # Hidden in an extension: a parser that searches by name would still find it.
                yield from (_not_supported(hidden) for hidden in child.iter(f"{{{BPMN}}}*"))
            elif not _may_contain(element, child):
                yield _not_supported(child)


def attributes(diagram: Diagram) -> Iterator[Finding]:
    """Only attributes in the table may stand on what runs: the engine would ignore any other."""
    for element in _supported_elements(diagram):
        known = ATTRIBUTES.get(kind(element))
        for name, value in attributes_of(element) if known is not None else ():
            if name in {"id", "name"} or split(name)[0]:
                continue
            allowed = known.get(name, frozenset()) if known else frozenset()
            if allowed is not None and value.strip() not in allowed:
                yield ATTRIBUTE_NOT_SUPPORTED.broken_by(element, attribute=name, value=value)


def extensions(diagram: Diagram) -> Iterator[Finding]:
    """Camunda's extensions are read, harmless, ignored with a warning, or refused as services."""
    for element in _supported_elements(diagram):
        for name in _camunda_names(element):
            if name in CAMUNDA_SERVICE:
                yield SERVICE.broken_by(element, name=name)
            elif name == "formData" and kind(element) == "startEvent":
                yield START_FORM.broken_by(element)
            elif name not in CAMUNDA_READ | CAMUNDA_WITHOUT_EFFECT:
                yield IGNORED.broken_by(element, name=name)


def other_engines(diagram: Diagram) -> Iterator[Finding]:
    """Settings for another engine are named once: steps may have lost their actor with them."""
    unseen = dict(OTHER_ENGINES)
    for element in diagram.process.iter():
        names = [element.tag, *(name for name, _ in attributes_of(element))]
        for namespace in {split(name)[0] for name in names} & unseen.keys():
            yield OTHER_ENGINE.broken_by(element, engine=unseen.pop(namespace))


def one_of_each(diagram: Diagram) -> Iterator[Finding]:
    """One process, one pool, one set of lanes, one definition in an event."""
    for element in _supported_elements(diagram):
        for parent, kinds in ONLY_ONE:
            if kind(element) == parent:
                for extra in [child for child in element if kind(child) in kinds][1:]:
                    yield SECOND.broken_by(extra, kind=kind(extra))


def executable(diagram: Diagram) -> Iterator[Finding]:
    """A process marked `isExecutable="false"` is a drawing; one without the mark runs."""
    if diagram.process.get("isExecutable") == "false":
        yield NOT_EXECUTABLE.broken_by(diagram.process)


def _supported_elements(diagram: Diagram) -> Iterator[Element]:
    """Yield the BPMN elements that may stand where they do."""
    waiting = [diagram.root]
    while waiting:
        element = waiting.pop()
        yield element
        waiting.extend(child for child in element if _may_contain(element, child))


def _may_contain(element: Element, child: Element) -> bool:
    name = kind(child)
    return name in NOTES or name in CHILDREN.get(kind(element), frozenset())


def _not_supported(element: Element) -> Finding:
    name = kind(element)
    parent = element.getparent()
    is_work = name.endswith("Task") or name == "callActivity"
    instead = INSTEAD.get(name, INSTEAD_OF_TASK if is_work else INSTEAD_OF_ANYTHING)
    return NOT_SUPPORTED.broken_by(
        element,
        kind=name,
        parent="" if parent is None else split(parent.tag)[1],
        instead_id=instead.id,
        instead_en=instead.en,
    )


def _camunda_names(element: Element) -> list[str]:
    """Return the names of Camunda's attributes and extension elements on a BPMN element."""
    extended = (child for block in element.iterfind(bpmn("extensionElements")) for child in block)
    tags = [*(name for name, _ in attributes_of(element)), *(child.tag for child in extended)]
    return [name for namespace, name in map(split, tags) if namespace == CAMUNDA]
