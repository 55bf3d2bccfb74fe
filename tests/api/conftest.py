"""Fixtures for the API: an application on the test's database, and its people."""

from collections.abc import Callable, Iterator

import argon2
import pytest
from flask import Flask

from api.application import create_app
from api.wiring import NAME
from engine import passwords
from engine.config import Settings
from engine.database import Database
from tests.api.client import PASSWORD, Api
from tests.clock import TestClock
from tests.office import Office


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 is slow on purpose; here it would only make the tests slow."""
    quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)


@pytest.fixture
def office(database: Database, clock: TestClock) -> Office:
    """The reference office; everybody can log in."""
    office = Office(database, clock)
    office.found(password=PASSWORD)
    return office


@pytest.fixture
def open_app(settings: Settings, clock: TestClock) -> Iterator[Callable[[Settings], Flask]]:
    """Return a function that makes an application, as one process would; closed after the test."""
    opened = []

    def open_(wanted: Settings = settings) -> Flask:
        app = create_app(wanted, clock=clock)
        opened.append(app)
        return app

    yield open_
    for app in opened:
        app.extensions[NAME].database.dispose()


@pytest.fixture
def app(open_app: Callable[[Settings], Flask], settings: Settings) -> Flask:
    """The application on the test's database."""
    return open_app(settings)


@pytest.fixture
def api(app: Flask, office: Office) -> Api:  # noqa: ARG001 — the people have to be there
    """The API of the reference office."""
    return Api(app)
