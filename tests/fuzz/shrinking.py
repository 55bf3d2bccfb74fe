"""The smallest diagram that fails in the same way."""

import time
import traceback
from random import Random

from lxml import etree

from tests.fuzz.categories import Input

_TRIES = 3
"""With as many different ways of playing is a smaller diagram tried."""


def signature(error: BaseException) -> str:
    """Return what is the same for all inputs that fail alike: the error and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/engine/" in one.filename or "/fuzz/trials" in one.filename]
    place = ours[-1] if ours else frames[-1]
    if type(error).__name__ == "Hang":  # wherever the alarm found it
        return "Hang"
    told = f": {error}" if isinstance(error, AssertionError) else ""
    where = place.filename.rpartition("/")[2]
    return f"{type(error).__name__} in {where}:{place.name}{told}"


def smallest(failed: Input, seed: str, *, seconds: float = 60) -> bytes:
    """Return a diagram with as little in it as still fails so, as far as there is time."""
    try:
        root = etree.fromstring(failed.source)
    except etree.XMLSyntaxError:
        return failed.source
    until = time.monotonic() + seconds
    wanted = _outcome(failed, etree.tostring(root), seed)
    if wanted is None:
        return failed.source
    shrinks = True
    while shrinks:
        shrinks = False
        for element in list(root.iter(etree.Element)):
            parent = element.getparent()
            if time.monotonic() > until:
                return etree.tostring(root)
            if parent is None:
                continue
            at = parent.index(element)
            parent.remove(element)
            if _outcome(failed, etree.tostring(root), seed) == wanted:
                shrinks = True
            else:
                parent.insert(at, element)
    return etree.tostring(root)


def _outcome(failed: Input, source: bytes, seed: str) -> str | None:
    """Return how a diagram fails, None if it does not."""
    for number in range(_TRIES):
        name = seed if number == 0 else f"{seed} {number}"
        random = Random(name)  # noqa: S311 — reproducible, not secret
        try:
            Input(category=failed.category, source=source, random=random).try_it()
        except Exception as error:  # noqa: BLE001 — any failure is what we look for
            return signature(error)
    return None
