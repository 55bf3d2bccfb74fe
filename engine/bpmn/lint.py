"""Decides whether a diagram may run: as drawn, or not at all.

A rule is a function from a diagram to findings; adding one is adding it to the table.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from engine.bpmn import (
    lint_calendars,
    lint_events,
    lint_fields,
    lint_flow,
    lint_gateways,
    lint_ids,
    lint_lanes,
    lint_parallel,
    lint_scope,
    lint_sop,
)
from engine.bpmn.findings import DiagramRefused, Finding, by_line, has_error
from engine.bpmn.reader import Diagram

RULES: Final[tuple[Callable[[Diagram], Iterator[Finding]], ...]] = (
    lint_scope.elements,
    lint_scope.attributes,
    lint_scope.extensions,
    lint_scope.other_engines,
    lint_scope.one_of_each,
    lint_scope.executable,
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
    lint_flow.doubles,
    lint_flow.own_steps,
    lint_flow.reach,
    lint_flow.splits,
    lint_flow.loops,
    lint_gateways.default_flows,
    lint_gateways.choices,
    lint_gateways.conditions_in_place,
    lint_gateways.conditions,
    lint_parallel.gateways,
    lint_events.boundaries,
    lint_events.ways_back,
    lint_events.durations,
    lint_events.escalations,
    lint_fields.names,
    lint_fields.types,
    lint_fields.limits,
    lint_fields.defaults,
    lint_sop.actors,
    lint_sop.time_standard,
    lint_sop.escalation,
    lint_sop.written_time,
    lint_sop.output,
    lint_calendars.names,
    lint_calendars.places,
    lint_calendars.agreement,
)
RULES_OF_OFFICE: Final[tuple[Callable[[Diagram, Collection[str]], Iterator[Finding]], ...]] = (
    lint_calendars.known,
)
"""Rules that must also know the names of the office's calendars."""


def lint(diagram: Diagram, *, calendars: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Return all that the rules find in a diagram, sorted by line.

    `calendars` are the names of the office's calendars; None: they are not known, and what only
    they can tell is not looked at.
    """
    found = [finding for rule in RULES for finding in rule(diagram)]
    if calendars is not None:
        found += [one for rule in RULES_OF_OFFICE for one in rule(diagram, calendars)]
    return tuple(sorted(found, key=by_line))


def check(diagram: Diagram, *, calendars: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Return the warnings and hints for a diagram that can run; raise `DiagramRefused` if not.

    `calendars` as for `lint`.
    """
    findings = lint(diagram, calendars=calendars)
    if has_error(findings):
        raise DiagramRefused(findings)
    return findings
