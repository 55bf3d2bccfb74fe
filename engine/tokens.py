"""Logging in: a password becomes a token that expires; only its hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import passwords, repository
from engine.database import Database, Transaction
from engine.errors import TooManyRequests, Unauthenticated
from engine.model import LoginAttempt, Token, User, new_id
from engine.permissions import Actor, actor_of

ATTEMPT_WINDOW = timedelta(minutes=15)
_ADDRESS_ALLOWANCE = 10
"""Many people share one address: it is allowed as many failures as this many user names."""


class WrongCredentials(Unauthenticated):
    """User name or password is wrong."""


class NotLoggedIn(Unauthenticated):
    """The token is missing, unknown, expired or revoked: log in again."""


class TooManyLogins(TooManyRequests):
    """Too many failed logins; try again in a quarter of an hour."""


@dataclass(frozen=True, kw_only=True)
class Login:
    """A new token; shown once, stored nowhere."""

    token: str
    expires_at: datetime


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

    Works in two short transactions of its own: the attempt is counted before the password is
    checked, so that neither a wrong password nor parallel guessing escapes the count, and no
    connection is held while Argon2 works.

    Raises:
        WrongCredentials: unknown, inactive, or a wrong password; never says which.
        TooManyLogins: the name failed `allowed` times, or the address ten times as often.
    """
    username = username.strip().lower()
    with database.begin() as tx:
        _count_attempt(tx, username, address, allowed)
        user = repository.user_named(tx, username)
    stored = user.password_hash if user is not None and user.active else None
    if not passwords.matches(password, stored) or user is None:
        raise WrongCredentials
    with database.begin() as tx:
        repository.forget_failed_logins(tx, username)
        return _issue(tx, user, lifetime)


def _count_attempt(tx: Transaction, username: str, address: str, allowed: int) -> None:
    by_name, by_address = repository.failed_logins(
        tx, username=username, address=address, since=tx.now - ATTEMPT_WINDOW
    )
    if by_name >= allowed or by_address >= allowed * _ADDRESS_ALLOWANCE:
        raise TooManyLogins(retry_after_seconds=int(ATTEMPT_WINDOW.total_seconds()))
    tx.add(
        LoginAttempt(
            tenant_id=tx.tenant_id,
            id=new_id(),
            username=username[:64],
            address=address[:64],
            attempted_at=tx.now,
        )
    )


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
    return Login(token=token, expires_at=expires_at)


def authenticate(tx: Transaction, token: str) -> Actor:
    """Return who is logged in with this token. Raises NotLoggedIn."""
    found = repository.user_of_token(tx, _digest(token))
    if found is None:
        raise NotLoggedIn
    return actor_of(*found)


def logout(tx: Transaction, token: str) -> None:
    """End the login of this token."""
    repository.delete_token(tx, _digest(token))


def _digest(token: str) -> bytes:
    """A token is 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()
