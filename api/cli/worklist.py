"""Daily work: the worklist, taking and completing tasks, moving deadlines, what is overdue."""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

import click
from rich.table import Table

from api.cli import moments
from api.cli.acting import ActingTerminal, as_somebody, page_by_page, query
from api.cli.forms import with_variables
from api.cli.terminal import late, listing, stamp, table
from api.rest.reports import ShownCount, ShownOverdueReport
from api.rest.task_query import Sort, State, TaskQuery
from api.rest.tasks import CompletedTask, DetailedTask, ListedTask, TaskList
from engine import reports
from engine import tasks as worklist
from engine.durations import Duration
from engine.model import Timeliness

_task = click.argument("task_id", metavar="TASK", type=click.UUID)


@click.command()
@click.option("--state", type=click.Choice(get_args(State)), help="Default: open.")
@click.option("--assignee", metavar="USER", help="`me` is the user of --as.")
@click.option("--candidate-group", metavar="CODE", help="The code of a position.")
@click.option("--process-definition-key", metavar="KEY")
@click.option("--process-instance-id", metavar="ID", type=click.UUID)
@click.option(
    "--timeliness",
    type=click.Choice([standing.value for standing in Timeliness]),
    help="How open tasks with a deadline stand with their time.",
)
@click.option("--overdue/--no-overdue", default=None, help="Only overdue tasks, or only others.")
@click.option("--due-before", metavar="MOMENT", help="ISO 8601 with offset.")
@click.option("--due-after", metavar="MOMENT", help="ISO 8601 with offset.")
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Default: due_date.")
@page_by_page
@as_somebody
def tasks(terminal: ActingTerminal, /, **filters: object) -> None:
    """List tasks: the open ones, the most urgent first."""
    asked = query(TaskQuery, **filters)
    with terminal.reading() as (tx, by):
        found = worklist.find(tx, asked.filter(by), by=by, sort=asked.sort, page=asked.page())
        page = TaskList.of(found, ListedTask.listing(tx))
    rows = (
        (
            task.id,
            task.business_key,
            task.name,
            task.candidate_group,
            task.due_date,
            task.timeliness,
            late(task.late_minutes),
        )
        for task in page.items
    )
    columns = ("id", "case", "step", "position", "due", "timeliness", "late")
    terminal.show(page, *listing(columns, rows, page.next_cursor))


@click.command()
@_task
@with_variables
@as_somebody
def complete(
    terminal: ActingTerminal, task_id: UUID, variables: tuple[tuple[str, object], ...]
) -> None:
    """Complete TASK with the fields of its form."""
    with terminal.writing() as (tx, by):
        completion = worklist.complete(tx, task_id, by=by, variables=dict(variables))
        completed = CompletedTask.of(tx, completion)
    task = completed.task
    lateness = f"{late(task.late_minutes)} late" if task.late_minutes else "in time"
    terminal.show(
        completed,
        f"Completed {task.name}, {lateness}. The case is {completed.instance_state}.",
        table(
            ("id", "your next step", "due"),
            ((each.id, each.name, each.due_date) for each in completed.next_tasks),
        ),
    )


@click.command()
@_task
@as_somebody
def claim(terminal: ActingTerminal, task_id: UUID) -> None:
    """Take TASK, so that the other holders of its position leave it alone."""
    with terminal.writing() as (tx, by):
        worklist.claim(tx, task_id, by=by)
        task = DetailedTask.now(tx, task_id, by=by)
    terminal.show(task, f"{task.name} is with {by.username}.")


@click.command()
@_task
@as_somebody
def unclaim(terminal: ActingTerminal, task_id: UUID) -> None:
    """Give TASK back; its assignee or a supervisor may."""
    with terminal.writing() as (tx, by):
        worklist.unclaim(tx, task_id, by=by)
        task = DetailedTask.now(tx, task_id, by=by)
    terminal.show(task, f"{task.name} is with all of {task.candidate_group}.")


@click.command()
@_task
@click.argument("user")
@as_somebody
def assign(terminal: ActingTerminal, task_id: UUID, user: str) -> None:
    """Assign TASK to USER, a holder of its position."""
    with terminal.writing() as (tx, by):
        worklist.assign(tx, task_id, username=user, by=by)
        task = DetailedTask.now(tx, task_id, by=by)
    terminal.show(task, f"{task.name} is with {task.assignee}.")


@click.command()
@_task
@click.option("--by", "duration", metavar="DURATION", help="Working time, ISO 8601: P1D, PT4H.")
@click.option("--until", metavar="MOMENT", help="ISO 8601; without offset local time.")
@click.option("--reason", required=True, help="Stays in the history of the case.")
@as_somebody
def extend(
    terminal: ActingTerminal,
    /,
    *,
    task_id: UUID,
    duration: str | None,
    until: str | None,
    reason: str,
) -> None:
    """Move the deadline of TASK to later: --by working time, or --until a moment.

    What is overdue by now stays on record.
    """
    if (duration is None) == (until is None):
        raise click.UsageError("Give one of --by and --until.")
    with terminal.writing() as (tx, by):
        zone = tx.calendars.default.zone
        new = Duration.parse(duration) if duration else moments.read(until or "", zone)
        worklist.extend(tx, task_id, new, reason=reason, by=by)
        task = DetailedTask.now(tx, task_id, by=by)
    terminal.show(task, f"{task.name} is now due {stamp(task.due_date)}.")


@click.command()
@as_somebody
def overdue(terminal: ActingTerminal) -> None:
    """Count what is overdue, by SOP, step and position; the worst first."""
    with terminal.reading() as (tx, by):
        report = ShownOverdueReport.of(tx, reports.overdue(tx, by=by))
    terminal.show(
        report,
        f"{report.total} overdue.",
        _counted("SOP", "name", report.by_process),
        _counted("step", "name", report.by_step),
        _counted("position", "key", report.by_actor),
    )


def _counted(title: str, what: Literal["name", "key"], counts: Iterable[ShownCount]) -> Table:
    rows = ((getattr(one, what), one.count, late(one.worst_minutes)) for one in counts)
    return table((title, "overdue", "worst"), rows)


COMMANDS = (tasks, complete, claim, unclaim, assign, extend, overdue)
