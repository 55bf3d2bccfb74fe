"""The version of the engine, and starting a case."""

from typing import Any, Final
from uuid import UUID

from flask import request
from pydantic import Field, ValidationError

from api.bodies import read_json
from api.camunda.door import Door
from api.camunda.variables import read_variables
from api.rest.schemas import InvalidRequest, RequestBody
from engine import instances
from engine.database import Transaction
from engine.permissions import Actor

door = Door("instances")
_VERSION: Final = "7.24.0"
"""The Camunda 7 whose REST API this is a part of; the modeler offers what that one can."""


class Start(RequestBody):
    """A case to start."""

    business_key: str | None = Field(None, alias="businessKey")
    variables: dict[str, Any] | None = None


@door.get("/version")
def get_version(
    tx: Transaction,  # noqa: ARG001 — nothing of it is in the database
    by: Actor,  # noqa: ARG001 — everybody logged in
) -> dict[str, str]:
    """Answer the version."""
    return {"version": _VERSION}


def _read_start() -> Start:
    try:
        return Start.model_validate_json(read_json(request).content)
    except ValidationError as error:
        raise InvalidRequest.of(error) from error


@door.post("/process-definition/<uuid:definition_id>/start", _read_start)
def start_process_instance(
    tx: Transaction, by: Actor, definition_id: UUID, body: Start
) -> dict[str, Any]:
    """Start a case of a version, which has to be the one in force."""
    instance, definition = instances.start_version(
        tx,
        definition_id,
        business_key=body.business_key or "",
        variables=read_variables(tx, body.variables),
        by=by,
    )
    return {
        "links": [],
        "id": str(instance.id),
        "definitionId": str(definition.id),
        "businessKey": instance.business_key,
        "caseInstanceId": None,
        "ended": instance.ended_at is not None,
        "suspended": False,
        "tenantId": None,
    }
