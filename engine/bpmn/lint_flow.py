"""Rules of flow: from one start, along flows that lead somewhere, to an end."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.graph import MAX_FLOWS, MAX_NODES
from engine.bpmn.names import STEPS, kind
from engine.bpmn.reader import Diagram

TOO_MANY_NODES = Rule(
    "too-many-nodes",
    Severity.ERROR,
    Text(
        id="Proses ini memuat {count} langkah, gateway, dan kejadian; paling banyak {limit}.",
        en="The process has {count} steps, gateways and events; {limit} are allowed.",
    ),
    Text(
        id="Bagi menjadi beberapa proses.",
        en="Divide it into several processes.",
    ),
)
TOO_MANY_FLOWS = Rule(
    "too-many-flows",
    Severity.ERROR,
    Text(
        id="Proses ini memuat {count} panah; paling banyak {limit}.",
        en="The process has {count} flows; {limit} are allowed.",
    ),
    Text(
        id="Bagi menjadi beberapa proses.",
        en="Divide it into several processes.",
    ),
)
NO_START = Rule(
    "no-start-event",
    Severity.ERROR,
    Text(id="Proses ini belum punya kejadian mulai.", en="The process has no start event."),
    Text(
        id="Tambahkan satu kejadian mulai (start event) sebelum langkah pertama.",
        en="Add one start event before the first step.",
    ),
)
SEVERAL_STARTS = Rule(
    "several-start-events",
    Severity.ERROR,
    Text(
        id="Proses ini punya lebih dari satu kejadian mulai.",
        en="The process has more than one start event.",
    ),
    Text(
        id="Sisakan satu kejadian mulai; cabangkan sesudahnya dengan gateway.",
        en="Keep one start event and branch after it with a gateway.",
    ),
)
FLOW_NOWHERE = Rule(
    "flow-to-nowhere",
    Severity.ERROR,
    Text(
        id="Panah ini tidak menghubungkan dua elemen proses: {attribute} menunjuk "
        '"{reference}", yang tidak ada.',
        en="This flow does not connect two elements of the process: its {attribute} is "
        '"{reference}", which does not exist.',
    ),
    Text(
        id="Hapus panah ini dan gambar lagi dari elemen ke elemen.",
        en="Delete the flow and draw it again from element to element.",
    ),
)
NO_WAY_IN = Rule(
    "no-way-in",
    Severity.ERROR,
    Text(id="Tidak ada panah yang menuju elemen ini.", en="No flow leads to this element."),
    Text(
        id="Gambar panah dari elemen sebelumnya, atau hapus elemen ini.",
        en="Draw a flow from the element before it, or delete it.",
    ),
)
NO_WAY_ON = Rule(
    "no-way-on",
    Severity.ERROR,
    Text(id="Sesudah elemen ini tidak ada panah.", en="No flow leaves this element."),
    Text(
        id="Gambar panah ke elemen berikutnya atau ke kejadian akhir (end event).",
        en="Draw a flow to the next element or to an end event.",
    ),
)
FLOW_INTO_START = Rule(
    "flow-into-start",
    Severity.ERROR,
    Text(
        id="Ada panah yang menuju kejadian mulai atau kejadian batas.",
        en="A flow leads to a start or boundary event.",
    ),
    Text(
        id="Arahkan panah ke langkah atau gateway.",
        en="Let the flow lead to a step or a gateway.",
    ),
)
FLOW_OUT_OF_END = Rule(
    "flow-out-of-end",
    Severity.ERROR,
    Text(id="Ada panah yang keluar dari kejadian akhir.", en="A flow leaves an end event."),
    Text(
        id="Hapus panah itu, atau hapus kejadian akhirnya.",
        en="Delete the flow, or the end event.",
    ),
)
UNREACHABLE = Rule(
    "unreachable",
    Severity.ERROR,
    Text(
        id="Elemen ini tidak pernah tercapai dari kejadian mulai.",
        en="This element is never reached from the start event.",
    ),
    Text(
        id="Hubungkan dengan alur utama, atau hapus.",
        en="Connect it with the main flow, or delete it.",
    ),
)
NO_END = Rule(
    "no-end",
    Severity.WARNING,
    Text(
        id="Proses ini tidak pernah selesai: tidak ada jalan ke kejadian akhir.",
        en="The process never finishes: no path leads to an end event.",
    ),
    Text(
        id="Gambar kejadian akhir (end event) sesudah langkah terakhir.",
        en="Draw an end event after the last step.",
    ),
)
SPLIT_WITHOUT_GATEWAY = Rule(
    "split-without-gateway",
    Severity.ERROR,
    Text(
        id="Dari elemen ini keluar {count} panah tanpa gateway.",
        en="{count} flows leave this element without a gateway.",
    ),
    Text(
        id="Pasang gateway sesudahnya: eksklusif untuk memilih, paralel untuk serentak.",
        en="Put a gateway after it: exclusive to choose, parallel to do all at once.",
    ),
)
FLOW_TO_OWN_STEP = Rule(
    "flow-to-own-step",
    Severity.ERROR,
    Text(
        id="Panah ini langsung kembali ke langkah asalnya, atau ke langkah tempat timernya "
        "menempel.",
        en="This flow leads straight back to the step it comes from, or to the step that its "
        "timer is attached to.",
    ),
    Text(
        id="Sisipkan gateway atau langkah di antaranya.",
        en="Put a gateway or a step between them.",
    ),
)
DOUBLE_FLOW = Rule(
    "double-flow",
    Severity.ERROR,
    Text(
        id="Panah ini menghubungkan dua elemen yang sama seperti panah lain, di gateway paralel.",
        en="This flow connects the same two elements as another one, at a parallel gateway.",
    ),
    Text(
        id="Hapus salah satu; percabangan paralel melewati elemen yang berlainan.",
        en="Delete one of them; the branches of a parallel gateway pass different elements.",
    ),
)
ENDLESS_LOOP = Rule(
    "endless-loop",
    Severity.ERROR,
    Text(
        id="Putaran ini tidak memuat langkah, jadi tidak pernah berhenti menunggu orang.",
        en="This loop has no step in it, so it never stops to wait for a person.",
    ),
    Text(
        id="Sisipkan langkah di dalam putaran, atau hapus panah baliknya.",
        en="Put a step into the loop, or delete the flow back.",
    ),
)


def size(diagram: Diagram) -> Iterator[Finding]:
    """A process is small enough to be compiled."""
    count = len(diagram.graph.all_nodes)
    if count > MAX_NODES:
        yield TOO_MANY_NODES.broken_by(diagram.process, count=count, limit=MAX_NODES)
    count = len(diagram.graph.flows)
    if count > MAX_FLOWS:
        yield TOO_MANY_FLOWS.broken_by(diagram.process, count=count, limit=MAX_FLOWS)


def start(diagram: Diagram) -> Iterator[Finding]:
    """A process has exactly one start event."""
    starts = diagram.graph.of_kind("startEvent")
    if not starts:
        yield NO_START.broken_by(diagram.process)
    for extra in starts[1:]:
        yield SEVERAL_STARTS.broken_by(extra)


def flow_ends(diagram: Diagram) -> Iterator[Finding]:
    """A flow leads from one node of the process to another."""
    for flow in diagram.graph.flows:
        for attribute in ("sourceRef", "targetRef"):
            reference = flow.get(attribute, "")
            if reference not in diagram.graph.nodes:
                yield FLOW_NOWHERE.broken_by(flow, attribute=attribute, reference=reference)


def ways(diagram: Diagram) -> Iterator[Finding]:
    """Nothing leads into a start, nothing out of an end; everything between has both."""
    graph = diagram.graph
    for element_id, node in graph.nodes.items():
        is_head = kind(node) in {"startEvent", "boundaryEvent"}
        if element_id in graph.incoming and is_head:
            yield FLOW_INTO_START.broken_by(node)
        if element_id not in graph.incoming and not is_head:
            yield NO_WAY_IN.broken_by(node)
        if element_id in graph.outgoing and kind(node) == "endEvent":
            yield FLOW_OUT_OF_END.broken_by(node)
        if element_id not in graph.outgoing and kind(node) != "endEvent":
            yield NO_WAY_ON.broken_by(node)


def doubles(diagram: Diagram) -> Iterator[Finding]:
    """Branches of a parallel gateway are told apart by where they come from and lead to."""
    seen: set[tuple[str | None, str | None]] = set()
    parallel = {node.get("id") for node in diagram.graph.of_kind("parallelGateway")}
    for flow in diagram.graph.flows:
        ends = flow.get("sourceRef"), flow.get("targetRef")
        if ends in seen and parallel & set(ends):
            yield DOUBLE_FLOW.broken_by(flow)
        seen.add(ends)


def own_steps(diagram: Diagram) -> Iterator[Finding]:
    """No flow leads straight back to the step it comes from, by itself or by a timer.

    The library could not tell the new turn from the old one, whose timers would fire again.
    """
    nodes = diagram.graph.nodes
    for flow in diagram.graph.flows:
        source = nodes.get(flow.get("sourceRef", ""))
        target = nodes.get(flow.get("targetRef", ""))
        if source is None or target is None or kind(target) not in STEPS:
            continue
        if target in {source, nodes.get(source.get("attachedToRef", ""))}:
            yield FLOW_TO_OWN_STEP.broken_by(flow)


def reach(diagram: Diagram) -> Iterator[Finding]:
    """Every node can be reached from the start, and an end event with it."""
    graph = diagram.graph
    starts = graph.of_kind("startEvent")
    if not starts:
        return
    reached = set(graph.walk(*starts))
    for element_id, node in graph.nodes.items():
        if node not in reached and (element_id in graph.incoming or kind(node) == "boundaryEvent"):
            yield UNREACHABLE.broken_by(node)
    if not any(kind(node) == "endEvent" for node in reached):
        yield NO_END.broken_by(diagram.process)


def splits(diagram: Diagram) -> Iterator[Finding]:
    """Only a gateway has several flows out of it."""
    for element_id, flows in diagram.graph.outgoing.items():
        node = diagram.graph.nodes.get(element_id)
        if node is not None and not kind(node).endswith("Gateway") and len(flows) > 1:
            yield SPLIT_WITHOUT_GATEWAY.broken_by(node, count=len(flows))


def loops(diagram: Diagram) -> Iterator[Finding]:
    """Every loop has a step in it, where it waits."""
    graph = diagram.graph
    waitless = {node: graph.targets(node) for node in graph.all_nodes if kind(node) not in STEPS}
    try:
        TopologicalSorter(waitless).prepare()
    except CycleError as exc:
        yield ENDLESS_LOOP.broken_by(exc.args[1][0])
