"""Masuk and keluar: a login is a cookie here; and the choice of the language."""

from flask import Response, redirect, request

from api.pages import session
from api.pages.declaring import Form, Pages, inside, to
from api.pages.language import COOKIE, LANGUAGES
from api.pages.rendering import render
from api.wiring import wired
from engine import tokens
from engine.errors import TooManyRequests, Unauthenticated

pages = Pages("login")
_YEAR_SECONDS = 365 * 24 * 3600


@pages.public_get("/")
def show_home() -> Response:
    """Lead to the first page of whoever comes."""
    return to("pages_inbox.show_inbox")


@pages.public_get("/masuk")
def show_login() -> str | Response:
    """Ask for user name and password; whoever is logged in is led on."""
    if _is_logged_in():
        return redirect(inside(_back()), code=303)  # type: ignore[return-value]  # Flask's own Response
    return _login_page()


def _login_page(*, username: str = "", error: Exception | None = None) -> str:
    return render("login.html", back=_back(), username=username, error=error)


def _back() -> str:
    """Return where the login stood in the way, as the address or the form of the page says."""
    return request.values.get("kembali", "/")


def _is_logged_in() -> bool:
    login = session.token()
    if login is None:
        return False
    try:
        with wired().database.read() as tx:
            tokens.authenticate(tx, login)
    except tokens.NotLoggedIn:
        return False
    return True


@pages.public_post("/masuk")
def log_in(form: Form) -> Response:
    """Log in, and go on where the login stood in the way."""
    alur = wired()
    username = form.get("username", "")
    try:
        login = tokens.login(
            alur.database,
            username,
            form.get("password", ""),
            address=request.remote_addr or "",
            allowed=alur.settings.login_attempts,
            lifetime=alur.settings.token_lifetime,
        )
    except (Unauthenticated, TooManyRequests) as error:
        status = 401 if isinstance(error, Unauthenticated) else 429
        return Response(_login_page(username=username, error=error), status)
    response = redirect(inside(_back()), code=303)
    session.begin(response, login.token)  # type: ignore[arg-type]  # Flask's own Response
    return response  # type: ignore[return-value]  # Flask's own Response


@pages.public_post("/keluar")
def log_out(form: Form) -> Response:  # noqa: ARG001 — its token was all there was to check
    """End the login."""
    login = session.token()
    if login is not None:
        with wired().database.begin() as tx:
            tokens.logout(tx, login)
    response = to("pages_login.show_login")
    session.end(response)
    return response


@pages.public_get("/bahasa/<language>")
def choose_language(language: str) -> Response:
    """Keep the choice of the language, and show the page again."""
    response = redirect(inside(request.args.get("kembali", "/")), code=303)
    if language in LANGUAGES:
        response.set_cookie(COOKIE, language, max_age=_YEAR_SECONDS, samesite="Lax", httponly=True)
    return response  # type: ignore[return-value]  # Flask's own Response
