"""The log: one JSON object a line on stderr, for people with `jq` and for machines."""

import logging
import sys
import threading
from datetime import UTC, datetime

import orjson


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; moments are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, message and, of an exception, its traceback."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


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
