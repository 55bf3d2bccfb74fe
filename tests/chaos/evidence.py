"""What the audit judges: rows of the tables, the mails that arrived, what the clients were told.

Nothing here goes through the engine: what it believes is what is being examined.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

Row = TypeVar("Row")
Key = TypeVar("Key")


@dataclass(frozen=True, kw_only=True)
class User:
    """A row of `users`."""

    id: UUID
    username: str
    roles: list[str]
    email: str | None
    mail_rungs: list[str] | None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A row of `process_instances`."""

    id: UUID
    business_key: str
    state: str
    started_by: str
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Task:
    """A row of `tasks`."""

    id: UUID
    instance_id: UUID
    element_id: str
    state: str
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    completed_by: str | None
    late_minutes: int | None

    def __str__(self) -> str:
        return f"task {self.id} ({self.element_id})"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A row of `history_events`."""

    id: UUID
    instance_id: UUID
    task_id: UUID | None
    element_id: str | None
    type: str
    at: datetime
    actor: str
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A row of `jobs`."""

    key: str
    queue: str
    instance_id: UUID
    task_id: UUID | None
    due_at: datetime
    run_at: datetime | None

    @property
    def kind(self) -> str:
        """What it is: `timer`, `ladder`, `mail` or `webhook`."""
        return self.key.partition(":")[0]


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A row of `notifications`."""

    id: UUID
    user_id: UUID
    task_id: UUID
    rung: str
    created_at: datetime
    mailed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A row of `position_holders` with the code of its position."""

    code: str
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail that the server has received."""

    notification_id: UUID | None
    """From its Message-ID; None if that names none."""
    to: tuple[str, ...]
    """The addresses of the envelope."""
    began_at: datetime
    """When its sending began."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line of a client's log: what it asked for, and the answer that it got in the end."""

    user: str
    what: str
    """`start`, `complete`, `claim` or `cancel`."""
    about: str
    """A business key, or the id of a task or an instance."""
    status: int | None = None
    """None: the line was written before the request was sent."""
    id: str | None = None
    """Of the instance that was started."""
    late_minutes: int | None = None
    replayed: bool = False
    tries: int = 0
    """Requests that were sent until one was answered."""

    def __str__(self) -> str:
        return f"{self.user} asked to {self.what} {self.about} and was told {self.status}"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that a trial has left behind."""

    read_at: datetime
    """When the database was read; nothing ran any more."""
    users: Sequence[User]
    holders: Sequence[Holder]
    instances: Sequence[Instance]
    tasks: Sequence[Task]
    events: Sequence[Event]
    """By moment and id."""
    jobs: Sequence[Job]
    notifications: Sequence[Notification]
    mails: Sequence[Mail]
    told: Sequence[Told]

    @cached_property
    def user(self) -> Mapping[UUID, User]:
        """The users by id."""
        return {user.id: user for user in self.users}

    @cached_property
    def task(self) -> Mapping[UUID, Task]:
        """The tasks by id."""
        return {task.id: task for task in self.tasks}

    @cached_property
    def tasks_of(self) -> Mapping[UUID, Sequence[Task]]:
        """The tasks by instance."""
        return _grouped(self.tasks, lambda task: task.instance_id)

    @cached_property
    def events_of(self) -> Mapping[UUID, Sequence[Event]]:
        """The history by instance."""
        return _grouped(self.events, lambda event: event.instance_id)

    @cached_property
    def events_of_task(self) -> Mapping[UUID | None, Sequence[Event]]:
        """The events that name a task, by its id."""
        return _grouped(self.events, lambda event: event.task_id)

    @cached_property
    def jobs_of(self) -> Mapping[UUID, Sequence[Job]]:
        """The jobs by instance."""
        return _grouped(self.jobs, lambda job: job.instance_id)

    @cached_property
    def notifications_of(self) -> Mapping[UUID, Sequence[Notification]]:
        """The notifications by task."""
        return _grouped(self.notifications, lambda notification: notification.task_id)

    @cached_property
    def answers(self) -> Sequence[Told]:
        """What the clients were told."""
        return [told for told in self.told if told.status is not None]

    @cached_property
    def asked(self) -> frozenset[tuple[str, str, str]]:
        """Who asked for what, answered or not."""
        return frozenset((told.user, told.what, told.about) for told in self.told)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What a database says is still to be done."""

    instances: int
    """How many have been started so far."""
    tasks: Sequence[Task]
    """The open ones."""
    jobs: Sequence[Job]


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
