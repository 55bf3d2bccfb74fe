"""What every answer carries, and the one line that the log keeps of it."""

import logging
import time
import unicodedata
from urllib.parse import quote
from uuid import UUID, uuid4

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

log = logging.getLogger("alur.access")

_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Unless a view has set its own: nothing may be embedded, guessed, or kept by a cache."""
PAGE_POLICY = f"{_CSP}; style-src 'self'"


def install(app: Flask) -> None:
    """Let every answer carry the security headers and a correlation id, and log every request."""
    app.before_request(_begin)
    app.after_request(_finish)


def about(**ids: UUID) -> None:
    """Let the log line of the present request name what its path does not."""
    g.about.update(ids)


def keep_as(response: Response, name: str) -> None:
    """Let browsers keep an answer as a file of that name, whatever its letters (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    names = {"filename": "".join(filter(str.isprintable, plain))}
    if names["filename"] != name:
        names["filename*"] = f"UTF-8''{quote(name, safe='')}"
    response.headers.set("Content-Disposition", "attachment", **names)


def seconds() -> float:
    """Return how long the present request has taken so far."""
    began: float = g.began
    return time.perf_counter() - began


def _begin() -> None:
    g.correlation_id = uuid4().hex
    g.began = time.perf_counter()
    g.about = _ids_in_path()
    if "\0" in request.path or "%00" in request.query_string.decode("latin-1"):
        raise BadRequest("The address holds a NUL character.")


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Correlation-Id"] = g.correlation_id
    line = {
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else "-",  # keys stay out of the log
        "status": response.status_code,
        "milliseconds": round(seconds() * 1000, 1),
        "correlation_id": g.correlation_id,
    }
    log.info("%s %s %d %.1f ms %s", *line.values(), extra={**g.about, **line})
    return response


def _ids_in_path() -> dict[str, UUID]:
    """Return the ids that the log may know; business keys and names are none."""
    arguments = (request.view_args or {}).items()
    ids = {name: value for name, value in arguments if isinstance(value, UUID)}
    if "instance_id" in ids:
        ids["process_instance_id"] = ids.pop("instance_id")
    return ids
