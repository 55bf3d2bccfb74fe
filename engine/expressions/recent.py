"""Keeps what was made of texts, as long as the texts are not too long all together."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

_Made = TypeVar("_Made")


class Recent(Generic[_Made]):
    """Makes something of a text once, and forgets what was asked for the longest time ago."""

    def __init__(self, make: Callable[[str], _Made], *, characters: int) -> None:
        """Keep what `make` returns for texts that have so many characters in all."""
        self._make = make
        self._left = characters
        self._kept: dict[str, _Made] = {}
        self._lock = Lock()

    def __call__(self, text: str) -> _Made:
        """Return what was made of a text, now or before; raises what `make` raises."""
        with self._lock:
            if text in self._kept:
                self._kept[text] = made = self._kept.pop(text)
                return made
        made = self._make(text)
        with self._lock:
            if text not in self._kept:
                self._kept[text] = made
                self._left -= len(text)
            while self._left < 0:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                self._left += len(oldest)
        return made
