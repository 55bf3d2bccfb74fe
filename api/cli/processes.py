"""The long-running processes: everything in one, or web and worker apart."""

from pathlib import Path

import click

from api import demo, logs, serving
from api.cli.terminal import Shell
from engine.config import ROOT

_host = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
_port = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@_host
@_port
@click.pass_obj
def serve(shell: Shell, host: str, port: int) -> None:
    """Answer requests and fire timers, all in one process."""
    logs.to_stderr()

    def say_where() -> None:
        shown = f"[{host}]" if ":" in host else host
        click.echo(_WELCOME.format(address=f"http://{shown}:{port}"))

    serving.serve(shell.settings, host=host, port=port, listening=say_where)


_WELCOME = """\
Alur listens on {address}
  {address}/              the pages: open it in a browser and log in
  {address}/docs          the API, to read and try
  {address}/openapi.json  the API, for machines
Log in with POST {address}/api/v1/tokens {{"username": …, "password": …}},
then send the token along: Authorization: Bearer …"""


@click.command()
@_host
@_port
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1), help="In each.")
@click.pass_obj
def web(shell: Shell, *, host: str, port: int, workers: int, threads: int) -> None:
    """Answer requests only; run `alur worker` beside it."""
    logs.to_stderr()
    serving.web(shell.settings, host=host, port=port, workers=workers, threads=threads)


@click.command()
@click.pass_obj
def worker(shell: Shell) -> None:
    """Fire timers only; run as many as you like."""
    logs.to_stderr()
    serving.work(shell.settings)


@click.command("demo")
@click.option(
    "--logins",
    type=click.Path(path_type=Path),
    default=ROOT / "var" / "demo-logins.json",
    help="Where the passwords are kept.",
)
@click.pass_obj
def play_demo(shell: Shell, logins: Path) -> None:
    """Set up a demo office with people and cases; never in an office that has people already."""
    for line in demo.found(shell.settings, now=shell.clock(), logins=logins):
        click.echo(line)


COMMANDS = (serve, web, worker, play_demo)
