"""Akun: what a person looks after themself: the password, mails, and what they were told."""

from typing import Final
from uuid import UUID

from flask import Response, request

from api.pages import session
from api.pages.declaring import Form, Pages, to
from api.pages.queries import read_query
from api.pages.rendering import render
from api.rest.notifications import NotificationQuery
from api.wiring import wired
from engine import notifications, people, repository, tokens
from engine.database import Transaction
from engine.errors import Invalid, Said, TooManyRequests
from engine.model import Rung
from engine.notifications import wants_mail
from engine.permissions import Actor

pages = Pages("account")
_SAVED: Final = frozenset({"password", "preferences"})
"""What the page can say has been saved."""


class PasswordsDiffer(Invalid):
    """The new password and its repetition differ."""


@pages.get("/akun")
def show_account(
    tx: Transaction, by: Actor, *, form: Form | None = None, error: Exception | None = None
) -> str:
    """Show who is logged in, in which positions, and what they can change themself."""
    user = repository.user_by_name(tx, by.username)
    wanted = [rung.value for rung in Rung if wants_mail(user, rung)]
    is_new = form is not None and "email" in form
    saved = request.args.get("tersimpan")
    return render(
        "account.html",
        user=user,
        positions=repository.position_names(tx, by.groups),
        email=form.get("email", "") if form is not None and is_new else user.email or "",
        rungs=form.getlist("rungs") if form is not None and is_new else wanted,
        error=error,
        saved=saved if saved in _SAVED and error is None else None,
    )


@pages.post("/akun/surel", again=show_account)
def change_preferences(tx: Transaction, by: Actor, form: Form) -> Response:
    """Change where and of what mails are wanted."""
    rungs = [rung for rung in Rung if rung.value in form.getlist("rungs")]
    people.change_preferences(tx, by=by, email=form.get("email", "").strip(), mail_rungs=rungs)
    return to("pages_account.show_account", tersimpan="preferences")


@pages.post_alone("/akun/sandi", again=show_account)
def change_password(by: Actor, form: Form) -> Response:
    """Change the password; every other login ends, this browser gets a new one."""
    new = form.get("new", "")
    if new != form.get("repeated", ""):
        raise PasswordsDiffer(
            fields={"repeated": Said("The new password and its repetition differ.")}
        )
    login = _change(by, present=form.get("present", ""), new=new)
    response = to("pages_account.show_account", tersimpan="password")
    if login is not None:
        session.begin(response, login.token)
    return response


def _change(by: Actor, *, present: str, new: str) -> tokens.Login | None:
    """Change the password; return a new login. Raises Invalid, the field named."""
    alur = wired()
    try:
        return tokens.change_own_password(
            alur.database,
            present=present,
            new=new,
            by=by,
            address=request.remote_addr or "",
            allowed=alur.settings.login_attempts,
            lifetime=alur.settings.token_lifetime,
        )
    except (tokens.WrongPassword, TooManyRequests) as error:
        raise Invalid(fields={"present": error.args[0]}) from error


@pages.get("/pemberitahuan")
def show_notifications(tx: Transaction, by: Actor) -> str:
    """Show what the ladder has told whoever is logged in, the latest first."""
    query = read_query(NotificationQuery)
    found = notifications.find(tx, by=by, unread=query.unread, page=query.page())
    return render(
        "notifications.html",
        records=found.items,
        query=query,
        next_cursor=query.cursor_after(found.next_after),
    )


@pages.post("/pemberitahuan/terbaca")
def read_all_notifications(
    tx: Transaction,
    by: Actor,
    form: Form,  # noqa: ARG001 — its token was all there was to check
) -> Response:
    """Mark all of one's own as read."""
    notifications.mark_all_read(tx, by=by)
    return to("pages_account.show_notifications")


@pages.post("/pemberitahuan/<uuid:notification_id>/terbaca")
def read_notification(
    tx: Transaction,
    by: Actor,
    *,
    notification_id: UUID,
    form: Form,  # noqa: ARG001 — its token was all there was to check
) -> Response:
    """Mark one as read."""
    notifications.mark_read(tx, notification_id, by=by)
    return to("pages_account.show_notifications")
