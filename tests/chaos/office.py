"""The office of a trial: its people, their positions and addresses, and its SOP."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from engine import definitions, people, repository
from engine.clock import system_clock
from engine.config import ROOT, Settings
from engine.database import Database, Transaction
from engine.model import Role, Rung
from engine.permissions import SYSTEM
from tests.chaos import diagram
from tests.chaos.sessions import PASSWORD
from tests.integration.running import ALUR
from tests.office import appoint

STARTER = "pengawas"
"""Starts and cancels cases; as a supervisor told of everything that is overdue."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the office, by user name."""

    position: str = ""
    has_address: bool = True
    mail_rungs: list[str] | None = None
    """None: a mail of every rung."""


PEOPLE: Mapping[str, Person] = {
    STARTER: Person(),
    "loket.satu": Person(position="loket"),
    "periksa.satu": Person(position="pemeriksa", mail_rungs=[Rung.OVERDUE, Rung.LONG_OVERDUE]),
    "periksa.dua": Person(position="pemeriksa", has_address=False),
    "kepala": Person(position=diagram.HEAD),
}


def found(settings: Settings, env: Mapping[str, str]) -> None:
    """Prepare an empty database, with people who can log in and the SOP deployed."""
    subprocess.run([ALUR, "db", "upgrade"], env=env, cwd=ROOT, check=True, capture_output=True)
    database = Database(settings, clock=system_clock)
    try:
        with database.begin() as tx:
            for code in diagram.POSITIONS:
                people.create_position(tx, code=code, name=code, by=SYSTEM)
            for username, person in PEOPLE.items():
                _hire(tx, username, person)
            definitions.deploy(tx, diagram.source(), by=SYSTEM)
    finally:
        database.dispose()


def _hire(tx: Transaction, username: str, person: Person) -> None:
    user = people.create_user(
        tx,
        username=username,
        name=username,
        roles=[Role.SUPERVISOR if username == STARTER else Role.ACTOR],
        password=PASSWORD,
        email=f"{username}@kantor.example" if person.has_address else None,
        by=SYSTEM,
    )
    user.mail_rungs = person.mail_rungs
    if person.position:
        position = repository.position_by_code(tx, person.position)
        appoint(tx, position, user.id)
