"""People by their names: a view introduces whom its page speaks of, all at once, by user name.

The page then writes `username|person`. Names are not in history or tasks: they may be changed.
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
