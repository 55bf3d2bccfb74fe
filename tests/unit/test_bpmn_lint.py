"""Lint as a whole: every rule bites, a good diagram passes, nothing but a refusal comes out."""

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from engine.bpmn.findings import DiagramRefused, Finding, Rule, Severity
from engine.bpmn.lint import (
    RULES,
    RULES_IN_EARNEST,
    RULES_OF_OFFICE,
    RULES_OF_PROGRAM,
    check,
    lint,
)
from engine.bpmn.normalize import normalize
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from engine.workflow.specification import compile_program
from tests.unit import test_bpmn_calendars as calendars
from tests.unit import test_bpmn_lint_constructs as constructs
from tests.unit import test_bpmn_lint_flow as flow
from tests.unit import test_bpmn_lint_scope as scope
from tests.unit import test_bpmn_lint_sop as sop
from tests.unit import test_bpmn_soundness as soundness
from tests.unit.bpmn_diagrams import VALID, Case, changed
from tests.unit.small_diagrams import arrows, source

ERRORS = [
    *scope.ERRORS,
    *flow.ERRORS,
    *constructs.ERRORS,
    *soundness.ERRORS,
    *sop.ERRORS,
    *calendars.ERRORS,
]
WARNINGS = [*scope.WARNINGS, *flow.WARNINGS, *calendars.WARNINGS]
WARNINGS_BESIDE_OTHERS = [
    *flow.WARNINGS_BESIDE_OTHERS,
    *constructs.WARNINGS_BESIDE_OTHERS,
    *soundness.WARNINGS_BESIDE_OTHERS,
    *calendars.WARNINGS_BESIDE_OTHERS,
]
HINTS = [*scope.HINTS, *flow.HINTS, *sop.HINTS, *calendars.HINTS]
HINTS_BESIDE_OTHERS = [*constructs.HINTS_BESIDE_OTHERS, *soundness.HINTS_BESIDE_OTHERS]
OTHERS = [*WARNINGS, *WARNINGS_BESIDE_OTHERS, *HINTS, *HINTS_BESIDE_OTHERS]
MODULES = [
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
]
CALENDARS = calendars.CALENDARS
REFERENCE = Path(__file__).parents[2] / "processes" / "evaluasi-internal-capaian-kinerja.bpmn"


def lint_of(case: Case) -> tuple[Finding, ...]:
    return lint(read(case.source), calendars=CALENDARS)


def test_the_valid_diagram_has_no_findings() -> None:
    assert lint(read(VALID.encode())) == ()


@pytest.mark.parametrize("case", ERRORS, ids=str)
def test_what_cannot_run_as_drawn_is_refused(case: Case) -> None:
    with pytest.raises(DiagramRefused) as refused:
        check(read(case.source), calendars=CALENDARS)
    found = {(one.code, one.element_id, one.severity) for one in refused.value.findings}
    assert (case.code, case.element_id, Severity.ERROR) in found


@pytest.mark.parametrize("case", WARNINGS, ids=str)
def test_what_has_no_effect_is_the_only_thing_warned_of(case: Case) -> None:
    found = [(one.code, one.element_id, one.severity) for one in lint_of(case)]
    assert found == [(case.code, case.element_id, Severity.WARNING)]
    check(read(case.source), calendars=CALENDARS)


@pytest.mark.parametrize("case", WARNINGS_BESIDE_OTHERS, ids=str)
def test_what_may_surprise_is_warned_of_and_runs(case: Case) -> None:
    found = [(one.code, one.element_id, one.severity) for one in lint_of(case)]
    assert (case.code, case.element_id, Severity.WARNING) in found
    check(read(case.source), calendars=CALENDARS)


@pytest.mark.parametrize("case", HINTS_BESIDE_OTHERS, ids=str)
def test_what_an_owner_may_not_expect_is_hinted_at(case: Case) -> None:
    found = [(one.code, one.element_id, one.severity) for one in lint_of(case)]
    assert (case.code, case.element_id, Severity.HINT) in found
    check(read(case.source), calendars=CALENDARS)


@pytest.mark.parametrize("case", HINTS, ids=str)
def test_what_could_be_better_is_the_only_thing_hinted_at(case: Case) -> None:
    found = [(one.code, one.element_id, one.severity) for one in lint_of(case)]
    assert found == [(case.code, case.element_id, Severity.HINT)]
    check(read(case.source), calendars=CALENDARS)


def test_every_rule_is_seen_to_bite() -> None:
    rules = [one for module in MODULES for one in vars(module).values() if isinstance(one, Rule)]
    codes = [rule.code for rule in rules]
    assert sorted(codes) == sorted({case.code for case in (*ERRORS, *OTHERS)})
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_every_rule_function_is_in_the_table() -> None:
    functions = {
        function
        for module in MODULES
        for name, function in vars(module).items()
        if not name.startswith("_")
        and getattr(function, "__module__", "") == module.__name__
        and getattr(function, "__annotations__", {}).get("return") == Iterator[Finding]
    }
    assert functions == {*RULES, *RULES_IN_EARNEST, *RULES_OF_PROGRAM, *RULES_OF_OFFICE}


@pytest.mark.parametrize("case", [*ERRORS, *OTHERS], ids=str)
def test_findings_are_sorted_located_and_say_what_to_do_in_both_languages(case: Case) -> None:
    findings = lint_of(case)
    lines = [finding.line or 0 for finding in findings]
    assert lines == sorted(lines)
    assert min(lines) > 0
    for text in (text for finding in findings for text in (finding.message, finding.hint)):
        assert re.fullmatch(r"[^{}]+[.?]|.*[$]\{.*", text.id), text.id
        assert re.fullmatch(r"[^{}]+[.?]|.*[$]\{.*", text.en), text.en


def test_the_refusal_names_the_first_error_and_counts_the_others() -> None:
    source = changed(('"Konsep surat"', '""'), ('default="yes"', 'default="submit"'))
    with pytest.raises(DiagramRefused) as refused:
        check(read(source))
    assert str(refused.value) == (
        "The diagram is refused. This step has no output. (line 38, write) And 1 more."
    )


def test_a_refusal_shows_errors_first_and_not_thousands_of_them() -> None:
    steps = "".join(f'<bpmn:task id="t{number}"/>' for number in range(300))
    source = changed(("<bpmn:textAnnotation", f"{steps}<bpmn:textAnnotation"))
    with pytest.raises(DiagramRefused) as refused:
        check(read(source))
    shown = refused.value.details["findings"]
    assert isinstance(shown, list)
    assert len(shown) == 100
    assert len(refused.value.findings) > 900


def test_the_reference_sop_has_ten_steps_and_no_findings() -> None:
    diagram = read(REFERENCE.read_bytes())
    assert check(diagram) == lint(diagram) == ()
    process = read_process(diagram)
    assert process.key == "evaluasi-internal-capaian-kinerja"
    assert [step.number for step in process.steps] == list(range(1, 11))


def assert_runs_or_is_refused(source: bytes) -> None:
    """Whatever comes in, a process that compiles or a refusal that can be shown comes out."""
    try:
        diagram = read(source)
        check(diagram)
    except DiagramRefused as refused:
        orjson.dumps(refused.details)
    else:
        compile_program(normalize(diagram))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"<\0?\0")
def test_random_bytes_are_refused_and_nothing_else(source: bytes) -> None:
    assert_runs_or_is_refused(source)


TOKENS = sorted(set(re.findall(r"[\w:]+|[^\w\s]", VALID)))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(VALID)),
            st.integers(0, 40),
            st.sampled_from(TOKENS) | st.text(max_size=5),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_random_changes_of_the_text_of_a_diagram_run_or_are_refused(
    edits: list[tuple[int, int, str]],
) -> None:
    text = VALID
    for position, length, new in edits:
        text = text[:position] + new + text[position + length :]
    assert_runs_or_is_refused(text.encode("utf-8", "surrogatepass"))


VALUES = sorted(set(re.findall(r'"([^"]*)"', VALID)))
NAMES = sorted(set(re.findall(r"[</ ](\w+:?\w+)(?==|>| |/)", VALID)))


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(VALUES)), max_size=3),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=2),
)
def test_random_changes_of_values_and_names_run_or_are_refused(
    values: list[tuple[int, str]], names: list[tuple[str, str]]
) -> None:
    parts = VALID.split('"')
    for position, value in values:
        parts[(2 * position + 1) % len(parts)] = value
    text = '"'.join(parts)
    for old, new in names:
        text = re.sub(rf"\b{old}\b", new, text)
    assert_runs_or_is_refused(text.encode())


def test_an_error_is_found_behind_any_number_of_warnings_of_its_kind() -> None:
    def joining(name: str, *exits: str) -> str:
        ways = "".join(
            f'<sequenceFlow id="{name}{n}" sourceRef="{name}g" targetRef="{name}{target}">'
            "<conditionExpression>${x}</conditionExpression></sequenceFlow>"
            for n, target in enumerate(exits)
        )
        inside = f'<exclusiveGateway id="{name}g"/><parallelGateway id="{name}j"/>{ways}'
        end = f'<endEvent id="{name}e"/>{arrows(f"{name}j", f"{name}e")}'
        return f'<subProcess id="{name}">{inside}{end}</subProcess>'

    waiting = "".join(joining(f"k{n}_", "j", "j", "e") for n in range(520))
    found = lint(read(source(waiting + joining("bad", "j", "j"))))
    joins = [one.severity for one in found if one.code == "join-never-complete"]
    assert joins.count(Severity.WARNING) == 500
    assert joins.count(Severity.ERROR) == 1
