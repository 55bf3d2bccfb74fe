"""Commands for diagrams: checking them, deploying them."""

import json
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from engine.config import ROOT
from tests.integration.command_line import CommandLine
from tests.office import KEY

SOP = str(ROOT / "processes" / f"{KEY}.bpmn")


def with_calendar(tmp_path: Path, calendar: str) -> str:
    """Return a copy of the SOP whose process names that calendar."""
    source = Path(SOP).read_text(encoding="utf-8")
    known = re.search(r'(<camunda:property name="sop\.[^/]*/>)', source)
    assert known is not None
    named = f'{known[1]}<camunda:property name="sop.kalender" value="{calendar}"/>'
    copy = tmp_path / f"{calendar}.bpmn"
    copy.write_text(source.replace(known[1], named, 1), encoding="utf-8")
    return str(copy)


def test_lint_names_file_line_and_severity_and_one_broken_file_hides_no_other(
    shell: CommandLine, tmp_path: Path
) -> None:
    broken, without_standard = tmp_path / "broken.bpmn", tmp_path / "without.bpmn"
    broken.write_text("<not xml")
    source = Path(SOP).read_text(encoding="utf-8")
    without_standard.write_text(source.replace("PT10M", "sepuluh menit"), encoding="utf-8")
    missing = tmp_path / "missing.bpmn"

    done = shell.run("lint", str(broken), SOP, str(without_standard), str(missing))
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    for file in (broken, without_standard):
        assert any(re.match(rf"{re.escape(str(file))}:\d+: error: \S", line) for line in lines)
    assert f"{missing}: error: No such file or directory" in lines
    assert not any(line.startswith(SOP) and ": error: " in line for line in lines)
    assert shell.run("lint", SOP).exit_code == 0


def test_lint_speaks_indonesian_and_english(shell: CommandLine, tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<not xml")
    indonesian, english = (
        shell.run("lint", str(broken)),
        shell.run("lint", str(broken), "--lang", "en"),
    )
    assert indonesian.stdout != english.stdout
    (item,) = json.loads(shell.run("lint", str(broken), "--json").stdout)["items"]
    assert item["findings"][0]["message"].keys() == {"id", "en"}


@pytest.mark.usefixtures("database")
def test_lint_knows_the_calendars_of_the_file_and_deploy_those_in_force(
    shell: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "calendar.toml"
    text = shell.settings.calendar.read_text()
    file.write_text(
        text.replace("calendars.kantor", "calendars.loket").replace('"kantor"', '"loket"')
    )
    elsewhere = CommandLine(replace(shell.settings, calendar=file), shell.clock)
    diagram = with_calendar(tmp_path, "loket")

    assert elsewhere.run("lint", diagram).exit_code == 0
    done = elsewhere.run("deploy", diagram)
    assert (done.exit_code, "loket" in done.stderr) == (1, True)
    assert shell.run("lint", diagram).exit_code == 1


def test_lint_without_a_calendar_file_says_nothing_of_calendars(
    shell: CommandLine, tmp_path: Path
) -> None:
    nowhere = replace(shell.settings, calendar=tmp_path / "missing.toml")
    diagram = with_calendar(tmp_path, "loket")
    assert CommandLine(nowhere, shell.clock).run("lint", diagram).exit_code == 0


@pytest.mark.usefixtures("database")
def test_deploying_is_all_or_nothing_and_names_all_that_is_broken(
    shell: CommandLine, tmp_path: Path
) -> None:
    broken, missing = tmp_path / "broken.bpmn", tmp_path / "missing.bpmn"
    broken.write_text("<not xml")
    done = shell.run("deploy", SOP, str(broken), str(missing))
    assert (done.exit_code, done.stdout) == (1, "")
    *faults, last = done.stderr.splitlines()
    assert last == "alur: Nothing has been deployed."
    assert {fault.partition(".bpmn")[0] for fault in faults} == {
        str(broken.with_suffix("")),
        str(missing.with_suffix("")),
    }

    (first,) = shell.loads("deploy", SOP)["items"]
    (second,) = shell.loads("deploy", SOP)["items"]
    assert (first["key"], first["version"], first["created"]) == (KEY, 1, True)
    assert (second["version"], second["created"]) == (1, False)


@pytest.mark.usefixtures("database")
def test_a_kit_is_written_where_it_is_wanted(shell: CommandLine, tmp_path: Path) -> None:
    shell.run("deploy", SOP)
    file = tmp_path / "modeler.zip"
    done = shell.loads("kit", KEY, "--output", str(file))
    assert done == {"file": str(file), "bytes": file.stat().st_size}
    with ZipFile(file) as packed:
        assert packed.read(f"{KEY}.bpmn") == Path(SOP).read_bytes()
        assert ".camunda/element-templates/langkah-sop.json" in packed.namelist()
    assert shell.run("kit", "nothing").exit_code == 1
