"""A real SMTP server for tests: in a thread, or as a process of its own.

`with smtp_server() as server:` … `server.url`, `server.messages`; or
`python -m tests.smtp_server --port 2525 --log FILE`, which adds one JSON line a message.
"""

import argparse
import asyncio
import json
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
HANG = "hang"
"""Instead of an answer: none, ever."""
DROP = "drop"
"""Instead of an answer: the end of the connection."""
_PATIENCE_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Received:
    """A message that the server has taken on."""

    at: datetime
    """When it was complete, aware UTC; before the client is told."""

    sender: str
    """Of the envelope."""

    recipients: tuple[str, ...]
    """Of the envelope."""

    message: EmailMessage
    """Headers and body, its lines ending as Python's do."""

    raw: bytes = field(repr=False)
    """As it came over the wire."""

    user: str | None
    """Who had logged in."""


@dataclass(kw_only=True)
class SmtpServer:
    """What a server does, and what it has received; also aiosmtpd's handler."""

    scheme: str = "smtp"
    """`smtp`, `smtp+starttls` or `smtps`; the last two with TLS only."""

    tls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    """User and password to ask for; nobody may send without."""

    answers: dict[str, str] = field(default_factory=dict)
    """`MAIL`, `RCPT`, `DATA` or `QUIT`: what to answer instead of yes; may change at any time."""

    port: int = 0
    """0: any free one."""

    messages: list[Received] = field(default_factory=list)
    keep: Callable[[Received], None] = field(init=False)
    """Called with each message before the client is told that it was taken."""

    def __post_init__(self) -> None:
        self.keep = self.messages.append

    @property
    def url(self) -> str:
        """The server as `ALUR_SMTP_URL` names it, with user and password."""
        login = ":".join(quote(part, safe="") for part in self.login or ())
        return f"{self.scheme}://{login}{'@' if login else ''}{HOST}:{self.port}"

    async def serve(self, ready: Callable[[], object], stop: asyncio.Event) -> None:
        """Listen until told to stop; `port` is the real one when `ready` is called."""
        implicit = self.tls if self.scheme == "smtps" else None
        server = await asyncio.get_running_loop().create_server(
            self._session, HOST, self.port, ssl=implicit
        )
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await stop.wait()
        server.close()

    def _session(self) -> SMTP:
        starttls = self.scheme == "smtp+starttls"
        return SMTP(
            self,
            hostname="mail.example.test",
            loop=asyncio.get_running_loop(),
            tls_context=self.tls if starttls else None,
            require_starttls=starttls,
            auth_require_tls=starttls,  # the library does not see that all is inside TLS already
            auth_callback=self._may_log_in,
        )

    def _may_log_in(self, _mechanism: str, user: bytes, password: bytes) -> bool:
        return (user.decode(), password.decode()) == self.login

    async def handle_MAIL(  # noqa: N802 — aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return await self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802 — aiosmtpd finds it by this name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = await self._answer(server, "RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 — aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await self._answer(server, "DATA", "250 OK")
        if answer.startswith("250"):
            user = self.login[0] if self.login and session.authenticated else None
            self.keep(_received(envelope, user))
        return answer

    async def handle_QUIT(  # noqa: N802 — aiosmtpd finds it by this name
        self, server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        return await self._answer(server, "QUIT", "221 Bye")

    async def _answer(self, server: SMTP, command: str, usual: str) -> str:
        answer = self.answers.get(command, usual)
        if answer == DROP and server.transport is not None:
            server.transport.close()
        if answer in {HANG, DROP}:
            await asyncio.Event().wait()
        return answer


@contextmanager
def smtp_server(
    *,
    scheme: str = "smtp",
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    port: int = 0,
) -> Iterator[SmtpServer]:
    """Run a server in a thread; it listens on 127.0.0.1 until the block ends."""
    server = SmtpServer(scheme=scheme, tls=tls, login=login, port=port)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready = threading.Event()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(server.serve(ready.set, stop))

    thread = threading.Thread(target=run, name="smtp-server")
    thread.start()
    assert ready.wait(_PATIENCE_SECONDS), "the SMTP server has not started"
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _received(envelope: Envelope, user: str | None) -> Received:
    raw = envelope.original_content or b""
    return Received(
        at=datetime.now(UTC),
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        message=message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=policy.default),
        raw=raw,
        user=user,
    )


def _line(received: Received) -> str:
    message = received.message
    return json.dumps(
        {
            "at": received.at.isoformat(),
            "sender": received.sender,
            "recipients": received.recipients,
            "message_id": message["Message-ID"],
            "date": message["Date"].datetime.isoformat(),
            "began": message["Alur-Began"],
            "subject": message["Subject"],
            "text": message.get_content(),
        }
    )


def main() -> None:
    """Run a server of its own; each message is on the disk before the client is told."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    server = SmtpServer(port=arguments.port)
    with arguments.log.open("a", encoding="utf-8") as log:

        def keep(received: Received) -> None:
            log.write(_line(received) + "\n")
            log.flush()
            os.fsync(log.fileno())

        server.keep = keep
        asyncio.run(server.serve(lambda: print(server.url, flush=True), asyncio.Event()))


if __name__ == "__main__":
    main()
