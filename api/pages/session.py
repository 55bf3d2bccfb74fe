"""The cookie of a login, and the tokens by which forms prove that they are ours.

The cookie holds a token of the engine, which only the database knows to be valid. A form carries a
value that is made of this token and that no other site can know; a login form, which has no token
yet, carries the value of a cookie of its own. Of a login that has ended the browser keeps what its
forms carried, so that what somebody typed in another window can be shown to them again.
"""

import hashlib
import hmac
import secrets
from typing import Final

from flask import Response, g, request

from api.wiring import wired
from engine.errors import Forbidden

COOKIE: Final = "alur_session"
_BEFORE_LOGIN: Final = "alur_login"
_ENDED: Final = "alur_ended"
FIELD: Final = "csrf"
"""The name of the hidden field."""


class ForeignForm(Forbidden):
    """This form is out of date or not ours: open the page again and repeat."""


def token() -> str | None:
    """Return the token of whoever is logged in by cookie, None without one."""
    return request.cookies.get(COOKIE) or None


def begin(response: Response, token: str) -> None:
    """Let the browser keep a login until it is closed or the login expires, instead of another."""
    _remember_ended(response)
    _set(response, COOKIE, token)


def end(response: Response) -> None:
    """Let the browser forget its login, but know the forms that are still open."""
    _remember_ended(response)
    response.delete_cookie(COOKIE)


def _remember_ended(response: Response) -> None:
    if (login := token()) is not None:
        _set(response, _ENDED, _made_of(login))


def form_token() -> str:
    """Return what a form of this page has to carry; before a login, `remember` must follow."""
    if (login := token()) is not None:
        return _made_of(login)
    if "before_login" not in g:
        g.before_login = request.cookies.get(_BEFORE_LOGIN) or secrets.token_urlsafe(16)
    before_login: str = g.before_login
    return _made_of(before_login)


def remember(response: Response) -> None:
    """Let the browser keep what a form before the login was made of."""
    if "before_login" in g:
        _set(response, _BEFORE_LOGIN, g.before_login)


def require_own_form(sent: str) -> None:
    """Return if the form that was sent is one of ours. Raises ForeignForm."""
    if not is_own_form(sent):
        raise ForeignForm


def require_own_public_form(sent: str) -> None:
    """Return if the form that was sent is one of ours, shown before the login or after it.

    Somebody may have logged in meanwhile in another window. Raises ForeignForm.
    """
    if not (is_own_form(sent) or _is_made_of(request.cookies.get(_BEFORE_LOGIN), sent)):
        raise ForeignForm


def is_own_form(sent: str) -> bool:
    """Return whether a form is one of ours, of the login that the browser says it has."""
    return _is_made_of(token(), sent)


def is_of_ended_login(sent: str) -> bool:
    """Return whether a form is one of ours, but of the login that this browser had before."""
    ended = request.cookies.get(_ENDED, "")
    return bool(ended) and hmac.compare_digest(ended.encode(), sent.encode())


def _is_made_of(secret: str | None, sent: str) -> bool:
    return bool(secret) and hmac.compare_digest(_made_of(secret or "").encode(), sent.encode())


def _made_of(secret: str) -> str:
    return hashlib.sha256(b"form:" + secret.encode()).hexdigest()


def _set(response: Response, name: str, value: str) -> None:
    secure = wired().settings.secure_cookies or request.is_secure
    response.set_cookie(name, value, httponly=True, samesite="Lax", secure=secure)
