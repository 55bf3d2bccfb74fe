"""Runs commands of the command line in the test's own process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click
from click.testing import CliRunner, Result

from api.cli import alur
from api.cli.terminal import Shell
from engine.clock import Clock
from engine.config import Settings


@dataclass(frozen=True)
class CommandLine:
    """The command line of an installation, on the test's clock."""

    settings: Settings
    clock: Clock

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """Return what came of a command."""
        shell = Shell(settings=self.settings, clock=self.clock)
        return CliRunner().invoke(alur, arguments, obj=shell, input=stdin)

    def said(self, *arguments: str) -> str:
        """Return what a command that succeeds prints."""
        done = self.run(*arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    def loads(self, *arguments: str, stdin: str | None = None) -> Any:  # noqa: ANN401 — any JSON
        """Return what a command that succeeds prints with `--json`."""
        done = self.run(*arguments, "--json", stdin=stdin)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def refused(self, *arguments: str, stdin: str | None = None) -> str:
        """Return the one line on stderr of a command that is refused."""
        done = self.run(*arguments, stdin=stdin)
        assert done.exit_code == 1, done.output
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert line.startswith("alur: ")
        return line


def commands(
    group: click.Group = alur, prefix: str = "alur"
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        elif command is not None:
            yield f"{prefix} {name}", command
