"""Errors become `application/problem+json` (RFC 9457), here and nowhere else.

`type` is `/problems/` and the stable code of the error: its class name in kebab case. What the
error knows (ids, states, findings) follows as further members; what went wrong inside does not.
"""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus

import orjson
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from engine.errors import (
    AlurError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

log = logging.getLogger(__name__)

MIMETYPE = "application/problem+json"
RETRY_UNAVAILABLE_SECONDS = 5
LEAST_PROBLEM = HTTPStatus.BAD_REQUEST
"""Answers below are none, though they may be raised: redirects."""
STATUS: Mapping[type[AlurError], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""By category; an error has the status of the first category that it belongs to."""


def install(app: Flask) -> None:
    """Let the application answer every error as a problem."""
    app.register_error_handler(AlurError, answer)
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(Exception, answer)


def answer(error: Exception) -> AnyResponse:
    """Return the problem that an error is."""
    if isinstance(error, AlurError):
        return _domain_problem(error)
    if isinstance(error, HTTPException):
        return _http_problem(error)
    return _internal_problem(error)


def _domain_problem(error: AlurError) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return _internal_problem(error)
    members = dict(error.details)
    if isinstance(error, Invalid):
        members["errors"] = [
            {"field": field, "message": message} for field, message in error.fields.items()
        ]
    shown = problem(status, error.code, title=_title(error), detail=str(error), members=members)
    if status is HTTPStatus.UNAUTHORIZED:
        shown.headers["WWW-Authenticate"] = 'Bearer realm="alur"'
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        seconds = error.details.get("retry_after_seconds", RETRY_UNAVAILABLE_SECONDS)
        shown.headers["Retry-After"] = str(seconds)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("unavailable [%s]: %s", g.correlation_id, error)
    return shown


def _http_problem(error: HTTPException) -> AnyResponse:
    plain = error.get_response()
    if error.code is None or error.code < LEAST_PROBLEM:
        return plain
    code = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    detail = error.description or error.name
    if error.code == HTTPStatus.NOT_FOUND:
        detail = "There is nothing at this address."  # Werkzeug asks people to check their typing
    body = problem(error.code, code, title=error.name, detail=detail)
    body.headers.extend(
        (name, value)
        for name, value in plain.headers
        if name not in {"Content-Type", "Content-Length"}
    )
    return body


def _internal_problem(error: Exception) -> Response:
    log.error("internal error [%s]", g.correlation_id, exc_info=error)
    detail = "Something went wrong here. The log knows more under the correlation id."
    members = {"correlation_id": g.correlation_id}
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(status, "internal-error", title="Internal error", detail=detail, members=members)


def problem(
    status: int,
    code: str,
    *,
    title: str,
    detail: str,
    members: Mapping[str, object] | None = None,
) -> Response:
    """Return the answer that says what is wrong; further members never hide the standard ones."""
    standard = {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail}
    body = orjson.dumps({**standard, **(members or {}), **standard}, default=str)
    return Response(body, status, mimetype=MIMETYPE)


def _title(error: AlurError) -> str:
    return (type(error).__doc__ or error.code).partition("\n")[0]
