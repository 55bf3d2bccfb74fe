"""The ladder is the office's own file, and what is wrong in it is named."""

from pathlib import Path

import pytest

from engine import ladder
from engine.config import ROOT
from engine.ladder import InvalidLadder
from engine.model import Rung


def written(folder: Path, text: str) -> ladder.Ladder:
    file = folder / "ladder.toml"
    file.write_text(text)
    return ladder.load(file)


def test_the_ladder_of_the_reference_office() -> None:
    rungs = ladder.load(ROOT / "processes" / "ladder.toml")
    assert rungs.recipients(Rung.AT_RISK) == ("actor",)
    assert rungs.recipients(Rung.OVERDUE) == ("actor", "supervisor")
    assert rungs.recipients(Rung.LONG_OVERDUE) == ("position:kepala-badan",)
    assert (rungs.at_risk.after, rungs.long_overdue.after) == (0.75, 2.0)


def test_what_a_file_does_not_say_has_a_default(tmp_path: Path) -> None:
    rungs = written(tmp_path, "")
    assert rungs.recipients(Rung.OVERDUE) == ("actor", "supervisor")
    assert rungs.recipients(Rung.LONG_OVERDUE) == ()


def test_a_rung_can_tell_nobody(tmp_path: Path) -> None:
    assert written(tmp_path, "[overdue]\nto = []").recipients(Rung.OVERDUE) == ()


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[at_risk]\nafter = 1.0", "at_risk.after"),
        ("[at_risk]\nafter = 0", "at_risk.after"),
        ("[long_overdue]\nafter = 1", "long_overdue.after"),
        ('[overdue]\nto = ["everybody"]', "overdue.to.0"),
        ('[overdue]\nto = ["position:"]', "overdue.to.0"),
        ("[overdue]\nafter = 2", "overdue.after"),
        ("[soon]\nafter = 2", "soon"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InvalidLadder) as caught:
        written(tmp_path, text)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize("content", [b"to = [", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ladder.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidLadder, match=r"ladder\.toml cannot be read"):
        ladder.load(file)
    with pytest.raises(InvalidLadder, match="gone"):
        ladder.load(tmp_path / "gone.toml")
