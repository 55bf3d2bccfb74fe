"""Which tasks of the worklist are wanted."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.rest.schemas import InvalidRequest, ListQuery, Moment
from engine.errors import Said
from engine.model import TaskState, Timeliness
from engine.permissions import Actor
from engine.repository import TaskFilter

State = Literal["open", "suspended", "completed", "cancelled", "any"]
Sort = Literal["due_date", "-due_date", "created_at", "-created_at"]


class TaskQuery(ListQuery):
    """Which tasks are wanted; each parameter that is given narrows the list."""

    state: State = "open"
    assignee: str | None = Field(
        None, max_length=64, description="A user name; `me` is whoever asks.", examples=["me"]
    )
    candidate_group: str | None = Field(None, max_length=200, description="The code of a position.")
    process_definition_key: str | None = Field(None, max_length=200)
    process_instance_id: UUID | None = None
    element_id: str | None = Field(None, max_length=200, description="A step of the diagram.")
    overdue: bool | None = Field(None, description="`true`: only overdue tasks; `false`: no such.")
    timeliness: Timeliness | None = Field(
        None, description="Of open tasks with a due date; instead of `overdue`."
    )
    due_before: Moment | None = None
    due_after: Moment | None = None
    sort: Sort = Field("due_date", description="`due_date`: the most urgent first.")

    def filter(self, by: Actor) -> TaskFilter:
        """Return what is wanted in the words of the engine.

        Raises InvalidRequest: a parameter that goes with no `timeliness`.
        """
        if self.timeliness is not None:
            self._require_open()
        return TaskFilter(
            state=None if self.state == "any" else TaskState(self.state),
            assignee=by.username if self.assignee == "me" else self.assignee,
            candidate_group=self.candidate_group,
            process_definition_key=self.process_definition_key,
            process_instance_id=self.process_instance_id,
            element_id=self.element_id,
            overdue=self.overdue,
            timeliness=self.timeliness,
            due_before=self.due_before,
            due_after=self.due_after,
        )

    def _require_open(self) -> None:
        if self.state != "open":
            raise InvalidRequest(fields={"timeliness": Said("only open tasks have one")})
        if self.overdue is not None:
            raise InvalidRequest(fields={"overdue": Said("either this or timeliness")})
