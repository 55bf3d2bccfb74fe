"""What differs between two versions of an SOP, as its readers see it: not shapes, but words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.bpmn.procedure import Lead, Procedure, Row, Shape
from engine.bpmn.sop import FormField, Process

_FIELDS: Final = (
    *("name", "lane", "candidate_group", "time_standard", "calendar"),
    *("required_documents", "output", "note", "documentation"),
)


class Subject(StrEnum):
    """What a difference is about."""

    NAME = "name"
    """Of the SOP."""
    IDENTITY = "identity"
    """An entry of the identity block."""
    FORM = "form"
    """What is filled in when a case is started."""
    LANE = "lane"
    """An actor."""
    STEP = "step"
    DECISION = "decision"
    """One that follows no step of its own."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of an SOP, as it is compared."""

    process: Process
    procedure: Procedure


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is another than before; None before: it is new, None after: it is gone."""

    subject: Subject
    of: str
    """Which one: the entry's key, the lane's name, the step's name as it is now, or was; its id if
    a decision has no name."""
    field: str | None
    """Of a step or decision that is in both: what of it, "form" and "next" being what is filled in
    and where it leads; None: the whole."""
    before: str | None
    after: str | None


def differences(before: Version, after: Version) -> tuple[Difference, ...]:
    """Return what differs, in the order of the SOP: name, identity block, form, actors, steps."""
    return (
        *_of_processes(before.process, after.process),
        *_of_rows(before.procedure, after.procedure),
    )


def _of_processes(before: Process, after: Process) -> Iterator[Difference]:
    if before.name != after.name:
        yield _one(Subject.NAME, after.name, before.name, after.name)
    for key in _either(before.identity, after.identity):
        was, now = before.identity.get(key), after.identity.get(key)
        if was != now:
            yield _one(Subject.IDENTITY, key, was, now)
    forms = _form(before.start_fields), _form(after.start_fields)
    if forms[0] != forms[1]:
        yield _one(Subject.FORM, "", *forms)
    lanes = [{lane.name: lane.name for lane in process.lanes} for process in (before, after)]
    for name in _either(*lanes):
        if lanes[0].get(name) != lanes[1].get(name):
            yield _one(Subject.LANE, name, lanes[0].get(name), lanes[1].get(name))


def _of_rows(before: Procedure, after: Procedure) -> Iterator[Difference]:
    """Compare rows by their ids in the diagram, which stay when a step is renamed or moved.

    What leads to a step that is renamed has not changed: it is called as it is now in both.
    """
    names = {row.element_id: row.name for row in (*before.rows, *after.rows)}
    old, new = _rows(before, names), _rows(after, names)
    for element_id in _either(new, old):
        was, now = old.get(element_id, {}), new.get(element_id, {})
        subject = Subject.STEP if "form" in {**was, **now} else Subject.DECISION
        of = now.get("name") or was.get("name") or element_id
        if not was or not now:
            yield _one(subject, of, was.get("name"), now.get("name"))
            continue
        for field in _either(was, now):
            texts = was.get(field, ""), now.get(field, "")
            if texts[0] != texts[1]:
                yield _one(subject, of, *texts, field=field)


def _rows(procedure: Procedure, names: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what is said of every step and decision: by its id, then by field."""
    ways: dict[int, list[str]] = {}
    for lead in procedure.leads:
        target = procedure.rows[lead.target].element_id
        ways.setdefault(lead.source, []).append(_way(lead, names[target] or target))
    return {
        row.element_id: {**_texts(row), "next": "; ".join(ways.get(index, ()))}
        for index, row in enumerate(procedure.rows)
        if row.step or row.shape is Shape.DIAMOND
    }


def _texts(row: Row) -> dict[str, str]:
    if row.step is None:
        return {"name": row.name}
    plain = {field: getattr(row.step, field) or "" for field in _FIELDS}
    return {**plain, "form": _form(row.step.fields)}


def _way(lead: Lead, target: str) -> str:
    """Return where a line leads and when: "Ya [disetujui] → Menandatangani"."""
    conditions = [one for one in lead.conditions if one not in lead.labels]
    case = " / ".join(filter(None, lead.labels))
    what = f"[{', '.join(conditions)}]" if conditions else ""
    return " ".join(filter(None, (case, what, "→", target)))


def _form(fields: Iterable[FormField]) -> str:
    """Return the fields of a form in one line, in the words of a diagram."""
    return "; ".join(f"{field.label or field.id} [{', '.join(_rules(field))}]" for field in fields)


def _rules(field: FormField) -> Iterator[str]:
    """Yield the name of a field's variable, and what it may hold."""
    yield f"{field.id}: {field.type}"
    if field.options:
        yield " | ".join(name or option for option, name in field.options)
    for rule in ("required", "readonly"):
        if getattr(field, rule):
            yield rule
    for rule in ("default", "min", "max", "minlength", "maxlength"):
        value = getattr(field, rule)
        if value is not None:
            yield f"{rule} {value}"


def _either(first: Mapping[str, object], second: Mapping[str, object]) -> list[str]:
    """Return the keys of both, each once, in their order."""
    return list(dict.fromkeys([*first, *second]))


def _one(
    subject: Subject, of: str, before: str | None, after: str | None, *, field: str | None = None
) -> Difference:
    return Difference(subject=subject, of=of, field=field, before=before, after=after)
