"""The command line: the same use-cases as the REST API, and whatever an operator needs besides.

A command is run by whoever may read the installation's settings and database, so it asks for no
password: it acts as `system`, or `--as` a user with that user's roles and positions.
"""

import os
from collections.abc import Mapping
from importlib import import_module

import click

from api.cli.terminal import Failure, Shell
from engine.clock import system_clock
from engine.config import Settings
from engine.errors import AlurError

MODULES: Mapping[str, tuple[str, ...]] = {
    "processes": ("serve", "web", "worker", "demo"),
    "data": ("db", "backup", "restore"),
    "diagrams": ("lint", "deploy", "kit"),
    "cases": ("start", "suspend", "resume", "message", "signal", "cancel", "history"),
    "worklist": ("tasks", "complete", "claim", "unclaim", "assign", "extend", "overdue"),
    "due": ("due",),
    "calendars": ("calendar",),
    "incidents": ("incidents",),
    "notifications": ("notifications",),
    "people": ("users", "positions"),
}
"""The modules of this package and the commands that stand in each."""


class _Commands(click.Group):
    """Imports a command when it is named, and says every error in its sentence.

    What a web server or the diagrams need takes most of a second to import, and few commands
    need all of it.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(name for names in MODULES.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        for module, names in MODULES.items():
            if cmd_name in names:
                commands: tuple[click.Command, ...] = import_module(f"api.cli.{module}").COMMANDS
                return next(command for command in commands if command.name == cmd_name)
        return None

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except AlurError as error:
            raise Failure.of(error) from error
        except BrokenPipeError:
            raise  # whoever read our output has seen enough; click knows
        except OSError as error:
            raise Failure(f"{error.filename or 'the system says'}: {error.strerror}") from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="alur")
@click.pass_context
def alur(context: click.Context) -> None:
    """Alur makes an SOP run: deploy its diagram, work through its steps, see what is overdue."""
    if context.obj is None:
        settings = Settings.from_environment(os.environ)
        context.obj = Shell(settings=settings, clock=system_clock)
    context.call_on_close(context.obj.close)


def main() -> None:
    """Run the command line; whatever it writes is for this operating-system user only."""
    os.umask(0o077)
    alur()
