"""Drafts of forms, comments and documents of cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NAME = sa.String(length=64)


def upgrade() -> None:
    """Add what is new; what is there stays as it is."""
    op.create_table(
        "drafts",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("checked", JSON, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        _belongs_to("drafts", "tasks", "task_id"),
        _belongs_to("drafts", "users", "user_id"),
        sa.PrimaryKeyConstraint("tenant_id", "task_id", "user_id", name="pk_drafts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comments",
        *_of_a_case("comments"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", NAME, nullable=False),
    )
    op.create_table(
        "documents",
        *_of_a_case("documents"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("uploaded_by", NAME, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.Column("removed_by", NAME),
    )
    for table in ("comments", "documents"):
        columns = ["tenant_id", "instance_id", "id"]
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    op.create_table(
        "document_chunks",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _belongs_to("document_chunks", "documents", "document_id"),
        sa.PrimaryKeyConstraint("tenant_id", "document_id", "number", name="pk_document_chunks"),
    )


def _of_a_case(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("instance_id", ID, nullable=False),
        sa.Column("task_id", ID),
        _belongs_to(table, "process_instances", "instance_id"),
        _belongs_to(table, "tasks", "task_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{table}"),
    )


def _belongs_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{other}.tenant_id", f"{other}.id"],
        name=f"fk_{table}_tenant_id_{column}",
    )
