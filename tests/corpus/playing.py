"""Plays a diagram of the corpus move by move."""

import tomllib
from datetime import datetime, timedelta

from engine.bpmn.lint import check
from engine.bpmn.normalize import normalize
from engine.bpmn.program import Event
from engine.bpmn.reader import read
from engine.durations import Duration
from engine.workflow import state, steps
from engine.workflow.case import VisitKind
from engine.workflow.moments import Moment
from engine.workflow.specification import compile_program
from engine.workflow.steps import Delivery, Snapshot
from tests.clock import WEDNESDAY_MORNING
from tests.corpus.diagrams import Run, Sample

_VISITED = {VisitKind.ENTERED, VisitKind.COMPLETED, VisitKind.PASSED, VisitKind.FIRED}


class Case:
    """A case of a diagram; between two moves only the bytes of its state are kept."""

    def __init__(self, sample: Sample, run: Run) -> None:
        """Start it."""
        diagram = read(sample.source)
        simulate = sample.deploy == "simulate"
        check(diagram, rehearsal=simulate)
        self.program = normalize(diagram, rehearsal=simulate)
        self._specification = compile_program(self.program)
        self._now = WEDNESDAY_MORNING
        self.visits: list[str] = []
        self.last = self._follow(
            steps.start(self._specification, variables=run.variables, moment=self._moment)
        )

    def move(self, move: str) -> None:
        """Make one move: `complete ID`, `message NAME`, `signal NAME`, `wait DURATION`, `fire`.

        Variables follow as `name=value`, the value as TOML writes it.
        """
        what, argument, variables = read_move(move)
        match what:
            case "wait":
                self._now += timedelta(seconds=seconds(Duration.parse(argument)))
            case "fire":
                self._advance()
            case "complete":
                task = next(t for t in self.last.tasks if t.element_id == argument)
                self._advance(complete=task.id, variables=variables)
            case _:
                delivery = Delivery(event=Event(what), name=argument, variables=variables)
                self._advance(delivery=delivery)

    @property
    def open(self) -> list[str]:
        """Ids of the open tasks."""
        return [task.element_id for task in self.last.tasks]

    @property
    def ended(self) -> bool:
        """Whether the case has ended."""
        return self.last.state is None

    @property
    def variables(self) -> dict[str, object]:
        """The variables of the process while it runs."""
        assert self.last.state is not None
        workflow = state.load(self.last.state, self._specification, self._moment)
        return dict(workflow.task_tree.data)

    @property
    def _moment(self) -> Moment:
        return Moment(now=self._now, due=_due)

    def _advance(self, **what: object) -> None:
        assert self.last.state is not None, "the case has ended"
        self.last = self._follow(
            steps.advance(self._specification, self.last.state, moment=self._moment, **what)  # type: ignore[arg-type]  # as given by `move`
        )

    def _follow(self, snapshot: Snapshot) -> Snapshot:
        self.visits += [visit.element_id for visit in snapshot.visits if visit.kind in _VISITED]
        return snapshot


def read_move(move: str) -> tuple[str, str, dict[str, object]]:
    """Return what a move does, with whom, and the variables that it brings."""
    what, *rest = move.split(maxsplit=1)
    words = rest[0].split() if rest else []
    given = [word for word in words if "=" in word]
    name = " ".join(word for word in words if "=" not in word)
    variables = {word.partition("=")[0]: tomllib.loads(word) for word in given}
    return what, name, {key: value[key] for key, value in variables.items()}


def _due(_: str, duration: Duration, start: datetime) -> datetime:
    return start + timedelta(seconds=seconds(duration))


def seconds(duration: Duration) -> float:
    """Return how long a duration is where the office is always open."""
    days = 30 * duration.months + 7 * duration.weeks + duration.days
    return 86_400 * days + duration.seconds
