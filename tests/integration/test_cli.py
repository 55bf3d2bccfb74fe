"""The command line as a whole: errors in one line, the REST API's answers, who acts."""

import re
import tomllib
from dataclasses import fields
from importlib import import_module
from itertools import chain

from api.application import create_app
from api.cli import MODULES
from api.wiring import NAME
from engine import people
from engine.config import ROOT, Settings
from engine.database import Database
from engine.model import SCHEMA_REVISION
from tests.api.client import PASSWORD, Api, body_of
from tests.clock import TestClock
from tests.integration.command_line import CommandLine, commands
from tests.office import KEY, Office

SOP = str(ROOT / "processes" / f"{KEY}.bpmn")


# The database


def test_a_database_that_is_not_migrated_says_what_to_run(shell: CommandLine) -> None:
    for command in (["tasks"], ["overdue"], ["deploy", SOP], ["users", "list"]):
        assert "`alur db upgrade`" in shell.refused(*command)


def test_upgrading_twice_changes_nothing(shell: CommandLine) -> None:
    assert shell.said("db", "upgrade") == f"The database has schema {SCHEMA_REVISION}.\n"
    again = {"before": SCHEMA_REVISION, "now": SCHEMA_REVISION}
    assert shell.loads("db", "upgrade") == again
    assert shell.loads("calendar", "show")["revision"]["number"] == 1


def test_a_database_of_a_newer_version_is_left_alone(
    shell: CommandLine, database: Database
) -> None:
    with database.begin() as tx:
        statement = "UPDATE alembic_version SET version_num = '9999'"
        tx.session.connection().exec_driver_sql(statement)
    assert "9999" in shell.refused("db", "upgrade")


# The same as the REST API


def test_json_is_what_the_rest_api_answers(
    office: Office, settings: Settings, clock: TestClock, shell: CommandLine
) -> None:
    case = office.start()
    office.wait("PT1H")
    office.fire()
    with office.database.begin() as tx:
        admin = people.acting(tx, "admin")
        supervisor = people.acting(tx, "supervisor").user_id
        assert supervisor is not None
        people.change_user(tx, supervisor, password=PASSWORD, by=admin)
    app = create_app(settings, clock=clock)
    api = Api(app)
    start, duration = "2026-12-30T14:00:00+08:00", "P3D"
    for path, query, command in (
        ("/tasks", {}, ["tasks"]),
        ("/tasks", {"timeliness": "overdue"}, ["tasks", "--timeliness", "overdue"]),
        ("/reports/overdue", {}, ["overdue"]),
        ("/users", {}, ["users", "list"]),
        ("/positions", {}, ["positions", "list"]),
        ("/calendars", {}, ["calendar", "show"]),
        ("/calendars/kantor/due", {"start": start, "duration": duration}, ["due", start, duration]),
        ("/incidents", {}, ["incidents", "list"]),
        ("/notifications", {}, ["notifications"]),
        (f"/process-instances/{case.id}/history", {}, ["history", str(case.id)]),
    ):
        acting = [] if command[0] == "due" else ["--as", "supervisor"]
        answer = body_of(api.get(path, by="supervisor", **query))
        assert shell.loads(*command, *acting) == answer, path
        assert answer.get("items") != [] or path == "/incidents"
    app.extensions[NAME].database.dispose()


# Who acts


def test_a_command_acts_as_somebody_with_their_roles_only(
    office: Office, shell: CommandLine
) -> None:
    office.start()
    assert "roles: supervisor" in shell.refused("overdue", "--as", "staf")
    assert "roles: process_owner" in shell.refused("deploy", SOP, "--as", "staf")
    assert "nobody" in shell.refused("tasks", "--as", "nobody")


def test_a_wrong_call_exits_with_2_and_a_refused_one_with_1(
    office: Office, shell: CommandLine
) -> None:
    del office
    nothing = "0" * 32
    for wrong in (
        ["complete", "not-an-id"],
        ["start", KEY],
        ["complete", nothing, "--set", "nothing"],
        ["extend", nothing, "--reason", "ya"],
        ["extend", nothing, "--by", "P1D", "--until", "2026-12-01", "--reason", "ya"],
        ["suspend", nothing],
        ["notifications"],
        ["no-such-command"],
    ):
        assert shell.run(*wrong).exit_code == 2, wrong
    assert "no such task" in shell.refused("complete", nothing)
    assert "no such process definition" in shell.refused("start", "no", "--business-key", "1")
    assert "due_before" in shell.refused("tasks", "--due-before", "besok")
    assert "cursor" in shell.refused("tasks", "--cursor", "besok")


def test_an_error_says_nothing_twice(shell: CommandLine) -> None:
    assert shell.refused("due", "2026-11-04", "besok").count("besok") == 1


# What the operator is told


def test_every_command_and_every_setting_is_in_the_operations_manual() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = [f"`{name}`" for name, _ in commands()]
    names += [f"`ALUR_{field.name.upper()}`" for field in fields(Settings)]
    assert [name for name in names if name not in manual] == []


def test_every_command_of_a_module_can_be_called_and_no_other() -> None:
    for module, names in MODULES.items():
        there = [command.name for command in import_module(f"api.cli.{module}").COMMANDS]
        assert sorted(names) == sorted(there), module


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    for name, command in commands():
        assert command.help, name


def test_no_password_is_ever_an_argument() -> None:
    for name, command in commands():
        for parameter in command.params:
            named = "password" in (parameter.name or "") or "--password" in parameter.opts
            assert not named, name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = chain.from_iterable(project["optional-dependencies"].values())
    wanted = [*project["dependencies"], *extras]
    named = {re.split(r"[^\w-]", requirement)[0] for requirement in wanted}
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {name for name in named if f"**{name}**" not in reasons} == set()
