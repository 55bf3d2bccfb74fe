"""Rules of flow: from where a scope begins, along flows that lead somewhere."""

from collections.abc import Container, Iterator

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.graph import MAX_FLOWS, MAX_NODES, Graph
from engine.bpmn.names import Element, kind, link_name
from engine.bpmn.normalize import is_event_sub_process, is_handler
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
EMPTY = Rule(
    "nothing-to-run",
    Severity.ERROR,
    Text(id="Proses ini kosong.", en="There is nothing in this process."),
    Text(
        id="Gambar langkah-langkahnya di antara kejadian mulai dan kejadian akhir.",
        en="Draw its steps between a start event and an end event.",
    ),
)
NO_BEGINNING = Rule(
    "no-beginning",
    Severity.ERROR,
    Text(
        id="Tidak ada tempat mulai: tiap elemen di sini didahului elemen lain.",
        en="There is nowhere to begin: every element here follows another one.",
    ),
    Text(
        id="Tambahkan satu kejadian mulai (start event) sebelum langkah pertama.",
        en="Add one start event before the first step.",
    ),
)
SEVERAL_STARTS = Rule(
    "several-start-events",
    Severity.WARNING,
    Text(
        id='Proses ini dimulai di "{first}"; yang ini tidak dipakai untuk memulai.',
        en='The process begins at "{first}"; it is not started by this one.',
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
        id="Panah ini tidak menghubungkan dua elemen di proses atau subproses yang sama: "
        '{attribute} menunjuk "{reference}", yang tidak ada di situ.',
        en="This flow does not connect two elements of the same process or sub-process: its "
        '{attribute} is "{reference}", which is not in there.',
    ),
    Text(
        id="Hapus panah ini dan gambar lagi dari elemen ke elemen.",
        en="Delete the flow and draw it again from element to element.",
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
FLOW_AT_LINK = Rule(
    "flow-at-link",
    Severity.ERROR,
    Text(
        id="Panah keluar dari tautan (link) pengirim, atau masuk ke tautan penerima.",
        en="A flow leaves a link event that throws, or leads to one that catches.",
    ),
    Text(
        id="Hapus panah itu: tautan sendiri yang menyambungkan keduanya.",
        en="Delete the flow: the link itself joins the two.",
    ),
)
FLOW_AT_HANDLER = Rule(
    "flow-at-handler",
    Severity.ERROR,
    Text(
        id="Ada panah di elemen ini, padahal sebuah kejadian yang memulainya.",
        en="A flow leads into or out of this element, but it is an event that starts it.",
    ),
    Text(
        id="Hapus panah itu: subproses kejadian dan kompensasi berdiri sendiri.",
        en="Delete the flow: event sub-processes and compensation stand by themselves.",
    ),
)
UNREACHABLE = Rule(
    "unreachable",
    Severity.ERROR,
    Text(
        id="Elemen ini tidak pernah tercapai.",
        en="This element is never reached.",
    ),
    Text(
        id="Hubungkan dengan alur utama, atau hapus.",
        en="Connect it with the main flow, or delete it.",
    ),
)


def size(diagram: Diagram) -> Iterator[Finding]:
    """A scope is small enough to be played in a short time."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        if (count := len(graph.all_nodes)) > MAX_NODES:
            yield TOO_MANY_NODES.broken_by(scope, count=count, limit=MAX_NODES)
        if (count := len(graph.flows)) > MAX_FLOWS:
            yield TOO_MANY_FLOWS.broken_by(scope, count=count, limit=MAX_FLOWS)


def start(diagram: Diagram) -> Iterator[Finding]:
    """There is somewhere to begin; of several start events the first is used."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        if not graph.nodes and scope is diagram.process:
            yield EMPTY.broken_by(scope)
        elif graph.nodes and not graph.starts and not _only_handlers(graph):
            yield NO_BEGINNING.broken_by(scope)
        if is_event_sub_process(scope):
            continue
        first, *others = graph.starts or (scope,)
        if kind(first) != "startEvent":
            continue
        for extra in (*others, *_instantiating(graph)):
            if extra is not first:
                yield SEVERAL_STARTS.broken_by(extra, first=first.get("name") or first.get("id"))


def flow_ends(diagram: Diagram) -> Iterator[Finding]:
    """A flow leads from one node to another of the same scope."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        for flow in graph.flows:
            for attribute in ("sourceRef", "targetRef"):
                reference = flow.get(attribute, "")
                if reference not in graph.nodes:
                    yield FLOW_NOWHERE.broken_by(flow, attribute=attribute, reference=reference)


def ways(diagram: Diagram) -> Iterator[Finding]:
    """Nothing leads into a start or out of an end, or to or from what an event starts."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        for element_id, node in graph.nodes.items():
            has_flows = element_id in graph.incoming or element_id in graph.outgoing
            if has_flows and (is_event_sub_process(node) or is_handler(node)):
                yield FLOW_AT_HANDLER.broken_by(node)
            if element_id in graph.incoming and kind(node) in {"startEvent", "boundaryEvent"}:
                yield FLOW_INTO_START.broken_by(node)
            if element_id in graph.outgoing and kind(node) == "endEvent":
                yield FLOW_OUT_OF_END.broken_by(node)
            if link_name(node) is not None and element_id in _without_link(graph, node):
                yield FLOW_AT_LINK.broken_by(node)


def _without_link(graph: Graph, link: Element) -> Container[str]:
    """Return the ids of the nodes that have flows where a link event has none."""
    return graph.incoming if kind(link) == "intermediateCatchEvent" else graph.outgoing


def reach(diagram: Diagram) -> Iterator[Finding]:
    """Every node can be reached from where its scope begins, or from what could begin it."""
    for scope in diagram.scopes:
        graph = diagram.graph_of(scope)
        aside = [node for node in graph.nodes.values() if _stands_aside(node)]
        reached = set(graph.walk(*graph.starts, *aside))
        for node in graph.nodes.values() if graph.starts else ():
            if node not in reached:
                yield UNREACHABLE.broken_by(node)


def _instantiating(graph: Graph) -> Iterator[Element]:
    """Yield the nodes that a message would start the process with."""
    for element_id, node in graph.nodes.items():
        if node.get("instantiate") == "true" and element_id not in graph.incoming:
            yield node


def _stands_aside(node: Element) -> bool:
    """Return whether no flow is needed to reach a node: an event starts it, or a message does."""
    return is_event_sub_process(node) or is_handler(node) or node.get("instantiate") == "true"


def _only_handlers(graph: Graph) -> bool:
    return all(_stands_aside(node) for node in graph.nodes.values())
