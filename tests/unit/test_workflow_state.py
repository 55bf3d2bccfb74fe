"""What is stored of a running instance: little, and enough to go on in any later release."""

import zlib
from datetime import timedelta

import orjson
import pytest

from engine.bpmn.program import Event
from engine.workflow.case import VisitKind
from tests.clock import WEDNESDAY_MORNING
from tests.data import STATES
from tests.office import REFERENCE, STEPS
from tests.unit.workflow_diagrams import Play, compiled, play

KILOBYTES = 1024
SIZE_LIMIT = 4 * KILOBYTES


def test_a_step_in_which_nothing_happens_leaves_the_state_as_it_is() -> None:
    case = play("start > a > end", "timer @ a PT1H > tell")
    before = case.last
    after = case.fire().last
    assert (after.state, after.tasks, after.timers) == (before.state, before.tasks, before.timers)
    assert list(after.visits) == []


def test_a_state_in_an_unknown_format_is_refused() -> None:
    case = play("start > a > end")
    state = case.last.state
    assert state is not None
    case.last = type(case.last)(**{**vars(case.last), "state": b"\xff" + state[1:]})
    with pytest.raises(ValueError, match="format"):
        case.complete("a")


def test_variables_are_stored_once_however_many_branches_carry_them() -> None:
    branches = [f"and1 > step{number} > and2" for number in range(20)]
    case = play("start > and1", *branches, "and2 > end", essay="lorem ipsum")
    assert case.last.state is not None
    assert zlib.decompress(case.last.state[1:]).count(b"lorem ipsum") == 1


def test_every_kind_of_variable_comes_back_as_it_was() -> None:
    values = {"text": "Aña ✓", "number": 2**53, "fraction": 0.1, "yes": True, "nothing": None}
    case = play("start > a > b > end", **values).complete("a")
    assert case.last.state is not None
    process, *_ = orjson.loads(zlib.decompress(case.last.state[1:]))
    assert process[-1] == values


def test_the_state_of_the_reference_sop_is_at_most_4_kilobytes_at_every_step() -> None:
    case = Play(compiled(REFERENCE)).start()
    turns = [*STEPS[:7], *STEPS[5:9], *STEPS[5:]]  # a correction, and a rejected approval
    sizes = []
    for turn, _ in enumerate(turns):
        assert case.last.state is not None
        sizes.append(len(case.last.state))
        case.wait(days=9).fire()  # every step is late
        (task,) = case.last.tasks
        case.complete_task(task.id, perlu_perbaikan=turn == 6, disetujui=turn != 10)
    assert case.ended
    assert len(case.seen(VisitKind.FIRED)) == len(turns)
    assert max(sizes) <= SIZE_LIMIT


def test_a_state_of_format_1_goes_on_where_it_was() -> None:
    kept = STATES / "format-1.state"
    specification = compiled(kept.with_suffix(".bpmn").read_bytes())
    case = Play(specification, now=WEDNESDAY_MORNING + timedelta(hours=4)).resume(kept.read_bytes())
    assert case.open == ["remind", "second", "third"]
    assert case.timers == {"timer2": WEDNESDAY_MORNING + timedelta(hours=10)}
    case.complete("third")
    assert case.open == ["remind", "second"]
    case.complete("second")
    assert case.open == ["check", "remind"]
    case.complete("remind").wait(hours=2).complete("check", more=True)
    assert case.open == ["first", "second", "third"]
    assert case.seen(VisitKind.FIRED) == ["timer3"]
    case.complete("first").complete("second").complete("third").complete("check", more=False)
    assert case.ended


def resumed() -> Play:
    """Return the case that is kept as a state of format 2, a little later."""
    kept = STATES / "format-2.state"
    specification = compiled(kept.with_suffix(".bpmn").read_bytes())
    case = Play(specification, now=WEDNESDAY_MORNING + timedelta(hours=2, minutes=30))
    return case.resume(kept.read_bytes())


def test_a_state_of_format_2_goes_on_where_it_was() -> None:
    case = resumed()
    assert case.open == ["invite", "invite"]
    assert set(case.timers.values()) == {WEDNESDAY_MORNING + timedelta(hours=3)}
    case.complete("invite").complete("invite")
    assert case.ended


def test_what_a_state_of_format_2_has_done_can_be_undone() -> None:
    case = resumed().deliver(Event.SIGNAL, "Badai")
    assert case.open == ["unbook"]
    assert case.complete("unbook").ended


def test_the_present_format_is_kept_as_a_file() -> None:
    newest = max(STATES.glob("*.state"))
    state = play("start > a > end").last.state
    assert state is not None
    assert newest.read_bytes()[:1] == state[:1]
