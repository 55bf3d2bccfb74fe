"""A demo office: people for every lane of the SOPs, and cases of which some are overdue.

Everything happens through the use-cases of the engine, on a clock that stands in the past. Whatever
is there already is left alone, so an interrupted run is completed by the next, and the run after
that changes nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson

from engine import definitions, instances, passwords, people, repository, tasks
from engine.bpmn.reader import read
from engine.bpmn.sop import Process, read_process
from engine.config import ROOT, Settings
from engine.database import Database, Transaction
from engine.durations import Duration
from engine.model import Capacity, Role, TaskState
from engine.permissions import SYSTEM
from engine.repository import InstanceFilter, PageRequest

_KEY = "evaluasi-internal-capaian-kinerja"
_HOLDERS = {
    "kepala.badan": "kepala-badan",
    "sekretaris": "sekretaris",
    "kasubag": "kasubag-perencanaan-dan-pelaporan",
    "staf": "staf",
}
"""Who holds which position."""
_HOLDER_OF = {code: username for username, code in _HOLDERS.items()}
_OFFICERS = {
    "supervisor": [Role.SUPERVISOR],
    "pemilik.proses": [Role.PROCESS_OWNER, Role.SUPERVISOR],  # deploys and starts from a modeler
    "admin": [Role.ADMIN],
}
_FOUNDED = timedelta(days=60)
"""So long ago the demo office began."""


@dataclass(frozen=True, kw_only=True)
class _Play:
    """A case, and how its first steps went."""

    business_key: str
    began: timedelta
    """So long ago; steps that would lie ahead are done now."""
    steps: Sequence[tuple[str, Mapping[str, object]]]
    """Of each completed step: the working time it took, and its form."""


def _in(*durations: str) -> list[tuple[str, Mapping[str, object]]]:
    return [(duration, {}) for duration in durations]


_PLAYS = (
    _Play(
        business_key="LAKIP triwulan I",
        began=timedelta(days=55),
        steps=_in("PT5M", "PT1H", "PT40M", "PT5H", "PT3H", "P1D", "PT6H", "PT30M", "PT5M", "PT45M"),
    ),
    _Play(
        business_key="LAKIP triwulan II",
        began=timedelta(days=45),
        steps=[
            *_in("PT5M", "PT2H", "PT1H", "PT2H", "PT4H", "P1D"),
            ("PT7H", {"perlu_perbaikan": True}),
        ],
    ),
    _Play(
        business_key="LAKIP triwulan III",
        began=timedelta(days=30),
        steps=_in("PT10M", "PT90M", "PT1H"),
    ),
    _Play(business_key="LAKIP triwulan IV", began=timedelta(), steps=_in(*["PT1M"] * 5)),
)
"""One finished with a late step, one sent back, one stuck, one in time."""


@dataclass
class _StandingClock:
    """Stands where it is put."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


def found(settings: Settings, *, now: datetime, logins: Path) -> Iterator[str]:
    """Set up what is missing of the demo office, and yield what there is to tell about it.

    `logins` gets the passwords as {user: password}, mode 600. An office that has people of its own
    is left alone.
    """
    clock = _StandingClock(now - _FOUNDED)
    database = Database(settings, clock=clock)
    try:
        if _belongs_to_others(database):
            yield "This office has people of its own; the demo leaves it alone."
            return
        processes = _deploy(database)
        yield from _appoint(database, processes, logins)
        if any(process.key == _KEY for process in processes):
            for play in _PLAYS:
                _play(database, clock, play, now)
    finally:
        database.dispose()
    yield "The demo office is ready."


def _belongs_to_others(database: Database) -> bool:
    with database.read() as tx:
        known = repository.users(tx, PageRequest()).items
    names = {user.username for user in known}
    return bool(names) and not names.issuperset({*_HOLDERS, *_OFFICERS})


def _deploy(database: Database) -> list[Process]:
    """Deploy the diagrams whose key is new, and return what all of them say.

    A key that is known stays as its owner has left it.
    """
    processes = []
    for file in sorted((ROOT / "processes").glob("*.bpmn")):
        source = file.read_bytes()
        process = read_process(read(source))
        with database.begin() as tx:
            if repository.latest_definition(tx, process.key) is None:
                definitions.deploy(tx, source, by=SYSTEM)
        processes.append(process)
    return processes


def _appoint(database: Database, processes: Sequence[Process], logins: Path) -> Iterator[str]:
    """Create people and positions in one transaction; yield who can log in, and how."""
    with database.read() as tx:
        if repository.users(tx, PageRequest(limit=1)).items:
            yield f"The passwords of the demo office are in {logins}."
            return
    known = _passwords(logins)
    with database.begin() as tx:
        _create_positions(tx, processes)
        for username, password in known.items():
            _create_user(tx, username, password)
    yield f"Logins of the demo office, kept in {logins}:"
    yield from (f"  {username:<16}{password}" for username, password in known.items())


def _passwords(logins: Path) -> dict[str, str]:
    """Return the passwords in the file; they are kept before they are used, or nobody knew them."""
    if logins.exists():
        return dict(orjson.loads(logins.read_bytes()))
    made = {username: passwords.generate() for username in (*_HOLDERS, *_OFFICERS)}
    logins.parent.mkdir(parents=True, exist_ok=True)
    new = logins.with_name(f".{logins.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(made, option=orjson.OPT_INDENT_2))
    new.replace(logins)
    return made


def _create_positions(tx: Transaction, processes: Sequence[Process]) -> None:
    lanes = (lane for process in processes for lane in process.lanes)
    names = {lane.candidate_group: lane.name for lane in lanes if lane.candidate_group}
    for code, name in names.items():
        if repository.position_coded(tx, code) is None:
            people.create_position(tx, code=code, name=name, by=SYSTEM)


def _create_user(tx: Transaction, username: str, password: str) -> None:
    roles = _OFFICERS.get(username, [Role.ACTOR])
    user = people.create_user(
        tx,
        username=username,
        name=username.replace(".", " ").title(),
        roles=roles,
        password=password,
        by=SYSTEM,
    )
    position = repository.position_coded(tx, _HOLDERS.get(username, ""))
    if position is not None:
        people.appoint(
            tx,
            position.id,
            user_id=user.id,
            held_from=tx.today,
            held_until=None,
            capacity=Capacity.DEFINITIVE,
            decree=None,
            by=SYSTEM,
        )


def _play(database: Database, clock: _StandingClock, play: _Play, now: datetime) -> None:
    """Start the case if it is missing, and complete the steps that it has not reached yet."""
    with database.read() as tx:
        calendar = tx.calendars.default
    clock.moment = max(now - play.began, _in_force_since(database))
    case = _started(database, play.business_key)
    for number, (duration, variables) in enumerate(play.steps):
        clock.moment = min(calendar.due(clock.moment, Duration.parse(duration)), now)
        _complete(database, case, number, variables)


def _in_force_since(database: Database) -> datetime:
    """Return when the first version of the SOP took effect; somebody may just have deployed it."""
    with database.read() as tx:
        return repository.versions(tx, _KEY)[-1].effective_from


def _started(database: Database, business_key: str) -> UUID:
    """Return the case with that business key, started now if it is new."""
    with database.begin() as tx:
        wanted = InstanceFilter(process_definition_key=_KEY, business_key=business_key)
        for record in instances.find(tx, wanted, by=SYSTEM, page=PageRequest(limit=1)).items:
            return record.instance.id
        by = people.acting(tx, "supervisor")
        return instances.start(tx, _KEY, business_key=business_key, variables={}, by=by).id


def _complete(database: Database, case: UUID, number: int, variables: Mapping[str, object]) -> None:
    """Complete the open task of a case unless its step `number` (from 0) is done already."""
    with database.begin() as tx:
        *done, last = repository.tasks_of(tx, case)
        if len(done) == number and last.state is TaskState.OPEN:
            holder = people.acting(tx, _HOLDER_OF[last.candidate_group or ""])
            tasks.complete(tx, last.id, by=holder, variables=variables)
