"""The people: client processes that work through their tasks, whatever happens to the servers.

Every start, claim, completion and cancellation carries an Idempotency-Key and is sent again until
its outcome is known. What a client asks for, and what it is told in the end, goes into its log.
"""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from tests.chaos.diagram import DECISION, KEY, STEPS
from tests.chaos.evidence import Told
from tests.chaos.plans import Plan, cancelled_after, plan
from tests.chaos.sessions import Answer, Session

_POLL_SECONDS = 0.5

JSON = dict[str, Any]


@dataclass
class Log:
    """A client's own record of what it asked for and what it was told."""

    username: str
    _file: IO[str]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, what: str, about: str, **told: object) -> None:
        """Add a line; it is in the file when this returns."""
        line = asdict(Told(user=self.username, what=what, about=about, **told))  # type: ignore[arg-type]  # fields of Told
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


@dataclass
class Person:
    """Somebody who does one thing after another, each at its moment."""

    session: Session
    log: Log
    seed: int
    patience: timedelta
    stopped: threading.Event = field(default_factory=threading.Event)
    _known: set[str] = field(default_factory=set)
    _to_do: list[threading.Timer] = field(default_factory=list)

    def work(self) -> None:
        """Look at the worklist and plan what is new, until told to stop; finish what is begun."""
        while not self.stopped.wait(_POLL_SECONDS):
            listed = self.session.get("/tasks?limit=200&sort=-created_at")
            for task in reversed(listed["items"]):
                if task["id"] not in self._known:
                    self._known.add(task["id"])
                    self._plan(task)

    def rest(self) -> None:
        """Drop what has not begun, and wait for what has."""
        self.stopped.set()
        for timer in self._to_do:
            timer.cancel()
        for timer in self._to_do:
            timer.join()

    def start(self, business_key: str) -> None:
        """Start a case, and cancel it some time later if that is the plan."""
        body = {"process_definition_key": KEY, "business_key": business_key}
        answer = self._ask("start", business_key, "/process-instances", body)
        after = cancelled_after(self.seed, business_key)
        if after is not None and answer.status == 201:
            self.later(after, partial(self._cancel, answer.body["id"]))

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something after that many seconds, or at once; nothing new while going to rest."""
        if not self.stopped.is_set():
            timer = threading.Timer(max(0, seconds), act)
            timer.start()
            self._to_do.append(timer)

    def _plan(self, task: JSON) -> None:
        planned = plan(
            self.seed,
            UUID(task["id"]),
            task["element_id"],
            created_at=datetime.fromisoformat(task["created_at"]),
            due_at=datetime.fromisoformat(task["due_date"]),
            patience=self.patience,
        )
        if planned.claimed:
            self.later(0, partial(self._claim, task))
        if planned.at is not None:
            seconds = (planned.at - datetime.now(UTC)).total_seconds()
            self.later(seconds, partial(self._complete, task, planned))

    def _claim(self, task: JSON) -> None:
        self._ask("claim", task["id"], f"/tasks/{task['id']}/claim", {})

    def _complete(self, task: JSON, planned: Plan) -> None:
        decides = STEPS[task["element_id"]].field
        body = {"variables": {DECISION: planned.sent_back} if decides else {}}
        self._ask("complete", task["id"], f"/tasks/{task['id']}/complete", body)

    def _cancel(self, instance_id: str) -> None:
        path = f"/process-instances/{instance_id}/cancel"
        self._ask("cancel", instance_id, path, {"reason": "Ditarik kembali"})

    def _ask(self, what: str, about: str, path: str, body: Mapping[str, object]) -> Answer:
        self.log.write(what, about)
        answer = self.session.post(path, body, key=f"{what}:{about}")
        done = answer.body.get("task", {})
        self.log.write(
            what,
            about,
            status=answer.status,
            id=answer.body.get("id"),
            late_minutes=done.get("late_minutes"),
            replayed=answer.replayed,
            tries=answer.tries,
        )
        return answer


def main() -> None:
    """Be one client until stdin ends; every line of it is the business key of a case to start."""
    parser = argparse.ArgumentParser()
    parser.add_argument("username")
    parser.add_argument("--ports", required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--patience", type=float, required=True)
    parser.add_argument("--starts", action="store_true", help="Start cases instead of working.")
    asked = parser.parse_args()
    session = Session(asked.username, tuple(map(int, asked.ports.split(","))), asked.seed)
    with asked.log.open("a", encoding="utf-8") as file:
        log = Log(asked.username, file)
        person = Person(session, log, asked.seed, timedelta(seconds=asked.patience))
        worker = threading.Thread(target=person.work)
        if not asked.starts:
            worker.start()
        for line in sys.stdin:
            person.later(0, partial(person.start, line.strip()))
        person.rest()
        if not asked.starts:
            worker.join()


if __name__ == "__main__":
    main()
