"""What others wrote and browsers load: fetched once by name and version, committed, locked.

`make vendor` (it needs npm) fills the folders anew from `PACKAGES`; each has a `lock.json` with the
SHA-512 of every package as npm states it and the SHA-384 of every file, as browsers check it.
Nothing in these folders is edited by hand.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SERVED = ROOT / "api" / "static" / "vendor"
"""What the pages load."""
TESTING = ROOT / "tests" / "browser" / "vendor"
"""What browser tests inject."""
LOCK = "lock.json"


@dataclass(frozen=True, kw_only=True)
class Package:
    """An npm package and the files that are wanted of it, by their names in our folder."""

    name: str
    version: str
    licence: str
    files: Mapping[str, str]


PACKAGES: Mapping[Path, tuple[Package, ...]] = {
    SERVED: (
        Package(
            name="camunda-bpmn-js",
            version="5.35.0",
            licence="MIT AND bpmn.io",
            files={
                "viewer.js": "dist/camunda-platform-navigated-viewer.production.min.js",
                "viewer.css": "dist/assets/diagram-js.css",
                "viewer-bpmn.css": "dist/assets/bpmn-js.css",
                "LICENSE": "LICENSE",
            },
        ),
        Package(  # drawn into the file above; its licence keeps the bpmn.io mark visible
            name="bpmn-js",
            version="18.31.1",
            licence="bpmn.io",
            files={"LICENSE": "LICENSE"},
        ),
        Package(
            name="htmx.org",
            version="4.0.1",
            licence="0BSD",
            files={"htmx.js": "dist/htmx.min.js", "LICENSE": "LICENSE"},
        ),
        Package(
            name="@picocss/pico",
            version="2.1.1",
            licence="MIT",
            files={"pico.css": "css/pico.conditional.min.css", "LICENSE": "LICENSE.md"},
        ),
    ),
    TESTING: (
        Package(
            name="axe-core",
            version="4.14.1",
            licence="MPL-2.0",
            files={"axe.js": "axe.min.js", "LICENSE": "LICENSE"},
        ),
    ),
}


def folder_of(package: Package) -> str:
    """Return the folder of a package inside its vendor folder."""
    return package.name.lstrip("@").replace("/", "-")


def hashes_in(folder: Path) -> dict[str, str]:
    """Return the SHA-384 of every file in a vendor folder, by its path; without the lock itself."""
    return {
        path.relative_to(folder).as_posix(): integrity(path.read_bytes())
        for path in _files(folder)
        if path.name != LOCK
    }


def locked_in(folder: Path) -> dict[str, str]:
    """Return what the lock of a vendor folder says of its files."""
    lock: dict[str, dict[str, str]] = json.loads((folder / LOCK).read_text())
    return lock["files"]


def integrity(content: bytes) -> str:
    """Return the SHA-384 as the attribute `integrity` of HTML wants it."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
