"""Random diagrams run as in a model that knows nothing of the library."""

from hypothesis import given, note, settings
from hypothesis import strategies as st

from engine.workflow.case import VisitKind
from tests.unit.workflow_blocks import VARIABLES, Block, Model, blocks, drawn
from tests.unit.workflow_diagrams import Play, compiled

CHOICES = st.tuples(
    st.integers(min_value=0, max_value=11),  # which of the open tasks
    st.sampled_from((0, 1, 2, 2)),  # hours until then
    st.fixed_dictionaries({}, optional={name: st.booleans() for name in VARIABLES}),
)


class Pair:
    """One case twice: run by the engine, stored between any two steps, and as a model."""

    def __init__(self, block: Block) -> None:
        note(str(block))
        self.model = Model()
        self.model.enter(block, lambda: None)
        self.case = Play(compiled(drawn(block))).start()
        self.compare()

    def complete(self, name: str, hours: int, variables: dict[str, bool]) -> None:
        """Complete the same step in both, some hours later."""
        note(f"{name} after {hours} h with {variables}")
        self.model.hour += hours
        self.model.fire()
        self.case.wait(hours=hours)
        if name in self.model.open:
            self.model.complete(name, variables)
            self.case.complete(name, **variables)
        elif hours:
            self.case.fire()
        self.compare()

    def compare(self) -> None:
        """Check that both have been at the same places and wait for the same."""
        assert self.case.open == self.model.open
        assert self.case.ended == (not self.model.open)
        assert sorted(self.case.seen(VisitKind.ESCALATED)) == sorted(self.model.escalated)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(blocks(), st.lists(CHOICES, min_size=6, max_size=15))
def test_a_case_and_its_model_agree_at_every_step(
    block: Block, choices: list[tuple[int, int, dict[str, bool]]]
) -> None:
    pair = Pair(block)
    for which, hours, variables in choices:
        if pair.model.open:
            pair.complete(pair.model.open[which % len(pair.model.open)], hours, variables)
    for _ in range(60):
        if pair.model.open:  # false variables end every loop
            pair.complete(pair.model.open[0], 0, dict.fromkeys(VARIABLES, False))
    assert pair.case.ended
