"""The escalation ladder: who is told when a step is at risk, overdue, long overdue.

It is the office's own, written in TOML. Only the ladder sends messages; a diagram never does.
"""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.types import StringConstraints

from engine.errors import Invalid
from engine.model import Rung

ACTOR, SUPERVISOR, POSITION = "actor", "supervisor", "position:"


_PLAIN_WORDS = {
    "extra_forbidden": "is not a known key",
    "string_pattern_mismatch": f'must be "{ACTOR}", "{SUPERVISOR}" or "{POSITION}CODE"',
    "tuple_type": f'must be a list such as ["{ACTOR}"]',
}


class InvalidLadder(Invalid):
    """The ladder file is not valid; `fields` says for each key what is wrong with it."""


Recipient = Annotated[
    str, StringConstraints(pattern=rf"^({ACTOR}|{SUPERVISOR}|{POSITION}.+)$", max_length=200)
]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _AtRisk(_Model):
    after: float = Field(default=0.75, gt=0, lt=1)
    to: tuple[Recipient, ...] = Field(default=(ACTOR,), strict=False)


class _Overdue(_Model):
    to: tuple[Recipient, ...] = Field(default=(ACTOR, SUPERVISOR), strict=False)


class _LongOverdue(_Model):
    after: float = Field(default=2.0, gt=1, le=100)
    to: tuple[Recipient, ...] = Field(default=(), strict=False)


class Ladder(_Model):
    """The rungs; a section that is missing has its defaults, `to = []` tells nobody."""

    at_risk: _AtRisk = _AtRisk()
    overdue: _Overdue = _Overdue()
    long_overdue: _LongOverdue = _LongOverdue()

    def recipients(self, rung: Rung) -> tuple[str, ...]:
        """Return who is told: `actor`, `supervisor`, or `position:` and a code."""
        told: _AtRisk | _Overdue | _LongOverdue = getattr(self, rung.value)
        return told.to


def load(path: Path) -> Ladder:
    """Return the ladder of a TOML file. Raises InvalidLadder, naming the file and the key."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows writes a byte order mark
        return Ladder.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidLadder(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        fields = {
            ".".join(map(str, fault["loc"])): _PLAIN_WORDS.get(fault["type"], fault["msg"])
            for fault in faults
        }
        raise InvalidLadder(f"{path.name} is not a ladder.", fields=fields) from error
