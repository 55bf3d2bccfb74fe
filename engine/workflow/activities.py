"""Activities: work of people, assignments, sub-processes, calls, with what is attached to them."""

from collections.abc import Sequence

from engine.bpmn.program import Event, Kind, Node, Scope
from engine.expressions import compile_composite
from engine.workflow.case import (
    CaseWorkflow,
    Token,
    VisitKind,
    assign,
    evaluate,
    holds_already,
    is_there,
    put,
    remove,
    variables,
)
from engine.workflow.nodes import (
    BEGUN,
    NodeSpec,
    clear,
    enter_all,
    leave,
    not_begun,
    running,
    settle,
    taken,
)
from engine.workflow.waiting import WaitingSpec, armed, note_event

DONE = "done"
"""In the internal data of a scope: what can be undone in it, in the order of completion."""
SEEN = "seen"
"""In such a record: the variables of the turn or call that is over, which undoing it needs."""
OWN = "own"
"""In the internal data of a call: the variables of the turn that it is of a loop."""


class Activity(NodeSpec):
    """An activity: arms the events attached to it, and can be undone once it is completed."""

    repeated = False
    """Whether it is one turn of a loop, in whose token it runs."""

    def _update_hook(self, token: Token) -> bool:
        if not self.repeated:
            for event_id in self.node.boundary:
                put(token, event_id)
        return True

    def _on_complete_hook(self, token: Token) -> None:
        if is_there(token):
            self.note(token)
            self.go_on(token)

    def go_on(self, token: Token) -> None:
        """Remember how to undo what is done, and leave."""
        record(token)
        if self.repeated:
            token.parent.task_spec.turned(token.parent, token)
        else:
            leave(token, taken(token))


class Work(Activity):
    """Waits until a person has completed it."""

    def note(self, token: Token) -> None:
        token.workflow.visit(VisitKind.COMPLETED, self.bpmn_id)


class Assign(Activity):
    """Computes an expression, which no person waits for."""

    def _run_hook(self, token: Token) -> bool:
        value = evaluate(token, self.node.expression or "")
        if self.node.variable:
            assign(token, {self.node.variable: value})
        return True


class Catch(WaitingSpec, Activity):
    """An event, or a task that receives, which waits for its triggers."""

    def _update_hook(self, token: Token) -> bool:
        Activity._update_hook(self, token)
        return WaitingSpec._update_hook(self, token)

    def _on_complete_hook(self, token: Token) -> None:
        Activity._on_complete_hook(self, token)

    def note(self, token: Token) -> None:
        WaitingSpec.note(self, token)


class ScopeSpec(Activity):
    """Runs a scope: a process, a sub-process, a called process."""

    @property
    def is_isolated(self) -> bool:  # type: ignore[override]  # fixed for each node
        return self.node.isolated

    def scope(self, token: Token) -> Scope:
        """Return what runs in a token."""
        scope: Scope = token.workflow.program.scopes[self.node.body]
        return scope

    def _run_hook(self, token: Token) -> None:
        if not self.node.hidden:
            token.workflow.visit(VisitKind.ENTERED, self.bpmn_id)
        if self.node.isolated and token.parent is not None:
            _hand_in(token, self.node)
        self.begin(token)

    def begin(self, token: Token) -> None:
        """Arm the event sub-processes and put a token wherever the scope starts."""
        scope = self.scope(token)
        self.arm(token)
        agenda = token.workflow.agenda
        before = len(agenda)
        starts = scope.starts[:1] if scope.one_by_one else scope.starts
        token.internal_data[BEGUN] = len(starts)
        for start in starts:
            put(token, start)
        agenda[before:] = reversed(agenda[before:])

    def arm(self, token: Token) -> None:
        """Let the event sub-processes wait; what undoes the scope waits for nothing."""
        nodes = token.workflow.program.nodes
        for event_scope in self.scope(token).event_scopes:
            if nodes[event_scope].triggers[0].event is not Event.COMPENSATION:
                put(token, armed(event_scope))

    def left_by(self, token: Token) -> None:
        """End an ad-hoc sub-process as soon as its condition holds, or begin what is next in it."""
        scope = self.scope(token)
        if scope.completion and holds_already(token, scope.completion):
            token.internal_data[BEGUN] = len(scope.starts)
            if scope.drops_rest:
                clear(token)
        self._begin_next(token)

    def emptied(self, token: Token) -> None:
        if not self._begin_next(token):
            token.complete()

    def _begin_next(self, token: Token) -> bool:
        """Begin the next activity of those that run one by one, if it is its turn.

        Event sub-processes run beside them and keep none of them waiting.
        """
        waiting = not_begun(token)
        if not waiting or any(map(_is_in_turn, running(token))):
            return False
        _begin_one(token, waiting[0])
        return True

    def go_on(self, token: Token) -> None:
        if self.node.isolated:
            _hand_out(token, self.node)
        super().go_on(token)


class EventScope(ScopeSpec):
    """An event sub-process that runs: its start event has happened."""

    def begin(self, token: Token) -> None:
        self.arm(token)
        start = token.workflow.program.nodes[self.scope(token).starts[0]]
        note_event(token.parent if self.repeated else token, start.id)
        enter_all(token, start.flows)

    def go_on(self, token: Token) -> None:
        record(token)
        if self.repeated:
            token.parent.task_spec.turned(token.parent, token)
            return
        scope = token.parent
        remove(token)
        settle(scope)


class Process(ScopeSpec):
    """The process itself, at the root of the tree."""

    is_isolated = True

    def _on_complete_hook(self, token: Token) -> None:
        token.workflow.completed = True
        clear(token)


def begin_before_joins(workflow: CaseWorkflow) -> bool:
    """Begin what is next where all that has begun waits at joins; return whether there is such.

    A join may wait for an activity of a sequential ad-hoc sub-process that has yet to begin.
    """
    for token in workflow.tasks.values():
        waiting = not_begun(token)
        if waiting and all(one.task_spec.only_meets for one in filter(_is_in_turn, running(token))):
            _begin_one(token, waiting[0])
            return True
    return False


def _is_in_turn(token: Token) -> bool:
    """Return whether a token is of what runs one after the other: not of an event sub-process."""
    return token.task_spec.node.kind is not Kind.EVENT_SCOPE


def _begin_one(token: Token, start: str) -> None:
    token.internal_data[BEGUN] += 1
    put(token, start)


def _hand_in(token: Token, node: Node) -> None:
    """Hand over to a called process, which sees nothing else, not even which turn it is."""
    own = dict(token.data)
    token.internal_data[OWN] = own
    token.data.clear()
    for one in node.inputs:
        seen = own if one.local else variables(token.parent) | own
        if one.source:
            token.data[one.target] = compile_composite(one.source).evaluate(seen)
        else:
            token.data.update(seen)


def _hand_out(token: Token, node: Node) -> None:
    for one in node.outputs:
        if one.local:  # for the call itself, which is over
            continue
        inside = dict(token.data) if not one.source else {one.target: evaluate(token, one.source)}
        assign(token.parent, inside)


def record(token: Token) -> None:
    """Remember around an activity how to undo it, if it can be undone: a turn in its loop."""
    spec, node = token.task_spec, token.task_spec.node
    inside = token.internal_data.get(DONE)
    undoing = _compensation_of(token) if isinstance(spec, ScopeSpec) else None
    entry: dict[str, object] = {"activity": node.id}
    if node.handler is not None:
        entry["handler"] = node.handler
    elif undoing is not None:
        entry["handler"], entry[DONE] = undoing, inside or []
    elif inside:
        entry[DONE] = inside
    else:
        return
    if token.data:
        entry[SEEN] = dict(token.data)
    _remember(token, [entry])


def hand_on(token: Token) -> None:
    """Let what can be undone of a loop that has completed be undone in the scope around it.

    A loop that is interrupted has not completed, and nothing of it is undone.
    """
    if done := token.internal_data.get(DONE):
        _remember(token, done)


def _remember(token: Token, entries: Sequence[dict[str, object]]) -> None:
    around = token.parent
    if around.task_spec.node.kind is Kind.EVENTS:
        around = around.parent
    if around.task_spec.node.kind is not Kind.THROW:  # what undoes cannot be undone
        around.internal_data.setdefault(DONE, []).extend(entries)


def _compensation_of(token: Token) -> str | None:
    """Return the event sub-process that undoes a scope."""
    nodes = token.workflow.program.nodes
    found = (
        event_scope
        for event_scope in token.task_spec.scope(token).event_scopes
        if nodes[event_scope].triggers[0].event is Event.COMPENSATION
    )
    return next(found, None)
