"""Diagrams: checking them, deploying them, and taking them to the modeler."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from api.cli.acting import ActingTerminal, as_somebody, query
from api.cli.terminal import Failure, Terminal, on_terminal, printable, table, with_language
from api.rest.process_definitions import DeployedDefinition, DeploymentQuery, DiagramFinding
from engine import definitions, kits
from engine.bpmn import lint as rules
from engine.bpmn import reader
from engine.bpmn.findings import DiagramRefused, Finding, Severity, has_error
from engine.calendars import InvalidCalendar, load
from engine.config import Settings
from engine.database import Transaction
from engine.permissions import Actor

_files = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())

_simulate = click.option(
    "--simulate", is_flag=True, help="Rehearse: tasks that need a service become work of people."
)


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """What the rules say of one file."""

    file: str
    findings: Sequence[Finding]
    fault: str | None = None
    """Why the file could not be read at all."""

    @classmethod
    def refused(cls, file: str, error: DiagramRefused | OSError) -> "_Checked":
        """Return what is wrong with a file that cannot be read or deployed at all."""
        if isinstance(error, DiagramRefused):
            return cls(file=file, findings=error.findings)
        return cls(file=file, findings=(), fault=error.strerror)

    @property
    def broken(self) -> bool:
        """Return whether it cannot be deployed."""
        return self.fault is not None or has_error(self.findings)

    def lines(self, language: str) -> Iterator[str]:
        """Yield `file:line: severity: sentence [element id]`, a finding a line."""
        if self.fault is not None:
            yield f"{self.file}: {Severity.ERROR}: {self.fault}"
        for finding in self.findings:
            place = f"{self.file}:{finding.line}" if finding.line else self.file
            said, advice = (getattr(text, language) for text in (finding.message, finding.hint))
            where = f" [{finding.element_id}]" if finding.element_id else ""
            yield printable(f"{place}: {finding.severity}: {said} {advice}{where}")

    def shown(self) -> dict[str, object]:
        """Return the same as JSON values, findings as the REST API shows them."""
        shown = [DiagramFinding.of(one).model_dump(mode="json") for one in self.findings]
        return {"file": self.file, "fault": self.fault, "findings": shown}


@click.command()
@_files
@with_language
@_simulate
@on_terminal
def lint(terminal: Terminal, files: tuple[str, ...], lang: str, *, simulate: bool) -> None:
    """Say what is wrong with diagrams; exit code 1 if one of them cannot be deployed.

    Calendars that diagrams name are looked up in the calendar file, if that can be read.
    """
    calendars = _calendars(terminal.shell.settings)
    checked = [_check(file, calendars, rehearsal=simulate) for file in files]
    lines = (line for one in checked for line in one.lines(lang))
    terminal.show({"items": [one.shown() for one in checked]}, *lines)
    if any(one.broken for one in checked):
        raise click.exceptions.Exit(1)


def _calendars(settings: Settings) -> Collection[str] | None:
    """Return the names of the calendars in the office's file; None if it cannot be read."""
    try:
        return load(settings.calendar).keys()
    except InvalidCalendar:
        return None


def _check(file: str, calendars: Collection[str] | None, *, rehearsal: bool) -> _Checked:
    """Return what the rules say of a file; one that cannot be read is wrong as a whole."""
    try:
        diagram = reader.read(Path(file).read_bytes())
    except (DiagramRefused, OSError) as error:
        return _Checked.refused(file, error)
    found = rules.lint(diagram, calendars=calendars, rehearsal=rehearsal)
    return _Checked(file=file, findings=found)


@click.command()
@_files
@with_language
@click.option(
    "--effective-from", metavar="MOMENT", help="ISO 8601 with offset; now if it is not given."
)
@_simulate
@as_somebody
def deploy(
    terminal: ActingTerminal,
    files: tuple[str, ...],
    lang: str,
    effective_from: str | None,
    *,
    simulate: bool,
) -> None:
    """Deploy diagrams: all of them, or none if one is refused."""
    wanted = query(DeploymentQuery, effective_from=effective_from, simulate=simulate)
    with terminal.writing() as (tx, by):
        tried = [_deploy(tx, by, file, wanted) for file in files]
        refused = [one for one in tried if isinstance(one, _Checked)]
        if refused:
            for line in (line for one in refused for line in one.lines(lang)):
                click.echo(line, err=True)
            raise Failure("Nothing has been deployed.")
    deployed = [one for one in tried if isinstance(one, DeployedDefinition)]
    rows = ((one.key, one.version, _news(one), one.effective_from) for one in deployed)
    terminal.show(
        {"items": [one.model_dump(mode="json") for one in deployed]},
        table(("key", "version", "change", "effective from"), rows),
    )


def _deploy(
    tx: Transaction, by: Actor, file: str, wanted: DeploymentQuery
) -> DeployedDefinition | _Checked:
    """Deploy a file; return what is wrong with it if it is refused."""
    try:
        source = Path(file).read_bytes()
        deployment = definitions.deploy(
            tx, source, by=by, effective_from=wanted.effective_from, rehearsal=wanted.simulate
        )
    except (DiagramRefused, OSError) as error:
        return _Checked.refused(file, error)
    return DeployedDefinition.of(tx, deployment)


def _news(deployed: DeployedDefinition) -> str:
    return "new" if deployed.created else "none"


@click.command()
@click.argument("key")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Default: KEY.zip in this folder.",
)
@as_somebody
def kit(terminal: ActingTerminal, key: str, output: Path | None) -> None:
    """Write a zip for the desktop modeler: the newest drawing of the SOP KEY, and the templates."""
    with terminal.reading() as (tx, _):
        packed = kits.kit(tx, key, templates=terminal.shell.settings.element_templates)
    file = output or Path(f"{key}.zip")
    file.write_bytes(packed)
    terminal.show({"file": str(file), "bytes": len(packed)}, f"{file}: {len(packed)} bytes.")


COMMANDS = (lint, deploy, kit)
