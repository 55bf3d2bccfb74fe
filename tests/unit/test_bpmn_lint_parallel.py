"""Rules of parallel gateways and of timers whose way comes back."""

import pytest
from hypothesis import given, settings

from engine.bpmn.findings import Severity
from engine.bpmn.lint import lint
from engine.bpmn.names import kind
from engine.bpmn.reader import read
from tests.unit.bpmn_diagrams import Case
from tests.unit.workflow_blocks import Block, arrows, blocks
from tests.unit.workflow_diagrams import Play, compiled, xml

FORKED = ("start > and1", "and1 > a > xor1", "and1 > b > xor1")
BLOCK = ("start > xor0 > and1", "and1 > a > and2", "and1 > b > and2", "and2 > check > xor2")
ERRORS = [
    Case("parallel-paths-meet", "and2", xml(*FORKED, "xor1 > and2 > c > end", "and2 > d > end")),
    Case(
        "parallel-paths-meet",
        "and2",
        xml(*FORKED, "xor1 > c > xor2 > and2 > d > end", "and2 > e > end"),
    ),
    Case(
        "parallel-paths-meet",
        "and1",
        xml("start > a > xor1 > and1 > b > end", "timer @ a PT1H > xor1", "and1 > c > end"),
    ),
    Case("loop-into-join", "and0", xml("start > and0 > step1 > stop", "alarm @ step1 PT1H > and0")),
    Case(
        "loop-into-join",
        "and2",
        xml(*BLOCK, "xor2 [more == true] > and2", "xor2 [else] > end"),
    ),
    Case(
        "loop-into-join",
        "and2",
        xml(
            "start > and1",
            "and1 > xor3 > a > and2",
            "and1 > b > and2 > xor2",
            "xor2 [more == true] > xor3",
            "xor2 [else] > end",
        ),
    ),
    Case(
        "join-never-complete",
        "and1",
        xml("start > a > b > and1 > c > end", "alarm @ a PT1H > and1"),
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
]
WARNINGS_BESIDE_OTHERS = [
    Case(
        "join-never-complete",
        "and1",
        xml("start > xor1 [else] > a > and1 > c > end", "xor1 [x == 1] > b > and1"),
    ),
    Case("timer-repeats-step", "timer", xml("start > xor1 > a > end", "timer @ a PT1H > xor1")),
    Case("timer-repeats-step", "timer", xml("start > a > b > end", "timer @ b PT1H > c > a")),
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
    "branches that meet and only end": (*FORKED, "xor1 > c > end"),
}


@pytest.mark.parametrize("lines", FINE.values(), ids=FINE.keys())
def test_what_the_engine_runs_as_drawn_has_only_hints(lines: tuple[str, ...]) -> None:
    found = lint(read(xml(*lines)))
    assert {one.code for one in found if one.severity is not Severity.HINT} <= {"unknown-variable"}
    assert not Play(compiled(xml(*lines))).start().ended


@settings(deadline=None, derandomize=True, max_examples=100)
@given(blocks())
def test_block_structured_diagrams_are_never_refused(block: Block) -> None:
    found = lint(read(xml(*arrows(block))))
    assert not [one for one in found if one.severity is Severity.ERROR]


def test_flags_are_read_as_xml_schema_writes_them() -> None:
    source = xml("start > a > end", "alarm @ a PT1H > b > end", "timer @ a PT1H > c > end")
    plain = read(source)
    spaced = read(source.replace(b'ity="true"', b'ity=" 1 "').replace(b'ity="false"', b'ity="0"'))
    for diagram in (plain, spaced):
        flags = [one.get("cancelActivity") for one in diagram.process if kind(one).startswith("bo")]
        assert flags == ["true", "false"]
    assert plain.digest != spaced.digest
