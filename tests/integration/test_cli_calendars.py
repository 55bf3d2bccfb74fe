"""Commands for calendars: what is in force, what a file would change, and applying it."""

from pathlib import Path

import pytest

from tests.integration.command_line import CommandLine
from tests.office import Office

CLOSED = """
[[calendars.kantor.closed]]
from = 2026-11-04
until = 2026-11-05
reason = "Hari jadi kabupaten"
"""


@pytest.fixture
def changed(shell: CommandLine, tmp_path: Path) -> str:
    """The name of a calendar file by which today is no working day."""
    file = tmp_path / "calendar.toml"
    file.write_text(shell.settings.calendar.read_text() + CLOSED)
    return str(file)


@pytest.mark.usefixtures("database")
def test_show_lists_the_calendars_in_force(shell: CommandLine) -> None:
    said = shell.said("calendar", "show")
    assert said.startswith("Revision 1 is in force since 2026-11-04 09:00, applied by system.\n")
    assert any(line.split() == ["kantor", "Asia/Makassar", "yes"] for line in said.splitlines())


def test_a_preview_says_which_deadlines_would_move_and_changes_nothing(
    office: Office, shell: CommandLine, changed: str
) -> None:
    office.start("LAKIP/2026/III")
    before = shell.loads("tasks")
    answer = shell.loads("calendar", "preview", changed)
    assert (answer["changed"], answer["open_deadlines"], answer["moved"]) == (True, 1, 1)
    first, _, move = shell.said("calendar", "preview", changed).splitlines()
    assert first == "1 of 1 open deadlines would move."
    assert "LAKIP/2026/III" in move
    assert "2026-11-06" in move
    assert shell.loads("tasks") == before
    assert shell.loads("calendar", "show")["revision"]["number"] == 1


def test_a_preview_shows_the_first_twenty_moves(
    office: Office, shell: CommandLine, changed: str
) -> None:
    for number in range(21):
        office.start(f"LAKIP/{number}")
    lines = shell.said("calendar", "preview", changed).splitlines()
    assert lines[0] == "21 of 21 open deadlines would move."
    assert len([line for line in lines if "LAKIP/" in line]) == 20
    assert lines[-1] == "These are the first 20."
    assert len(shell.loads("calendar", "preview", changed)["moves"]) == 21


def test_the_file_of_the_settings_is_applied_if_none_is_named(shell: CommandLine) -> None:
    shell.said("db", "upgrade")
    assert "says the same" in shell.said("calendar", "preview")
    assert "nothing has changed" in shell.said("calendar", "apply")
    assert shell.loads("calendar", "apply")["number"] == 1


def test_applying_moves_the_deadlines_with_an_entry_in_the_history(
    office: Office, shell: CommandLine, changed: str
) -> None:
    case = office.start()
    said = shell.said("calendar", "apply", changed, "--as", "admin")
    assert said == "Revision 2 is in force now; 1 open deadlines moved.\n"
    (task,) = shell.loads("tasks")["items"]
    assert task["due_date"].startswith("2026-11-06")
    assert [one.type for one in case.history()][-1] == "deadline_moved"
    again = shell.loads("calendar", "apply", changed)
    assert (again["number"], again["created_by"], again["moved"]) == (2, "admin", 0)


def test_a_calendar_is_changed_by_an_admin_and_only_by_a_valid_file(
    office: Office, shell: CommandLine, changed: str, tmp_path: Path
) -> None:
    del office
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('default = "kantor"')
    for command in ("preview", "apply"):
        assert "roles: admin" in shell.refused("calendar", command, changed, "--as", "supervisor")
        assert "calendars is missing" in shell.refused("calendar", command, str(wrong))
        missing = str(tmp_path / "missing.toml")
        assert "missing.toml" in shell.refused("calendar", command, missing)
