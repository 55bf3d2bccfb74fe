"""Figures for a monitoring system, at /metrics in the text format of Prometheus.

What a server does itself is counted in `Tallies`, over all its processes since its start; what
waits in the database is asked for at every scrape. No figure names a person or a case.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import accumulate
from typing import Final

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from api import responses
from api.tallies import CELLS, Tallies
from engine import repository
from engine.database import Database
from engine.errors import Unavailable
from engine.model import JobQueue

Series = tuple[str, str, str]
"""Method, route and class of status (`2xx`)."""

_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, float("inf"))
"""Upper bounds in seconds, each included in its bucket."""
_CLASSES: Final = ("2xx", "3xx", "4xx", "5xx")
_IN_TIME, _LATE, _FIRST_SERIES = 0, 1, 2  # cells of the tallies
_WIDTH: Final = len(_BOUNDS) + 1
"""Cells of a series: its buckets, and the sum of its seconds."""
_ELSEWHERE: Final = ("-", "-")
"""Method and route of requests that no route takes; clients must not be able to make series."""


def install(app: Flask, database: Database, tallies: Tallies) -> None:
    """Count what the application does and answer /metrics; call it once all routes are there."""
    app.add_url_rule("/metrics", "metrics", methods=["GET"])
    routes = {
        (method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()
    }
    counts = Counts(tallies, routes)
    registry = CollectorRegistry()
    registry.register(counts)
    registry.register(Waiting(database))

    def page() -> Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=content_type)

    def count(response: Response) -> Response:
        _count(counts, response)
        return response

    app.endpoint("metrics")(page)
    app.after_request(count)


def note_completion(*, late: bool) -> None:
    """Let the completion of a task be counted, if the present request ends well."""
    g.completed_late = late


def _count(counts: "Counts", response: Response) -> None:
    """Count the present request, and the completion that it has committed."""
    rule = request.url_rule
    route = (request.method, rule.rule) if rule else _ELSEWHERE
    counts.answered((*route, f"{response.status_code // 100}xx"), responses.seconds())
    if "completed_late" in g and response.status_code < HTTPStatus.BAD_REQUEST:
        counts.completed(late=g.completed_late)


class Counts(Collector):
    """What the processes of a server have done since its start."""

    def __init__(self, tallies: Tallies, routes: Iterable[tuple[str, str]]) -> None:
        """Give every series its cells, in an order that is the same in every process."""
        series = [(*route, each) for route in sorted({*routes, _ELSEWHERE}) for each in _CLASSES]
        self._tallies = tallies
        self._cells = {one: _FIRST_SERIES + i * _WIDTH for i, one in enumerate(series)}
        self._used = _FIRST_SERIES + len(series) * _WIDTH
        if self._used > CELLS:
            raise ValueError(f"{len(series)} series do not fit into the tallies")

    def answered(self, series: Series, seconds: float) -> None:
        """Count one request."""
        start = self._cells[series]
        self._tallies.add(start + bisect_left(_BOUNDS, seconds))
        self._tallies.add(start + len(_BOUNDS), seconds)

    def completed(self, *, late: bool) -> None:
        """Count one completed task."""
        self._tallies.add(_LATE if late else _IN_TIME)

    def collect(self) -> Iterator[Metric]:
        """Yield the times of requests, and the completions."""
        totals = self._tallies.totals(self._used)
        requests = HistogramMetricFamily(
            "alur_request_seconds", "Time to answer.", labels=["method", "route", "status"]
        )
        for series, start in self._cells.items():
            *buckets, seconds = totals[start : start + _WIDTH]
            if any(buckets):
                shown = zip(map(floatToGoString, _BOUNDS), accumulate(buckets), strict=True)
                requests.add_metric(series, list(shown), seconds)
        yield requests
        says = "Tasks completed through this server."
        completions = CounterMetricFamily("alur_completions", says, labels=["late"])
        completions.add_metric(["false"], totals[_IN_TIME])
        completions.add_metric(["true"], totals[_LATE])
        yield completions


class Waiting(Collector):
    """What waits in the database at this moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """Yield the backlog of every queue; of a database that is away, only that it is."""
        name, says = "alur_database_up", "1 if the database answers."
        try:
            with self._database.read() as tx:
                found, now = repository.backlogs(tx), tx.now
        except Unavailable:
            yield GaugeMetricFamily(name, says, value=0)
            return
        yield GaugeMetricFamily(name, says, value=1)
        yield _by_queue(
            "alur_jobs_due", "Jobs whose time has come.", {q: each.due for q, each in found.items()}
        )
        yield _by_queue(
            "alur_due_lag_seconds",
            "How long the oldest job that is due has been waiting.",
            {q: (now - (each.oldest or now)).total_seconds() for q, each in found.items()},
        )
        yield _by_queue(
            "alur_jobs_failing",
            "Jobs that have failed and will be tried again.",
            {q: each.failing for q, each in found.items()},
        )
        yield _by_queue(
            "alur_jobs_dead",
            "Jobs that failed too often and wait for a person.",
            {q: each.dead for q, each in found.items()},
        )


def _by_queue(name: str, says: str, figures: Mapping[JobQueue, float]) -> Metric:
    metric = GaugeMetricFamily(name, says, labels=["queue"])
    for queue, figure in figures.items():
        metric.add_metric([queue], figure)
    return metric
