"""The calendars in force: the newest revision in the database, built once for a process."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendars import Calendars, restore
from engine.errors import Unavailable
from engine.model import CalendarRevision

_MOST_KEPT = 64


class NoCalendar(Unavailable):
    """The office has no calendar yet: run `alur db upgrade`."""


@dataclass(frozen=True)
class InForce:
    """The calendars that deadlines are counted by at this moment."""

    revision: int
    calendars: Calendars


@dataclass(frozen=True)
class Almanac:
    """The revisions that this process has built so far; safe to share, since none ever changes."""

    _built: dict[tuple[UUID, int], Calendars] = field(default_factory=dict)

    def in_force(self, session: Session, tenant_id: UUID) -> InForce:
        """Return the newest revision of an office; one short statement. Raises NoCalendar."""
        newest = select(func.max(CalendarRevision.number)).where(
            CalendarRevision.tenant_id == tenant_id
        )
        number = session.scalar(newest)
        if number is None:
            raise NoCalendar
        return InForce(number, self._calendars(session, tenant_id, number))

    def _calendars(self, session: Session, tenant_id: UUID, number: int) -> Calendars:
        built = self._built.get((tenant_id, number))
        if built is None:
            document = session.scalar(
                select(CalendarRevision.document).where(
                    CalendarRevision.tenant_id == tenant_id, CalendarRevision.number == number
                )
            )
            built = restore(document or {})
            while len(self._built) >= _MOST_KEPT:
                self._built.pop(next(iter(self._built)), None)
            self._built[tenant_id, number] = built
        return built
