"""When something is due, and why then; needs no database."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import click
from rich.table import Table

from api.cli import moments
from api.cli.terminal import Failure, Shell, Terminal, on_terminal, table, with_language
from engine.almanac import NoCalendar
from engine.calendars import Calendar, Calendars, Deadline, load
from engine.durations import Duration, Language
from engine.failures import NotMigrated


class _Words(NamedTuple):
    due: str
    by_revision: str
    by_file: str
    columns: tuple[str, str, str]
    not_decreed: str
    estimated: str


_WORDS: Mapping[Language, _Words] = {
    "id": _Words(
        due="Jatuh tempo: {due}",
        by_revision="Menurut kalender {calendar}, revisi {revision}.",
        by_file="Menurut kalender {calendar} dari berkas {file}; belum ada basis data.",
        columns=("dilewati dari", "sampai", "sebab"),
        not_decreed="Cuti bersama {years} belum ditetapkan: tenggat ini masih dapat bergeser.",
        estimated="Ada hari libur yang tanggalnya baru perkiraan: tenggat ini masih dapat "
        "bergeser.",
    ),
    "en": _Words(
        due="Due: {due}",
        by_revision="By the calendar {calendar}, revision {revision}.",
        by_file="By the calendar {calendar} of the file {file}; there is no database yet.",
        columns=("skipped from", "to", "reason"),
        not_decreed="The cuti bersama of {years} is not decreed yet: this may still move.",
        estimated="The date of a holiday is only estimated: this may still move.",
    ),
}


@click.command()
@click.argument("start")
@click.argument("duration")
@click.option("--calendar", "name", metavar="NAME", help="Default: the office's default calendar.")
@with_language
@on_terminal
def due(
    terminal: Terminal, /, *, start: str, duration: str, name: str | None, lang: Language
) -> None:
    """Say when something is due that begins at START and may take DURATION, and why.

    START is ISO 8601, local time of the calendar unless it has an offset (2026-11-04T14:00);
    DURATION is ISO 8601 (P3D: working days, PT4H: open hours). It is counted by the revision in
    force, or by the calendar file where there is no database yet.
    """
    length = Duration.parse(duration)
    calendars, revision = _in_force(terminal.shell)
    calendar = _named(calendars, name)
    deadline = calendar.explain(moments.read(start, calendar.zone), length)
    if terminal.as_json:
        terminal.show(_answer(calendar, revision, deadline))
        return
    words = _WORDS[lang]
    source = words.by_file if revision is None else words.by_revision
    file = terminal.shell.settings.calendar.name
    terminal.show(
        {},
        words.due.format(due=moments.words(calendar.local(deadline.due), lang)),
        source.format(calendar=calendar.name, revision=revision, file=file),
        *_why(calendar, deadline, lang),
    )


def _in_force(shell: Shell) -> tuple[Calendars, int | None]:
    """Return the calendars in force and their revision; without a database those of the file.

    A database that does not answer is none of that: it would count by a revision, so this fails.
    Raises InvalidCalendar, Unavailable.
    """
    try:
        with shell.database.read() as tx:
            return tx.calendars, tx.in_force.revision
    except (NotMigrated, NoCalendar):
        return load(shell.settings.calendar), None


def _named(calendars: Calendars, name: str | None) -> Calendar:
    if name is None:
        return calendars.default
    if name not in calendars:
        raise Failure(f"There is no calendar {name!r}; there are: {', '.join(sorted(calendars))}.")
    return calendars[name]


def _why(calendar: Calendar, deadline: Deadline, lang: Language) -> Iterator[str | Table]:
    """Yield what was skipped, and why the deadline may still move."""
    words = _WORDS[lang]
    rows = (
        (
            moments.short(calendar.local(skipped.start), lang),
            moments.short(calendar.local(skipped.end), lang),
            skipped.reason.indonesian if lang == "id" else skipped.reason.english,
        )
        for skipped in deadline.skipped
    )
    yield table(words.columns, rows)
    if deadline.years_without_decree:
        yield words.not_decreed.format(years=", ".join(map(str, deadline.years_without_decree)))
    if deadline.estimated:
        yield words.estimated


def _answer(calendar: Calendar, revision: int | None, deadline: Deadline) -> dict[str, object]:
    """Return the same in the shape of the REST API; there is no revision where none is in force."""
    from api.rest.calendars import ShownDeadline  # noqa: PLC0415 — half a second that text spares

    shown = ShownDeadline.of(deadline, calendar.local).model_dump(mode="json")
    return {**shown, "calendar": calendar.name, "revision": revision}


COMMANDS = (due,)
