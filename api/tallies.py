"""Numbers that the processes of one server count together."""

import mmap
import threading
from typing import Final

_ROWS: Final = 64
CELLS: Final = 65_536
"""Of a row: as many numbers can be told apart."""


class Tallies:
    """Numbers that only grow: a row of them for every process, in memory that all of them share.

    A process adds to its own row and reads all rows, so none ever waits for another, be it killed
    or frozen. The next process to get a row goes on adding to it: nothing counted is lost.

    prometheus_client would share files: a full disk kills whoever writes to one, and one left empty
    by a killed process spoils every later scrape. It also has to be told before it is imported.
    """

    def __init__(self) -> None:
        """Reserve the memory; make it before the processes that are to share it are forked."""
        memory = mmap.mmap(-1, (1 + _ROWS * CELLS) * 8)
        self._memory = memoryview(memory).cast("d")
        self._memory[0] = 1  # rows in use, so that untouched ones cost no memory
        self._row = 0
        self._lent: dict[int, int] = {}
        self._lock = threading.Lock()

    def lend(self, borrower: int) -> None:
        """Let the process that is forked next count in a row of its own; call it in its parent.

        If all are taken it shares the last one, where two who add at once may count as one.
        """
        taken = set(self._lent.values())
        self._row = next((row for row in range(_ROWS) if row not in taken), _ROWS - 1)
        self._lent[borrower] = self._row
        self._memory[0] = max(self._memory[0], self._row + 1)

    def take_back(self, borrower: int) -> None:
        """Free the row of a process that has ended; what it has counted stays."""
        self._lent.pop(borrower, None)

    def add(self, cell: int, amount: float = 1) -> None:
        """Add to one number; no other process ever sees half of a number."""
        position = self._position(self._row, cell)
        with self._lock:
            self._memory[position] += amount

    def totals(self, cells: int) -> list[float]:
        """Return the first `cells` numbers, added up over all processes."""
        starts = (self._position(row, 0) for row in range(int(self._memory[0])))
        rows = [self._memory[start : start + cells].tolist() for start in starts]
        return [sum(column) for column in zip(*rows, strict=True)]

    def _position(self, row: int, cell: int) -> int:
        if not 0 <= cell < CELLS:
            raise IndexError(cell)
        return 1 + row * CELLS + cell
