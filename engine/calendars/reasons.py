"""Why an office is closed: its own rhythm, and the holidays the government decrees.

Public holidays and cuti bersama (joint leave) are set year by year in a joint decree of three
ministers (SKB 3 Menteri); the package `holidays` follows these decrees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import holidays

_ESTIMATED = "(perkiraan)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why it is closed, in both languages."""

    indonesian: str
    english: str
    estimated: bool = False
    """Whether the date is only computed so far, as for Idul Fitri of a later year."""


OUTSIDE_HOURS = Reason(indonesian="Di luar jam kerja", english="Outside office hours")
BREAK = Reason(indonesian="Istirahat", english="Break")
DAY_OFF = Reason(indonesian="Bukan hari kerja", english="Not a working day")


def outside_hours(note: str) -> Reason:
    """Return the reason for time outside hours that are special, as in Ramadan."""
    return Reason(
        indonesian=f"{OUTSIDE_HOURS.indonesian} ({note})",
        english=f"{OUTSIDE_HOURS.english} ({note})",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalDays:
    """The public holidays and the cuti bersama of one year."""

    public: Mapping[date, Reason]
    joint_leave: Mapping[date, Reason]

    @property
    def decreed(self) -> bool:
        """Whether the decree of the year is known; it is what sets cuti bersama."""
        return bool(self.joint_leave)


National = Callable[[int], NationalDays]
"""Where the national days of a year come from."""


@lru_cache(maxsize=128)
def national_days(year: int) -> NationalDays:
    """Return the Indonesian holidays of the year (UU and Keppres: public; SKB: cuti bersama)."""
    return NationalDays(
        public=_days(year, "public"),
        joint_leave=_days(year, "government"),
    )


def _days(year: int, category: Literal["public", "government"]) -> dict[date, Reason]:
    indonesian, english = (
        holidays.country_holidays("ID", years=year, categories=(category,), language=language)
        for language in ("id", "en_US")
    )
    return {
        day: Reason(indonesian=name, english=english[day], estimated=_ESTIMATED in name)
        for day, name in indonesian.items()
    }
