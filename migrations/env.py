"""Alembic's entry: one transaction for all migrations, on the engine that the caller hands over."""

from alembic import context
from sqlalchemy import Connection, Engine

from engine.model import Base
from migrations import statistics

engine: Engine = context.config.attributes["engine"]


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    context.run_migrations()


def _migrate_sqlite(connection: Connection) -> None:
    """Migrate with foreign keys off: SQLite changes a table by making it anew.

    They can only be switched outside of a transaction, and are looked at before it commits.
    """
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            _migrate(connection)
            statistics.write(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"rows without their parent: {broken}")
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


if engine.dialect.name == "sqlite":
    with engine.connect() as sqlite:
        _migrate_sqlite(sqlite)
else:
    with engine.begin() as postgresql:
        _migrate(postgresql)
