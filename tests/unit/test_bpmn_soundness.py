"""The token game: what can get stuck, what is never reached, what runs twice, what never ends."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import soundness
from engine.bpmn.findings import Severity
from engine.bpmn.lint import lint
from engine.bpmn.names import kind
from engine.bpmn.normalize import normalize
from engine.bpmn.reader import read
from tests.growth import growth
from tests.unit.bpmn_diagrams import Case
from tests.unit.small_diagrams import arrows as flows
from tests.unit.small_diagrams import small, source
from tests.unit.workflow_blocks import Block, blocks, drawn
from tests.unit.workflow_diagrams import Play, compiled, xml

FORKED = ("start > and1", "and1 > a > xor1", "and1 > b > xor1")
BLOCK = ("start > xor0 > and1", "and1 > a > and2", "and1 > b > and2", "and2 > check > xor2")
SCRIPT = (
    '<scriptTask id="count" scriptFormat="juel" camunda:resultVariable="n">'
    "<script>${n + 1}</script></scriptTask>"
)
COUNTING = (
    '<startEvent id="s"/><exclusiveGateway id="again"/>'
    f'{SCRIPT}<exclusiveGateway id="more" default="out"/><endEvent id="e"/>'
    + flows("s", "again", "count", "more")
    + '<sequenceFlow id="back" sourceRef="more" targetRef="again">'
    "<conditionExpression>${n &lt; 9}</conditionExpression></sequenceFlow>"
    '<sequenceFlow id="out" sourceRef="more" targetRef="e"/>'
)
INCLUSIVE = (
    '<startEvent id="s"/><inclusiveGateway id="split"/><userTask id="a"/>'
    '<userTask id="b"/><KIND id="join"/><endEvent id="e"/>'
    + flows("s", "split")
    + '<sequenceFlow id="f" sourceRef="split" targetRef="a"/>'
    '<sequenceFlow id="g" sourceRef="split" targetRef="b">'
    "<conditionExpression>${x == 1}</conditionExpression></sequenceFlow>"
    + flows("a", "join")
    + flows("b", "join", "e")
)
TELLING = (
    '<subProcess id="inner"><startEvent id="s2"/><endEvent id="broken">'
    '<errorEventDefinition errorRef="x"/></endEvent>' + flows("s2", "broken") + "</subProcess>"
)
AROUND = (
    f'<startEvent id="s"/>{TELLING}<boundaryEvent id="caught" attachedToRef="inner">'
    '<errorEventDefinition/></boundaryEvent><userTask id="after"/><userTask id="mend"/>'
    '<endEvent id="e"/>' + flows("s", "inner", "after", "e") + flows("caught", "mend", "e")
)
TANGLE = [
    line
    for number in range(16)
    for line in (
        f"start > and1 > a{number} > b{number} > and2",
        f"alarm{number} @ a{number} PT1H > x",
    )
]
ERRORS = [
    Case(
        "join-never-complete",
        "and0",
        xml("start > and0 > step1 > stop", "alarm @ step1 PT1H > and0"),
    ),
    Case(
        "join-never-complete",
        "and1",
        xml("start > a > b > and1 > c > end", "alarm @ a PT1H > and1"),
    ),
    Case(
        "join-never-complete",
        "and1",
        xml("start > xor1 [else] > a > and1 > c > end", "xor1 [x == 1] > b > and1"),
    ),
    Case(
        "join-never-complete",
        "and2",
        xml(
            "start > and1 > a > and0",
            "and1 > xor0 > and2",
            "b > and0 > xor0",
            "and0 > and2 > b",
            "and2 > c > end",
        ),
    ),
    Case(
        "join-never-complete",
        "and2",
        xml(*BLOCK, "xor2 [more == true] > and2", "xor2 [else] > end"),
    ),
    Case("endless-loop", "and1", xml("start > and1", "and1 > and2 > and1", "and2 > a > end")),
]
WARNINGS_BESIDE_OTHERS = [
    Case("flow-never-taken", "f1", xml("start > xor1 > a > end", "xor1 [x] > b > end")),
    Case("never-runs", "after", source(AROUND, beside='<error id="x" errorCode="x"/>')),
    Case("runs-twice", "c", xml(*FORKED, "xor1 > c > end")),
    Case("runs-twice", "c", xml(*FORKED, "xor1 > and2 > c > end", "and2 > d > end")),
    Case(
        "join-never-complete",
        "and2",
        xml(
            "start > and1",
            "and1 > xor3 > a > and2",
            "and1 > b > and2 > xor2",
            "xor2 [more == true] > xor3",
            "xor2 [else] > end",
        ),
    ),
    Case("join-never-complete", "join", source(INCLUSIVE.replace("KIND", "parallelGateway"))),
    Case(
        "join-never-complete",
        "and2",
        xml("start > and1", "and1 > a > and2", "and1 > b > and2 > end", "alarm @ a PT1H > end"),
    ),
    Case("no-end", "process", xml("start > xor1 > a > xor1")),
    Case("no-end", "process", xml("start > xor1 [else] > end", "xor1 [x] > xor2 > a > xor2")),
    Case("timer-repeats-step", "timer", xml("start > xor1 > a > end", "timer @ a PT1H > xor1")),
    Case("timer-repeats-step", "timer", xml("start > a > b > end", "timer @ b PT1H > c > a")),
    Case("loop-without-wait", "again", source(COUNTING)),
]
HINTS_BESIDE_OTHERS = [
    Case("runs-twice", "b", xml("start > a > xor1 > b > end", "timer @ a PT1H > remind > xor1")),
    Case("not-all-played", "process", xml(*TANGLE, "and2 > end")),
]
FINE = {
    "a loop around a whole block": (*BLOCK, "xor2 [more == true] > xor0", "xor2 [else] > end"),
    "a loop in a branch": (
        "start > and1",
        "and1 > a > and2 > end",
        "and1 > xor1 > b > xor2",
        "xor2 [more == true] > xor1",
        "xor2 [else] > and2",
    ),
    "a timer to a step of its own": (
        "start > a > and1",
        "timer @ a PT1H > remind > end1",
        "and1 > b > and2",
        "and1 > c > and2 > end",
    ),
    "one reminder of several steps": (
        "start > a > b > end",
        "timer1 @ a PT1H > xor1 > remind > end1",
        "timer2 @ b PT1H > xor1",
    ),
    "an interrupting timer on a branch": (
        "start > and1",
        "and1 > a > xor1 > and2",
        "alarm @ a PT1H > xor1",
        "and1 > b > and2 > end",
    ),
    "an interrupting timer back to an earlier step": (
        "start > xor1 > a > b > end",
        "alarm @ b PT1H > xor1",
    ),
    "a branch that ends everything": ("start > and1", "and1 > a > stop", "and1 > b > end"),
}


@pytest.mark.parametrize("lines", FINE.values(), ids=FINE.keys())
def test_what_the_engine_runs_as_drawn_has_only_hints(lines: tuple[str, ...]) -> None:
    found = lint(read(xml(*lines)))
    assert {one.code for one in found if one.severity is not Severity.HINT} <= {"unknown-variable"}
    assert not Play(compiled(xml(*lines))).start().ended


@settings(deadline=None, derandomize=True, max_examples=100)
@given(blocks())
def test_block_structured_diagrams_are_sound(block: Block) -> None:
    found = lint(read(drawn(block)))
    assert not [one for one in found if one.severity is Severity.ERROR]
    assert {"join-never-complete", "runs-twice", "not-all-played"}.isdisjoint(
        one.code for one in found
    )


NODES = ["a1", "b2", "and3", "xor4", "and5", "c6", "xor7"]


@st.composite
def tangles(draw: st.DrawFn) -> list[str]:
    """Return arrows between some nodes, mostly forwards, as no careful person would draw them."""
    names = draw(st.permutations(NODES))[: draw(st.integers(3, len(NODES)))]
    lines = [f"start > {names[0]}"]
    for number, name in enumerate(names):
        ahead, behind = [*names[number + 1 :], "end"], names[: number + 1]
        targets = draw(st.lists(st.sampled_from(ahead * 3 + behind), min_size=1, max_size=2))
        is_task = len(name) == 2
        lines += [f"{name} > {target}" for target in targets[: 1 if is_task else 2]]
        if is_task and draw(st.booleans()):
            kind_of = draw(st.sampled_from(["timer", "alarm"]))
            lines.append(f"{kind_of}{number} @ {name} PT1H > {draw(st.sampled_from(ahead))}")
        elif draw(st.integers(0, 9)) == 0:
            lines.append(f"{name} > stop")
    return lines


@settings(deadline=None, derandomize=True, max_examples=200)
@given(tangles())
def test_moving_one_token_after_the_other_misses_nothing(lines: list[str]) -> None:
    program = normalize(read(xml(*lines)))
    (played,) = soundness.play(program)
    with pytest.MonkeyPatch.context() as patch:
        one_after_the_other = soundness._Game._next
        patch.setattr(
            soundness._Game,
            "_next",
            lambda game, marking, only_first: one_after_the_other(  # noqa: ARG005 — all at once
                game, marking, only_first=False
            ),
        )
        (whole,) = soundness.play(program)
    assert (played.can_end, played.always_ends) == (whole.can_end, whole.always_ends)
    assert {one.gateway for one in played.stuck} == {one.gateway for one in whole.stuck}
    assert set(played.dead) == set(whole.dead)


def test_an_inclusive_gateway_waits_for_what_can_come_and_no_longer() -> None:
    (played,) = soundness.play(normalize(small(INCLUSIVE.replace("KIND", "inclusiveGateway"))))
    assert played.always_ends
    assert (played.stuck, played.dead, played.doubled) == ((), (), ())


def test_a_scope_is_played_by_itself() -> None:
    program = normalize(read(source(AROUND, beside='<error id="x" errorCode="x"/>')))
    inner, outer = soundness.play(program)
    assert (inner.scope, outer.scope) == ("inner", "p")
    assert inner.can_end
    assert outer.dead == ("after",)


ROUND = (
    '<startEvent id="s"/><subProcess id="inner"><exclusiveGateway id="again"/><userTask id="a"/>'
    '<startEvent id="s2"/>'
    + flows("s2", "again", "a", "again")
    + '</subProcess><boundaryEvent id="enough" attachedToRef="inner"><timerEventDefinition>'
    "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
    '<endEvent id="e"/>' + flows("s", "inner", "e") + flows("enough", "e")
)
OTHERWISE = (
    '<subProcess id="es" triggeredByEvent="true"><startEvent id="s3">'
    '<signalEventDefinition signalRef="x"/></startEvent></subProcess>'
)


def test_what_never_ends_by_itself_may_be_ended_by_an_event() -> None:
    assert "no-end" not in {one.code for one in lint(small(ROUND))}
    unended = ROUND.replace('Ref="inner">', 'Ref="inner" cancelActivity="false">')
    assert ("no-end", "inner", Severity.WARNING) in {
        (one.code, one.element_id, one.severity) for one in lint(small(unended))
    }
    signal = '<signal id="x" name="x"/>'
    assert "no-end" not in {one.code for one in lint(small(unended + OTHERWISE, beside=signal))}


def test_the_finding_names_the_way_that_nothing_comes_by() -> None:
    case = ERRORS[1]
    finding = next(one for one in lint(read(case.source)) if one.code == case.code)
    assert '"alarm"' in finding.message.en or '"b"' in finding.message.en


def test_twelve_parallel_branches_are_played_in_few_moves() -> None:
    lines = [
        line
        for number in range(12)
        for line in (
            f"start > and1 > a{number} > xor{number} [x] > b{number} > xor{number + 50} > and2",
            f"xor{number} [else] > xor{number + 50}",
            f"timer{number} @ a{number} PT1H > tell{number}",
        )
    ]
    (played,) = soundness.play(normalize(read(xml(*lines, "and2 > end"))))
    assert played.is_whole
    assert played.always_ends


def test_linting_a_diagram_costs_no_more_than_it_has_steps() -> None:
    def sized(size: int) -> Callable[[], object]:
        lines = [
            line
            for number in range(size // 2)
            for line in (
                f"xor{number} [x] > a{number} > xor{number + 1000}",
                f"xor{number} [else] > b{number} > xor{number + 1000} > xor{number + 1}",
                f"timer{number} @ a{number} PT1H > tell{number}",
            )
        ]
        diagram = read(xml("start > xor0", *lines, f"xor{size // 2} > end"))
        assert not [one for one in lint(diagram) if one.severity is Severity.ERROR]
        return lambda: lint(diagram)

    assert growth(sized, 500) < 8


def test_flags_are_read_as_xml_schema_writes_them() -> None:
    written = xml("start > a > end", "alarm @ a PT1H > b > end", "timer @ a PT1H > c > end")
    plain = read(written)
    spaced = read(written.replace(b'ity="true"', b'ity=" 1 "').replace(b'ity="false"', b'ity="0"'))
    for diagram in (plain, spaced):
        flags = [one.get("cancelActivity") for one in diagram.process if kind(one).startswith("bo")]
        assert flags == ["true", "false"]
    assert plain.digest == spaced.digest


def test_linting_a_choice_of_many_flows_costs_no_more_than_pairs_of_them() -> None:
    def sized(size: int) -> Callable[[], object]:
        gateway = '<startEvent id="s"/><inclusiveGateway id="g"/><endEvent id="e"/>'
        condition = "<conditionExpression>${x}</conditionExpression>"
        both = "".join(
            f'<sequenceFlow id="p{n}" sourceRef="g" targetRef="e"/>'
            f'<sequenceFlow id="c{n}" sourceRef="g" targetRef="e">{condition}</sequenceFlow>'
            for n in range(size)
        )
        diagram = read(source(gateway + flows("s", "g") + both))
        return lambda: lint(diagram)

    assert growth(sized, 240) < 24
