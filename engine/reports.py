"""Reports: what is overdue, by SOP, step and actor."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine import repository
from engine.database import Transaction
from engine.deadlines import minutes_late
from engine.model import Role
from engine.permissions import Actor, require
from engine.repository import OverdueGroup


@dataclass(frozen=True, kw_only=True)
class OverdueCount:
    """How many tasks of something are overdue, and by how much the worst."""

    key: str
    """Process key, element id or position code."""
    name: str
    count: int
    worst_minutes: int
    """Working minutes."""


@dataclass(frozen=True, kw_only=True)
class OverdueReport:
    """The overdue tasks of the office, counted three ways; the worst first."""

    total: int
    by_process: Sequence[OverdueCount]
    by_step: Sequence[OverdueCount]
    by_actor: Sequence[OverdueCount]


def overdue(tx: Transaction, *, by: Actor) -> OverdueReport:
    """Return what is overdue at the moment of the transaction. Raises RoleNeeded."""
    require(by, Role.SUPERVISOR)
    groups = repository.overdue_groups(tx)

    def count(identify: Callable[[OverdueGroup], tuple[str, str]]) -> list[OverdueCount]:
        return _counted(tx, groups, identify)

    return OverdueReport(
        total=sum(group.count for group in groups),
        by_process=count(lambda g: (g.process_definition_key, g.process_definition_name)),
        by_step=count(lambda g: (f"{g.process_definition_key}/{g.element_id}", g.step)),
        by_actor=count(lambda g: (g.candidate_group or "", g.candidate_group or "")),
    )


def _counted(
    tx: Transaction,
    groups: Iterable[OverdueGroup],
    identify: Callable[[OverdueGroup], tuple[str, str]],
) -> list[OverdueCount]:
    together: dict[tuple[str, str], list[OverdueGroup]] = {}
    for group in groups:
        together.setdefault(identify(group), []).append(group)
    counts = [
        OverdueCount(
            key=key,
            name=name,
            count=sum(group.count for group in members),
            worst_minutes=_minutes_late(tx, members),
        )
        for (key, name), members in together.items()
    ]
    return sorted(counts, key=lambda each: (-each.worst_minutes, -each.count, each.key))


def _minutes_late(tx: Transaction, groups: Iterable[OverdueGroup]) -> int:
    return max(
        minutes_late(tx, group.oldest_due_at, until=tx.now, name=group.calendar) for group in groups
    )
