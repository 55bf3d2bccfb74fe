"""The calendars of the office: those in force, and what the calendar file would change."""

from pathlib import Path

import click
from rich.table import Table

from api.cli.acting import ActingTerminal, as_somebody
from api.cli.terminal import stamp, table
from api.rest.calendar_revisions import ShownPreview, ShownRevision
from api.rest.calendars import ShownCalendars
from engine import revisions
from engine.calendars import read_text

_MOST_MOVES = 20

_file = click.argument("file", required=False, type=click.Path(path_type=Path))


@click.group()
def calendar() -> None:
    """Show and change what deadlines are counted by; FILE is by default that of ALUR_CALENDAR."""


@calendar.command()
@as_somebody
def show(terminal: ActingTerminal) -> None:
    """List the calendars in force, and who applied them when."""
    with terminal.reading() as (tx, _):
        answer = ShownCalendars.now(tx)
    revision = answer.revision
    rows = ((one.name, one.zone, one.default) for one in answer.items)
    terminal.show(
        answer,
        f"{_in_force(revision.number)} since {stamp(revision.created_at)}, "
        f"applied by {revision.created_by}.",
        table(("calendar", "zone", "default"), rows),
    )


@calendar.command()
@_file
@as_somebody
def preview(terminal: ActingTerminal, file: Path | None) -> None:
    """Say which open deadlines applying FILE would move; changes nothing."""
    text = _text(terminal, file)
    with terminal.reading() as (tx, by):
        answer = ShownPreview.of(tx, revisions.preview(tx, text, by=by))
        in_force = tx.in_force.revision
    if not answer.changed:
        terminal.show(answer, f"{_in_force(in_force)} and says the same.")
        return
    rows = (
        (move.task_id, move.business_key, move.step, move.due_date, move.moved_to)
        for move in answer.moves[:_MOST_MOVES]
    )
    lines: list[str | Table] = [
        f"{answer.moved} of {answer.open_deadlines} open deadlines would move.",
        table(("id", "case", "step", "due", "moved to"), rows),
    ]
    if answer.moved > _MOST_MOVES:
        lines.append(f"These are the first {_MOST_MOVES}.")
    terminal.show(answer, *lines)


@calendar.command()
@_file
@as_somebody
def apply(terminal: ActingTerminal, file: Path | None) -> None:
    """Let FILE be in force, and count every open deadline again by it.

    Each move is in the history of its case.
    """
    text = _text(terminal, file)
    applied = revisions.apply(terminal.shell.database, text, by=terminal.actor())
    with terminal.reading() as (tx, _):
        revision = ShownRevision.of(tx, applied.revision)
    said = _in_force(revision.number)
    terminal.show(
        {**revision.model_dump(mode="json"), "moved": applied.moved},
        f"{said} now; {applied.moved} open deadlines moved."
        if applied.created
        else f"{said} and says the same; nothing has changed.",
    )


def _text(terminal: ActingTerminal, file: Path | None) -> str:
    return read_text(file or terminal.shell.settings.calendar)


def _in_force(number: int) -> str:
    return f"Revision {number} is in force"


COMMANDS = (calendar,)
