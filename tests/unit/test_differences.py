"""What differs between two versions of an SOP."""

from dataclasses import replace

from engine.bpmn.differences import Subject, differences
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from tests.office import REFERENCE

SOP = read_process(read(REFERENCE))


def test_a_version_does_not_differ_from_itself() -> None:
    assert differences(SOP, SOP) == ()


def test_a_step_that_is_renamed_is_the_same_step_and_shows_both_names() -> None:
    first, *others = SOP.steps
    renamed = replace(SOP, steps=(replace(first, name="Menugaskan", output="Nota"), *others))
    found = differences(SOP, renamed)
    assert [(one.subject, one.of, one.field) for one in found] == [
        (Subject.STEP, "Menugaskan", "name"),
        (Subject.STEP, "Menugaskan", "output"),
    ]
    assert [(one.before, one.after) for one in found] == [
        (first.name, "Menugaskan"),
        (first.output, "Nota"),
    ]


def test_steps_that_come_and_go_are_said_to() -> None:
    shorter = replace(SOP, steps=SOP.steps[:-1])
    last = SOP.steps[-1].name
    (gone,) = differences(SOP, shorter)
    assert (gone.of, gone.before, gone.after) == (last, last, None)
    (new,) = differences(shorter, SOP)
    assert (new.of, new.before, new.after) == (last, None, last)


def test_identity_lanes_and_name_are_compared_in_the_order_of_the_sop() -> None:
    other = replace(
        SOP,
        name="Evaluasi Kinerja",
        identity={**SOP.identity, "nomor": "003", "tanggal_revisi": "2026-01-02"},
        lanes=SOP.lanes[:-1],
    )
    found = differences(SOP, other)
    assert [one.subject for one in found] == [
        Subject.NAME,
        Subject.IDENTITY,
        Subject.IDENTITY,
        Subject.LANE,
    ]
    assert [one.before is None for one in found] == [False, False, True, False]
