"""The log: one JSON object a line, with ids as fields and nothing that nobody allowed."""

import json
import logging
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from hypothesis import given, settings
from hypothesis import strategies as st

from api.logs import FIELDS, JsonLines

TASK = UUID("0199c0de-0000-7000-8000-000000000001")


def line(message: str = "something happened", *values: object, **extra: object) -> dict[str, Any]:
    """Return the object that a record with these extra fields becomes."""
    record = logging.LogRecord("engine.jobs", logging.INFO, "x.py", 1, message, values, None)
    vars(record).update(extra)
    formatted = JsonLines().format(record)
    assert "\n" not in formatted
    read: dict[str, Any] = json.loads(formatted)
    return read


def test_ids_and_counts_are_fields_of_their_own() -> None:
    logged = line("fired %s", "timer:1", task_id=TASK, job="timer:1", attempts=3)
    assert logged["message"] == "fired timer:1"
    assert (logged["task_id"], logged["job"], logged["attempts"]) == (str(TASK), "timer:1", 3)


def test_what_is_not_on_the_list_stays_out() -> None:
    logged = line(business_key="LAKIP/2026/III", variables={"nilai": 7})
    assert logged.keys() == {"time", "level", "logger", "message"}


def test_a_field_without_a_value_is_left_out() -> None:
    assert "task_id" not in line(task_id=None)


def test_an_exception_keeps_the_object_on_one_line() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018 — for its error
    error = caught.value
    record = logging.makeLogRecord(
        {"msg": "died", "exc_info": (type(error), error, error.__traceback__)}
    )
    formatted = JsonLines().format(record)
    assert "\n" not in formatted
    assert "ZeroDivisionError" in json.loads(formatted)["traceback"]


def test_every_line_of_a_request_has_its_correlation_id() -> None:
    with Flask(__name__).test_request_context():
        assert "correlation_id" not in line()
        g.correlation_id = "abc"
        assert line()["correlation_id"] == "abc"
        assert line(correlation_id="of its own")["correlation_id"] == "of its own"
    assert "correlation_id" not in line()


COUNTS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.one_of(st.none(), st.booleans(), COUNTS, st.floats(), st.uuids(), st.text())


@given(st.text(), st.dictionaries(st.sampled_from(FIELDS), VALUES))
@settings(derandomize=True, deadline=None)
def test_whatever_is_logged_is_one_line_of_json(message: str, extra: dict[str, object]) -> None:
    record = logging.makeLogRecord({"msg": message, "args": (), **extra})
    formatted = JsonLines().format(record)
    assert "\n" not in formatted
    assert extra.keys() >= json.loads(formatted).keys() - {"time", "level", "logger", "message"}


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_hides_what_python_logs_itself(field: str) -> None:
    logging.getLogger("test").makeRecord(
        "test", logging.INFO, "x.py", 1, "message", (), None, extra={field: 1}
    )
