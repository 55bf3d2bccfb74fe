"""Webhooks to a real HTTP server, verified with the library of the specification."""

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from engine.channels import Event, Limits, Undelivered, WebhookChannel
from tests.certificate import certificate
from tests.webhook_server import HOST, WebhookServer, webhook_server

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
KEY = "webhook:0190-1:at_risk"
OCCURRED = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
BRIEF = Limits(operation=0.3, total=60)
PATIENT = Limits(operation=60, total=60)


def event(at: datetime | None = None) -> Event:
    data = {"task_id": "0190-1", "step": "Membuat «format»", "late_minutes": 3, "x": None}
    began = at or datetime.now(UTC)
    return Event(key=KEY, type="task.overdue", occurred_at=OCCURRED, at=began, data=data)


def send(url: str, *, limits: Limits = PATIENT, at: datetime | None = None) -> None:
    """Post one event, as the outbox would."""
    WebhookChannel(url, SECRET, limits=limits).send(event(at))


def refusal(url: str, *, limits: Limits = PATIENT) -> Undelivered:
    """Return why that event was not delivered; never with what nobody else may read."""
    with pytest.raises(Undelivered) as refused:
        send(url, limits=limits)
    shown = "".join((str(refused.value), repr(refused.value), repr(refused.value.__cause__)))
    for secret in (SECRET, "hooks/alur", "office=1", "Membuat", "0190"):
        assert secret not in shown
    assert "\n" not in str(refused.value)
    return refused.value


def name(server: WebhookServer) -> str:
    return "The webhook at " + server.url.partition("://")[2].partition("/")[0]


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_an_event_arrives_signed_and_whole(status: int) -> None:
    jakarta = datetime.now(timezone(timedelta(hours=7)))
    with webhook_server() as server:
        server.status = status
        send(server.url, at=jakarta)
    [post] = server.posts
    assert post.path == "/hooks/alur?office=1"
    assert post.headers["Content-Type"] == "application/json"
    assert post.headers["Host"] == f"{HOST}:{server.url.split(':')[2].partition('/')[0]}"
    assert post.headers["webhook-id"] == KEY
    assert post.headers["webhook-timestamp"] == str(int(jakarta.timestamp()))
    body = Webhook(SECRET).verify(post.body, dict(post.headers))
    assert body["type"] == "task.overdue"
    assert body["timestamp"].endswith("Z")
    assert datetime.fromisoformat(body["timestamp"]) == OCCURRED
    assert body["data"] == event().data


def test_a_body_that_was_changed_on_the_way_is_noticed() -> None:
    with webhook_server() as server:
        send(server.url)
    [post] = server.posts
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(post.body.replace(b"3", b"4"), dict(post.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(post.body, {**post.headers, "webhook-id": "another"})


def test_the_same_event_at_another_moment_keeps_its_id_and_gets_its_own_signature() -> None:
    now = datetime.now(UTC)
    with webhook_server() as server:
        send(server.url, at=now - timedelta(minutes=1))
        send(server.url, at=now)
    first, second = server.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    for post in (first, second):
        Webhook(SECRET).verify(post.body, dict(post.headers))


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (301, False),
        (304, False),
        (400, True),
        (401, True),
        (404, True),
        (408, False),
        (410, True),
        (425, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_every_answer_but_2xx_is_a_failure_and_most_4xx_are_final(
    status: int, *, permanent: bool
) -> None:
    with webhook_server() as server:
        server.status = status
        error = refusal(server.url)
    assert str(error) == f"{name(server)} answered {status}."
    assert error.permanent is permanent


def test_a_redirect_is_not_followed() -> None:
    with webhook_server() as other, webhook_server() as server:
        server.status, server.headers = 307, {"Location": other.url}
        refusal(server.url)
    assert len(server.posts) == 1
    assert other.posts == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook_server() as proxy, webhook_server() as server:
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, proxy.url)
        send(server.url)
    assert len(server.posts) == 1
    assert proxy.posts == []


def test_an_event_goes_through_tls_to_a_certificate_that_is_trusted_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = certificate(tmp_path)
    with webhook_server(tls=own.server) as server:
        assert "certificate is not trusted (self-signed certificate)" in str(refusal(server.url))
        assert server.posts == []
        monkeypatch.setenv("SSL_CERT_FILE", str(own.file))
        send(server.url)
    assert len(server.posts) == 1


@pytest.mark.parametrize(
    ("header", "value"), [("Content-Length", "1000000"), ("Transfer-Encoding", "chunked")]
)
def test_an_answer_that_stays_incomplete_does_not_undo_the_delivery(
    header: str, value: str
) -> None:
    with webhook_server() as server:
        server.status, server.headers, server.body = 200, {header: value}, b"ff\r\nshort"
        send(server.url)
    assert len(server.posts) == 1


def test_a_long_answer_is_not_read_to_its_end() -> None:
    with webhook_server() as server:
        server.status, server.body = 200, b"x" * 10_000_000
        send(server.url)
    assert len(server.posts) == 1


def test_a_receiver_that_is_away_or_silent_is_tried_again_later() -> None:
    with webhook_server() as server:
        server.silent = True
        silent = refusal(server.url, limits=BRIEF)
    away = refusal(server.url)
    assert str(silent) == f"{name(server)} cannot be used: no answer in time."
    assert str(away) == f"{name(server)} cannot be used: Connection refused."
    assert not silent.permanent
    assert not away.permanent


@pytest.mark.parametrize("answer", [b"", b"220 mail.test ESMTP 0190\r\n", b"HTTP/1.1 999999\r\n"])
def test_a_receiver_that_speaks_no_http_is_tried_again_later(answer: bytes) -> None:
    with answering(answer) as port:
        error = refusal(f"http://{HOST}:{port}/")
    assert str(error).startswith(f"The webhook at {HOST}:{port} cannot be used: ")
    assert not error.permanent


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that reads a little and says just this, on a port."""
    with socket.create_server((HOST, 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(64 * 1024)
                connection.sendall(answer)

        thread = threading.Thread(target=talk)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
