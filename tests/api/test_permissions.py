"""Who may do what: every role with every route."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from api.rest.resource import PREFIX
from api.wiring import NAME
from engine import deployments
from engine.database import Database
from engine.deployments import File
from engine.model import new_id
from engine.permissions import SYSTEM
from tests.api.client import PASSWORD, Api, body_of
from tests.api.diagrams import ASKING, deployed, started
from tests.api.rows import add_incident, add_notification
from tests.office import KEY, REFERENCE

HOLDER, OTHER = "kepala.badan", "sekretaris"
"""The holder of the position that does the first step, and an actor with another position."""
SUPERVISOR, OWNER, ADMIN = "supervisor", "pemilik.proses", "admin"
EVERYBODY = (HOLDER, OTHER, SUPERVISOR, OWNER, ADMIN)
NOBODY = "nobody"
_numbers = count(1)
OK = 200
SHEET = f"/reports/monitoring-sheets/{KEY}?year=2026&half=2"


@dataclass
class Targets:
    """What the requests are about; new for every cell, so that no cell spoils the next."""

    api: Api
    user_name: str
    """Who sends the request, or `nobody`."""

    def case(self) -> str:
        """Return the id of a new case."""
        return self.api.start()

    def task(self) -> str:
        """Return the id of the first task of a new case."""
        return self.api.open_task(self.case())

    def suspended_case(self) -> str:
        """Return the id of a new case whose clock stands still."""
        case = self.case()
        self.api.post(f"/process-instances/{case}/suspend", by=SUPERVISOR, reason="Menunggu")
        return case

    def waiting_case(self) -> str:
        """Return the id of a new case that waits for a message or a signal."""
        if self.api.get("/process-definitions/asking", by=OWNER).status_code != OK:
            deployed(self.api, ASKING)
        return started(self.api, "asking")

    def document(self) -> str:
        """Return the id of a new document of a new case, attached by whoever can do its step."""
        path = f"/process-instances/{self.case()}/documents"
        answer = self.api.call("POST", path, by=HOLDER, data=a_file())
        return str(body_of(answer)["id"])

    def deployment(self) -> str:
        """Return the id of a new deployment of one file."""
        with self._database.begin() as tx:
            file = File(name="asking.bpmn", content=ASKING)
            return str(
                deployments.deploy(
                    tx, [file], name="", source=None, by=SYSTEM, only_if_changed=False
                ).deployment.id
            )

    def incident(self) -> str:
        """Return the key of a new incident."""
        key = f"mail:{new_id()}"
        add_incident(self._database, UUID(self.task()), key)
        return key

    def notification(self) -> str:
        """Return the id of a new notification for whoever sends the request."""
        to = HOLDER if self.user_name == NOBODY else self.user_name
        return str(add_notification(self._database, UUID(self.task()), to=to))

    @property
    def _database(self) -> Database:
        database: Database = self.api.app.extensions[NAME].database
        return database

    def user(self) -> str:
        """Return the id of a new user."""
        answer = self.api.post("/users", by=ADMIN, **new_user())
        return str(body_of(answer)["id"])

    def position(self) -> str:
        """Return the id of a new position."""
        answer = self.api.post("/positions", by=ADMIN, **new_position())
        return str(body_of(answer)["id"])

    def holding(self) -> str:
        """Return the path of a new holding."""
        path = f"/positions/{self.position()}/holders"
        answer = self.api.post(path, by=ADMIN, user_id=self.user(), held_from="2026-01-01")
        return f"{path}/{body_of(answer)['id']}"


def a_file() -> dict[str, Any]:
    """Return the form with a file that can be kept."""
    return {"file": (BytesIO(b"isi"), "catatan.txt")}


def new_user() -> dict[str, Any]:
    """Return the fields of a user that does not exist yet."""
    return {"username": f"orang-{next(_numbers)}", "name": "Orang", "roles": ["actor"]}


def new_position() -> dict[str, Any]:
    """Return the fields of a position that does not exist yet."""
    return {"code": f"jabatan-{next(_numbers)}", "name": "Jabatan"}


@dataclass(frozen=True)
class Row:
    """A route, who may use it, and a request that would be right."""

    method: str
    rule: str
    allowed: Iterable[str]
    path: Callable[[Targets], str]
    options: Callable[[Targets], Mapping[str, Any]] = lambda _: {}


def row(
    method: str, rule: str, allowed: Iterable[str], path: str | None = None, **options: object
) -> Row:
    """Return a row whose request needs nothing prepared."""
    return Row(method, rule, allowed, lambda _: path or rule, lambda _: options)


DEFINITION = f"/process-definitions/{KEY}"
NEW_CASE = {"process_definition_key": KEY, "business_key": "LAKIP/2026/III"}
SAME_PASSWORD = {"present": PASSWORD, "new": PASSWORD}
MATRIX = (
    row("DELETE", "/tokens/current", EVERYBODY),
    row("POST", "/process-definitions", [OWNER], data=REFERENCE, content_type="text/xml"),
    row("POST", "/process-definitions/lint", [OWNER], data=REFERENCE, content_type="text/xml"),
    row("GET", "/deployments", [OWNER, SUPERVISOR]),
    Row(
        "GET",
        "/deployments/<uuid:deployment_id>",
        [OWNER, SUPERVISOR],
        lambda new: f"/deployments/{new.deployment()}",
    ),
    Row(
        "GET",
        "/deployments/<uuid:deployment_id>/resources/<path:name>",
        [OWNER, SUPERVISOR],
        lambda new: f"/deployments/{new.deployment()}/resources/asking.bpmn",
    ),
    row("GET", "/process-definitions", EVERYBODY),
    row("GET", "/process-definitions/<key>", EVERYBODY, DEFINITION),
    row(
        "GET",
        "/process-definitions/<key>/differences",
        EVERYBODY,
        f"{DEFINITION}/differences?from=1&to=1",
    ),
    row(
        "GET",
        "/process-definitions/<key>/versions/<int(max=2147483647):version>/bpmn",
        EVERYBODY,
        f"{DEFINITION}/versions/1/bpmn",
    ),
    row("GET", "/process-definitions/<key>/kit", EVERYBODY, f"{DEFINITION}/kit"),
    row("GET", "/element-templates", EVERYBODY),
    row("POST", "/process-instances", [HOLDER, SUPERVISOR], json=NEW_CASE),
    row("GET", "/process-instances", EVERYBODY),
    Row(
        "GET",
        "/process-instances/<uuid:instance_id>",
        [HOLDER, SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}",
    ),
    Row(
        "GET",
        "/process-instances/<uuid:instance_id>/history",
        [HOLDER, SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/history",
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/cancel",
        [SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/cancel",
        lambda _: {"json": {"reason": "Ditarik"}},
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/suspend",
        [SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/suspend",
        lambda _: {"json": {"reason": "Menunggu"}},
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/resume",
        [SUPERVISOR],
        lambda new: f"/process-instances/{new.suspended_case()}/resume",
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/messages",
        [SUPERVISOR],
        lambda new: f"/process-instances/{new.waiting_case()}/messages",
        lambda _: {"json": {"name": "Jawaban"}},
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/signals",
        [SUPERVISOR],
        lambda new: f"/process-instances/{new.waiting_case()}/signals",
        lambda _: {"json": {"name": "Batal"}},
    ),
    row("GET", "/tasks", EVERYBODY),
    Row(
        "GET",
        "/tasks/<uuid:task_id>",
        [HOLDER, SUPERVISOR],
        lambda new: f"/tasks/{new.task()}",
    ),
    Row(
        "POST",
        "/tasks/<uuid:task_id>/claim",
        [HOLDER],
        lambda new: f"/tasks/{new.task()}/claim",
    ),
    Row(
        "POST",
        "/tasks/<uuid:task_id>/unclaim",
        [HOLDER, SUPERVISOR],
        lambda new: f"/tasks/{new.task()}/unclaim",
    ),
    Row(
        "POST",
        "/tasks/<uuid:task_id>/assign",
        [SUPERVISOR],
        lambda new: f"/tasks/{new.task()}/assign",
        lambda _: {"json": {"assignee": HOLDER}},
    ),
    Row(
        "POST",
        "/tasks/<uuid:task_id>/complete",
        [HOLDER],
        lambda new: f"/tasks/{new.task()}/complete",
        lambda _: {"json": {"variables": {}}},
    ),
    Row(
        "POST",
        "/tasks/<uuid:task_id>/extend",
        [SUPERVISOR],
        lambda new: f"/tasks/{new.task()}/extend",
        lambda _: {"json": {"duration": "P1D", "reason": "Rapat"}},
    ),
    row("GET", "/inbox", EVERYBODY),
    Row(
        "GET",
        "/tasks/<uuid:task_id>/draft",
        [HOLDER, SUPERVISOR],
        lambda new: f"/tasks/{new.task()}/draft",
    ),
    Row(
        "POST",
        "/tasks/<uuid:task_id>/draft",
        [HOLDER],
        lambda new: f"/tasks/{new.task()}/draft",
        lambda _: {"json": {"fields": {}, "checked": []}},
    ),
    Row(
        "GET",
        "/process-instances/<uuid:instance_id>/comments",
        [HOLDER, SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/comments",
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/comments",
        [HOLDER, SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/comments",
        lambda _: {"json": {"text": "Mohon segera"}},
    ),
    Row(
        "GET",
        "/process-instances/<uuid:instance_id>/documents",
        [HOLDER, SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/documents",
    ),
    Row(
        "POST",
        "/process-instances/<uuid:instance_id>/documents",
        [HOLDER, SUPERVISOR],
        lambda new: f"/process-instances/{new.case()}/documents",
        lambda _: {"data": a_file()},
    ),
    Row(
        "GET",
        "/documents/<uuid:document_id>",
        [HOLDER, SUPERVISOR],
        lambda new: f"/documents/{new.document()}",
    ),
    Row(
        "GET",
        "/documents/<uuid:document_id>/content",
        [HOLDER, SUPERVISOR],
        lambda new: f"/documents/{new.document()}/content",
    ),
    Row(
        "POST",
        "/documents/<uuid:document_id>/remove",
        [HOLDER, SUPERVISOR],
        lambda new: f"/documents/{new.document()}/remove",
    ),
    row("GET", "/incidents", [SUPERVISOR]),
    Row(
        "POST",
        "/incidents/<incident_key>/retry",
        [SUPERVISOR],
        lambda new: f"/incidents/{new.incident()}/retry",
    ),
    Row(
        "POST",
        "/incidents/<incident_key>/resolve",
        [SUPERVISOR],
        lambda new: f"/incidents/{new.incident()}/resolve",
        lambda _: {"json": {"reason": "Alamat lama"}},
    ),
    row("GET", "/notifications", EVERYBODY),
    row("POST", "/notifications/read", EVERYBODY),
    Row(
        "POST",
        "/notifications/<uuid:notification_id>/read",
        EVERYBODY,
        lambda new: f"/notifications/{new.notification()}/read",
    ),
    row("GET", "/reports/overdue", [SUPERVISOR]),
    row("GET", "/reports/standing", [SUPERVISOR]),
    row("GET", "/reports/standing.csv", [SUPERVISOR], "/reports/standing.csv?table=by-step"),
    row("GET", "/reports/trend", [SUPERVISOR]),
    row("GET", "/reports/trend.csv", [SUPERVISOR]),
    row("GET", "/reports/steps/<key>", [SUPERVISOR], f"/reports/steps/{KEY}"),
    row("GET", "/reports/steps/<key>/csv", [SUPERVISOR], f"/reports/steps/{KEY}/csv"),
    row("GET", "/reports/monitoring-sheets/<key>", [SUPERVISOR], SHEET),
    row("GET", "/reports/monitoring-sheets/<key>/csv", [SUPERVISOR], SHEET.replace("?", "/csv?")),
    row("GET", "/calendars", EVERYBODY),
    row("GET", "/calendars/<name>/due", EVERYBODY, "/calendars/kantor/due?duration=P3D"),
    row("GET", "/calendar-revisions", EVERYBODY),
    row("POST", "/calendar-revisions/preview", [ADMIN], json={}),
    row("POST", "/calendar-revisions", [ADMIN], json={}),
    row("GET", "/users", [SUPERVISOR, ADMIN]),
    row("GET", "/users/me", EVERYBODY),
    row("PUT", "/users/me/password", EVERYBODY, json=SAME_PASSWORD),
    row("PATCH", "/users/me/preferences", EVERYBODY, json={"mail_rungs": ["overdue"]}),
    Row("POST", "/users", [ADMIN], lambda _: "/users", lambda _: {"json": new_user()}),
    Row(
        "PATCH",
        "/users/<uuid:user_id>",
        [ADMIN],
        lambda new: f"/users/{new.user()}",
        lambda _: {"json": {"active": False}},
    ),
    Row(
        "GET",
        "/users/<uuid:user_id>/positions",
        [SUPERVISOR, ADMIN],
        lambda new: f"/users/{new.user()}/positions",
    ),
    row("GET", "/positions", EVERYBODY),
    row("GET", "/positions/today", [SUPERVISOR, ADMIN]),
    Row("POST", "/positions", [ADMIN], lambda _: "/positions", lambda _: {"json": new_position()}),
    Row(
        "PATCH",
        "/positions/<uuid:position_id>",
        [ADMIN],
        lambda new: f"/positions/{new.position()}",
        lambda _: {"json": {"name": "Jabatan baru"}},
    ),
    Row(
        "GET",
        "/positions/<uuid:position_id>/holders",
        [SUPERVISOR, ADMIN],
        lambda new: f"/positions/{new.position()}/holders",
    ),
    Row(
        "POST",
        "/positions/<uuid:position_id>/holders",
        [ADMIN],
        lambda new: f"/positions/{new.position()}/holders",
        lambda new: {"json": {"user_id": new.user(), "held_from": "2026-01-01"}},
    ),
    Row(
        "PATCH",
        "/positions/<uuid:position_id>/holders/<uuid:holder_id>",
        [ADMIN],
        lambda new: new.holding(),
        lambda _: {"json": {"held_until": "2026-12-31"}},
    ),
)
PUBLIC = {
    ("POST", "/api/v1/tokens"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/static/<path:filename>"),
    ("GET", "/.well-known/camunda-automation-platform/webapps"),
    ("GET", "/cockpit/repository"),
    ("GET", "/cockpit/process-instance/<uuid:instance_id>"),
    ("GET", "/tasklist/"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_is_public_or_has_its_row(app: Flask) -> None:
    declared = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith(("camunda_", "pages_"))  # they are tested by themselves
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert declared == PUBLIC | {(row.method, PREFIX + row.rule) for row in MATRIX}


def test_every_role_may_do_exactly_what_the_matrix_says(api: Api) -> None:
    wrong = [
        f"{row.method} {row.rule} by {user}: {status}"
        for row in MATRIX
        for user in (NOBODY, *EVERYBODY)
        if not _as_expected(row, user, status := _status(api, row, user))
    ]
    assert wrong == []


def _status(api: Api, row: Row, user: str) -> int:
    targets = Targets(api, user)
    path, options = row.path(targets), row.options(targets)
    by = None if user == NOBODY else user
    status = api.call(row.method, path, by=by, **options).status_code
    if "password" in row.rule or "tokens" in row.rule:
        api.tokens.pop(user, None)  # that login has ended
    return status


def _as_expected(row: Row, user: str, status: int) -> bool:
    if user == NOBODY:
        return status == 401
    return status in {200, 201, 204} if user in row.allowed else status == 403
