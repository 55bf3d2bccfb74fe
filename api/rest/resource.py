"""How a route is declared: path, models, problems; everything else follows from them.

No view can forget the login, the transaction, the gate for bodies or its documentation, because
there is no other way to declare one.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint
from pydantic import BaseModel
from spectree import Tag

from api import bodies, files, transactions
from api.openapi import DIAGRAM_BODY, DOCUMENT_BODY, SECURITY, Answers, specification
from api.transactions import IdempotencyHeader, ReadBody, View

PREFIX = "/api/v1"
_ALWAYS = frozenset({400, 500})
_WITH_LOGIN = frozenset({401, 503})
_WITH_BODY = frozenset({413, 415, 422})
_DOCUMENTED: Mapping[ReadBody, Mapping[str, Any]] = {
    bodies.read_diagram: DIAGRAM_BODY,
    files.read_document: DOCUMENT_BODY,
}
"""Of bodies that are no JSON."""

Model = type[BaseModel]
Declared = Callable[[View], View]


class Resource:
    """The routes of one noun; a view's docstring is its documentation.

    A view gets `tx` and `by`, the variables of its path, and, if it names them, `query` and `json`.
    """

    def __init__(self, name: str, description: str, *, prefix: str | None = PREFIX) -> None:
        self.blueprint = Blueprint(name.replace(" ", "_"), __name__, url_prefix=prefix)
        self.tag = Tag(name=name, description=description)

    def get(self, path: str, answer: Model | str, *, problems: Iterable[int] = ()) -> Declared:
        """Declare a route that reads; `answer` is a model or the media type of a file."""

        def declare(view: View) -> View:
            known = {*_WITH_LOGIN, *problems} | (
                {422} if "query" in view.__annotations__ else set()
            )
            validated = self._validated(view, {200: answer}, known, keyed=False)
            self._add("GET", path, view, transactions.reading(validated))
            return view

        return declare

    def post(
        self, path: str, answer: Model | None, *, status: int = 200, problems: Iterable[int] = ()
    ) -> Declared:
        """Declare a route that makes or ends something."""
        return self._write("POST", path, {status: answer}, problems)

    def patch(self, path: str, answer: Model, *, problems: Iterable[int] = ()) -> Declared:
        """Declare a route that changes something."""
        return self._write("PATCH", path, {200: answer}, problems)

    def put(self, path: str, *, problems: Iterable[int] = ()) -> Declared:
        """Declare a route that sets something and answers nothing.

        Its view gets `by`, and looks after its transactions itself.
        """
        known = {*_WITH_LOGIN, *problems}
        return self._unkeyed("PUT", path, {204: None}, known, answering=transactions.logged_in)

    def long_post(
        self, path: str, answers: Mapping[int, Model], *, problems: Iterable[int]
    ) -> Declared:
        """Declare a POST route that is more than one transaction, or one that only reads.

        Its view gets `by`, and looks after its transactions itself; doing it twice is harmless.
        """
        known = {*_WITH_LOGIN, *problems}
        return self._unkeyed("POST", path, answers, known, answering=transactions.logged_in)

    def delete(self, path: str) -> Declared:
        """Declare a route that ends a login, known or not; its view does all of it itself."""
        known = {*_WITH_LOGIN}
        return self._unkeyed("DELETE", path, {204: None}, known, answering=transactions.public)

    def upload(
        self, path: str, answers: Mapping[int, Model], *, problems: Iterable[int] = ()
    ) -> Declared:
        """Declare a POST route whose body is a diagram."""
        return self._write("POST", path, answers, problems, body=bodies.read_diagram)

    def attach(self, path: str, answer: Model, *, problems: Iterable[int] = ()) -> Declared:
        """Declare a POST route whose body is a document, which the view finds as `g.upload`."""
        return self._write("POST", path, {201: answer}, problems, body=files.read_document)

    def public_get(self, path: str, answer: Model, *, problems: Iterable[int] = ()) -> Declared:
        """Declare a route that everybody may read; it gets no transaction."""

        def declare(view: View) -> View:
            validated = self._validated(
                view, {200: answer}, set(problems), keyed=False, login=False
            )
            answering = transactions.public(validated, status=200, body=bodies.ignore)
            self._add("GET", path, view, answering)
            return view

        return declare

    def public_post(
        self, path: str, answer: Model, *, status: int, problems: Iterable[int]
    ) -> Declared:
        """Declare a POST route for everybody; its view looks after its transactions itself."""
        known, answers = {503, *problems}, {status: answer}
        return self._unkeyed(
            "POST", path, answers, known, answering=transactions.public, login=False
        )

    def _write(
        self,
        method: str,
        path: str,
        answers: Mapping[int, Model | None],
        problems: Iterable[int],
        *,
        body: ReadBody | None = None,
    ) -> Declared:
        def declare(view: View) -> View:
            read_body = body or _body_of(view)
            known = {*_WITH_LOGIN, *_WITH_BODY, *problems}
            validated = self._validated(view, answers, known, keyed=True)
            if read_body in _DOCUMENTED:
                specification.request_bodies[view.__name__] = _DOCUMENTED[read_body]
            answering = transactions.writing(validated, status=min(answers), body=read_body)
            self._add(method, path, view, answering)
            return view

        return declare

    def _unkeyed(
        self,
        method: str,
        path: str,
        answers: Mapping[int, Model | None],
        problems: Iterable[int],
        *,
        answering: Callable[..., Callable[..., Any]],
        login: bool = True,
    ) -> Declared:
        """Declare a route without Idempotency-Key: there is no one transaction to store it with."""

        def declare(view: View) -> View:
            known = {*_WITH_BODY, *problems}
            validated = self._validated(view, answers, known, keyed=False, login=login)
            status, body = min(answers), _body_of(view)
            self._add(method, path, view, answering(validated, status=status, body=body))
            return view

        return declare

    def _validated(
        self,
        view: View,
        answers: Mapping[int, Model | str | None],
        problems: set[int],
        *,
        keyed: bool,
        login: bool = True,
    ) -> View:
        decorate: Callable[[View], View] = specification.validate(
            headers=IdempotencyHeader if keyed else None,
            resp=Answers(answers, problems={*_ALWAYS, *problems}, replays=keyed),
            tags=[self.tag],
            security=[{SECURITY: []}] if login else [],
            operation_id=view.__name__,
        )
        return decorate(view)

    def _add(self, method: str, path: str, view: View, answering: Callable[..., Any]) -> None:
        self.blueprint.add_url_rule(path, view.__name__, answering, methods=[method])


def _body_of(view: View) -> ReadBody:
    return bodies.read_json if "json" in view.__annotations__ else bodies.read_nothing
