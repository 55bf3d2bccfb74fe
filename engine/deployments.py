"""Deployments: files that a modeler sends together, diagrams and what is attached to them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from engine import definitions, repository
from engine.bpmn.findings import DiagramRefused, Finding
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.model import Deployment, DeploymentResource, ProcessDefinition, Role, new_id
from engine.permissions import Actor, require
from engine.repository import Page, PageRequest

_DIAGRAMS: Final = (".bpmn", ".bpmn20.xml")
_LONGEST_NAME: Final = 200
_READERS: Final = (Role.PROCESS_OWNER, Role.SUPERVISOR)


class InvalidDeployment(Invalid):
    """These files cannot be deployed together."""


class ResourceRefused(DiagramRefused):
    """One of the diagrams cannot run as drawn."""

    def __init__(self, resource: str, findings: Sequence[Finding]) -> None:
        """Keep the name of the file beside its findings."""
        super().__init__(findings)
        self.resource = resource


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as it came."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The outcome of a deployment."""

    deployment: Deployment
    definitions: Sequence[tuple[str, ProcessDefinition]]
    """The versions that its diagrams are, each with the name of its file; the first one is that of
    the diagram which the modeler shows."""
    created: bool
    """False: the newest deployment of this name is of the very same files, so it stays."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A deployment as it is kept."""

    deployment: Deployment
    resources: Sequence[tuple[str, ProcessDefinition | None]]
    """The names of its files in the order in which they came, each diagram with its version."""


def find(tx: Transaction, *, by: Actor, page: PageRequest) -> Page[Deployment]:
    """Return the deployments, the newest first. Raises RoleNeeded."""
    require(by, *_READERS)
    return repository.deployments(tx, page)


def get(tx: Transaction, deployment_id: UUID, *, by: Actor) -> Kept:
    """Return a deployment. Raises RoleNeeded, DeploymentNotFound."""
    require(by, *_READERS)
    deployment = repository.deployment(tx, deployment_id)
    kept = repository.resources_of(tx, deployment_id, with_content=False)
    return Kept(
        deployment=deployment,
        resources=[
            (one.name, repository.definition(tx, one.definition_id) if one.definition_id else None)
            for one in kept
        ],
    )


def file(tx: Transaction, deployment_id: UUID, name: str, *, by: Actor) -> File:
    """Return one file of a deployment. Raises RoleNeeded, ResourceNotFound."""
    require(by, *_READERS)
    return File(name=name, content=repository.resource(tx, deployment_id, name).content)


def deploy(
    tx: Transaction,
    files: Sequence[File],
    *,
    name: str,
    source: str | None,
    by: Actor,
    only_if_changed: bool,
) -> Deployed:
    """Return the deployment of `files`: all of them, or none.

    The first one is a diagram, and so is every other that is named like one; what is attached
    besides is kept as it is. A diagram that means what its newest version means makes no new
    version; if all files are those of the newest deployment of that name, and `only_if_changed`,
    there is no new deployment either.

    Raises:
        RoleNeeded: not a process owner.
        InvalidDeployment: no file, two of one name, two of one process, a name that is too long.
        ResourceRefused: a diagram is, with its name and findings.
        AlreadyExists: on commit, somebody deployed the same key at the same time.
    """
    require(by, Role.PROCESS_OWNER)
    name = " ".join(name.split()) or (files[0].name if files else "")
    _require_usable(name, source, files)
    deployed = [(file, _define(tx, file, by)) for file in _diagrams(files)]
    _require_different_keys(deployed)
    versions = [(file.name, one.definition) for file, one in deployed]
    newest = repository.latest_deployment(tx, name)
    if newest and only_if_changed and _has_files(tx, newest, files, versions):
        return Deployed(deployment=newest, definitions=versions, created=False)
    deployment = _keep(tx, files, versions, name=name, source=source, by=by)
    return Deployed(deployment=deployment, definitions=versions, created=True)


def _require_usable(name: str, source: str | None, files: Sequence[File]) -> None:
    if not files:
        raise InvalidDeployment(Said("There is no file to deploy."))
    for text in (name, source or "", *(file.name for file in files)):
        if len(text) > _LONGEST_NAME:
            raise InvalidDeployment(
                Said(
                    "A name has more than {longest} characters: {begin}…",
                    longest=_LONGEST_NAME,
                    begin=text[:40],
                )
            )
    times = Counter(file.name for file in files)
    if twice := [one for one, number in times.items() if number > 1]:
        raise InvalidDeployment(Said("Two files have the name {name}.", name=twice[0]))


def _diagrams(files: Sequence[File]) -> list[File]:
    first, *others = files
    return [first, *(file for file in others if file.name.lower().endswith(_DIAGRAMS))]


def _define(tx: Transaction, file: File, by: Actor) -> definitions.Deployment:
    try:
        return definitions.deploy(tx, file.content, by=by)
    except DiagramRefused as refusal:
        raise ResourceRefused(file.name, refusal.findings) from refusal


def _require_different_keys(deployed: Sequence[tuple[File, definitions.Deployment]]) -> None:
    names: dict[str, str] = {}
    for file, one in deployed:
        key = one.definition.key
        if key in names:
            sentence = Said(
                "{first} and {second} are both the process {key}.",
                first=names[key],
                second=file.name,
                key=key,
            )
            raise InvalidDeployment(sentence)
        names[key] = file.name


def _has_files(
    tx: Transaction,
    deployment: Deployment,
    files: Sequence[File],
    versions: Sequence[tuple[str, ProcessDefinition]],
) -> bool:
    """Return whether a deployment is of these very files, and its diagrams are these versions."""
    kept = repository.resources_of(tx, deployment.id)
    return {one.name: one.content for one in kept} == {
        file.name: file.content for file in files
    } and {one.name: one.definition_id for one in kept if one.definition_id} == {
        name: definition.id for name, definition in versions
    }


def _keep(
    tx: Transaction,
    files: Sequence[File],
    versions: Sequence[tuple[str, ProcessDefinition]],
    *,
    name: str,
    source: str | None,
    by: Actor,
) -> Deployment:
    deployment = Deployment(
        tenant_id=tx.tenant_id,
        id=new_id(),
        name=name,
        source=source,
        deployed_at=tx.now,
        deployed_by=by.username,
    )
    tx.add(deployment)
    tx.flush()
    version_of = dict(versions)
    for position, file in enumerate(files):
        definition = version_of.get(file.name)
        tx.add(
            DeploymentResource(
                tenant_id=tx.tenant_id,
                deployment_id=deployment.id,
                name=file.name,
                position=position,
                content=file.content,
                definition_id=None if definition is None else definition.id,
            )
        )
    tx.flush()
    return deployment
