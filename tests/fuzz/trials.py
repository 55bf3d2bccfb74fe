"""What must hold for any input: it is answered, in time, and what is answered makes sense."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from random import Random

from engine.bpmn.findings import DiagramRefused, Finding, has_error
from engine.bpmn.forms import json_schema, start_schema, validate
from engine.bpmn.lint import lint
from engine.bpmn.normalize import normalize
from engine.bpmn.program import Event
from engine.bpmn.reader import Diagram, read
from engine.bpmn.sop import FieldType, FormField, Process, Step, read_process
from engine.durations import Duration
from engine.errors import AlurError
from engine.expressions import compile_composite, compile_expression
from engine.workflow import state, steps
from engine.workflow.case import is_waiting
from engine.workflow.moments import Moment
from engine.workflow.specification import Specification, compile_program
from engine.workflow.steps import Delivery, RunsOn, Snapshot
from tests.clock import WEDNESDAY_MORNING
from tests.fuzz import formulas

LONGEST = 5.0
"""Seconds of computing until an input counts as a hang, however busy the machine is."""
_MOVES = 12


class Hang(Exception):
    """There is no answer in time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise Hang in whatever takes longer."""

    def ring(*_: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def try_expression(text: str, random: Random) -> str:
    """Read and evaluate an expression; return "answered". Raises whatever is no answer."""
    with at_most(LONGEST), suppress(AlurError):
        expression = compile_expression(text)
        assert expression.truths <= expression.names
        assert {one.name for one in expression.comparisons} <= expression.names
        expression.test(formulas.values(random))
    with at_most(LONGEST), suppress(AlurError):
        value = compile_composite(f"x{text}").evaluate(formulas.values(random))
        json.dumps(value)
    return "answered"


def try_diagram(source: bytes, random: Random) -> str:
    """Deploy and play a diagram; return "refused", "deployed" or how a case of it went.

    Raises whatever is no answer.
    """
    with at_most(LONGEST):
        try:
            diagram = read(source)
        except DiagramRefused as refused:
            _look_at(refused.findings, refused=True)
            return "unread"
    rehearsal = random.random() < 0.5
    with at_most(LONGEST):
        findings = lint(diagram, rehearsal=rehearsal)
        _look_at(findings)
        process = read_process(diagram, rehearsal=rehearsal)
        program = normalize(diagram, rehearsal=rehearsal)
    if has_error(findings):
        return "refused"
    with at_most(LONGEST):
        specification = compile_program(program)
        json.dumps([start_schema(process), *map(json_schema, process.steps)])
    return _Player(diagram, process, specification, random).play()


def _look_at(findings: tuple[Finding, ...], *, refused: bool = False) -> None:
    assert has_error(findings) or not refused, "refused without an error"
    for finding in findings:
        json.dumps(finding.as_dict())
        told = (finding.code, finding.message.id, finding.message.en, finding.hint.id)
        assert all(told), f"{finding.code} says nothing"
        assert finding.line is None or finding.line > 0, f"{finding.code} has line {finding.line}"


class _Player:
    """Plays one case with random moves."""

    def __init__(
        self, diagram: Diagram, process: Process, specification: Specification, random: Random
    ) -> None:
        self._process = process
        self._steps = {step.element_id: step for step in process.steps}
        self._specification = specification
        self._random = random
        self._now = WEDNESDAY_MORNING
        self._drawn = {one.get("id") for one in diagram.root.iter() if one.get("id")}

    def play(self) -> str:
        """Return "ended", "waits", or the name of the error with which the engine answered."""
        try:
            sent = validate(self._process, None, self._filled(None))
            with at_most(LONGEST):
                snapshot = steps.start(self._specification, variables=sent, moment=self._moment)
        except AlurError as error:
            return type(error).__name__
        for _ in range(_MOVES):
            self._look_at(snapshot)
            if snapshot.state is None:
                return "ended"
            try:
                with at_most(LONGEST):
                    snapshot = self._move(snapshot)
            except RunsOn:
                return "RunsOn"
            except AlurError:
                continue  # the case is as it was before
        self._look_at(snapshot)
        return "ended" if snapshot.state is None else "waits"

    @property
    def _moment(self) -> Moment:
        return Moment(now=self._now, due=_due)

    def _look_at(self, snapshot: Snapshot) -> None:
        for visit in snapshot.visits:
            assert visit.element_id in self._drawn, f"{visit.element_id} is not drawn"
        for task in snapshot.tasks:
            assert task.element_id in self._steps, f"{task.element_id} is no step of the SOP"
        if snapshot.state is None:
            assert not snapshot.tasks, "an ended case has open tasks"
            return
        workflow = state.load(snapshot.state, self._specification, self._moment)
        waits = snapshot.tasks or any(map(is_waiting, workflow.tasks.values()))
        assert waits, "the case waits for nothing"
        assert len(snapshot.state) < 2**20, "the state is too large"

    def _move(self, snapshot: Snapshot) -> Snapshot:
        assert snapshot.state is not None
        if snapshot.timers and self._random.random() < 0.4:
            self._now = max(self._now, min(one.due_at for one in snapshot.timers))
            self._now += timedelta(seconds=1)
            return steps.advance(self._specification, snapshot.state, moment=self._moment)
        awaited = steps.awaited(self._specification, snapshot.state)
        if awaited and (not snapshot.tasks or self._random.random() < 0.4):
            one = self._random.choice(awaited)
            return self._deliver(snapshot.state, one.event, one.name)
        if not snapshot.tasks:
            return self._deliver(snapshot.state, Event.MESSAGE, "nobody waits")
        task = self._random.choice(snapshot.tasks)
        step = self._steps[task.element_id]
        known = steps.variables_at(self._specification, snapshot.state, task.id)
        sent = validate(self._process, step, self._filled(step), known=known)
        return steps.advance(
            self._specification,
            snapshot.state,
            moment=self._moment,
            complete=task.id,
            variables=sent,
        )

    def _deliver(self, stored: bytes, event: Event, name: str) -> Snapshot:
        variables = formulas.values(self._random) if self._random.random() < 0.5 else {}
        return steps.advance(
            self._specification,
            stored,
            moment=self._moment,
            delivery=Delivery(event=event, name=name, variables=variables),
        )

    def _filled(self, step: Step | None) -> dict[str, object]:
        fields = self._process.start_fields if step is None else step.fields
        if not fields:
            declared = {field.id for step in self._process.steps for field in step.fields}
            declared |= {field.id for field in self._process.start_fields}
            values = formulas.values(self._random)
            return {name: value for name, value in values.items() if name not in declared}
        return {
            field.id: self._value(field)
            for field in fields
            if not field.readonly and (field.required or self._random.random() < 0.8)
        }

    def _value(self, field: FormField) -> object:
        random = self._random
        match field.type:
            case FieldType.BOOLEAN:
                return random.random() < 0.5
            case FieldType.LONG:
                low, high = field.min or 0, field.max if field.max is not None else 9
                return random.randint(min(low, high), max(low, high))
            case FieldType.DATE:
                return "2026-03-27"
            case FieldType.ENUM:
                return random.choice([option for option, _ in field.options])
            case FieldType.STRING:
                return random.choice(("x", "y", "xyz"))[: field.maxlength]


def _due(_: str, duration: Duration, start: datetime) -> datetime:
    days = 30 * duration.months + 7 * duration.weeks + duration.days
    return start + timedelta(days=min(days, 36_500), seconds=min(duration.seconds, 10**9))
