"""How the processes of an installation start and stop.

`serve` is everything in one process, for one office on one small machine; `web` and `work` are its
two halves, each run as often as needed beside the others. SIGTERM and SIGINT end all of them after
what is at hand, with exit code 0.
"""

import errno
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import FrameType
from typing import Protocol

import waitress  # type: ignore[import-untyped]  # ships no types
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # ships no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # ships no types

from api.application import create_app
from api.tallies import Tallies
from engine import revisions, worker
from engine.almanac import NoCalendar
from engine.calendars import InvalidCalendar, read_text
from engine.clock import system_clock
from engine.config import Settings
from engine.database import Database
from engine.errors import Conflict, Unavailable
from engine.failures import NotMigrated
from engine.outbox import Channels

log = logging.getLogger(__name__)

_GRACE_SECONDS = 25
"""How long a request that is at work may go on after a signal; service managers kill at 30."""


_CONNECTIONS = 1000
"""Open at once; idle ones must not keep new clients out."""
_IDLE_SECONDS = 30
"""A connection that says nothing for so long is closed."""


class AddressInUse(Conflict):
    """Another program listens on this address; choose another port."""


class WorkerDied(Unavailable):
    """The worker has died, see the log; start again."""


class _Server(Protocol):
    """What waitress makes."""

    def run(self) -> None:
        """Answer requests until a SystemExit; let those at work finish."""


def open_database(settings: Settings) -> Database:
    """Return the database of an installation, on the time of day."""
    return Database(settings, clock=system_clock)


def require_migrated(database: Database) -> None:
    """Return unless the database has another schema; one that is away may still come.

    Raises:
        NotMigrated, NoCalendar: run `alur db upgrade` first.
    """
    try:
        database.check()
    except (NotMigrated, NoCalendar):
        raise
    except Unavailable as error:
        log.warning("starting without the database: %s", error)


def _mention_unapplied_calendar(database: Database, settings: Settings) -> None:
    """Log a warning if the calendar file is not what deadlines are counted by."""
    try:
        with database.read() as tx:
            in_force = revisions.is_in_force(tx, read_text(settings.calendar))
    except (Unavailable, InvalidCalendar) as error:
        log.warning("the calendar file was not compared: %s", error)
        return
    if not in_force:
        log.warning("the calendar file is not in force; see `alur calendar preview`")


def serve(settings: Settings, *, host: str, port: int, listening: Callable[[], None]) -> None:
    """Answer requests and fire timers in this process until a signal ends it.

    `listening` is called once requests can come.

    Raises:
        NotMigrated, AddressInUse, WorkerDied: as they say.
    """
    with _worker(settings) as loops:
        server = _listen(create_app(settings, clock=system_clock), settings, host, port)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _exit)

        def answer() -> None:
            listening()
            server.run()

        _beside(loops, answer)


def work(settings: Settings) -> None:
    """Fire timers until a signal ends the process after the present job. Raises NotMigrated."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with _worker(settings) as loops:
        log.info("the worker runs")
        _beside(loops, stop.wait)


_Loop = Callable[[threading.Event], None]


@contextmanager
def _worker(settings: Settings) -> Iterator[Mapping[str, _Loop]]:
    """Yield the loops of a worker by name; each has a connection that requests cannot take."""
    channels = Channels.of(settings)
    database = open_database(replace(settings, pool_size=3))
    try:
        require_migrated(database)
        _mention_unapplied_calendar(database, settings)
        yield {
            "worker": lambda stop: worker.fire(database, stop),
            "outbox": lambda stop: worker.send(database, channels, stop),
            "housekeeping": lambda stop: worker.keep_house(database, stop),
        }
    finally:
        database.dispose()


def _beside(loops: Mapping[str, _Loop], main: Callable[[], object]) -> None:
    """Run the loops in threads while `main` runs; should one die, let the process end.

    A signal ends `main` by SystemExit, at whatever moment it comes. Raises WorkerDied.
    """
    stop, died = threading.Event(), threading.Event()

    def run(loop: _Loop) -> None:
        try:
            loop(stop)
        finally:
            if not stop.is_set():
                died.set()
                os.kill(os.getpid(), signal.SIGTERM)

    threads = [
        threading.Thread(target=run, args=(loop,), name=name) for name, loop in loops.items()
    ]
    try:
        with suppress(SystemExit):
            for thread in threads:
                thread.start()
            main()
    finally:
        stop.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if died.is_set():
        raise WorkerDied


def _listen(app: Flask, settings: Settings, host: str, port: int) -> _Server:
    try:
        server: _Server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=settings.pool_size,
            ident=None,
            clear_untrusted_proxy_headers=False,  # the application decides whom to trust
            connection_limit=_CONNECTIONS,
            channel_timeout=_IDLE_SECONDS,
            asyncore_use_poll=True,  # select() knows no descriptor above 1,023
            max_request_body_size=2 * max(settings.max_request_bytes, settings.max_document_bytes),
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(host=host, port=port) from error
        raise
    return server


def _exit(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def web(settings: Settings, *, host: str, port: int, workers: int, threads: int) -> None:
    """Answer requests in `workers` processes of `threads` threads until a signal ends them.

    Raises:
        NotMigrated: run `alur db upgrade` first.
    """
    database = open_database(settings)
    require_migrated(database)
    _mention_unapplied_calendar(database, settings)
    database.dispose()
    _Web(replace(settings, pool_size=threads), f"[{host}]:{port}", workers, threads).run()


class _Web(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn's master process; every worker builds its own application after the fork."""

    def __init__(self, settings: Settings, address: str, workers: int, threads: int) -> None:
        self._settings = settings
        self._tallies = Tallies()
        self._options = {
            "bind": address,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "graceful_timeout": _GRACE_SECONDS,
            "logger_class": _Logger,
            "control_socket_disable": True,
            "pre_fork": lambda _, worker: self._tallies.lend(worker.age),
            "child_exit": lambda _, worker: self._tallies.take_back(worker.age),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._settings, clock=system_clock, tallies=self._tallies)


class _Logger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Leaves gunicorn's log to the handlers of the process."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
