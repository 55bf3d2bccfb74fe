"""Fills the vendor folders anew: `make vendor`."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.vendoring import LOCK, PACKAGES, Package, folder_of, hashes_in


def main() -> None:
    """Fetch every package, take out the files that are wanted, and write the locks."""
    for folder, packages in PACKAGES.items():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stated = {
            package.name: _fetch(package, folder / folder_of(package)) for package in packages
        }
        lock = {"packages": stated, "files": hashes_in(folder)}
        (folder / LOCK).write_text(json.dumps(lock, indent=2, sort_keys=True) + "\n")


def _fetch(package: Package, into: Path) -> dict[str, str]:
    """Take the files of a package; return its version, its licence and its hash by npm."""
    with TemporaryDirectory() as scratch:
        wanted = f"{package.name}@{package.version}"
        command = ("npm", "pack", wanted, "--json", "--pack-destination", scratch)
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        answer = json.loads(run.stdout)
        (packed,) = answer if isinstance(answer, list) else answer.values()
        with tarfile.open(Path(scratch, packed["filename"])) as archive:
            archive.extractall(scratch, filter="data")
        for name, path in package.files.items():
            into.mkdir(exist_ok=True)
            shutil.copyfile(Path(scratch, "package", path), into / name)
    return {
        "version": package.version,
        "licence": package.licence,
        "integrity": packed["integrity"],
    }


if __name__ == "__main__":
    main()
