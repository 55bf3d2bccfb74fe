"""Backup and restore of a PostgreSQL database, with its own programs.

Passwords travel in the environment of the child: the arguments of a process are for all to read.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo

from engine.backup.files import (
    DatabaseInUse,
    NotABackup,
    ToolFailed,
    ToolMissing,
    kept_beside,
    private_file,
    require_known,
    require_magic,
)
from engine.database import Database

_MAGIC = b"PGDMP"
_REVISION = re.compile(r"^COPY \S*alembic_version .*\n(\w+)$", re.MULTILINE)
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'
"""
_DROP_TABLES = """
    DO $$ DECLARE each record; BEGIN
      FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE %I CASCADE', each.tablename);
      END LOOP;
    END $$
"""
"""Also tables that the backup does not know, so that a migration can make them again."""


_CONNINFO = {"host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey"}
"""What a program of PostgreSQL is told about the connection; the environment may say more."""


@dataclass(frozen=True, kw_only=True)
class _Server:
    """Where the database is, and how to get in."""

    conninfo: str
    """Without the password."""
    password: str


def backup(database: Database, target: Path) -> None:
    """Write a dump of the database that is in use. Raises ToolMissing, ToolFailed."""
    with private_file(target) as new:
        _dump(_server(database), new)


def restore(database: Database, file: Path) -> Path:
    """Replace all tables by those of a dump, in one transaction; return a dump of the old ones."""
    require_magic(file, _MAGIC)
    kept = kept_beside(file)
    server = _server(database)
    with tempfile.TemporaryDirectory(prefix="alur-") as folder:
        script = Path(folder) / "restore.sql"
        _run(server, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file))
        require_known(_revision(script))
        _require_alone(database)
        with private_file(kept) as dump:
            _dump(server, dump)
        _execute(server, script)
    return kept


def _server(database: Database) -> _Server:
    engine = database.engine
    _, arguments = engine.dialect.create_connect_args(engine.url)
    known = {name: str(value) for name, value in arguments.items() if name in _CONNINFO}
    return _Server(conninfo=make_conninfo(**known), password=str(arguments.get("password", "")))


def _require_alone(database: Database) -> None:
    with database.read() as tx:
        others = tx.session.connection().exec_driver_sql(_OTHERS).scalar_one()
    database.dispose()
    if others:
        raise DatabaseInUse(connections=others)


def _dump(server: _Server, file: Path) -> None:
    target = (f"--file={file}", f"--dbname={server.conninfo}")
    _run(server, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", *target)


def _revision(script: Path) -> str:
    """Return the schema revision that a dump brings. Raises NotABackup."""
    with script.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("COPY") and (found := _REVISION.match(line + next(lines, ""))):
                return found[1]
    raise NotABackup("This dump is not one of Alur.")


def _execute(server: _Server, script: Path) -> None:
    """Run a script in place of all tables: completely, or not at all."""
    _run(
        server,
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={server.conninfo}",
        f"--command={_DROP_TABLES}",
        f"--file={script}",
    )


def _run(server: _Server, program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise ToolMissing(program=program)
    secret = {"PGPASSWORD": server.password} if server.password else {}
    done = subprocess.run(  # noqa: S603 — a program of PostgreSQL; nothing passes through a shell
        [path, *arguments],
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ToolFailed(f"{program} failed: {done.stderr.strip() or done.returncode}")
