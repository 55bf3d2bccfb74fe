"""The tables of the first release: people, definitions, cases, tasks, jobs and history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IS_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Create all tables; there is nothing before them."""
    _idempotency_keys()
    _login_attempts()
    _tenants()
    _positions()
    _process_definitions()
    _users()
    _position_holders()
    _process_instances()
    _tokens()
    _history_events()
    _jobs()
    _tasks()


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "key", name="pk_idempotency_keys"),
    )
    op.create_index(
        "ix_idempotency_keys_tenant_id_created_at", "idempotency_keys", ["tenant_id", "created_at"]
    )


def _login_attempts() -> None:
    op.create_table(
        "login_attempts",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_login_attempts"),
    )
    op.create_index(
        "ix_login_attempts_tenant_id_address_attempted_at",
        "login_attempts",
        ["tenant_id", "address", "attempted_at"],
    )
    op.create_index(
        "ix_login_attempts_tenant_id_username_attempted_at",
        "login_attempts",
        ["tenant_id", "username", "attempted_at"],
    )


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
    )


def _positions() -> None:
    op.create_table(
        "positions",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_positions_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_positions"),
        sa.UniqueConstraint("tenant_id", "code", name="uq_positions_tenant_id_code"),
    )


def _process_definitions() -> None:
    op.create_table(
        "process_definitions",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("effective_from", MOMENT, nullable=False),
        sa.Column("deployed_at", MOMENT, nullable=False),
        sa.Column("deployed_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_process_definitions_tenant_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_process_definitions"),
        sa.UniqueConstraint(
            "tenant_id", "key", "version", name="uq_process_definitions_tenant_id_key_version"
        ),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_users_tenant_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_users"),
        sa.UniqueConstraint("tenant_id", "username", name="uq_users_tenant_id_username"),
    )


def _position_holders() -> None:
    op.create_table(
        "position_holders",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("position_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column(
            "capacity",
            sa.Enum(
                "definitive",
                "plt",
                "plh",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("decree", sa.String(length=200), nullable=True),
        sa.Column("held_from", sa.Date(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "position_id"],
            ["positions.tenant_id", "positions.id"],
            name="fk_position_holders_tenant_id_position_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name="fk_position_holders_tenant_id_user_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_position_holders"),
    )
    op.create_index(
        "ix_position_holders_tenant_id_position_id",
        "position_holders",
        ["tenant_id", "position_id"],
    )
    op.create_index(
        "ix_position_holders_tenant_id_user_id", "position_holders", ["tenant_id", "user_id"]
    )


def _process_instances() -> None:
    op.create_table(
        "process_instances",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("definition_id", ID, nullable=False),
        sa.Column("business_key", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "completed",
                "cancelled",
                name="instancestate",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("workflow_state", sa.LargeBinary(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("advanced_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "definition_id"],
            ["process_definitions.tenant_id", "process_definitions.id"],
            name="fk_process_instances_tenant_id_definition_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_process_instances"),
    )
    op.create_index(
        "ix_process_instances_tenant_id_business_key",
        "process_instances",
        ["tenant_id", "business_key"],
    )
    op.create_index(
        "ix_process_instances_tenant_id_definition_id",
        "process_instances",
        ["tenant_id", "definition_id"],
    )
    op.create_index(
        "ix_process_instances_tenant_id_started_at_id",
        "process_instances",
        ["tenant_id", "started_at", "id"],
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name="fk_tokens_tenant_id_user_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="pk_tokens"),
    )
    op.create_index("ix_tokens_tenant_id_user_id", "tokens", ["tenant_id", "user_id"])


def _history_events() -> None:
    op.create_table(
        "history_events",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("instance_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("task_id", ID, nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["process_instances.tenant_id", "process_instances.id"],
            name="fk_history_events_tenant_id_instance_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "instance_id", "id", name="pk_history_events"),
        sqlite_with_rowid=False,
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("instance_id", ID, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["process_instances.tenant_id", "process_instances.id"],
            name="fk_jobs_tenant_id_instance_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_jobs"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_jobs_tenant_id_instance_id", "jobs", ["tenant_id", "instance_id"])
    op.create_index("ix_jobs_tenant_id_run_at", "jobs", ["tenant_id", "run_at"])


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("instance_id", ID, nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("candidate_group", sa.String(length=200), nullable=True),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "completed",
                "cancelled",
                name="taskstate",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("completed_by", sa.String(length=64), nullable=True),
        sa.Column("late_minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "assignee_id"],
            ["users.tenant_id", "users.id"],
            name="fk_tasks_tenant_id_assignee_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "instance_id"],
            ["process_instances.tenant_id", "process_instances.id"],
            name="fk_tasks_tenant_id_instance_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_tasks"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_open_tasks_assignee_id_due_at_id",
        "tasks",
        ["tenant_id", "assignee_id", "due_at", "id"],
        postgresql_where=IS_OPEN,
        sqlite_where=IS_OPEN,
    )
    op.create_index(
        "ix_open_tasks_candidate_group_due_at_id",
        "tasks",
        ["tenant_id", "candidate_group", "due_at", "id"],
        postgresql_where=IS_OPEN,
        sqlite_where=IS_OPEN,
    )
    op.create_index(
        "ix_open_tasks_due_at_id",
        "tasks",
        ["tenant_id", "due_at", "id"],
        postgresql_where=IS_OPEN,
        sqlite_where=IS_OPEN,
    )
    op.create_index("ix_tasks_tenant_id_instance_id", "tasks", ["tenant_id", "instance_id"])
