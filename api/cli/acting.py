"""Commands that act in the office: as whom, in which transaction, on which page of a list."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import click
from pydantic import BaseModel, ValidationError

from api.cli.terminal import Shell, Terminal, with_json
from api.rest.schemas import InvalidRequest
from engine import people
from engine.database import Transaction
from engine.permissions import SYSTEM, Actor

P = ParamSpec("P")
Decorated = TypeVar("Decorated", bound=Callable[..., None])
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class ActingTerminal(Terminal):
    """One run of a command by somebody."""

    username: str

    @contextmanager
    def reading(self) -> Iterator[tuple[Transaction, Actor]]:
        """Open a transaction that cannot write, and say who acts. Raises UserNotFound."""
        with self.shell.database.read() as tx:
            yield tx, self._actor(tx)

    @contextmanager
    def writing(self) -> Iterator[tuple[Transaction, Actor]]:
        """Open a transaction that commits, and say who acts. Raises UserNotFound."""
        with self.shell.database.begin() as tx:
            yield tx, self._actor(tx)

    def actor(self) -> Actor:
        """Return who acts, for what looks after its own transactions. Raises UserNotFound."""
        with self.reading() as (_, by):
            return by

    def _actor(self, tx: Transaction) -> Actor:
        return SYSTEM if self.username == SYSTEM.username else people.acting(tx, self.username)


def as_somebody(command: Callable[Concatenate[ActingTerminal, P], None]) -> Callable[P, None]:
    """Give a command its terminal, and the options `--as` and `--json`."""

    @click.option(
        "--as",
        "acting_as",
        metavar="USER",
        default=SYSTEM.username,
        show_default=True,
        help="Act as this user.",
    )
    @with_json
    @wraps(command)
    @click.pass_obj
    def run(shell: Shell, /, *args: P.args, **kwargs: P.kwargs) -> None:
        as_json, username = bool(kwargs.pop("as_json")), str(kwargs.pop("acting_as"))
        terminal = ActingTerminal(shell=shell, as_json=as_json, username=username)
        command(terminal, *args, **kwargs)

    return run


def page_by_page(command: Decorated) -> Decorated:
    """Give a command that lists the options `--limit` and `--cursor`."""
    limit = click.option("--limit", type=click.IntRange(1, 200), help="Default: 50.")
    cursor = click.option("--cursor", help="Where to go on, as the page before says.")
    return limit(cursor(command))


def query(model: type[Model], **given: object) -> Model:
    """Return what is asked for, without the options that were not given. Raises InvalidRequest."""
    try:
        return model.model_validate(
            {name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        raise InvalidRequest.of(error) from error
