"""How the shapes of a diagram are marked: by classes, and by a badge in words."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from api.pages.language import gettext
from engine.instances import StepProgress, StepState
from engine.model import Timeliness


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How one element of a diagram stands."""

    element_id: str
    states: Sequence[str]
    """Of `done`, `active`, `at_risk`, `overdue`, `here`, `busy`."""
    badge: str
    """Said on the shape; empty: nothing."""

    @property
    def as_json(self) -> dict[str, object]:
        """The mark as `static/diagram.js` reads it."""
        return asdict(self)


def marks_of(steps: Iterable[StepProgress], *, here: UUID | None = None) -> list[Mark]:
    """Return the marks of a case's steps; `here` is the task that somebody looks at."""
    return [mark for step in steps if (mark := _mark(step, here)) is not None]


def _mark(progress: StepProgress, here: UUID | None) -> Mark | None:
    task, element_id = progress.task, progress.step.element_id
    if task is None or progress.state is StepState.CANCELLED:
        return None
    if progress.state is StepState.COMPLETED:
        badge = gettext("Selesai, terlambat") if progress.late_minutes else gettext("Selesai")
        return Mark(element_id=element_id, states=["done"], badge=badge)
    states, badge = ["active"], gettext("Sedang dikerjakan")
    if progress.state is StepState.SUSPENDED:
        badge = gettext("Ditangguhkan")
    elif progress.timeliness is Timeliness.OVERDUE:
        states, badge = ["active", "overdue"], gettext("Terlambat")
    elif progress.timeliness is Timeliness.AT_RISK:
        states, badge = ["active", "at_risk"], gettext("Mendekati tenggat")
    if here is not None and task.id == here:
        states, badge = [*states, "here"], gettext("Anda di sini")
    return Mark(element_id=element_id, states=states, badge=badge)
