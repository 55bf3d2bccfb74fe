"""The database as a whole: migrating, backing up, restoring."""

from pathlib import Path

import click

from api.cli.terminal import Failure, Terminal, on_terminal
from engine import backup, revisions
from engine.calendars import parse as check_calendar
from engine.calendars import read_text as read_calendar
from engine.database import Database
from engine.failures import NotMigrated
from engine.model import SCHEMA_REVISION
from migrations.upgrade import upgrade as migrate

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def db() -> None:
    """Prepare the database."""


@db.command()
@on_terminal
def upgrade(terminal: Terminal) -> None:
    """Bring the database to the schema of this version; running it again changes nothing."""
    database = terminal.shell.database
    calendar_file = read_calendar(terminal.shell.settings.calendar)
    check_calendar(calendar_file)  # before anything is changed
    before = _revision(database)
    if before is not None and before > SCHEMA_REVISION:
        raise Failure(f"The database has schema {before}, this version knows {SCHEMA_REVISION}.")
    if before != SCHEMA_REVISION:
        migrate(database.engine)
    with database.begin() as tx:
        revisions.found_office(tx, calendar_file)
    revisions.recount_stale(database)
    done = f"The database has schema {SCHEMA_REVISION}"
    if before == SCHEMA_REVISION:
        done += " already"
    elif before is not None:
        done += f", migrated from {before}"
    terminal.show({"before": before, "now": SCHEMA_REVISION}, f"{done}.")


def _revision(database: Database) -> str | None:
    """Return the schema revision of the database; None if it is empty."""
    try:
        database.require_schema()
    except NotMigrated as error:
        found = error.details.get("found")
        return None if found is None else str(found)
    return SCHEMA_REVISION


@click.command("backup")
@_file
@on_terminal
def back_up(terminal: Terminal, file: Path) -> None:
    """Write the whole database into FILE; work goes on meanwhile."""
    backup.backup(terminal.shell.database, file)
    size = file.stat().st_size
    terminal.show({"file": str(file), "bytes": size}, f"{file}: {size} bytes.")


@click.command()
@_file
@on_terminal
def restore(terminal: Terminal, file: Path) -> None:
    """Replace the whole database by the backup FILE; stop all of Alur before."""
    kept = backup.restore(terminal.shell.database, file)
    revision = _revision(terminal.shell.database)
    answer = {"file": str(file), "kept": kept and str(kept), "schema": revision}
    lines = [f"Restored {file}."]
    if kept:
        lines.append(f"What was there before is kept in {kept}.")
    if revision != SCHEMA_REVISION:
        lines.append("The backup is of an older version; now run: alur db upgrade")
    terminal.show(answer, *lines)


COMMANDS = (db, back_up, restore)
