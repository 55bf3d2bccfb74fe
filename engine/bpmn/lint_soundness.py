"""Rules of soundness: what the token game shows that no single element does."""

from collections.abc import Iterable, Iterator

from engine.bpmn import soundness
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.names import Element, one_line
from engine.bpmn.program import Event, Kind, Node, Program
from engine.bpmn.reader import Diagram
from engine.bpmn.sop import is_sop
from engine.bpmn.soundness import Played, Stuck

NEVER_COMPLETE = Rule(
    "join-never-complete",
    Severity.WARNING,
    Text(
        id="Gateway ini dapat menunggu selamanya: ada jalan proses yang tidak pernah sampai "
        "lewat {missing}.",
        en="This gateway may wait for ever: there is a way through the process that never comes "
        "by {missing}.",
    ),
    Text(
        id="Mulai semua jalur masuknya dari satu gateway paralel, atau jadikan gateway eksklusif "
        "atau inklusif.",
        en="Let all paths into it begin at one parallel gateway, or make it an exclusive or "
        "inclusive gateway.",
    ),
)
NEVER_ENDS = Rule(
    "no-end",
    Severity.WARNING,
    Text(
        id="Ada jalan di sini yang tidak pernah selesai, apa pun yang dikerjakan orang.",
        en="There is a way through this that never finishes, whatever people do.",
    ),
    Text(
        id="Gambar jalan ke kejadian akhir (end event) sesudah langkah terakhir.",
        en="Draw a way to an end event after the last step.",
    ),
)
NEVER_RUNS = Rule(
    "never-runs",
    Severity.WARNING,
    Text(
        id="Elemen ini tidak pernah dijalankan: tidak ada jalan yang sampai ke sini.",
        en="This never runs: what comes before it never gets here.",
    ),
    Text(
        id="Periksa bagian sebelumnya: mungkin selalu berakhir dengan galat atau selalu disela.",
        en="Look at what comes before: perhaps it always ends by an error or is interrupted.",
    ),
)
RUNS_TWICE = Rule(
    "runs-twice",
    Severity.WARNING,
    Text(
        id="Dua jalur yang dapat berjalan serentak sampai di sini tanpa digabungkan: elemen ini "
        "dan yang sesudahnya mungkin dijalankan dua kali.",
        en="Two paths that can run at the same time come here without being joined: this element "
        "and what follows it may run twice.",
    ),
    Text(
        id="Gabungkan jalur-jalur itu dengan gateway paralel, kalau cukup dijalankan sekali.",
        en="Join the paths with a parallel gateway, if once is enough.",
    ),
)
NOT_ALL_PLAYED = Rule(
    "not-all-played",
    Severity.HINT,
    Text(
        id="Proses ini terlalu bercabang untuk diperiksa seluruhnya: apakah selalu dapat selesai, "
        "tidak diketahui.",
        en="This process has too many branches to try them all: it is not known whether it can "
        "always finish.",
    ),
    Text(
        id="Pindahkan bagian-bagiannya ke subproses.",
        en="Move parts of it into sub-processes.",
    ),
)


def sound(diagram: Diagram, program: Program) -> Iterator[Finding]:
    """What is drawn can be reached, no gateway waits for ever, and the process can always end."""
    played = {one.scope: one for one in soundness.play(program)}
    if any(not one.is_whole for one in played.values()):
        yield NOT_ALL_PLAYED.broken_by(diagram.process)
    waiting, seen, of_sop = [(program.process, False)], set(), is_sop(diagram)
    while waiting:
        scope_id, is_ended = waiting.pop()
        if scope_id in seen or scope_id not in played:
            continue
        seen.add(scope_id)
        is_ended = is_ended or _is_interrupted(program, scope_id)
        one = played[scope_id]
        yield from _judged(diagram, program, one, is_ended=is_ended, of_sop=of_sop)
        is_ended = is_ended or _ends_at_once(program, scope_id)
        waiting += (
            (node.body, is_ended or _has_alarm(program, node))
            for node in _entered(program, played[scope_id])
            if node.body is not None
        )


def _judged(
    diagram: Diagram, program: Program, played: Played, *, is_ended: bool, of_sop: bool
) -> Iterator[Finding]:
    """Yield what is wrong in a scope; what something around it ends need not end by itself."""
    can_end = played.can_end or is_ended
    for node_id in played.dead:
        yield NEVER_RUNS.broken_by(diagram.by_id(node_id))
    for stuck in {one.gateway: one for one in played.stuck}.values():
        yield NEVER_COMPLETE.broken_by(
            diagram.by_id(stuck.gateway),
            severity=Severity.WARNING if can_end else Severity.ERROR,
            missing=_names(diagram, stuck),
        )
    if not played.always_ends and not played.stuck and not is_ended:
        # A foreign diagram may mean to go round for ever; an SOP never does.
        severity = Severity.ERROR if not can_end and of_sop else Severity.WARNING
        yield NEVER_ENDS.broken_by(_drawn(diagram, program, played.scope), severity=severity)
    scope = program.scopes[played.scope]
    reminded = _led_to(program, (one for one in scope.nodes if _reminds(program, one)))
    worked = _led_to(program, scope.starts)
    for node_id in played.doubled:
        # Two reminders at the same time are no surprise.
        if node_id in worked:
            severity = Severity.HINT if node_id in reminded else Severity.WARNING
            yield RUNS_TWICE.broken_by(diagram.by_id(node_id), severity=severity)


def _entered(program: Program, played: Played) -> Iterator[Node]:
    """Yield the nodes of a scope that are reached, that events start, or that undo others."""
    nodes = [program.nodes[one] for one in program.scopes[played.scope].nodes]
    led_to = {flow.target for node in nodes for flow in node.flows}
    for node in nodes:
        aside = node.kind is Kind.EVENT_SCOPE or node.id not in led_to
        if aside or node.id in played.visited:
            yield node


def _is_interrupted(program: Program, scope_id: str) -> bool:
    """Return whether an event in a scope, or a condition, can end what runs in it."""
    scope = program.scopes[scope_id]
    events = [program.nodes[one] for one in scope.event_scopes]
    return scope.completion is not None or any(_can_interrupt(one) for one in events)


def _has_alarm(program: Program, host: Node) -> bool:
    """Return whether an event attached to an activity can end it."""
    return any(_can_interrupt(program.nodes[one]) for one in host.boundary)


def _can_interrupt(event: Node) -> bool:
    return event.interrupting and any(one.event is not Event.COMPENSATION for one in event.triggers)


def _ends_at_once(program: Program, scope_id: str) -> bool:
    """Return whether another path in a scope can end all that runs in it."""
    return any(
        trigger.event in {Event.TERMINATE, Event.ERROR, Event.CANCEL}
        for one in program.scopes[scope_id].nodes
        if program.nodes[one].kind is Kind.THROW
        for trigger in program.nodes[one].triggers
    )


def _reminds(program: Program, node_id: str) -> bool:
    node = program.nodes[node_id]
    return node.kind is Kind.BOUNDARY and not node.interrupting


def _led_to(program: Program, starts: Iterable[str]) -> set[str]:
    """Return the nodes that can be reached without an event that does not interrupt."""
    waiting = list(starts)
    found: set[str] = set()
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            node = program.nodes[node_id]
            waiting += [flow.target for flow in node.flows]
            waiting += [one for one in node.boundary if not _reminds(program, one)]
    return found


def _drawn(diagram: Diagram, program: Program, scope_id: str) -> Element | None:
    """Return the element whose inside a scope is."""
    return diagram.by_id(scope_id) if scope_id in program.scopes else diagram.process


def _names(diagram: Diagram, stuck: Stuck) -> tuple[str, ...]:
    """Return where the flows come from by which no token has come."""
    found = []
    for flow_id in stuck.missing:
        flow = diagram.by_id(flow_id)
        source = None if flow is None else diagram.by_id(flow.get("sourceRef"))
        name = "" if source is None else one_line(source.get("name")) or source.get("id", "")
        found.append(f'"{name or flow_id}"')
    return tuple(found)
