"""Templates, assets, and how moments, durations and numbers are written for people."""

import base64
import hashlib
from datetime import date, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_interval, format_time
from babel.numbers import format_decimal
from flask import Flask, Response, g, render_template, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.local import LocalProxy

from api.pages import session
from api.pages.language import LANGUAGES, gettext, language, locale, ngettext, said, written
from api.pages.persons import person, position
from engine import notifications
from engine.bpmn.findings import Text
from engine.durations import Duration, InvalidDuration
from engine.model import Role

_STATIC: Final = Path(__file__).parent.parent / "static"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
MOST_UNREAD: Final = 100
"""Notifications are counted no further."""
_YEAR_SECONDS: Final = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Give the templates what they are written with."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    app.jinja_env.globals.update(
        asset=asset,
        by=LocalProxy(lambda: g.get("by")),
        form_token=_form_field,
        language=language,
        languages=LANGUAGES,
        places=places,
        unread=unread,
    )
    app.after_request(_keep_assets)
    app.jinja_env.filters.update(
        date_range=date_range,
        day=day,
        iso=datetime.fromisoformat,
        moment=moment,
        clock=clock,
        standard=standard,
        minutes=minutes,
        number=number,
        person=person,
        position=position,
        said=said,
        text=text,
        written_day=written_day,
    )


def render(template: str, /, **context: object) -> str:
    """Return a page."""
    return render_template(f"pages/{template}", **context)


def page_response(result: str | Response) -> Response:
    """Return the answer with a page and its headers."""
    response = result if isinstance(result, Response) else Response(result)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")  # how a login leads back
    session.remember(response)
    return response


@cache
def asset(path: str) -> Markup:
    """Return the attributes that load a file of `static/`, in its present version and no other."""
    content = (_STATIC / path).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    address = url_for("static", filename=path, v=_version(path))
    pattern = 'href="{}" integrity="{}"' if path.endswith(".css") else 'src="{}" integrity="{}"'
    return Markup(pattern).format(address, f"sha384-{digest}")  # noqa: S704 — one of two literals


@cache
def _version(path: str) -> str:
    """Return what tells this content of a file from any other."""
    return hashlib.sha256((_STATIC / path).read_bytes()).hexdigest()[:12]


def places() -> list[tuple[str, str]]:
    """Return the pages of the main menu that are for whoever is logged in: endpoint and name."""
    supervises, administers = g.by.has(Role.SUPERVISOR), g.by.has(Role.ADMIN)
    offered = (
        ("pages_inbox.show_inbox", gettext("Kotak tugas"), True),
        ("pages_cases.show_cases", gettext("Kasus"), True),
        ("pages_board.show_board", gettext("Pantauan"), supervises),
        ("pages_sop.show_definitions", gettext("SOP"), True),
        ("pages_people.show_people", gettext("Orang"), supervises or administers),
    )
    return [(endpoint, name) for endpoint, name, is_theirs in offered if is_theirs]


def unread() -> int:
    """Return how many notifications whoever is logged in has not read; `MOST_UNREAD` is as many."""
    if "unread" not in g:
        g.unread = notifications.count_unread(g.tx, by=g.by, most=MOST_UNREAD)
    count: int = g.unread
    return count


def _keep_assets(response: Response) -> Response:
    """Let browsers keep a file that was asked for in the version it has: that never changes.

    Another version is asked for while a new release takes the place of an old one.
    """
    is_file = request.endpoint == "static" and response.status_code == HTTPStatus.OK
    if is_file and request.args.get("v") == _version((request.view_args or {})["filename"]):
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response


def _form_field() -> Markup:
    """Return the hidden field that every form carries."""
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(session.FIELD, session.form_token())


def day(when: date | datetime) -> str:
    """Return a day as "Senin, 23 Nov 2026", a moment as its day in the zone of the office."""
    shown = g.tx.local(when) if isinstance(when, datetime) else when
    return format_date(shown, "EEEE, d MMM y", locale=locale())


def written_day(entry: str) -> str:
    """Return an entry "2026-11-23" as "23 November 2026"; what is no day, as it is written."""
    try:
        return format_date(date.fromisoformat(entry), "d MMMM y", locale=locale())
    except ValueError:
        return entry


def date_range(first: date, last: date) -> str:
    """Return days as an interval in which nothing is said twice."""
    return format_interval(first, last, "yMMMd", locale=locale())


def moment(when: datetime) -> str:
    """Return a moment as "23 Nov 2026 07.40", in the zone of the office."""
    return written(g.tx.local(when))


def clock(when: datetime) -> str:
    """Return the time of day of a moment, in the zone of the office."""
    pattern = {"id": "HH.mm", "en": "HH:mm"}[language()]
    return format_time(g.tx.local(when), pattern, locale=locale())


def standard(duration: str | None) -> str:
    """Return a time standard in words: "PT2H" is "2 jam"; what is none, as it is written."""
    try:
        return Duration.parse(duration or "").words(language())
    except InvalidDuration:
        return duration or ""


def minutes(amount: int, calendar: str | None = None) -> str:
    """Return working minutes in words: "2 hari kerja 3 jam 5 menit", days as that calendar's."""
    if amount <= 0:
        return gettext("0 menit")
    calendars = g.tx.calendars
    counted = calendars.get(calendar, calendars.default)
    try:
        words: str = counted.duration(timedelta(minutes=amount)).words(language())
    except InvalidDuration:  # a deadline may be extended to any day
        return gettext("lebih dari sepuluh tahun")
    return words


def number(value: float) -> str:
    """Return a number as the language writes it."""
    return format_decimal(value, locale=locale())


def text(sentence: Text) -> str:
    """Return a sentence that is there in both languages."""
    return sentence.id if language() == "id" else sentence.en
