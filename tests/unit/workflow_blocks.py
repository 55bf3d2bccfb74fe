"""Random block-structured diagrams, and a model of them that knows nothing of the library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import strategies as st

VARIABLES = ("u", "v")


@dataclass(frozen=True)
class Step:
    """One task; a timed one escalates after an hour."""

    timed: bool
    number: int = 0

    @property
    def name(self) -> str:
        """The element id of the task."""
        return f"step{self.number}"


@dataclass(frozen=True)
class Sequence:
    """One block after the other."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Choice:
    """The first block if the variable is true; otherwise the second, or nothing."""

    variable: str
    yes: "Block"
    no: "Block | None"


@dataclass(frozen=True)
class Parallel:
    """All blocks at once."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Loop:
    """The block, and again while the variable is true after it."""

    variable: str
    body: "Block"


Block = Step | Sequence | Choice | Parallel | Loop


def blocks() -> st.SearchStrategy[Block]:
    """Return a strategy for blocks whose steps have different numbers."""
    several = st.recursive(_STEPS, _larger, max_leaves=8)
    return several.map(lambda block: _numbered(block, count(1)))


_STEPS: st.SearchStrategy[Block] = st.builds(Step, timed=st.booleans())


def _larger(smaller: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(smaller, min_size=2, max_size=3).map(tuple)
    variable = st.sampled_from(VARIABLES)
    # Lint refuses a loop without a step.
    body = st.builds(lambda step, block: Sequence((step, block)), _STEPS, smaller)
    return st.one_of(
        st.builds(Sequence, several),
        st.builds(Parallel, several),
        st.builds(Choice, variable, smaller, st.none() | smaller),
        st.builds(Loop, variable, body),
    )


def _numbered(block: Block, numbers: Iterator[int]) -> Block:
    match block:
        case Step():
            return replace(block, number=next(numbers))
        case Sequence() | Parallel():
            return replace(block, blocks=tuple(_numbered(each, numbers) for each in block.blocks))
        case Choice():
            no = block.no and _numbered(block.no, numbers)
            return replace(block, yes=_numbered(block.yes, numbers), no=no)
        case Loop():
            return replace(block, body=_numbered(block.body, numbers))


def arrows(block: Block) -> list[str]:
    """Return the block between a start and an end event, as lines of arrows."""
    lines: list[str] = []
    lines.append(f"{_draw(block, 'start', lines, count(1))} > end")
    return lines


def _draw(block: Block, before: str, lines: list[str], gateways: Iterator[int]) -> str:
    """Add the arrows of a block after a node; return what the next arrow begins with."""
    match block:
        case Step():
            lines.append(f"{before} > {block.name}")
            if block.timed:
                lines.append(f"timer{block.number} @ {block.name} PT1H > tell{block.number}")
            return block.name
        case Sequence():
            for each in block.blocks:
                before = _draw(each, before, lines, gateways)
            return before
        case Parallel():
            fork, join = f"and{next(gateways)}", f"and{next(gateways)}"
            lines.append(f"{before} > {fork}")
            lines += [f"{_draw(each, fork, lines, gateways)} > {join}" for each in block.blocks]
            return join
        case Choice():
            choice, merge = f"xor{next(gateways)}", f"xor{next(gateways)}"
            lines.append(f"{before} > {choice}")
            yes = _draw(block.yes, f"{choice} [{block.variable} == true]", lines, gateways)
            no = f"{choice} [else]"
            no = _draw(block.no, no, lines, gateways) if block.no else no
            lines += [f"{yes} > {merge}", f"{no} > {merge}"]
            return merge
        case Loop():
            again, decide = f"xor{next(gateways)}", f"xor{next(gateways)}"
            lines.append(f"{before} > {again}")
            lines.append(f"{_draw(block.body, again, lines, gateways)} > {decide}")
            lines.append(f"{decide} [{block.variable} == true] > {again}")
            return f"{decide} [else]"


@dataclass
class Model:
    """What a case of a block has to do: every open step with the function that goes on after it."""

    hour: int = 0
    variables: dict[str, bool] = field(default_factory=dict)
    then: dict[str, Callable[[], None]] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    """The hour at which a timed step was opened, while its timer waits."""
    escalated: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[str]:
        """The open steps, sorted."""
        return sorted(self.then)

    def fire(self) -> None:
        """Escalate what has been open for more than an hour."""
        for name, hour in list(self.since.items()):
            if self.hour > hour + 1:
                del self.since[name]
                self.escalated.append(name.replace("step", "tell"))

    def complete(self, name: str, variables: dict[str, bool]) -> None:
        """Complete an open step."""
        self.fire()
        self.variables |= variables
        self.since.pop(name, None)
        self.then.pop(name)()

    def enter(self, block: Block, then: Callable[[], None]) -> None:
        """Put a token on a block; `then` says how it goes on after it."""
        match block:
            case Step():
                self.then[block.name] = then
                if block.timed:
                    self.since[block.name] = self.hour
            case Sequence(blocks=(first, *rest)):
                following = Sequence(tuple(rest))
                self.enter(first, lambda: self.enter(following, then) if rest else then())
            case Parallel():
                self._fork(block, then)
            case Choice():
                chosen = block.yes if self.variables.get(block.variable) else block.no
                self.enter(chosen, then) if chosen else then()
            case Loop():
                self.enter(block.body, lambda: self._decide(block, then))

    def _fork(self, block: Parallel, then: Callable[[], None]) -> None:
        missing = set(range(len(block.blocks)))

        def arrive(branch: int) -> None:
            missing.remove(branch)
            if not missing:
                then()

        for branch, each in enumerate(block.blocks):
            self.enter(each, lambda branch=branch: arrive(branch))  # type: ignore[misc]  # bound now

    def _decide(self, loop: Loop, then: Callable[[], None]) -> None:
        self.enter(loop, then) if self.variables.get(loop.variable) else then()
