"""A client that lost the answer to a request gets that answer again, not a conflict.

The answer is stored under the client's key in the transaction of the work itself, so there is
never work without its answer, or an answer without its work. Two requests with one key at the same
time meet at the primary key: the loser rolls back and finds the winner's answer.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from engine import repository
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.model import IdempotencyKey

LIFETIME = timedelta(hours=48)
"""How long a client may come back for an answer."""


class KeyReused(Invalid):
    """This idempotency key belongs to another request."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that must take effect once."""

    user_id: UUID
    key: str
    method: str
    path: str
    body: bytes

    @property
    def fingerprint(self) -> bytes:
        """Return what tells this request from any other: 32 bytes."""
        parts = (self.method.encode(), self.path.encode(), self.body)
        return hashlib.sha256(b"\0".join(parts)).digest()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a client was told."""

    status: int
    body: bytes


def remember(tx: Transaction, request: Request, answer: Answer) -> None:
    """Store the answer; to be called last in the transaction of the work.

    Committing raises AlreadyExists when another request with the key was faster.
    """
    tx.add(
        IdempotencyKey(
            tenant_id=tx.tenant_id,
            user_id=request.user_id,
            key=request.key,
            fingerprint=request.fingerprint,
            status=answer.status,
            body=answer.body,
            created_at=tx.now,
        )
    )


def recall(tx: Transaction, request: Request) -> Answer | None:
    """Return the answer stored for this request, if it took effect before.

    Raises:
        KeyReused: the key was used for a different request.
    """
    stored = repository.idempotency_key(tx, request.user_id, request.key)
    if stored is None:
        return None
    if stored.fingerprint != request.fingerprint:
        raise KeyReused(fields={"Idempotency-Key": Said("used for a different request")})
    return Answer(status=stored.status, body=stored.body)
