"""The element templates of the office: what a modeler asks about a step, and where it writes it.

They are files in the format of Camunda 7, one template each, for the modeler on the desktop and for
one in a browser alike. Our own asks for what `bpmn.sop` reads.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import Unavailable


class UnreadableElementTemplate(Unavailable):
    """An element template of this installation cannot be read."""


@dataclass(frozen=True, kw_only=True)
class ElementTemplate:
    """One file."""

    name: str
    """Of the file, such as `langkah-sop.json`."""
    source: bytes
    content: dict[str, Any]
    """The same, read."""


def load(folder: Path) -> tuple[ElementTemplate, ...]:
    """Return the templates in a folder, by file name; they are read anew at every call.

    Raises:
        UnreadableElementTemplate: the folder or a file of it cannot be read; names it.
    """
    try:
        files = sorted(one for one in folder.iterdir() if one.suffix == ".json")
    except OSError as error:
        raise _unreadable(folder, error) from error
    return tuple(map(_read, files))


def _read(file: Path) -> ElementTemplate:
    try:
        source = file.read_bytes()
        content = json.loads(source)
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    if not isinstance(content, dict):
        raise _unreadable(file, "it is no JSON object")
    return ElementTemplate(name=file.name, source=source, content=content)


def _unreadable(path: Path, problem: object) -> UnreadableElementTemplate:
    return UnreadableElementTemplate(f"{path.name} cannot be read: {problem}", name=path.name)
