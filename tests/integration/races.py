"""People and threads that want the same thing at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from engine import people, repository, tokens
from engine.errors import AlurError
from engine.model import Capacity, Role
from engine.permissions import SYSTEM
from tests.office import ACTORS, Office, appoint

COUNT = 8
RACERS = [f"racer{number}" for number in range(COUNT)]
PASSWORD = "sepuluh-huruf-atau-lebih"


def hire_racers(office: Office) -> None:
    """Add users of whom each holds every position of the SOP."""
    with office.database.begin() as tx:
        for username in RACERS:
            user = people.create_user(
                tx,
                username=username,
                name=username,
                roles=[Role.SUPERVISOR, Role.PROCESS_OWNER],
                password=PASSWORD,
                by=SYSTEM,
            )
            for code in ACTORS.values():
                position = repository.position_coded(tx, code)
                assert position is not None
                appoint(tx, position, user.id, capacity=Capacity.PLH)


def log_in(office: Office, username: str) -> str:
    """Return a token."""
    return tokens.login(
        office.database,
        username,
        PASSWORD,
        address="127.0.0.1",
        allowed=10,
        lifetime=timedelta(hours=12),
    ).token


def at_once(work: Callable[[int], object], count: int = COUNT) -> list[object]:
    """Return what came of doing something in several threads at once: a value or an AlurError."""
    barrier = threading.Barrier(count)

    def start_together(number: int) -> object:
        barrier.wait(timeout=30)
        try:
            return work(number)
        except AlurError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start_together, range(count)))


def open_task(office: Office, instance_id: UUID) -> UUID:
    """Return the id of the one open task of a case."""
    with office.database.read() as tx:
        (task,) = repository.open_tasks_with_drafts(tx, instance_id)
    return task.id
