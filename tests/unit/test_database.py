"""One transaction: rolled back unless all goes well, aware of its zone, clear in its errors."""

from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from engine import people, repository
from engine.config import LEAST, ROOT, InvalidSetting, Settings
from engine.database import Database, Transaction
from engine.errors import Conflict, Invalid, NotFound, Unavailable
from engine.failures import AlreadyExists
from engine.model import Role, Tenant, Token, new_id
from engine.permissions import SYSTEM, RoleNeeded
from engine.repository import UserNotFound
from tests.clock import WEDNESDAY_MORNING, TestClock


def add_user(tx: Transaction, username: str) -> UUID:
    return people.create_user(
        tx, username=username, name=username, roles=[Role.ACTOR], password=None, by=SYSTEM
    ).id


def has_user(database: Database, username: str) -> bool:
    with database.read() as tx:
        return repository.user_named(tx, username) is not None


def test_leaving_the_block_commits(database: Database) -> None:
    with database.begin() as tx:
        add_user(tx, "staf")
    assert has_user(database, "staf")


def test_any_error_rolls_everything_back(database: Database) -> None:
    with suppress(ZeroDivisionError), database.begin() as tx:
        add_user(tx, "staf")
        raise ZeroDivisionError
    assert not has_user(database, "staf")


def test_an_error_of_the_domain_rolls_everything_back(database: Database) -> None:
    with suppress(UserNotFound), database.begin() as tx:
        add_user(tx, "staf")
        repository.user(tx, new_id())
    assert not has_user(database, "staf")


def test_after_an_error_the_same_connection_works_again(database: Database) -> None:
    for _ in range(20):  # more often than there are connections
        with pytest.raises(ZeroDivisionError), database.begin():
            raise ZeroDivisionError
    with database.begin() as tx:
        add_user(tx, "staf")
    assert has_user(database, "staf")


def test_reading_cannot_commit(database: Database) -> None:
    with suppress(Unavailable), database.read() as tx:  # PostgreSQL refuses even the attempt
        add_user(tx, "staf")
    assert not has_user(database, "staf")


def test_the_moment_of_a_transaction_is_that_of_the_clock(
    database: Database, clock: TestClock
) -> None:
    with database.begin() as tx:
        clock.advance(hours=1)
        assert tx.now == WEDNESDAY_MORNING
    with database.begin() as tx:
        assert tx.now == WEDNESDAY_MORNING + timedelta(hours=1)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), database.begin() as tx:
        tx.session.add(Tenant(id=new_id(), created_at=datetime(2026, 11, 4)))  # noqa: DTZ001


def test_a_moment_of_any_zone_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    moment = datetime(2026, 11, 4, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    tenant_id = new_id()
    with database.begin() as tx:
        tx.session.add(Tenant(id=tenant_id, created_at=moment))
    with database.read() as tx:
        tenant = tx.session.get_one(Tenant, tenant_id)
    assert tenant.created_at == moment
    assert tenant.created_at.tzinfo is UTC


def test_a_broken_unique_constraint_is_a_conflict_in_its_own_words(database: Database) -> None:
    with database.begin() as tx:
        add_user(tx, "staf")
        people.create_position(tx, code="staf", name="Staf", by=SYSTEM)
    with pytest.raises(AlreadyExists, match="This user name is taken"), database.begin() as tx:
        add_user(tx, "staf")
    with pytest.raises(AlreadyExists, match="A position with this code"), database.begin() as tx:
        people.create_position(tx, code="staf", name="Lain", by=SYSTEM)
    assert issubclass(AlreadyExists, Conflict)


def token_of_nobody(database: Database) -> Token:
    """Return a row that breaks a foreign key."""
    return Token(
        tenant_id=database.tenant_id,
        digest=b"x" * 32,
        user_id=new_id(),
        created_at=WEDNESDAY_MORNING,
        expires_at=datetime(2031, 7, 9, tzinfo=UTC),
    )


def test_another_broken_constraint_is_a_bug_and_not_dressed_up(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin() as tx:
        tx.session.add(token_of_nobody(database))


def test_what_people_wrote_does_not_reach_the_text_of_an_error(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.begin() as tx:
        tx.session.add(token_of_nobody(database))
    assert "2031" not in str(caught.value)


def test_a_foreign_key_is_enforced_on_both_databases(database: Database) -> None:
    statement = text("DELETE FROM tenants")
    with database.begin() as tx:
        add_user(tx, "staf")
    with pytest.raises((IntegrityError, OperationalError)), database.begin() as tx:
        tx.session.execute(statement)


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    settings = Settings(database_url=url)
    clock = TestClock(WEDNESDAY_MORNING)
    database = Database(settings, clock=clock)
    with pytest.raises(Unavailable), database.begin():
        pass
    database.dispose()


@pytest.mark.parametrize(
    "url", ["not a url", "sqlite://", "sqlite:///:memory:", "mysql://host/name", ""]
)
def test_a_url_of_anything_but_a_file_or_a_server_is_refused(url: str) -> None:
    settings = Settings(database_url=url)
    with pytest.raises(InvalidSetting):
        Database(settings, clock=TestClock(WEDNESDAY_MORNING))


def test_an_error_says_its_docstring_and_keeps_its_details() -> None:
    error = RoleNeeded(role="admin")
    assert str(error) == "This needs a role that you do not have."
    assert (error.code, error.details) == ("role-needed", {"role": "admin"})


def test_an_error_can_say_more_than_its_docstring() -> None:
    error = NotFound("There is no such letter.", number=7)
    assert (str(error), error.details) == ("There is no such letter.", {"number": 7})


def test_invalid_input_names_its_fields() -> None:
    error = Invalid(fields={"name": "must not be empty"}, line=3)
    assert (error.fields, error.details) == ({"name": "must not be empty"}, {"line": 3})


def test_every_setting_is_read_from_its_variable() -> None:
    environment = {
        "ALUR_DATABASE_URL": "sqlite:////tmp/other.db",
        "ALUR_CALENDAR": "/etc/alur/calendar.toml",
        "ALUR_ELEMENT_TEMPLATES": "/etc/alur/templates",
        "ALUR_TENANT_ID": "00000000-0000-7000-8000-000000000002",
        "ALUR_TOKEN_HOURS": "2",
        "ALUR_LOGIN_ATTEMPTS": "3",
        "ALUR_MAX_REQUEST_BYTES": "2000",
        "ALUR_MAX_DOCUMENT_BYTES": "3000",
        "ALUR_POOL_SIZE": "4",
        "ALUR_TRUSTED_PROXIES": "1",
    }
    settings = Settings.from_environment(environment)
    assert settings == Settings(
        database_url="sqlite:////tmp/other.db",
        calendar=Path("/etc/alur/calendar.toml"),
        element_templates=Path("/etc/alur/templates"),
        tenant_id=UUID("00000000-0000-7000-8000-000000000002"),
        token_hours=2,
        login_attempts=3,
        max_request_bytes=2000,
        max_document_bytes=3000,
        pool_size=4,
        trusted_proxies=1,
    )
    assert settings.token_lifetime == timedelta(hours=2)


def test_what_the_environment_does_not_say_has_a_default() -> None:
    assert Settings.from_environment({"ALUR_TOKEN_HOURS": "", "PATH": "/bin"}) == Settings()
    assert Settings().database_url == f"sqlite:///{ROOT / 'var' / 'alur.db'}"


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALUR_TOKEN_HOURS", "twelve"), ("ALUR_TENANT_ID", "1"), ("ALUR_POOL_SIZE", "8.5")],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=name) as caught:
        Settings.from_environment({name: value})
    assert caught.value.details == {"setting": name}


def test_every_number_among_the_settings_has_a_least_value() -> None:
    assert {field.name for field in fields(Settings) if field.type is int} == LEAST.keys()


@pytest.mark.parametrize(("setting", "least"), LEAST.items())
def test_a_setting_below_its_least_value_is_named(setting: str, least: int) -> None:
    name = f"ALUR_{setting.upper()}"
    assert getattr(Settings.from_environment({name: str(least)}), setting) == least
    with pytest.raises(InvalidSetting, match=f"at least {least}") as caught:
        Settings.from_environment({name: str(least - 1)})
    assert caught.value.details == {"setting": name}
