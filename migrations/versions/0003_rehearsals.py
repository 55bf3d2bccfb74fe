"""Definitions that are only rehearsed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new; what was deployed before is no rehearsal."""
    with op.batch_alter_table("process_definitions") as table:
        table.add_column(
            sa.Column("is_rehearsal", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("process_definitions") as table:
        table.alter_column("is_rehearsal", server_default=None)
