"""What differs between two versions of an SOP, as its readers see it: not shapes, but words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.bpmn.sop import Process, Step

_FIELDS: Final = ("name", "lane", "time_standard", "required_documents", "output", "note")


class Subject(StrEnum):
    """What a difference is about."""

    NAME = "name"
    """Of the SOP."""
    IDENTITY = "identity"
    """An entry of the identity block."""
    LANE = "lane"
    """An actor."""
    STEP = "step"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is another than before; None before: it is new, None after: it is gone."""

    subject: Subject
    of: str
    """Which one: the entry's key, the lane's name, the step's name as it is now, or was."""
    field: str | None
    """Of a step that is in both: what of it; None: the whole."""
    before: str | None
    after: str | None


def differences(before: Process, after: Process) -> tuple[Difference, ...]:
    """Return what differs, in the order of the SOP: name, identity block, actors, steps."""
    return tuple(_differences(before, after))


def _differences(before: Process, after: Process) -> Iterator[Difference]:
    if before.name != after.name:
        yield _one(Subject.NAME, after.name, before.name, after.name)
    for key in _either(before.identity, after.identity):
        was, now = before.identity.get(key), after.identity.get(key)
        if was != now:
            yield _one(Subject.IDENTITY, key, was, now)
    lanes = [{lane.name: lane.name for lane in process.lanes} for process in (before, after)]
    for name in _either(*lanes):
        if lanes[0].get(name) != lanes[1].get(name):
            yield _one(Subject.LANE, name, lanes[0].get(name), lanes[1].get(name))
    yield from _of_steps(before.steps, after.steps)


def _of_steps(before: Iterable[Step], after: Iterable[Step]) -> Iterator[Difference]:
    """Compare steps by their ids in the diagram, which stay when a step is renamed or moved."""
    old, new = ({step.element_id: step for step in steps} for steps in (before, after))
    for element_id in _either(new, old):
        was, now = old.get(element_id), new.get(element_id)
        if was is None or now is None:
            names = [None if step is None else step.name for step in (was, now)]
            yield _one(Subject.STEP, names[1] or names[0] or "", *names)
            continue
        for field in _FIELDS:
            values = [getattr(step, field) or "" for step in (was, now)]
            if values[0] != values[1]:
                yield _one(Subject.STEP, now.name, *values, field=field)


def _either(first: Mapping[str, object], second: Mapping[str, object]) -> list[str]:
    """Return the keys of both, each once, in their order."""
    return list(dict.fromkeys([*first, *second]))


def _one(
    subject: Subject, of: str, before: str | None, after: str | None, *, field: str | None = None
) -> Difference:
    return Difference(subject=subject, of=of, field=field, before=before, after=after)
