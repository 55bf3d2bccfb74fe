"""The tables.

Rules that hold for every one of them: `tenant_id` leads every primary key, unique index and
foreign key; ids are UUIDv7 made by `new_id`; moments are aware UTC; the database is the last guard,
so each unique constraint carries the sentence it enforces.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

SCHEMA_REVISION = "0005"
"""The migration that this code needs; `/readyz` compares it with the database."""


def new_id() -> UUID:
    """Return a UUIDv7: unique, and ordered by the moment it was made."""
    return uuid_utils.compat.uuid7()


class Id(TypeDecorator[UUID]):
    """A UUID: PostgreSQL's own type, 16 bytes in SQLite."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = LargeBinary(16) if dialect.name == "sqlite" else Uuid()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> UUID | bytes | None:
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: UUID | bytes | None, dialect: Dialect) -> UUID | None:
        del dialect  # the type of the value says where it comes from
        return UUID(bytes=value) if isinstance(value, bytes) else value


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware UTC in Python and on PostgreSQL, UTC without a zone in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _enum(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=16,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


_JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Base(DeclarativeBase):
    """The declarative base; names every constraint, so that errors can be recognised by name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        UUID: Id,
        datetime: UtcDateTime,
        date: Date,
        bytes: LargeBinary,
        dict[str, Any]: _JSON,
        list[str]: _JSON,
    }


def _unique(*columns: str, sentence: str) -> UniqueConstraint:
    return UniqueConstraint(*columns, info={"sentence": sentence})


def _belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"])


_CLUSTERED = {"sqlite_with_rowid": False}
"""Small rows lie in the primary key itself in SQLite: one B-tree less per table."""


class Tenant(Base):
    """An office: one unit with its people, processes and calendar."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    probed_at: Mapped[datetime | None]
    """When a server last proved that it can write here."""


class CalendarRevision(Base):
    """The calendars of an office as they are counted by, until a later revision; never changed."""

    __tablename__ = "calendar_revisions"
    __table_args__ = (ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3, …; the highest is in force."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of what the document says: equal days make no new revision."""
    document: Mapped[dict[str, Any]]
    """The office's file and the national days of the years around it (`engine.calendars`)."""
    holidays: Mapped[str] = mapped_column(String(40))
    """The version of the package that knew these national days."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    """A user name, or `system`."""


class Role(StrEnum):
    """What a user may do beyond looking around; one user may have several."""

    ACTOR = "actor"
    """Sees and completes the tasks of the positions held."""
    SUPERVISOR = "supervisor"
    """Sees all of the office; starts, assigns, cancels."""
    PROCESS_OWNER = "process_owner"
    """Deploys diagrams."""
    ADMIN = "admin"
    """Manages users, positions and their holders."""


class User(Base):
    """A person who logs in."""

    __tablename__ = "users"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        _unique("tenant_id", "username", sentence="This user name is taken."),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    """Values of `Role`."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; None cannot log in."""
    active: Mapped[bool]
    created_at: Mapped[datetime]
    email: Mapped[str | None] = mapped_column(String(254))
    mail_rungs: Mapped[list[str] | None]
    """Values of `Rung` of which a mail is wanted; None: of all."""


class Position(Base):
    """A position (jabatan): the actor of a lane, held by people from when to when."""

    __tablename__ = "positions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        _unique("tenant_id", "code", sentence="A position with this code exists."),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(200))
    """The candidate group of its tasks, as the diagram writes it."""
    name: Mapped[str] = mapped_column(String(200))


class Capacity(StrEnum):
    """As what somebody holds a position."""

    DEFINITIVE = "definitive"
    """Appointed."""
    PLT = "plt"
    """Pelaksana tugas: the position is vacant."""
    PLH = "plh"
    """Pelaksana harian: the holder is absent."""


class Holder(Base):
    """A person holds a position on every day from `held_from` to `held_until`, both included."""

    __tablename__ = "position_holders"
    __table_args__ = (
        _belongs_to("positions", "position_id"),
        _belongs_to("users", "user_id"),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "position_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    position_id: Mapped[UUID]
    user_id: Mapped[UUID]
    capacity: Mapped[Capacity] = mapped_column(_enum(Capacity))
    decree: Mapped[str | None] = mapped_column(String(200))
    """The number of the decree that says so."""
    held_from: Mapped[date]
    held_until: Mapped[date | None]
    """None: until further notice."""


class Token(Base):
    """A login; only the SHA-256 of the token is stored."""

    __tablename__ = "tokens"
    __table_args__ = (_belongs_to("users", "user_id"), Index(None, "tenant_id", "user_id"))

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginAttempt(Base):
    """A failed login, counted for the rate limit that all processes share."""

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index(None, "tenant_id", "username", "attempted_at"),
        Index(None, "tenant_id", "address", "attempted_at"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    attempted_at: Mapped[datetime]


class IdempotencyKey(Base):
    """The answer to a request that created or ended something, for the client that lost it."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "tenant_id", "created_at"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of method, path and body: the key of one request answers no other."""
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime]


class ProcessDefinition(Base):
    """One version of a diagram; what it means never changes once deployed."""

    __tablename__ = "process_definitions"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        _unique("tenant_id", "key", "version", sentence="Somebody else has just deployed it."),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(200))
    """The id of the process element."""
    version: Mapped[int]
    """1, 2, 3, … per key."""
    name: Mapped[str] = mapped_column(String(400))
    source: Mapped[bytes]
    """The .bpmn file as it was deployed: this is what runs."""
    drawing: Mapped[bytes | None]
    """The newest file that means the same, if it was drawn anew since: this is what people see."""
    effective_from: Mapped[datetime]
    """New cases follow the highest version that is effective."""
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(String(64))
    """A user name, or `system`."""
    is_rehearsal: Mapped[bool]
    """Tasks that need a service are work of whoever starts the case."""


class Deployment(Base):
    """Files that a modeler deployed together: diagrams and what was attached to them."""

    __tablename__ = "deployments"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenants.id"]),
        Index(None, "tenant_id", "name", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[str | None] = mapped_column(String(200))
    """Which program deployed, as it says itself."""
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str] = mapped_column(String(64))
    """A user name, or `system`."""


class DeploymentResource(Base):
    """One file of a deployment."""

    __tablename__ = "deployment_resources"
    __table_args__ = (
        _belongs_to("deployments", "deployment_id"),
        _belongs_to("process_definitions", "definition_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    position: Mapped[int]
    """0, 1, 2, … in the order in which the files came."""
    content: Mapped[bytes]
    definition_id: Mapped[UUID | None]
    """The version that this diagram is; None for what is attached."""


class InstanceState(StrEnum):
    """The life of a process instance: active ⇄ suspended → completed or cancelled, both final.

    Only an active one can be completed.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """It waits for somebody outside the office: its clock stands still."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_NOT_ENDED = text("ended_at IS NULL")
_COMPLETED = text("state = 'completed'")
"""Partial indexes that reports count in, and never read a row for: what they ask is all in them."""


class ProcessInstance(Base):
    """A case. Its row is the one lock: whoever changes anything of the case locks it first."""

    __tablename__ = "process_instances"
    __table_args__ = (
        _belongs_to("process_definitions", "definition_id"),
        Index(None, "tenant_id", "business_key"),
        Index(None, "tenant_id", "started_at", "id"),
        Index(None, "tenant_id", "definition_id", "started_at"),
        Index(
            "ix_running_instances_definition_id",
            *("tenant_id", "ended_at", "definition_id"),
            postgresql_where=_NOT_ENDED,
            sqlite_where=_NOT_ENDED,
        ),
        Index(
            "ix_completed_instances_definition_id_ended_at",
            *("tenant_id", "definition_id", "ended_at", "state"),
            postgresql_where=_COMPLETED,
            sqlite_where=_COMPLETED,
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    definition_id: Mapped[UUID]
    business_key: Mapped[str] = mapped_column(String(200))
    """What the office calls the case, for example a letter's number."""
    state: Mapped[InstanceState] = mapped_column(_enum(InstanceState))
    workflow_state: Mapped[bytes | None]
    """What is left to do (`engine.workflow.state`); None once ended."""
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(64))
    advanced_at: Mapped[datetime]
    """The moment of the last step; no later step may lie before it."""
    suspended_at: Mapped[datetime | None]
    """Since when the clock stands still; None while it runs."""
    ended_at: Mapped[datetime | None]


class TaskState(StrEnum):
    """The life of a task: open ⇄ suspended → completed or cancelled, both final.

    Only an open one can be completed.
    """

    OPEN = "open"
    SUSPENDED = "suspended"
    """Its case is suspended."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"


def _index_of_open(*columns: str) -> Index:
    """Return an index of the open tasks only: the worklist stays as small as the work."""
    where = text("state = 'open'")
    name = f"ix_open_tasks_{'_'.join(columns)}"
    return Index(name, "tenant_id", *columns, postgresql_where=where, sqlite_where=where)


class Timeliness(StrEnum):
    """How an open step stands with its time."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    """The last part of its time has begun (`at_risk.after` of the ladder)."""
    OVERDUE = "overdue"


_INDEX_OF_COUNTED = Index(
    "ix_running_tasks_calendar_revision",
    *("tenant_id", "calendar_revision"),
    postgresql_where=_NOT_ENDED,
    sqlite_where=_NOT_ENDED,
)
"""Finds the deadlines that an older calendar was counted by, however long the history is."""
_IS_OPEN = text("state = 'open'")
_INDEX_OF_INBOXES = Index(
    "ix_open_tasks_of_positions",
    *("tenant_id", "candidate_group", "due_at", "id"),
    *("at_risk_at", "definition_id", "assignee_id", "state"),
    postgresql_where=_IS_OPEN,
    sqlite_where=_IS_OPEN,
)
"""Lists the inbox of a position in its order, and holds all that is counted in it."""
_INDEX_OF_COMPLETED = Index(
    "ix_completed_tasks_definition_id_ended_at",
    *("tenant_id", "definition_id", "ended_at", "element_id"),
    *("due_at", "late_minutes", "worked_minutes", "standard_minutes", "state"),
    postgresql_where=_COMPLETED,
    sqlite_where=_COMPLETED,
)
"""Answers every report on what was done: half a year of it is read without a single row."""


class Rung(StrEnum):
    """The rungs of the escalation ladder, in order; a step climbs them while it is not done."""

    AT_RISK = "at_risk"
    """Most of its time is used up."""
    OVERDUE = "overdue"
    """Its deadline has passed."""
    LONG_OVERDUE = "long_overdue"
    """As much time again has passed."""


class Task(Base):
    """A row of the worklist: a step of a case that a person has to do, or has done."""

    __tablename__ = "tasks"
    __table_args__ = (
        _belongs_to("process_instances", "instance_id"),
        _belongs_to("users", "assignee_id"),
        Index(None, "tenant_id", "instance_id"),
        _index_of_open("due_at", "id"),
        _INDEX_OF_INBOXES,
        _index_of_open("assignee_id", "due_at", "id"),
        _index_of_open("definition_id", "element_id", "due_at", "at_risk_at", "state"),
        _INDEX_OF_COUNTED,
        _INDEX_OF_COMPLETED,
        _CLUSTERED,
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The id of the task in the workflow state."""
    instance_id: Mapped[UUID]
    definition_id: Mapped[UUID] = mapped_column(nullable=True)
    """Of its case; here too, so that reports and lists count without reading the cases. Never
    null: SQLite adds no other column to a table."""
    element_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(400))
    candidate_group: Mapped[str | None] = mapped_column(String(200))
    """The code of the position whose holders do it; None: a supervisor has to assign it."""
    assignee_id: Mapped[UUID | None]
    state: Mapped[TaskState] = mapped_column(_enum(TaskState))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """The deadline; overdue is `due_at < now`, late is `due_at < ended_at`."""
    at_risk_at: Mapped[datetime | None]
    """From when on, until `due_at`, it is at risk."""
    calendar: Mapped[str | None] = mapped_column(String(200))
    """Whose working time counts; None: the default of the office."""
    calendar_revision: Mapped[int | None]
    """By which the deadline was counted; None: by none."""
    reckoning: Mapped[dict[str, Any] | None]
    """How the deadline was counted (`engine.calendars.Reckoning`), to count it again."""
    rung: Mapped[Rung | None] = mapped_column(_enum(Rung))
    """The highest rung of the ladder that it has reached."""
    suspended_at: Mapped[datetime | None]
    """Since when its clock stands still."""
    ended_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(String(64))
    late_minutes: Mapped[int | None]
    """Working minutes after `due_at` at which it ended, rounded up; None: in time, or open."""
    worked_minutes: Mapped[int | None]
    """Working minutes from its opening to its completion, suspensions left out, rounded; None: not
    completed, without a time standard, or completed before this was kept."""
    standard_minutes: Mapped[int | None]
    """The working minutes that its time standard came to when it was completed, without what was
    extended; None as above."""


class JobQueue(StrEnum):
    """Where a job waits, so that a slow mail server never holds up a timer."""

    CASE = "case"
    """Timers and ladders: done under the lock of the case, at once."""
    OUTBOX = "outbox"
    """Messages that leave the house: sent outside of any transaction."""


TIMER, LADDER, MAIL, WEBHOOK = "timer:", "ladder:", "mail:", "webhook:"
"""How the keys of jobs begin: what they are."""
_HAS_FAILED = text("attempts > 0")


class Job(Base):
    """Something to do at a moment, written in the transaction that makes it necessary."""

    __tablename__ = "jobs"
    __table_args__ = (
        _belongs_to("process_instances", "instance_id"),
        Index(None, "tenant_id", "queue", "run_at"),
        Index(None, "tenant_id", "instance_id"),
        Index(
            "ix_failing_jobs_queue",
            *("tenant_id", "queue"),
            postgresql_where=_HAS_FAILED,
            sqlite_where=_HAS_FAILED,
        ),
        _CLUSTERED,
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    """What it is: `timer:` and the id of the timer in the workflow state, `ladder:` and the id of
    the task, `mail:` and the id of the notification, `webhook:` and the ids of task and rung."""
    queue: Mapped[JobQueue] = mapped_column(_enum(JobQueue))
    instance_id: Mapped[UUID]
    task_id: Mapped[UUID | None]
    """The task with whose end the job ends."""
    due_at: Mapped[datetime]
    """The deadline."""
    run_at: Mapped[datetime | None]
    """The next attempt; None: an incident, it failed too often and waits for a person."""
    attempts: Mapped[int]
    """That failed."""
    error: Mapped[str | None] = mapped_column(Text)
    """Of the last attempt."""
    failed_at: Mapped[datetime | None]
    """When it became an incident."""


_NOT_READ = text("read_at IS NULL")


class Notification(Base):
    """A message to a person that a step has reached a rung of the ladder."""

    __tablename__ = "notifications"
    __table_args__ = (
        _belongs_to("users", "user_id"),
        _belongs_to("process_instances", "instance_id"),
        _belongs_to("tasks", "task_id"),
        _unique(
            *("tenant_id", "task_id", "rung", "user_id"),
            sentence="This person has had this message.",
        ),
        Index(None, "tenant_id", "user_id", "created_at", "id"),
        Index(
            "ix_unread_notifications_user_id",
            *("tenant_id", "user_id"),
            postgresql_where=_NOT_READ,
            sqlite_where=_NOT_READ,
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID]
    instance_id: Mapped[UUID]
    task_id: Mapped[UUID]
    rung: Mapped[Rung] = mapped_column(_enum(Rung))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    """When the sending of its mail began, once it has succeeded."""


class HistoryEvent(Base):
    """What happened, who did it and when; only added to, read case by case by `at` and `id`."""

    __tablename__ = "history_events"
    __table_args__ = (
        _belongs_to("process_instances", "instance_id"),
        _CLUSTERED,
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    task_id: Mapped[UUID | None]
    element_id: Mapped[str | None] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(32))
    """A value of `engine.history.EventType`."""
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    """A user name, or `system`."""
    detail: Mapped[dict[str, Any]]


class Draft(Base):
    """What a person has filled in of a task so far, kept until it is completed."""

    __tablename__ = "drafts"
    __table_args__ = (
        _belongs_to("tasks", "task_id"),
        _belongs_to("users", "user_id"),
        _CLUSTERED,
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]]
    """The texts of the form by field id, as typed."""
    checked: Mapped[list[str]]
    """The entries of the checklist that are ticked."""
    saved_at: Mapped[datetime]


class Comment(Base):
    """What somebody said about a case, for all who see it; never changed."""

    __tablename__ = "comments"
    __table_args__ = (
        _belongs_to("process_instances", "instance_id"),
        _belongs_to("tasks", "task_id"),
        Index(None, "tenant_id", "instance_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID]
    task_id: Mapped[UUID | None]
    """The task at which it was said."""
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(64))
    """A user name."""


class Document(Base):
    """A file of a case; its content is in its chunks until somebody removes it."""

    __tablename__ = "documents"
    __table_args__ = (
        _belongs_to("process_instances", "instance_id"),
        _belongs_to("tasks", "task_id"),
        Index(None, "tenant_id", "instance_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID]
    task_id: Mapped[UUID | None]
    """The task whose output it is."""
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 (hex)."""
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(64))
    """A user name."""
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None] = mapped_column(String(64))


class DocumentChunk(Base):
    """A part of a file: small enough that neither side ever holds all of it in memory."""

    __tablename__ = "document_chunks"
    __table_args__ = (_belongs_to("documents", "document_id"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0, 1, 2, …"""
    content: Mapped[bytes]
