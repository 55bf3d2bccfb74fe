"""Revisions of the office's calendars: what deadlines are counted by, and what a change moves.

A calendar never changes silently. The file of the office and the national days known to the
package `holidays` become a revision when somebody applies them; then every open deadline is
counted again, case by case, each move an entry of its history.
"""

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine import cases, definitions, repository, rescheduling
from engine.almanac import NoCalendar
from engine.calendars import Calendars, digest, file_of, resolve, restore
from engine.database import Database, Transaction
from engine.deadlines import calendars_of_timers, reckoning_of
from engine.errors import Conflict, Unavailable, without_case_data
from engine.model import CalendarRevision, Role, Tenant
from engine.permissions import SYSTEM, Actor, require

log = logging.getLogger(__name__)


class CalendarInUse(Conflict):
    """A calendar that a diagram names cannot be left out."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """An open deadline that a new revision would move."""

    task_id: UUID
    instance_id: UUID
    business_key: str
    step: str
    due_at: datetime
    """By the revision in force."""
    moved_to: datetime


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What applying calendars would do."""

    changed: bool
    """Whether they differ at all from those in force."""
    open_deadlines: int
    moves: Sequence[Move]
    """The earliest deadline first."""


def found_office(tx: Transaction, calendar_file: str) -> None:
    """Make sure that the office of this installation exists and has a calendar.

    Raises InvalidCalendar.
    """
    if repository.tenant(tx) is None:
        tx.add(Tenant(id=tx.tenant_id, created_at=tx.now))
        tx.flush()
    if repository.latest_revision(tx) is None:
        _add(tx, resolve(calendar_file, around=tx.now.year), number=1, by=SYSTEM)


def preview(tx: Transaction, calendar_file: str | None, *, by: Actor) -> Preview:
    """Return what applying this file would move; None: the file in force, as known today.

    Raises RoleNeeded, InvalidCalendar, CalendarInUse.
    """
    require(by, Role.ADMIN)
    newest = _newest(tx)
    document = _resolved(tx, newest, calendar_file)
    _require_names(tx, restore(document))
    moves = list(_moves(tx, restore(document)))
    return Preview(
        changed=digest(document) != newest.digest,
        open_deadlines=repository.count_open_deadlines(tx),
        moves=sorted(moves, key=lambda move: (move.due_at, move.task_id)),
    )


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What applying calendars has done."""

    revision: CalendarRevision
    """In force from now on."""
    created: bool
    """False: these calendars were in force already, so nothing has changed."""
    moved: int
    """Open deadlines that have moved."""


def apply(database: Database, calendar_file: str | None, *, by: Actor) -> Applied:
    """Return the revision that is in force from now on, after counting open deadlines by it.

    A crash in between leaves deadlines that the worker counts later.

    Raises:
        RoleNeeded, InvalidCalendar, CalendarInUse: as they say.
        AlreadyExists: somebody else applies a calendar at this moment.
    """
    require(by, Role.ADMIN)
    with database.begin() as tx:
        newest = _newest(tx)
        document = _resolved(tx, newest, calendar_file)
        _require_names(tx, restore(document))
        created = digest(document) != newest.digest
        if created:
            newest = _add(tx, document, number=newest.number + 1, by=by)
    return Applied(revision=newest, created=created, moved=recount_stale(database))


def recount_stale(database: Database, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Count again what was counted by an older revision; return how many deadlines have moved.

    Each case in a transaction of its own. A case that somebody else is at, or that cannot be
    counted, is left for later; the latter is logged.
    """
    with database.read() as tx:
        stale = list(repository.instances_counted_before(tx, tx.in_force.revision))
    random.shuffle(stale)  # so that workers side by side rarely want the same one
    return sum(_recount(database, instance_id) for instance_id in stale if not stopping())


def _recount(database: Database, instance_id: UUID) -> int:
    try:
        with database.begin() as tx:
            instance = repository.lock_idle_instance(tx, instance_id)
            return rescheduling.recount(tx, cases.locked(tx, instance)) if instance else 0
    except Unavailable:
        raise  # not the case's fault
    except Exception as error:  # noqa: BLE001 — one sick case must not hold up all others
        what, ids = without_case_data(error), {"process_instance_id": str(instance_id)}
        log.error("deadlines were not counted again: %s", what, extra=ids)  # noqa: TRY400 — its message may hold case data
        return 0


def is_in_force(tx: Transaction, calendar_file: str) -> bool:
    """Return whether deadlines are counted by this very file. Raises NoCalendar."""
    return file_of(_newest(tx).document) == calendar_file


def _newest(tx: Transaction) -> CalendarRevision:
    newest = repository.latest_revision(tx)
    if newest is None:
        raise NoCalendar
    return newest


def _resolved(
    tx: Transaction, newest: CalendarRevision, calendar_file: str | None
) -> dict[str, Any]:
    text = file_of(newest.document) if calendar_file is None else calendar_file
    return resolve(text, around=tx.now.year)


def _add(tx: Transaction, document: dict[str, Any], *, number: int, by: Actor) -> CalendarRevision:
    revision = CalendarRevision(
        tenant_id=tx.tenant_id,
        number=number,
        digest=digest(document),
        document=document,
        holidays=str(document["holidays"]),
        created_at=tx.now,
        created_by=by.username,
    )
    tx.add(revision)
    tx.flush()
    return revision


def _require_names(tx: Transaction, calendars: Calendars) -> None:
    """Raise CalendarInUse if a diagram names a calendar that there would not be any more."""
    for definition in repository.running_definitions(tx):
        process = definitions.load(tx, definition.id).process
        named = {name for name in calendars_of_timers(process).values() if name is not None}
        missing = sorted(named - calendars.keys())
        if missing:
            raise CalendarInUse(calendars=missing, process_definition_key=definition.key)


def _moves(tx: Transaction, calendars: Calendars) -> Iterator[Move]:
    """Yield the open deadlines that would fall on another moment by these calendars."""
    for task, business_key, definition_id in repository.open_deadlines(tx):
        step = definitions.load(tx, definition_id).steps[task.element_id]
        reckoning = reckoning_of(tx, task, step)
        named = calendars[task.calendar] if task.calendar else calendars.default
        moved_to = reckoning.count(named, at_risk_after=tx.ladder.at_risk.after).due_at
        if task.due_at is not None and moved_to != task.due_at:
            yield Move(
                task_id=task.id,
                instance_id=task.instance_id,
                business_key=business_key,
                step=task.name,
                due_at=task.due_at,
                moved_to=moved_to,
            )
