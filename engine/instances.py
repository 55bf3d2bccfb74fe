"""Process instances: starting a case, ending it early, looking at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from engine import cases, definitions, repository, rescheduling
from engine.bpmn.forms import validate, validate_free
from engine.bpmn.program import Event
from engine.bpmn.sop import Process, Step
from engine.cases import Case, required_reason
from engine.database import Transaction
from engine.deadlines import lateness, timeliness
from engine.errors import Conflict, Forbidden, Invalid, Said
from engine.model import (
    HistoryEvent,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    Role,
    Task,
    TaskState,
    Timeliness,
    new_id,
)
from engine.permissions import Actor, RoleNeeded, require
from engine.repository import InstanceFilter, InstanceRecord, Page, PageRequest
from engine.workflow import steps
from engine.workflow.steps import Awaited, Delivery

_LONGEST_KEY = 200


class NotYourCase(Forbidden):
    """You neither started this case nor have a task in it."""


class NotInForce(Conflict):
    """New cases follow another version; deploy this diagram again to make it the newest."""


class InvalidStart(Invalid):
    """The case cannot start like this."""


def start(
    tx: Transaction,
    key: str,
    *,
    business_key: str,
    variables: Mapping[str, object],
    by: Actor,
) -> ProcessInstance:
    """Return a new case of the version in force, waiting for its first people.

    Raises:
        DefinitionNotFound: no version of `key` is in force.
        RoleNeeded: neither a supervisor nor a holder of the position of the first step.
        InvalidStart, InvalidVariables: a field is not valid.
        UndefinedVariable, ExpressionFailed, NoWayOut, Stuck: the case could not go on.
    """
    definition = repository.definition_in_force(tx, key)
    loaded = definitions.load(tx, definition.id)
    _require_starter(by, loaded.process)
    cleaned = validate(loaded.process, None, variables)
    instance = _new_instance(tx, definition, business_key, by)
    Case.begin(tx, instance, variables=cleaned, by=by)
    return instance


def start_version(
    tx: Transaction,
    definition_id: UUID,
    *,
    business_key: str,
    variables: Mapping[str, object],
    by: Actor,
) -> tuple[ProcessInstance, ProcessDefinition]:
    """Return a new case of this very version, and the version.

    Raises:
        DefinitionNotFound: there is none.
        NotInForce: new cases follow another version.
        RoleNeeded, InvalidStart, InvalidVariables, …: as `start`.
    """
    definition = repository.definition(tx, definition_id)
    if repository.definition_in_force(tx, definition.key).id != definition.id:
        raise NotInForce(key=definition.key, version=definition.version)
    instance = start(tx, definition.key, business_key=business_key, variables=variables, by=by)
    return instance, definition


def may_start(process: Process, by: Actor) -> bool:
    """Return whether the actor may start a case: a supervisor, or who does the first step."""
    return bool(by.roles & _starters(process) or by.groups & _first_groups(process))


def _require_starter(by: Actor, process: Process) -> None:
    if not may_start(process, by):
        raise RoleNeeded(roles=sorted(role.value for role in _starters(process)))


def _starters(process: Process) -> set[Role]:
    """A process whose first step is nobody's, such as a rehearsal, is its owner's to start."""
    return {Role.SUPERVISOR} if _first_groups(process) else {Role.SUPERVISOR, Role.PROCESS_OWNER}


def _first_groups(process: Process) -> set[str]:
    return {step.candidate_group for step in process.first_steps if step.candidate_group}


def _new_instance(
    tx: Transaction, definition: ProcessDefinition, business_key: str, by: Actor
) -> ProcessInstance:
    business_key = " ".join(business_key.split())
    if not business_key or len(business_key) > _LONGEST_KEY:
        raise InvalidStart(
            fields={"business_key": Said("1 to {longest_key} characters", longest_key=_LONGEST_KEY)}
        )
    instance = ProcessInstance(
        tenant_id=tx.tenant_id,
        id=new_id(),
        definition_id=definition.id,
        business_key=business_key,
        state=InstanceState.ACTIVE,
        started_at=tx.now,
        started_by=by.username,
        advanced_at=tx.now,
    )
    tx.add(instance)
    tx.flush()
    return instance


def deliver(
    tx: Transaction,
    instance_id: UUID,
    event: Event,
    name: str,
    *,
    variables: Mapping[str, object],
    by: Actor,
) -> ProcessInstance:
    """Return the case after a message or signal has reached it, with the variables it brings.

    A message reaches the first that waits for it, a signal all.

    Raises:
        NotYourCase: neither a supervisor nor who started the case.
        InstanceNotFound, InstanceEnded, InstanceSuspended, InvalidVariables: as they say.
        NobodyWaits: for that message or signal.
        Invalid: the case could not go on; it stays as it is.
    """
    instance = repository.lock_instance(tx, instance_id)
    if not by.has(Role.SUPERVISOR) and instance.started_by != by.username:
        raise NotYourCase(id=str(instance_id))
    case = cases.locked(tx, instance)
    cleaned = validate_free(case.loaded.process, variables)
    case.advance(tx, by=by, delivery=Delivery(event=event, name=name, variables=cleaned))
    return instance


def cancel(tx: Transaction, instance_id: UUID, *, reason: str, by: Actor) -> ProcessInstance:
    """Return the case after ending it early, with all its tasks and timers.

    Raises:
        RoleNeeded: not a supervisor.
        InstanceNotFound, InstanceEnded, ReasonMissing: as they say.
    """
    require(by, Role.SUPERVISOR)
    reason = required_reason(reason)
    instance = repository.lock_instance(tx, instance_id)
    cases.locked(tx, instance).cancel(tx, reason=reason, by=by)
    return instance


def suspend(tx: Transaction, instance_id: UUID, *, reason: str, by: Actor) -> ProcessInstance:
    """Return the case, its clock standing still: it waits for somebody outside the office.

    Nothing of it can be done or becomes overdue until it is resumed.

    Raises:
        RoleNeeded: not a supervisor.
        InstanceNotFound, InstanceEnded, InstanceSuspended, ReasonMissing: as they say.
    """
    require(by, Role.SUPERVISOR)
    reason = required_reason(reason)
    instance = repository.lock_instance(tx, instance_id)
    rescheduling.suspend(tx, cases.locked(tx, instance), reason=reason, by=by)
    return instance


def resume(tx: Transaction, instance_id: UUID, *, by: Actor) -> ProcessInstance:
    """Return the case, its clock running again; every deadline moves by the time it stood still.

    Raises:
        RoleNeeded: not a supervisor.
        InstanceNotFound, NotSuspended: as they say.
    """
    require(by, Role.SUPERVISOR)
    instance = repository.lock_instance(tx, instance_id)
    rescheduling.resume(tx, cases.locked(tx, instance), by=by)
    return instance


class StepState(StrEnum):
    """How far a case has come with a step."""

    WAITING = "waiting"
    """Not reached yet."""
    OPEN = "open"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class StepProgress:
    """A step of the SOP in one case; a step done again counts as its last turn."""

    step: Step
    state: StepState
    task: Task | None
    timeliness: Timeliness | None
    """Of an open task with a deadline."""
    late_minutes: int
    """Working minutes, of an open or a completed task; 0 is in time."""


@dataclass(frozen=True, kw_only=True)
class CaseRecord:
    """A case with the state of every step."""

    record: InstanceRecord
    steps: Sequence[StepProgress]
    open_tasks: Sequence[StepProgress]
    """Every open task with its step, in the order of the SOP: a step can have several at once."""
    waits_for: Sequence[Awaited]
    """Messages and signals."""


def get(tx: Transaction, instance_id: UUID, *, by: Actor) -> CaseRecord:
    """Return a case with the state of every step.

    Raises:
        InstanceNotFound: there is none.
        NotYourCase: neither a supervisor nor involved.
    """
    record = visible(tx, instance_id, by)
    loaded = definitions.load(tx, record.instance.definition_id)
    state = repository.workflow_state(tx, instance_id) if _is_active(record) else None
    tasks = repository.tasks_of(tx, instance_id)
    last = {task.element_id: task for task in tasks}
    is_open = [task for task in tasks if task.state is TaskState.OPEN]
    return CaseRecord(
        record=record,
        steps=[_progress(tx, step, last.get(step.element_id)) for step in loaded.process.steps],
        open_tasks=[
            _progress(tx, step, task)
            for step in loaded.process.steps
            for task in is_open
            if task.element_id == step.element_id
        ],
        waits_for=steps.awaited(loaded.specification, state) if state else (),
    )


def _is_active(record: InstanceRecord) -> bool:
    return record.instance.state is InstanceState.ACTIVE


def _progress(tx: Transaction, step: Step, task: Task | None) -> StepProgress:
    return StepProgress(
        step=step,
        state=StepState(task.state.value) if task else StepState.WAITING,
        task=task,
        timeliness=timeliness(tx, task) if task else None,
        late_minutes=lateness(tx, task) if task else 0,
    )


def find(
    tx: Transaction, wanted: InstanceFilter, *, by: Actor, page: PageRequest
) -> Page[InstanceRecord]:
    """Return the cases that the actor may see, the newest first."""
    return repository.instances(tx, wanted, by=by.visibility, page=page)


def what_happened(
    tx: Transaction, instance_id: UUID, *, by: Actor, page: PageRequest
) -> Page[HistoryEvent]:
    """Return the history of a case, the oldest first. Raises as `get`."""
    visible(tx, instance_id, by)
    return repository.history(tx, instance_id, page)


def visible(tx: Transaction, instance_id: UUID, by: Actor) -> InstanceRecord:
    """Return a case that the actor may see. Raises InstanceNotFound, NotYourCase."""
    record = repository.instance(tx, instance_id)
    if not repository.sees_instance(tx, record.instance, by.visibility):
        raise NotYourCase(id=str(instance_id))
    return record
