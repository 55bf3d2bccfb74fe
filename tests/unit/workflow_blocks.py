"""Random block-structured diagrams, and a model of them that knows nothing of the library."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TypeAlias

from hypothesis import strategies as st

VARIABLES = ("u", "v")
HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


@dataclass(frozen=True)
class Step:
    """One task; a timer of an hour may escalate, or end the task and go on behind it."""

    timer: str = ""
    """Empty, `tell` or `alarm`."""
    number: int = 0

    @property
    def name(self) -> str:
        """The element id of the task."""
        return f"step{self.number}"


@dataclass(frozen=True)
class Several:
    """One task for several people: at once or one after the other."""

    times: int
    sequential: bool
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
class Choices:
    """A block for each variable that is true; if none is, the last one."""

    blocks: tuple["Block", "Block", "Block"]


@dataclass(frozen=True)
class Parallel:
    """All blocks at once."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Loop:
    """The block, and again while the variable is true after it."""

    variable: str
    body: "Block"


@dataclass(frozen=True)
class Inside:
    """The block in a sub-process, which may be ended by a timer of an hour."""

    body: "Block"
    alarm: bool
    number: int = 0

    @property
    def name(self) -> str:
        """The element id of the sub-process."""
        return f"sub{self.number}"


Block = Step | Several | Sequence | Choice | Choices | Parallel | Loop | Inside


def blocks() -> st.SearchStrategy[Block]:
    """Return a strategy for blocks whose steps have different numbers."""
    several = st.recursive(_STEPS | _SEVERAL, _larger, max_leaves=8)
    return several.map(lambda block: _numbered(block, count(1)))


_STEPS: st.SearchStrategy[Block] = st.builds(Step, st.sampled_from(("", "tell", "alarm")))
_SEVERAL: st.SearchStrategy[Block] = st.builds(
    Several, st.integers(min_value=1, max_value=3), st.booleans()
)


def _larger(smaller: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(smaller, min_size=2, max_size=3).map(tuple)
    variable = st.sampled_from(VARIABLES)
    # Lint refuses a loop without a step.
    body = st.builds(lambda step, block: Sequence((step, block)), _STEPS, smaller)
    return st.one_of(
        st.builds(Sequence, several),
        st.builds(Parallel, several),
        st.builds(Choice, variable, smaller, st.none() | smaller),
        st.builds(Choices, st.tuples(smaller, smaller, smaller)),
        st.builds(Loop, variable, body),
        st.builds(Inside, smaller, st.booleans()),
    )


def _numbered(block: Block, numbers: Iterator[int]) -> Block:
    match block:
        case Step() | Several():
            return replace(block, number=next(numbers))
        case Sequence() | Parallel():
            return replace(block, blocks=tuple(_numbered(each, numbers) for each in block.blocks))
        case Choices(blocks=(first, second, last)):
            return Choices(
                (_numbered(first, numbers), _numbered(second, numbers), _numbered(last, numbers))
            )
        case Choice():
            no = block.no and _numbered(block.no, numbers)
            return replace(block, yes=_numbered(block.yes, numbers), no=no)
        case Loop():
            return replace(block, body=_numbered(block.body, numbers))
        case Inside():
            number = next(numbers)
            return replace(block, body=_numbered(block.body, numbers), number=number)


def drawn(block: Block) -> bytes:
    """Return the .bpmn file of a block."""
    body = _Drawing(count(1)).scope(block)
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
        f'<process id="process" isExecutable="true">{body}</process>'
        '<escalation id="escalation" escalationCode="late"/></definitions>'
    ).encode()


_Way: TypeAlias = tuple[str, str]
"""Where the next flow begins, and its condition: empty, `else` or a variable."""


class _Drawing:
    """Draws the inside of one scope."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._parts: list[str] = []

    def scope(self, block: Block) -> str:
        """Return the elements of a scope in which a block runs."""
        start, end = self._node("startEvent"), f"end{next(self._numbers)}"
        self._flow(self._draw(block, (start, "")), end)
        self._element("endEvent", end)
        return "".join(self._parts)

    def _draw(self, block: Block, way: _Way) -> _Way:  # noqa: PLR0911 — one for each kind
        match block:
            case Step():
                self._flow(way, block.name)
                self._element("userTask", block.name)
                return self._timed(block, (block.name, ""))
            case Several():
                self._flow(way, block.name)
                sequential = str(block.sequential).lower()
                marker = (
                    f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
                    f"<loopCardinality>{block.times}</loopCardinality>"
                    "</multiInstanceLoopCharacteristics>"
                )
                self._element("userTask", block.name, marker)
                return block.name, ""
            case Sequence():
                for each in block.blocks:
                    way = self._draw(each, way)
                return way
            case Parallel():
                return self._gateways("parallelGateway", way, [("", one) for one in block.blocks])
            case Choice():
                return self._gateways(
                    "exclusiveGateway", way, [(block.variable, block.yes), ("else", block.no)]
                )
            case Choices():
                named = zip((*VARIABLES, "else"), block.blocks, strict=True)
                return self._gateways("inclusiveGateway", way, list(named))
            case Loop():
                again, decide = (
                    self._node("exclusiveGateway"),
                    self._node("exclusiveGateway", "else"),
                )
                self._flow(way, again)
                self._flow(self._draw(block.body, (again, "")), decide)
                self._flow((decide, block.variable), again)
                return decide, "else"
            case Inside():
                self._flow(way, block.name)
                self._element("subProcess", block.name, _Drawing(self._numbers).scope(block.body))
                after = (block.name, "")
                return self._alarm(block.name, after) if block.alarm else after

    def _gateways(self, kind: str, way: _Way, ways: Collection[tuple[str, Block | None]]) -> _Way:
        """Draw several ways from one gateway to another."""
        divides = self._node(kind, "else" if "else" in dict(ways) else "")
        meets = self._node(kind)
        self._flow(way, divides)
        for condition, block in ways:
            after = (divides, condition)
            self._flow(self._draw(block, after) if block else after, meets)
        return meets, ""

    def _timed(self, step: Step, after: _Way) -> _Way:
        if step.timer == "alarm":
            return self._alarm(step.name, after)
        if step.timer == "tell":
            timer, tell = f"timer{step.number}", f"tell{step.number}"
            self._element(
                "boundaryEvent", timer, HOUR, attachedToRef=step.name, cancelActivity="false"
            )
            self._flow((timer, ""), tell)
            self._element(
                "endEvent", tell, '<escalationEventDefinition escalationRef="escalation"/>'
            )
        return after

    def _alarm(self, host: str, after: _Way) -> _Way:
        """Draw a timer that ends an activity and goes on where the activity goes on."""
        meets, alarm = self._node("exclusiveGateway"), f"alarm-{host}"
        self._element("boundaryEvent", alarm, HOUR, attachedToRef=host)
        self._flow(after, meets)
        self._flow((alarm, ""), meets)
        return meets, ""

    def _node(self, kind: str, default: str = "") -> str:
        name = f"{kind}{next(self._numbers)}"
        self._element(kind, name, **({"default": f"{name}-{default}"} if default else {}))
        return name

    def _element(self, kind: str, name: str, inside: str = "", **attributes: str) -> None:
        written = "".join(f' {key}="{value}"' for key, value in attributes.items())
        self._parts.append(f'<{kind} id="{name}"{written}>{inside}</{kind}>')

    def _flow(self, way: _Way, target: str) -> None:
        source, condition = way
        number = next(self._numbers)
        name = f"{source}-else" if condition == "else" else f"flow{number}"
        inside = ""
        if condition not in {"", "else"}:
            inside = f"<conditionExpression>${{{condition} == true}}</conditionExpression>"
        self._parts.append(
            f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}'
            "</sequenceFlow>"
        )


@dataclass
class Model:
    """What a case of a block has to do: every open step with the functions that go on after it."""

    hour: int = 0
    variables: dict[str, bool] = field(default_factory=dict)
    then: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    since: dict[str, tuple[int, Callable[[], None]]] = field(default_factory=dict)
    """By element with a timer that waits: the hour at which it was entered, and what happens."""
    escalated: list[str] = field(default_factory=list)

    @property
    def open(self) -> list[str]:
        """The open steps, sorted."""
        return sorted(name for name, ways in self.then.items() for _ in ways)

    def fire(self) -> None:
        """Let the timers happen that are due for more than an hour, the earliest first."""
        while late := [
            (hour, name) for name, (hour, _) in self.since.items() if self.hour > hour + 1
        ]:
            _, name = min(late, key=lambda one: one[0])
            _, happens = self.since.pop(name)
            happens()

    def complete(self, name: str, variables: dict[str, bool]) -> None:
        """Complete an open step."""
        self.variables |= variables
        self.since.pop(name, None)
        self.then[name].pop(0)()

    def enter(self, block: Block, then: Callable[[], None]) -> None:  # noqa: C901 — the same
        """Put a token on a block; `then` says how it goes on after it."""
        match block:
            case Step():
                self._open(block.name, then)
                if block.timer == "alarm":
                    self._set_alarm(block, then)
                elif block.timer == "tell":
                    tell = block.name.replace("step", "tell")
                    self.since[block.name] = self.hour, lambda: self.escalated.append(tell)
            case Several():
                self._several(block, then)
            case Sequence(blocks=(first, *rest)):
                following = Sequence(tuple(rest))
                self.enter(first, lambda: self.enter(following, then) if rest else then())
            case Parallel():
                self._fork(block.blocks, then)
            case Choice():
                chosen = block.yes if self.variables.get(block.variable) else block.no
                self.enter(chosen, then) if chosen else then()
            case Choices(blocks=(*some, last)):
                named = zip(VARIABLES, some, strict=True)
                true = tuple(each for name, each in named if self.variables.get(name))
                self._fork(true or (last,), then)
            case Loop():
                self.enter(block.body, lambda: self._decide(block, then))
            case Inside():
                if block.alarm:
                    self._set_alarm(block, then)
                self.enter(block.body, lambda: self._leave(block, then))

    def _open(self, name: str, then: Callable[[], None]) -> None:
        self.then.setdefault(name, []).append(then)

    def _set_alarm(self, block: Step | Inside, then: Callable[[], None]) -> None:
        def interrupt() -> None:
            for name in _names(block):
                self.then.pop(name, None)
                self.since.pop(name, None)
            then()

        self.since[block.name] = self.hour, interrupt

    def _leave(self, block: Inside, then: Callable[[], None]) -> None:
        self.since.pop(block.name, None)
        then()

    def _several(self, block: Several, then: Callable[[], None]) -> None:
        done = 0

        def turned() -> None:
            nonlocal done
            done += 1
            if done == block.times:
                then()
            elif block.sequential:
                self._open(block.name, turned)

        for _ in range(1 if block.sequential else block.times):
            self._open(block.name, turned)

    def _fork(self, blocks: tuple[Block, ...], then: Callable[[], None]) -> None:
        missing = set(range(len(blocks)))

        def arrive(branch: int) -> None:
            missing.remove(branch)
            if not missing:
                then()

        for branch, each in enumerate(blocks):
            self.enter(each, lambda branch=branch: arrive(branch))  # type: ignore[misc]  # bound now

    def _decide(self, loop: Loop, then: Callable[[], None]) -> None:
        self.enter(loop, then) if self.variables.get(loop.variable) else then()


def _names(block: Block | None) -> Iterator[str]:
    """Yield the names of a block and of all in it."""
    match block:
        case Step() | Several():
            yield block.name
        case Sequence() | Parallel() | Choices():
            for each in block.blocks:
                yield from _names(each)
        case Choice():
            yield from _names(block.yes)
            yield from _names(block.no)
        case Loop():
            yield from _names(block.body)
        case Inside():
            yield block.name
            yield from _names(block.body)
