"""The web application: HTTP only, everything it does is a use-case of the engine."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import docs, errors, metrics, responses
from api.pages import (
    account,
    board,
    inbox,
    login,
    people,
    problems,
    rendering,
    sheets,
    sop,
    together,
)
from api.pages import cases as case_pages
from api.pages import tasks as task_pages
from api.rest import (
    calendar_revisions,
    calendars,
    comments,
    documents,
    drafts,
    health,
    incidents,
    notifications,
    positions,
    process_definitions,
    process_instances,
    reports,
    tasks,
    tokens,
    users,
)
from api.rest import inbox as inbox_resource
from api.tallies import Tallies
from api.wiring import NAME, Alur
from engine.clock import Clock, system_clock
from engine.config import Settings
from engine.database import Database
from engine.readiness import Readiness

RESOURCES = (
    tokens,
    process_definitions,
    process_instances,
    tasks,
    inbox_resource,
    drafts,
    comments,
    documents,
    incidents,
    notifications,
    reports,
    calendars,
    calendar_revisions,
    users,
    positions,
    health,
)
PAGES = (login, inbox, task_pages, together, case_pages, sop, board, sheets, people, account)


def create_app(
    settings: Settings, *, clock: Clock = system_clock, tallies: Tallies | None = None
) -> Flask:
    """Return the application, wired: the one place where its parts meet.

    The processes of one server share `tallies`.

    Raises:
        InvalidSetting: the database's URL cannot be used.
        InvalidLadder: the ladder file cannot.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    database = Database(settings, clock=clock)
    readiness = Readiness(database)
    app.extensions[NAME] = Alur(settings=settings, database=database, readiness=readiness)
    errors.install(app)
    responses.install(app)
    for module in RESOURCES:
        app.register_blueprint(module.resource.blueprint)
    app.register_blueprint(docs.blueprint)
    for module in PAGES:
        app.register_blueprint(module.pages.blueprint)
    rendering.install(app)
    problems.install(app)
    metrics.install(app, database, tallies or Tallies())
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's own way
    return app
