"""The corpus: `tests/data/bpmn/<group>/<name>.bpmn`, each with a `.toml` that says what it shows.

```toml
feature = "Interrupting timer on a sub-process"     # a row of docs/bpmn-support.md
element = "boundaryEvent"                           # the element it is about
dialect = "bpmn.io"            # or "Camunda Modeler", "Signavio", "by hand"
verdict = "runs"               # or "drawing" (it is only drawn) or "refused"
refused_by = ["some-rule"]     # codes of the errors, when refused
deploy = "simulate"            # only for a rehearsal

[[runs]]
variables = { amount = 3 }     # at the start
moves = ["complete ask approved=true", "wait PT1H", "fire", "message M", "signal S x=1"]
visits = ["start", "ask", "end"]    # ids of the drawing, in the order in which they were visited
open = ["ask"]                 # open tasks at the end of the moves, when the case has not ended
result = { approved = true }   # variables of the process that must be there at the end
waits = true                   # nobody has an open task, yet the case has not ended
raises = "NoWayOut"            # the last move, or the start without moves, fails with this
```
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent.parent / "data" / "bpmn"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One way through a diagram."""

    variables: Mapping[str, object] = field(default_factory=dict)
    moves: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    result: Mapping[str, object] = field(default_factory=dict)
    waits: bool = False
    raises: str = ""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A diagram of the corpus."""

    path: Path
    feature: str
    element: str
    dialect: str
    verdict: str
    refused_by: tuple[str, ...] = ()
    deploy: str = ""
    runs: tuple[Run, ...] = ()

    @property
    def name(self) -> str:
        """Group and name."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def source(self) -> bytes:
        """The file."""
        return self.path.read_bytes()


def samples() -> Iterator[Sample]:
    """Yield the diagrams in the order of their names."""
    for path in sorted(CORPUS.glob("*/*.bpmn")):
        told: dict[str, Any] = tomllib.loads(path.with_suffix(".toml").read_text())
        runs = tuple(Run(**_frozen(run)) for run in told.pop("runs", ()))
        yield Sample(path=path, runs=runs, **_frozen(told))


def _frozen(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
