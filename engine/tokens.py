"""Logging in: a password becomes a token that expires; only its hash is stored.

A password is checked in no transaction, so that no connection is held while Argon2 works; and only
after the attempt has been counted, so that no guess escapes the limit.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import passwords, repository
from engine.database import Database, Transaction
from engine.errors import Forbidden, TooManyRequests, Unauthenticated
from engine.model import LoginAttempt, Token, User, new_id
from engine.permissions import Actor, actor_of

ATTEMPT_WINDOW = timedelta(minutes=15)
_ADDRESS_ALLOWANCE = 10
"""Many people share one address: it is allowed as many failures as this many user names."""
_LONGEST = 64
"""Characters of a user name or an address that are counted."""


class WrongCredentials(Unauthenticated):
    """User name or password is wrong."""


class WrongPassword(Forbidden):
    """The present password is wrong."""


class NotLoggedIn(Unauthenticated):
    """The token is missing, unknown, expired or revoked: log in again."""


class TooManyLogins(TooManyRequests):
    """Too many wrong passwords; try again in a quarter of an hour."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """A new token; shown once, stored nowhere."""

    token: str
    expires_at: datetime
    """In the zone of the office."""


def login(
    database: Database,
    username: str,
    password: str,
    *,
    address: str,
    allowed: int,
    lifetime: timedelta,
) -> Login:
    """Return a token for a user name and its password.

    Raises:
        WrongCredentials: unknown, inactive, or a wrong password; never says which.
        TooManyLogins: the name failed `allowed` times, or the address ten times as often.
    """
    username = username.strip().lower()
    user = _checked(database, username, password, address=address, allowed=allowed)
    with database.begin() as tx:
        if user is None or _unchanged(tx, user) is None:
            raise WrongCredentials
        repository.forget_failed_logins(tx, username)
        return _issue(tx, user, lifetime)


def sign_in(database: Database, username: str, password: str, *, address: str, allowed: int) -> str:
    """Return the name of an active user who came with user name and password, without a token.

    For clients that send both with every request. Raises as `login`.
    """
    username = username.strip().lower()
    user = _checked(database, username, password, address=address, allowed=allowed)
    if user is None:
        raise WrongCredentials
    with database.begin() as tx:
        repository.forget_failed_logins(tx, username)
    return user.username


def change_own_password(
    database: Database,
    *,
    present: str,
    new: str,
    by: Actor,
    address: str,
    allowed: int,
    lifetime: timedelta | None = None,
) -> Login | None:
    """Set the actor's password and end all of their logins, also this one.

    Return a new login of that `lifetime`, None without one.

    A wrong `present` counts as a failed login: a stolen token must not serve to guess it.

    Raises:
        WrongPassword: `present` is not the password.
        TooManyLogins: as for `login`.
        UnusablePassword: `new` is too short or too long.
    """
    digest = passwords.digest(new)  # first: one that is too short is not a failed login
    user = _checked(database, by.username, present, address=address, allowed=allowed)
    if user is None:
        raise WrongPassword
    with database.begin() as tx:
        locked = _unchanged(tx, user)
        if locked is None:
            raise WrongPassword
        locked.password_hash = digest
        tx.flush()
        repository.delete_tokens_of(tx, locked.id)
        repository.forget_failed_logins(tx, locked.username)
        return None if lifetime is None else _issue(tx, locked, lifetime)


def _checked(
    database: Database, username: str, password: str, *, address: str, allowed: int
) -> User | None:
    """Return the active user if the password is theirs. Raises TooManyLogins."""
    _count_attempt(database, username[:_LONGEST], address[:_LONGEST], allowed)
    with database.read() as tx:
        user = repository.user_named(tx, username)
    stored = user.password_hash if user is not None and user.active else None
    return user if passwords.matches(password, stored) else None


def _count_attempt(database: Database, username: str, address: str, allowed: int) -> None:
    """Count first and ask after: parallel guesses all see each other.

    An attempt that is refused is not kept, or it would prolong the refusal.
    """
    attempt = LoginAttempt(
        tenant_id=database.tenant_id, id=new_id(), username=username, address=address
    )
    with database.begin() as tx:
        attempt.attempted_at = tx.now
        tx.add(attempt)
    with database.read() as tx:
        by_name, by_address = repository.failed_logins(
            tx, username=username, address=address, since=tx.now - ATTEMPT_WINDOW
        )
    if by_name > allowed or by_address > allowed * _ADDRESS_ALLOWANCE:
        with database.begin() as tx:
            repository.forget_attempt(tx, attempt.id)
        raise TooManyLogins(retry_after_seconds=int(ATTEMPT_WINDOW.total_seconds()))


def _unchanged(tx: Transaction, user: User) -> User | None:
    """Return the user as locked in this transaction, if nothing happened since the check."""
    if user.password_hash is None:
        return None
    return repository.user_unless_changed(tx, user.id, user.password_hash)


def _issue(tx: Transaction, user: User, lifetime: timedelta) -> Login:
    token = secrets.token_urlsafe(32)
    expires_at = tx.now + lifetime
    tx.add(
        Token(
            tenant_id=tx.tenant_id,
            digest=_digest(token),
            user_id=user.id,
            created_at=tx.now,
            expires_at=expires_at,
        )
    )
    return Login(token=token, expires_at=tx.local(expires_at))


def authenticate(tx: Transaction, token: str) -> Actor:
    """Return who is logged in with this token. Raises NotLoggedIn."""
    found = repository.user_of_token(tx, _digest(token))
    if found is None:
        raise NotLoggedIn
    return actor_of(*found)


def logout(tx: Transaction, token: str) -> None:
    """End the login of this token, if there is one."""
    repository.delete_token(tx, _digest(token))


def _digest(token: str) -> bytes:
    """A token is 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()
