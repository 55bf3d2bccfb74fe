"""Compiles a diagram that lint has passed into what SpiffWorkflow executes."""

from dataclasses import dataclass
from types import MethodType
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, ManualTask, UserTask
from SpiffWorkflow.task import TaskState

from engine.workflow.timers import BoundaryTimerParser

_FORESIGHT = 2


@dataclass(frozen=True)
class Specification:
    """A compiled process; immutable once made, shared by all its instances."""

    process: Any


class _Parser(BpmnParser):  # type: ignore[misc]  # the library ships no types
    OVERRIDE_PARSER_CLASSES: ClassVar = {
        full_tag("boundaryEvent"): (BoundaryTimerParser, BoundaryEvent),
        # A plain task is work of a person here: the library would run through it.
        full_tag("task"): (TaskParser, UserTask),
        full_tag("manualTask"): (TaskParser, ManualTask),
    }

    def _add_diagram_indexes(self, bpmn: Any) -> None:
        """Keep no positions: branches are tried in file order, not from top to bottom."""


def compile_process(root: etree._Element, key: str) -> Specification:
    """Return the specification of the process with the id `key` in a linted diagram."""
    parser = _Parser()
    parser.add_bpmn_xml(root)
    process = parser.get_spec(key)
    for task_spec in process.task_specs.values():
        task_spec._predict = MethodType(_predict_near, task_spec)
    return Specification(process)


def _predict_near(  # noqa: PLR0917 — the signature is the library's
    task_spec: Any,
    task: Any,
    seen: object = None,
    looked_ahead: int = 0,
    mask: int = TaskState.PREDICTED_MASK,
) -> None:
    """Predict the tasks that follow, two ahead: as far as the library's own steps look.

    Left alone, it predicts all that is sure to come, once for every branch: a dozen parallel blocks
    in a row make megabytes of state, and a loop without a choice on it never ends.
    """
    if task.has_state(mask):
        task_spec._predict_hook(task)
    if looked_ahead < _FORESIGHT:
        for child in task.children:
            if child.has_state(mask):
                child.task_spec._predict(child, seen, looked_ahead + 1, mask)
