"""Cases: starting one, letting its clock stand still, ending it early, what happened in it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import click

from api.cli.acting import ActingTerminal, as_somebody, page_by_page, query
from api.cli.forms import with_variables
from api.cli.terminal import listing, table
from api.rest.process_instances import DetailedInstance, History, ShownEvent
from api.rest.schemas import ListQuery
from engine import instances
from engine.bpmn.program import Event
from engine.database import Transaction
from engine.errors import Conflict
from engine.instances import StepState
from engine.model import ProcessInstance
from engine.permissions import Actor
from engine.repository import InstanceFilter, InstanceNotFound, PageRequest

_UNDER_WAY = frozenset({StepState.OPEN, StepState.SUSPENDED})
_MOST_NAMED = 5

_case = click.argument("named", metavar="CASE")
_reason = click.option("--reason", required=True, help="Stays in the history of the case.")


class AmbiguousCase(Conflict):
    """Several cases have this business key; name one by its id."""


@click.command()
@click.argument("key")
@click.option("--business-key", required=True, help="What the office calls the case.")
@with_variables
@as_somebody
def start(
    terminal: ActingTerminal, key: str, business_key: str, variables: tuple[tuple[str, object], ...]
) -> None:
    """Start a case of the SOP KEY."""
    with terminal.writing() as (tx, by):
        started = instances.start(
            tx, key, business_key=business_key, variables=dict(variables), by=by
        )
        case = DetailedInstance.now(tx, started.id, by=by)
    _show(terminal, "Started", case)


@click.command()
@_case
@_reason
@as_somebody
def suspend(terminal: ActingTerminal, named: str, reason: str) -> None:
    """Let the clock of CASE (id or business key) stand still: it waits for an outside party.

    None of its tasks can be done or becomes overdue until it is resumed.
    """
    _change(terminal, "Suspended", named, partial(instances.suspend, reason=reason))


@click.command()
@_case
@as_somebody
def resume(terminal: ActingTerminal, named: str) -> None:
    """Let the clock of CASE (id or business key) run again.

    Every deadline moves by exactly the working time for which it stood still.
    """
    _change(terminal, "Resumed", named, instances.resume)


@click.command()
@_case
@_reason
@as_somebody
def cancel(terminal: ActingTerminal, named: str, reason: str) -> None:
    """End CASE (id or business key) early, with all its open tasks."""
    _change(terminal, "Cancelled", named, partial(instances.cancel, reason=reason))


@click.command()
@_case
@click.argument("name")
@with_variables
@as_somebody
def message(
    terminal: ActingTerminal, named: str, name: str, variables: tuple[tuple[str, object], ...]
) -> None:
    """Deliver the message NAME to CASE (id or business key): to the first event that waits."""
    _deliver(terminal, named, Event.MESSAGE, name, variables=dict(variables))


@click.command()
@_case
@click.argument("name")
@with_variables
@as_somebody
def signal(
    terminal: ActingTerminal, named: str, name: str, variables: tuple[tuple[str, object], ...]
) -> None:
    """Deliver the signal NAME to CASE (id or business key): to every event that waits."""
    _deliver(terminal, named, Event.SIGNAL, name, variables=dict(variables))


def _deliver(
    terminal: ActingTerminal, named: str, event: Event, name: str, *, variables: dict[str, object]
) -> None:
    def act(tx: Transaction, case_id: UUID, *, by: Actor) -> ProcessInstance:
        return instances.deliver(tx, case_id, event, name, variables=variables, by=by)

    _change(terminal, f"Delivered {name} to", named, act)


def _change(
    terminal: ActingTerminal, done: str, named: str, act: Callable[..., ProcessInstance]
) -> None:
    with terminal.writing() as (tx, by):
        case = act(tx, _id_of(tx, named, by), by=by)
        shown = DetailedInstance.now(tx, case.id, by=by)
    _show(terminal, done, shown)


def _show(terminal: ActingTerminal, done: str, case: DetailedInstance) -> None:
    under_way = (step for step in case.steps if step.state in _UNDER_WAY)
    rows = ((s.task_id, s.name, s.candidate_group, s.state, s.due_date) for s in under_way)
    terminal.show(
        case,
        f"{done} {case.business_key}: {case.id}",
        table(("id", "step", "position", "state", "due"), rows),
    )


@click.command()
@_case
@page_by_page
@as_somebody
def history(terminal: ActingTerminal, named: str, limit: int | None, cursor: str | None) -> None:
    """List what happened in CASE (id or business key), the oldest first."""
    asked = query(ListQuery, limit=limit, cursor=cursor)
    with terminal.reading() as (tx, by):
        case_id = _id_of(tx, named, by)
        happened = instances.what_happened(tx, case_id, by=by, page=asked.page())
        page = History.of(happened, lambda event: ShownEvent.of(tx, event))
        steps = instances.get(tx, case_id, by=by).steps
    names = {one.step.element_id: one.step.name for one in steps}
    rows = (
        (one.at, one.type, one.actor, names.get(one.element_id or "", one.element_id), _detail(one))
        for one in page.items
    )
    terminal.show(page, *listing(("at", "what", "who", "where", "detail"), rows, page.next_cursor))


def _detail(event: ShownEvent) -> str:
    return "; ".join(f"{name}: {value}" for name, value in event.detail.items())


def _id_of(tx: Transaction, named: str, by: Actor) -> UUID:
    """Return the id of a case, given itself or as the business key of one case only.

    Raises InstanceNotFound, AmbiguousCase.
    """
    try:
        return UUID(named)
    except ValueError:
        wanted = InstanceFilter(business_key=named)
    found = instances.find(tx, wanted, by=by, page=PageRequest(limit=_MOST_NAMED)).items
    if not found:
        raise InstanceNotFound(case=named)
    if len(found) > 1:
        raise AmbiguousCase(latest=[f"{one.instance.id} {one.instance.state}" for one in found])
    return found[0].instance.id


COMMANDS = (start, suspend, resume, message, signal, cancel, history)
