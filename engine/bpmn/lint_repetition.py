"""Rules of loop markers: how often an activity runs can be counted or computed."""

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.limits import MAX_INSTANCES
from engine.bpmn.names import Element, bpmn, text_of
from engine.bpmn.program import MultiInstance
from engine.bpmn.reader import Diagram
from engine.bpmn.repetition import LOOP, MULTI_INSTANCE, read
from engine.bpmn.values import is_variable_name
from engine.bpmn.variables import OF_TURNS
from engine.expressions import InvalidExpression, compile_expression

_MOST_TURNS: Final = 1_000_000
_NUMBER: Final = re.compile(r"[0-9]{1,7}")

ENDLESS = Rule(
    "loop-without-end",
    Severity.ERROR,
    Text(
        id="Penanda ulang ini tidak punya syarat dan tidak punya batas.",
        en="This loop marker has neither a condition nor a maximum.",
    ),
    Text(
        id="Isi syarat (loopCondition) atau jumlah paling banyak (loopMaximum).",
        en="Give it a condition (loopCondition) or a maximum (loopMaximum).",
    ),
)
BAD_NUMBER = Rule(
    "bad-loop-number",
    Severity.ERROR,
    Text(
        id='"{value}" bukan jumlah putaran atau instans.',
        en='"{value}" is no number of turns or instances.',
    ),
    Text(
        id="Tulis bilangan bulat seperti 3, paling banyak {limit}.",
        en="Write a whole number such as 3, {limit} at most.",
    ),
)
NO_NUMBER = Rule(
    "instances-without-number",
    Severity.ERROR,
    Text(
        id="Penanda banyak-instans ini tidak menyebut berapa kali atau untuk daftar apa.",
        en="This multi-instance marker says neither how often nor for which collection.",
    ),
    Text(
        id="Isi loopCardinality, atau camunda:collection dengan nama variabel.",
        en="Fill in loopCardinality, or camunda:collection with the name of a variable.",
    ),
)
BAD_LOOP_EXPRESSION = Rule(
    "bad-loop-expression",
    Severity.ERROR,
    Text(
        id='Ekspresi pengulangan "{expression}" tidak dapat dibaca mulai karakter ke-{position}.',
        en='The expression "{expression}" of this repetition cannot be read: {problem}',
    ),
    Text(
        id="Tulis seperti ${{loopCounter < 3}}.",
        en="Write it like ${{loopCounter < 3}}.",
    ),
)
BAD_COLLECTION = Rule(
    "bad-collection",
    Severity.ERROR,
    Text(
        id='"{name}" bukan nama variabel yang berisi daftar.',
        en='"{name}" is not the name of a variable that holds a collection.',
    ),
    Text(
        id="Tulis nama variabel, atau ekspresi seperti ${{anggota}}.",
        en="Write the name of a variable, or an expression such as ${{members}}.",
    ),
)
TWO_NUMBERS = Rule(
    "instances-counted-twice",
    Severity.WARNING,
    Text(
        id="Penanda ini menyebut jumlah dan daftar sekaligus; yang dipakai daftarnya.",
        en="This marker says both how often and for which collection; it goes by the collection.",
    ),
    Text(
        id="Hapus salah satunya.",
        en="Delete one of them.",
    ),
)
BAD_ELEMENT = Rule(
    "bad-element-variable",
    Severity.ERROR,
    Text(
        id='Nama variabel elemen "{name}" tidak sah.',
        en='The name "{name}" of the element variable is not valid.',
    ),
    Text(
        id="Pakai huruf a-z, angka, dan garis bawah, diawali huruf, dan bukan nama hitungan "
        "putaran seperti loopCounter.",
        en="Use letters a-z, digits and underscores, beginning with a letter, and no name of what "
        "counts turns, such as loopCounter.",
    ),
)


def loops(diagram: Diagram) -> Iterator[Finding]:
    """A standard loop has a condition or a maximum, both such that they can be read."""
    for activity, loop in _markers(diagram, LOOP):
        condition = text_of(loop.find(bpmn("loopCondition")))
        most = loop.get("loopMaximum", "").strip()
        if not condition and not most:
            yield ENDLESS.broken_by(activity)
        if most and not _is_number(most, _MOST_TURNS):
            yield BAD_NUMBER.broken_by(activity, value=most, limit=_MOST_TURNS)
        if condition:
            yield from _problems(activity, condition)


def instances(diagram: Diagram) -> Iterator[Finding]:
    """A multi-instance activity says how often or for which collection, and until when."""
    for activity, _ in _markers(diagram, MULTI_INSTANCE):
        several = read(activity)
        if not isinstance(several, MultiInstance):
            continue  # it has a standard loop as well, which is an error of its own
        if several.collection is None and several.cardinality is None:
            yield NO_NUMBER.broken_by(activity)
        elif several.collection is not None:
            text = several.collection
            if text.startswith(("${", "#{")):
                yield from _problems(activity, text)
            elif not is_variable_name(text):
                yield BAD_COLLECTION.broken_by(activity, name=text)
            if several.cardinality is not None:
                yield TWO_NUMBERS.broken_by(activity)
        elif several.cardinality is not None:
            yield from _number_problems(activity, several.cardinality)
        if several.completion is not None:
            yield from _problems(activity, several.completion)


def elements(diagram: Diagram) -> Iterator[Finding]:
    """The variable that holds one element of a collection can have its name."""
    for activity, _ in _markers(diagram, MULTI_INSTANCE):
        several = read(activity)
        name = several.element if isinstance(several, MultiInstance) else None
        if name is not None and (not is_variable_name(name) or name in OF_TURNS):
            yield BAD_ELEMENT.broken_by(activity, name=name)


def _markers(diagram: Diagram, name: str) -> Iterator[tuple[Element, Element]]:
    """Yield the activities with such a marker, each with it."""
    for scope in diagram.scopes:
        for node in diagram.graph_of(scope).nodes.values():
            if (marker := node.find(bpmn(name))) is not None:
                yield node, marker


def _number_problems(activity: Element, text: str) -> Iterator[Finding]:
    if text.startswith(("${", "#{")):
        yield from _problems(activity, text)
    elif not _is_number(text, MAX_INSTANCES):
        yield BAD_NUMBER.broken_by(activity, value=text, limit=MAX_INSTANCES)


def _is_number(text: str, most: int) -> bool:
    return _NUMBER.fullmatch(text) is not None and int(text) <= most


def _problems(activity: Element, expression: str) -> Iterator[Finding]:
    try:
        compile_expression(expression)
    except InvalidExpression as exc:
        yield BAD_LOOP_EXPRESSION.broken_by(
            activity, expression=expression, problem=str(exc), position=exc.position
        )
