"""Rules of parallel gateways: one token at a time, and every way into a join from one fork.

SpiffWorkflow takes a second token at a parallel gateway for a repetition of the first and drops the
work that the first has opened. A join counts a way back into itself as arrived.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.graph import Graph
from engine.bpmn.names import Element
from engine.bpmn.reader import Diagram
from engine.bpmn.tokens import Concurrency

SEVERAL_TOKENS = Rule(
    "parallel-paths-meet",
    Severity.ERROR,
    Text(
        id="Dua jalur yang berjalan serentak dapat sampai di gateway paralel ini lewat panah "
        "yang sama, tanpa digabungkan lebih dahulu.",
        en="Two paths that run at the same time can reach this parallel gateway by the same flow, "
        "without having been joined before.",
    ),
    Text(
        id="Gabungkan jalur-jalur itu dengan gateway paralel sebelum gateway ini; jalur dari timer "
        "yang tidak menginterupsi berakhir di kejadian akhirnya sendiri.",
        en="Join the paths with a parallel gateway before this one; let the path of a "
        "non-interrupting timer lead to an end event of its own.",
    ),
)
LOOP_INTO_JOIN = Rule(
    "loop-into-join",
    Severity.ERROR,
    Text(
        id="Putaran kembali ke gateway paralel ini tanpa melewati pencabangannya, sehingga tidak "
        "semua panah masuknya terisi lagi.",
        en="A loop comes back to this parallel gateway without passing its fork, so not all the "
        "flows into it are taken again.",
    ),
    Text(
        id="Arahkan panah balik ke sebelum gateway paralel yang mencabangkan semua jalurnya, "
        "melalui gateway eksklusif.",
        en="Let the flow back lead, through an exclusive gateway, to before the parallel gateway "
        "at which all its paths begin.",
    ),
)
NEVER_COMPLETE = Rule(
    "join-never-complete",
    Severity.ERROR,
    Text(
        id="Gateway paralel ini tidak pernah menerima semua panah masuknya sekaligus, sehingga "
        "menunggu selamanya.",
        en="The flows into this parallel gateway are never all taken at once, so it waits forever.",
    ),
    Text(
        id="Mulai semua jalur masuknya dari satu gateway paralel, atau jadikan gateway eksklusif.",
        en="Let all paths into it begin at one parallel gateway, or make it an exclusive gateway.",
    ),
)


def gateways(diagram: Diagram) -> Iterator[Finding]:
    """A parallel gateway gets one token from every flow into it, and then again all of them."""
    graph = diagram.graph
    if not graph.is_small:
        return
    concurrency = Concurrency(graph)
    after_timers = set(graph.walk(*graph.of_kind("boundaryEvent"), stop_at_steps=True))
    for gateway in graph.of_kind("parallelGateway"):
        flows = graph.incoming.get(gateway.get("id", ""), ())
        in_loop = gateway in _reached(graph.following, gateway, past=())
        if any(concurrency.together(flow, flow) for flow in flows):
            yield SEVERAL_TOKENS.broken_by(gateway)
        if in_loop and len(flows) > 1 and _loops_past_forks(graph, gateway):
            yield LOOP_INTO_JOIN.broken_by(gateway)
        elif not all(concurrency.together(*pair) for pair in combinations(flows, 2)):
            # Elsewhere whoever completes the step before it is told, and the case stays as it was.
            is_silent = in_loop or gateway in after_timers
            severity = Severity.ERROR if is_silent else Severity.WARNING
            yield NEVER_COMPLETE.broken_by(gateway, severity=severity)


def _loops_past_forks(graph: Graph, join: Element) -> bool:
    """Return whether a way leads from a join back to it that passes none of its forks."""
    return join in _reached(graph.following, join, past=_forks(graph, join))


def _forks(graph: Graph, join: Element) -> set[Element]:
    """Return the parallel gateways from which every flow into a join comes, not through itself."""
    flows = graph.incoming.get(join.get("id", ""), ())
    sources = [graph.nodes.get(flow.get("sourceRef", "")) for flow in flows]
    feeding = [
        {source} | _reached(graph.preceding, source, past={join})
        for source in sources
        if source is not None
    ]
    return set(graph.of_kind("parallelGateway")).intersection(*feeding) - {join}


def _reached(
    neighbours: Mapping[Element, Collection[Element]], start: Element, *, past: Collection[Element]
) -> set[Element]:
    """Return the nodes reached from `start` without going through those in `past`."""
    found: set[Element] = set()
    waiting = [] if start in past else [start]
    while waiting:
        for node in neighbours[waiting.pop()]:
            if node not in found and node not in past:
                found.add(node)
                waiting.append(node)
    return found
