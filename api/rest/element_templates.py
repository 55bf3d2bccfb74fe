"""Element templates: what a modeler asks about the steps of an SOP."""

from typing import Any

from flask import Response
from pydantic import Field

from api.responses import keep_as
from api.rest.resource import Resource
from api.rest.schemas import Answer
from api.wiring import wired
from engine import element_templates, kits
from engine.database import Transaction
from engine.permissions import Actor

resource = Resource("element templates", "What a modeler asks about the steps of an SOP.")
ZIP = "application/zip"


class ElementTemplateList(Answer):
    """All of them, in the format of Camunda 7."""

    items: list[dict[str, Any]] = Field(description="By the name of their file.")


@resource.get("/element-templates", ElementTemplateList)
def list_element_templates(
    tx: Transaction,  # noqa: ARG001 — they are files
    by: Actor,  # noqa: ARG001 — everybody logged in
) -> ElementTemplateList:
    """List the element templates, for a modeler in a browser as they are."""
    found = element_templates.load(wired().settings.element_templates)
    return ElementTemplateList(items=[one.content for one in found])


@resource.get("/process-definitions/<key>/kit", ZIP, problems=(404,))
def get_process_definition_kit(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    key: str,
) -> Response:
    """Download an SOP for the desktop modeler: a zip with its newest drawing and the templates.

    The modeler finds the templates where they are unpacked, beside the diagram in
    `.camunda/element-templates/`.
    """
    answer = Response(kits.kit(tx, key, templates=wired().settings.element_templates))
    answer.content_type = ZIP
    keep_as(answer, f"{key}.zip")
    return answer
