"""The web application: HTTP only, everything it does is a use-case of the engine."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import docs, errors, metrics, responses
from api.camunda import deployments as camunda_deployments
from api.camunda import instances as camunda_instances
from api.camunda import unknown, webapps
from api.camunda.slashes import CollapsedSlashes
from api.pages import (
    account,
    board,
    deploying,
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
    deployments,
    documents,
    drafts,
    element_templates,
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
    element_templates,
    process_instances,
    deployments,
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
PAGES = (
    login,
    inbox,
    task_pages,
    together,
    case_pages,
    sop,
    deploying,
    board,
    sheets,
    people,
    account,
)


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
    for camunda in (camunda_deployments.door, camunda_instances.door, unknown.door, webapps):
        app.register_blueprint(camunda.blueprint)
    app.wsgi_app = CollapsedSlashes(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    metrics.install(app, database, tallies or Tallies())
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's own way
    return app
