"""Where the modeler's links lead: to the pages of this installation."""

from uuid import UUID

from flask import Blueprint, Response, redirect, request

from api.camunda.door import as_json

blueprint = Blueprint("webapps", __name__)


@blueprint.get("/.well-known/camunda-automation-platform/webapps")
def show_webapps() -> Response:
    """Answer the addresses to which the modeler appends `repository?…` or `process-instance/…`."""
    origin = request.host_url
    return as_json(
        {"cockpitUrl": f"{origin}cockpit/", "adminUrl": None, "tasklistUrl": f"{origin}tasklist/"}
    )


@blueprint.get("/cockpit/repository")
def lead_to_definitions() -> Response:
    """Lead to the SOPs."""
    return _to("/sop")


@blueprint.get("/cockpit/process-instance/<uuid:instance_id>")
def lead_to_instance(instance_id: UUID) -> Response:
    """Lead to a case."""
    return _to(f"/kasus/{instance_id}")


@blueprint.get("/tasklist/")
def lead_to_tasks() -> Response:
    """Lead to the inbox."""
    return _to("/tugas")


def _to(path: str) -> Response:
    return redirect(path)  # type: ignore[return-value]  # Flask's own Response
