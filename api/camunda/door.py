"""How a route below /engine-rest is declared: login by header, JSON, errors as Camunda 7 has them.

The modeler is no browser page of ours: it sends `Origin: file://` and asks from anywhere. So every
origin may ask, and nothing here ever listens to a cookie.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from api import errors
from api.pages.language import gettext, said
from api.wiring import wired
from engine import people, tokens
from engine.bpmn.findings import Finding, Severity
from engine.database import Transaction
from engine.deployments import ResourceRefused
from engine.errors import AlurError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from engine.permissions import Actor

PREFIX: Final = "ENGINE-09005 Could not parse BPMN process. Errors: \n"
"""By these words the modeler knows that the diagram is at fault, not the server."""
_CHALLENGE: Final = 'Basic realm="alur", charset="UTF-8", Bearer realm="alur"'
_OPEN_TO_ALL: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, content-type, accept",
    "Access-Control-Max-Age": "600",
}
_TYPES: Final = (
    (Conflict, "ProcessEngineException"),
    (Unavailable, "ProcessEngineException"),
    (Forbidden, "AuthorizationException"),
    (NotFound, "InvalidRequestException"),
    (Invalid, "InvalidRequestException"),
)
View = Callable[..., object]
Identify = Callable[[Transaction], Actor]


class Door:
    """The routes of one noun; a view gets `tx` and `by` and returns JSON values."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(f"camunda_{name}", __name__, url_prefix="/engine-rest")
        self.blueprint.after_request(_let_all_ask)
        self.blueprint.register_error_handler(ResourceRefused, _refused)
        for kind in (AlurError, HTTPException, Exception):
            self.blueprint.register_error_handler(kind, _problem)

    def get(self, path: str) -> Callable[[View], View]:
        """Declare a route that reads."""

        def declare(view: View) -> View:
            @wraps(view)
            def answer(**arguments: object) -> Response:
                identify = _credentials()
                with wired().database.read() as tx:
                    return as_json(view(tx, identify(tx), **arguments))

            self.blueprint.add_url_rule(path, view.__name__, answer, methods=["GET"])
            return view

        return declare

    def post(self, path: str, read: Callable[[], object]) -> Callable[[View], View]:
        """Declare a route that changes something; its view gets also the `body` that `read` makes.

        The body is read before the transaction begins, so that a slow client holds nothing up.
        """

        def declare(view: View) -> View:
            @wraps(view)
            def answer(**arguments: object) -> Response:
                identify = _credentials()
                body = read()
                with wired().database.begin() as tx:
                    result = view(tx, identify(tx), body=body, **arguments)
                return as_json(result)

            self.blueprint.add_url_rule(path, view.__name__, answer, methods=["POST"])
            return view

        return declare


def as_json(value: object, status: int = HTTPStatus.OK) -> Response:
    """Return the answer with these JSON values."""
    return Response(orjson.dumps(value), status, mimetype="application/json")


def _credentials() -> Identify:
    """Return how to find whoever sent this request; a password is checked at once.

    Raises NotLoggedIn, WrongCredentials, TooManyLogins.
    """
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    match scheme.lower():
        case "bearer" if sent.strip():
            return lambda tx: tokens.authenticate(tx, sent.strip())
        case "basic":
            return _by_password(*_decoded(sent))
        case _:
            raise tokens.NotLoggedIn


def _by_password(username: str, password: str) -> Identify:
    alur = wired()
    name = tokens.sign_in(
        alur.database,
        username,
        password,
        address=request.remote_addr or "",
        allowed=alur.settings.login_attempts,
    )
    return lambda tx: people.acting(tx, name)


def _decoded(sent: str) -> tuple[str, str]:
    """Return user name and password; browsers write them in Latin-1, other clients in UTF-8."""
    try:
        plain = base64.b64decode(sent.strip(), validate=True)
    except binascii.Error as error:
        raise tokens.NotLoggedIn from error
    try:
        pair = plain.decode()
    except UnicodeDecodeError:
        pair = plain.decode("latin-1")
    username, _, password = pair.replace("\0", "").partition(":")
    return username, password


def _let_all_ask(response: Response) -> Response:
    response.headers.extend(_OPEN_TO_ALL)
    return response


def _refused(error: ResourceRefused) -> Response:
    """Answer a refused diagram so that the modeler shows our sentences in its log."""
    name = error.resource
    wrong = [one for one in error.findings if one.severity is Severity.ERROR]
    others = [one for one in error.findings if one.severity is not Severity.ERROR]
    shown = {
        "type": "ParseException",
        "message": PREFIX + "\n".join(_line(one, name) for one in wrong),
        "details": {name: {"errors": _problems(wrong), "warnings": _problems(others)}},
    }
    return as_json(shown, HTTPStatus.BAD_REQUEST)


def _line(finding: Finding, resource: str) -> str:
    where = f" (elemen {finding.element_id})" if finding.element_id else ""
    sentence = f"{finding.message.id}{where} {finding.hint.id}"
    return f"* {sentence} | resource {resource} | line {finding.line or 1} | column 1"


def _problems(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "message": f"{one.message.id} {one.hint.id}",
            "line": one.line or 1,
            "column": 1,
            "mainElementId": one.element_id,
            "elementIds": [one.element_id] if one.element_id else [],
        }
        for one in findings
    ]


def _problem(error: Exception) -> Response:
    """Answer any other error in Camunda's words, with the status that it has everywhere."""
    problem = errors.answer(error)
    status = HTTPStatus(problem.status_code)
    if isinstance(error, Invalid):
        status = HTTPStatus.BAD_REQUEST
    kind = next((name for one, name in _TYPES if isinstance(error, one)), "RestException")
    answer = as_json({"type": kind, "message": _said(error)}, status)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = _CHALLENGE
    for name in ("Retry-After", "Allow"):
        if name in problem.headers:
            answer.headers[name] = problem.headers[name]
    return answer


def _said(error: Exception) -> str:
    """Return the sentence of an error and what is wrong with which field, in Indonesian."""
    sentence = said(error.args[0]) if isinstance(error, AlurError) and error.args else ""
    if isinstance(error, Invalid) and error.fields:
        fields = "; ".join(f"{name}: {said(problem)}" for name, problem in error.fields.items())
        return f"{sentence} {fields}"
    if isinstance(error, Forbidden) and "roles" in error.details:
        roles = ", ".join(map(str, error.details["roles"]))  # type: ignore[call-overload]  # details hold JSON values
        those = gettext("Peran yang boleh: %(roles)s.") % {"roles": roles}
        return f"{sentence} {those}"
    if isinstance(error, HTTPException):
        return error.description or error.name
    return sentence or gettext("Ada yang salah di sini. Catatan server tahu lebih banyak.")
