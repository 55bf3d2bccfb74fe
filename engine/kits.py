"""What a process owner takes home to go on drawing: the diagram and the templates of its steps."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from engine import definitions, element_templates, repository
from engine.database import Transaction

_TEMPLATES: Final = ".camunda/element-templates/"
"""Where the modeler looks, from the folder of a diagram upwards."""
_READABLE: Final = 0o644 << 16


def kit(tx: Transaction, key: str, *, templates: Path) -> bytes:
    """Return a zip with the newest drawing of an SOP and all element templates in a folder.

    The drawing is that of the newest version, in force or not: whoever goes on drawing begins
    there. The same files make the same bytes.

    Raises:
        DefinitionNotFound: there is no SOP with this key.
        UnreadableElementTemplate: the folder or a file of it cannot be read.
    """
    definition = repository.latest_definition(tx, key)
    if definition is None:
        raise repository.DefinitionNotFound(key=key)
    files = [(f"{definition.key}.bpmn", definitions.drawing_of(definition))]
    files += [(_TEMPLATES + one.name, one.source) for one in element_templates.load(templates)]
    return _packed(files)


def _packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a zip; its members have no time, and are not compressed: zlib's output varies."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, content in files:
            member = ZipInfo(name)
            member.external_attr = _READABLE
            archive.writestr(member, content)
    return packed.getvalue()
