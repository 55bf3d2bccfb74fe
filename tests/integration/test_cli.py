"""The command line: the same results as the REST API, and errors in one line."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import click
import pytest
from click.testing import CliRunner, Result

from api import create_app
from api.cli import alur
from api.cli.terminal import Shell
from api.wiring import NAME
from engine import people, tokens
from engine.config import ROOT, Settings
from engine.database import Database
from tests.clock import TestClock
from tests.office import KEY, Office

SOP = str(ROOT / "processes" / f"{KEY}.bpmn")
PASSWORD = "sandi-untuk-uji-coba"


class Run(Protocol):
    """Runs a command on the test's database and clock."""

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result: ...


@pytest.fixture
def run(settings: Settings, clock: TestClock) -> Run:
    def run_(*arguments: str, stdin: str | None = None) -> Result:
        shell = Shell(settings=settings, clock=clock)
        return CliRunner().invoke(alur, arguments, obj=shell, input=stdin)

    return run_


@pytest.fixture
def loads(run: Run) -> Any:  # noqa: ANN401 — a function that returns any JSON
    """Return a function that runs a command with --json and returns what it printed."""

    def loads_(*arguments: str, stdin: str | None = None) -> Any:  # noqa: ANN401 — any JSON
        done = run(*arguments, "--json", stdin=stdin)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return loads_


def refused(done: Result) -> str:
    """Return the one line on stderr of a command that has failed."""
    assert done.exit_code == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("alur: ")
    return line


def commands(
    group: click.Group = alur, prefix: str = "alur"
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


# The database


def test_a_database_that_is_not_migrated_says_what_to_run(run: Run) -> None:
    for command in (["tasks"], ["overdue"], ["deploy", SOP], ["users", "list"]):
        assert "`alur db upgrade`" in refused(run(*command))


def test_upgrading_twice_changes_nothing(run: Run, loads: Any) -> None:  # noqa: ANN401
    assert run("db", "upgrade").stdout == "The database has schema 0001.\n"
    assert loads("db", "upgrade") == {"before": "0001", "now": "0001"}
    assert run("users", "list").exit_code == 0


def test_a_database_of_a_newer_version_is_left_alone(run: Run, database: Database) -> None:
    with database.begin() as tx:
        statement = "UPDATE alembic_version SET version_num = '9999'"
        tx.session.connection().exec_driver_sql(statement)
    assert "9999" in refused(run("db", "upgrade"))


# Diagrams


def test_lint_names_file_line_and_severity_and_one_broken_file_hides_no_other(
    run: Run, tmp_path: Path
) -> None:
    broken, without_standard = tmp_path / "broken.bpmn", tmp_path / "without.bpmn"
    broken.write_text("<not xml")
    source = Path(SOP).read_text(encoding="utf-8")
    without_standard.write_text(source.replace("PT10M", "sepuluh menit"), encoding="utf-8")
    missing = tmp_path / "missing.bpmn"

    done = run("lint", str(broken), SOP, str(without_standard), str(missing))
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    for file in (broken, without_standard):
        assert any(re.match(rf"{re.escape(str(file))}:\d+: error: \S", line) for line in lines)
    assert f"{missing}: error: No such file or directory" in lines
    assert not any(line.startswith(SOP) and ": error: " in line for line in lines)
    assert run("lint", SOP).exit_code == 0


def test_lint_speaks_indonesian_and_english(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<not xml")
    assert run("lint", str(broken)).stdout != run("lint", str(broken), "--lang", "en").stdout
    (item,) = json.loads(run("lint", str(broken), "--json").stdout)["items"]
    assert item["findings"][0]["message"].keys() == {"id", "en"}


@pytest.mark.usefixtures("database")
def test_deploying_is_all_or_nothing(run: Run, loads: Any, tmp_path: Path) -> None:  # noqa: ANN401
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<not xml")
    done = run("deploy", SOP, str(broken))
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "alur: Nothing has been deployed."
    assert str(broken) in done.stderr

    (first,) = loads("deploy", SOP)["items"]
    (second,) = loads("deploy", SOP)["items"]
    assert (first["key"], first["version"], first["created"]) == (KEY, 1, True)
    assert (second["version"], second["created"]) == (1, False)


# Work


def test_a_case_can_be_played_from_the_command_line(office: Office, loads: Any) -> None:  # noqa: ANN401
    case = loads("start", KEY, "--business-key", "LAKIP/2026/III", "--as", "supervisor")
    (task,) = loads("tasks", "--as", "kepala.badan")["items"]
    assert task["business_key"] == "LAKIP/2026/III"
    assert loads("tasks", "--as", "kasubag")["items"] == []
    completed = loads("complete", task["id"], "--as", "kepala.badan")
    assert completed["task"]["completed_by"] == "kepala.badan"
    (following,) = loads("tasks", "--process-instance-id", case["id"])["items"]
    assert following["candidate_group"] == "kasubag-perencanaan-dan-pelaporan"
    office.wait("PT2H")
    report = loads("overdue", "--as", "supervisor")
    assert (report["total"], report["by_step"][0]["name"]) == (1, following["name"])
    assert [one["id"] for one in loads("tasks", "--overdue")["items"]] == [following["id"]]


def test_variables_are_json_where_they_can_be_and_text_elsewhere(
    office: Office,
    run: Run,
    loads: Any,  # noqa: ANN401
) -> None:
    case = office.start()
    case.play(until="Mengoreksi")
    task = str(case.task("Mengoreksi").id)
    said = refused(run("complete", task, "--set", "perlu_perbaikan=mungkin"))
    assert "perlu_perbaikan" in said
    loads("complete", task, "--set", "perlu_perbaikan=true")
    assert [task.name for task in case.open_tasks()] == ["Membuat Dokumen Laporan Kinerja"]


def test_json_is_what_the_rest_api_answers(
    office: Office,
    settings: Settings,
    clock: TestClock,
    loads: Any,  # noqa: ANN401
) -> None:
    office.start()
    with office.database.begin() as tx:
        admin = people.acting(tx, "admin")
        supervisor = people.acting(tx, "supervisor").user_id
        assert supervisor is not None
        people.change_user(tx, supervisor, password=PASSWORD, by=admin)
    app = create_app(settings, clock=clock)
    client = app.test_client()
    login = {"username": "supervisor", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=login).get_json()["token"]
    for path, command in (
        ("tasks", ["tasks"]),
        ("reports/overdue", ["overdue"]),
        ("users?limit=200", ["users", "list"]),
        ("positions?limit=200", ["positions", "list"]),
    ):
        answer = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        assert loads(*command, "--as", "supervisor") == answer.get_json(), path
    app.extensions[NAME].database.dispose()


def test_a_long_list_is_read_page_by_page(office: Office, run: Run, loads: Any) -> None:  # noqa: ANN401
    for number in range(3):
        office.start(f"LAKIP/{number}")
    first = loads("tasks", "--limit", "2")
    assert len(first["items"]) == 2
    rest = loads("tasks", "--limit", "2", "--cursor", first["next_cursor"])
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    assert f"--cursor {first['next_cursor']}" in run("tasks", "--limit", "2").stdout


def test_a_table_in_a_pipe_cuts_nothing(office: Office, run: Run) -> None:
    case = office.start("LAKIP/" + "panjang " * 20)
    (line,) = [line for line in run("tasks").stdout.splitlines() if "panjang" in line]
    task = case.task("Memerintahkan")
    assert line.startswith(str(task.id))
    assert ("panjang " * 20).strip() in line
    assert task.name in line


def test_names_cannot_steer_the_terminal(office: Office, run: Run) -> None:
    office.start("a\x1b[2Jb\x07[bold]c")
    shown = run("tasks").stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]c" in shown


# Who acts


def test_a_command_acts_as_somebody_with_their_roles_only(office: Office, run: Run) -> None:
    office.start()
    assert "roles: supervisor" in refused(run("overdue", "--as", "staf"))
    assert "roles: process_owner" in refused(run("deploy", SOP, "--as", "staf"))
    assert "nobody" in refused(run("tasks", "--as", "nobody"))


def test_a_wrong_call_exits_with_2_and_a_refused_one_with_1(office: Office, run: Run) -> None:
    del office
    assert run("complete", "not-an-id").exit_code == 2
    assert run("start", KEY).exit_code == 2
    assert run("complete", "0" * 32, "--set", "nothing").exit_code == 2
    assert "no such task" in refused(run("complete", "0" * 32))
    assert "no such process definition" in refused(run("start", "no", "--business-key", "1"))
    assert "due_before" in refused(run("tasks", "--due-before", "besok"))


# People


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
    database: Database,
    settings: Settings,
    run: Run,
    loads: Any,  # noqa: ANN401
) -> None:
    loads("users", "add", "admin", "--name", "Admin", "--role", "admin", stdin=f"{PASSWORD}\n")
    assert can_log_in(database, settings, "admin", PASSWORD)

    made = loads("users", "add", "budi", "--name", "Budi", "--generate-password")
    assert made["roles"] == ["actor"]
    assert can_log_in(database, settings, "budi", made["password"])
    assert made["password"] not in run("users", "list").stdout

    loads("users", "password", "budi", "--as", "admin", stdin=f"{PASSWORD}\n")
    assert can_log_in(database, settings, "budi", PASSWORD)
    loads("users", "deactivate", "budi")
    assert not can_log_in(database, settings, "budi", PASSWORD)


@pytest.mark.usefixtures("database")
def test_a_short_password_is_refused(run: Run) -> None:
    done = run("users", "add", "budi", "--name", "Budi", stdin="singkat\n")
    assert "password: 10 to 200 characters" in refused(done)


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
    run: Run, command: tuple[str, ...], field: str
) -> None:
    assert f"({field}: " in refused(run(*command))


def test_no_password_is_ever_an_argument() -> None:
    for name, command in commands():
        for parameter in command.params:
            named = "password" in (parameter.name or "") or "--password" in parameter.opts
            assert not named, name


def test_who_holds_a_position_sees_its_tasks_from_the_first_day(
    office: Office,
    run: Run,
    loads: Any,  # noqa: ANN401
) -> None:
    office.start()
    loads("users", "add", "budi", "--name", "Budi", "--generate-password")
    hold = ("positions", "hold", "kepala-badan", "budi", "--capacity", "plh")
    holder = loads(*hold, "--from", "2026-11-05", "--until", "2026-11-06")
    assert (holder["held_from"], holder["held_until"]) == ("2026-11-05", "2026-11-06")
    assert loads("tasks", "--as", "budi")["items"] == []
    office.clock.advance(days=1)
    assert len(loads("tasks", "--as", "budi")["items"]) == 1
    assert "no such position" in refused(run("positions", "hold", "nowhere", "budi"))
    assert loads("positions", "add", "arsiparis", "--name", "Arsiparis")["code"] == "arsiparis"
    assert "code exists" in refused(run("positions", "add", "arsiparis", "--name", "Lagi"))


# What the operator is told


def test_every_command_and_every_setting_is_in_the_operations_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = [name for name, _ in commands()]
    names += [f"`ALUR_{field.name.upper()}`" for field in fields(Settings)]
    assert [name for name in names if name not in manual] == []


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    for name, command in commands():
        assert command.help, name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    wanted = [*project["dependencies"], *extras]
    named = {re.split(r"[^\w-]", requirement)[0] for requirement in wanted}
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {name for name in named if f"**{name}**" not in reasons} == set()
