"""Commands of daily work: the worklist, completing, taking, assigning tasks; lists in a pipe."""

from tests.integration.command_line import CommandLine
from tests.office import KEY, Office


def test_a_case_can_be_played_from_the_command_line(office: Office, shell: CommandLine) -> None:
    start = ("start", KEY, "--business-key", "LAKIP/2026/III", "--as", "supervisor")
    case = shell.loads(*start)
    (task,) = shell.loads("tasks", "--as", "kepala.badan")["items"]
    assert task["business_key"] == "LAKIP/2026/III"
    assert shell.loads("tasks", "--as", "kasubag")["items"] == []
    completed = shell.loads("complete", task["id"], "--as", "kepala.badan")
    assert completed["task"]["completed_by"] == "kepala.badan"
    (following,) = shell.loads("tasks", "--process-instance-id", case["id"])["items"]
    assert following["candidate_group"] == "kasubag-perencanaan-dan-pelaporan"
    office.wait("PT2H")
    report = shell.loads("overdue", "--as", "supervisor")
    assert (report["total"], report["by_step"][0]["name"]) == (1, following["name"])
    assert [one["id"] for one in shell.loads("tasks", "--overdue")["items"]] == [following["id"]]


def test_variables_are_json_where_they_can_be_and_text_elsewhere(
    office: Office, shell: CommandLine
) -> None:
    case = office.start()
    case.play(until="Mengoreksi")
    task = str(case.task("Mengoreksi").id)
    assert "perlu_perbaikan" in shell.refused("complete", task, "--set", "perlu_perbaikan=mungkin")
    shell.loads("complete", task, "--set", "perlu_perbaikan=true")
    assert [task.name for task in case.open_tasks()] == ["Membuat Dokumen Laporan Kinerja"]


def test_a_task_is_taken_given_back_and_assigned(office: Office, shell: CommandLine) -> None:
    task = str(office.start().task("Memerintahkan").id)
    assert shell.loads("claim", task, "--as", "kepala.badan")["assignee"] == "kepala.badan"
    assert shell.loads("unclaim", task, "--as", "supervisor")["assignee"] is None
    assigned = shell.loads("assign", task, "kepala.badan", "--as", "supervisor")
    assert assigned["assignee"] == "kepala.badan"
    assert "assignee: does not hold" in shell.refused("assign", task, "staf")
    assert "roles: supervisor" in shell.refused("assign", task, "staf", "--as", "staf")


def test_tasks_are_found_by_how_they_stand_with_their_time(
    office: Office, shell: CommandLine
) -> None:
    office.start()
    for wait, standing in (("PT1M", "on_track"), ("PT8M", "at_risk"), ("PT1M", "overdue")):
        office.wait(wait)
        found = shell.loads("tasks", "--timeliness", standing)["items"]
        assert [one["timeliness"] for one in found] == [standing]
        assert standing in shell.said("tasks")


def test_a_long_list_is_read_page_by_page(office: Office, shell: CommandLine) -> None:
    for number in range(3):
        office.start(f"LAKIP/{number}")
    first = shell.loads("tasks", "--limit", "2")
    assert len(first["items"]) == 2
    rest = shell.loads("tasks", "--limit", "2", "--cursor", first["next_cursor"])
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    assert f"--cursor {first['next_cursor']}" in shell.said("tasks", "--limit", "2")


def test_a_table_in_a_pipe_cuts_nothing(office: Office, shell: CommandLine) -> None:
    case = office.start("LAKIP/" + "panjang " * 20)
    (line,) = [line for line in shell.said("tasks").splitlines() if "panjang" in line]
    task = case.task("Memerintahkan")
    assert line.startswith(str(task.id))
    assert ("panjang " * 20).strip() in line
    assert task.name in line


def test_names_cannot_steer_the_terminal(office: Office, shell: CommandLine) -> None:
    office.start("a\x1b[2Jb\x07[bold]c")
    shown = shell.said("tasks")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]c" in shown
