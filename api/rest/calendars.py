"""Calendars: when the office works, and why something is due when it is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import Field

from api.rest.calendar_revisions import ShownRevision
from api.rest.resource import Resource
from api.rest.schemas import Answer, InvalidRequest, Length, Moment, Query, Sentence
from engine import repository
from engine.calendars import Calendar, Deadline, Skipped
from engine.database import Transaction
from engine.errors import NotFound, Said
from engine.permissions import Actor
from engine.repository import PageRequest

_LONGEST = timedelta(days=3660)
"""Ahead; an explanation lists every night of it."""
resource = Resource("calendars", "When the office works, and why something is due when it is.")

Local = Callable[[datetime], datetime]
"""Returns a moment in the zone in which it is shown."""


class CalendarNotFound(NotFound):
    """There is no such calendar."""


class DueQuery(Query):
    """What begins, and how long it may take."""

    start: Moment | None = Field(None, description="Now if it is not given.")
    duration: Length = Field(
        description=(
            "In the time of this calendar: `P2D` are working days, `PT4H` hours in which it is "
            "open, `P1W` and `P1M` calendar weeks and months."
        )
    )


class ShownCalendar(Answer):
    """The working time of one part of the office."""

    name: str = Field(examples=["kantor"])
    zone: str = Field(description="Of the IANA.", examples=["Asia/Makassar"])
    default: bool = Field(description="Whether it counts where a diagram names none.")


class ShownCalendars(Answer):
    """The calendars of the office, and since when they are what they are."""

    revision: ShownRevision
    items: list[ShownCalendar] = Field(description="By name; `24jam` is always open.")

    @classmethod
    def now(cls, tx: Transaction) -> "ShownCalendars":
        """Return the calendars in force as they are shown."""
        default = tx.calendars.default
        (newest,) = repository.revisions(tx, PageRequest(limit=1)).items
        return cls(
            revision=ShownRevision.of(tx, newest),
            items=[
                ShownCalendar(name=name, zone=calendar.zone.key, default=calendar is default)
                for name, calendar in sorted(tx.calendars.items())
            ],
        )


class ShownSkip(Answer):
    """Closed time that was skipped."""

    start: datetime = Field(alias="from")
    end: datetime = Field(alias="to")
    reason: Sentence

    @classmethod
    def of(cls, skipped: Skipped, local: Local) -> "ShownSkip":
        """Return the closed time as it is shown."""
        reason = Sentence(id=skipped.reason.indonesian, en=skipped.reason.english)
        shown = {"from": local(skipped.start), "to": local(skipped.end), "reason": reason}
        return cls.model_validate(shown)


class ShownDeadline(Answer):
    """When something is due, and why then."""

    due: datetime
    skipped: list[ShownSkip] = Field(
        description="In order; for weeks and months only what moved the day they end on."
    )
    estimated: bool = Field(description="Whether a holiday among them has only an estimated date.")
    years_without_decree: list[int] = Field(
        description="Years under way whose cuti bersama is not decreed yet: it may still move.",
        examples=[[2027]],
    )

    @classmethod
    def of(cls, deadline: Deadline, local: Local) -> "ShownDeadline":
        """Return the deadline as it is shown."""
        return cls(
            due=local(deadline.due),
            skipped=[ShownSkip.of(skipped, local) for skipped in deadline.skipped],
            estimated=deadline.estimated,
            years_without_decree=list(deadline.years_without_decree),
        )


class DueDate(ShownDeadline):
    """When something is due by a calendar of the office."""

    calendar: str = Field(examples=["kantor"])
    revision: int = Field(description="Of the calendars in force.", examples=[1])


@resource.get("/calendars", ShownCalendars)
def list_calendars(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
) -> ShownCalendars:
    """List the calendars of the office, and who applied them when."""
    return ShownCalendars.now(tx)


@resource.get("/calendars/<name>/due", DueDate, problems=(404,))
def explain_due_date(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    name: str,
    query: DueQuery,
) -> DueDate:
    """Say when something is due, and which closed time was skipped and why.

    Moments are shown in the zone of the calendar.
    """
    calendar = _calendar(tx, name)
    start = query.start or tx.now
    if calendar.due(start, query.duration) - start > _LONGEST:
        raise InvalidRequest(fields={"duration": Said("leads more than ten years ahead")})
    deadline = calendar.explain(start, query.duration)
    shown = ShownDeadline.of(deadline, calendar.local)
    return DueDate(**dict(shown), calendar=name, revision=tx.in_force.revision)


def _calendar(tx: Transaction, name: str) -> Calendar:
    if name not in tx.calendars:
        raise CalendarNotFound(calendar=name, known=sorted(tx.calendars))
    return tx.calendars[name]
