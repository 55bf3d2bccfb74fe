"""Fixtures for the browser: Chromium, and people of the reference office in front of it."""

import re
import shutil
from collections.abc import Callable, Iterator

import argon2
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from api.application import create_app
from api.wiring import NAME
from engine import passwords
from engine.config import Settings
from engine.database import Database
from tests.api.client import PASSWORD
from tests.browser.person import Person
from tests.clock import TestClock
from tests.office import Office
from tests.serving import serving

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browser."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium; `make test` installs it where it may."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("Chromium is missing: apt-get install chromium", pytrace=False)
    browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
    yield browser
    browser.close()


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
def address(settings: Settings, clock: TestClock, office: Office) -> Iterator[str]:  # noqa: ARG001 — the people have to be there
    """The address of the office's own server, on the clock of the test."""
    app = create_app(settings, clock=clock)
    with serving(app) as url:
        yield url
    app.extensions[NAME].database.dispose()


@pytest.fixture
def sit_down(chromium: Browser, address: str) -> Iterator[Callable[..., Person]]:
    """Return a function that puts somebody of the office in front of a browser of their own.

    When all is done nothing may have gone wrong in any of the browsers.
    """
    people: list[Person] = []

    def sit_down(username: str = "", **options: object) -> Person:
        person = Person.before(chromium, address, **options)
        people.append(person)
        if username:
            person.log_in(username)
        return person

    yield sit_down
    for person in people:
        person.page.context.close()
        foreign = [url for url in person.asked if not url.startswith((address, "data:"))]
        assert not foreign, "another host was asked"
        expected = re.compile(r"Failed to load resource: .* (4\d\d|503)")
        assert [line for line in person.complaints if not expected.search(line)] == []
