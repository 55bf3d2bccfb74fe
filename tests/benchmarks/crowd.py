"""100,000 cases that wait: the rows of one real case, copied.

Copies differ in their ids and moments; each is due at a moment of its own, in a month at the
earliest. The process state is that of the first, ids and all, so the copies could not fire.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, select, text

from engine.database import Transaction
from engine.model import Base, HistoryEvent, Job, ProcessInstance, Task, new_id
from tests.office import Office

WAITING = 100_000
_LATEST, _SPREAD = timedelta(days=365), timedelta(days=335)
_BATCH = 5_000
_TABLES: Sequence[type[Base]] = (ProcessInstance, Task, Job, HistoryEvent)
_Row = dict[str, Any]


def gather(office: Office) -> None:
    """Fill the tables of an office that has no case yet."""
    now = office.clock.now
    office.clock.now += _LATEST
    office.start()
    office.clock.now = now
    with office.database.read() as tx:
        pattern = {table: _rows(tx, table) for table in _TABLES}
    own = _own_ids(pattern)
    for first in range(0, WAITING, _BATCH):
        copies = [
            ({each: new_id() for each in own}, _SPREAD * number / WAITING)
            for number in range(first, first + _BATCH)
        ]
        with office.database.begin() as tx:
            for table, rows in pattern.items():
                copied = [_copy(row, ids, back) for ids, back in copies for row in rows]
                tx.session.connection().execute(inspect(table).local_table.insert(), copied)  # type: ignore[attr-defined]  # a table
    _analyze(office)


def _rows(tx: Transaction, table: type[Base]) -> list[_Row]:
    columns = inspect(table).columns
    return [
        {column.name: getattr(row, column.key) for column in columns}
        for row in tx.session.scalars(select(table))
    ]


def _own_ids(pattern: Mapping[type[Base], Sequence[_Row]]) -> list[UUID]:
    """Return the ids that belong to the case itself, in the order in which they were made."""
    keys = {UUID(row["key"].partition(":")[2]) for row in pattern[Job]}
    return sorted(
        keys.union(row["id"] for table in pattern if table is not Job for row in pattern[table])
    )


def _copy(row: _Row, ids: Mapping[UUID, UUID], back: timedelta) -> _Row:
    copied: _Row = {name: _changed(value, ids, back) for name, value in row.items()}
    if "key" in row:
        kind, _, owner = row["key"].partition(":")
        copied["key"] = f"{kind}:{ids[UUID(owner)]}"
    if "reckoning" in row:
        copied["reckoning"] = {**row["reckoning"], "start": copied["created_at"].isoformat()}
    return copied


def _changed(value: object, ids: Mapping[UUID, UUID], back: timedelta) -> object:
    match value:
        case datetime():
            return value - back
        case UUID():
            return ids.get(value, value)
    return value


def _analyze(office: Office) -> None:
    """Let PostgreSQL know what is in the tables, as autovacuum would a minute later."""
    if office.database.engine.dialect.name == "postgresql":
        with office.database.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
