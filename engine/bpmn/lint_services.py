"""Rules of what the engine does by itself: scripts, services, calls of other processes."""

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn.executable import callables
from engine.bpmn.findings import Finding, Rule, Severity, Text
from engine.bpmn.loops import components
from engine.bpmn.names import Element, bpmn, camunda, kind, text_of
from engine.bpmn.reader import Diagram
from engine.bpmn.services import SERVICES, needs_service
from engine.bpmn.values import is_variable_name
from engine.expressions import InvalidExpression, compile_expression

_SCRIPTS: Final = frozenset({"scriptTask", "globalScriptTask"})
_MARKED: Final = re.compile(r"\s*[$#]\{")

NO_ASSIGNMENT = Rule(
    "script-no-assignment",
    Severity.ERROR,
    Text(
        id="Skrip ini bukan satu ekspresi ${{…}} berformat juel.",
        en="This script is not a single expression ${{…}} in the format juel.",
    ),
    Text(
        id="Tulis satu ekspresi seperti ${{jumlah + 1}} dan nama variabel hasilnya, atau ubah "
        "menjadi user task.",
        en="Write one expression such as ${{count + 1}} and the name of its result variable, or "
        "change it into a user task.",
    ),
)
BAD_RESULT = Rule(
    "bad-result-variable",
    Severity.ERROR,
    Text(
        id='Nama variabel "{name}" tidak sah.',
        en='The name "{name}" is not valid for a variable.',
    ),
    Text(
        id="Pakai huruf a-z, angka, dan garis bawah, diawali huruf.",
        en="Use letters a-z, digits and underscores, beginning with a letter.",
    ),
)
BAD_EXPRESSION = Rule(
    "bad-expression",
    Severity.ERROR,
    Text(
        id='Ekspresi "{expression}" tidak dapat dibaca mulai karakter ke-{position}.',
        en='The expression "{expression}" cannot be read: {problem}',
    ),
    Text(
        id="Tulis satu ekspresi seperti ${{jumlah * 2}}.",
        en="Write one expression such as ${{count * 2}}.",
    ),
)
SERVICE = Rule(
    "service-not-supported",
    Severity.ERROR,
    Text(
        id="Langkah ini dikerjakan oleh layanan, dan tidak ada layanan yang dikenal di sini.",
        en="This step is the work of a service, and none is known here that could do it.",
    ),
    Text(
        id="Ubah menjadi user task, isi camunda:expression, atau coba diagram ini dengan simulasi "
        "(--simulate).",
        en="Change it into a user task, fill in camunda:expression, or rehearse the diagram "
        "(--simulate).",
    ),
)
NOT_CALLED = Rule(
    "called-process-missing",
    Severity.ERROR,
    Text(
        id='Proses "{called}" yang dipanggil di sini tidak ada di berkas ini.',
        en='The process "{called}" that is called here is not in this file.',
    ),
    Text(
        id="Simpan proses yang dipanggil di berkas yang sama, atau ganti dengan langkah.",
        en="Keep the called process in the same file, or put a step in its place.",
    ),
)
CALLS_ITSELF = Rule(
    "process-calls-itself",
    Severity.WARNING,
    Text(
        id='Proses ini memanggil dirinya sendiri lewat "{called}": tiap kali satu proses lagi.',
        en='The process calls itself by way of "{called}": one more process each time.',
    ),
    Text(
        id="Pastikan ada syarat yang menghentikannya, atau gambar putaran.",
        en="Make sure that a condition ends it, or draw a loop.",
    ),
)
HANDOVER_IGNORED = Rule(
    "handover-ignored",
    Severity.WARNING,
    Text(
        id="camunda:{name} ini tidak menyerahkan variabel apa pun.",
        en="This camunda:{name} hands over no variable.",
    ),
    Text(
        id='Isi source dan target, atau variables="all".',
        en='Fill in source and target, or variables="all".',
    ),
)


def scripts(diagram: Diagram) -> Iterator[Finding]:
    """A script is one expression, whose value goes into a variable."""
    for task in _running(diagram, _SCRIPTS):
        script, written = text_of(task.find(bpmn("script"))), task.get("scriptFormat", "juel")
        if written.strip().lower() not in {"juel", ""} or not _MARKED.match(script):
            yield NO_ASSIGNMENT.broken_by(task)
        else:
            yield from _problems(task, script)


def results(diagram: Diagram) -> Iterator[Finding]:
    """What is computed goes into a variable that can have that name."""
    for task in _running(diagram, _SCRIPTS | SERVICES):
        name = task.get(camunda("resultVariable"))
        if name is not None and not is_variable_name(name):
            yield BAD_RESULT.broken_by(task, name=name)


def expressions(diagram: Diagram) -> Iterator[Finding]:
    """The expression of a service task is one that can be computed."""
    for task in _running(diagram, SERVICES):
        if (written := task.get(camunda("expression"))) is not None:
            yield from _problems(task, written)


def services(diagram: Diagram) -> Iterator[Finding]:
    """The engine does by itself only what it knows how to do."""
    for task in _running(diagram, SERVICES):
        if needs_service(task) and task.get(camunda("expression")) is None:
            yield SERVICE.broken_by(task)


def calls(diagram: Diagram) -> Iterator[Finding]:
    """What is called is in the file; that a process calls itself, or its caller, is warned of."""
    known = callables(diagram.root)
    targets: dict[Element, list[Element]] = {}
    found = []
    for activity in _running(diagram, frozenset({"callActivity"})):
        called = activity.get("calledElement", "")
        target, caller = known.get(called), next(activity.iterancestors(bpmn("process")))
        if target is None:
            yield NOT_CALLED.broken_by(activity, called=called)
        else:
            targets.setdefault(target, [])
            targets.setdefault(caller, []).append(target)
            found.append((activity, caller, target))
    group = components(targets)
    for activity, caller, target in found:
        if group[caller] == group[target]:
            yield CALLS_ITSELF.broken_by(activity, called=target.get("id"))


def handovers(diagram: Diagram) -> Iterator[Finding]:
    """Each variable handed to a called process, or back, is named or computed."""
    for activity in _running(diagram, frozenset({"callActivity"})):
        for name in ("in", "out"):
            for one in activity.iterfind(f"{bpmn('extensionElements')}/{camunda(name)}"):
                written = one.get("sourceExpression")
                if one.get("variables") == "all":
                    continue
                if not one.get("target") or not (written or one.get("source")):
                    yield HANDOVER_IGNORED.broken_by(activity, name=name)
                    continue
                names = [one.get("target", ""), *([] if written else [one.get("source", "")])]
                for wrong in (each for each in names if not is_variable_name(each)):
                    yield BAD_RESULT.broken_by(activity, name=wrong)
                if written:
                    yield from _problems(activity, written)


def _running(diagram: Diagram, kinds: frozenset[str]) -> Iterator[Element]:
    """Yield the activities of these kinds wherever they run, called global tasks included."""
    for scope in diagram.scopes:
        yield from diagram.graph_of(scope).of_kind(*kinds)
    yield from (one for one in diagram.called if kind(one) in kinds)


def _problems(element: Element, expression: str) -> Iterator[Finding]:
    try:
        compile_expression(expression)
    except InvalidExpression as exc:
        yield BAD_EXPRESSION.broken_by(
            element, expression=expression, problem=str(exc), position=exc.position
        )
