"""What is sent, and the error of what could not be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_KEY = re.compile(r"[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)*")
"""No full stop: it would move the borders of what a webhook signs, and it is what `:` becomes in a
Message-ID."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to one person."""

    key: str
    """Of the message, the same at every attempt: `mail:0190…`."""

    to: str = field(repr=False)
    """The bare address, without a name."""

    subject: str = field(repr=False)
    """One line; line breaks and what cannot be printed become spaces."""

    text: str = field(repr=False)
    """The body, plain text."""

    at: datetime
    """When this attempt began, aware; becomes the `Date`, which knows whole seconds."""

    def __post_init__(self) -> None:
        _require_identity(self.key, self.at)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A webhook message."""

    key: str
    """Of the message, the same at every attempt; becomes `webhook-id`."""

    type: str
    """What happened: `task.overdue`."""

    occurred_at: datetime
    """When it happened, aware; the same at every attempt."""

    at: datetime
    """When this attempt began, aware; receivers refuse what is more than minutes old."""

    data: Mapping[str, object] = field(repr=False)
    """JSON values."""

    def __post_init__(self) -> None:
        _require_identity(self.key, self.at, self.occurred_at)


class Undelivered(Exception):
    """The message could not be delivered.

    Its sentence names server and answer code, never a password, an address or the message.
    """

    def __init__(self, message: str, /, *, permanent: bool = False) -> None:
        """`permanent`: the same message would be refused again, so trying again is pointless."""
        super().__init__(message)
        self.permanent = permanent


def _require_identity(key: str, *moments: datetime) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not the key of a message")
    if any(moment.utcoffset() is None for moment in moments):
        raise ValueError("a message needs a moment with a time zone")
