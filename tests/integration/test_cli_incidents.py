"""Commands for what went wrong, and for what people were told."""

import pytest

from engine import incidents, repository
from tests.integration.command_line import CommandLine
from tests.office import Office, PlayedCase


def failed(case: PlayedCase) -> str:
    """Let the timer of a case fail for the last time, and return the key of the incident."""
    with case.office.database.begin() as tx:
        repository.lock_instance(tx, case.id)
        timer = next(
            job for job in repository.jobs_under_lock(tx, case.id) if job.key.startswith("timer:")
        )
        incidents.failed(tx, timer, "Kesalahan di sini\nrincian", most_attempts=1)
    return timer.key


def test_incidents_are_listed_retried_and_given_up(office: Office, shell: CommandLine) -> None:
    case = office.start("LAKIP/2026/III")
    key = failed(case)
    (listed,) = shell.loads("incidents", "list")["items"]
    assert (listed["key"], listed["business_key"]) == (key, "LAKIP/2026/III")
    (line,) = [line for line in shell.said("incidents", "list").splitlines() if key in line]
    assert line.endswith("Kesalahan di sini")

    assert key in shell.said("incidents", "retry", key, "--as", "supervisor")
    assert shell.loads("incidents", "list")["items"] == []
    failed(case)
    assert shell.loads("incidents", "resolve", key, "--reason", "tidak perlu") == {"key": key}
    assert "no such incident" in shell.refused("incidents", "retry", key)
    last = case.history()[-1]
    assert (last.type, last.detail["reason"]) == ("incident_resolved", "tidak perlu")


@pytest.mark.usefixtures("office")
def test_incidents_are_for_supervisors(shell: CommandLine) -> None:
    for command in (("list",), ("retry", "timer:1"), ("resolve", "timer:1", "--reason", "x")):
        assert "roles: supervisor" in shell.refused("incidents", *command, "--as", "staf")


def test_what_somebody_was_told_is_listed_and_read(office: Office, shell: CommandLine) -> None:
    office.start("LAKIP/2026/III")
    office.wait("PT1H")
    office.fire()
    mine = ("notifications", "--as", "kepala.badan")
    told = shell.loads(*mine)["items"]
    assert [one["rung"] for one in told] == ["long_overdue", "overdue"]
    assert "LAKIP/2026/III" in shell.said(*mine)
    assert shell.loads("notifications", "--as", "staf")["items"] == []

    read = shell.loads(*mine, "--unread", "--mark-read", "--limit", "1")["items"]
    assert [one["id"] for one in read] == [told[0]["id"]]
    assert [one["id"] for one in shell.loads(*mine, "--unread")["items"]] == [told[1]["id"]]
    assert len(shell.loads(*mine)["items"]) == 2


@pytest.mark.usefixtures("office")
def test_the_system_itself_is_told_nothing(shell: CommandLine) -> None:
    done = shell.run("notifications")
    assert done.exit_code == 2
    assert "--as USER" in done.stderr
