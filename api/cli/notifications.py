"""Notifications: what the escalation ladder has told somebody."""

import click

from api.cli.acting import ActingTerminal, as_somebody, page_by_page, query
from api.cli.terminal import listing
from api.rest.notifications import NotificationList, NotificationQuery, ShownNotification
from engine import notifications as told


@click.command()
@click.option("--unread", is_flag=True, help="Only those that were not read yet.")
@click.option("--mark-read", is_flag=True, help="Those that are listed count as read from now on.")
@page_by_page
@as_somebody
def notifications(
    terminal: ActingTerminal,
    *,
    unread: bool,
    mark_read: bool,
    limit: int | None,
    cursor: str | None,
) -> None:
    """List what the user of --as was told, the latest first."""
    asked = query(NotificationQuery, unread=unread, limit=limit, cursor=cursor)
    with terminal.writing() if mark_read else terminal.reading() as (tx, by):
        if by.user_id is None:
            raise click.UsageError("Say whose: --as USER.")
        found = told.find(tx, by=by, unread=asked.unread, page=asked.page())
        page = NotificationList.of(found, lambda record: ShownNotification.of(tx, record))
        if mark_read:
            for item in page.items:
                told.mark_read(tx, item.id, by=by)
    rows = (
        (one.created_at, one.rung, one.case.business_key, one.task.name, one.task.due_date)
        for one in page.items
    )
    columns = ("at", "rung", "case", "step", "due")
    terminal.show(page, *listing(columns, rows, page.next_cursor))


COMMANDS = (notifications,)
