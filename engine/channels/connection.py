"""TCP connections that end in time, whatever the other side does."""

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread, Timer


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a message may take, in seconds; together less than the lease of the outbox."""

    operation: float = 20
    """For connecting to one address, and for every wait for the other side."""

    total: float = 45
    """For everything, from the name of the server to its last answer."""


PATIENT = Limits()


@contextmanager
def connected(
    host: str, port: int, *, limits: Limits, tls: ssl.SSLContext | None = None
) -> Iterator[socket.socket]:
    """Yield a connection, inside TLS if there is a context; cut off when the total is used up.

    A time limit of the socket alone is none: it starts anew with every byte that arrives.

    Raises:
        OSError: there is no such host, it does not answer, or its certificate is not trusted.
    """
    end = time.monotonic() + limits.total
    with _dial(host, port, end, limits.operation) as plain, _cut_off(plain, end):
        plain.settimeout(limits.operation)
        if tls is None:
            yield plain
        else:
            with tls.wrap_socket(plain, server_hostname=host) as wrapped:
                yield wrapped


def reason(error: Exception) -> str:
    """Return why a connection failed, in words of the operating system and of OpenSSL only."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message.rstrip('.')})"
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str(words)):
            return words
    return "it fell silent, broke off or made no sense"


@contextmanager
def _cut_off(connection: socket.socket, end: float) -> Iterator[None]:
    """Shut the connection down at that moment; a duplicate stays valid when TLS takes it over."""
    with connection.dup() as handle:
        timer = Timer(max(0.0, end - time.monotonic()), _shut_down, (handle,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)


def _dial(host: str, port: int, end: float, patience: float) -> socket.socket:
    """Return a connection to the first address that answers."""
    failure: OSError = TimeoutError("timed out")
    for address in _addresses(host, port, min(patience, end - time.monotonic())):
        left = min(patience, end - time.monotonic())
        if left <= 0:
            break
        try:
            return socket.create_connection(address, timeout=left)
        except OSError as error:
            failure = error
    raise failure


def _addresses(host: str, port: int, patience: float) -> list[tuple[str, int]]:
    """Look a name up, in a thread: the resolver itself knows no time limit."""
    answer: Future[list[tuple[str, int]]] = Future()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([(str(address[0]), port) for *_, address in found])
        except OSError as error:
            answer.set_exception(error)

    Thread(target=look_up, daemon=True).start()
    return answer.result(timeout=patience)
