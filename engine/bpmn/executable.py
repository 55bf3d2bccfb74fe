"""Which of the processes in a file runs, and which others it calls."""

from collections.abc import Iterator, Mapping, Sequence

from engine.bpmn.findings import DiagramRefused, Finding, Rule, Severity, Text
from engine.bpmn.names import GLOBAL_TASKS, Element, bpmn, is_flow_node

NO_PROCESS = Rule(
    "no-process",
    Severity.ERROR,
    Text(id="Diagram ini tidak memuat proses.", en="The diagram has no process."),
    Text(
        id="Gambar langkah-langkahnya, lalu simpan lagi.",
        en="Draw the steps and save it again.",
    ),
)
SEVERAL_PROCESSES = Rule(
    "several-processes",
    Severity.WARNING,
    Text(
        id='Proses ini tidak dijalankan; yang dijalankan dari berkas ini adalah "{process}".',
        en='This process does not run; the one in this file that runs is "{process}".',
    ),
    Text(
        id="Simpan tiap proses di berkas sendiri, atau panggil yang ini dengan call activity.",
        en="Keep each process in a file of its own, or call this one with a call activity.",
    ),
)


def process_to_run(root: Element) -> Element:
    """Return the first executable process that no other calls. Raises DiagramRefused: no process.

    If none is executable, or all are called, one of them runs all the same; lint says so. One that
    is drawn comes before the empty pool of a partner.
    """
    processes = list(root.iterchildren(bpmn("process")))
    if not processes:
        raise DiagramRefused([NO_PROCESS.broken_by(root)])
    called = set(_called_by_others(processes))
    return min(
        processes,
        key=lambda one: (
            one.get("isExecutable") != "true",
            not any(map(is_flow_node, one)),
            one.get("id") in called,
        ),
    )


def not_run(root: Element, running: Element, called: Sequence[Element]) -> list[Finding]:
    """Return a warning for each process with something drawn in it that never runs."""
    run = {running, *called}
    return [
        SEVERAL_PROCESSES.broken_by(process, process=running.get("id", ""))
        for process in root.iterchildren(bpmn("process"))
        if process not in run and any(map(is_flow_node, process))
    ]


def called_from(process: Element, callable_by_id: Mapping[str, Element]) -> list[Element]:
    """Return the processes and global tasks of the file that a process calls, directly or not.

    In the order of the file.
    """
    found = {process}
    waiting = [process]
    while waiting:
        for called in _calls(waiting.pop()):
            target = callable_by_id.get(called)
            if target is not None and target not in found:
                found.add(target)
                waiting.append(target)
    return [one for one in callable_by_id.values() if one in found and one is not process]


def callables(root: Element) -> Mapping[str, Element]:
    """Return by id the processes and global tasks of a file, in its order."""
    found = root.iterchildren(*map(bpmn, (*GLOBAL_TASKS, "process")))
    return {element_id: one for one in found if (element_id := one.get("id"))}


def _called_by_others(processes: Sequence[Element]) -> Iterator[str]:
    """Yield the ids of the processes that another one calls."""
    for process in processes:
        yield from (called for called in _calls(process) if called != process.get("id"))


def _calls(process: Element) -> Iterator[str]:
    """Yield what the call activities in a process, at any depth, name."""
    for activity in process.iter(bpmn("callActivity")):
        yield activity.get("calledElement", "")
