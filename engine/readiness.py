"""Whether a server can work: its database answers, is of this version, can be written."""

import errno
import logging
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from engine import repository
from engine.database import Database
from engine.failures import DatabaseBusy, DatabaseReadOnly, DiskFull

log = logging.getLogger(__name__)

_PROOF_LASTS = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=30)
"""As long as requests wait for another writer; whoever writes for longer has got stuck."""
_ROOM = 1 << 20
"""Bytes that have to fit beside a SQLite file; a second of hard work writes less."""


class Readiness:
    """What one process knows about its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._proved_at: datetime | None = None
        self._busy_since: datetime | None = None

    def check(self) -> None:
        """Return if the process can work; a write that succeeded counts for a second.

        Somebody else's writing counts as well, since it could not go on if nothing could be
        written; so the answer does not wait for it.

        Raises:
            NotMigrated: another schema, or none.
            DiskFull, DiskFailed, DatabaseReadOnly: nothing can be written.
            DatabaseBusy: somebody else has been writing for longer than requests wait.
            Unavailable: no answer.
        """
        self._database.check()
        now = self._database.clock()
        if self._proved_at is None or not timedelta(0) <= now - self._proved_at < _PROOF_LASTS:
            self._prove(now)
            self._proved_at = now

    def _prove(self, now: datetime) -> None:
        try:
            self._write()
            self._busy_since = None
        except DatabaseBusy:
            self._busy_since = self._busy_since or now
            if now - self._busy_since > _LONGEST_WAIT:
                raise

    def _write(self) -> None:
        url = self._database.engine.url
        if url.get_backend_name() == "sqlite" and url.database:
            _require_room(Path(url.database).parent)
        with self._database.begin(hurried=True) as tx:
            repository.note_probe(tx)


def _require_room(folder: Path) -> None:
    """Write into a passing file: SQLite's own still have room inside when the disk is full."""
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(_ROOM))
            trial.flush()
    except OSError as error:
        read_only = error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}
        problem = DatabaseReadOnly() if read_only else DiskFull()
        log.error("%s (%s)", problem, error.strerror)  # noqa: TRY400 — the sentence says it all
        raise problem from error
