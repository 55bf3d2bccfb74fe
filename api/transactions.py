"""The path of every request that needs a login: one transaction, one commit.

A request may carry an `Idempotency-Key`. Its answer is then stored with its work, and a client that
comes back with the same key and request gets that very answer again, byte by byte.
"""

from collections.abc import Callable
from functools import wraps
from typing import Annotated

from flask import Request, Response, g, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.bodies import Body
from api.rest.schemas import Answer, InvalidRequest, without_null
from api.wiring import wired
from engine import idempotency, tokens
from engine.errors import AlurError, Unavailable
from engine.permissions import Actor

Result = Answer | Response | tuple[Answer, int] | None
"""What a view returns: a model, a model with its status, a finished answer (of a GET), nothing."""
View = Callable[..., Result]
ReadBody = Callable[[Request], Body]
REPLAYED = "Idempotency-Replayed"
_NO_CONTENT = 204


class IdempotencyHeader(BaseModel):
    """The request header by which a client asks for taking effect once."""

    model_config = ConfigDict(json_schema_extra=without_null)

    key: Annotated[
        str | None,
        Field(
            alias="Idempotency-Key",
            pattern=r"^[ -~]+$",
            min_length=1,
            max_length=200,
            description=(
                "Any text that the client makes up for this request, kept for 48 hours. Sent "
                "again, the same request gets the first answer again instead of a second effect."
            ),
            examples=["7f0e5a52-start-LAKIP-2026-III"],
        ),
    ] = None


def reading(view: View) -> Callable[..., Response]:
    """Return a view that gets `tx` and `by`, and can change nothing."""

    @wraps(view)
    def answer(**arguments: object) -> Response:
        token = bearer_token()
        with wired().database.read() as tx:
            result = view(tx, tokens.authenticate(tx, token), **arguments)
            return result if isinstance(result, Response) else respond(serialised(result, 200))

    return answer


def writing(view: View, *, status: int, body: ReadBody) -> Callable[..., Response]:
    """Return a view that gets `tx` and `by`, and whose changes are committed after it.

    The body is read before the transaction begins, so that a slow client holds nothing up.
    """

    @wraps(view)
    def answer(**arguments: object) -> Response:
        token = bearer_token()
        g.body = body(request)
        key = _idempotency_key()
        once: idempotency.Request | None = None
        try:
            with wired().database.begin() as tx:
                by = tokens.authenticate(tx, token)
                once = _once(by, key)
                reply = serialised(view(tx, by, **arguments), status)
                if once:
                    idempotency.remember(tx, once, reply)
        except AlurError as error:
            if once is None or isinstance(error, Unavailable):
                raise
            stored = _recall(once)
            if stored is None:
                raise
            return respond(stored, replayed=True)
        return respond(reply)

    return answer


def logged_in(view: View, *, status: int, body: ReadBody) -> Callable[..., Response]:
    """Return a view that gets `by`, and looks after its transactions itself."""

    @wraps(view)
    def answer(**arguments: object) -> Response:
        token = bearer_token()
        g.body = body(request)
        with wired().database.read() as tx:
            by = tokens.authenticate(tx, token)
        return respond(serialised(view(by, **arguments), status))

    return answer


def public(view: View, *, status: int, body: ReadBody) -> Callable[..., Response]:
    """Return a view that needs no login and looks after its transactions itself."""

    @wraps(view)
    def answer(**arguments: object) -> Response:
        g.body = body(request)
        return respond(serialised(view(**arguments), status))

    return answer


def bearer_token() -> str:
    """Return the token in the Authorization header. Raises NotLoggedIn if there is none."""
    credentials = request.authorization
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        raise tokens.NotLoggedIn
    return credentials.token


def serialised(result: Result, status: int) -> idempotency.Answer:
    """Return the JSON of what a view returns, and its status."""
    if isinstance(result, tuple):
        result, status = result
    if result is None:
        return idempotency.Answer(status=_NO_CONTENT, body=b"")
    if isinstance(result, Response):
        raise TypeError("only a reading view may return a finished answer: it cannot be stored")
    return idempotency.Answer(status=status, body=result.model_dump_json().encode())


def respond(reply: idempotency.Answer, *, replayed: bool = False) -> Response:
    """Return the HTTP answer with that body."""
    response = Response(reply.body, reply.status, mimetype="application/json")
    if reply.status == _NO_CONTENT:
        del response.headers["Content-Type"]
    if replayed:
        response.headers[REPLAYED] = "true"
    return response


def _idempotency_key() -> str | None:
    try:
        return IdempotencyHeader.model_validate(dict(request.headers)).key
    except ValidationError as error:
        raise InvalidRequest.of(error) from error


def _once(by: Actor, key: str | None) -> idempotency.Request | None:
    if key is None or by.user_id is None:
        return None
    return idempotency.Request(
        user_id=by.user_id,
        key=key,
        method=request.method,
        path=request.full_path,
        body=g.body.fingerprint,
    )


def _recall(once: idempotency.Request) -> idempotency.Answer | None:
    with wired().database.read() as tx:
        return idempotency.recall(tx, once)
