"""The inputs of a diagram's form: what they are called, and what was typed into them."""

from collections.abc import Mapping, Sequence
from typing import Final

from api.pages.declaring import Form
from engine.bpmn.sop import FormField

PREFIX: Final = "isian."
"""Begins the names of the inputs of the diagram's form: they never meet those of ours."""


def typed(fields: Sequence[FormField], form: Form) -> dict[str, str]:
    """Return the texts that were sent, by field id."""
    sent = {one.id: form.get(PREFIX + one.id) for one in fields if not one.readonly}
    return {name: text for name, text in sent.items() if text is not None}


def texts(values: Mapping[str, object]) -> dict[str, str]:
    """Return values as an input shows them."""
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
