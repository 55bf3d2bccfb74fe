"""Runs `alur` and says in its last line how many statements it has sent, and in how many seconds.

`python -m tests.benchmarks.counted worker`. BEGIN and COMMIT are not counted.
"""

import atexit
import time
from itertools import count

from sqlalchemy import Engine, event

from api.cli import main

_sent = count()
_began = time.monotonic()
_STATEMENT = 2
"""Its place among what the event of SQLAlchemy brings."""


def _note(*of_cursor: object) -> None:
    if not str(of_cursor[_STATEMENT]).startswith("BEGIN"):
        next(_sent)


def _say() -> None:
    print(next(_sent), time.monotonic() - _began, flush=True)


if __name__ == "__main__":
    event.listen(Engine, "before_cursor_execute", _note)
    atexit.register(_say)
    main()
