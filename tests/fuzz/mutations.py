"""Real diagrams, spoilt: a few bytes, or a few elements."""

from collections.abc import Callable
from copy import deepcopy
from random import Random

from lxml import etree

from engine.bpmn.names import BPMN, Element
from tests.fuzz import formulas

_PIECES = (
    *(b"<", b">", b"</", b"/>", b"&", b"&#0;", b"&#55296;", b"]]>", b"<![CDATA[", b"<!--", b"\0"),
    *(b"<!DOCTYPE x>", b'<!ENTITY a "b">', b"&a;", b"<?xml?>", b"xmlns", b'"', b"\xff", b"\xc3"),
    *(b"${", b"}", b"9" * 400, b"PT", b"R/", b"-1", b"1e999", b"bpmn:", b"id=", b'id=""', b"#"),
)
_KINDS = (
    *("userTask", "task", "scriptTask", "serviceTask", "sendTask", "receiveTask", "callActivity"),
    *("subProcess", "transaction", "adHocSubProcess", "exclusiveGateway", "parallelGateway"),
    *("inclusiveGateway", "complexGateway", "eventBasedGateway", "startEvent", "endEvent"),
    *(
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "sequenceFlow",
        "process",
    ),
    *("dataObjectReference", "textAnnotation", "lane", "laneSet", "association", "unheardOf"),
    *("timerEventDefinition", "messageEventDefinition", "errorEventDefinition", "script"),
    *("signalEventDefinition", "compensateEventDefinition", "conditionalEventDefinition"),
    *("terminateEventDefinition", "cancelEventDefinition", "linkEventDefinition"),
    *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "extensionElements"),
)
_ATTRIBUTES = (
    *("id", "name", "sourceRef", "targetRef", "attachedToRef", "default", "calledElement"),
    *("cancelActivity", "isInterrupting", "triggeredByEvent", "isForCompensation", "isSequential"),
    *("messageRef", "signalRef", "errorRef", "escalationRef", "activityRef", "parallelMultiple"),
    *("isExecutable", "instantiate", "gatewayDirection", "ordering", "loopMaximum", "behavior"),
    *("startQuantity", "completionQuantity", "eventGatewayType", "processRef", "waitForCompletion"),
)
_VALUES = (
    "",
    " ",
    "true",
    "false",
    "1",
    "-1",
    "0",
    "x",
    "a:b",
    "Start",
    "End",
    "Root",
    "é",
    "#",
    "${a}",
)
_TEXTS = ("", "x", "PT1H", "R3/PT1H", "-PT1H", "P99999Y", "2026-01-01", "R0/PT1H", "9" * 30, "${")


def spoil_bytes(random: Random, source: bytes) -> bytes:
    """Return a file with some bytes changed."""
    found = bytearray(source)
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        at, length = random.randint(0, len(found)), random.choice((0, 1, 1, 5, 80))
        match random.randrange(4):
            case 0:
                found[at : at + length] = random.choice(_PIECES)
            case 1:
                found[at : at + length] = random.randbytes(length)
            case 2:
                other = random.randint(0, len(found))
                found[at:at] = found[other : other + random.choice((10, 100, 1000))]
            case 3:
                del found[at : at + random.choice((1, 10, 300))]
    return bytes(found)


def spoil_tree(random: Random, source: bytes) -> bytes:
    """Return a diagram with some elements dropped, moved, doubled, renamed or led elsewhere."""
    root = etree.fromstring(source)
    for _ in range(random.choice((1, 1, 2, 3, 6, 12))):
        elements = [one for one in root.iter(etree.Element) if one is not root]
        if not elements:
            break
        random.choice(_CHANGES)(random, random.choice(elements), elements)
    return etree.tostring(root)


def _drop(_: Random, element: Element, __: list[Element]) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(random: Random, element: Element, elements: list[Element]) -> None:
    twin = deepcopy(element)
    if random.random() < 0.8:
        for number, one in enumerate(twin.iter(etree.Element)):
            if (old := one.get("id")) is not None:
                one.set("id", f"{old}_{random.randrange(1000)}_{number}")
    place = random.choice(elements) if random.random() < 0.3 else element.getparent()
    if place is not None:
        place.append(twin)


def _move(random: Random, element: Element, elements: list[Element]) -> None:
    place = random.choice(elements)
    if element not in {place, *place.iterancestors()}:
        place.insert(random.randint(0, len(place)), element)


def _rename(random: Random, element: Element, _: list[Element]) -> None:
    element.tag = f"{{{BPMN}}}{random.choice(_KINDS)}"


def _set(random: Random, element: Element, _: list[Element]) -> None:
    known = [name for name in map(str, element.attrib) if random.random() < 0.5]
    name = random.choice(known or list(_ATTRIBUTES))
    if random.random() < 0.3:
        element.attrib.pop(name, "")
    else:
        element.set(name, random.choice(_VALUES))


def _lead(random: Random, element: Element, elements: list[Element]) -> None:
    ids = [found for one in elements if (found := one.get("id"))]
    references = [
        name for name in map(str, element.attrib) if name.endswith("Ref") or name == "default"
    ]
    name = random.choice(references or [random.choice(_ATTRIBUTES)])
    if ids and name != "id":
        element.set(name, random.choice(ids))


def _swap(random: Random, element: Element, elements: list[Element]) -> None:
    other = random.choice(elements)
    element.tag, other.tag = other.tag, element.tag


def _nest(random: Random, element: Element, _: list[Element]) -> None:
    parent = element.getparent()
    if parent is None:
        return
    kind = random.choice(("subProcess", "process", "transaction", "extensionElements"))
    around = etree.Element(f"{{{BPMN}}}{kind}")
    if random.random() < 0.7:
        around.set("id", f"around_{random.randrange(10**6)}")
    parent.replace(element, around)
    around.append(element)


def _write(random: Random, element: Element, _: list[Element]) -> None:
    is_formula = random.random() < 0.5
    text = formulas.expression(random) if is_formula else random.choice(_TEXTS)
    element.text = text.replace("\0", "")


def _add(random: Random, element: Element, _: list[Element]) -> None:
    new = etree.SubElement(element, f"{{{BPMN}}}{random.choice(_KINDS)}")
    if random.random() < 0.7:
        new.set("id", f"new_{random.randrange(10**6)}")


def _shuffle(random: Random, element: Element, _: list[Element]) -> None:
    children = list(element)
    random.shuffle(children)
    element[:] = children


_CHANGES: tuple[Callable[[Random, Element, list[Element]], None], ...] = (
    *(_drop, _drop, _double, _move, _rename, _set, _set, _lead, _lead, _swap, _nest, _write),
    *(_add, _shuffle),
)
