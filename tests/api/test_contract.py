"""The API keeps what its description promises, whatever is sent to it."""

from datetime import date
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.config import Settings
from engine.model import Capacity, Role, new_id
from engine.people import appoint, create_user
from engine.permissions import SYSTEM
from engine.repository import position_coded
from tests.api.client import PASSWORD, Api
from tests.api.rows import add_incident, add_notification
from tests.office import ACTORS, KEY, REFERENCE, Office

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALENDAR = Settings().calendar.read_text(encoding="utf-8")
EXAMPLES = 12
"""Per operation and database; every other one is about something that exists."""


def test_every_answer_is_as_described(api: Api, office: Office) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", api.app)
    for methods in schema.values():
        for operation in methods.values():
            _try(api, operation, _something_that_exists(office))


def _try(api: Api, operation: Any, known: dict[str, Any]) -> None:  # noqa: ANN401 — untyped
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:  # noqa: ANN401 — untyped
        tried.append(case)
        if len(tried) % 2:
            _aim(case, known)
        headers = {"Authorization": f"Bearer {api.token(known['username'])}"}
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        if answer.status_code == 204:
            api.tokens.clear()  # that login has ended

    tried: list[Any] = []
    check()


def _aim(case: Any, known: dict[str, Any]) -> None:  # noqa: ANN401 — untyped
    """Let a request be about things that exist."""
    case.path_parameters.update(
        {name: known[name] for name in case.path_parameters if name in known}
    )
    if case.operation.method == "get":
        case.query.update({name: known[name] for name in case.query if name in known})
    if isinstance(case.body, dict):
        case.body.update({name: known[name] for name in case.body if name in known})
    if case.operation.method == "post" and case.media_type in {"application/xml", "text/xml"}:
        case.body = REFERENCE


def _something_that_exists(office: Office) -> dict[str, Any]:
    """Return path and body values: a fresh case, a user with every role, and another one."""
    task = office.start().task("Memerintahkan")
    name = f"semua-{new_id()}"
    with office.database.begin() as tx:
        user = create_user(
            tx, username=name, name=name, roles=list(Role), password=PASSWORD, by=SYSTEM
        )
        other = create_user(tx, username=f"{name}-2", name=name, roles=[], password=None, by=SYSTEM)
        position = position_coded(tx, ACTORS["kepala.badan"])
        assert position is not None
        holder = appoint(
            tx,
            position.id,
            user_id=user.id,
            held_from=date(2026, 1, 1),
            held_until=None,
            capacity=Capacity.DEFINITIVE,
            decree=None,
            by=SYSTEM,
        )
    incident = f"mail:{new_id()}"
    add_incident(office.database, task.id, incident)
    return {
        "name": "kantor",
        "duration": "P3D",
        "due_date": None,
        "file": f"{CALENDAR}\n# {name}\n",
        "email": "semua@kantor.go.id",
        "incident_key": incident,
        "notification_id": str(add_notification(office.database, task.id, to=name)),
        "key": KEY,
        "version": 1,
        "instance_id": str(task.instance_id),
        "task_id": str(task.id),
        "user_id": str(other.id),
        "position_id": str(position.id),
        "holder_id": str(holder.id),
        "process_definition_key": KEY,
        "assignee": "kepala.badan",
        "username": name,
        "password": PASSWORD,
        "present": PASSWORD,
        "new": PASSWORD,
        "variables": {},
    }
