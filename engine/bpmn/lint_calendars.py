"""Rules of `sop.kalender`: it names a calendar of the office, where a time is counted by it."""

from collections.abc import Collection, Iterator

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, camunda, kind, line_of
from engine.bpmn.properties import CALENDAR, PREFIX, name_of, sop_entries, value_of
from engine.bpmn.reader import Diagram
from engine.bpmn.times import standard_timer, timer_events

NO_NAME = Rule(
    "calendar-without-name",
    Severity.HINT,
    Text(id="sop.kalender di sini kosong.", en="sop.kalender is empty here."),
    Text(
        id="Isi nama kalender, atau hapus isian itu; yang kosong tidak berpengaruh.",
        en="Fill in the name of a calendar or remove it; empty it has no effect.",
    ),
)
NO_EFFECT = Rule(
    "calendar-without-effect",
    Severity.WARNING,
    Text(
        id='sop.kalender "{calendar}" tidak berpengaruh di sini: tidak ada waktu yang dihitung '
        "dengannya.",
        en='sop.kalender "{calendar}" has no effect here: no time is counted by it.',
    ),
    Text(
        id="Pindahkan ke proses, ke langkah yang punya waktu baku, atau ke kejadian timer.",
        en="Move it to the process, to a step with a time standard, or to a timer event.",
    ),
)
CALENDARS_DIFFER = Rule(
    "calendars-differ",
    Severity.ERROR,
    Text(
        id="Di sini disebut lebih dari satu kalender: {calendars}.",
        en="More than one calendar is named here: {calendars}.",
    ),
    Text(
        id="Sisakan satu sop.kalender; timer waktu baku mengikuti langkahnya.",
        en="Keep one sop.kalender; the timer of a time standard follows its step.",
    ),
)
UNKNOWN = Rule(
    "unknown-calendar",
    Severity.ERROR,
    Text(
        id='Kalender "{calendar}" tidak ada; yang ada: {calendars}.',
        en='There is no calendar "{calendar}"; there are: {calendars}.',
    ),
    Text(
        id="Tulis salah satu nama itu, atau tambahkan dulu kalendernya.",
        en="Write one of these names, or add the calendar first.",
    ),
)


def names(diagram: Diagram) -> Iterator[Finding]:
    """A calendar is called by its name. A form in a modeler may leave the field empty: a hint."""
    for owner, entry in _entries(diagram):
        if not value_of(entry):
            yield NO_NAME.broken_by(owner, line=line_of(entry))


def places(diagram: Diagram) -> Iterator[Finding]:
    """A calendar is named where there is a time to be counted by it."""
    effective = _effective(diagram)
    for owner, entry in _entries(diagram):
        if entry not in effective and (calendar := value_of(entry)):
            yield NO_EFFECT.broken_by(owner, line=line_of(entry), calendar=calendar)


def agreement(diagram: Diagram) -> Iterator[Finding]:
    """A time has one calendar: that of a step, and of the timer of its time standard, is the same.

    The same property twice on one element is nothing that a modeler prevents.
    """
    for owner in (*_processes(diagram), *diagram.steps, *timer_events(diagram)):
        entries = [*_entries_on(owner), *_entries_on(standard_timer(diagram, owner))]
        named = tuple(dict.fromkeys(filter(None, map(value_of, entries))))
        if len(named) > 1:
            yield CALENDARS_DIFFER.broken_by(owner, calendars=named)


def known(diagram: Diagram, calendars: Collection[str]) -> Iterator[Finding]:
    """The office has the calendar that counts."""
    effective = _effective(diagram)
    for owner, entry in _entries(diagram):
        calendar = value_of(entry)
        if entry in effective and calendar and calendar not in calendars:
            yield UNKNOWN.broken_by(
                owner,
                line=line_of(entry),
                calendar=calendar,
                calendars=tuple(sorted(calendars)),
            )


def _entries(diagram: Diagram) -> Iterator[tuple[Element, Element]]:
    """Yield the BPMN element that holds it with each `sop.kalender`, wherever in the file."""
    for entry in filter(_is_calendar, diagram.root.iter(camunda("property"))):
        around = entry.iterancestors()
        yield next(one for one in around if kind(one) not in {"", "extensionElements"}), entry


def _effective(diagram: Diagram) -> set[Element]:
    """Return the entries that stand where a calendar counts."""
    timed = [step for step in diagram.steps if standard_timer(diagram, step) is not None]
    owners = (*_processes(diagram), *timed, *timer_events(diagram))
    return {entry for owner in owners for entry in _entries_on(owner)}


def _processes(diagram: Diagram) -> list[Element]:
    return [scope for scope in diagram.scopes if kind(scope) == "process"]


def _entries_on(element: Element | None) -> list[Element]:
    return [] if element is None else list(filter(_is_calendar, sop_entries(element)))


def _is_calendar(entry: Element) -> bool:
    return name_of(entry) == PREFIX + CALENDAR
