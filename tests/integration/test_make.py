"""The Makefile: what it installs and when, tried with a Python that only takes notes."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.config import ROOT

PYTHON = """#!/bin/sh
# Stands in for python3: makes an environment of itself, and notes what pip is asked to do.
case "$*" in
  *version_info*) exit ${OLD:-0} ;;
  *ensurepip*) exit ${NO_VENV:-0} ;;
  "-m venv --clear .venv")
    rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python
    echo "venv" >> "$NOTES" ;;
  *"pip --version"*) ;;
  *install*) echo "$*" >> "$NOTES"; exit ${PIP:-0} ;;
esac
"""


class Checkout:
    """A folder with the Makefile and what it looks at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes = folder.parent / "notes"
        self.python = folder.parent / "python3"

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make; the notes of earlier runs are thrown away."""
        self.notes.write_text("")
        inherited = {name: value for name, value in os.environ.items() if "MAKE" not in name}
        return subprocess.run(
            ["make", f"PYTHON={self.python}", *arguments],  # noqa: S607 — whichever the user has
            cwd=self.folder,
            env={**inherited, "NOTES": str(self.notes), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> list[str]:
        """Return what the last run installed: `venv`, names of lock files, and `.` for us."""
        words = [line.split() for line in self.notes.read_text().splitlines()]
        return [line[-1] for line in words]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder)
    made = Checkout(folder)
    made.python.write_text(PYTHON)
    made.python.chmod(0o755)
    return made


def test_an_installation_happens_once_and_again_when_a_lock_changes(checkout: Checkout) -> None:
    assert checkout.make(".venv/run").returncode == 0
    assert checkout.installed() == ["venv", "requirements.lock", "."]
    checkout.make(".venv/run")
    assert checkout.installed() == []

    checkout.make(".venv/dev")
    assert checkout.installed() == ["requirements-dev.lock", "."]
    checkout.make(".venv/run", ".venv/dev")
    assert checkout.installed() == []

    stamp = (checkout.folder / ".venv" / "run").stat().st_mtime
    os.utime(checkout.folder / "requirements.lock", (stamp + 5, stamp + 5))
    checkout.make(".venv/run")
    assert checkout.installed() == ["requirements.lock", "."]


def test_every_package_is_checked_against_its_hash(checkout: Checkout) -> None:
    checkout.make(".venv/dev")
    _, dependencies, ourselves = checkout.notes.read_text().splitlines()
    assert "--require-hashes" in dependencies
    assert "--no-index" not in dependencies
    assert {"--no-deps", "--no-build-isolation", "--no-index"} <= set(ourselves.split())


def test_an_interrupted_installation_starts_again(checkout: Checkout) -> None:
    assert checkout.make(".venv/run", PIP="1").returncode != 0
    assert checkout.make(".venv/run").returncode == 0
    assert checkout.installed() == ["requirements.lock", "."]


def test_an_environment_that_was_copied_with_its_checkout_is_made_anew(checkout: Checkout) -> None:
    checkout.make(".venv/run")
    copied = Checkout(checkout.folder.with_name("copied"))
    shutil.copytree(checkout.folder, copied.folder)
    copied.make(".venv/run")
    assert copied.installed() == ["venv", "requirements.lock", "."]


def test_a_wheelhouse_is_used_instead_of_the_internet(checkout: Checkout) -> None:
    (checkout.folder / "wheelhouse").mkdir()
    checkout.make(".venv/run")
    assert "--no-index --find-links wheelhouse" in checkout.notes.read_text().splitlines()[1]


def test_what_is_missing_on_the_machine_is_named(checkout: Checkout) -> None:
    old = checkout.make(".venv/run", OLD="1")
    assert old.returncode != 0
    assert "apt-get install python3\n" in old.stderr
    without_venv = checkout.make(".venv/run", NO_VENV="1")
    assert "apt-get install python3-venv\n" in without_venv.stderr
    checkout.python.unlink()
    assert "apt-get install python3\n" in checkout.make(".venv/run").stderr
    assert not (checkout.folder / ".venv" / "run").exists()


def test_make_alone_lists_every_command(checkout: Checkout) -> None:
    listed = checkout.make().stdout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE):
        assert name == "elsewhere" or re.search(rf"^{name}  +\w", listed, re.MULTILINE), name


def test_make_run_keeps_everything_in_the_folder_it_is_given(checkout: Checkout) -> None:
    planned = checkout.make("--dry-run", "run", "VAR=/srv/alur", "PORT=8123").stdout
    assert '--logins "/srv/alur/demo-logins.json"' in planned
    assert "serve --port 8123" in planned


def test_the_lock_files_name_no_address_and_hash_everything() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in lock, name
        pinned = re.findall(r"^[\w.-]+==", lock, re.MULTILINE)
        followed = re.findall(r"^[\w.-]+==[^\n]*\\\n +--hash=sha256:", lock, re.MULTILINE)
        assert len(pinned) == len(followed) > 0, name


def test_the_gate_runs_make_test() -> None:
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    assert "make test" in gate.read_text(encoding="utf-8")
