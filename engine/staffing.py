"""Who holds what today, and which lanes of the SOPs in force nobody holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from engine import definitions, repository
from engine.database import Transaction
from engine.model import Position, Role
from engine.permissions import Actor, require
from engine.repository import HolderRecord, PageRequest

_AT_ONCE = 200
"""Rows that are read together; what follows is asked for again."""


@dataclass(frozen=True, kw_only=True)
class HeldPosition:
    """A position with whoever holds it today; more than one while somebody acts beside them."""

    position: Position
    holders: Sequence[HolderRecord]


@dataclass(frozen=True, kw_only=True)
class UnheldLane:
    """A candidate group of SOPs in force whose tasks nobody could do today."""

    code: str
    name: str
    """As the first SOP that needs it writes it."""
    position: Position | None
    """None: there is no such position yet."""
    processes: Sequence[str]
    """The names of the SOPs that need it."""


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """The office of today."""

    positions: Sequence[HeldPosition]
    """By code."""
    unheld_lanes: Sequence[UnheldLane]
    """By code."""


def today(tx: Transaction, *, by: Actor) -> Staffing:
    """Return who holds what today. Raises RoleNeeded: neither a supervisor nor an admin."""
    require(by, Role.SUPERVISOR, Role.ADMIN)
    holders = repository.holders_of_today(tx)
    positions = [
        HeldPosition(position=position, holders=holders.get(position.id, ()))
        for position in _positions(tx)
    ]
    return Staffing(positions=positions, unheld_lanes=_unheld(tx, positions))


def _positions(tx: Transaction) -> list[Position]:
    found: list[Position] = []
    page = repository.positions(tx, PageRequest(limit=_AT_ONCE))
    found += page.items
    while page.next_after:
        page = repository.positions(tx, PageRequest(limit=_AT_ONCE, after=page.next_after))
        found += page.items
    return found


def _unheld(tx: Transaction, positions: Sequence[HeldPosition]) -> list[UnheldLane]:
    """Only an active holder can do a task; whoever cannot log in is none."""
    by_code = {one.position.code: one for one in positions}
    unheld = []
    for code, (name, processes) in sorted(_needed(tx).items()):
        known = by_code.get(code)
        if known is None or not any(record.active for record in known.holders):
            position = known.position if known else None
            lane = UnheldLane(code=code, name=name, position=position, processes=processes)
            unheld.append(lane)
    return unheld


def _needed(tx: Transaction) -> Mapping[str, tuple[str, list[str]]]:
    """Return the candidate groups of the steps in force: what a lane calls them, and where."""
    needed: dict[str, tuple[str, list[str]]] = {}
    page = repository.definitions_in_force(tx, PageRequest(limit=_AT_ONCE))
    while True:
        for definition in page.items:
            for code, name in _groups(tx, definition.id).items():
                needed.setdefault(code, (name, []))[1].append(definition.name)
        if not page.next_after:
            return needed
        next_page = PageRequest(limit=_AT_ONCE, after=page.next_after)
        page = repository.definitions_in_force(tx, next_page)


def _groups(tx: Transaction, definition_id: UUID) -> dict[str, str]:
    process = definitions.load(tx, definition_id).process
    return {
        step.candidate_group: step.lane or step.candidate_group
        for step in process.steps
        if step.candidate_group is not None
    }
