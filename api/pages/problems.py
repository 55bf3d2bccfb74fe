"""Errors as pages of the same house, for whoever was looking at a page."""

from flask import Flask, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from api import errors
from api.pages.declaring import read_form, typed_into
from api.pages.persons import introduce
from api.pages.rendering import page_response, render
from api.wiring import wired
from engine.errors import AlurError, Conflict

_PROGRAMS = ("/api/", "/engine-rest/", "/.well-known/", "/static/")


def install(app: Flask) -> None:
    """Let people see a page where programs get a problem."""
    app.register_error_handler(AlurError, _answer)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> AnyResponse:
    """Return what a program gets, for a person as a page with the same status and headers."""
    problem = errors.answer(error)
    if not _for_a_person() or problem.status_code < errors.LEAST_PROBLEM:
        return problem
    page = page_response(_page(error, problem.status_code))
    page.status_code = problem.status_code
    for name in ("Retry-After", "Allow"):
        if name in problem.headers:
            page.headers[name] = problem.headers[name]
    return page


def _page(error: Exception, status: int) -> str:
    g.unread = 0  # its transaction is over: nothing can be counted any more
    if isinstance(error, AlurError) and (who := error.details.get("completed_by")):
        with wired().database.read() as tx:
            introduce(tx, [str(who)])
    sentence = error.args[0] if isinstance(error, AlurError) and error.args else ""
    # Something else happened first, and what was typed would be lost with the page.
    typed = typed_into(read_form()) if isinstance(error, Conflict) else []
    return render("problem.html", status=status, sentence=sentence, error=error, typed=typed)


def _for_a_person() -> bool:
    if request.path.startswith(_PROGRAMS):
        return False
    return "text/html" in request.headers.get("Accept", "")
