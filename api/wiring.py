"""What the application is made of; hangs on `app.extensions["alur"]`."""

from dataclasses import dataclass

from flask import current_app

from engine.config import Settings
from engine.database import Database
from engine.readiness import Readiness

NAME = "alur"


@dataclass(frozen=True, kw_only=True)
class Alur:
    """One installation as the web process sees it."""

    settings: Settings
    database: Database
    readiness: Readiness


def wired() -> Alur:
    """Return the installation that serves the present request."""
    alur: Alur = current_app.extensions[NAME]
    return alur
