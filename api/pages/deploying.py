"""Memasang diagram: look at what the rules say of a file, then deploy it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flask import Response, request
from pydantic import Field

from api import files
from api.pages.declaring import Form, Pages, to
from api.pages.language import gettext
from api.pages.marks import Mark
from api.pages.queries import read_query
from api.pages.rendering import render
from api.pages.times import office_moment
from api.rest.schemas import Query
from engine import definitions, repository
from engine.bpmn.findings import DiagramRefused, Finding, Severity, has_error
from engine.bpmn.limits import MAX_BYTES
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.model import ProcessDefinition, Role
from engine.permissions import Actor, require

pages = Pages("deploying")
FILE: Final = "berkas"
"""The field of the form that holds the file."""
_MOST_KEPT: Final = 300_000
"""Bytes of a diagram that the page of its findings carries along, so that it need not be chosen
again."""
_MOST_FINDINGS: Final = 200
_STATES: Final = {Severity.ERROR: "overdue", Severity.WARNING: "at_risk"}


class DeployedQuery(Query):
    """Which version has just been deployed."""

    sop: str | None = Field(None, max_length=200)
    versi: int | None = Field(None, ge=1, le=2**31 - 1)
    baru: bool = False
    """Whether it is new; else it was there before and means the same."""
    gambar: bool = False
    """Whether that one got a new drawing."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What the rules say of a diagram, and the diagram, if it is not too large to be shown."""

    findings: Sequence[Finding]
    source: bytes = b""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of its elements, by their ids."""

    @classmethod
    def at(cls, source: bytes, findings: Sequence[Finding]) -> "Looked":
        """Return what is shown of a diagram; one without findings needs no names."""
        names = definitions.names_in(source) if findings else {}
        return cls(findings=findings, source=source, names=names)

    @property
    def groups(self) -> list[tuple[Severity, list[Finding]]]:
        """The findings by severity, the worst first; of each so many that a page can hold."""
        return [
            (kind, [one for one in self.findings if one.severity is kind][:_MOST_FINDINGS])
            for kind, count in self.counts.items()
            if count
        ]

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return {kind: sum(one.severity is kind for one in self.findings) for kind in Severity}

    @property
    def deployable(self) -> bool:
        """Whether none of the findings is an error."""
        return not has_error(self.findings)

    @property
    def drawing(self) -> str:
        """The file as a browser draws it; empty if it is too large or no text."""
        return "" if len(self.source) > _MOST_KEPT else self.source.decode(errors="replace")

    @property
    def kept(self) -> str:
        """The file byte for byte, as a form carries it; empty if it is too large."""
        return "" if len(self.source) > _MOST_KEPT else base64.b64encode(self.source).decode()

    @property
    def marks(self) -> list[Mark]:
        """How the shapes with errors and warnings are marked."""
        badges = {Severity.ERROR: gettext("Kesalahan"), Severity.WARNING: gettext("Peringatan")}
        worst: dict[str, Severity] = {}
        for kind, found in self.groups:
            for one in found:
                if one.element_id and kind in _STATES:
                    worst.setdefault(one.element_id, kind)
        return [
            Mark(element_id=element_id, states=[_STATES[kind]], badge=badges[kind])
            for element_id, kind in worst.items()
        ]


@pages.get("/pasang")
def show_deploying(
    tx: Transaction,
    by: Actor,
    *,
    form: Form | None = None,
    error: Invalid | None = None,
    upload: bytes = b"",
    looked: Looked | None = None,
) -> str:
    """Show the form for a diagram, and what came of the one that was sent or deployed."""
    require(by, Role.PROCESS_OWNER)
    if isinstance(error, DiagramRefused):
        looked, error = Looked.at(upload, error.findings), None
    elif error is not None and upload:
        rehearsal = form is not None and "percobaan" in form
        looked = Looked.at(upload, definitions.lint(tx, upload, by=by, rehearsal=rehearsal))
    query = read_query(DeployedQuery) if request.method == "GET" else None
    deployed = _deployed(tx, query) if query else None
    if deployed is not None:
        source = definitions.drawing_of(deployed)
        rehearsal = deployed.is_rehearsal
        found = definitions.lint(tx, source, by=by, rehearsal=rehearsal)
        looked = Looked(findings=found, names=definitions.names_in(source))
    return render(
        "deploying.html",
        form=form or Form(),
        error=error,
        looked=looked,
        deployed=deployed,
        is_new=query is not None and query.baru,
        is_redrawn=query is not None and query.gambar,
        most_bytes=MAX_BYTES,
    )


def _received() -> bytes:
    """Return the diagram of the present form: the file that was chosen, else the one carried along.

    Raises Invalid: neither, or one that is empty or too large.
    """
    if not any(file.filename for file in request.files.getlist(FILE)):
        return _carried()
    source = files.chosen(FILE).stream.read(MAX_BYTES + 1)
    if len(source) > MAX_BYTES:
        most = f"{MAX_BYTES / 2**20:g}"
        raise Invalid(fields={FILE: Said("This file is larger than {most} MB.", most=most)})
    if not source.strip():
        raise Invalid(fields={FILE: Said("This file is empty.")})
    return source


def _most_bytes() -> int:
    """Return how large a file may come: a document chosen by mistake is refused in words, too."""
    return max(MAX_BYTES, files.largest_document())


_DIAGRAM: Final = files.FileForm(most=_most_bytes, read=_received)


@pages.post("/pasang", again=show_deploying, file=_DIAGRAM)
def send_diagram(tx: Transaction, by: Actor, *, form: Form, upload: bytes) -> str | Response:
    """Say what deploying the diagram would say, or deploy it."""
    rehearsal, effective_from = "percobaan" in form, _effective_from(tx, form)
    if form.get("langkah") != "pasang":
        found = definitions.lint(tx, upload, by=by, rehearsal=rehearsal)
        return show_deploying(tx, by, form=form, looked=Looked.at(upload, found))
    deployment = definitions.deploy(
        tx, upload, by=by, effective_from=effective_from, rehearsal=rehearsal
    )
    definition = deployment.definition
    return to(
        "pages_deploying.show_deploying",
        sop=definition.key,
        versi=definition.version,
        baru="1" if deployment.created else None,
        gambar="1" if deployment.redrawn else None,
    )


def _deployed(tx: Transaction, query: DeployedQuery) -> ProcessDefinition | None:
    if query.sop is None or query.versi is None:
        return None
    return repository.definition_version(tx, query.sop, query.versi)


def _carried() -> bytes:
    try:
        source = base64.b64decode(request.form.get("isi", ""), validate=True)
    except ValueError:  # also of letters that are not ASCII
        source = b""
    if not source:
        raise Invalid(fields={FILE: Said("Choose a file first.")})
    return source


def _effective_from(tx: Transaction, form: Form) -> datetime | None:
    """Return from when on the diagram is in force; None: from now on. Raises Invalid."""
    written = form.get("berlaku", "").strip()
    return office_moment(tx, written, field="berlaku") if written else None
