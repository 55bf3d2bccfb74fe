"""The web application: HTTP only, everything it does is a use-case of the engine."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import docs, errors, responses
from api.rest import (
    health,
    positions,
    process_definitions,
    process_instances,
    reports,
    tasks,
    tokens,
    users,
)
from api.wiring import NAME, Alur
from engine import calendars
from engine.clock import Clock, system_clock
from engine.config import Settings
from engine.database import Database

RESOURCES = (
    tokens,
    process_definitions,
    process_instances,
    tasks,
    reports,
    users,
    positions,
    health,
)


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """Return the application, wired: the one place where its parts meet.

    Raises:
        InvalidSetting: the database's URL cannot be used.
        InvalidCalendar: the calendar file cannot.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    database = Database(settings, clock=clock, calendars=calendars.load(settings.calendar))
    app.extensions[NAME] = Alur(settings=settings, database=database)
    errors.install(app)
    responses.install(app)
    for module in RESOURCES:
        app.register_blueprint(module.resource.blueprint)
    app.register_blueprint(docs.blueprint)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's own way
    return app
