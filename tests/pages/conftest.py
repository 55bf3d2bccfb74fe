"""Fixtures for the pages: the application of the reference office, and its visitors."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.conftest import _quick_passwords, api, app, office, open_app
from tests.office import Office
from tests.pages.client import Visitor

__all__ = ["_quick_passwords", "api", "app", "office", "open_app"]


@pytest.fixture
def visit(app: Flask, office: Office) -> Callable[..., Visitor]:  # noqa: ARG001 — the people have to be there
    """Return a function that opens a browser, logged in as that user or as nobody."""

    def open_(username: str | None = None) -> Visitor:
        return Visitor(app, username)

    return open_
