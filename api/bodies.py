"""The gate for request bodies: what comes through is what it says it is.

JSON is strict here: declared as `application/json`, UTF-8, an object, no key twice, no NaN, nothing
that a database or another JSON reader would understand differently.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from engine.bpmn.values import problem_with_free
from engine.errors import Invalid, Said

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
XML: Final = ("application/xml", "text/xml")
MAX_DEPTH: Final = 32
_SECRET: Final = frozenset({"password", "present", "new"})
"""Fields that hold a password."""


class MalformedJson(BadRequest):
    """The body is not JSON."""


class UnusableBody(Invalid):
    """The body holds something that cannot be used."""


@dataclass(frozen=True)
class Body:
    """A request body that has passed the gate."""

    content: bytes = b""
    """What the view is about: JSON, or the uploaded file."""
    fingerprint: bytes = b""
    """What tells this body from another; a hash of it may be stored."""


def read_json(request: Request) -> Body:
    """Return the JSON object in the body.

    Raises:
        UnsupportedMediaType: it is declared as something else.
        MalformedJson: not UTF-8, not JSON, a key twice, or NaN.
        UnusableBody: not an object, nested too deep, a number or text that cannot be stored.
    """
    if request.mimetype != JSON:
        raise UnsupportedMediaType(f"The body has to be {JSON}.")
    content = request.get_data()
    value = _parse(content)
    if not isinstance(value, dict):
        raise UnusableBody(Said("The body has to be a JSON object."))
    _require_usable(value)
    return Body(content, _without_secrets(value))


def read_nothing(request: Request) -> Body:
    """Return the empty body of a request that needs none; `{}` is as good as nothing.

    Raises:
        UnusableBody: there are fields, which would have no effect.
        UnsupportedMediaType, MalformedJson: as for `read_json`.
    """
    if not request.get_data():
        return Body()
    body = read_json(request)
    if fields := json.loads(body.content):
        raise UnusableBody(fields=dict.fromkeys(fields, Said("is not a known field")))
    return Body()


def ignore(_: Request) -> Body:
    """Return no body, whatever was sent: a GET has none."""
    return Body()


def read_diagram(request: Request) -> Body:
    """Return the uploaded diagram: the body itself, or the one file of a form.

    Raises:
        UnsupportedMediaType: declared as neither XML nor a form.
        UnusableBody: not exactly one file in the form.
    """
    if request.mimetype in XML:
        return Body(request.get_data(), request.get_data())
    if request.mimetype != MULTIPART:
        raise UnsupportedMediaType(f"The body has to be {', '.join(XML)} or {MULTIPART}.")
    files = [file for _, file in request.files.items(multi=True)]
    if len(files) != 1:
        raise UnusableBody(
            fields={"file": Said("exactly one file is needed, not {count}", count=len(files))}
        )
    content, fields = files[0].read(), list(request.form.items(multi=True))
    return Body(content, content + b"\0" + json.dumps(fields).encode())


def _without_secrets(fields: Mapping[str, object]) -> bytes:
    """Return the fields as JSON, and of a password only that there is one.

    Fingerprints are stored under a fast hash; of a password that would be as good as its text.
    """
    shown = {name: None if name in _SECRET else value for name, value in fields.items()}
    return json.dumps(shown).encode()


def _parse(content: bytes) -> object:
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse
        )
    except UnicodeDecodeError as error:
        raise MalformedJson("The body is not UTF-8.") from error
    except RecursionError as error:
        raise MalformedJson("The body is nested too deep.") from error
    except ValueError as error:
        raise MalformedJson(f"The body is not JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; readers disagree on which of two equal keys counts."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} stands twice in one object")
        found[key] = value
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _require_usable(value: object, depth: int = 0) -> None:
    """Raise UnusableBody for what no database or JSON writer takes."""
    if depth > MAX_DEPTH:
        raise UnusableBody(Said("The body is nested deeper than {max_depth}.", max_depth=MAX_DEPTH))
    inside: Iterable[object] = ()
    match value:
        case dict():
            inside = (*value.keys(), *value.values())
        case list():
            inside = value
        case _:
            if problem := problem_with_free(value):
                raise UnusableBody(problem)
    for each in inside:
        _require_usable(each, depth + 1)


def is_storable(text: str) -> bool:
    """Return whether databases take the text: no NUL, and no half of a surrogate pair."""
    return problem_with_free(text) is None
