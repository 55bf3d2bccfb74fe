"""Compiles a diagram that lint has passed into what SpiffWorkflow executes."""

from dataclasses import dataclass
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, ManualTask, UserTask

from engine.workflow.timers import BoundaryTimerParser


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
    return Specification(parser.get_spec(key))
