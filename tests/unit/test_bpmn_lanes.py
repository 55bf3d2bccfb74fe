"""Who does what: nested lanes, lanes of sub-processes and calls, and the rules about them."""

import pytest

from engine.bpmn.findings import Severity
from engine.bpmn.lint import lint
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import read_process
from tests.unit.small_diagrams import lane, small, sop

AB = '<task id="a" name="A"/><task id="b" name="B"/>'


def actors(diagram: Diagram) -> dict[str, str | None]:
    """Return the lane of each step by its id."""
    return {step.element_id: step.lane for step in read_process(diagram).steps}


def lanes(diagram: Diagram) -> list[str]:
    return [one.name for one in read_process(diagram).lanes]


def laned(*lanes_: str, inside: str = AB, beside: str = "") -> Diagram:
    return small(f"<laneSet>{''.join(lanes_)}</laneSet>{inside}", beside=beside)


def weights(diagram: Diagram) -> dict[str, Severity]:
    """Return the severity of each finding by its code."""
    return {finding.code: finding.severity for finding in lint(diagram)}


def test_the_innermost_lane_that_holds_a_step_is_its_actor() -> None:
    inner = lane("unit", "a", "b", inside=lane("head", "a") + lane("staff", "b"))
    diagram = laned(lane("office", "a", "b", inside=inner))
    assert actors(diagram) == {"a": "Head", "b": "Staff"}
    assert lanes(diagram) == ["Head", "Staff"]


def test_lanes_nest_as_deep_as_a_file_may() -> None:
    innermost = lane("bottom", "a", "b")
    for level in range(45):
        innermost = lane(f"level{level}", "a", "b", inside=innermost)
    diagram = laned(innermost)
    assert actors(diagram) == {"a": "Bottom", "b": "Bottom"}
    assert lanes(diagram) == ["Bottom"]


def test_a_lane_with_lanes_in_it_is_an_actor_only_if_it_holds_something_itself() -> None:
    diagram = laned(lane("office", "a", "b", inside=lane("staff", "b")))
    assert actors(diagram) == {"a": "Office", "b": "Staff"}
    assert lanes(diagram) == ["Office", "Staff"]


def test_a_lane_without_a_name_is_called_as_the_one_around_it() -> None:
    diagram = laned(lane("office", inside="<lane><flowNodeRef>a</flowNodeRef></lane>"))
    process = read_process(diagram)
    assert [(one.name, one.candidate_group) for one in process.lanes] == [("Office", "Office")]
    assert process.steps[0].candidate_group == "Office"


def test_a_lane_that_says_nothing_has_the_candidate_group_of_the_one_around_it() -> None:
    inner = "<lane><flowNodeRef>a</flowNodeRef></lane>"
    office = lane("office", inside=inner, attributes='camunda:candidateGroups="kantor"')
    assert read_process(laned(office)).steps[0].candidate_group == "kantor"


def test_a_step_in_a_sub_process_belongs_to_the_lane_of_the_sub_process() -> None:
    inside = '<subProcess id="s"><subProcess><task id="a"/></subProcess></subProcess>'
    assert actors(laned(lane("staff", "s"), inside=inside)) == {"a": "Staff"}


def test_a_sub_process_may_have_lanes_of_its_own() -> None:
    inside = (
        f'<subProcess id="s"><laneSet>{lane("head", "a")}</laneSet>{AB}</subProcess><task id="c"/>'
    )
    diagram = laned(lane("staff", "s", "c"), inside=inside)
    assert actors(diagram) == {"a": "Head", "b": "Staff", "c": "Staff"}
    assert lanes(diagram) == ["Staff", "Head"]


def test_a_lane_may_list_what_lies_deeper_than_its_scope() -> None:
    inside = f'<subProcess id="s">{AB}</subProcess>'
    diagram = laned(lane("staff", "s"), lane("head", "b"), inside=inside)
    assert actors(diagram) == {"a": "Staff", "b": "Head"}
    assert "stale-lane-reference" not in weights(diagram)


CALLED = '<process id="q"><task id="a"/></process><globalUserTask id="g"/>'
CALLS = '<callActivity id="c" calledElement="q"/><callActivity id="d" calledElement="g"/>'


def test_what_is_called_belongs_to_the_lane_that_calls_it() -> None:
    diagram = laned(lane("staff", "c"), lane("head", "d"), inside=CALLS, beside=CALLED)
    assert actors(diagram) == {"a": "Staff", "g": "Head"}


def test_what_two_lanes_call_is_nobodys() -> None:
    again = '<callActivity id="e" calledElement="q"/>'
    diagram = laned(lane("staff", "c"), lane("head", "e"), inside=CALLS + again, beside=CALLED)
    assert actors(diagram) == {"a": None, "g": None}


def test_processes_that_call_each_other_have_the_lane_of_the_first_call() -> None:
    beside = (
        '<process id="q"><task id="a"/><callActivity calledElement="r"/></process>'
        '<process id="r"><task id="b"/><callActivity calledElement="q"/></process>'
    )
    diagram = laned(
        lane("staff", "c"), inside='<callActivity id="c" calledElement="q"/>', beside=beside
    )
    assert actors(diagram) == {"a": "Staff", "b": "Staff"}


def test_a_global_task_may_name_its_actor_itself() -> None:
    beside = '<globalUserTask id="g" camunda:candidateGroups="kepala"/>'
    (step,) = read_process(small(CALLS, beside=beside)).steps
    assert (step.lane, step.candidate_group) == (None, "kepala")


def test_a_group_that_an_expression_computes_is_none() -> None:
    step = '<task id="a" camunda:candidateGroups="${pick(x, y)}, kepala , #{z}"/>'
    assert read_process(small(step)).steps[0].candidate_group == "kepala"
    alone = small('<task id="a" camunda:candidateGroups="${group}"/>')
    assert read_process(alone).steps[0].candidate_group is None
    assert weights(alone)["computed-candidate-group"] is Severity.WARNING


def test_a_computed_group_is_an_error_in_an_sop() -> None:
    diagram = small(f'<task id="a" camunda:candidateGroups="${{group}}">{sop(output="x")}</task>')
    assert weights(diagram)["computed-candidate-group"] is Severity.ERROR


def test_a_lane_and_the_lanes_around_it_may_list_the_same_step() -> None:
    assert "in-two-lanes" not in weights(
        laned(lane("office", "a", "b", inside=lane("staff", "a", "b")))
    )


BROKEN = {
    "same-lane-name": lane("staff", "a") + lane("staff", "b").replace('"staff"', '"staff2"'),
    "in-two-lanes": lane("staff", "a", "b") + lane("head", "b"),
    "stale-lane-reference": lane("staff", "a", "b", "gone"),
    "several-actors-in-lane": lane("staff", "a", "b"),
}
STEPS = (
    '<task id="a" camunda:candidateGroups="kepala">{}</task>'
    '<task id="b" camunda:candidateGroups="wakil"/>'
)
WEIGHTS_IN_SOP = {"in-two-lanes": Severity.ERROR}


@pytest.mark.parametrize("code", BROKEN)
def test_rules_of_lanes_are_hints_for_a_process_that_is_no_sop(code: str) -> None:
    assert weights(laned(BROKEN[code], inside=STEPS.format("")))[code] is Severity.HINT
    of_sop = laned(BROKEN[code], inside=STEPS.format(sop(output="Surat")))
    assert weights(of_sop)[code] is WEIGHTS_IN_SOP.get(code, Severity.WARNING)


def test_the_rules_of_lanes_hold_in_sub_processes_too() -> None:
    inside = f"<subProcess><laneSet>{BROKEN['in-two-lanes']}</laneSet>{AB}</subProcess>"
    (found,) = [one for one in lint(small(inside)) if one.code == "in-two-lanes"]
    assert found.element_id == "b"


@pytest.mark.parametrize(
    ("process", "longest"),
    [
        ('<task id="a" name="{}"/>', 400),
        ('<task id="a" camunda:candidateGroups="{}"/>', 200),
        ('<laneSet><lane id="l" name="{}"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
         '<task id="a"/>', 200),
    ],
)  # fmt: skip
def test_a_long_name_is_cut_with_a_warning(process: str, longest: int) -> None:
    fits = small(process.format("x" * longest))
    assert "name-too-long" not in weights(fits)
    too_long = small(process.format("x" * (longest + 1)))
    assert weights(too_long)["name-too-long"] is Severity.WARNING
    (step,) = read_process(too_long).steps
    assert (step.candidate_group or step.name) == "x" * (longest - 1) + "…"


def test_a_diagram_without_lanes_runs_and_its_steps_are_nobodys() -> None:
    diagram = small('<task id="a"/>')
    assert read_process(diagram).steps[0].candidate_group is None
    assert weights(diagram)["step-without-actor"] is Severity.HINT
