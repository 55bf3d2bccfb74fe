"""Reports: what is overdue."""

from datetime import datetime

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, local
from engine import reports
from engine.database import Transaction
from engine.permissions import Actor
from engine.reports import OverdueCount, OverdueReport

resource = Resource("reports", "What the office's own numbers say.")


class ShownCount(Answer):
    """How many tasks of something are overdue, and by how much the worst."""

    key: str
    name: str
    count: int
    worst_minutes: int = Field(description="Working minutes.")

    @classmethod
    def of(cls, count: OverdueCount) -> "ShownCount":
        """Return the count as it is shown."""
        return cls(
            key=count.key, name=count.name, count=count.count, worst_minutes=count.worst_minutes
        )


class ShownOverdueReport(Answer):
    """The overdue tasks of the office, counted three ways; the worst first."""

    at: datetime
    total: int
    by_process: list[ShownCount] = Field(description="`key`: of the process definition.")
    by_step: list[ShownCount] = Field(description="`key`: process definition key/element id.")
    by_actor: list[ShownCount] = Field(description="`key`: the code of the position.")

    @classmethod
    def of(cls, tx: Transaction, report: OverdueReport) -> "ShownOverdueReport":
        """Return the report as it is shown."""
        return cls(
            at=local(tx, tx.now),
            total=report.total,
            by_process=[ShownCount.of(count) for count in report.by_process],
            by_step=[ShownCount.of(count) for count in report.by_step],
            by_actor=[ShownCount.of(count) for count in report.by_actor],
        )


@resource.get("/reports/overdue", ShownOverdueReport, problems=(403,))
def report_overdue(tx: Transaction, by: Actor) -> ShownOverdueReport:
    """Count the overdue tasks by SOP, step and actor. For supervisors."""
    return ShownOverdueReport.of(tx, reports.overdue(tx, by=by))
