"""How a page is declared; login, transaction, form token and language follow from it.

A view gets `tx`, `by` and the variables of its path, and returns HTML or a finished answer; where a
form is sent to, it gets `form` too. Of what is not valid nothing is kept: the view raises, and the
page that the form is on is shown again with what was typed and what is wrong with it.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from api import files
from api.bodies import UnusableBody, is_storable
from api.pages import session
from api.pages.rendering import page_response, render
from api.wiring import wired
from engine import tokens
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.permissions import Actor

Form = MultiDict[str, str]
Result = str | Response
View = Callable[..., Result]
V = TypeVar("V", bound=View)
_UNAUTHORIZED = 401
_UNPROCESSABLE = 422
_NEVER_SHOWN = frozenset({session.FIELD, "password", "present", "new", "repeated", "isi"})
"""Secrets, and the diagram that a page carries along: nobody has typed it."""


class Again(Protocol):
    """A view that can be shown again with what was typed and what is wrong with it."""

    def __call__(
        self,
        tx: Transaction,
        by: Actor,
        *,
        form: Form | None = None,
        error: Invalid | None = None,
        **arguments: object,
    ) -> Result: ...


class Pages:
    """The pages of one noun."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(f"pages_{name}", __name__)

    def get(self, path: str) -> Callable[[V], V]:
        """Declare a page for whoever is logged in; it can change nothing."""

        def declare(view: V) -> V:
            self._add("GET", path, view, _reading(view))
            return view

        return declare

    def post(
        self, path: str, *, again: View | None = None, file: files.FileForm | None = None
    ) -> Callable[[V], V]:
        """Declare where a form is sent to; what it changes is committed after it.

        `again` is the view that shows the form, with `form` and `error`, if it was not valid. Of a
        form with a file both get it as `upload`, too, as `file.read` has judged it.
        """

        def declare(view: V) -> V:
            self._add("POST", path, view, _writing(view, again, file))
            return view

        return declare

    def post_alone(self, path: str, *, again: View) -> Callable[[V], V]:
        """Declare where a form of whoever is logged in is sent to, without a transaction.

        The view gets `by` and `form` and looks after its transactions itself.
        """

        def declare(view: V) -> V:
            self._add("POST", path, view, _writing_alone(view, again))
            return view

        return declare

    def public_get(self, path: str) -> Callable[[V], V]:
        """Declare a page for everybody; it gets nothing but the variables of its path."""

        def declare(view: V) -> V:
            self._add("GET", path, view, _public(view))
            return view

        return declare

    def public_post(self, path: str) -> Callable[[V], V]:
        """Declare where everybody may send a form; the view looks after its transactions itself."""

        def declare(view: V) -> V:
            self._add("POST", path, view, _public_writing(view))
            return view

        return declare

    def _add(self, method: str, path: str, view: View, answering: View) -> None:
        self.blueprint.add_url_rule(path, view.__name__, answering, methods=[method])


def inside(address: str) -> str:
    """Return the address if it is one of our own pages, else the first page."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    ours = is_path and address.isprintable()
    return address if ours else url_for("pages_login.show_home")


def back_to(address: str) -> Response:
    """Return the answer that sends the browser to where a form says it came from."""
    return redirect(inside(address), code=303)  # type: ignore[return-value]  # Flask's own Response


def to(endpoint: str, **values: object) -> Response:
    """Return the answer that sends the browser on to another page after a form."""
    return redirect(url_for(endpoint, **values), code=303)  # type: ignore[arg-type,return-value]  # url_for takes any value


def _reading(view: View) -> View:
    @wraps(view)
    def answer(**arguments: object) -> Response:
        login = session.token()
        if login is None:
            return _to_login()
        try:
            with wired().database.read() as tx:
                return _shown(view, tx, _whoever(tx, login), arguments)
        except tokens.NotLoggedIn:
            return _to_login()

    return answer


def _writing(view: View, again: View | None, file: files.FileForm | None) -> View:
    @wraps(view)
    def answer(**arguments: object) -> Response:
        login = session.token()
        try:
            if file is not None:
                _require_login(login)
                files.allow(file.most())
        except tokens.NotLoggedIn:
            return _ended(None)
        form = read_form()
        if login is None or session.is_of_ended_login(form.get(session.FIELD, "")):
            return _ended(form)
        session.require_own_form(form.get(session.FIELD, ""))
        sent: dict[str, object] = {"form": form}
        try:
            if file is not None:
                sent["upload"] = file.read()
            with wired().database.begin() as tx:
                return _shown(view, tx, _whoever(tx, login), {**arguments, **sent})
        except tokens.NotLoggedIn:
            return _ended(form)
        except Invalid as error:
            if again is None:
                raise
            return _shown_again(again, login, {**arguments, **sent, "error": error})

    return answer


def _require_login(login: str | None) -> None:
    """Return if the login is one; a stranger's file is not even read. Raises NotLoggedIn."""
    if login is None:
        raise tokens.NotLoggedIn
    with wired().database.read() as tx:
        tokens.authenticate(tx, login)


def _writing_alone(view: View, again: View) -> View:
    @wraps(view)
    def answer(**arguments: object) -> Response:
        login = session.token()
        form = read_form()
        if login is None or session.is_of_ended_login(form.get(session.FIELD, "")):
            return _ended(form)
        session.require_own_form(form.get(session.FIELD, ""))
        try:
            with wired().database.read() as tx:
                by = tokens.authenticate(tx, login)
            return page_response(view(by, **arguments, form=form))
        except tokens.NotLoggedIn:
            return _ended(form)
        except Invalid as error:
            return _shown_again(again, login, {**arguments, "form": form, "error": error})

    return answer


def _shown_again(again: View, login: str, arguments: Mapping[str, object]) -> Response:
    """Return the page that a form is on, with what was typed and what is wrong with it."""
    try:
        with wired().database.read() as tx:
            response = _shown(again, tx, _whoever(tx, login), arguments)
    except tokens.NotLoggedIn:
        return _ended(read_form())
    response.status_code = _UNPROCESSABLE
    return response


def _public(view: View) -> View:
    @wraps(view)
    def answer(**arguments: object) -> Response:
        return page_response(view(**arguments))

    return answer


def _public_writing(view: View) -> View:
    @wraps(view)
    def answer(**arguments: object) -> Response:
        form = read_form()
        session.require_own_public_form(form.get(session.FIELD, ""))
        return page_response(view(**arguments, form=form))

    return answer


def _whoever(tx: Transaction, login: str) -> Actor:
    """Return who is logged in, and let templates know them and the moment."""
    g.tx, g.by = tx, tokens.authenticate(tx, login)
    by: Actor = g.by
    return by


def _shown(view: View, tx: Transaction, by: Actor, arguments: Mapping[str, object]) -> Response:
    return page_response(view(tx, by, **arguments))


def read_form() -> Form:
    """Return the fields that were sent. Raises UnusableBody: a text no database takes."""
    form: Form = MultiDict(request.form)
    for name, text in form.items(multi=True):
        if not (is_storable(name) and is_storable(text)):
            raise UnusableBody(fields={name: Said("This text cannot be stored.")})
    return form


def _ended(form: Form | None) -> Response:
    """Say that what was sent is not saved, since the login has ended, and show what was typed."""
    typed = [] if form is None else typed_into(form)
    login = f"{url_for('pages_login.show_login')}?{urlencode({'kembali': _came_from()})}"
    response = page_response(render("ended.html", typed=typed, login=login))
    response.status_code = _UNAUTHORIZED
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#isi"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def typed_into(form: Form) -> list[tuple[str, str]]:
    """Return what somebody typed into a form: field and text.

    Only of a form that is proven to be ours; nobody else puts words on our pages.
    """
    proof = form.get(session.FIELD, "")
    if not (session.is_own_form(proof) or session.is_of_ended_login(proof)):
        return []
    return [
        (name, text)
        for name, text in form.items(multi=True)
        if text.strip() and name not in _NEVER_SHOWN
    ]


def _came_from() -> str:
    """Return the path of the page that a form was on, the first page if nobody says."""
    here = request.host_url
    referrer = request.referrer or ""
    return inside("/" + referrer.removeprefix(here)) if referrer.startswith(here) else "/"


def _to_login() -> Response:
    """Send to the login and back; a fragment that refreshes itself takes the whole page along."""
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    address = f"{url_for('pages_login.show_login')}?{urlencode({'kembali': here})}"
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, code=303)  # type: ignore[return-value]  # Flask's own Response
