"""The flow chart of an SOP: which symbol each row has, and what leads where."""

import pytest

from engine.bpmn.procedure import MOST_ROWS, Procedure, Shape, read_procedure
from engine.bpmn.reader import Diagram, read
from engine.bpmn.sop import read_process
from engine.bpmn.unpictured import Unpictured
from tests.corpus.diagrams import Sample, samples
from tests.office import REFERENCE
from tests.unit.small_diagrams import arrows, lane, small, source

START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'
RUNNING = [sample for sample in samples() if sample.verdict == "runs"]
SHORT = {Shape.CAPSULE: "c", Shape.RECTANGLE: "r", Shape.DIAMOND: "d"}


def procedure_of(diagram: Diagram) -> Procedure:
    return read_procedure(diagram, read_process(diagram))


def drawn(inside: str, *, beside: str = "") -> Procedure:
    return procedure_of(small(inside, beside=beside))


def tasks(*ids: str) -> str:
    return "".join(f'<userTask id="{one}" name="{one}"/>' for one in ids)


def exit_to(target: str, name: str = "", *, source: str = "choice", when: str = "") -> str:
    condition = f"<conditionExpression>{when}</conditionExpression>" if when else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow name="{name}" {ends}>{condition}</sequenceFlow>'


CHOICE = '<exclusiveGateway id="choice" name="Good?"/>'


def names(procedure: Procedure) -> list[str]:
    """Return the rows, each with the first letter of its symbol."""
    return [f"{SHORT[row.shape]}:{row.name}" for row in procedure.rows]


def ways(procedure: Procedure) -> set[str]:
    """Return what leads where, and in which cases."""
    return {
        f"{procedure.rows[one.source].name}>{procedure.rows[one.target].name}"
        + "".join(f" [{label}]" for label in one.labels)
        for one in procedure.leads
    }


def test_the_reference_sop_has_capsules_at_its_ends_and_diamonds_where_it_decides() -> None:
    procedure = procedure_of(read(REFERENCE))
    assert "".join(SHORT[row.shape] for row in procedure.rows) == "crrrrrdrdc"
    assert [row.question for row in procedure.rows if row.question] == [
        "Perlu perbaikan?",
        "Disetujui?",
    ]
    back = {(one.source, one.target, one.labels) for one in procedure.leads if one.labels}
    assert back == {(6, 7, ("Tidak",)), (6, 5, ("Ya",)), (8, 9, ("Ya",)), (8, 5, ("Tidak",))}
    assert len(procedure.leads) == 9 + 2
    assert procedure.unpictured == frozenset()


def test_a_decision_of_several_steps_is_a_row_of_its_own() -> None:
    merging = arrows("start", "a", "choice") + arrows("b", "choice")
    exits = exit_to("b", "Tidak", when="${x}") + exit_to("end", "Ya")
    procedure = drawn(START + END + CHOICE + tasks("a", "b") + merging + exits)
    assert names(procedure) == ["c:a", "d:Good?", "r:b", "c:"]
    assert [row.step.number if row.step else None for row in procedure.rows] == [1, None, 2, None]
    assert ways(procedure) == {"a>Good?", "Good?>b [Tidak]", "Good?> [Ya]", "b>Good?"}
    assert procedure.rows[-1].ends


@pytest.mark.parametrize("condition", ["${x}", "#{x}"])
def test_a_start_needs_a_row_only_where_the_first_step_decides(condition: str) -> None:
    flow = arrows("start", "a", "choice") + exit_to("end", "Ya") + exit_to("b", when=condition)
    procedure = drawn(START + END + CHOICE + tasks("a", "b") + flow)
    assert names(procedure) == ["c:", "d:a", "c:b", "c:"]
    assert procedure.rows[0].starts
    assert ways(procedure) == {">a", "a> [Ya]", "a>b [x]"}


def test_two_exits_to_one_step_are_one_line_with_both_names() -> None:
    exits = exit_to("b", "Ya") + exit_to("b", "Tidak", when="${x}")
    flow = arrows("start", "s", "a", "choice") + arrows("b", "end")
    procedure = drawn(START + END + CHOICE + tasks("s", "a", "b") + flow + exits)
    assert ways(procedure) == {"s>a", "a>b [Ya] [Tidak]"}


def test_a_step_that_chooses_by_conditions_of_its_own_is_a_diamond() -> None:
    exits = exit_to("b", "Kurang", source="a", when="${x}") + exit_to("c", source="a")
    flow = arrows("start", "s", "a") + arrows("b", "a") + arrows("c", "end")
    procedure = drawn(START + END + tasks("s", "a", "b", "c") + flow + exits)
    assert names(procedure)[1] == "d:a"
    assert ways(procedure) == {"s>a", "a>b [Kurang]", "a>c []", "b>a"}


def test_branches_at_once_are_lines_out_of_one_box_and_it_is_said() -> None:
    gateways = '<parallelGateway id="fork"/><parallelGateway id="join"/>'
    flow = arrows("start", "a", "fork", "b", "join", "d", "end") + arrows("fork", "c", "join")
    procedure = drawn(START + END + gateways + tasks("a", "b", "c", "d") + flow)
    assert names(procedure) == ["c:a", "r:b", "r:c", "c:d"]
    assert ways(procedure) == {"a>b", "a>c", "b>d", "c>d"}
    assert procedure.unpictured == {Unpictured.PARALLEL}


def test_lines_lead_into_sub_processes_and_out_of_them() -> None:
    inner = '<startEvent id="s2"/><endEvent id="e2"/>' + tasks("b", "c")
    within = f'<subProcess id="sub">{inner}{arrows("s2", "b", "c", "e2")}</subProcess>'
    flow = arrows("start", "a", "sub", "d", "end")
    procedure = drawn(START + END + within + tasks("a", "d") + flow)
    assert names(procedure) == ["c:a", "r:b", "r:c", "c:d"]
    assert ways(procedure) == {"a>b", "b>c", "c>d"}
    assert procedure.unpictured == {Unpictured.SUB_PROCESSES}


def test_what_is_called_from_two_places_leads_back_to_both() -> None:
    called = '<process id="q">' + tasks("x") + "</process>"
    calls = '<callActivity id="one" calledElement="q"/><callActivity id="two" calledElement="q"/>'
    flow = arrows("start", "one", "a", "two", "end")
    procedure = drawn(START + END + calls + tasks("a") + flow, beside=called)
    assert ways(procedure) == {"x>a", "a>x"}


def test_processes_that_call_each_other_without_end_are_read_to_the_end() -> None:
    called = '<process id="q"><callActivity id="again" calledElement="q"/></process>'
    flow = arrows("start", "a", "one", "end")
    inside = START + END + '<callActivity id="one" calledElement="q"/>' + tasks("a") + flow
    assert names(drawn(inside, beside=called)) == ["c:a"]


def test_an_event_at_the_border_of_a_step_leads_on_under_its_name() -> None:
    event = (
        '<boundaryEvent id="late" name="7 hari" attachedToRef="a" cancelActivity="false">'
        "<timerEventDefinition><timeDuration>P7D</timeDuration></timerEventDefinition>"
        "</boundaryEvent>"
    )
    flow = arrows("start", "a", "b", "end") + arrows("late", "c", "end")
    procedure = drawn(START + END + event + tasks("a", "b", "c") + flow)
    assert ways(procedure) == {"a>b", "a>c [7 hari]"}
    assert [one.by_event for one in procedure.leads] == [False, True]
    assert procedure.unpictured == {Unpictured.EVENTS}


def test_work_of_the_system_is_passed_and_it_is_said() -> None:
    service = '<serviceTask id="mail" camunda:expression="${1}"/>'
    procedure = drawn(START + END + service + tasks("a", "b") + arrows("start", "a", "mail", "b"))
    assert ways(procedure) == {"a>b"}
    assert procedure.unpictured == {Unpictured.SERVICES}


def test_lanes_are_told_apart_by_their_id_and_a_decision_stands_where_its_step_stands() -> None:
    lanes = lane("one", "a", "start").replace('name="One"', 'name="Staf"')
    lanes += lane("two", "b", "c").replace('name="Two"', 'name="Staf"')
    exits = exit_to("a", "Tidak", when="${x}") + exit_to("end", "Ya")
    flow = arrows("start", "a", "b", "choice") + arrows("c", "choice")
    inside = f"<laneSet>{lanes}</laneSet>{START}{END}{CHOICE}{tasks('a', 'b', 'c')}{flow}{exits}"
    diagram = small(inside)
    assert [step.lane for step in read_process(diagram).steps] == ["Staf"] * 3
    assert [row.lane_id for row in procedure_of(diagram).rows] == [
        "one",
        "two",
        "two",
        "two",
        "two",
    ]


def test_so_many_rows_that_nobody_follows_their_lines_have_none() -> None:
    ids = [f"t{number}" for number in range(MOST_ROWS + 1)]
    procedure = procedure_of(read(source(START + tasks(*ids) + arrows("start", *ids))))
    assert (len(procedure.rows), procedure.leads) == (len(ids), ())
    assert Unpictured.TOO_MANY in procedure.unpictured


@pytest.mark.parametrize("sample", RUNNING, ids=lambda sample: sample.path.stem)
def test_every_diagram_that_runs_has_a_flow_chart(sample: Sample) -> None:
    diagram = read(sample.path.read_bytes())
    process = read_process(diagram)
    procedure = read_procedure(diagram, process)
    assert [row.step for row in procedure.rows if row.step] == list(process.steps)
    pairs = [(one.source, one.target) for one in procedure.leads]
    assert len(pairs) == len(set(pairs))
    assert {end for pair in pairs for end in pair} <= set(range(len(procedure.rows)))
