"""Somebody in front of a browser: sees, clicks, types; never asks the API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as NotShown

from engine.config import ROOT
from tests.api.client import PASSWORD

SCREENSHOTS = ROOT / "var" / "screenshots"
_PATIENCE = 15_000
"""Milliseconds after which a page has shown what it was going to show."""
_AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.js"


@dataclass
class Person:
    """A browser with one page, and what it has asked for and complained about."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    """Every address that the browser asked for."""
    complaints: list[str] = field(default_factory=list)
    """Errors on the console, such as what the content security policy forbids."""

    @classmethod
    def before(cls, browser: Browser, address: str, **options: Any) -> Person:  # noqa: ANN401 — of Playwright
        """Return somebody before a new browser window, not logged in."""
        context = browser.new_context(**{"locale": "id-ID", **options})
        page = context.new_page()
        page.set_default_timeout(15_000)
        person = cls(page, address)
        page.on("request", lambda request: person.asked.append(request.url))
        page.on("pageerror", lambda error: person.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: person.complaints.append(line.text) if line.type == "error" else None,
        )
        return person

    def open(self, path: str) -> Person:
        """Type an address of the office."""
        self.page.goto(self.address + path)
        return self

    def log_in(self, username: str, password: str = PASSWORD) -> Person:
        """Log in on the page that asks for it."""
        if "/masuk" not in self.page.url:
            self.open("/masuk")
        self.page.get_by_label("Nama pengguna").fill(username)
        self.page.get_by_label("Kata sandi").fill(password)
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Masuk").click()
        return self

    def click(self, name: str, *, role: Any = None, exact: bool = False) -> Person:  # noqa: ANN401 — a role of ARIA
        """Click the link or button of that name."""
        if role is not None:
            self.page.get_by_role(role, name=name, exact=exact).first.click()
            return self
        links = self.page.get_by_role("link", name=name, exact=exact)
        buttons = self.page.get_by_role("button", name=name, exact=exact)
        links.or_(buttons).first.wait_for()
        (links if links.count() else buttons).first.click()
        return self

    @property
    def title(self) -> str:
        """The heading of the page."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def sees(self, text: str) -> bool:
        """Return whether the page shows that text, or comes to show it."""
        try:
            self.page.get_by_text(text).first.wait_for(timeout=_PATIENCE)
        except NotShown:
            return False
        return True

    def violations(self) -> list[str]:
        """Return what axe-core finds on the page: the rule, and the first place that breaks it.

        It runs outside of the page's own policy, as an extension of the browser would.
        """
        self.page.evaluate(_AXE.read_text())
        found = self.page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in json.loads(found)]

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Take a picture of the page, or of what is seen of it, into `var/screenshots/`."""
        path = SCREENSHOTS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=whole)
