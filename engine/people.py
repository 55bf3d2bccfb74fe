"""The people of an office: users, positions, and who holds which from when to when."""

import re
from collections.abc import Collection
from datetime import date
from uuid import UUID

from engine import passwords, repository
from engine.channels import address
from engine.database import Transaction
from engine.errors import Conflict, Invalid, Said
from engine.model import Capacity, Holder, Position, Role, Rung, User, new_id
from engine.permissions import Actor, actor_of, require
from engine.repository import HolderRecord, Page, PageRequest

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
RESERVED = frozenset({"system", "me"})
"""Names that mean something else: the engine itself, and whoever asks."""
LONGEST = 200
"""Characters of a name, a code, or the number of a decree; a database may refuse more."""


class InvalidPerson(Invalid):
    """Some fields are not valid."""


class LastAdmin(Conflict):
    """The office needs at least one active admin."""


def acting(tx: Transaction, username: str) -> Actor:
    """Return the actor for a command run `--as` somebody. Raises UserNotFound."""
    return actor_of(*repository.active_user(tx, username))


def find_users(tx: Transaction, *, by: Actor, page: PageRequest) -> Page[User]:
    """Return the users by user name. Raises RoleNeeded: neither a supervisor nor an admin."""
    require(by, Role.SUPERVISOR, Role.ADMIN)
    return repository.users(tx, page)


def create_user(
    tx: Transaction,
    *,
    username: str,
    name: str,
    roles: Collection[Role],
    password: str | None,
    by: Actor,
    email: str | None = None,
) -> User:
    """Return a new active user; without a password nobody can log in as them yet.

    Raises:
        RoleNeeded: not an admin.
        InvalidPerson, UnusablePassword: a field is not valid.
        AlreadyExists: on commit, the user name is taken.
    """
    require(by, Role.ADMIN)
    if not _USERNAME.fullmatch(username) or username in RESERVED:
        sentence = Said(
            "2 to 64 characters: a-z, 0-9, dot, hyphen, underscore; begins with a-z or 0-9"
        )
        raise InvalidPerson(fields={"username": sentence})
    user = User(
        tenant_id=tx.tenant_id,
        id=new_id(),
        username=username,
        name=_one_line("name", name),
        roles=sorted(roles),
        password_hash=None if password is None else passwords.digest(password),
        active=True,
        created_at=tx.now,
        email=None if email is None else _address(email),
    )
    tx.add(user)
    tx.flush()
    return user


def change_user(
    tx: Transaction,
    user_id: UUID,
    *,
    by: Actor,
    name: str | None = None,
    roles: Collection[Role] | None = None,
    active: bool | None = None,
    password: str | None = None,
    email: str | None = None,
) -> User:
    """Return the user after changing what is given; deactivation and a new password end logins.

    An empty `email` removes the address.

    Raises:
        RoleNeeded: not an admin.
        UserNotFound, InvalidPerson, UnusablePassword: as they say.
        LastAdmin: nobody would be left to manage people.
    """
    require(by, Role.ADMIN)
    if roles is not None or active is not None:
        repository.lock_office(tx)  # or two admins could demote each other at once
    user = repository.user(tx, user_id)
    managed_people = _manages_people(user)
    if name is not None:
        user.name = _one_line("name", name)
    if roles is not None:
        user.roles = sorted(roles)
    if active is not None:
        user.active = active
    if password is not None:
        user.password_hash = passwords.digest(password)
    if email is not None:
        user.email = _address(email) if email else None
    tx.flush()
    if active is False or password is not None:
        repository.delete_tokens_of(tx, user.id)
    if password is not None:
        repository.forget_failed_logins(tx, user.username)
    if managed_people and not _manages_people(user) and not repository.active_admins(tx):
        raise LastAdmin
    return user


def change_preferences(
    tx: Transaction,
    *,
    by: Actor,
    email: str | None = None,
    mail_rungs: Collection[Rung] | None = None,
) -> User:
    """Return the actor's own user after changing where and of what mails are wanted.

    An empty `email` removes the address.

    Raises:
        UserNotFound: the system itself has no preferences.
        InvalidPerson: the address cannot be one.
    """
    user = repository.user_by_name(tx, by.username)
    if email is not None:
        user.email = _address(email) if email else None
    if mail_rungs is not None:
        user.mail_rungs = [rung.value for rung in Rung if rung in mail_rungs]
    return user


def _manages_people(user: User) -> bool:
    return user.active and Role.ADMIN in user.roles


def get_user(tx: Transaction, user_id: UUID, *, by: Actor) -> User:
    """Return a user. Raises RoleNeeded (neither a supervisor nor an admin), UserNotFound."""
    require(by, Role.SUPERVISOR, Role.ADMIN)
    return repository.user(tx, user_id)


def holdings(tx: Transaction, user_id: UUID, *, by: Actor) -> list[tuple[Holder, Position]]:
    """Return what a user holds, held or will hold, as `repository.holdings_of`.

    Raises as `get_user`.
    """
    get_user(tx, user_id, by=by)
    return repository.holdings_of(tx, user_id)


def get_position(tx: Transaction, position_id: UUID, *, by: Actor) -> Position:
    """Return a position. Raises RoleNeeded (not a supervisor or an admin), PositionNotFound."""
    require(by, Role.SUPERVISOR, Role.ADMIN)
    return repository.position(tx, position_id)


def create_position(tx: Transaction, *, code: str, name: str, by: Actor) -> Position:
    """Return a new position; its code is what diagrams write as candidate group.

    Raises:
        RoleNeeded: not an admin.
        InvalidPerson: a field is empty or too long.
        AlreadyExists: a position with this code exists.
    """
    require(by, Role.ADMIN)
    position = Position(
        tenant_id=tx.tenant_id,
        id=new_id(),
        code=_one_line("code", code),
        name=_one_line("name", name),
    )
    tx.add(position)
    tx.flush()
    return position


def rename_position(tx: Transaction, position_id: UUID, *, name: str, by: Actor) -> Position:
    """Return the position with its new name; the code stays, since diagrams and tasks name it.

    Raises:
        RoleNeeded, PositionNotFound, InvalidPerson: as they say.
    """
    require(by, Role.ADMIN)
    position = repository.position(tx, position_id)
    position.name = _one_line("name", name)
    return position


def find_holders(
    tx: Transaction, position_id: UUID, *, by: Actor, page: PageRequest
) -> Page[HolderRecord]:
    """Return who holds or held a position, the latest first.

    Raises:
        RoleNeeded: neither a supervisor nor an admin.
        PositionNotFound: there is none.
    """
    require(by, Role.SUPERVISOR, Role.ADMIN)
    return repository.holders(tx, repository.position(tx, position_id).id, page)


def appoint(
    tx: Transaction,
    position_id: UUID,
    *,
    user_id: UUID,
    held_from: date,
    held_until: date | None,
    capacity: Capacity,
    decree: str | None,
    by: Actor,
) -> Holder:
    """Return the holding: from now on the person sees and does the tasks of the position.

    Raises:
        RoleNeeded, PositionNotFound, UserNotFound: as they say.
        InvalidPerson: it would end before it begins, or the decree is too long, or the person
            holds the position in this capacity on some of these days already.
    """
    require(by, Role.ADMIN)
    _require_length("decree", decree or "")
    holder = Holder(
        tenant_id=tx.tenant_id,
        id=new_id(),
        position_id=repository.position(tx, position_id).id,
        user_id=repository.user(tx, user_id).id,
        capacity=capacity,
        decree=decree,
        held_from=held_from,
        held_until=held_until,
    )
    _require_days(tx, holder)
    tx.add(holder)
    return holder


def change_holder(
    tx: Transaction,
    position_id: UUID,
    holder_id: UUID,
    *,
    held_until: date | None,
    by: Actor,
    held_from: date | None = None,
    capacity: Capacity | None = None,
    decree: str | None = None,
) -> Holder:
    """Return the holding with its new last day, None until further notice, and what is corrected.

    What else is None stays; an empty `decree` removes its number. What was done in the meantime
    stays in the history as it was.

    Raises:
        RoleNeeded, HolderNotFound: as they say.
        InvalidPerson: it would end before it begins, or the decree is too long, or the person
            holds the position in this capacity on some of these days already.
    """
    require(by, Role.ADMIN)
    _require_length("decree", decree or "")
    holder = repository.holder(tx, position_id, holder_id)
    holder.held_until = held_until
    holder.held_from = held_from or holder.held_from
    holder.capacity = capacity or holder.capacity
    holder.decree = holder.decree if decree is None else decree or None
    _require_days(tx, holder)
    return holder


def _require_days(tx: Transaction, holder: Holder) -> None:
    if holder.held_until is not None and holder.held_until < holder.held_from:
        raise InvalidPerson(fields={"held_until": Said("lies before held_from")})
    if repository.holds_beside(tx, holder):
        sentence = Said("This person holds the position already on some of these days.")
        raise InvalidPerson(fields={"held_from": sentence})


def _address(email: str) -> str:
    """Return the address as it is. Raises InvalidPerson: no mail can be sent there."""
    try:
        address(email)
    except ValueError as error:
        sentence = Said("an address like nama@kantor.go.id is needed")
        raise InvalidPerson(fields={"email": sentence}) from error
    return email


def _one_line(field: str, text: str) -> str:
    """Return the text without line breaks. Raises InvalidPerson: empty or too long."""
    cleaned = " ".join(text.split())
    if not cleaned:
        raise InvalidPerson(fields={field: Said("must not be empty")})
    _require_length(field, cleaned)
    return cleaned


def _require_length(field: str, text: str) -> None:
    if len(text) > LONGEST:
        raise InvalidPerson(fields={field: Said("at most {longest} characters", longest=LONGEST)})
