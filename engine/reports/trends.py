"""Week by week: cases started and completed, steps completed and completed late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine import repository
from engine.database import Transaction
from engine.model import Role
from engine.permissions import Actor, require
from engine.reports.periods import Period, midnight
from engine.repository import DefinitionNotFound, PeriodCounts

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week from Monday to Sunday, in the zone of the office."""

    first: date
    last: date
    counts: PeriodCounts

    @property
    def on_time(self) -> float | None:
        """Which part of the completed steps with a deadline was on time; None: there was none."""
        timed = self.counts.timed
        return 1 - self.counts.late / timed if timed else None


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Weeks in order, the last of which is under way."""

    weeks: Sequence[Week]


def trend(
    tx: Transaction, *, by: Actor, weeks: int, process_definition_key: str | None = None
) -> Trend:
    """Return the last weeks, of the office or of one SOP; at least one.

    Raises:
        RoleNeeded: not a supervisor.
        DefinitionNotFound: no version of that SOP.
    """
    require(by, Role.SUPERVISOR)
    ids = [
        each.id
        for each in repository.definition_names(tx)
        if process_definition_key in {None, each.key}
    ]
    if process_definition_key is not None and not ids:
        raise DefinitionNotFound(key=process_definition_key)
    first = Period.weeks_until_today(tx, weeks).first
    mondays = [first + number * _WEEK for number in range(weeks + 1)]
    bounds = [midnight(tx, monday) for monday in mondays]
    counts = repository.counts_by_period(tx, bounds, ids)
    return Trend(
        weeks=[
            Week(first=monday, last=monday + timedelta(days=6), counts=each)
            for monday, each in zip(mondays, counts, strict=False)
        ]
    )
