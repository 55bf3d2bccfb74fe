"""Users, positions, and who holds which when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, update

from engine.database import Transaction
from engine.errors import NotFound
from engine.failures import NotMigrated
from engine.model import (
    Capacity,
    Holder,
    Position,
    Tenant,
    Token,
    User,
)
from engine.repository.paging import AnyRow, Order, Page, PageRequest, found, one, page_of

Held = Mapping[str, Capacity]
"""The codes of the positions that somebody holds, and as what."""


class UserNotFound(NotFound):
    """There is no such user."""


class PositionNotFound(NotFound):
    """There is no such position."""


class HolderNotFound(NotFound):
    """Nobody holds the position under this id."""


def tenant(tx: Transaction) -> Tenant | None:
    """Return the office of this transaction, if the database knows it."""
    return tx.session.get(Tenant, tx.tenant_id)


def note_probe(tx: Transaction) -> None:
    """Write that this moment can be written. Raises NotMigrated if there is no office."""
    noted = update(Tenant).where(Tenant.id == tx.tenant_id).values(probed_at=tx.now)
    if tx.session.scalar(noted.returning(Tenant.id)) is None:
        raise NotMigrated


def lock_office(tx: Transaction) -> None:
    """Let nobody else who takes this lock change the office before this transaction ends.

    What the session has read before is read again. References to the office stay possible (FOR NO
    KEY UPDATE), so adding people does not wait.
    """
    query = select(Tenant.id).where(Tenant.id == tx.tenant_id)
    tx.session.execute(query.with_for_update(key_share=True))
    tx.session.expire_all()


def user_of_token(tx: Transaction, digest: bytes) -> tuple[User, Held] | None:
    """Return the active user of an unexpired token with the positions held today."""
    query = (
        _user_with_positions(tx)
        .join(Token, and_(Token.tenant_id == User.tenant_id, Token.user_id == User.id))
        .where(Token.digest == digest, Token.expires_at > tx.now, User.active)
    )
    return _with_groups(tx.session.execute(query).all())


def user_with_groups(tx: Transaction, username: str) -> tuple[User, Held] | None:
    """Return the active user of that name with the positions held today."""
    query = _user_with_positions(tx).where(User.username == username, User.active)
    return _with_groups(tx.session.execute(query).all())


def active_user(tx: Transaction, username: str) -> tuple[User, Held]:
    """Return what `user_with_groups` does. Raises UserNotFound."""
    return found(user_with_groups(tx, username), UserNotFound, username=username)


def _user_with_positions(tx: Transaction) -> Select[*tuple[Any, ...]]:
    held = and_(
        Holder.tenant_id == User.tenant_id,
        Holder.user_id == User.id,
        *_held_today(tx),
    )
    position = and_(Position.tenant_id == Holder.tenant_id, Position.id == Holder.position_id)
    return (
        select(User, Position.code, Holder.capacity)
        .outerjoin(Holder, held)
        .outerjoin(Position, position)
        .where(User.tenant_id == tx.tenant_id)
    )


def _held_today(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    open_ended = Holder.held_until.is_(None)
    return Holder.held_from <= tx.today, or_(open_ended, Holder.held_until >= tx.today)


def _with_groups(rows: Sequence[AnyRow]) -> tuple[User, Held] | None:
    """Whoever holds a position in two ways holds it as appointed, if that is one of them."""
    if not rows:
        return None
    held: dict[str, Capacity] = {}
    for _, code, capacity in rows:
        if code is not None and held.get(code) is not Capacity.DEFINITIVE:
            held[code] = capacity
    return rows[0][0], held


def user(tx: Transaction, user_id: UUID) -> User:
    """Return a user. Raises UserNotFound."""
    return one(tx, User, user_id, UserNotFound)


def user_named(tx: Transaction, username: str) -> User | None:
    """Return the user with that name, active or not."""
    query = select(User).where(User.tenant_id == tx.tenant_id, User.username == username)
    return tx.session.scalar(query)


def user_by_name(tx: Transaction, username: str) -> User:
    """Return the user with that name, active or not. Raises UserNotFound."""
    return found(user_named(tx, username), UserNotFound, username=username)


def names_of(tx: Transaction, usernames: Collection[str]) -> dict[str, str]:
    """Return the names of people by their user names; who is not there is left out."""
    if not usernames:
        return {}
    query = select(User.username, User.name).where(
        User.tenant_id == tx.tenant_id, User.username.in_(set(usernames))
    )
    return {row[0]: row[1] for row in tx.session.execute(query)}


def user_unless_changed(tx: Transaction, user_id: UUID, password_hash: str) -> User | None:
    """Return the active user whose password still has this hash; locked, so that it stays so."""
    query = select(User).where(
        User.tenant_id == tx.tenant_id,
        User.id == user_id,
        User.password_hash == password_hash,
        User.active,
    )
    return tx.session.scalar(query.with_for_update(key_share=True))


def users(tx: Transaction, page: PageRequest) -> Page[User]:
    """Return users by name."""
    query = select(User).where(User.tenant_id == tx.tenant_id)
    return page_of(tx, query, page, order=[(User.username, False)])


def active_admins(tx: Transaction) -> list[User]:
    """Return the users who can manage people."""
    query = select(User).where(User.tenant_id == tx.tenant_id, User.active)
    return [row for row in tx.session.scalars(query) if "admin" in row.roles]


def position(tx: Transaction, position_id: UUID) -> Position:
    """Return a position. Raises PositionNotFound."""
    return one(tx, Position, position_id, PositionNotFound)


def position_coded(tx: Transaction, code: str) -> Position | None:
    """Return the position with that code."""
    query = select(Position).where(Position.tenant_id == tx.tenant_id, Position.code == code)
    return tx.session.scalar(query)


def position_by_code(tx: Transaction, code: str) -> Position:
    """Return the position with that code. Raises PositionNotFound."""
    return found(position_coded(tx, code), PositionNotFound, code=code)


def positions(tx: Transaction, page: PageRequest) -> Page[Position]:
    """Return positions by code."""
    query = select(Position).where(Position.tenant_id == tx.tenant_id)
    return page_of(tx, query, page, order=[(Position.code, False)])


def holder(tx: Transaction, position_id: UUID, holder_id: UUID) -> Holder:
    """Return one holding of that position. Raises HolderNotFound."""
    row = one(tx, Holder, holder_id, HolderNotFound)
    if row.position_id != position_id:
        raise HolderNotFound(id=str(holder_id))
    return row


@dataclass(frozen=True)
class HolderRecord:
    """Who holds a position from when to when."""

    holder: Holder
    username: str
    name: str
    active: bool
    """Whether the person can log in."""


_HOLDER_OF = and_(User.tenant_id == Holder.tenant_id, User.id == Holder.user_id)


def holders(tx: Transaction, position_id: UUID, page: PageRequest) -> Page[HolderRecord]:
    """Return who holds or held a position, the latest first."""
    query = (
        select(Holder, User.username, User.name, User.active)
        .join(User, _HOLDER_OF)
        .where(Holder.tenant_id == tx.tenant_id, Holder.position_id == position_id)
    )
    order: Order = [(Holder.held_from, True), (Holder.id, True)]
    return page_of(tx, query, page, order=order, record=lambda row: HolderRecord(*row))


def holders_of_today(tx: Transaction) -> dict[UUID, list[HolderRecord]]:
    """Return who holds what today, by id of the position; whoever is appointed comes first."""
    query = (
        select(Holder, User.username, User.name, User.active)
        .join(User, _HOLDER_OF)
        .where(Holder.tenant_id == tx.tenant_id, *_held_today(tx))
        .order_by(Holder.capacity, Holder.held_from, Holder.id)
    )
    found: dict[UUID, list[HolderRecord]] = {}
    for row in tx.session.execute(query):
        found.setdefault(row[0].position_id, []).append(HolderRecord(*row))
    return found


def holdings_of(tx: Transaction, user_id: UUID) -> list[tuple[Holder, Position]]:
    """Return what a user holds, held or will hold, the latest first; a hundred at most."""
    query = (
        select(Holder, Position)
        .join(
            Position,
            and_(Position.tenant_id == Holder.tenant_id, Position.id == Holder.position_id),
        )
        .where(Holder.tenant_id == tx.tenant_id, Holder.user_id == user_id)
        .order_by(Holder.held_from.desc(), Holder.id.desc())
        .limit(100)
    )
    return [(row[0], row[1]) for row in tx.session.execute(query)]


def holds_beside(tx: Transaction, holder: Holder) -> bool:
    """Return whether the person holds the position so on some of these days already."""
    query = select(Holder.id).where(
        Holder.tenant_id == tx.tenant_id,
        Holder.user_id == holder.user_id,
        Holder.position_id == holder.position_id,
        Holder.capacity == holder.capacity,
        Holder.id != holder.id,
        or_(Holder.held_until.is_(None), Holder.held_until >= holder.held_from),
    )
    if holder.held_until is not None:
        query = query.where(Holder.held_from <= holder.held_until)
    return tx.session.scalar(query.limit(1)) is not None


def position_names(tx: Transaction, codes: Collection[str]) -> dict[str, str]:
    """Return the names of the positions with these codes."""
    if not codes:
        return {}
    query = select(Position.code, Position.name).where(
        Position.tenant_id == tx.tenant_id, Position.code.in_(codes)
    )
    return {row[0]: row[1] for row in tx.session.execute(query)}
