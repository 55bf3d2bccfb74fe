"""Deployments: files that a modeler sent together."""

from datetime import datetime
from uuid import UUID

from flask import Response
from pydantic import Field

from api.responses import keep_as
from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, local
from engine import deployments
from engine.database import Transaction
from engine.deployments import Kept
from engine.model import Deployment
from engine.permissions import Actor

resource = Resource("deployments", "What modelers deployed: diagrams with what was attached.")
FILE = "application/octet-stream"


class ShownDeployment(Answer):
    """Files that were deployed together."""

    id: UUID
    name: str = Field(examples=["evaluasi-internal-capaian-kinerja.bpmn"])
    source: str | None = Field(
        description="Which program deployed, as it says itself.", examples=["Camunda Modeler"]
    )
    deployed_at: datetime
    deployed_by: str = Field(examples=["pemilik.proses"])

    @classmethod
    def of(cls, tx: Transaction, deployment: Deployment) -> "ShownDeployment":
        """Return the deployment as it is shown."""
        return cls(
            id=deployment.id,
            name=deployment.name,
            source=deployment.source,
            deployed_at=local(tx, deployment.deployed_at),
            deployed_by=deployment.deployed_by,
        )


class DeploymentList(Listing[ShownDeployment]):
    """One page of deployments."""


class ShownResource(Answer):
    """One file of a deployment."""

    name: str = Field(examples=["evaluasi-internal-capaian-kinerja.bpmn"])
    process_definition_key: str | None = Field(description="Of a diagram; null: an attachment.")
    process_definition_version: int | None


class DetailedDeployment(ShownDeployment):
    """A deployment with its files."""

    resources: list[ShownResource] = Field(description="In the order in which they came.")

    @classmethod
    def kept(cls, tx: Transaction, kept: Kept) -> "DetailedDeployment":
        """Return the deployment with its files as it is shown."""
        return cls(
            **dict(ShownDeployment.of(tx, kept.deployment)),
            resources=[
                ShownResource(
                    name=name,
                    process_definition_key=None if definition is None else definition.key,
                    process_definition_version=None if definition is None else definition.version,
                )
                for name, definition in kept.resources
            ],
        )


@resource.get("/deployments", DeploymentList, problems=(403,))
def list_deployments(tx: Transaction, by: Actor, query: ListQuery) -> DeploymentList:
    """List what modelers deployed, the newest first. For process owners and supervisors."""
    page = deployments.find(tx, by=by, page=query.page())
    return DeploymentList.of(page, lambda one: ShownDeployment.of(tx, one))


@resource.get("/deployments/<uuid:deployment_id>", DetailedDeployment, problems=(403, 404))
def get_deployment(tx: Transaction, by: Actor, deployment_id: UUID) -> DetailedDeployment:
    """Show a deployment with its files."""
    return DetailedDeployment.kept(tx, deployments.get(tx, deployment_id, by=by))


@resource.get("/deployments/<uuid:deployment_id>/resources/<path:name>", FILE, problems=(403, 404))
def get_deployment_resource(tx: Transaction, by: Actor, deployment_id: UUID, name: str) -> Response:
    """Download a file of a deployment, byte for byte as it came."""
    file = deployments.file(tx, deployment_id, name, by=by)
    answer = Response(file.content, mimetype=FILE)
    keep_as(answer, name.rsplit("/", 1)[-1])
    return answer
