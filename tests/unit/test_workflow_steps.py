"""A step of an instance does what is drawn; the time is what the caller says it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from engine.bpmn.program import Event
from engine.expressions import ExpressionFailed, UndefinedVariable
from engine.workflow.case import VisitKind
from engine.workflow.gateways import NoWayOut
from engine.workflow.steps import NobodyWaits, Stuck, TaskGone, move_timers
from tests.clock import WEDNESDAY_MORNING
from tests.unit.small_diagrams import arrows, source
from tests.unit.workflow_diagrams import Play, compiled, play, xml

HOUR = timedelta(hours=1)


def both(*branches: str) -> tuple[str, ...]:
    """Return the lines of branches of one task each, between a fork and a join."""
    inner = [f"and1 > {branch} > and2" for branch in branches]
    return ("start > and1", *inner, "and2 > last > end")


@pytest.mark.parametrize("order", [*permutations("ab"), *permutations("abc")], ids="".join)
def test_a_join_waits_for_every_branch_in_whatever_order_they_arrive(order: Sequence[str]) -> None:
    case = play(*both(*sorted(order)))
    remaining = sorted(order)
    for element_id in order:
        assert case.open == remaining
        case.complete(element_id)
        remaining.remove(element_id)
    assert case.open == ["last"]
    assert case.complete("last").ended


@pytest.mark.parametrize("order", [*permutations("ab"), *permutations("abc")], ids="".join)
def test_a_join_in_a_loop_waits_for_every_branch_again_in_every_round(order: Sequence[str]) -> None:
    fork, *branches, _ = both(*sorted(order))
    again = "and2 > check > xor1", "xor1 [more == true] > xor2 > and1", "xor1 [else] > end"
    case = play(fork.replace("and1", "xor2"), *branches, *again)
    for turn in range(4):
        for done, element_id in enumerate(order):
            assert case.open == sorted(order[done:])
            case.complete(element_id)
        assert case.open == ["check"]
        case.complete("check", more=turn < 3)
    assert case.ended


def test_a_branch_may_go_in_circles_while_the_join_waits_for_it() -> None:
    case = play(
        "start > and1",
        "and1 > quick > and2",
        "and1 > xor1 > slow > xor2",
        "xor2 [more == true] > xor1",
        "xor2 [else] > and2 > last > end",
    )
    case.complete("quick")
    for _ in range(5):
        case.complete("slow", more=True)
        assert case.open == ["slow"]
    assert case.complete("slow", more=False).open == ["last"]


def test_a_fork_inside_a_branch_is_joined_before_the_outer_one() -> None:
    case = play(
        "start > and1",
        "and1 > a > and2",
        "and1 > and3",
        "and3 > b > and4",
        "and3 > c > and4 > and2 > last > end",
    )
    assert case.complete("b").complete("a").open == ["c"]
    assert case.complete("c").open == ["last"]


def test_what_one_branch_writes_the_other_reads_and_the_join_keeps() -> None:
    lines = (
        "start > and1",
        "and1 > a > and2",
        "and1 > b > xor1",
        "xor1 [x == 2] > xor3 > and2",
        "xor1 [else] > wrong > xor3",
        "and2 > c > xor2",
        "xor2 [x == 2] > last > end",
        "xor2 [else] > end",
    )
    case = play(*lines, x=1).complete("a", x=2).complete("b").complete("c")
    assert case.open == ["last"]


DRAWN_UPSIDE_DOWN = """\
<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
    xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="drawing">
  <bpmndi:BPMNPlane id="plane" bpmnElement="process">
    <bpmndi:BPMNShape id="s1" bpmnElement="first"><dc:Bounds x="0" y="900" width="9" height="9"/>
    </bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s2" bpmnElement="second"><dc:Bounds x="0" y="0" width="9" height="9"/>
    </bpmndi:BPMNShape>
  </bpmndi:BPMNPlane>
</bpmndi:BPMNDiagram>
"""


def test_conditions_are_tried_in_the_order_of_the_file_not_of_the_drawing() -> None:
    lines = (
        "start > xor1",
        "xor1 [go == true] > first > end",
        "xor1 [true] > second > end",
        "xor1 [else] > third > end",
    )
    specification = compiled(xml(*lines, drawing=DRAWN_UPSIDE_DOWN))
    assert Play(specification).start(go=True).open == ["first"]
    assert Play(specification).start(go=False).open == ["second"]


def test_the_default_flow_is_taken_last_wherever_it_stands_in_the_file() -> None:
    lines = "start > xor1", "xor1 [else] > otherwise > end", "xor1 [go == true] > chosen > end"
    assert play(*lines, go=True).open == ["chosen"]
    assert play(*lines, go=False).open == ["otherwise"]


def test_a_missing_variable_takes_the_default_flow_and_the_visit_names_it() -> None:
    case = play("start > xor1", "xor1 [go == true] > a > end", "xor1 [else] > b > end")
    assert case.open == ["b"]
    (visit,) = [visit for visit in case.visits if visit.element_id == "xor1"]
    assert visit.detail == {"undefined_variable": "go"}


WITHOUT_DEFAULT = "start > a > xor1", "xor1 [x == 1] > b > end", "xor1 [x == 2] > c > end"


def test_a_missing_variable_without_a_default_flow_is_an_error_and_the_task_stays_open() -> None:
    case = play(*WITHOUT_DEFAULT)
    with pytest.raises(UndefinedVariable):
        case.complete("a")
    assert case.complete("a", x=2).open == ["c"]


def test_no_true_condition_without_a_default_flow_is_an_error_and_the_task_stays_open() -> None:
    case = play(*WITHOUT_DEFAULT)
    with pytest.raises(NoWayOut):
        case.complete("a", x=3)
    assert case.complete("a", x=1).open == ["b"]


def test_a_step_after_which_nothing_is_left_to_wait_for_is_an_error() -> None:
    case = play(
        "start > a > and0 > xor1",
        "and0 > and1 > b > end1",
        "xor1 [x == 1] > end2",
        "xor1 [else] > and1",
    )
    with pytest.raises(Stuck):
        case.complete("a", x=1)
    assert case.open == ["a"]


def test_a_condition_that_cannot_be_evaluated_is_an_error_and_the_task_stays_open() -> None:
    case = play("start > a > xor1", "xor1 [x / 0 == 1] > b > end", "xor1 [else] > c > end")
    with pytest.raises(ExpressionFailed):
        case.complete("a", x="ten")
    assert case.open == ["a"]


ALARM = "start > a > end1", "alarm @ a PT1H > b > end2"
REMINDER = "start > a > end1", "timer @ a PT1H > b > end2"


def test_an_interrupting_timer_takes_the_task_away() -> None:
    case = play(*ALARM).wait(hours=1, seconds=1)
    assert case.fire().open == ["b"]
    assert case.timers == {}
    assert case.complete("b").ended


def test_a_task_that_a_due_timer_has_just_interrupted_is_gone() -> None:
    case = play(*ALARM).wait(hours=2)
    with pytest.raises(TaskGone):
        case.complete("a")


def test_an_interrupting_timer_leaves_a_task_that_is_done_in_time_alone() -> None:
    case = play(*ALARM).wait(hours=1).complete("a")
    assert case.ended
    assert case.seen(VisitKind.FIRED) == []


def test_a_timer_that_does_not_interrupt_adds_its_way_and_leaves_the_task_open() -> None:
    case = play(*REMINDER).wait(hours=2).fire()
    assert case.open == ["a", "b"]
    assert case.fire().open == ["a", "b"]
    assert case.seen(VisitKind.FIRED) == ["timer"]
    assert not case.complete("a").ended
    assert case.complete("b").ended


def test_lateness_is_settled_before_the_completion_that_ends_it() -> None:
    case = play(*REMINDER).wait(hours=2).complete("a")
    assert case.seen(VisitKind.FIRED, VisitKind.COMPLETED) == ["timer", "a"]
    assert case.open == ["b"]


def test_the_due_moment_itself_is_still_in_time() -> None:
    case = play(*REMINDER).wait(hours=1).fire()
    assert case.open == ["a"]
    assert case.wait(microseconds=1).fire().open == ["a", "b"]


def test_several_timers_at_one_task_fire_each_at_its_own_moment() -> None:
    case = play(
        "start > a > end1",
        "timer1 @ a PT1H > tell1",
        "timer2 @ a PT3H > tell2",
        "alarm @ a PT5H > b > end2",
    )
    fired = []
    for _ in range(6):
        case.wait(hours=1, seconds=1).fire()
        fired.append(len(case.seen(VisitKind.FIRED)))
    assert fired == [1, 1, 2, 2, 3, 3]
    assert case.seen(VisitKind.ESCALATED) == ["tell1", "tell2"]
    assert case.open == ["b"]


def test_several_timers_due_at_once_all_fire_in_one_step() -> None:
    case = play("start > a > end1", "timer1 @ a PT1H > tell1", "timer2 @ a PT2H > tell2")
    case.wait(hours=9).fire()
    assert sorted(case.seen(VisitKind.FIRED)) == ["timer1", "timer2"]
    assert case.open == ["a"]


def test_a_terminate_end_event_ends_everything_else_at_once() -> None:
    case = play("start > and1", "and1 > a > stop", "and1 > b > end", "timer @ b PT1H > tell")
    waiting = {timer.id for timer in case.last.timers}
    case.complete("a")
    assert case.ended
    assert (case.open, case.timers) == ([], {})
    assert set(case.last.ended_timers) == waiting


def test_the_case_ends_only_when_every_branch_has_ended() -> None:
    case = play("start > and1", "and1 > a > end1", "and1 > b > end2")
    assert not case.complete("a").ended
    assert case.complete("b").ended


def test_a_case_without_any_work_ends_where_it_starts() -> None:
    assert play("start > end").ended


def test_due_moments_come_only_from_the_moment_of_the_step() -> None:
    long_ago = datetime(1999, 12, 31, 23, 30, tzinfo=UTC)
    case = Play(compiled(xml(*REMINDER)), now=long_ago).start()
    assert case.timers == {"timer": long_ago + HOUR}
    case.now = datetime(2000, 1, 1, 0, 0, tzinfo=UTC)
    assert case.fire().timers == {"timer": long_ago + HOUR}
    case.now = datetime(2000, 1, 1, 0, 31, tzinfo=UTC)
    assert case.fire().timers == {}
    (fired,) = [visit for visit in case.visits if visit.kind is VisitKind.FIRED]
    assert fired.detail == {"due_at": (long_ago + HOUR).isoformat()}


def test_a_due_moment_is_asked_for_once() -> None:
    case = play(*REMINDER)
    for _ in range(3):
        case.wait(minutes=10).fire()
    assert case.counted == [(WEDNESDAY_MORNING, "timer", "PT1H")]


def test_the_snapshot_says_which_timers_are_new_and_which_are_over() -> None:
    case = play("start > a > b > end", "timer1 @ a PT1H > tell1", "timer2 @ b PT1H > tell2")
    (first,) = case.last.started_timers
    assert first.task_ids == (case.task("a"),)
    case.fire()
    assert [*case.last.started_timers, *case.last.ended_timers] == []
    case.complete("a")
    assert list(case.last.ended_timers) == [first.id]
    assert [timer.element_id for timer in case.last.started_timers] == ["timer2"]


def test_a_task_that_was_completed_before_is_gone() -> None:
    case = play("start > a > b > end")
    task_id = case.task("a")
    case.complete("a")
    with pytest.raises(TaskGone):
        case.complete_task(task_id)


def test_ids_of_tasks_and_timers_are_ordered_by_age() -> None:
    case = play("start > a > b > end", "timer1 @ a PT1H > tell1", "timer2 @ b PT1H > tell2")
    older = [case.task("a"), *(timer.id for timer in case.last.timers)]
    case.complete("a")
    newer = [case.task("b"), *(timer.id for timer in case.last.timers)]
    assert {each.version for each in older + newer} == {7}
    assert max(older) < min(newer)


def moved(case: Play, later: timedelta) -> Play:
    """Return the case with all waiting timers due that much later."""
    assert case.last.state is not None
    state, timers = move_timers(
        case.specification, case.last.state, lambda timer: timer.due_at + later
    )
    assert {timer.id for timer in timers} == {timer.id for timer in case.last.timers}
    case.last = replace(case.last, state=state, timers=timers)
    return case


def test_a_moved_timer_fires_once_at_its_new_moment_and_not_at_its_old_one() -> None:
    case = moved(play("start > a > end", "timer @ a PT1H > remind > end"), HOUR)
    assert case.timers == {"timer": WEDNESDAY_MORNING + 2 * HOUR}
    assert case.wait(minutes=90).fire().open == ["a"]
    assert case.wait(minutes=31).fire().open == ["a", "remind"]
    assert case.fire().seen(VisitKind.FIRED) == ["timer"]


def test_moving_timers_lets_nothing_happen_even_if_they_were_due() -> None:
    case = play("start > a > end", "alarm @ a PT1H > remind > end").wait(hours=2)
    before = case.last
    moved(case, timedelta(0))
    assert case.last.tasks == before.tasks
    assert case.open == ["a"]
    assert case.fire().open == ["remind"]


BESIDE_A_TIMER = (
    '<startEvent id="s"/><intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>'
    'PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>'
    + arrows("s", "wait", "e")
    + '<subProcess id="beside" triggeredByEvent="true"><startEvent id="begin">{}</startEvent>'
    '<userTask id="late"/>' + arrows("begin", "late") + "</subProcess>"
)
LATER = "<timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition>"
SIGNALLED = '<signalEventDefinition signalRef="alarm"/>'


def test_nothing_begins_in_a_case_that_a_timer_has_just_ended() -> None:
    case = Play(compiled(source(BESIDE_A_TIMER.format(LATER)))).start()
    assert case.wait(hours=9).fire().ended
    assert case.seen(VisitKind.FIRED) == ["wait"]
    assert case.open == []
    signal = '<signal id="alarm" name="Alarm"/>'
    called = Play(compiled(source(BESIDE_A_TIMER.format(SIGNALLED), beside=signal))).start()
    with pytest.raises(NobodyWaits):
        called.wait(hours=9).deliver(Event.SIGNAL, "Alarm")


def test_a_process_beside_that_nobody_calls_may_be_unfinished() -> None:
    unfinished = '<process id="q"><subProcess id="x" triggeredByEvent="true"/></process>'
    case = Play(compiled(source('<userTask id="a"/>', beside=unfinished))).start()
    assert case.complete("a").ended


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_the_first_of_several_messages_behind_an_event_gateway_decides(sequential: str) -> None:
    inside = (
        '<startEvent id="s"/><eventBasedGateway id="which"/>'
        '<receiveTask id="answers" messageRef="answer"><multiInstanceLoopCharacteristics'
        f' isSequential="{sequential}"><loopCardinality>2</loopCardinality>'
        "</multiInstanceLoopCharacteristics></receiveTask>"
        '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        '</timerEventDefinition></intermediateCatchEvent><userTask id="a"/><userTask id="b"/>'
        + arrows("s", "which", "answers", "a")
        + arrows("which", "wait", "b")
    )
    specification = compiled(source(inside, beside='<message id="answer" name="Jawaban"/>'))
    case = Play(specification).start()
    assert case.wait(hours=2).fire().open == ["b"]
    case = Play(specification).start().deliver(Event.MESSAGE, "Jawaban")
    assert (case.open, case.timers) == ([], {})
    assert case.wait(hours=9).deliver(Event.MESSAGE, "Jawaban").open == ["a"]
