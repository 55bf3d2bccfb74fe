"""What is kept of a case is as large as what is going on in it, however long it has run."""

import pytest

from engine.workflow import steps
from engine.workflow.case import TooManyTokens, VisitKind
from engine.workflow.steps import RunsOn, TooMuchToUndo
from tests.growth import calls_of
from tests.unit.workflow_diagrams import Play, compiled, play

LOOP = (
    "start > xor1 > work > xor2",
    "xor2 [more == true] > xor1",
    "xor2 [else] > end",
    "timer @ work PT1H > tell",
)


def test_a_loop_of_300_turns_keeps_its_state_as_small_as_in_its_first_turns() -> None:
    case = play(*LOOP)
    sizes = []
    for turn in range(300):
        if turn % 3 == 0:
            case.wait(hours=2).fire()
        case.complete("work", more=True)
        assert case.last.state is not None
        sizes.append(len(case.last.state))
        assert (case.open, list(case.timers)) == (["work"], ["timer"])
    assert max(sizes[10:]) <= max(sizes[:10]) + 16  # the same text packs a little better or worse
    assert case.complete("work", more=False).ended
    assert len(case.seen(VisitKind.COMPLETED)) == 301
    assert len(case.seen(VisitKind.FIRED)) == 100


def around(*turn: str) -> tuple[str, ...]:
    """Return the lines of a loop around some others, from `xor1` to `xor2`."""
    return (*turn, "xor2 [more == true] > xor1", "xor2 [else] > end")


@pytest.mark.parametrize(
    ("lines", "turn", "beside"),
    [
        (around("start > xor1 > and1", "and1 > a > and2", "and1 > b > and2 > xor2"), "ab", []),
        (("start > and1", *around("and1 > xor1 > a > xor2"), "and1 > c > end1"), "a", ["c"]),
        (
            around("start > xor1 > a > b > xor2", "timer @ a PT1H > tell"),
            "ab",
            [],
        ),
    ],
    ids=["around a join", "beside an open task", "with late steps"],
)
def test_any_loop_keeps_its_state_small(
    lines: tuple[str, ...], turn: str, beside: list[str]
) -> None:
    case = play(*lines)
    sizes = []
    for _ in range(300):
        for element_id in turn:
            case.wait(hours=2).complete(element_id, more=True)
        assert case.last.state is not None
        sizes.append(len(case.last.state))
    assert max(sizes[10:]) <= max(sizes[:10]) + 16
    for element_id in [*turn, *beside]:
        case.complete(element_id, more=False)
    assert case.ended


def test_a_loop_beside_an_arrival_that_waits_at_a_join_keeps_its_state_small() -> None:
    case = play(
        "start > and1",
        "and1 > quick > and2",
        "and1 > xor1 > slow > xor2",
        "xor2 [more == true] > xor1",
        "xor2 [else] > and2 > last > end",
    )
    case.complete("quick")
    sizes = []
    for _ in range(300):
        case.complete("slow", more=True)
        assert case.last.state is not None
        sizes.append(len(case.last.state))
    assert max(sizes[10:]) <= max(sizes[:10]) + 16
    assert case.complete("slow", more=False).open == ["last"]


def test_a_line_of_many_steps_keeps_its_state_small() -> None:
    names = [f"step{number}" for number in range(120)]
    case = play(" > ".join(["start", *names, "end"]))
    sizes = []
    for name in names[:-1]:
        case.complete(name)
        assert case.last.state is not None
        sizes.append(len(case.last.state))
    assert max(sizes) <= sizes[0] + 32
    assert case.complete(names[-1]).ended


def test_a_branch_that_has_ended_does_not_make_the_case_end() -> None:
    case = play("start > and1", "and1 > a > end1", "and1 > b > c > end2")
    case.complete("a").complete("b")
    assert case.open == ["c"]
    assert case.complete("c").ended


def test_parallel_blocks_in_a_row_do_not_multiply_the_state() -> None:
    def stored(count: int) -> int:
        forks = range(0, 2 * count, 2)
        flows = [f"and{n} > {side}{n} > and{n + 1}" for n in forks for side in ("left", "right")]
        flows += [f"and{n + 1} > and{n + 2}" for n in forks[:-1]]
        return len(play("start > and0", *flows, f"and{2 * count - 1} > end").last.state or b"")

    assert stored(12) <= stored(2) * 1.2


def test_a_loop_without_a_choice_on_it_goes_round_and_round() -> None:
    case = play("start > a > b > a", "alarm @ b P1000D > end")
    for turn in range(20):
        assert case.open == ["ab"[turn % 2]]
        case.complete("ab"[turn % 2])


def bounded(inside: str) -> bytes:
    """Return a small diagram of these elements."""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
        f'<process id="p" isExecutable="true">{inside}</process></definitions>'
    ).encode()


def test_a_condition_that_is_true_whenever_it_is_asked_is_not_asked_for_ever() -> None:
    round_and_round = bounded(
        '<startEvent id="s"/><userTask id="work"/><endEvent id="e"/>'
        '<boundaryEvent id="again" attachedToRef="work"><conditionalEventDefinition>'
        "<condition>${x == 1}</condition></conditionalEventDefinition></boundaryEvent>"
        '<sequenceFlow id="f1" sourceRef="s" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="e"/>'
        '<sequenceFlow id="f3" sourceRef="again" targetRef="work"/>'
    )
    with pytest.raises(RunsOn) as refused:
        Play(compiled(round_and_round)).start(x=1)
    assert refused.value.details["element_id"] == "again"
    assert Play(compiled(round_and_round)).start(x=2).open == ["work"]


@pytest.mark.parametrize(("inner", "outer"), [(20, 20), (1000, 1000)])
def test_what_repeats_inside_of_what_repeats_is_bounded_as_a_whole(inner: int, outer: int) -> None:
    def times(number: int) -> str:
        return (
            "<multiInstanceLoopCharacteristics>"
            f"<loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics>"
        )

    nested = compiled(
        bounded(
            f'<startEvent id="s"/><subProcess id="sub">{times(outer)}'
            f'<userTask id="work">{times(inner)}</userTask></subProcess>'
            '<sequenceFlow id="f" sourceRef="s" targetRef="sub"/>'
        )
    )
    if inner * outer < 1000:
        assert len(Play(nested).start().last.tasks) == inner * outer
    else:
        with pytest.raises(TooManyTokens):
            Play(nested).start()


def test_many_timers_that_are_due_at_once_cost_as_much_each_as_few() -> None:
    timed = "".join(
        f'<userTask id="work{n}"/><boundaryEvent id="late{n}" attachedToRef="work{n}" '
        'cancelActivity="false"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
        for n in range(3)
    )

    def calls(number: int) -> int:
        times = f"<loopCardinality>{number}</loopCardinality>"
        marker = f"<multiInstanceLoopCharacteristics>{times}</multiInstanceLoopCharacteristics>"
        diagram = bounded(f'<subProcess id="each">{marker}{timed}</subProcess>')
        case = Play(compiled(diagram)).start().wait(hours=2)
        count = calls_of(case.fire)
        assert len(case.seen(VisitKind.FIRED)) == 3 * number
        return count

    assert calls(160) <= 4 * 1.1 * calls(40)


def asking(conditions: int) -> bytes:
    """Return a loop that asks so many conditions at each of its 50 turns."""
    ways = "".join(
        f'<userTask id="u{n}"/><sequenceFlow id="to{n}" sourceRef="choice" targetRef="u{n}">'
        f"<conditionExpression>${{i > {50 + n}}}</conditionExpression></sequenceFlow>"
        for n in range(conditions)
    )
    return bounded(
        '<startEvent id="s"/><scriptTask id="next" scriptFormat="juel" xmlns:c='
        '"http://camunda.org/schema/1.0/bpmn" c:resultVariable="i"><script>${i + 1}</script>'
        '</scriptTask><exclusiveGateway id="choice" default="back"/>'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="next"/>'
        '<sequenceFlow id="f2" sourceRef="next" targetRef="choice"/>'
        f'<sequenceFlow id="back" sourceRef="choice" targetRef="next"/>{ways}'
    )


def test_asking_conditions_counts_as_running_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_MOST_LOOKED_AT", 40_000)
    assert Play(compiled(asking(2))).start(i=0).open == ["u0"]
    with pytest.raises(RunsOn):
        Play(compiled(asking(200))).start(i=0)


def test_what_can_be_undone_is_bounded() -> None:
    diagram = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><process id="p" isExecutable="true">'
        '<startEvent id="s"/><userTask id="work"/><callActivity id="call" calledElement="q">'
        '<extensionElements><camunda:in variables="all"/></extensionElements></callActivity>'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="call"/>'
        '<sequenceFlow id="f3" sourceRef="call" targetRef="work"/></process>'
        '<process id="q"><task id="step"/><boundaryEvent id="undo" attachedToRef="step">'
        '<compensateEventDefinition/></boundaryEvent><task id="undone" isForCompensation="true"/>'
        '<association id="a" sourceRef="undo" targetRef="undone"/></process></definitions>'
    )
    case = Play(compiled(diagram.encode())).start(text="x" * 30_000)
    for _ in range(8):
        case.complete("work").complete("step")
    with pytest.raises(TooMuchToUndo):
        case.complete("work").complete("step")
