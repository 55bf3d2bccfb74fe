"""A PostgreSQL server for a trial outside of the test run."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.guardian import Guardian
from tests.postgresql import postgresql_server, url_of


@contextmanager
def postgresql(guardian: Guardian) -> Iterator[str]:
    """Yield the URL of an empty database; should the trial be killed, the server ends with it."""
    with postgresql_server() as server:
        pid = server.get_pid()
        guardian.watch(pid)
        yield url_of(server)
    guardian.release(pid)
