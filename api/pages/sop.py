"""SOP: what the office has, how each is written, what changed, and starting a case."""

from collections.abc import Sequence
from typing import Final

from flask import Response, abort
from pydantic import Field

from api.pages.declaring import Form, Pages, to
from api.pages.fields import typed
from api.pages.persons import introduce
from api.pages.procedures import draw
from api.pages.queries import read_query
from api.pages.rendering import render
from api.responses import keep_as
from api.rest.schemas import ListQuery, Query
from engine import definitions, instances, repository
from engine.bpmn.forms import from_texts
from engine.bpmn.sop import FormField, Process
from engine.bpmn.values import is_computed
from engine.database import Transaction
from engine.errors import Invalid
from engine.model import ProcessDefinition, Role
from engine.permissions import Actor

pages = Pages("sop")
BPMN: Final = "application/xml"


class VersionQuery(Query):
    """Which version of an SOP is wanted; the one in force if none is named."""

    versi: int | None = Field(None, ge=1, le=2**31 - 1)


class DifferenceQuery(Query):
    """Which two versions are compared."""

    dari: int = Field(ge=1, le=2**31 - 1)
    ke: int = Field(ge=1, le=2**31 - 1)


@pages.get("/sop")
def show_definitions(tx: Transaction, by: Actor) -> str:
    """Show the SOPs in force."""
    query = read_query(ListQuery)
    found = repository.definitions_in_force(tx, query.page())
    introduce(tx, [one.deployed_by for one in found.items])
    return render(
        "definitions.html",
        definitions=found.items,
        may_deploy=by.has(Role.PROCESS_OWNER),
        next_cursor=query.cursor_after(found.next_after),
    )


@pages.get("/sop/<key>")
def show_definition(
    tx: Transaction,
    by: Actor,
    key: str,
    *,
    form: Form | None = None,
    error: Invalid | None = None,
) -> str:
    """Show an SOP in the form of the regulation, its versions, and how to start a case of it."""
    versions = repository.versions(tx, key)
    if not versions:
        raise repository.DefinitionNotFound(key=key)
    introduce(tx, [one.deployed_by for one in versions])
    query = read_query(VersionQuery)
    in_force = next((one for one in versions if one.effective_from <= tx.now), None)
    shown = in_force or versions[0]
    if query.versi is not None:
        shown = next((one for one in versions if one.version == query.versi), None) or abort(404)
    process = definitions.load(tx, shown.id).process
    procedure = definitions.procedure(tx, shown.id)
    return render(
        "definition.html",
        shown=shown,
        in_force=in_force,
        versions=versions,
        process=process,
        drawing=draw(procedure, process),
        may_start=shown is in_force and instances.may_start(process, by),
        texts=_texts(process.start_fields, form),
        form=form or Form(),
        error=error,
    )


@pages.get("/sop/<key>/perbedaan")
def show_differences(tx: Transaction, by: Actor, key: str) -> str:  # noqa: ARG001 — everybody logged in
    """Show what changed between two versions."""
    query = read_query(DifferenceQuery)
    before = repository.definition_version(tx, key, query.dari)
    after = repository.definition_version(tx, key, query.ke)
    found = definitions.compare(tx, key, query.dari, query.ke)
    versions = repository.versions(tx, key)
    return render(
        "differences.html", before=before, after=after, versions=versions, differences=found
    )


@pages.get("/sop/<key>/versi/<int(max=2147483647):version>/diagram.bpmn")
def download_drawing(tx: Transaction, by: Actor, key: str, version: int) -> Response:  # noqa: ARG001 — everybody logged in
    """Answer the newest drawing of a version."""
    definition = repository.definition_version(tx, key, version)
    answer = Response(definitions.drawing_of(definition), content_type=BPMN)
    keep_as(answer, f"{key}-{version}.bpmn")
    return answer


@pages.post("/sop/<key>/mulai", again=show_definition)
def start_case(tx: Transaction, by: Actor, key: str, form: Form) -> Response:
    """Start a case of the version in force."""
    definition = repository.definition_in_force(tx, key)
    fields = _process(tx, definition).start_fields
    instance = instances.start(
        tx,
        key,
        business_key=form.get("business_key", ""),
        variables=from_texts(fields, typed(fields, form)),
        by=by,
    )
    return to("pages_cases.show_case", instance_id=instance.id)


def _texts(fields: Sequence[FormField], form: Form | None) -> dict[str, str]:
    """Return what the start form shows: what was typed just now, else its fixed defaults."""
    defaults = {one.id: one.default or "" for one in fields if not is_computed(one.default)}
    return {**defaults, **(typed(fields, form) if form is not None else {})}


def _process(tx: Transaction, definition: ProcessDefinition) -> Process:
    return definitions.load(tx, definition.id).process
