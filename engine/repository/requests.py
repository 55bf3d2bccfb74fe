"""Logins, failed logins, and the answers kept for clients that lost them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from engine.database import Transaction
from engine.model import (
    IdempotencyKey,
    LoginAttempt,
    Token,
)


def delete_tokens_of(tx: Transaction, user_id: UUID) -> None:
    """End all logins of a user."""
    tx.session.execute(
        delete(Token).where(Token.tenant_id == tx.tenant_id, Token.user_id == user_id)
    )


def delete_token(tx: Transaction, digest: bytes) -> None:
    """End one login."""
    tx.session.execute(delete(Token).where(Token.tenant_id == tx.tenant_id, Token.digest == digest))


def failed_logins(
    tx: Transaction, *, username: str, address: str, since: datetime
) -> tuple[int, int]:
    """Return how many logins failed since then: for the user name, and from the address."""
    by_name, by_address = (
        select(func.count())
        .select_from(LoginAttempt)
        .where(
            LoginAttempt.tenant_id == tx.tenant_id,
            column == value,
            LoginAttempt.attempted_at > since,
        )
        .scalar_subquery()
        for column, value in ((LoginAttempt.username, username), (LoginAttempt.address, address))
    )
    name_count, address_count = tx.session.execute(select(by_name, by_address)).one()
    return name_count, address_count


def forget_attempt(tx: Transaction, attempt_id: UUID) -> None:
    """Remove one counted login."""
    tx.session.execute(
        delete(LoginAttempt).where(
            LoginAttempt.tenant_id == tx.tenant_id, LoginAttempt.id == attempt_id
        )
    )


def forget_failed_logins(tx: Transaction, username: str) -> None:
    """Remove the failed logins of a user name."""
    tx.session.execute(
        delete(LoginAttempt).where(
            LoginAttempt.tenant_id == tx.tenant_id, LoginAttempt.username == username
        )
    )


def idempotency_key(tx: Transaction, user_id: UUID, key: str) -> IdempotencyKey | None:
    """Return the answer stored under a client's key."""
    return tx.session.get(IdempotencyKey, (tx.tenant_id, user_id, key))


def delete_stale(tx: Transaction, *, keys_before: datetime, attempts_before: datetime) -> None:
    """Remove what nobody needs any more: old answers, expired logins, old failed logins."""
    for table, condition in (
        (IdempotencyKey, IdempotencyKey.created_at < keys_before),
        (Token, Token.expires_at < tx.now),
        (LoginAttempt, LoginAttempt.attempted_at < attempts_before),
    ):
        tx.session.execute(delete(table).where(table.tenant_id == tx.tenant_id, condition))
