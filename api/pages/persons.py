"""People and positions by their names: a view introduces at once those that its page speaks of.

The page then writes `username|person` and `code|position`. Names are not in history or tasks: they
may be changed.
"""

from collections.abc import Iterable

from flask import g

from api.pages.language import gettext
from engine import repository
from engine.database import Transaction
from engine.permissions import SYSTEM


def introduce(tx: Transaction, usernames: Iterable[str | None]) -> None:
    """Look up the names of people; what is no user name of anybody is left as it is."""
    wanted = {username for username in usernames if username}
    g.persons = {**g.get("persons", {}), **repository.names_of(tx, wanted)}


def person(username: str) -> str:
    """Return the name of somebody who was introduced, else the user name."""
    if username == SYSTEM.username:
        return gettext("sistem")
    name: str = g.get("persons", {}).get(username, username)
    return name


def introduce_positions(tx: Transaction, codes: Iterable[str | None]) -> None:
    """Look up the names of positions; a code that no position has is left as it is."""
    wanted = {code for code in codes if code}
    g.positions = {**g.get("positions", {}), **repository.position_names(tx, wanted)}


def position(code: str | None) -> str:
    """Return the name of a position that was introduced, else its code; empty without one."""
    name: str = g.get("positions", {}).get(code, code or "")
    return name
