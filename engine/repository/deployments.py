"""Deployments and their files."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from engine.database import Transaction
from engine.errors import NotFound
from engine.model import Deployment, DeploymentResource
from engine.repository.paging import Page, PageRequest, found, one, page_of


class DeploymentNotFound(NotFound):
    """There is no such deployment."""


class ResourceNotFound(NotFound):
    """This deployment has no file of that name."""


def deployment(tx: Transaction, deployment_id: UUID) -> Deployment:
    """Return a deployment by its id. Raises DeploymentNotFound."""
    return one(tx, Deployment, deployment_id, DeploymentNotFound)


def latest_deployment(tx: Transaction, name: str) -> Deployment | None:
    """Return the newest deployment of a name."""
    return tx.session.scalar(
        select(Deployment)
        .where(Deployment.tenant_id == tx.tenant_id, Deployment.name == name)
        .order_by(Deployment.id.desc())
        .limit(1)
    )


def deployments(tx: Transaction, page: PageRequest) -> Page[Deployment]:
    """Return all deployments, the newest first."""
    query = select(Deployment).where(Deployment.tenant_id == tx.tenant_id)
    return page_of(tx, query, page, order=[(Deployment.id, True)])


def resources_of(
    tx: Transaction, deployment_id: UUID, *, with_content: bool = True
) -> Sequence[DeploymentResource]:
    """Return the files of a deployment in the order in which they came."""
    query = (
        select(DeploymentResource)
        .where(
            DeploymentResource.tenant_id == tx.tenant_id,
            DeploymentResource.deployment_id == deployment_id,
        )
        .order_by(DeploymentResource.position)
    )
    if not with_content:
        query = query.options(defer(DeploymentResource.content, raiseload=True))
    return tx.session.scalars(query).all()


def resource(tx: Transaction, deployment_id: UUID, name: str) -> DeploymentResource:
    """Return one file of a deployment. Raises ResourceNotFound."""
    row = tx.session.get(
        DeploymentResource, (tx.tenant_id, deployment_id, name), populate_existing=True
    )
    return found(row, ResourceNotFound, id=str(deployment_id), name=name)
