"""Random diagrams that are mostly valid: blocks within blocks, drawn by a careless hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from lxml import etree

from engine.bpmn.names import BPMN, CAMUNDA, Element
from tests.fuzz import formulas

_FIELDS = {
    "a": ("boolean", {}, ("true", "${b == 1}")),
    "b": ("long", {"min": "-5", "max": "99"}, ("7", "${b + 1}")),
    "c": ("string", {"maxlength": "9"}, ("x", "Nomor ${b}", "${d}")),
    "d": ("date", {"readonly": ""}, ("2026-03-27", "${d}")),
}
_TIMES = (
    *(("timeDuration", text) for text in ("PT1H", "P2D", "PT10M", "P1W", "PT${b}H")),
    *(("timeDate", text) for text in ("2026-12-01T08:00:00+07:00", "2026-12-01T08:00:00", "${d}")),
    *(("timeCycle", text) for text in ("R3/PT1H", "R/P1D", "R2/2026-12-01T08:00:00Z/P1D")),
)
_CODES = ("E1", "E2", "")
Ends = tuple[str, str]
"""Ids of the first and the last node of a block."""


def grow(random: Random) -> bytes:
    """Return a random diagram."""
    return _Drawing(random).file()


@dataclass
class _Drawing:
    random: Random
    count: int = 0
    budget: int = field(init=False)

    def __post_init__(self) -> None:
        self.budget = self.random.choice((2, 4, 8, 14, 25))
        tag, namespace = self.random.choice((("bpmn:", ":bpmn"), ("", "")))
        self.root = etree.fromstring(
            f'<{tag}definitions xmlns{namespace}="{BPMN}" xmlns:camunda="{CAMUNDA}" '
            'id="definitions" targetNamespace="http://example.org"/>'
        )
        for kind in ("message", "signal"):
            for number in (1, 2):
                self.add(self.root, kind, f"{kind}_{number}", name=f"{kind} {number}")
        for number, code in enumerate(_CODES):
            self.add(self.root, "error", f"error_{number}", errorCode=code)
            self.add(self.root, "escalation", f"escalation_{number}", escalationCode=code)

    def file(self) -> bytes:
        process = self.add(self.root, "process", "process", isExecutable="true")
        if self.random.random() < 0.4:
            self.scope(self.add(self.root, "process", "called", isExecutable="false"), 2)
        self.add(self.root, "globalUserTask", "global", name="Global")
        self.scope(process, 3)
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")

    # What a drawing is made of

    def add(self, parent: Element, kind: str, element_id: str = "", **attributes: str) -> Element:
        self.count += 1
        element = etree.SubElement(parent, f"{{{BPMN}}}{kind}")
        element.set("id", element_id or f"{kind}_{self.count}")
        for name, value in attributes.items():
            element.set(name, value)
        return element

    def text(self, parent: Element, kind: str, text: str) -> Element:
        element = etree.SubElement(parent, f"{{{BPMN}}}{kind}")
        element.text = text.replace("\0", "")
        return element

    def flow(self, scope: Element, source: str, target: str, condition: str = "") -> str:
        flow = self.add(scope, "sequenceFlow", sourceRef=source, targetRef=target)
        if condition:
            self.text(flow, "conditionExpression", condition)
        return str(flow.get("id"))

    # Scopes

    def scope(self, scope: Element, depth: int) -> None:
        """Fill a process or sub-process."""
        first, last = self.block(scope, depth)
        if self.random.random() < 0.9:
            start = self.add(scope, "startEvent")
            self.flow(scope, str(start.get("id")), first)
            if scope.get("id") == "process" and self.random.random() < 0.3:
                self.form(start)
        if self.random.random() < 0.9:
            end = self.add(scope, "endEvent")
            self.flow(scope, last, str(end.get("id")))
            if self.random.random() < 0.25:
                self.thrown(end, scope)
        while self.random.random() < 0.2 and self.budget > 0:
            self.event_scope(scope, depth - 1)

    def event_scope(self, scope: Element, depth: int) -> None:
        inside = self.add(scope, "subProcess", triggeredByEvent="true")
        start = self.add(inside, "startEvent")
        if self.chance(0.4):
            start.set("isInterrupting", "false")
        self.caught(start, at_start=True)
        first, last = self.block(inside, min(depth, 1))
        self.flow(inside, str(start.get("id")), first)
        self.flow(inside, last, str(self.add(inside, "endEvent").get("id")))

    def block(self, scope: Element, depth: int) -> Ends:
        """Draw something with one way in and one way out."""
        self.budget -= 1
        simple = (self.work, self.work, self.script, self.event, self.service)
        nested = (self.row, self.row, self.choice, self.choice, self.fork, self.loop, self.inside)
        rare = (self.race, self.call, self.ad_hoc, self.transaction, self.links)
        kinds: tuple[Callable[[Element, int], Ends], ...] = simple
        if depth > 0 and self.budget > 0:
            kinds = simple + nested * 2 + rare
        return self.random.choice(kinds)(scope, depth)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # Blocks

    def work(self, scope: Element, _: int) -> Ends:
        task = self.add(scope, self.random.choice(("userTask", "task", "manualTask")))
        task.set("name", f"Langkah {self.count}")
        if self.chance(0.5):
            self.form(task)
        return self.activity(scope, task)

    def script(self, scope: Element, _: int) -> Ends:
        task = self.add(scope, "scriptTask", scriptFormat="juel")
        task.set(f"{{{CAMUNDA}}}resultVariable", self.random.choice(formulas.NAMES))
        written = ("${b + 1}", "${!a}", "Halo ${c}", "${d}", "${['x', c]}", "${c.concat(c)}")
        usual = self.random.choice(written)
        self.text(task, "script", usual if self.chance(0.8) else formulas.expression(self.random))
        return self.activity(scope, task)

    def service(self, scope: Element, _: int) -> Ends:
        kind = self.random.choice(("sendTask", "receiveTask", "receiveTask", "serviceTask"))
        task = self.add(scope, kind)
        if kind == "serviceTask":
            task.set(f"{{{CAMUNDA}}}expression", "${b}")
        else:
            task.set("messageRef", f"message_{self.random.randint(1, 2)}")
        return self.activity(scope, task)

    def event(self, scope: Element, _: int) -> Ends:
        if self.chance(0.5):
            node = self.add(scope, "intermediateCatchEvent")
            self.caught(node)
        else:
            node = self.add(scope, "intermediateThrowEvent")
            if self.chance(0.8):
                self.thrown(node, scope)
        return self.both(node)

    def row(self, scope: Element, depth: int) -> Ends:
        ends = [self.block(scope, depth) for _ in range(self.random.randint(2, 4))]
        for (_, last), (first, _) in pairwise(ends):
            self.flow(scope, last, first)
        return ends[0][0], ends[-1][1]

    def choice(self, scope: Element, depth: int) -> Ends:
        kind = self.random.choice(("exclusiveGateway", "exclusiveGateway", "inclusiveGateway"))
        split, join = self.add(scope, kind), self.add(scope, kind)
        for _ in range(self.random.randint(1, 3)):
            first, last = self.block(scope, depth - 1)
            self.flow(scope, str(split.get("id")), first, formulas.condition(self.random))
            self.flow(scope, last, str(join.get("id")))
        default = self.flow(scope, str(split.get("id")), str(join.get("id")))
        if self.chance(0.9):
            split.set("default", default)
        return str(split.get("id")), str(join.get("id"))

    def fork(self, scope: Element, depth: int) -> Ends:
        split, join = (str(self.add(scope, "parallelGateway").get("id")) for _ in range(2))
        for _ in range(self.random.randint(2, 3)):
            first, last = self.block(scope, depth - 1)
            self.flow(scope, split, first)
            self.flow(scope, last, join)
        return split, join

    def loop(self, scope: Element, depth: int) -> Ends:
        head, tail = (self.add(scope, "exclusiveGateway") for _ in range(2))
        first, last = self.block(scope, depth - 1)
        self.flow(scope, str(head.get("id")), first)
        self.flow(scope, last, str(tail.get("id")))
        condition = formulas.condition(self.random)
        self.flow(scope, str(tail.get("id")), str(head.get("id")), condition)
        after = self.add(scope, "intermediateThrowEvent")
        tail.set("default", self.flow(scope, str(tail.get("id")), str(after.get("id"))))
        return str(head.get("id")), str(after.get("id"))

    def race(self, scope: Element, depth: int) -> Ends:
        split = str(self.add(scope, "eventBasedGateway").get("id"))
        join = str(self.add(scope, "exclusiveGateway").get("id"))
        for _ in range(self.random.randint(2, 3)):
            event = self.add(scope, "intermediateCatchEvent")
            self.caught(event)
            first, last = self.block(scope, depth - 1)
            self.flow(scope, split, str(event.get("id")))
            self.flow(scope, str(event.get("id")), first)
            self.flow(scope, last, join)
        return split, join

    def inside(self, scope: Element, depth: int) -> Ends:
        sub_process = self.add(scope, "subProcess")
        self.scope(sub_process, depth - 1)
        return self.activity(scope, sub_process)

    def transaction(self, scope: Element, depth: int) -> Ends:
        transaction = self.add(scope, "transaction")
        self.scope(transaction, depth - 1)
        if self.chance(0.7):
            self.boundary(scope, transaction, "cancelEventDefinition")
        return self.activity(scope, transaction)

    def ad_hoc(self, scope: Element, depth: int) -> Ends:
        ad_hoc = self.add(scope, "adHocSubProcess")
        ad_hoc.set("ordering", self.random.choice(("Parallel", "Sequential")))
        for _ in range(self.random.randint(1, 3)):
            self.block(ad_hoc, depth - 1)
        if self.chance(0.5):
            self.text(ad_hoc, "completionCondition", formulas.condition(self.random))
        return self.activity(scope, ad_hoc)

    def call(self, scope: Element, _: int) -> Ends:
        target = self.random.choice(("global", "called"))
        activity = self.add(scope, "callActivity", calledElement=target)
        extension = self.extension(activity)
        for direction in ("in", "out"):
            if self.chance(0.5):
                etree.SubElement(extension, f"{{{CAMUNDA}}}{direction}", variables="all")
            if self.chance(0.3):
                etree.SubElement(
                    extension, f"{{{CAMUNDA}}}{direction}", sourceExpression="${b + 1}", target="b"
                )
        return self.activity(scope, activity)

    def links(self, scope: Element, depth: int) -> Ends:
        name = f"link {self.count}"
        throw, catch = (self.add(scope, f"intermediate{one}Event") for one in ("Throw", "Catch"))
        for event in (throw, catch):
            self.add(event, "linkEventDefinition", name=name)
        first, last = self.block(scope, depth - 1)
        self.flow(scope, last, str(throw.get("id")))
        return first, str(catch.get("id"))

    # What hangs on activities

    def both(self, node: Element) -> Ends:
        return str(node.get("id")), str(node.get("id"))

    def extension(self, element: Element) -> Element:
        found = element.find(f"{{{BPMN}}}extensionElements")
        if found is None:
            found = etree.Element(f"{{{BPMN}}}extensionElements")
            element.insert(0, found)
        return found

    def form(self, element: Element) -> None:
        form = etree.SubElement(self.extension(element), f"{{{CAMUNDA}}}formData")
        for name, (kind, limits, defaults) in _FIELDS.items():
            if self.chance(0.6):
                continue
            is_plain = self.chance(0.7)
            entry = etree.SubElement(form, f"{{{CAMUNDA}}}formField", id=name, type=kind)
            if not is_plain:
                entry.set("defaultValue", self.random.choice(defaults))
            if limits or self.chance(0.3):
                checks = etree.SubElement(entry, f"{{{CAMUNDA}}}validation")
                for limit, number in limits.items():
                    etree.SubElement(checks, f"{{{CAMUNDA}}}constraint", name=limit, config=number)

    def activity(self, scope: Element, activity: Element) -> Ends:
        if self.chance(0.15):
            self.repeated(activity)
        while self.chance(0.2):
            self.boundary(scope, activity)
        if self.chance(0.1):
            self.compensated(scope, activity)
        return self.both(activity)

    def repeated(self, activity: Element) -> None:
        if self.chance(0.3):
            loop = self.add(activity, "standardLoopCharacteristics")
            loop.set("testBefore", self.random.choice(("true", "false")))
            if self.chance(0.5):
                loop.set("loopMaximum", "3")
            self.text(loop, "loopCondition", formulas.condition(self.random))
            return
        several = self.add(activity, "multiInstanceLoopCharacteristics")
        several.set("isSequential", self.random.choice(("true", "false")))
        if self.chance(0.5):
            several.set(f"{{{CAMUNDA}}}collection", self.random.choice(("e", "${e}", "#{['x']}")))
            several.set(f"{{{CAMUNDA}}}elementVariable", self.random.choice(("one", "c")))
        else:
            self.text(several, "loopCardinality", self.random.choice(("2", "3", "${b}", "0")))
        if self.chance(0.3):
            self.text(several, "completionCondition", "${nrOfCompletedInstances >= 1}")

    def boundary(self, scope: Element, host: Element, definition: str = "") -> None:
        event = self.add(scope, "boundaryEvent", attachedToRef=str(host.get("id")))
        if definition:
            self.add(event, definition)
        elif not self.caught(event, attached=True) or self.chance(0.4):
            event.set("cancelActivity", "false")
        first, _ = self.block(scope, 0)
        self.flow(scope, str(event.get("id")), first)

    def compensated(self, scope: Element, activity: Element) -> None:
        event = self.add(scope, "boundaryEvent", attachedToRef=str(activity.get("id")))
        self.add(event, "compensateEventDefinition")
        handler = self.add(scope, "userTask", name="Batalkan", isForCompensation="true")
        self.add(
            scope,
            "association",
            sourceRef=str(event.get("id")),
            targetRef=str(handler.get("id")),
            associationDirection="One",
        )

    def caught(self, event: Element, *, attached: bool = False, at_start: bool = False) -> bool:
        """Draw what an event waits for; return whether it may interrupt or not."""
        kinds = ["timer", "message", "signal", "conditional"]
        if attached or at_start:
            kinds += ["error", "escalation"]
        if at_start:
            kinds.append("compensate")
        kind = self.random.choice(kinds)
        if kind in {"error", "compensate"}:
            event.attrib.pop("isInterrupting", "")
        self.definition(event, kind)
        return kind in {"error", "compensate"}

    def thrown(self, event: Element, scope: Element) -> None:
        kinds = ["message", "signal", "escalation", "compensate"]
        if event.tag.endswith("endEvent"):
            kinds += ["error", "terminate", "terminate"]
            if scope.tag.endswith("transaction"):
                kinds.append("cancel")
        self.definition(event, self.random.choice(kinds))

    def definition(self, event: Element, kind: str) -> None:
        definition = self.add(event, f"{kind}EventDefinition")
        if kind in {"message", "signal"}:
            definition.set(f"{kind}Ref", f"{kind}_{self.random.randint(1, 2)}")
        elif kind in {"error", "escalation"}:
            definition.set(f"{kind}Ref", f"{kind}_{self.random.randrange(len(_CODES))}")
        elif kind == "timer":
            self.text(definition, *self.random.choice(_TIMES))
        elif kind == "conditional":
            self.text(definition, "condition", formulas.condition(self.random))
