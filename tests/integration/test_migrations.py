"""The migrations make exactly the tables of the model, on both databases."""

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect

from engine.clock import Clock
from engine.database import Database
from engine.failures import NotMigrated
from engine.model import SCHEMA_REVISION, Base
from migrations.upgrade import configuration, upgrade
from tests.clock import TestClock


def test_a_migrated_database_has_the_tables_of_the_model(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_migrated_database_has_the_checks_of_the_model(database: Database) -> None:
    inspector = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}
        checks = (each for each in table.constraints if isinstance(each, CheckConstraint))
        expected = {str(check.name) for check in checks}
        assert found == expected, table.name


def test_the_code_needs_the_newest_migration(database: Database) -> None:
    script = ScriptDirectory.from_config(configuration(database.engine))
    assert script.get_heads() == [SCHEMA_REVISION]
    database.check()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    upgrade(database.engine)
    database.check()


def test_an_empty_database_says_that_it_is_not_migrated(
    open_database: Callable[[Clock], Database], clock: TestClock
) -> None:
    with pytest.raises(NotMigrated):
        open_database(clock).require_schema()


def test_every_key_is_led_by_the_tenant() -> None:
    for table in Base.metadata.sorted_tables:
        if table.name == "tenants":
            continue
        assert table.primary_key.columns.keys()[0] == "tenant_id", table.name
        for index in table.indexes:
            assert index.columns.keys()[0] == "tenant_id", index.name
        for constraint in table.foreign_key_constraints:
            assert constraint.column_keys[0] == "tenant_id", constraint.name
