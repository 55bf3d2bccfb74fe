"""What is wrong with a diagram, where, and what its owner can do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from engine.bpmn.names import Element, line_of, one_line, shortened
from engine.errors import Invalid

_SHOWN: Final = 100
"""How many findings a refusal carries in its details; a hostile file can have thousands."""
_NAMED: Final = 20
"""How many of several values a sentence repeats."""
_VALUE_LENGTH: Final = 80
"""Characters of a value that a sentence repeats."""


class Severity(StrEnum):
    """What a finding means for the deployment."""

    ERROR = "error"
    """The diagram is refused."""
    WARNING = "warning"
    """It runs, but something drawn or written in it has no effect or may surprise."""
    HINT = "hint"
    """It runs; the diagram could tell more."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A sentence in the languages of the interface."""

    id: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with a diagram."""

    code: str
    """Stable name of the rule, in kebab case."""
    severity: Severity
    element_id: str | None
    """The `id` of the element, None where it has none or the file as a whole is meant."""
    line: int | None
    """Line in the file, from 1."""
    message: Text
    """What is wrong."""
    hint: Text
    """What to do."""

    def as_dict(self) -> dict[str, object]:
        """Return the finding as JSON values; texts are objects by language code."""
        return {**asdict(self), "severity": self.severity.value}

    def __str__(self) -> str:
        where = ", ".join(
            part
            for part in (
                f"line {self.line}" if self.line else "",
                _shortened(self.element_id or ""),
            )
            if part
        )
        return f"{self.message.en} ({where})" if where else self.message.en


@dataclass(frozen=True)
class Rule:
    """The stable code, severity and sentences of one kind of finding."""

    code: str
    severity: Severity
    message: Text
    """May hold `{placeholders}` for values of the finding."""
    hint: Text

    def broken_by(
        self,
        element: Element | None,
        /,
        *,
        severity: Severity | None = None,
        line: int | None = None,
        **values: str | int | tuple[str, ...] | None,
    ) -> Finding:
        """Return the finding that `element` breaks this rule; `values` fill the placeholders.

        `line` is where to look, if not where the element is.
        """
        shown = {name: _shown(value) for name, value in values.items()}
        return Finding(
            code=self.code,
            severity=severity or self.severity,
            element_id=None if element is None else element.get("id"),
            line=line_of(element) if line is None and element is not None else line,
            message=_filled(self.message, shown),
            hint=_filled(self.hint, shown),
        )


class DiagramRefused(Invalid):
    """The diagram cannot run as drawn."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Keep all `findings`; the message names the first error, the details show them."""
        self.findings: tuple[Finding, ...] = tuple(findings)
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        others = [finding for finding in findings if finding.severity is not Severity.ERROR]
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        super().__init__(
            f"The diagram is refused. {errors[0]}{more}" if errors else None,
            findings=[finding.as_dict() for finding in [*errors, *others][:_SHOWN]],
        )


def has_error(findings: Iterable[Finding]) -> bool:
    """Return whether one of the findings keeps its diagram from running."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def by_line(finding: Finding) -> tuple[int, str, str]:
    """Return the sort key of a finding: line, then element, then code."""
    return finding.line or 0, finding.element_id or "", finding.code


def _filled(text: Text, values: dict[str, str]) -> Text:
    return Text(id=text.id.format(**values), en=text.en.format(**values))


def _shown(value: str | int | tuple[str, ...] | None) -> str:
    """Return a value as a sentence repeats it: a long one cut short, of several the first ones."""
    several = tuple(dict.fromkeys(value)) if isinstance(value, tuple) else (str(value),)
    more = ("…",) if len(several) > _NAMED else ()
    return ", ".join([*map(_shortened, several[:_NAMED]), *more])


def _shortened(value: str) -> str:
    return shortened(one_line(value), _VALUE_LENGTH)
