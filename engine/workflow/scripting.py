"""What the diagram may compute: conditions in our safe expression language, nothing else."""

from collections.abc import Mapping
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine.expressions import UndefinedVariable, compile_expression
from engine.workflow.timers import Moment


class Expressions(PythonScriptEngine):  # type: ignore[misc]  # the library ships no types
    """The script engine of one step: evaluates conditions and carries the step's moment."""

    def __init__(self, moment: Moment) -> None:
        super().__init__()
        self.moment = moment
        self.undefined: dict[str, str] = {}
        """Element id of a gateway to the variable that was missing when its default was taken."""

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, object] | None = None
    ) -> bool:
        """Return whether the condition holds.

        A variable that does not exist counts as false where the gateway has a default flow, so
        that nobody has to fill in a form to go straight on.

        Raises:
            UndefinedVariable: a variable is missing and there is no default flow.
            ExpressionFailed: the condition cannot be evaluated with these values.
        """
        variables = {**task.data, **(external_context or {})}
        try:
            return compile_expression(expression).test(variables)
        except UndefinedVariable as missing:
            if task.task_spec.default_task_spec is None:
                raise
            self.undefined[task.task_spec.bpmn_id] = missing.name
            return False

    def execute(self, *_: object) -> NoReturn:
        """Refuse: scripts never reach the engine, lint refuses them at deployment."""
        raise NotImplementedError
