"""What people do with a task: decided by its id and the seed alone, so that whoever asks knows it.

Two people of one position plan the same for the same task, and so get into each other's way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from tests.chaos.diagram import STEPS

_NEVER, _VERY_LATE, _LATE, _RACING = 0.03, 0.06, 0.28, 0.55
"""Shares of the tasks, each counted from 0; the rest is done soon."""
_AROUND_THE_DEADLINE = (-0.08, 0.06)
"""Seconds; the request is on its way when the timer is due."""
_CLAIMED, _SENT_BACK, _CANCELLED, _GIVEN_UP = 0.1, 0.15, 0.06, 0.1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When to complete a task, and how."""

    at: datetime | None
    """None: never; it stays open until the audit."""
    claimed: bool
    """Whether to claim it first."""
    sent_back: bool
    """What to decide, at the step that decides."""


def plan(
    seed: int,
    task_id: UUID,
    element_id: str,
    *,
    created_at: datetime,
    due_at: datetime,
    patience: timedelta,
) -> Plan:
    """Return what is to be done with a task; what is done very late waits for `patience` beyond."""
    random = _random(seed, task_id)
    return Plan(
        at=_moment(random, element_id, created_at=created_at, due_at=due_at, patience=patience),
        claimed=random.random() < _CLAIMED,
        sent_back=random.random() < _SENT_BACK,
    )


def _moment(
    random: Random,
    element_id: str,
    *,
    created_at: datetime,
    due_at: datetime,
    patience: timedelta,
) -> datetime | None:
    standard = STEPS[element_id].standard
    kind = random.random()
    if kind < _NEVER:
        return None
    if standard > timedelta(minutes=1) or kind >= _RACING:
        return created_at + timedelta(seconds=random.uniform(0, 1))
    if kind < _VERY_LATE:
        return due_at + patience * random.uniform(1.2, 1.6)
    if kind < _LATE:
        return due_at + standard * random.uniform(0.05, 1.3)
    return due_at + timedelta(seconds=random.uniform(*_AROUND_THE_DEADLINE))


def stays_open(seed: int, task_id: UUID) -> bool:
    """Return whether nobody plans to complete a task."""
    return _random(seed, task_id).random() < _NEVER


def cancelled_after(seed: int, business_key: str) -> float | None:
    """Return after how many seconds a case is cancelled; None: it is not."""
    random = _random(seed, business_key)
    return random.uniform(0, 12) if random.random() < _CANCELLED else None


def gives_up(seed: int, key: str) -> bool:
    """Return whether a client does not wait for the first answer to a request, and asks again."""
    return _random(seed, key).random() < _GIVEN_UP


def _random(seed: int, about: object) -> Random:
    return Random(f"{seed} {about}")  # noqa: S311 — a plan, no secret
