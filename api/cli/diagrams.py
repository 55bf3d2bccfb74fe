"""Diagrams: checking them, and deploying them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from api.cli.terminal import Failure, Terminal, as_somebody, on_terminal, printable, table
from api.rest.process_definitions import (
    DeployedDefinition,
    DeploymentQuery,
    DiagramFinding,
)
from engine import definitions
from engine.bpmn import lint as rules
from engine.bpmn import reader
from engine.bpmn.findings import DiagramRefused, Finding, Severity, has_error
from engine.database import Transaction
from engine.permissions import Actor

_files = click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
_language = click.option(
    "--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Of sentences."
)


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """What the rules say of one file."""

    file: str
    findings: Sequence[Finding]
    fault: str | None = None
    """Why the file could not be read at all."""

    @property
    def broken(self) -> bool:
        """Return whether it cannot be deployed."""
        return self.fault is not None or has_error(self.findings)

    def lines(self, language: str) -> Iterator[str]:
        """Yield `file:line: severity: sentence`, a finding a line."""
        if self.fault is not None:
            yield f"{self.file}: {Severity.ERROR}: {self.fault}"
        for finding in self.findings:
            place = f"{self.file}:{finding.line}" if finding.line else self.file
            said, advice = (getattr(text, language) for text in (finding.message, finding.hint))
            yield printable(f"{place}: {finding.severity}: {said} {advice}")

    def shown(self) -> dict[str, object]:
        """Return the same as JSON values, findings as the REST API shows them."""
        shown = [DiagramFinding.of(one).model_dump(mode="json") for one in self.findings]
        return {"file": self.file, "fault": self.fault, "findings": shown}


def _check(file: str) -> _Checked:
    """Return what is wrong with a file; one that cannot be read is wrong as a whole."""
    try:
        return _Checked(file=file, findings=rules.lint(reader.read(Path(file).read_bytes())))
    except DiagramRefused as error:
        return _Checked(file=file, findings=error.findings)
    except OSError as error:
        return _Checked(file=file, findings=(), fault=error.strerror)


@click.command()
@_files
@_language
@on_terminal
def lint(terminal: Terminal, files: tuple[str, ...], lang: str) -> None:
    """Say what is wrong with diagrams; exit code 1 if one of them cannot be deployed."""
    checked = [_check(file) for file in files]
    lines = (line for one in checked for line in one.lines(lang))
    terminal.show({"items": [one.shown() for one in checked]}, *lines)
    if any(one.broken for one in checked):
        raise click.exceptions.Exit(1)


@click.command()
@_files
@_language
@click.option(
    "--effective-from", metavar="MOMENT", help="ISO 8601 with offset; now if it is not given."
)
@as_somebody
def deploy(
    terminal: Terminal, files: tuple[str, ...], lang: str, effective_from: str | None
) -> None:
    """Deploy diagrams: all of them, or none if one is refused."""
    checked = [_check(file) for file in files]
    if any(one.broken for one in checked):
        for line in (line for one in checked if one.broken for line in one.lines(lang)):
            click.echo(line, err=True)
        raise Failure("Nothing has been deployed.")
    moment = DeploymentQuery.model_validate({"effective_from": effective_from}).effective_from
    with terminal.writing() as (tx, by):
        deployed = [_deploy(tx, by, one, moment) for one in checked]
    rows = ((one.key, one.version, _news(one), one.effective_from) for one in deployed)
    terminal.show(
        {"items": [one.model_dump(mode="json") for one in deployed]},
        table(("key", "version", "change", "effective from"), rows),
    )


def _deploy(
    tx: Transaction, by: Actor, checked: _Checked, effective_from: datetime | None
) -> DeployedDefinition:
    source = Path(checked.file).read_bytes()
    deployment = definitions.deploy(tx, source, by=by, effective_from=effective_from)
    return DeployedDefinition.of(tx, deployment)


def _news(deployed: DeployedDefinition) -> str:
    return "new" if deployed.created else "none"


COMMANDS = (lint, deploy)
