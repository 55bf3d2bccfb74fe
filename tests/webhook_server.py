"""A real HTTP server for tests that takes webhooks.

`with webhook_server() as server:` … `server.url`, `server.posts`.
"""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Post:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(kw_only=True)
class WebhookServer:
    """What a server answers, and what it has received."""

    url: str = ""
    status: int = 204
    """The answer; may change while it runs."""

    headers: dict[str, str] = field(default_factory=dict)
    """More headers of the answer."""

    body: bytes = b""
    """The body of the answer."""

    silent: bool = False
    """Whether there is no answer until the server ends."""

    posts: list[Post] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def webhook_server(*, tls: ssl.SSLContext | None = None) -> Iterator[WebhookServer]:
    """Run a server in a thread; it listens on 127.0.0.1 until the block ends."""
    told = WebhookServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.posts.append(Post(path=self.path, headers=dict(self.headers), body=body))
            if told.silent:
                told.ended.wait()
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        told.url = f"http{'s' if tls else ''}://{HOST}:{server.server_port}/hooks/alur?office=1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield told
        finally:
            told.ended.set()
            server.shutdown()
            thread.join()
