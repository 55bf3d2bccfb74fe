"""Probing and deploying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import request

from api.bodies import is_storable
from api.camunda.door import Door
from engine import deployments, repository
from engine.database import Transaction
from engine.deployments import Deployed, File, InvalidDeployment
from engine.errors import Said
from engine.model import Deployment, ProcessDefinition
from engine.permissions import Actor
from engine.repository import PageRequest

door = Door("deployments")
_MOST_LISTED: Final = 200


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What the modeler sends to be deployed."""

    name: str
    source: str | None
    only_if_changed: bool
    files: Sequence[File]


@door.get("/deployment")
def list_deployments(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
) -> list[dict[str, Any]]:
    """List the newest deployments; the modeler asks for none of them, to see who answers here."""
    wanted = request.args.get("maxResults", _MOST_LISTED, type=int)
    page = PageRequest(limit=min(max(wanted, 0), _MOST_LISTED))
    return [_deployment(tx, one) for one in repository.deployments(tx, page).items]


def _read_upload() -> Upload:
    """Return the form that was sent: a file in any part is one, whatever its name.

    Raises InvalidDeployment: a name that no database takes.
    """
    fields = request.form
    files = [
        File(name=part.filename or name, content=part.read())
        for name, part in request.files.items(multi=True)
    ]
    name, source = fields.get("deployment-name", ""), fields.get("deployment-source")
    if not all(map(is_storable, (name, source or "", *(file.name for file in files)))):
        raise InvalidDeployment(Said("A name holds a character that cannot be stored."))
    filtering = fields.get("enable-duplicate-filtering", "false").strip().lower()
    return Upload(name=name, source=source, only_if_changed=filtering == "true", files=files)


@door.post("/deployment/create", _read_upload)
def create_deployment(tx: Transaction, by: Actor, body: Upload) -> dict[str, Any]:
    """Deploy diagrams with what is attached to them."""
    deployed = deployments.deploy(
        tx,
        body.files,
        name=body.name,
        source=body.source,
        by=by,
        only_if_changed=body.only_if_changed,
    )
    return {
        "links": [],
        **_deployment(tx, deployed.deployment),
        "deployedProcessDefinitions": _definitions(deployed, by),
        "deployedCaseDefinitions": None,
        "deployedDecisionDefinitions": None,
        "deployedDecisionRequirementsDefinitions": None,
    }


def _definitions(deployed: Deployed, by: Actor) -> dict[str, Any] | None:
    """Return the versions by id; nothing, like Camunda, where the asker's own deployment stays.

    That modeler has remembered what it deployed. Another person's has not, and could not start
    anything if it were told of no version.
    """
    deployment = deployed.deployment
    if not deployed.created and deployment.deployed_by == by.username:
        return None
    return {
        str(one.id): _definition(one, name, deployment.id) for name, one in deployed.definitions
    }


def _deployment(tx: Transaction, deployment: Deployment) -> dict[str, Any]:
    return {
        "id": str(deployment.id),
        "name": deployment.name,
        "source": deployment.source,
        "deploymentTime": _moment(tx.local(deployment.deployed_at)),
        "tenantId": None,
    }


def _definition(
    definition: ProcessDefinition, resource: str, deployment_id: UUID
) -> dict[str, Any]:
    return {
        "id": str(definition.id),
        "key": definition.key,
        "category": None,
        "description": None,
        "name": definition.name,
        "version": definition.version,
        "resource": resource,
        "deploymentId": str(deployment_id),
        "diagram": None,
        "suspended": False,
        "tenantId": None,
        "versionTag": None,
        "historyTimeToLive": None,
        "startableInTasklist": True,
    }


def _moment(moment: datetime) -> str:
    """Return a moment as Camunda writes it: milliseconds, and an offset without a colon."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}{moment:%z}"
