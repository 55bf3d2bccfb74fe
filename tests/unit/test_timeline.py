"""The history of a case in sentences."""

from api.pages.timeline import SENTENCES
from engine.history import EventType


def test_every_kind_of_event_has_its_sentence() -> None:
    assert SENTENCES.keys() == set(EventType)
