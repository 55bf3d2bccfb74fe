"""People: users, positions, and who holds which.

Passwords are typed or made up, never arguments: those are for everybody to read.
"""

import sys
from datetime import datetime

import click

from api.cli.acting import ActingTerminal, as_somebody, page_by_page, query
from api.cli.terminal import listing
from api.rest.positions import PositionList, ShownHolder, ShownPosition
from api.rest.schemas import ListQuery
from api.rest.users import ShownUser, UserList
from engine import passwords, people, repository
from engine.model import Capacity, Role

_generated = click.option(
    "--generate-password",
    "generate",
    is_flag=True,
    help="Make one up and print it, instead of reading it from the terminal or from stdin.",
)


@click.group()
def users() -> None:
    """Manage the people who log in."""


@users.command("list")
@page_by_page
@as_somebody
def list_users(terminal: ActingTerminal, limit: int | None, cursor: str | None) -> None:
    """List users by user name."""
    asked = query(ListQuery, limit=limit, cursor=cursor)
    with terminal.reading() as (tx, by):
        found = people.find_users(tx, by=by, page=asked.page())
        page = UserList.of(found, lambda user: ShownUser.of(tx, user))
    rows = (
        (one.id, one.username, one.name, ", ".join(one.roles), one.email, one.active)
        for one in page.items
    )
    columns = ("id", "user", "name", "roles", "email", "active")
    terminal.show(page, *listing(columns, rows, page.next_cursor))


@users.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as others see it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be repeated. Default: actor.",
)
@click.option("--email", metavar="ADDRESS", help="Where mails of the ladder go.")
@_generated
@as_somebody
def add_user(
    terminal: ActingTerminal,
    *,
    username: str,
    name: str,
    roles: tuple[str, ...],
    email: str | None,
    generate: bool,
) -> None:
    """Create a user who may log in at once."""
    password = _password(generate=generate)
    with terminal.writing() as (tx, by):
        user = people.create_user(
            tx,
            username=username,
            name=name,
            roles={Role(role) for role in roles or (Role.ACTOR,)},
            password=password,
            email=email,
            by=by,
        )
        shown = ShownUser.of(tx, user)
    _show(terminal, shown, f"{username} may log in.", password if generate else None)


@users.command("password")
@click.argument("username")
@_generated
@as_somebody
def set_password(terminal: ActingTerminal, username: str, *, generate: bool) -> None:
    """Give a user a new password; this ends their logins."""
    password = _password(generate=generate)
    with terminal.writing() as (tx, by):
        user = people.change_user(
            tx, repository.user_by_name(tx, username).id, password=password, by=by
        )
        shown = ShownUser.of(tx, user)
    said = f"{username} has a new password; old logins have ended."
    _show(terminal, shown, said, password if generate else None)


@users.command("email")
@click.argument("username")
@click.argument("address")
@as_somebody
def set_email(terminal: ActingTerminal, username: str, address: str) -> None:
    """Send a user's mails to ADDRESS from now on; an empty one ("") removes it."""
    with terminal.writing() as (tx, by):
        user = people.change_user(
            tx, repository.user_by_name(tx, username).id, email=address, by=by
        )
        shown = ShownUser.of(tx, user)
    said = f"goes to {shown.email}" if shown.email else "is not sent any more"
    _show(terminal, shown, f"Mail for {username} {said}.", None)


@users.command("deactivate")
@click.argument("username")
@as_somebody
def deactivate(terminal: ActingTerminal, username: str) -> None:
    """Keep a user from logging in, at once; what they did stays in the history."""
    with terminal.writing() as (tx, by):
        user = people.change_user(tx, repository.user_by_name(tx, username).id, active=False, by=by)
        shown = ShownUser.of(tx, user)
    _show(terminal, shown, f"{username} cannot log in any more.", None)


def _password(*, generate: bool) -> str:
    """Return a password: made up, typed twice, or the first line of stdin."""
    if generate:
        return passwords.generate()
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show(terminal: ActingTerminal, user: ShownUser, said: str, password: str | None) -> None:
    """Print a user; a password that was made up is shown this once."""
    if password is None:
        terminal.show(user, said)
    else:
        answer = {**user.model_dump(mode="json"), "password": password}
        terminal.show(answer, said, f"Password: {password}")


@click.group()
def positions() -> None:
    """Manage the positions (jabatan) that do the steps."""


@positions.command("list")
@page_by_page
@as_somebody
def list_positions(terminal: ActingTerminal, limit: int | None, cursor: str | None) -> None:
    """List positions by code."""
    asked = query(ListQuery, limit=limit, cursor=cursor)
    with terminal.reading() as (tx, _):
        page = PositionList.of(repository.positions(tx, asked.page()), ShownPosition.of)
    rows = ((position.id, position.code, position.name) for position in page.items)
    terminal.show(page, *listing(("id", "code", "name"), rows, page.next_cursor))


@positions.command("add")
@click.argument("code")
@click.option("--name", required=True, help="As people see it.")
@as_somebody
def add_position(terminal: ActingTerminal, code: str, name: str) -> None:
    """Create the position CODE: what diagrams write as candidate group."""
    with terminal.writing() as (tx, by):
        made = people.create_position(tx, code=code, name=name, by=by)
        position = ShownPosition.of(made)
    terminal.show(position, f"Created {position.code}.")


@positions.command("hold")
@click.argument("code")
@click.argument("username")
@click.option("--from", "held_from", type=click.DateTime(["%Y-%m-%d"]), help="Default: today.")
@click.option(
    "--until",
    "held_until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day. Default: until further notice.",
)
@click.option(
    "--capacity",
    type=click.Choice([capacity.value for capacity in Capacity]),
    default=Capacity.DEFINITIVE.value,
    show_default=True,
    help="plt: the position is vacant; plh: its holder is away.",
)
@click.option("--decree", help="The number of the decree.")
@as_somebody
def hold(
    terminal: ActingTerminal,
    *,
    code: str,
    username: str,
    held_from: datetime | None,
    held_until: datetime | None,
    capacity: str,
    decree: str | None,
) -> None:
    """Let a user hold the position CODE."""
    with terminal.writing() as (tx, by):
        appointed = people.appoint(
            tx,
            repository.position_by_code(tx, code).id,
            user_id=repository.user_by_name(tx, username).id,
            held_from=held_from.date() if held_from else tx.today,
            held_until=held_until.date() if held_until else None,
            capacity=Capacity(capacity),
            decree=decree,
            by=by,
        )
        holder = ShownHolder.of(appointed)
    until = f"until {holder.held_until}" if holder.held_until else "until further notice"
    terminal.show(holder, f"{username} holds {code} from {holder.held_from} {until}.")


COMMANDS = (users, positions)
