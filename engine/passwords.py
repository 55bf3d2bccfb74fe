"""Passwords: Argon2id with the parameters of RFC 9106's low-memory profile."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.errors import Invalid, Said

SHORTEST = 10
LONGEST = 200
_HASHER = PasswordHasher()


class UnusablePassword(Invalid):
    """The password has to have between 10 and 200 characters."""


def digest(password: str) -> str:
    """Return the hash to store.

    Raises:
        UnusablePassword: too short, too long, or of nothing but spaces.
    """
    if not password.strip():
        raise UnusablePassword(fields={"password": Said("must not be empty")})
    if not SHORTEST <= len(password) <= LONGEST:
        raise UnusablePassword(
            fields={
                "password": Said(
                    "{shortest} to {longest} characters", shortest=SHORTEST, longest=LONGEST
                )
            }
        )
    return _HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Return whether the password is the stored one; never for None, in the same time."""
    try:
        _HASHER.verify(stored or _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _hash_of_nobody() -> str:
    """Return what a password is checked against when there is no user: it costs as much."""
    return _HASHER.hash(secrets.token_hex())


def generate() -> str:
    """Return a random password that can be typed: 96 bits."""
    return secrets.token_urlsafe(12)
