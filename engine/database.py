"""The one transaction that everything happens in.

`with database.begin() as tx:` commits on leaving and rolls back on any error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import Engine, NullPool, text
from sqlalchemy.exc import (
    DBAPIError,
    TimeoutError,  # noqa: A004 — of the connection pool
)
from sqlalchemy.orm import Session

from engine import ladder
from engine.almanac import Almanac, InForce
from engine.calendars import Calendars
from engine.clock import Clock
from engine.config import Settings
from engine.connections import make_engine, reading_only
from engine.failures import NotMigrated, domain_error
from engine.ladder import Ladder
from engine.model import SCHEMA_REVISION, Base

_BUSY_TIMEOUT_MS, _HURRIED_TIMEOUT_MS = 30_000, 500
"""How long a transaction waits for the writer before it."""
_POOL_TIMEOUT_S = 10


@dataclass(frozen=True, kw_only=True)
class Outlets:
    """Which ways lead out of the house."""

    mail: bool
    webhook: bool


@dataclass
class Transaction:
    """One session, one transaction, one moment, one office."""

    session: Session
    """For `repository`; nothing is flushed on its own, so the statements of a use-case are few."""
    now: datetime
    """When it began; aware UTC. Locking a case moves it forward to that case's last step."""
    tenant_id: UUID
    outlets: Outlets
    ladder: Ladder
    almanac: Almanac

    @cached_property
    def in_force(self) -> InForce:
        """The calendars in force, read once. Raises NoCalendar."""
        return self.almanac.in_force(self.session, self.tenant_id)

    @property
    def calendars(self) -> Calendars:
        """The calendars of the office by name. Raises NoCalendar."""
        return self.in_force.calendars

    def add(self, row: Base) -> None:
        """Let the row be written; nothing is sent before `flush` or the commit."""
        self.session.add(row)

    def flush(self) -> None:
        """Send what has changed, so that the next read of this transaction sees it.

        Raises:
            AlreadyExists: on leaving the transaction's block, if a unique constraint says so.
        """
        self.session.flush()

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the office's zone."""
        return self.calendars.default.local(moment)

    @property
    def today(self) -> date:
        """Return the date in the office's zone."""
        return self.local(self.now).date()


class Database:
    """A connection pool; one for a process, shared by its threads."""

    def __init__(self, settings: Settings, *, clock: Clock) -> None:
        """Connect lazily: nothing is opened before the first transaction.

        Raises:
            InvalidSetting: the URL cannot be used.
            InvalidLadder: the ladder file cannot.
        """
        self.clock = clock
        self.tenant_id = settings.tenant_id
        self._outlets = Outlets(mail=bool(settings.smtp_url), webhook=bool(settings.webhook_url))
        self._ladder = ladder.load(settings.ladder)
        self._almanac = Almanac()
        pool = {
            "pool_size": settings.pool_size,
            "max_overflow": 0,
            "pool_timeout": _POOL_TIMEOUT_S,
        }
        self.engine = make_engine(settings, patience_ms=_BUSY_TIMEOUT_MS, **pool)
        self._reader = self.engine.execution_options(**reading_only(self.engine))
        self._hurried = make_engine(settings, patience_ms=_HURRIED_TIMEOUT_MS, poolclass=NullPool)

    @contextmanager
    def begin(self, *, hurried: bool = False) -> Iterator[Transaction]:
        """Open a transaction that may write; it commits unless an error leaves the block.

        A `hurried` one opens a connection of its own and gives way to other writers at once.

        Raises:
            AlreadyExists: a unique constraint says so.
            DatabaseBusy: another transaction has been writing for too long.
            DiskFull, DiskFailed, DatabaseReadOnly: nothing can be written at present.
            Unavailable: the database does not answer or is not migrated.
        """
        with self._transaction(self._hurried if hurried else self.engine) as tx:
            yield tx
            tx.session.commit()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that cannot write and holds nobody up.

        Raises:
            Unavailable: as for `begin`.
        """
        with self._transaction(self._reader) as tx:
            yield tx

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Transaction]:
        try:
            with Session(engine, autoflush=False, expire_on_commit=False) as session:
                session.connection()
                yield Transaction(
                    session=session,
                    now=self.clock(),
                    tenant_id=self.tenant_id,
                    outlets=self._outlets,
                    ladder=self._ladder,
                    almanac=self._almanac,
                )
        except (DBAPIError, TimeoutError) as error:
            known = domain_error(error)
            if known is None:
                raise
            raise known from error

    def check(self) -> None:
        """Return if the database answers, has the schema of this version and an office in it.

        Raises:
            NotMigrated, NoCalendar: run `alur db upgrade`.
            Unavailable: no answer.
        """
        self.require_schema()
        with self.read() as tx:
            _ = tx.in_force

    def require_schema(self) -> None:
        """Return if the database answers and has the schema of this version.

        Raises:
            NotMigrated: another schema, or none.
            Unavailable: no answer.
        """
        with self.read() as tx:
            revision = tx.session.scalar(text("SELECT version_num FROM alembic_version"))
        if revision != SCHEMA_REVISION:
            raise NotMigrated(found=revision, needed=SCHEMA_REVISION)

    def dispose(self) -> None:
        """Close all idle connections."""
        self.engine.dispose()
