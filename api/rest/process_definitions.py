"""Process definitions: deploying diagrams, and what the office wrote in them."""

from datetime import datetime
from typing import Annotated, Any

from flask import Response, g, request
from pydantic import Field, ValidationError

from api.responses import keep_as
from api.rest.resource import Resource
from api.rest.schemas import (
    Answer,
    InvalidRequest,
    Listing,
    ListQuery,
    Moment,
    Query,
    Sentence,
    local,
)
from engine import definitions, repository
from engine.bpmn.differences import Difference, Subject
from engine.bpmn.findings import Finding, Severity, has_error
from engine.bpmn.forms import start_schema
from engine.bpmn.procedure import Lead, Procedure, Row, Shape
from engine.bpmn.sop import FieldType, FormField, Lane, Process, Step
from engine.bpmn.unpictured import Unpictured
from engine.database import Transaction
from engine.definitions import Deployment
from engine.model import ProcessDefinition
from engine.permissions import Actor

resource = Resource("process definitions", "The SOPs of the office: diagrams and their versions.")
BPMN = "application/xml"

EffectiveFrom = Annotated[
    Moment | None,
    Field(description="From when on new cases follow this version; now if it is not given."),
]


Simulate = Annotated[
    bool,
    Field(
        description="Rehearse: tasks that need a service become work of whoever starts the case, "
        "and a process that is marked as not executable runs."
    ),
]


class LintQuery(Query):
    """How a diagram is looked at."""

    simulate: Simulate = False


class DeploymentQuery(LintQuery):
    """When a deployed diagram takes effect, and how."""

    effective_from: EffectiveFrom = None


class DiagramFinding(Answer):
    """Something in a diagram that its owner should know."""

    code: str = Field(examples=["missing-output"])
    severity: Severity
    element_id: str | None
    line: int | None
    message: Sentence
    hint: Sentence

    @classmethod
    def of(cls, finding: Finding) -> "DiagramFinding":
        """Return the finding as it is shown."""
        return cls.model_validate(finding.as_dict())


class LintReport(Answer):
    """What the rules say of a diagram."""

    deployable: bool = Field(description="Whether none of the findings is an error.")
    findings: list[DiagramFinding] = Field(description="In the order of the file.")


class DeployedDefinition(Answer):
    """What came of a deployment."""

    key: str = Field(examples=["evaluasi-internal-capaian-kinerja"])
    version: int = Field(examples=[1])
    name: str
    created: bool = Field(description="False: the newest version means the same, so it stays.")
    redrawn: bool = Field(description="Whether that version got a new drawing.")
    effective_from: datetime
    findings: list[DiagramFinding] = Field(
        description="Warnings and hints; errors refuse the diagram."
    )

    @classmethod
    def of(cls, tx: Transaction, deployment: Deployment) -> "DeployedDefinition":
        """Return the deployment as it is shown."""
        definition = deployment.definition
        return cls(
            key=definition.key,
            version=definition.version,
            name=definition.name,
            created=deployment.created,
            redrawn=deployment.redrawn,
            effective_from=local(tx, definition.effective_from),
            findings=[DiagramFinding.of(finding) for finding in deployment.findings],
        )


class DefinitionVersion(Answer):
    """One version of a diagram."""

    key: str = Field(examples=["evaluasi-internal-capaian-kinerja"])
    version: int = Field(examples=[1])
    name: str = Field(examples=["Evaluasi Internal Capaian Kinerja"])
    effective_from: datetime
    deployed_at: datetime
    deployed_by: str = Field(examples=["pemilik.proses"])

    @classmethod
    def of(cls, tx: Transaction, definition: ProcessDefinition) -> "DefinitionVersion":
        """Return the version as it is shown."""
        return cls(
            key=definition.key,
            version=definition.version,
            name=definition.name,
            effective_from=local(tx, definition.effective_from),
            deployed_at=local(tx, definition.deployed_at),
            deployed_by=definition.deployed_by,
        )


class DefinitionList(Listing[DefinitionVersion]):
    """The versions in force, by key."""


class ShownOption(Answer):
    """One value that an enum can have."""

    id: str
    name: str


class ShownField(Answer):
    """One field of a step's form; its id is the name of the variable."""

    id: str = Field(examples=["perlu_perbaikan"])
    label: str = Field(examples=["Perlu perbaikan?"])
    type: FieldType
    required: bool
    default: str | None = Field(description="As the diagram writes it.")
    options: list[ShownOption]

    @classmethod
    def of(cls, field: FormField) -> "ShownField":
        """Return the field as it is shown."""
        return cls(
            id=field.id,
            label=field.label,
            type=field.type,
            required=field.required,
            default=field.default,
            options=[ShownOption(id=one, name=name) for one, name in field.options],
        )


class ShownLane(Answer):
    """A column of the SOP's table: one actor."""

    element_id: str
    name: str = Field(examples=["Kasubag Perencanaan dan Pelaporan"])
    candidate_group: str | None = Field(description="The code of the position that does it.")

    @classmethod
    def of(cls, lane: Lane) -> "ShownLane":
        """Return the lane as it is shown."""
        return cls(element_id=lane.element_id, name=lane.name, candidate_group=lane.candidate_group)


class ShownStep(Answer):
    """A row of the SOP's table, with its mutu baku."""

    number: int = Field(examples=[2])
    element_id: str
    name: str = Field(examples=["Membuat Dokumen Laporan Kinerja"])
    lane: str | None
    candidate_group: str | None = Field(description="The code of the position that does it.")
    time_standard: str | None = Field(
        description="Waktu baku: an ISO 8601 duration, in working time.", examples=["P2D"]
    )
    required_documents: str = Field(description="Kelengkapan.")
    output: str
    note: str = Field(description="Keterangan.")
    fields: list[ShownField]

    @classmethod
    def of(cls, step: Step) -> "ShownStep":
        """Return the step as it is shown."""
        return cls(
            number=step.number,
            element_id=step.element_id,
            name=step.name,
            lane=step.lane,
            candidate_group=step.candidate_group,
            time_standard=step.time_standard,
            required_documents=step.required_documents,
            output=step.output,
            note=step.note,
            fields=[ShownField.of(field) for field in step.fields],
        )


class ShownLead(Answer):
    """What leads from one row of the flow chart to another, or back to itself."""

    to: int = Field(description="Index of that row, from 0.")
    labels: list[str] = Field(
        description='In which cases; "" is in all others, and none at all is always.',
        examples=[["Ya"]],
    )
    by_event: bool = Field(description="Whether an event at the border of the step takes it.")


class ShownRow(Answer):
    """A row of the flow chart: a step, or a start, end or decision that is none."""

    shape: Shape
    name: str
    step: int | None = Field(description="The number of the step.")
    question: str = Field(description="What is decided after the step.")
    lane_id: str | None = Field(description="The element id of the lane that it stands in.")
    candidate_group: str | None
    leads: list[ShownLead]

    @classmethod
    def of(cls, row: Row, leads: list[Lead]) -> "ShownRow":
        """Return the row as it is shown, with what leaves it."""
        return cls(
            shape=row.shape,
            name=row.name,
            step=row.step.number if row.step else None,
            question=row.question,
            lane_id=row.lane_id,
            candidate_group=row.candidate_group,
            leads=[
                ShownLead(to=one.target, labels=list(one.labels), by_event=one.by_event)
                for one in leads
            ],
        )


class ShownDefinition(DefinitionVersion):
    """An SOP: the version in force (or the newest, if none is yet), and all versions."""

    identity: dict[str, str] = Field(
        description="The identity block, as the diagram writes it.",
        examples=[{"nomor": "002/SOP/BAPPEDALITBANG-Blg/2023"}],
    )
    lanes: list[ShownLane]
    start_fields: list[ShownField] = Field(description="What starting a case asks for.")
    start_form: dict[str, Any] = Field(description="The same as a JSON Schema of the variables.")
    steps: list[ShownStep]
    rows: list[ShownRow] = Field(description="The flow chart, in the order of its table.")
    unpictured: list[Unpictured] = Field(
        description="What runs although the flow chart has no symbol for it."
    )
    versions: list[DefinitionVersion] = Field(description="The newest first.")

    @classmethod
    def with_process(
        cls,
        shown: DefinitionVersion,
        process: Process,
        procedure: Procedure,
        versions: list[DefinitionVersion],
    ) -> "ShownDefinition":
        """Return a version with what its diagram says."""
        return cls(
            **dict(shown),
            identity=dict(process.identity),
            lanes=[ShownLane.of(lane) for lane in process.lanes],
            start_fields=[ShownField.of(field) for field in process.start_fields],
            start_form=start_schema(process),
            steps=[ShownStep.of(step) for step in process.steps],
            rows=[
                ShownRow.of(row, [one for one in procedure.leads if one.source == number])
                for number, row in enumerate(procedure.rows)
            ],
            unpictured=sorted(procedure.unpictured),
            versions=versions,
        )


class DifferenceQuery(Query):
    """Which two versions are compared."""

    before: int = Field(alias="from", ge=1, le=2**31 - 1, description="A version.")
    after: int = Field(alias="to", ge=1, le=2**31 - 1, description="A version, usually later.")


class ShownDifference(Answer):
    """One thing that is another than before."""

    subject: Subject
    of: str = Field(
        description="Which one: the key of the entry, the name of lane, step or decision."
    )
    field: str | None = Field(
        description="Of a step or decision that is in both; `form`: what is filled in, `next`: "
        "where it leads and when. null: the whole."
    )
    before: str | None = Field(description="null: it is new.")
    after: str | None = Field(description="null: it is gone.")

    @classmethod
    def shown(cls, one: Difference) -> "ShownDifference":
        """Return the difference as it is shown."""
        return cls(
            subject=one.subject, of=one.of, field=one.field, before=one.before, after=one.after
        )


class DifferenceList(Answer):
    """What differs, in the order of the SOP."""

    items: list[ShownDifference]


@resource.upload(
    "/process-definitions",
    {200: DeployedDefinition, 201: DeployedDefinition},
    problems=(403, 409),
)
def deploy_process_definition(
    tx: Transaction, by: Actor, query: DeploymentQuery
) -> tuple[DeployedDefinition, int]:
    """Deploy a diagram.

    The body is the BPMN file, or a form with the file and, if wanted, `effective_from`. 201: a new
    version; 200: nothing changed. A diagram that cannot run as drawn is refused with 422 and
    `findings`, each with element, line and what to do. For process owners.
    """
    wanted = _form_query() or query
    deployment = definitions.deploy(
        tx,
        g.body.content,
        by=by,
        effective_from=wanted.effective_from,
        rehearsal=wanted.simulate,
    )
    return DeployedDefinition.of(tx, deployment), 201 if deployment.created else 200


@resource.upload("/process-definitions/lint", {200: LintReport}, problems=(403,))
def lint_process_definition(tx: Transaction, by: Actor, query: LintQuery) -> LintReport:
    """Say what deploying a diagram would say, and deploy nothing. For process owners."""
    found = definitions.lint(tx, g.body.content, by=by, rehearsal=query.simulate)
    return LintReport(
        deployable=not has_error(found), findings=[DiagramFinding.of(one) for one in found]
    )


@resource.get("/process-definitions", DefinitionList)
def list_process_definitions(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    query: ListQuery,
) -> DefinitionList:
    """List the SOPs: for every key the version in force."""
    page = repository.definitions_in_force(tx, query.page())
    return DefinitionList.of(page, lambda definition: DefinitionVersion.of(tx, definition))


@resource.get("/process-definitions/<key>", ShownDefinition, problems=(404,))
def get_process_definition(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    key: str,
) -> ShownDefinition:
    """Show an SOP: identity block, actors, steps with their mutu baku, flow chart, and versions."""
    versions = repository.versions(tx, key)
    if not versions:
        raise repository.DefinitionNotFound(key=key)
    in_force = (one for one in versions if one.effective_from <= tx.now)
    current = next(in_force, versions[0])
    return ShownDefinition.with_process(
        DefinitionVersion.of(tx, current),
        definitions.load(tx, current.id).process,
        definitions.procedure(tx, current.id),
        [DefinitionVersion.of(tx, one) for one in versions],
    )


@resource.get("/process-definitions/<key>/differences", DifferenceList, problems=(404,))
def list_differences(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    key: str,
    query: DifferenceQuery,
) -> DifferenceList:
    """Say what differs between two versions, as readers of the SOP see it."""
    found = definitions.compare(tx, key, query.before, query.after)
    return DifferenceList(items=[ShownDifference.shown(one) for one in found])


@resource.get(
    "/process-definitions/<key>/versions/<int(max=2147483647):version>/bpmn",
    BPMN,
    problems=(404,),
)
def get_process_definition_bpmn(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    key: str,
    version: int,
) -> Response:
    """Download the newest drawing of a version, byte for byte, in the encoding that it declares."""
    definition = repository.definition_version(tx, key, version)
    drawing = definitions.drawing_of(definition)
    answer = Response(drawing, content_type=BPMN)  # a mimetype would claim UTF-8
    keep_as(answer, f"{definition.key}-{definition.version}.bpmn")
    return answer


def _form_query() -> DeploymentQuery | None:
    """Return the parameters that were sent as fields of the form."""
    if not request.form:
        return None
    try:
        return DeploymentQuery.model_validate(request.form.to_dict())
    except ValidationError as error:
        raise InvalidRequest.of(error) from error
