"""What one request costs the database."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from api.wiring import NAME
from engine import definitions
from tests.api.client import Api


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that the driver gets from now on, and `COMMIT` for every commit."""
    engine = app.extensions[NAME].database.engine
    seen: list[str] = []

    def execute(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    def commit(_: object) -> None:
        seen.append("COMMIT")

    event.listen(engine, "before_cursor_execute", execute)
    event.listen(engine, "commit", commit)
    yield seen
    event.remove(engine, "before_cursor_execute", execute)
    event.remove(engine, "commit", commit)


@pytest.mark.parametrize("cached", [True, False])
def test_completing_a_task_takes_at_most_12_statements_and_one_commit(
    api: Api,
    statements: list[str],
    monkeypatch: pytest.MonkeyPatch,
    cached: bool,  # noqa: FBT001 — a parameter of the test
) -> None:
    task = api.open_task(api.start())
    api.token("kepala.badan")
    if not cached:
        monkeypatch.setattr(definitions, "_loaded", {})
    statements.clear()
    answer = api.post(f"/tasks/{task}/complete", by="kepala.badan", key="k", variables={})
    assert answer.status_code == 200
    assert statements.count("COMMIT") == 1
    work = [one for one in statements if not one.startswith(("BEGIN", "COMMIT"))]
    assert len(work) <= 12, work
