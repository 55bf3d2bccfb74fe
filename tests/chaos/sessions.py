"""Requests that are sent again, to one server or another, until their outcome is known."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import uniform
from typing import Any

from tests.chaos.plans import gives_up

PASSWORD = "sepuluh-huruf-atau-lebih"
_TIMEOUT_SECONDS = 20
_NOT_LOGGED_IN = 401
_UNKNOWN_OUTCOME = frozenset({_NOT_LOGGED_IN, 429, 500, 502, 503, 504})
"""Statuses after which the same request is sent again; a lost login is renewed first."""

JSON = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """An answer that tells the outcome."""

    status: int
    body: JSON
    replayed: bool
    tries: int


@dataclass(frozen=True)
class _Request:
    """What is sent, byte by byte the same at every try."""

    method: str
    path: str
    body: Mapping[str, object] = field(default_factory=dict)
    key: str = ""


@dataclass
class Session:
    """One user on several servers, of which any may be gone at any moment; for many threads."""

    username: str
    ports: tuple[int, ...]
    seed: int
    _token: str = ""
    _turn: int = 0

    def get(self, path: str) -> JSON:
        """Return the body of the first answer that comes."""
        return self._until_answered(_Request("GET", path)).body

    def post(self, path: str, body: Mapping[str, object], *, key: str) -> Answer:
        """Return the answer to a request that takes effect once, however often it is sent."""
        request = _Request("POST", path, body, key)
        if gives_up(self.seed, f"{self.username} {key}"):
            self._send_and_leave(request)
        return self._until_answered(request)

    def _until_answered(self, request: _Request) -> Answer:
        tries = 0
        while True:
            tries += 1
            with suppress(OSError, HTTPException, ValueError):
                answer = self._once(request, tries)
                if answer.status not in _UNKNOWN_OUTCOME:
                    return answer
                if answer.status == _NOT_LOGGED_IN:
                    self._token = ""
            self._turn += 1
            time.sleep(uniform(0.5, 1) * min(0.05 * 2**tries, 1))  # noqa: S311 — a pause, no secret

    def _once(self, request: _Request, tries: int) -> Answer:
        """Return one answer, after logging in if need be.

        Raises OSError, HTTPException, ValueError: it did not arrive, or not whole.
        """
        if not self._token:
            credentials = {"username": self.username, "password": PASSWORD}
            login = self._exchange(_Request("POST", "/tokens", credentials), tries)
            if "token" not in login.body:
                return login
            self._token = login.body["token"]
        return self._exchange(request, tries)

    def _exchange(self, request: _Request, tries: int) -> Answer:
        connection = self._sent(request)
        try:
            response = connection.getresponse()
            body = json.loads(response.read())
            replayed = response.headers.get("Idempotency-Replayed") == "true"
            return Answer(response.status, body, replayed, tries)
        finally:
            connection.close()

    def _send_and_leave(self, request: _Request) -> None:
        """Be a client whose connection breaks before the answer comes."""
        with suppress(OSError):  # then nothing was sent; the next try will tell
            connection = self._sent(request)
            time.sleep(uniform(0, 0.05))  # noqa: S311 — a pause, no secret
            connection.close()

    def _sent(self, request: _Request) -> HTTPConnection:
        port = self.ports[self._turn % len(self.ports)]
        connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        headers = {"Content-Type": "application/json", "Connection": "close"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if request.key:
            headers["Idempotency-Key"] = request.key
        content = None if request.method == "GET" else json.dumps(request.body)
        try:
            connection.request(
                request.method, f"/api/v1{request.path}", body=content, headers=headers
            )
        except OSError:
            connection.close()
            raise
        return connection
