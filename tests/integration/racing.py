"""Client processes of their own that send the same request at the same time.

Run as a program this is one client: each line that it reads is a request, each line that it writes
the answer. Its connection stays open from one request to the next.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one client got."""

    status: int
    body: JSON
    replayed: bool


@dataclass(frozen=True)
class Client:
    """One client process, logged in as one user."""

    process: subprocess.Popen[str]
    port: int
    token: str

    def send(self, path: str, body: JSON, *, key: str | None = None) -> None:
        """Let the client send a POST; its answer is read later."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        assert self.process.stdin is not None
        request = {"port": self.port, "path": path, "body": body, "headers": headers}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Answer:
        """Return the answer to the last request; waits for it."""
        assert self.process.stdout is not None
        return Answer(**json.loads(self.process.stdout.readline()))


@contextmanager
def clients(ports: Sequence[int], tokens: Sequence[str]) -> Iterator[list[Client]]:
    """Start one client process for each token, spread over the servers at these ports."""
    with ExitStack() as stack:
        started = []
        for number, token in enumerate(tokens):
            process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            started.append(Client(process, ports[number % len(ports)], token))
        yield started


def race(racers: Sequence[Client], path: str, bodies: JSON, keys: Sequence[str]) -> list[Answer]:
    """Return the answers to one request that all clients send at once, each with its key."""
    for client, key in zip(racers, keys, strict=True):
        client.send(path, bodies, key=key or None)
    return [client.answer() for client in racers]


def main() -> None:
    """Be one client."""
    connection: HTTPConnection | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if connection is None:
            connection = HTTPConnection("127.0.0.1", request["port"], timeout=60)
        connection.request(
            "POST", request["path"], body=json.dumps(request["body"]), headers=request["headers"]
        )
        response = connection.getresponse()
        answer = {
            "status": response.status,
            "body": json.loads(response.read()),
            "replayed": response.headers.get("Idempotency-Replayed") == "true",
        }
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
