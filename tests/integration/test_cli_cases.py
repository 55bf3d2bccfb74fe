"""Commands for supervisors: suspending, resuming, cancelling a case, extending a deadline."""

from datetime import datetime, timedelta

from tests.integration.command_line import CommandLine
from tests.office import Office


def test_a_suspended_case_waits_and_its_deadlines_move_by_the_time_it_stood_still(
    office: Office, shell: CommandLine
) -> None:
    case = office.start("LAKIP/2026/III")
    (before,) = shell.loads("tasks")["items"]
    suspended = shell.loads("suspend", str(case.id), "--reason", "menunggu provinsi")
    assert suspended["state"] == "suspended"
    assert shell.loads("tasks")["items"] == []
    (waiting,) = shell.loads("tasks", "--state", "suspended")["items"]
    assert (waiting["id"], waiting["timeliness"]) == (before["id"], None)
    assert "suspended" in shell.refused("complete", before["id"])

    office.clock.advance(hours=1)
    assert shell.loads("resume", str(case.id))["state"] == "active"
    (after,) = shell.loads("tasks")["items"]
    moved = datetime.fromisoformat(after["due_date"]) - datetime.fromisoformat(before["due_date"])
    assert moved == timedelta(hours=1)
    assert "not suspended" in shell.refused("resume", str(case.id))


def test_a_case_is_named_by_its_business_key_if_only_one_has_it(
    office: Office, shell: CommandLine
) -> None:
    case = office.start("LAKIP/2026/III")
    assert str(case.id) in shell.said("suspend", "LAKIP/2026/III", "--reason", "menunggu")
    assert str(case.id) in shell.said("resume", "LAKIP/2026/III")
    assert "no such" in shell.refused("cancel", "LAKIP/2026/IV", "--reason", "ditarik")
    other = office.start("LAKIP/2026/III")
    said = shell.refused("cancel", "LAKIP/2026/III", "--reason", "ditarik")
    assert str(case.id) in said
    assert str(other.id) in said
    assert shell.loads("cancel", str(other.id), "--reason", "ditarik")["state"] == "cancelled"


def test_a_case_that_one_may_not_see_is_not_found_by_its_business_key(
    office: Office, shell: CommandLine
) -> None:
    office.start("LAKIP/2026/III")
    assert "no such" in shell.refused("history", "LAKIP/2026/III", "--as", "staf")


def test_governing_a_case_takes_a_supervisor_and_a_reason(
    office: Office, shell: CommandLine
) -> None:
    case = office.start()
    task = str(case.task("Memerintahkan").id)
    for command in (
        ("suspend", str(case.id), "--reason"),
        ("cancel", str(case.id), "--reason"),
        ("extend", task, "--by", "PT1H", "--reason"),
    ):
        assert "roles: supervisor" in shell.refused(*command, "ya", "--as", "kepala.badan")
        assert "reason: " in shell.refused(*command, " ")


def test_a_deadline_is_extended_by_working_time(office: Office, shell: CommandLine) -> None:
    task = office.start().task("Memerintahkan")
    assert task.due_at is not None
    extended = shell.loads("extend", str(task.id), "--by", "P1D", "--reason", "data terlambat")
    assert datetime.fromisoformat(extended["due_date"]) == task.due_at + timedelta(days=1)


def test_a_deadline_is_extended_until_a_moment_in_local_time_or_with_its_offset(
    office: Office, shell: CommandLine
) -> None:
    task = str(office.start().task("Memerintahkan").id)
    for until in ("2026-11-05T14:00", "2026-11-05T15:00+09:00"):
        said = shell.said("extend", task, "--until", until, "--reason", "data terlambat")
        assert "is now due 2026-11-05 14:00" in said
        task = str(office.start().task("Memerintahkan").id)
    early = ("extend", task, "--until", "2026-11-04T08:00", "--reason", "salah")
    assert "the new deadline must lie after" in shell.refused(*early)
    assert "not a moment" in shell.refused("extend", task, "--until", "besok", "--reason", "x")


def test_the_history_names_who_did_what_in_which_step_and_why(
    office: Office, shell: CommandLine
) -> None:
    case = office.start("LAKIP/2026/III")
    shell.loads("suspend", str(case.id), "--reason", "menunggu provinsi", "--as", "supervisor")
    lines = shell.said("history", "LAKIP/2026/III").splitlines()
    (created,) = [line for line in lines if "task_created" in line]
    assert "Memerintahkan" in created
    (suspended,) = [line for line in lines if "instance_suspended" in line]
    assert "supervisor" in suspended
    assert "reason: menunggu provinsi" in suspended
    first = shell.loads("history", "LAKIP/2026/III", "--limit", "1")
    assert [one["type"] for one in first["items"]] == ["instance_started"]
    assert first["next_cursor"]
