"""Time that people govern: calendar revisions, suspension, the ladder, messages, incidents."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
RUNGS = ("at_risk", "overdue", "long_overdue")
NOT_ENDED = sa.text("ended_at IS NULL")
HAS_FAILED = sa.text("attempts > 0")
CLUSTERED = {"sqlite_with_rowid": False}
"""Said again wherever SQLite makes such a table anew."""


def upgrade() -> None:
    """Add what is new; what is there stays as it is."""
    op.add_column("tenants", sa.Column("probed_at", MOMENT))
    op.add_column("users", sa.Column("email", sa.String(length=254)))
    op.add_column("users", sa.Column("mail_rungs", JSON))
    _calendar_revisions()
    _process_instances()
    _tasks()
    _jobs()
    _notifications()


def _calendar_revisions() -> None:
    op.create_table(
        "calendar_revisions",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("holidays", sa.String(length=40), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_calendar_revisions_tenant_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_calendar_revisions"),
    )


def _process_instances() -> None:
    with op.batch_alter_table("process_instances") as table:
        table.add_column(sa.Column("suspended_at", MOMENT))
        check = "ck_process_instances_instancestate"
        _let_state_be(table, check, "active", "suspended", "completed", "cancelled")


def _tasks() -> None:
    with op.batch_alter_table("tasks", table_kwargs=CLUSTERED) as table:
        table.add_column(sa.Column("at_risk_at", MOMENT))
        table.add_column(sa.Column("calendar", sa.String(length=200)))
        table.add_column(sa.Column("calendar_revision", sa.Integer()))
        table.add_column(sa.Column("reckoning", JSON))
        table.add_column(sa.Column("rung", sa.String(length=16)))
        table.add_column(sa.Column("suspended_at", MOMENT))
        table.create_check_constraint(op.f("ck_tasks_rung"), _one_of("rung", RUNGS))
        check = "ck_tasks_taskstate"
        _let_state_be(table, check, "open", "suspended", "completed", "cancelled")
        table.create_index(
            "ix_running_tasks_calendar_revision",
            ["tenant_id", "calendar_revision"],
            postgresql_where=NOT_ENDED,
            sqlite_where=NOT_ENDED,
        )


def _jobs() -> None:
    with op.batch_alter_table("jobs", table_kwargs=CLUSTERED) as table:
        table.drop_index("ix_jobs_tenant_id_run_at")
        table.add_column(sa.Column("queue", sa.String(length=16), server_default="case"))
        table.add_column(sa.Column("task_id", ID))
        table.add_column(sa.Column("failed_at", MOMENT))
        table.alter_column("run_at", existing_type=MOMENT, nullable=True)
        table.create_check_constraint(
            op.f("ck_jobs_jobqueue"), _one_of("queue", ("case", "outbox"))
        )
    # The jobs there are so far are timers; from now on each says what it is.
    with op.batch_alter_table("jobs", table_kwargs=CLUSTERED) as table:
        kind = sa.String(length=16)
        table.alter_column("queue", existing_type=kind, nullable=False, server_default=None)
        table.create_index("ix_jobs_tenant_id_queue_run_at", ["tenant_id", "queue", "run_at"])
        table.create_index(
            "ix_failing_jobs_queue",
            ["tenant_id", "queue"],
            postgresql_where=HAS_FAILED,
            sqlite_where=HAS_FAILED,
        )


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("instance_id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=False),
        sa.Column("rung", sa.String(length=16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT),
        sa.Column("mailed_at", MOMENT),
        sa.CheckConstraint(_one_of("rung", RUNGS), name=op.f("ck_notifications_rung")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", column],
                [f"{parent}.tenant_id", f"{parent}.id"],
                name=f"fk_notifications_tenant_id_{column}",
            )
            for column, parent in (
                ("user_id", "users"),
                ("instance_id", "process_instances"),
                ("task_id", "tasks"),
            )
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_notifications"),
        sa.UniqueConstraint(
            *("tenant_id", "task_id", "rung", "user_id"),
            name="uq_notifications_tenant_id_task_id_rung_user_id",
        ),
    )
    op.create_index(
        "ix_notifications_tenant_id_user_id_created_at_id",
        "notifications",
        ["tenant_id", "user_id", "created_at", "id"],
    )


def _one_of(column: str, values: tuple[str, ...]) -> sa.ColumnElement[bool]:
    return sa.column(column, sa.String()).in_(values)


def _let_state_be(table: BatchOperations, check: str, *values: str) -> None:
    """Let the column `state` hold these values."""
    table.drop_constraint(op.f(check), type_="check")
    table.create_check_constraint(op.f(check), _one_of("state", values))
