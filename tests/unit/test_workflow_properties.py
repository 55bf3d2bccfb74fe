"""Random diagrams run the same with pruning, without it, and in a model without the library."""

from unittest.mock import patch

from hypothesis import given, note, settings
from hypothesis import strategies as st

from engine.workflow import steps
from engine.workflow.steps import VisitKind
from tests.unit.workflow_blocks import VARIABLES, Block, Model, arrows, blocks
from tests.unit.workflow_diagrams import Play, compiled, xml

CHOICES = st.tuples(
    st.integers(min_value=0, max_value=11),  # which of the open tasks
    st.integers(min_value=0, max_value=2),  # hours until then
    st.fixed_dictionaries({}, optional={name: st.booleans() for name in VARIABLES}),
)


class Trio:
    """One case three times: pruned, unpruned and as a model."""

    def __init__(self, block: Block) -> None:
        lines = arrows(block)
        note("\n".join(lines))
        specification = compiled(xml(*lines))
        self.model = Model()
        self.model.enter(block, lambda: None)
        self.pruned = Play(specification).start()
        with patch.object(steps, "prune", lambda _: None):
            self.unpruned = Play(specification).start()
        self.compare()

    def complete(self, name: str, hours: int, variables: dict[str, bool]) -> None:
        """Complete the same step in all three, some hours later."""
        note(f"{name} after {hours} h with {variables}")
        self.model.hour += hours
        self.model.complete(name, variables)
        self.pruned.wait(hours=hours).complete(name, **variables)
        with patch.object(steps, "prune", lambda _: None):
            self.unpruned.wait(hours=hours).complete(name, **variables)
        self.compare()

    def compare(self) -> None:
        """Check that all three have been at the same places and wait for the same."""
        assert self.pruned.open == self.unpruned.open == self.model.open
        assert self.pruned.ended == self.unpruned.ended == (not self.model.open)
        assert self.pruned.timers == self.unpruned.timers
        been = [sorted(map(str, case.visits)) for case in (self.pruned, self.unpruned)]
        assert been[0] == been[1]
        assert sorted(self.pruned.seen(VisitKind.ESCALATED)) == sorted(self.model.escalated)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(blocks(), st.lists(CHOICES, max_size=15))
def test_pruned_unpruned_and_model_agree_at_every_step(
    block: Block, choices: list[tuple[int, int, dict[str, bool]]]
) -> None:
    trio = Trio(block)
    for which, hours, variables in choices:
        if trio.model.open:
            trio.complete(trio.model.open[which % len(trio.model.open)], hours, variables)
    for _ in range(60):
        if trio.model.open:  # false variables end every loop
            trio.complete(trio.model.open[0], 0, dict.fromkeys(VARIABLES, False))
    assert trio.pruned.ended
