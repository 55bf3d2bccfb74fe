"""The log: one JSON object a line on stderr, for people with `jq` and for machines."""

import logging
import sys
import threading
from datetime import UTC, datetime

import orjson
from flask import g, has_request_context

FIELDS = (
    "correlation_id",
    "process_instance_id",
    "task_id",
    "element_id",
    "job",
    "attempts",
    "channel",
    "method",
    "route",
    "status",
    "milliseconds",
)
"""What a line may say beside its sentence, given as `extra`; ids and counts, no case data."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; moments are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, message, the fields and, of an exception, its traceback."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and "correlation_id" in g:
            line["correlation_id"] = g.correlation_id
        fields = {name: getattr(record, name, None) for name in FIELDS}
        line |= {name: value for name, value in fields.items() if value is not None}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def to_stderr() -> None:
    """Send all logs of the process, also of uncaught errors in threads, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("alembic", "spiff", "waitress.queue"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    threading.excepthook = _log_uncaught


def _log_uncaught(failure: threading.ExceptHookArgs) -> None:
    name = failure.thread.name if failure.thread else "unknown"
    error = failure.exc_value or failure.exc_type()
    logging.getLogger(__name__).critical("the thread %s has died", name, exc_info=error)
