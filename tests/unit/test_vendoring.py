"""What others wrote is what the lock says, to the byte, and nothing besides."""

import json
from pathlib import Path

import pytest

from tests.vendoring import LOCK, PACKAGES, folder_of, hashes_in, locked_in

FOLDERS = pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.parent.name)


@FOLDERS
def test_every_file_is_as_it_was_locked(folder: Path) -> None:
    assert hashes_in(folder) == locked_in(folder)


@FOLDERS
def test_every_package_is_the_one_that_was_wanted_with_its_licence_beside_it(folder: Path) -> None:
    locked = json.loads((folder / LOCK).read_text())["packages"]
    assert {name: one["version"] for name, one in locked.items()} == {
        package.name: package.version for package in PACKAGES[folder]
    }
    assert all((folder / folder_of(package) / "LICENSE").is_file() for package in PACKAGES[folder])


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = hashes_in(tmp_path)
    (tmp_path / "a.js").write_text("2")
    assert hashes_in(tmp_path) != before
