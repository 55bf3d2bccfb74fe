"""Daily work: starting a case, the worklist, completing a task, what is overdue."""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

import click
import orjson
from rich.table import Table

from api.cli.terminal import Terminal, as_somebody, late, listing, table
from api.rest.process_instances import DetailedInstance
from api.rest.reports import ShownCount, ShownOverdueReport
from api.rest.tasks import CompletedTask, ListedTask, Sort, State, TaskList, TaskQuery
from engine import instances, reports
from engine import tasks as worklist
from engine.instances import StepState


class _Assignment(click.ParamType[tuple[str, object]]):
    """`name=value`; a value that is JSON counts as what it says, any other as text."""

    name = "name=value"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, object]:
        name, equals, text = str(value).partition("=")
        if not equals or not name:
            self.fail(f"{value!r} is not name=value", param, ctx)
        try:
            return name, orjson.loads(text)
        except orjson.JSONDecodeError:
            return name, text


_variables = click.option(
    "--set",
    "variables",
    multiple=True,
    type=_Assignment(),
    help="A form field; may be repeated. JSON, or else text.",
)


@click.command()
@click.argument("key")
@click.option("--business-key", required=True, help="What the office calls the case.")
@_variables
@as_somebody
def start(
    terminal: Terminal, key: str, business_key: str, variables: tuple[tuple[str, object], ...]
) -> None:
    """Start a case of the SOP KEY."""
    with terminal.writing() as (tx, by):
        started = instances.start(
            tx, key, business_key=business_key, variables=dict(variables), by=by
        )
        case = DetailedInstance.now(tx, started.id, by=by)
    open_steps = (step for step in case.steps if step.state is StepState.OPEN)
    terminal.show(
        case,
        f"Started {case.business_key}: {case.id}",
        table(
            ("id", "open step", "position", "due"),
            ((s.task_id, s.name, s.candidate_group, s.due_date) for s in open_steps),
        ),
    )


@click.command()
@click.option("--state", type=click.Choice(get_args(State)), help="Default: open.")
@click.option("--assignee", metavar="USER", help="`me` is the user of --as.")
@click.option("--candidate-group", metavar="CODE", help="The code of a position.")
@click.option("--process-definition-key", metavar="KEY")
@click.option("--process-instance-id", metavar="ID", type=click.UUID)
@click.option("--overdue/--no-overdue", default=None, help="Only overdue tasks, or only others.")
@click.option("--due-before", metavar="MOMENT", help="ISO 8601 with offset.")
@click.option("--due-after", metavar="MOMENT", help="ISO 8601 with offset.")
@click.option("--sort", type=click.Choice(get_args(Sort)), help="Default: due_date.")
@click.option("--limit", type=click.IntRange(1, 200), help="Default: 50.")
@click.option("--cursor", help="Where to go on, as the page before says.")
@as_somebody
def tasks(terminal: Terminal, /, **filters: object) -> None:
    """List tasks: the open ones, the most urgent first."""
    given = {name: value for name, value in filters.items() if value is not None}
    query = TaskQuery.model_validate(given)
    with terminal.reading() as (tx, by):
        found = worklist.find(tx, query.filter(by), by=by, sort=query.sort, page=query.page())
        page = TaskList.of(found, ListedTask.listing(tx))
    rows = (
        (
            task.id,
            task.business_key,
            task.name,
            task.candidate_group,
            task.due_date,
            late(task.late_minutes),
        )
        for task in page.items
    )
    columns = ("id", "case", "step", "position", "due", "late")
    terminal.show(page, *listing(columns, rows, page.next_cursor))


@click.command()
@click.argument("task_id", metavar="ID", type=click.UUID)
@_variables
@as_somebody
def complete(terminal: Terminal, task_id: UUID, variables: tuple[tuple[str, object], ...]) -> None:
    """Complete the task ID with the fields of its form."""
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
@as_somebody
def overdue(terminal: Terminal) -> None:
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


COMMANDS = (start, tasks, complete, overdue)
