"""Kotak tugas: what is to be done, the most urgent first."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine

from api.wiring import NAME
from tests.integration.statements import log_everything, recorded, work
from tests.office import KEY, Office
from tests.pages.client import Visitor, text_of

Visit = Callable[..., Visitor]


def names(visitor: Visitor, **query: object) -> list[str]:
    """Return the business keys that an inbox shows, in their order."""
    page = text_of(visitor.get("/tugas", **query))
    return [word for word in page.split() if word.startswith("K/")]


@pytest.fixture
def office(office: Office) -> Office:
    """An office with two cases that wait for their first step, the older one late."""
    office.start("K/1")
    office.wait("PT30M")
    office.start("K/2")
    return office


@pytest.mark.usefixtures("office")
def test_the_most_urgent_comes_first_and_filters_narrow(visit: Visit) -> None:
    head = visit("kepala.badan")
    assert names(head) == _with_buttons("K/1", "K/2")
    assert names(head, waktu="overdue") == _with_buttons("K/1")
    assert names(head, waktu="on_track", sop=KEY) == _with_buttons("K/2")
    assert names(head, sop="lain") == []


def _with_buttons(*keys: str) -> list[str]:
    """Each is named by its row and by its button."""
    return [key for each in keys for key in (each, each)]


@pytest.mark.usefixtures("office")
def test_filters_show_counts_of_all_whatever_is_filtered(visit: Visit) -> None:
    page = text_of(visit("kepala.badan").get("/tugas", waktu="overdue"))
    for part in ("Semua (2)", "Terlambat (1)", "Mendekati tenggat (0)", "Dalam waktu (1)"):
        assert part in page


@pytest.mark.usefixtures("office")
def test_an_empty_inbox_says_what_happens_next(visit: Visit) -> None:
    head, staff = visit("kepala.badan"), visit("staf")
    assert "muncul di sini dengan sendirinya" in text_of(staff.get("/tugas"))
    assert "Ubah saringan" in text_of(head.get("/tugas", waktu="at_risk"))


@pytest.mark.usefixtures("office")
def test_a_supervisor_has_only_what_is_theirs_to_do(visit: Visit) -> None:
    assert names(visit("supervisor")) == []


def test_it_takes_as_many_statements_for_many_tasks_as_for_few(
    visit: Visit, app: Flask, office: Office
) -> None:
    head = visit("kepala.badan")
    engine = app.extensions[NAME].database.engine
    log_everything(engine)
    engine.dispose()  # the connections from now on are logged
    few = _statements(head, engine)
    for number in range(20):
        office.start(f"K/{number + 3}")
    assert _statements(head, engine) == few > 0


def _statements(visitor: Visitor, engine: Engine) -> int:
    with recorded(engine) as statements:
        assert visitor.get("/tugas").status_code == 200
    return len(work(statements))


def test_a_filter_by_which_nothing_is_found_can_be_taken_off(visit: Visit, office: Office) -> None:
    del office  # its cases wait for the visitor
    nothing = visit("kepala.badan").get("/tugas", sop="sudah-habis")
    assert "Tidak ada tugas yang cocok" in text_of(nothing)
    assert re.search(r'<a href="/tugas">\s*Hapus saringan', nothing.text)
