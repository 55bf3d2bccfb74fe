"""Decides whether a diagram may run: as drawn, or not at all.

A rule is a function from a diagram to findings; adding one is adding it to the table.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from engine.bpmn import (
    lint_calendars,
    lint_compensation,
    lint_events,
    lint_expressions,
    lint_fields,
    lint_flow,
    lint_gateways,
    lint_ids,
    lint_lanes,
    lint_loops,
    lint_repetition,
    lint_scope,
    lint_services,
    lint_sop,
    lint_soundness,
    lint_triggers,
    lint_world,
)
from engine.bpmn.findings import DiagramRefused, Finding, Severity, by_line, has_error
from engine.bpmn.normalize import normalize
from engine.bpmn.program import Program
from engine.bpmn.reader import Diagram

_MOST_OF_A_KIND: Final = 500
"""Findings by one rule; nobody reads more, and a hostile file can have millions."""
RULES: Final[tuple[Callable[[Diagram], Iterator[Finding]], ...]] = (
    lint_scope.elements,
    lint_scope.attributes,
    lint_scope.extensions,
    lint_scope.other_engines,
    lint_scope.one_of_each,
    lint_scope.levels,
    lint_ids.ids,
    lint_ids.lengths,
    lint_ids.step_names,
    lint_lanes.lane_names,
    lint_lanes.members,
    lint_lanes.groups,
    lint_lanes.actors,
    lint_flow.size,
    lint_flow.start,
    lint_flow.flow_ends,
    lint_flow.ways,
    lint_flow.reach,
    lint_gateways.default_flows,
    lint_gateways.choices,
    lint_gateways.order,
    lint_gateways.joins,
    lint_gateways.conditions_in_place,
    lint_gateways.conditions,
    lint_events.boundaries,
    lint_events.triggers,
    lint_events.places,
    lint_events.companions,
    lint_events.cancels,
    lint_events.interruptions,
    lint_events.event_sub_processes,
    lint_events.links,
    lint_events.event_gateways,
    lint_events.ways_back,
    lint_triggers.references,
    lint_triggers.errors,
    lint_triggers.times,
    lint_triggers.conditions,
    lint_compensation.references,
    lint_compensation.marks,
    lint_compensation.connections,
    lint_compensation.seconds,
    lint_compensation.beginnings,
    lint_repetition.loops,
    lint_repetition.instances,
    lint_repetition.elements,
    lint_services.scripts,
    lint_services.results,
    lint_services.calls,
    lint_services.handovers,
    lint_world.partners,
    lint_world.uncaught,
    lint_world.beginnings,
    lint_expressions.variables,
    lint_expressions.types,
    lint_expressions.truths,
    lint_expressions.constants,
    lint_fields.names,
    lint_fields.types,
    lint_fields.limits,
    lint_fields.defaults,
    lint_fields.contradictions,
    lint_sop.actors,
    lint_sop.time_standard,
    lint_sop.escalation,
    lint_sop.written_time,
    lint_sop.output,
    lint_calendars.names,
    lint_calendars.places,
    lint_calendars.agreement,
)
RULES_IN_EARNEST: Final[tuple[Callable[[Diagram], Iterator[Finding]], ...]] = (
    lint_scope.executable,
    lint_services.expressions,
    lint_services.services,
)
"""Rules that a rehearsal need not keep."""
RULES_OF_PROGRAM: Final[tuple[Callable[[Diagram, Program], Iterator[Finding]], ...]] = (
    lint_loops.loops,
    lint_soundness.sound,
)
"""Rules of what a diagram does, which only one without errors tells."""
RULES_OF_OFFICE: Final[tuple[Callable[[Diagram, Collection[str]], Iterator[Finding]], ...]] = (
    lint_calendars.known,
)
"""Rules that must also know the names of the office's calendars."""


def lint(
    diagram: Diagram, *, calendars: Collection[str] | None = None, rehearsal: bool = False
) -> tuple[Finding, ...]:
    """Return all that the rules find in a diagram, sorted by line.

    `calendars` are the names of the office's calendars; None: they are not known, and what only
    they can tell is not looked at. In a `rehearsal`, tasks that need a service and a process that
    is not executable are fine.
    """
    rules = RULES if rehearsal else RULES + RULES_IN_EARNEST
    found = [*diagram.findings, *_first(finding for rule in rules for finding in rule(diagram))]
    if not has_error(found):
        program = normalize(diagram, rehearsal=rehearsal)
        found += _first(one for rule in RULES_OF_PROGRAM for one in rule(diagram, program))
    if calendars is not None:
        found += [one for rule in RULES_OF_OFFICE for one in rule(diagram, calendars)]
    return tuple(sorted(found, key=by_line))


def _first(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, of very many of one kind the first; an error is a kind of its own."""
    seen = Counter[tuple[str, Severity]]()
    for finding in findings:
        what = finding.code, finding.severity
        seen[what] += 1
        if seen[what] <= _MOST_OF_A_KIND:
            yield finding


def check(
    diagram: Diagram, *, calendars: Collection[str] | None = None, rehearsal: bool = False
) -> tuple[Finding, ...]:
    """Return the warnings and hints for a diagram that can run; raise `DiagramRefused` if not.

    `calendars` and `rehearsal` as for `lint`.
    """
    findings = lint(diagram, calendars=calendars, rehearsal=rehearsal)
    if has_error(findings):
        raise DiagramRefused(findings)
    return findings
