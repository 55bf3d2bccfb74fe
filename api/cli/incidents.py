"""Incidents: what failed too often and waits for a person."""

import click

from api.cli.acting import ActingTerminal, as_somebody, page_by_page, query
from api.cli.terminal import listing
from api.rest.incidents import IncidentList, ShownIncident
from api.rest.schemas import ListQuery
from engine import incidents as failures

_key = click.argument("key")


@click.group()
def incidents() -> None:
    """Look after timers and messages that failed too often."""


@incidents.command("list")
@page_by_page
@as_somebody
def list_incidents(terminal: ActingTerminal, limit: int | None, cursor: str | None) -> None:
    """List what failed too often, the latest first."""
    asked = query(ListQuery, limit=limit, cursor=cursor)
    with terminal.reading() as (tx, by):
        found = failures.find(tx, by=by, page=asked.page())
        page = IncidentList.of(found, lambda record: ShownIncident.of(tx, record))
    rows = (
        (
            one.key,
            one.business_key,
            one.username,
            one.failed_at,
            one.attempts,
            _first_line(one.error),
        )
        for one in page.items
    )
    columns = ("key", "case", "for", "failed", "attempts", "error")
    terminal.show(page, *listing(columns, rows, page.next_cursor))


@incidents.command()
@_key
@as_somebody
def retry(terminal: ActingTerminal, key: str) -> None:
    """Let the incident KEY be tried anew at once, as often as before."""
    with terminal.writing() as (tx, by):
        failures.retry(tx, key, by=by)
    terminal.show({"key": key}, f"{key} is tried again at once.")


@incidents.command()
@_key
@click.option("--reason", required=True, help="Stays in the history of the case.")
@as_somebody
def resolve(terminal: ActingTerminal, key: str, reason: str) -> None:
    """Give the incident KEY up.

    A message is not sent, a timer fires with the next step of its case.
    """
    with terminal.writing() as (tx, by):
        failures.resolve(tx, key, reason=reason, by=by)
    terminal.show({"key": key}, f"{key} is given up.")


def _first_line(error: str | None) -> str | None:
    return error and error.partition("\n")[0]


COMMANDS = (incidents,)
