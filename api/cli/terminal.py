"""What every command has: the installation, and how results and errors are shown."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec

import click
import orjson
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.clock import Clock
from engine.config import Settings
from engine.database import Database
from engine.errors import AlurError, Invalid

P = ParamSpec("P")
_AS_WIDE_AS_NEEDED = 10_000
"""Columns of a pipe: nothing is wrapped or cut there."""


class Failure(click.ClickException):
    """One line on stderr and exit code 1."""

    @classmethod
    def of(cls, error: AlurError) -> "Failure":
        """Return the error's sentence, followed by what is known about it beyond that."""
        said = str(error)
        details = {name: _short(value) for name, value in error.details.items()}
        if isinstance(error, Invalid):
            details |= error.fields
        news = {name: value for name, value in details.items() if value and value not in said}
        known = "; ".join(f"{name}: {value}" for name, value in news.items())
        return cls(printable(f"{said} ({known})" if known else said))

    def show(self, file: object = None) -> None:
        del file
        click.echo(f"alur: {self.message}", err=True)


def _short(value: object) -> str:
    """Return a detail of an error as a few words; nothing of what is too long for a line."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return str(value) if isinstance(value, str | int) else ""


@dataclass(frozen=True, kw_only=True)
class Shell:
    """The installation that the commands work on."""

    settings: Settings
    clock: Clock

    @cached_property
    def database(self) -> Database:
        """Return the database; nothing is opened before the first transaction."""
        return Database(self.settings, clock=self.clock)

    def close(self) -> None:
        """Close the database, if any command has opened it."""
        if "database" in self.__dict__:
            self.database.dispose()


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """One run of a command."""

    shell: Shell
    as_json: bool

    def show(self, answer: BaseModel | Mapping[str, object], *lines: str | Table) -> None:
        """Print the answer as JSON if that is wanted, else the lines and the tables with rows."""
        if self.as_json:
            shown = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer
            click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
            return
        for line in lines:
            if isinstance(line, str):
                click.echo(line)
            elif line.row_count:
                _print(line)


def _print(shown: Table) -> None:
    """Print a table as wide as the terminal; where there is none, nothing is wrapped or cut."""
    console = Console(width=None if sys.stdout.isatty() else _AS_WIDE_AS_NEEDED)
    with console.capture() as captured:
        console.print(shown)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


with_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
with_language = click.option(
    "--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Of sentences."
)


def on_terminal(command: Callable[Concatenate[Terminal, P], None]) -> Callable[P, None]:
    """Give a command its terminal, and the option `--json`."""

    @with_json
    @wraps(command)
    @click.pass_obj
    def run(shell: Shell, /, *args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.pop("as_json"))
        command(Terminal(shell=shell, as_json=as_json), *args, **kwargs)

    return run


def table(columns: Iterable[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table without frames; a column named `id` or `key` is never cut or wrapped."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        fixed = column in {"id", "key"}
        made.add_column(column, no_wrap=fixed, overflow="ignore" if fixed else "fold")
    for row in rows:
        made.add_row(*(Text(_cell(value)) for value in row))
    return made


def listing(
    columns: Iterable[str], rows: Iterable[Sequence[object]], next_cursor: str | None
) -> list[str | Table]:
    """Return what to print of one page of a list: its rows, and how to go on reading."""
    made = table(columns, rows)
    lines: list[str | Table] = [made if made.row_count else "Nothing found."]
    if next_cursor:
        lines.append(f"There are more: --cursor {next_cursor}")
    return lines


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return stamp(value) if isinstance(value, datetime) else printable(str(value))


def stamp(moment: datetime | None) -> str:
    """Return a moment to the minute, in its own zone; a hyphen for none."""
    return "-" if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def printable(text: str) -> str:
    """Return the text in one line, without what could steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def late(minutes: int) -> str:
    """Return lateness in hours and minutes of working time; empty if in time.

    >>> late(125)
    '2 h 05 min'
    """
    hours, rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {rest:02} min"
    return f"{rest} min" if rest else ""
