"""Texts with expressions in them: `Halo ${nama}`, `PT${jam}H`."""

import re
from collections.abc import Iterator
from typing import Final

_PART: Final = re.compile(
    r"""\\(?P<escaped>[$#]\{)"""
    r"""|(?P<expression>[$#]\{(?:[^'"}]++|'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")*+\})""",
    re.DOTALL,
)


def is_composite(text: str) -> bool:
    """Return whether there is an expression in a text, or what looks like the beginning of one."""
    return "${" in text or "#{" in text


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text in order, each with whether it is an expression.

    `\\${` stands for the characters themselves. An expression that has no end is a part to the
    end of the text, which nobody will be able to read.
    """
    at = 0
    for found in _PART.finditer(text):
        yield from _plain(text[at : found.start()])
        yield (found["escaped"], False) if found["escaped"] else (found["expression"], True)
        at = found.end()
    yield from _plain(text[at:])


def _plain(text: str) -> Iterator[tuple[str, bool]]:
    begin = min((n for mark in ("${", "#{") if (n := text.find(mark)) >= 0), default=len(text))
    if begin:
        yield text[:begin], False
    if begin < len(text):
        yield text[begin:], True
