"""Lists are read by keyset: a page starts after the sort key of the last row seen.

So page 1,000 costs what page 1 costs, and a row that comes in between shifts nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Row, Select, String, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from engine.database import Transaction
from engine.errors import Invalid, NotFound
from engine.model import (
    Id,
    UtcDateTime,
)

T = TypeVar("T")
Key = Sequence[str | None]
"""The name of an order and a sort key in it, as text, ready for a cursor."""
AnyRow = Row[*tuple[Any, ...]]
Order = Sequence[tuple[InstrumentedAttribute[Any], bool]]
"""Columns to sort by, and whether downwards; the last one is unique."""


class InvalidCursor(Invalid):
    """This cursor does not belong to this list."""


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """Which part of a list is wanted."""

    limit: int = 50
    after: Key | None = None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some rows of a list."""

    items: Sequence[T]
    next_after: Key | None
    """Where the next page starts; None on the last one."""


FRESH = {"populate_existing": True}
"""For what is read under the lock: rows that the session has seen before it are read again."""


def one(tx: Transaction, table: type[T], row_id: UUID, missing: type[NotFound]) -> T:
    return found(tx.session.get(table, (tx.tenant_id, row_id)), missing, id=str(row_id))


def found(row: T | None, missing: type[NotFound], **details: object) -> T:
    if row is None:
        raise missing(**details)
    return row


def page_of(
    tx: Transaction,
    query: Select[*tuple[Any, ...]],
    page: PageRequest,
    *,
    order: Order,
    record: Callable[[AnyRow], T] = lambda row: row[0],
) -> Page[T]:
    if page.after is not None:
        query = query.where(_beyond(order, _parse(order, page.after)))
    ordered = query.order_by(
        *((column.desc() if down else column.asc()).nulls_last() for column, down in order)
    )
    rows = tx.session.execute(ordered.limit(page.limit + 1)).all()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(
        items=[record(row) for row in shown],
        next_after=_key(order, shown[-1][0]) if more else None,
    )


def _beyond(order: Order, key: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition for rows that sort after `key`; nulls sort last."""
    (column, down), *rest = order
    value, *values = key
    if value is None:
        beyond: ColumnElement[bool] = false()
        equal: ColumnElement[bool] = column.is_(None)
    else:
        beyond = or_(column < value if down else column > value, column.is_(None))
        equal = column == value
    return or_(beyond, and_(equal, _beyond(rest, values))) if rest else beyond


def _key(order: Order, row: object) -> Key:
    values = [getattr(row, column.key) for column, _ in order]
    return [_name(order), *(None if value is None else _text(value) for value in values)]


def _name(order: Order) -> str:
    """Return what tells this order from all others, for example `-tasks.due_at,-tasks.id`."""
    return ",".join(f"{'-' if down else ''}{column}" for column, down in order)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _parse(order: Order, key: Key) -> list[object]:
    """Read a sort key of this very order back from its text. Raises InvalidCursor."""
    name, *key = key or [None]
    if name != _name(order):
        raise InvalidCursor
    try:
        return [
            None if text is None else _PARSERS[type(column.type)](text)
            for (column, _), text in zip(order, key, strict=True)
        ]
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidCursor from error


_LARGEST_INTEGER = 2**31 - 1


def _number(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _LARGEST_INTEGER:
        raise ValueError(f"no column holds {number}")
    return number


_PARSERS: dict[type, Callable[[str], object]] = {
    String: str,
    Integer: _number,
    Id: UUID,
    Date: date.fromisoformat,
    UtcDateTime: lambda text: datetime.fromisoformat(text).astimezone(UTC),  # it may be forged
}
