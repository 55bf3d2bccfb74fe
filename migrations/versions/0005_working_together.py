"""Drafts of forms, comments and documents of cases; what reports count by."""

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
_OPEN, _COMPLETED, _NOT_ENDED = "state = 'open'", "state = 'completed'", "ended_at IS NULL"


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
    _count_without_reading_rows()
    _create_partial(
        "ix_unread_notifications_user_id", "notifications", ["user_id"], "read_at IS NULL"
    )


def _count_without_reading_rows() -> None:
    """Give tasks what reports ask of them, and the indexes that hold all that a report asks."""
    op.add_column("tasks", sa.Column("definition_id", ID))
    op.add_column("tasks", sa.Column("worked_minutes", sa.Integer()))
    op.add_column("tasks", sa.Column("standard_minutes", sa.Integer()))
    op.execute(
        "UPDATE tasks SET definition_id = (SELECT definition_id FROM process_instances AS i"
        " WHERE i.tenant_id = tasks.tenant_id AND i.id = tasks.instance_id)"
    )
    open_columns = ["definition_id", "element_id", "due_at", "at_risk_at", "state"]
    _create_partial(f"ix_open_tasks_{'_'.join(open_columns)}", "tasks", open_columns, _OPEN)
    _create_partial(
        "ix_completed_tasks_definition_id_ended_at",
        "tasks",
        [
            *("definition_id", "ended_at", "element_id", "due_at", "late_minutes"),
            *("worked_minutes", "standard_minutes", "state"),
        ],
        _COMPLETED,
    )
    op.drop_index("ix_open_tasks_candidate_group_due_at_id", "tasks")
    _create_partial(
        "ix_open_tasks_of_positions",
        "tasks",
        [
            *("candidate_group", "due_at", "id"),
            *("at_risk_at", "definition_id", "assignee_id", "state"),
        ],
        _OPEN,
    )
    cases = "process_instances"
    op.drop_index("ix_process_instances_tenant_id_definition_id", cases)
    columns = ["tenant_id", "definition_id", "started_at"]
    op.create_index(f"ix_{cases}_{'_'.join(columns)}", cases, columns)
    _create_partial(
        "ix_running_instances_definition_id", cases, ["ended_at", "definition_id"], _NOT_ENDED
    )
    _create_partial(
        "ix_completed_instances_definition_id_ended_at",
        cases,
        ["definition_id", "ended_at", "state"],
        _COMPLETED,
    )


def _create_partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        table,
        ["tenant_id", *columns],
        postgresql_where=condition,
        sqlite_where=condition,
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
