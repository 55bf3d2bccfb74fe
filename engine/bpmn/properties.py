"""What BPMN has no word for: the `camunda:property` entries named `sop.…`."""

from typing import Final

from engine.bpmn.names import Element, bpmn, camunda

PREFIX: Final = "sop."
CALENDAR: Final = "kalender"
"""Says in which calendar a time is counted; no part of the SOP's table or identity block."""


def sop_entries(element: Element) -> list[Element]:
    """Return the entries of an element whose name begins with `sop.`."""
    found = element.iterfind(
        f"{bpmn('extensionElements')}/{camunda('properties')}/{camunda('property')}"
    )
    return [entry for entry in found if name_of(entry).startswith(PREFIX)]


def sop_properties(element: Element) -> dict[str, str]:
    """Return the `sop.…` properties of an element, without the prefix, blanks trimmed."""
    return {name_of(entry).removeprefix(PREFIX): value_of(entry) for entry in sop_entries(element)}


def calendar_on(element: Element | None) -> str | None:
    """Return the calendar that an element names itself, None if it names none or is None."""
    return None if element is None else sop_properties(element).get(CALENDAR) or None


def name_of(entry: Element) -> str:
    """Return the name of an entry, prefix included."""
    return entry.get("name", "").strip()


def value_of(entry: Element) -> str:
    """Return the value of an entry, "" if it has none."""
    return entry.get("value", "").strip()
