"""The OpenAPI 3.1 document, made from the routes, their models and their docstrings."""

import copy
import json
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from flask import Request, g
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from spectree import Response as DocumentedResponse
from spectree import SpecTree
from spectree.models import SecureType, SecurityScheme, SecuritySchemeData
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin
from spectree.utils import get_multidict_items

from api import bodies, errors
from api.rest.schemas import InvalidRequest

SECURITY = "token"
_DESCRIPTION = """\
Alur runs the standard operating procedures of an office: cases, tasks, deadlines in working time.

Log in with `POST /api/v1/tokens` and send the token as `Authorization: Bearer …`. Names are
snake_case; moments are ISO 8601 with the offset of the office. Lists answer `items` and
`next_cursor`; send the latter as `cursor` for the next page. Errors are `application/problem+json`
(RFC 9457): `type` is stable, `errors` names each field that is wrong. Every answer has an
`X-Correlation-Id`, under which the log knows the request."""


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/task-not-open"], description="Stable; tell by this.")
    title: str = Field(examples=["This task is not open any more."])
    status: int = Field(examples=[409], ge=400, le=599)
    detail: str = Field(examples=["This task is not open any more."])
    errors: list[FieldError] = Field(
        default=[], description="With 422: each field that is wrong.", examples=[[]]
    )


class StrictFlask(FlaskPlugin):
    """Validates requests as spectree does, on a body that has passed our gate."""

    def request_validation(
        self,
        request: Request,
        query: type[BaseModel] | None,
        json: type[BaseModel] | None,
        *_: object,
    ) -> None:
        """Set `request.context`. Raises InvalidRequest, naming each field that is wrong."""
        try:
            parameters = query and query.model_validate(get_multidict_items(request.args, query))
            body = json and json.model_validate_json(g.body.content)
        except ValidationError as error:
            raise InvalidRequest.of(error) from error
        context = Context(parameters, body, None, None, None)
        request.context = context  # type: ignore[attr-defined]  # where spectree looks for it

    def validate_response(self, resp: object, *_: object) -> tuple[object, None]:
        """Return the answer as it is: it was made by its model."""
        return resp, None


class Answers(DocumentedResponse):
    """What a route answers: models, nothing, or a file, and the problems it may have."""

    def __init__(
        self,
        answers: Mapping[int, type[BaseModel] | str | None],
        *,
        problems: Iterable[int],
        replays: bool,
    ) -> None:
        """Document `answers` by status: a model, the media type of a file, or None for no body."""
        models = {status: one for status, one in answers.items() if isinstance(one, type)}
        super().__init__(**{f"HTTP_{status}": model for status, model in models.items()})
        self._answers = answers
        self._problems = sorted(problems)
        self._replays = replays

    def generate_spec(self, _: object = None) -> dict[str, Any]:
        """Return the responses object."""
        documented = {str(status): self._answer(status) for status in self._answers}
        problems = {str(code): {"$ref": _response_ref(code)} for code in self._problems}
        return documented | problems

    def _answer(self, status: int) -> dict[str, Any]:
        answer = self._answers[status]
        response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if isinstance(answer, str):
            response["content"] = {answer: {"schema": {"type": "string", "format": "binary"}}}
        elif answer is not None:
            schema = {"$ref": f"#/components/schemas/{_name(answer)}"}
            response["content"] = {bodies.JSON: {"schema": schema}}
        if self._replays:
            response["headers"] = {"Idempotency-Replayed": _REPLAYED}
        return response


_REPLAYED = {
    "description": "`true` if this is the stored answer to an earlier request with the same key.",
    "schema": {"type": "string", "enum": ["true"]},
}
_PROBLEM_HEADERS: Mapping[int, tuple[str, dict[str, str], str]] = {
    401: ("WWW-Authenticate", {"type": "string"}, "How to log in."),
    429: ("Retry-After", {"type": "integer"}, "Seconds."),
    503: ("Retry-After", {"type": "integer"}, "Seconds."),
}
DIAGRAM_BODY = {
    "required": True,
    "content": {
        **{xml: {"schema": {"type": "string", "format": "binary"}} for xml in bodies.XML},
        bodies.MULTIPART: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "effective_from": {"type": "string", "format": "date-time"},
                },
            }
        },
    },
}
"""The request body of an upload: the diagram itself, or a form with the file."""
DOCUMENT_BODY = {
    "required": True,
    "content": {
        bodies.MULTIPART: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
"""The request body of a document: a form with the file."""


def _name(model: type[BaseModel]) -> str:
    return model.__name__


class Specification(SpecTree):
    """The registry of all routes that the document describes."""

    def __init__(self) -> None:
        super().__init__(
            backend=StrictFlask,
            mode="strict",
            title="Alur",
            description=_DESCRIPTION,
            version=version("alur"),
            validation_error_model=Problem,
            naming_strategy=_name,
            nested_naming_strategy=lambda _, child: child,
            security_schemes=[
                SecurityScheme(
                    name=SECURITY,
                    data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"),
                )
            ],
        )
        self.request_bodies: dict[str, Mapping[str, Any]] = {}
        """Bodies that no model describes, by operationId."""


specification = Specification()


@cache
def document() -> Mapping[str, Any]:
    """Return the OpenAPI document; needs an application context for its routes."""
    made: dict[str, Any] = copy.deepcopy(specification.spec)
    for operations in made["paths"].values():
        for operation in operations.values():
            if body := specification.request_bodies.get(operation["operationId"]):
                operation["requestBody"] = body
    made["paths"] = dict(sorted(made["paths"].items()))
    _drop_unused(made["components"]["schemas"], of=made)
    made["components"]["responses"] = {
        f"Problem{code}": _problem_response(code)
        for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503)
    }
    return made


def _drop_unused(schemas: dict[str, Any], *, of: dict[str, Any]) -> None:
    """Drop the models whose fields have become parameters."""
    used = json.dumps(of)
    for name in [name for name in schemas if f'"#/components/schemas/{name}"' not in used]:
        if name != Problem.__name__:
            del schemas[name]


def _response_ref(code: int) -> str:
    return f"#/components/responses/Problem{code}"


def _problem_response(code: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": HTTPStatus(code).phrase,
        "content": {errors.MIMETYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if code in _PROBLEM_HEADERS:
        name, schema, description = _PROBLEM_HEADERS[code]
        header = {"description": description, "required": True, "schema": schema}
        response["headers"] = {name: header}
    return response
