"""Process definitions: versions of diagrams, never changed once deployed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine import repository
from engine.bpmn import lint as rules
from engine.bpmn.differences import Difference, Version, differences
from engine.bpmn.findings import DiagramRefused, Finding
from engine.bpmn.names import one_line
from engine.bpmn.normalize import normalize
from engine.bpmn.procedure import Procedure, read_procedure
from engine.bpmn.reader import Diagram, read
from engine.bpmn.sop import Process, Step, read_process
from engine.database import Transaction
from engine.model import ProcessDefinition, Role, new_id
from engine.permissions import Actor, require
from engine.workflow.specification import Specification, compile_program

_MOST_LOADED = 256


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The outcome of deploying a diagram."""

    definition: ProcessDefinition
    process: Process
    findings: tuple[Finding, ...]
    """Warnings and hints; nothing in them keeps the diagram from running."""
    created: bool
    """False: the newest version means the same and is in force by then, so it stays."""
    redrawn: bool
    """Whether that version got a new drawing."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A definition ready to run."""

    process: Process
    steps: Mapping[str, Step]
    """By element id."""
    specification: Specification
    names: Mapping[str, str]
    """Of all elements that have one, by their ids."""


_loaded: dict[UUID, Loaded] = {}
"""By id of the definition. Safe to share in the process: a definition never changes."""


def deploy(
    tx: Transaction,
    source: bytes,
    *,
    by: Actor,
    effective_from: datetime | None = None,
    rehearsal: bool = False,
) -> Deployment:
    """Return the definition that this diagram is from now on, or from `effective_from` (aware).

    A new version comes into being only if the diagram means something else than the newest version,
    or if that one comes into force later than wanted; a version that was only drawn anew keeps the
    newest drawing. In a `rehearsal`, tasks that need a service become work of whoever starts the
    case, so that a diagram can be tried before its services are there.

    Raises:
        RoleNeeded: not a process owner.
        DiagramRefused: with the findings.
        AlreadyExists: on commit, somebody deployed the same key at the same time.
    """
    require(by, Role.PROCESS_OWNER)
    diagram = read(source)
    findings = rules.check(diagram, calendars=tx.calendars.keys(), rehearsal=rehearsal)
    process = read_process(diagram, rehearsal=rehearsal)
    wanted_from = effective_from or tx.now
    newest = repository.latest_definition(tx, process.key)
    if newest and _is_same(newest, diagram, rehearsal) and newest.effective_from <= wanted_from:
        return Deployment(
            definition=newest,
            process=process,
            findings=findings,
            created=False,
            redrawn=_redraw(newest, source),
        )
    compile_program(normalize(diagram, rehearsal=rehearsal))
    definition = ProcessDefinition(
        tenant_id=tx.tenant_id,
        id=new_id(),
        key=process.key,
        version=newest.version + 1 if newest else 1,
        name=process.name,
        source=source,
        effective_from=wanted_from,
        deployed_at=tx.now,
        deployed_by=by.username,
        is_rehearsal=rehearsal,
    )
    tx.add(definition)
    tx.flush()
    return Deployment(
        definition=definition, process=process, findings=findings, created=True, redrawn=False
    )


def lint(
    tx: Transaction, source: bytes, *, by: Actor, rehearsal: bool = False
) -> tuple[Finding, ...]:
    """Return what the rules find in a diagram, as deploying it would. Raises RoleNeeded."""
    require(by, Role.PROCESS_OWNER)
    try:
        diagram = read(source)
    except DiagramRefused as refusal:
        return refusal.findings
    return rules.lint(diagram, calendars=tx.calendars.keys(), rehearsal=rehearsal)


def names_in(source: bytes) -> Mapping[str, str]:
    """Return the names of a diagram's elements by their ids; none of what cannot be read."""
    try:
        return _names(read(source))
    except DiagramRefused:
        return {}


def _is_same(newest: ProcessDefinition, diagram: Diagram, rehearsal: bool) -> bool:  # noqa: FBT001 — private, named where called
    """Compare with the source as this release reads it: what counts may change with a release."""
    return newest.is_rehearsal is rehearsal and read(newest.source).digest == diagram.digest


def _redraw(definition: ProcessDefinition, source: bytes) -> bool:
    """Keep the newest drawing of a version; return whether it is another than before."""
    if drawing_of(definition) == source:
        return False
    definition.drawing = source
    return True


def compare(tx: Transaction, key: str, before: int, after: int) -> tuple[Difference, ...]:
    """Return what differs between two versions, as readers see it. Raises DefinitionNotFound."""
    return differences(_version(tx, key, before), _version(tx, key, after))


def _version(tx: Transaction, key: str, number: int) -> Version:
    definition = repository.definition_version(tx, key, number)
    return Version(process=load(tx, definition.id).process, procedure=procedure(tx, definition.id))


def drawing_of(definition: ProcessDefinition) -> bytes:
    """Return the newest .bpmn file of a version: what people see and download."""
    return definition.source if definition.drawing is None else definition.drawing


def _names(diagram: Diagram) -> dict[str, str]:
    return {
        element_id: name
        for element in diagram.root.iter()
        if (element_id := element.get("id")) and (name := one_line(element.get("name")))
    }


def load(tx: Transaction, definition_id: UUID) -> Loaded:
    """Return a definition ready to run; compiled once per process. Raises DefinitionNotFound.

    It was linted when it was deployed, and is not again: a rule that a later release adds must not
    stop the cases that are under way.
    """
    loaded = _loaded.get(definition_id)
    if loaded is None:
        definition = repository.definition(tx, definition_id)
        diagram = read(definition.source)
        process = read_process(diagram, rehearsal=definition.is_rehearsal)
        specification = compile_program(normalize(diagram, rehearsal=definition.is_rehearsal))
        by_id = {step.element_id: step for step in process.steps}
        loaded = Loaded(
            process=process,
            steps=by_id,
            specification=specification,
            names=_names(diagram),
        )
        while len(_loaded) >= _MOST_LOADED:
            _loaded.pop(next(iter(_loaded)), None)
        _loaded[definition_id] = loaded
    return loaded


def procedure(tx: Transaction, definition_id: UUID) -> Procedure:
    """Return the flow chart of a definition. Raises DefinitionNotFound."""
    source = repository.definition(tx, definition_id).source
    return read_procedure(read(source), load(tx, definition_id).process)
