"""The command line: the same use-cases as the REST API, and whatever an operator needs besides.

A command is run by whoever may read the installation's settings and database, so it asks for no
password: it acts as `system`, or `--as` a user with that user's roles and positions.
"""

import os

import click
from pydantic import ValidationError

from api.cli import cases, data, diagrams, people, processes
from api.cli.terminal import Failure, Shell
from api.rest.schemas import InvalidRequest
from engine.clock import system_clock
from engine.config import Settings
from engine.errors import AlurError


class _Commands(click.Group):
    """Turns every error that has a sentence into that sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except AlurError as error:
            raise Failure.of(error) from error
        except ValidationError as error:
            raise Failure.of(InvalidRequest.of(error)) from error
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


for command in (
    *processes.COMMANDS,
    *data.COMMANDS,
    *diagrams.COMMANDS,
    *cases.COMMANDS,
    *people.COMMANDS,
):
    alur.add_command(command)


def main() -> None:
    """Run the command line; whatever it writes is for this operating-system user only."""
    os.umask(0o077)
    alur()
