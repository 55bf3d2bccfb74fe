"""Commands for people: users, positions, and who holds which."""

import pytest

from engine import tokens
from engine.config import Settings
from engine.database import Database
from tests.integration.command_line import CommandLine
from tests.office import Office

PASSWORD = "sandi-untuk-uji-coba"


def can_log_in(database: Database, settings: Settings, username: str, password: str) -> bool:
    try:
        tokens.login(
            database,
            username,
            password,
            address="test",
            allowed=settings.login_attempts,
            lifetime=settings.token_lifetime,
        )
    except tokens.WrongCredentials:
        return False
    return True


def test_a_password_comes_from_stdin_or_is_made_up_and_shown_once(
    database: Database, settings: Settings, shell: CommandLine
) -> None:
    add = ("users", "add", "admin", "--name", "Admin", "--role", "admin")
    shell.loads(*add, stdin=f"{PASSWORD}\n")
    assert can_log_in(database, settings, "admin", PASSWORD)

    made = shell.loads("users", "add", "budi", "--name", "Budi", "--generate-password")
    assert made["roles"] == ["actor"]
    assert can_log_in(database, settings, "budi", made["password"])
    assert made["password"] not in shell.said("users", "list")

    shell.loads("users", "password", "budi", "--as", "admin", stdin=f"{PASSWORD}\n")
    assert can_log_in(database, settings, "budi", PASSWORD)
    shell.loads("users", "deactivate", "budi")
    assert not can_log_in(database, settings, "budi", PASSWORD)


@pytest.mark.usefixtures("database")
def test_a_short_password_is_refused(shell: CommandLine) -> None:
    said = shell.refused("users", "add", "budi", "--name", "Budi", stdin="singkat\n")
    assert "password: 10 to 200 characters" in said


@pytest.mark.usefixtures("database")
def test_an_address_is_given_changed_and_removed(shell: CommandLine) -> None:
    add = ("users", "add", "budi", "--name", "Budi", "--generate-password")
    assert shell.loads(*add, "--email", "budi@kantor.go.id")["email"] == "budi@kantor.go.id"
    assert "lain@kantor.go.id" in shell.said("users", "email", "budi", "lain@kantor.go.id")
    assert "lain@kantor.go.id" in shell.said("users", "list")
    assert shell.loads("users", "email", "budi", "")["email"] is None
    assert "email: an address" in shell.refused("users", "email", "budi", "bukan alamat")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (("users", "add", "b" * 65, "--name", "Budi", "--generate-password"), "username"),
        (("users", "add", "budi", "--name", "B" * 201, "--generate-password"), "name"),
        (("positions", "add", "b" * 201, "--name", "Bagian"), "code"),
        (("positions", "add", "bagian", "--name", "B" * 201), "name"),
        (("positions", "hold", "staf", "kasubag", "--decree", "8" * 201), "decree"),
    ],
)
@pytest.mark.usefixtures("office")
def test_what_is_too_long_is_refused_and_named(
    shell: CommandLine, command: tuple[str, ...], field: str
) -> None:
    assert f"({field}: " in shell.refused(*command)


def test_who_holds_a_position_sees_its_tasks_from_the_first_day(
    office: Office, shell: CommandLine
) -> None:
    office.start()
    shell.loads("users", "add", "budi", "--name", "Budi", "--generate-password")
    hold = ("positions", "hold", "kepala-badan", "budi", "--capacity", "plh")
    holder = shell.loads(*hold, "--from", "2026-11-05", "--until", "2026-11-06")
    assert (holder["held_from"], holder["held_until"]) == ("2026-11-05", "2026-11-06")
    assert shell.loads("tasks", "--as", "budi")["items"] == []
    office.clock.advance(days=1)
    assert len(shell.loads("tasks", "--as", "budi")["items"]) == 1
    assert "no such position" in shell.refused("positions", "hold", "nowhere", "budi")
    made = shell.loads("positions", "add", "arsiparis", "--name", "Arsiparis")
    assert made["code"] == "arsiparis"
    said = shell.refused("positions", "add", "arsiparis", "--name", "Lagi")
    assert "code exists" in said
