"""Deployments with their files; the newest drawing of a version."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    """Add what is new; versions are compared by what their files mean, not by a stored digest."""
    with op.batch_alter_table("process_definitions") as table:
        table.add_column(sa.Column("drawing", sa.LargeBinary()))
        table.drop_column("digest")
    _deployments()
    _deployment_resources()


def _deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200)),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_deployments_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_deployments"),
    )
    op.create_index("ix_deployments_tenant_id_name_id", "deployments", ["tenant_id", "name", "id"])


def _deployment_resources() -> None:
    op.create_table(
        "deployment_resources",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("deployment_id", ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("definition_id", ID),
        sa.ForeignKeyConstraint(
            ["tenant_id", "deployment_id"],
            ["deployments.tenant_id", "deployments.id"],
            name="fk_deployment_resources_tenant_id_deployment_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "definition_id"],
            ["process_definitions.tenant_id", "process_definitions.id"],
            name="fk_deployment_resources_tenant_id_definition_id",
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "deployment_id", "name", name="pk_deployment_resources"
        ),
    )
