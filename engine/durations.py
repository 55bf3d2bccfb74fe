"""ISO 8601 durations as time standards use them: months, weeks, working days and open time.

What a unit means is the calendar's business (`engine.calendars`): a day is not 24 hours and a
week is not seven days, so `P7D`, `P1W` and `PT168H` are three different durations.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from engine.errors import Invalid, Said

_MONTHS_PER_YEAR = 12
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_LONGEST_DAYS = 3650
_LINE = 60

# Nine digits are more than ten years of seconds need, and few enough to convert in no time.
_ISO = re.compile(
    r"P(?=[0-9T])"
    r"(?:(?P<years>[0-9]{1,9})Y)?(?:(?P<months>[0-9]{1,9})M)?"
    r"(?:(?P<weeks>[0-9]{1,9})W)?(?:(?P<days>[0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,9})S)?)?"
)

Language = Literal["id", "en"]

# A bare "hari" of an SOP means hari kerja; the words say so.
_INDONESIAN = ("tahun", "bulan", "minggu", "hari kerja", "jam", "menit", "detik")
_ENGLISH = ("year", "month", "week", "working day", "hour", "minute", "second")


class InvalidDuration(Invalid):
    """The text is not a duration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """A length of time that is more than nothing and at most ten years.

    Equal when the meaning is equal: `PT120M` and `PT2H` are, `P7D` and `P1W` are not.
    Raises InvalidDuration for a negative part, for nothing at all and beyond ten years.
    """

    months: int = 0
    """Calendar months; a year is twelve of them."""
    weeks: int = 0
    """Calendar weeks."""
    days: int = 0
    """Working days."""
    seconds: int = 0
    """Seconds of open time."""

    def __post_init__(self) -> None:
        if min(self.months, self.weeks, self.days, self.seconds) < 0:
            raise InvalidDuration(
                Said("A duration has no negative part: {duration!r}", duration=self)
            )
        if not any((self.months, self.weeks, self.days, self.seconds)):
            raise InvalidDuration(Said("A duration is more than nothing"))
        days = self.months * 365 / _MONTHS_PER_YEAR + self.weeks * 7 + self.days
        if days + self.seconds / _DAY > _LONGEST_DAYS:
            raise InvalidDuration(Said("A duration is at most ten years"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the duration written as `PT10M`, `P2D`, `P1DT4H`, `P1W`, …

        Surrounding white space is ignored. Raises InvalidDuration, with a sentence that names the
        text, for anything else: fractions, signs, zero, more than ten years.
        """
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise InvalidDuration(
                Said(
                    "{quoted} is not a duration; write for example PT10M, PT2H, P2D or P1W",
                    quoted=_quoted(text),
                ),
                text=text,
            )
        part = {unit: int(digits or 0) for unit, digits in match.groupdict().items()}
        try:
            return cls(
                months=part["years"] * _MONTHS_PER_YEAR + part["months"],
                weeks=part["weeks"],
                days=part["days"],
                seconds=part["hours"] * _HOUR + part["minutes"] * _MINUTE + part["seconds"],
            )
        except InvalidDuration as error:
            raise InvalidDuration(
                Said("{quoted}: {error}", quoted=_quoted(text), error=error), text=text
            ) from error

    def __str__(self) -> str:
        """Return the ISO 8601 text; `Duration.parse` gives the same duration back."""
        counts = self._counts()
        date = "".join(f"{n}{unit}" for n, unit in zip(counts[:4], "YMWD", strict=True) if n)
        time = "".join(f"{n}{unit}" for n, unit in zip(counts[4:], "HMS", strict=True) if n)
        return f"P{date}T{time}" if time else f"P{date}"

    def words(self, language: Language = "id") -> str:
        """Return the duration as people say it: "2 hari kerja 4 jam", "2 working days 4 hours"."""
        if language == "id":
            named = zip(self._counts(), _INDONESIAN, strict=True)
            return " ".join(f"{n} {unit}" for n, unit in named if n)
        named = zip(self._counts(), _ENGLISH, strict=True)
        return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in named if n)

    def _counts(self) -> tuple[int, ...]:
        """Return years, months, weeks, days, hours, minutes and seconds."""
        years, months = divmod(self.months, _MONTHS_PER_YEAR)
        minutes, seconds = divmod(self.seconds, _MINUTE)
        hours, minutes = divmod(minutes, 60)
        return years, months, self.weeks, self.days, hours, minutes, seconds


def _quoted(text: str) -> str:
    """Return the text for a message, shortened: it comes from a file of any size."""
    return f'"{text[:_LINE]}…"' if len(text) > _LINE else f'"{text}"'
