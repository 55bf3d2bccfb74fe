"""The session in the README works as printed."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.config import ROOT, Settings
from tests.integration.running import (
    ALUR,
    environment,
    free_port,
    running,
    wait_for_answer,
)

README = (ROOT / "README.md").read_text(encoding="utf-8")
END = "--- end of step ---"
CHANGING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+\d\d:\d\d"), "TIME"),
    (re.compile(r"\d+ h( \d+ min)?|\d+ min"), "DURATION"),
    (re.compile(r'("late_minutes":) ?[1-9]\d*'), r"\1 MINUTES"),
    (re.compile(r" {2,}"), "  "),
)
"""What is different in every run: ids, times, lateness, and the width of columns with it."""


class Step(NamedTuple):
    """A command of the session and what the README says that it prints."""

    command: str
    printed: str


def session() -> Iterator[Step]:
    """Yield the steps of the session, without the two commands of `make`."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for block in blocks[1:]:
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = step.partition("\n")
            yield Step(command, printed.strip())


def masked(text: str) -> str:
    """Return the text without what is different in every run."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Path, int, dict[str, str]]]:
    """A demo office as `make run` makes it: its folder, the port it is served on, its settings."""
    for tool in ("bash", "curl", "jq"):
        assert shutil.which(tool), f"the session needs {tool}: sudo apt-get install {tool}"
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'var' / 'alur.db'}")
    env, port = environment(settings), free_port()
    logins = tmp_path / "var" / "demo-logins.json"
    subprocess.run([ALUR, "db", "upgrade"], env=env, check=True, capture_output=True)
    subprocess.run(
        [ALUR, "demo", "--logins", str(logins)], env=env, check=True, capture_output=True
    )
    (tmp_path / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    with running(ALUR, "serve", "--port", str(port), env=env) as server:
        assert wait_for_answer(f"http://127.0.0.1:{port}/readyz", server) == 200
        yield tmp_path, port, env


def test_the_session_prints_what_the_readme_says(
    office: tuple[Path, int, dict[str, str]],
) -> None:
    folder, port, env = office
    steps = list(session())
    script = "".join(f"{step.command}\necho '{END}'\n" for step in steps)
    ran = subprocess.run(
        ["bash"],  # noqa: S607 — whichever bash the reader has
        input=script.replace("127.0.0.1:8000", f"127.0.0.1:{port}"),
        cwd=folder,
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.stderr == ""
    printed = [masked(part) for part in ran.stdout.split(END)[:-1]]
    assert printed == [masked(step.printed) for step in steps]
    assert len(steps) == 13
