"""Alembic's entry: one transaction for all migrations, on the engine that the caller hands over."""

from alembic import context
from sqlalchemy import Engine

from engine.model import Base

engine: Engine = context.config.attributes["engine"]

with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    context.run_migrations()
