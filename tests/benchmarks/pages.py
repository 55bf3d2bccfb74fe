"""Pages at size: 50,000 open tasks and 1,000,000 rows of history. `make bench-pages` runs it.

The rows are made up; what is measured is real: `alur serve`, asked over HTTP by one reader after
the other, then by two at once, with the cookie of a login.
"""

import argparse
import http.client
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from sqlalchemy import text

from engine import definitions
from engine.clock import system_clock
from engine.config import Settings
from engine.database import Database
from engine.permissions import SYSTEM
from migrations.upgrade import upgrade
from tests.benchmarks.figures import MILLISECOND, cpu, machine, say, seconds
from tests.clock import TestClock
from tests.integration.running import ALUR, environment, free_port, running, wait_for_line
from tests.office import KEY, REFERENCE, Office, found_office
from tests.postgresql import postgresql_server, url_of
from tests.random_cases import RandomCases

PASSWORD = "sepuluh-huruf-atau-lebih"
SOPS = 10
RUNNING, ENDED = 56_000, 17_000
"""Cases: a tenth of those that run are suspended, and all wait at one of the first two steps."""
TIMES, AT_ONCE = 100, 2
BAR = 150 * MILLISECOND
PAGES = (
    ("kasubag", "/tugas"),
    ("kasubag", "/tugas?waktu=overdue"),
    ("staf", "/tugas?limit=25"),
    ("supervisor", "/pantauan"),
    ("supervisor", "/pantauan/tugas?waktu=overdue"),
    ("supervisor", f"/pantauan/sop/{KEY}"),
    ("supervisor", f"/pantauan/sop/{KEY}/lembar"),
)
_TOKEN = re.compile(r'<input type="hidden" name="(\w+)" value="([0-9a-f]+)">')


def main() -> None:
    """Run the benchmark on the databases that are wanted and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    wanted = parser.parse_args().database or ["sqlite", "postgresql"]
    with TemporaryDirectory() as folder:
        print(machine(Path(folder)))
    for kind in wanted:
        print(f"\n{kind}", flush=True)
        with _empty_database(kind) as url:
            _measure(Settings(database_url=url))


@contextmanager
def _empty_database(kind: str) -> Iterator[str]:
    with ExitStack() as stack:
        if kind == "postgresql":
            yield url_of(stack.enter_context(postgresql_server()))
        else:
            folder = stack.enter_context(TemporaryDirectory())
            yield f"sqlite:///{folder}/alur.db"


def _measure(settings: Settings) -> None:
    clock = TestClock(system_clock())
    database = Database(settings, clock=clock)
    upgrade(database.engine)
    found_office(database)
    Office(database, clock).found(password=PASSWORD)
    took = seconds(lambda: _fill(database))
    say("rows", f"{_rows(database)}, made in {took:.0f} s")
    database.dispose()
    with _served(settings) as (port, server):
        for username, path in PAGES:
            _time(port, username, path, server)


def _fill(database: Database) -> None:
    sources = [REFERENCE] + [
        REFERENCE.replace(KEY.encode(), f"{KEY}-{number}".encode()) for number in range(2, SOPS + 1)
    ]
    with database.begin() as tx:
        ids = [definitions.deploy(tx, source, by=SYSTEM).definition.id for source in sources]
    for number, share, furthest in ((RUNNING, 1.0, 2), (ENDED, 0.0, 1)):
        RandomCases(
            database=database,
            definition_ids=ids,
            now=database.clock(),
            span=timedelta(days=730),
            running=share,
            furthest=furthest,
            with_history=True,
        ).write(number)
    if database.engine.dialect.name == "postgresql":
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with connection:
            connection.execute(text("VACUUM ANALYZE"))


def _rows(database: Database) -> str:
    counts = {
        "open tasks": "tasks WHERE state = 'open'",
        "tasks": "tasks",
        "cases": "process_instances",
        "rows of history": "history_events",
    }
    with database.engine.connect() as connection:
        return ", ".join(
            f"{connection.scalar(text(f'SELECT COUNT(*) FROM {table}')):,} {what}"  # noqa: S608 — two literals
            for what, table in counts.items()
        )


@contextmanager
def _served(settings: Settings) -> Iterator[tuple[int, int]]:
    """Run a server; yield its port and its process."""
    with ExitStack() as stack:
        log = Path(stack.enter_context(TemporaryDirectory())) / "log"
        port = free_port()
        env = environment(settings)
        process = stack.enter_context(running(ALUR, "serve", "--port", str(port), env=env, log=log))
        stack.callback(process.terminate)
        wait_for_line(log, str(port), process)
        yield port, process.pid


def _time(port: int, username: str, path: str, server: int) -> None:
    """Print how long a page takes, alone and beside another reader, and the server's CPU for it.

    The CPU is what a busy machine does not spoil; on PostgreSQL that of the database is not in it.
    """
    readers = [_reader(port, username, path) for _ in range(AT_ONCE)]
    for reader in readers:
        reader()  # the first time compiles templates and diagrams
    began = cpu(server)
    alone = sorted(seconds(readers[0]) for _ in range(TIMES))
    spent = (cpu(server) - began) / TIMES / MILLISECOND
    with ThreadPoolExecutor(AT_ONCE) as pool:
        each = pool.map(lambda reader: [seconds(reader) for _ in range(TIMES)], readers)
        together = sorted(one for times in each for one in times)
    say(
        path.replace(KEY, "…"),
        f"{_quantiles(alone)}, CPU {spent:.0f} ms; two at once {_quantiles(together)}",
    )


def _quantiles(times: list[float]) -> str:
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    verdict = "" if p95 <= BAR else " MISSED"
    return f"p50 {p50 / MILLISECOND:.0f} ms, p95 {p95 / MILLISECOND:.0f} ms{verdict}"


def _reader(port: int, username: str, path: str) -> Callable[[], object]:
    """Return a function that reads a page once, logged in; raises AssertionError if it cannot."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookies: dict[str, str] = {}

    def ask(method: str, address: str, body: str | None = None) -> tuple[int, str]:
        headers = {
            "Accept": "text/html",
            "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()),
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, address, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            cookies[name] = value
        return answer.status, content

    def read() -> None:
        status, content = ask("GET", path)
        assert status == 200, (status, content[:500])

    token = _TOKEN.search(ask("GET", "/masuk")[1])
    assert token is not None
    form = {token[1]: token[2], "username": username, "password": PASSWORD}
    status, _ = ask("POST", "/masuk", urlencode(form))
    assert status == 303
    return read


if __name__ == "__main__":
    main()
