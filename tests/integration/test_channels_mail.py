"""Mails through real SMTP servers: in the clear, with STARTTLS, inside TLS, and unwilling ones."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.channels import Limits, Mail, MailChannel, Undelivered
from engine.config import ROOT
from tests.certificate import Certificate, certificate
from tests.smtp_server import DROP, HANG, HOST, smtp_server

AT = datetime(2026, 3, 4, 2, 0, 5, tzinfo=UTC)
LOGIN = ("alur@dinas", "p:@ss/w%rd")
TO = "staf.perencanaan@dinas.example.test"
SECURE = ["smtp+starttls", "smtps"]
PATIENT = Limits(operation=60, total=60)
BRIEF = Limits(operation=0.3, total=60)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 that nobody trusts yet."""
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(own: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """The same, trusted by this process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(own.file))
    return own


def mail(key: str = "mail:0190-1") -> Mail:
    return Mail(
        key=key,
        to=TO,
        subject="Terlambat: Membuat «format» (01/2026)",
        text="Yth. Staf,\n\n.\nFrom now on «terlambat».\n",
        at=AT,
    )


def send(url: str, *, limits: Limits = PATIENT) -> None:
    """Send one mail, as the outbox would."""
    MailChannel.from_url(url, "alur@dinas.example.test", limits=limits).send(mail())


def refusal(url: str, *, limits: Limits = PATIENT) -> Undelivered:
    """Return why that mail was not delivered; never with what nobody else may read."""
    with pytest.raises(Undelivered) as refused:
        send(url, limits=limits)
    shown = "".join((str(refused.value), repr(refused.value), repr(refused.value.__cause__)))
    for secret in (*LOGIN, TO, "staf.perencanaan", "«format»", "p%3A%40ss"):
        assert secret not in shown
    assert "\n" not in str(refused.value)
    return refused.value


def test_a_mail_arrives_as_it_was_written() -> None:
    with smtp_server() as server:
        send(server.url)
    [received] = server.messages
    assert received.sender == "alur@dinas.example.test"
    assert received.recipients == (TO,)
    assert received.message["Subject"] == "Terlambat: Membuat «format» (01/2026)"
    assert received.message["Message-ID"] == "<mail.0190-1@dinas.example.test>"
    assert received.message["Date"].datetime == AT
    assert received.message.get_content() == "Yth. Staf,\n\n.\nFrom now on «terlambat».\n"
    assert received.raw.isascii()


def test_a_channel_sends_one_mail_after_the_other_under_the_same_key_if_told_so() -> None:
    with smtp_server() as server:
        channel = MailChannel.from_url(server.url, "alur@dinas.example.test")
        for key in ("mail:1", "mail:2", "mail:1"):
            channel.send(mail(key))
    ids = [received.message["Message-ID"] for received in server.messages]
    assert ids == [f"<mail.{key}@dinas.example.test>" for key in "121"]


@pytest.mark.parametrize("scheme", SECURE)
@pytest.mark.parametrize("login", [None, LOGIN])
def test_a_mail_goes_through_tls_with_and_without_a_login(
    scheme: str, login: tuple[str, str] | None, trusted: Certificate
) -> None:
    with smtp_server(scheme=scheme, tls=trusted.server, login=login) as server:
        send(server.url)
    [received] = server.messages
    assert received.user == (login and login[0])


@pytest.mark.parametrize("scheme", SECURE)
def test_a_wrong_password_is_said_without_the_password(scheme: str, trusted: Certificate) -> None:
    with smtp_server(scheme=scheme, tls=trusted.server, login=LOGIN) as server:
        url = server.url
        server.login = ("alur@dinas", "another")
        error = refusal(url)
    assert str(error) == f"The mail server {HOST}:{server.port} refused the login: 535 5.7.8."
    assert not error.permanent
    assert server.messages == []


@pytest.mark.parametrize("scheme", SECURE)
def test_a_certificate_that_nobody_vouches_for_gets_no_mail(scheme: str, own: Certificate) -> None:
    with smtp_server(scheme=scheme, tls=own.server, login=LOGIN) as server:
        error = refusal(server.url)
    assert "certificate is not trusted (self-signed certificate)" in str(error)
    assert not error.permanent
    assert server.messages == []


@pytest.mark.parametrize("scheme", SECURE)
def test_a_certificate_for_another_host_gets_no_mail(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = certificate(tmp_path, "DNS:mail.other.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.file))
    with smtp_server(scheme=scheme, tls=other.server) as server:
        assert "certificate is not trusted (IP address mismatch" in str(refusal(server.url))
    assert server.messages == []


def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    with smtp_server() as server:
        port = server.port
        error = refusal(f"smtp+starttls://user:rahasia@{HOST}:{port}")
    assert "offers no TLS" in str(error)
    assert server.messages == []


@pytest.mark.parametrize(
    ("command", "answer", "sentence", "permanent"),
    [
        ("RCPT", f"550 5.1.1 <{TO}>: no such user", "refused the recipient: 550 5.1.1.", True),
        ("RCPT", "551 elsewhere", "refused the recipient: 551.", True),
        ("RCPT", "450 4.2.1 mailbox busy", "refused the recipient: 450 4.2.1.", False),
        ("RCPT", "421 4.3.2 going down", "refused the recipient: 421 4.3.2.", False),
        ("RCPT", "530 5.7.0 log in", "refused the recipient: 530 5.7.0.", False),
        ("DATA", "554 5.7.1 looks like spam", "refused the message: 554 5.7.1.", True),
        ("DATA", "451 4.3.0 later", "refused the message: 451 4.3.0.", False),
        ("MAIL", "451 4.7.1 slow down", "refused the sender: 451 4.7.1.", False),
        ("MAIL", "550 5.7.1 not from here", "refused the sender: 550 5.7.1.", False),
        ("MAIL", "nonsense", "refused the sender: -1.", False),
    ],
)
def test_an_answer_is_final_if_it_is_5xx_and_about_this_mail(
    command: str, answer: str, sentence: str, *, permanent: bool
) -> None:
    with smtp_server() as server:
        server.answers[command] = answer
        error = refusal(server.url)
        assert str(error) == f"The mail server {HOST}:{server.port} {sentence}"
        assert error.permanent is permanent
        assert server.messages == []
        server.answers.clear()
        send(server.url)
    assert len(server.messages) == 1


def test_a_server_that_is_away_is_asked_again_later() -> None:
    with smtp_server() as server:
        pass
    error = refusal(server.url)
    assert str(error) == (
        f"The mail server {HOST}:{server.port} cannot be used: Connection refused."
    )
    assert not error.permanent


def test_a_host_that_does_not_exist_is_looked_up_again_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = refusal("smtp://mail.test")
    assert str(error) == ("The mail server mail.test:25 cannot be used: Name or service not known.")
    assert not error.permanent


@pytest.mark.parametrize("answer", [HANG, DROP])
@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_falls_silent_or_breaks_off_is_given_up(command: str, answer: str) -> None:
    with smtp_server() as server:
        server.answers[command] = answer
        error = refusal(server.url, limits=BRIEF)
    assert not error.permanent
    assert server.messages == []


@pytest.mark.parametrize("scheme", ["smtp", *SECURE])
def test_a_server_that_never_says_a_word_is_given_up(scheme: str) -> None:
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        assert not refusal(f"{scheme}://{HOST}:{port}", limits=BRIEF).permanent


def test_a_server_that_never_comes_to_an_end_is_cut_off() -> None:
    with endless() as (port, hung_up):
        error = refusal(f"smtp://{HOST}:{port}", limits=Limits(operation=60, total=0.3))
    assert not error.permanent
    assert hung_up.is_set()


def test_a_resolver_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait() and [])
    try:
        error = refusal("smtp://mail.test", limits=BRIEF)
    finally:
        end.set()
    assert str(error) == "The mail server mail.test:25 cannot be used: no answer in time."


@pytest.mark.parametrize("answer", [DROP, "421 4.3.2 going down", "nonsense"])
def test_a_mail_that_was_taken_stays_delivered_whatever_the_farewell(answer: str) -> None:
    with smtp_server() as server:
        server.answers["QUIT"] = answer
        send(server.url)
    assert len(server.messages) == 1


def test_a_server_of_its_own_has_each_mail_on_disk_before_it_says_so(tmp_path: Path) -> None:
    log = tmp_path / "mails.jsonl"
    command = [sys.executable, "-m", "tests.smtp_server", "--log", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            send(process.stdout.readline().strip())
        finally:
            process.kill()
    [line] = log.read_text(encoding="utf-8").splitlines()
    kept = json.loads(line)
    assert kept["message_id"] == "<mail.0190-1@dinas.example.test>"
    assert datetime.fromisoformat(kept["date"]) == AT
    assert datetime.fromisoformat(kept["at"]).tzinfo is not None
    assert kept["recipients"] == [TO]
    assert kept["subject"] == "Terlambat: Membuat «format» (01/2026)"


@contextmanager
def endless() -> Iterator[tuple[int, threading.Event]]:
    """A server that greets one byte at a time; the event: somebody hung up on it before the end."""
    hung_up = threading.Event()
    with socket.create_server((HOST, 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    for _ in range(1000):
                        connection.sendall(b"2")
                        time.sleep(0.01)
                except OSError:
                    hung_up.set()

        thread = threading.Thread(target=greet)
        thread.start()
        yield listener.getsockname()[1], hung_up
        thread.join()
