"""Days and half-years as moments of the office."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from engine.database import Transaction
from engine.errors import Invalid, Said

_DAY = timedelta(days=1)
_EARLIEST, _LATEST = date(1970, 1, 2), date(2199, 12, 30)
_JULY = 7


class InvalidPeriod(Invalid):
    """This period cannot be reported on."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days from the first to the last, both included; raises InvalidPeriod if there are none."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first < _EARLIEST or self.last > _LATEST:
            raise InvalidPeriod(fields={"until": Said("No calendar reaches that far.")})
        if self.last < self.first:
            raise InvalidPeriod(fields={"until": Said("must not lie before the first day")})

    @classmethod
    def weeks_until_today(cls, tx: Transaction, number: int) -> Self:
        """Return so many weeks from Monday to Sunday, the last of which is under way."""
        monday = tx.today - timedelta(days=tx.today.weekday())
        return cls(first=monday - timedelta(weeks=number - 1), last=monday + 6 * _DAY)

    def moments(self, tx: Transaction) -> tuple[datetime, datetime]:
        """Return when it begins, and when what comes after it begins."""
        return midnight(tx, self.first), midnight(tx, self.last + _DAY)


@dataclass(frozen=True, kw_only=True)
class HalfYear:
    """January to June or July to December."""

    year: int
    half: int
    """1 or 2."""

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the half-year that a day lies in."""
        return cls(year=day.year, half=1 if day.month < _JULY else 2)

    @property
    def before(self) -> "HalfYear":
        """The half-year before this one."""
        if self.half == 1:
            return HalfYear(year=self.year - 1, half=2)
        return HalfYear(year=self.year, half=1)

    @property
    def period(self) -> Period:
        """Its days."""
        if self.half == 1:
            return Period(first=date(self.year, 1, 1), last=date(self.year, 6, 30))
        return Period(first=date(self.year, _JULY, 1), last=date(self.year, 12, 31))


def midnight(tx: Transaction, day: date) -> datetime:
    """Return the moment at which a day begins where the office is."""
    return datetime.combine(day, time.min, tx.calendars.default.zone)
