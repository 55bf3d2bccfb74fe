"""Diagrams at size: linting the reference SOP, deploying 500 steps, 10,000 turns of a loop.

`make bench-bpmn` runs it.
"""

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.bpmn.lint import lint
from engine.bpmn.normalize import normalize
from engine.bpmn.reader import read
from engine.bpmn.sop import read_process
from engine.config import Settings
from engine.database import Database
from engine.workflow.specification import compile_program
from migrations.upgrade import upgrade
from tests.benchmarks.figures import MILLISECOND, machine, say, seconds
from tests.clock import WEDNESDAY_MORNING, TestClock
from tests.office import REFERENCE, Office, found_office
from tests.unit.workflow_diagrams import Play, compiled, xml

LINT_BAR, DEPLOY_BAR = 0.050, 2.0
STEPS, TURNS = 500, 10_000
_REPEATED = 20
_LOOP = (
    "start > xor1 > work > xor2",
    "xor2 [more == true] > xor1",
    "xor2 [else] > end",
    "timer @ work PT1H > tell",
)


def main() -> None:
    """Run the benchmark and print its figures."""
    with TemporaryDirectory() as folder:
        print(machine(Path(folder)), end="\n\n")
        _linting()
        _deploying(Path(folder))
    _looping()


def _linting() -> None:
    lint(read(REFERENCE))
    took = statistics.median(seconds(lambda: lint(read(REFERENCE))) for _ in range(_REPEATED))
    say("lint the reference SOP", f"p50 {took / MILLISECOND:.1f} ms", met=took <= LINT_BAR)


def _deploying(folder: Path) -> None:
    source = large(STEPS)
    diagram = read(source)
    say("its parts: read", f"{seconds(lambda: read(source)):.2f} s")
    say("  lint", f"{seconds(lambda: lint(diagram)):.2f} s")
    say("  the SOP in it", f"{seconds(lambda: read_process(diagram)):.2f} s")
    say("  compile", f"{seconds(lambda: compile_program(normalize(diagram))):.2f} s")
    database = Database(
        Settings(database_url=f"sqlite:///{folder}/alur.db"), clock=TestClock(WEDNESDAY_MORNING)
    )
    upgrade(database.engine)
    found_office(database)
    office = Office(database, TestClock(WEDNESDAY_MORNING))
    took = seconds(lambda: office.found(source=source))
    say(f"deploy {STEPS} steps", f"{took:.2f} s", met=took <= DEPLOY_BAR)
    database.dispose()


def large(steps: int) -> bytes:
    """Return a diagram of so many steps: choices, parallel branches and loops between them."""
    lines, before = [], "start"
    for number in range(0, steps, 5):
        a, b, c, d, e = (f"step{number + each}" for each in range(5))
        fork, join = f"and{2 * number}", f"and{2 * number + 1}"
        choice, merge = f"xor{2 * number}", f"xor{2 * number + 1}"
        lines += [
            f"{before} > {merge} > {a} > {fork}",
            f"{fork} > {b} > {join}",
            f"{fork} > {c} > {join} > {d} > {choice}",
            f"{choice} [again{number} == true] > {merge}",
            f"timer{number} @ {d} PT2H > tell{number}",
        ]
        before = f"{choice} [else] > {e}"
    return xml(*lines, f"{before} > end")


def _looping() -> None:
    case = Play(compiled(xml(*_LOOP))).start()
    turns = [seconds(lambda: case.complete("work", more=True)) for _ in range(TURNS)]
    early, late = (statistics.median(turns[a : a + 100]) for a in (10, TURNS - 100))
    figures = f"{early / MILLISECOND:.2f} ms at turn 10, {late / MILLISECOND:.2f} ms at {TURNS:,}"
    say("a turn of a loop", f"{figures}, {len(case.last.state or b'')} bytes of state")


if __name__ == "__main__":
    main()
