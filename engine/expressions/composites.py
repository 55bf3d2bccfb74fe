"""Texts with expressions in them: `Halo ${nama}`, `PT${jam}H`."""

import re
from collections.abc import Iterator
from typing import Final

_BEGINNING: Final = re.compile(r"\\?[$#]\{")
_EXPRESSION: Final = re.compile(
    r"""[$#]\{(?:[^'"}]++|'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+")*+\}""", re.DOTALL
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
    while (begin := _BEGINNING.search(text, at)) is not None:
        if at < begin.start():
            yield text[at : begin.start()], False
        if begin[0].startswith("\\"):
            yield begin[0][1:], False
            at = begin.end()
            continue
        whole = _EXPRESSION.match(text, begin.start())
        at = len(text) if whole is None else whole.end()
        yield text[begin.start() : at], True
    if at < len(text):
        yield text[at:], False
