"""Messages and settings of the channels, without a network."""

import base64
import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.channels import Event, Mail, MailChannel, Undelivered, WebhookChannel, letters
from engine.config import InvalidSetting

AT = datetime(2026, 3, 4, 2, 0, 5, 678901, tzinfo=UTC)
SENDER = letters.address("alur@dinas.example.test")
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
derandomized = settings(derandomize=True, deadline=None)
keys = st.from_regex(r"[A-Za-z0-9_-]{1,40}(:[A-Za-z0-9_-]{1,40}){0,3}", fullmatch=True)


def mail(
    *,
    key: str = "mail:01900000-0000-7000-8000-000000000001",
    to: str = "staf@dinas.example.test",
    subject: str = "Terlambat",
    text: str = "Langkah ini terlambat.\n",
    at: datetime = AT,
) -> Mail:
    return Mail(key=key, to=to, subject=subject, text=text, at=at)


def wire(message: Mail) -> bytes:
    return letters.compose(message, sender=SENDER)


def on_the_wire(message: Mail) -> EmailMessage:
    return message_from_bytes(wire(message).replace(b"\r\n", b"\n"), policy=policy.default)


def test_a_mail_says_who_when_and_that_a_machine_sent_it() -> None:
    message = on_the_wire(mail(at=AT.astimezone(timezone(timedelta(hours=7)))))
    assert message["From"] == "alur@dinas.example.test"
    assert message["To"] == "staf@dinas.example.test"
    assert message["Date"] == "Wed, 04 Mar 2026 02:00:05 +0000"
    assert message["Message-ID"] == (
        "<mail.01900000-0000-7000-8000-000000000001@dinas.example.test>"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"


@derandomized
@given(subject=st.text(), text=st.text())
@example(subject="=?utf-8?q?a=0ABcc:_x@y.test?=", text="")
@example(subject="a\r\nBcc: x@y.test", text="\r\nBcc: x@y.test")
def test_no_subject_and_no_text_can_add_a_header(subject: str, text: str) -> None:
    message = on_the_wire(mail(subject=subject, text=text))
    assert message.keys() == on_the_wire(mail()).keys()


@derandomized
@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs"])))
@example(text="From here\n.\n..\n=?utf-8?q?a?=\n" + "x" * 2000)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    assert on_the_wire(mail(text=text)).get_content() == text


@derandomized
@given(words=st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1))
@example(words=["=?utf-8?q?a=0ABcc:_x@y.test?="])
def test_a_subject_arrives_as_it_was_written(words: list[str]) -> None:
    assert on_the_wire(mail(subject=" ".join(words)))["Subject"] == " ".join(words)


@derandomized
@given(subject=st.text(max_size=400), text=st.text(max_size=3000))
def test_a_mail_is_ascii_in_lines_that_every_server_takes(subject: str, text: str) -> None:
    raw = wire(mail(subject=subject, text=text))
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert not set(raw.replace(b"\r\n", b"")) & set(b"\r\n")


def test_line_breaks_in_a_subject_become_spaces() -> None:
    message = on_the_wire(mail(subject="Membuat format\r\nBcc: x@y.test\n\x00 dan\u2028surat"))
    assert message["Subject"] == "Membuat format Bcc: x@y.test dan surat"
    assert message["Bcc"] is None


@derandomized
@given(key=keys, other=keys)
def test_every_key_has_a_valid_message_id_of_its_own(key: str, other: str) -> None:
    found = on_the_wire(mail(key=key))["Message-ID"]
    assert re.fullmatch(r"<[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*@dinas\.example\.test>", found)
    assert (found == on_the_wire(mail(key=other))["Message-ID"]) == (key == other)


def test_a_long_message_id_stays_on_its_line() -> None:
    key = "mail:" + "x" * 90
    assert f"\r\nMessage-ID: <mail.{'x' * 90}@".encode() in wire(mail(key=key))


@pytest.mark.parametrize(
    "to",
    [
        "",
        "staf",
        "@dinas.test",
        "staf@",
        "staf@dinas..test",
        "staf@-dinas.test",
        ".staf@dinas.test",
        "staf.@dinas.test",
        "staf@dinas.test\r\nBcc: x@y.test",
        "staf@dinas.test\n",
        "staf@dinas.test, lain@dinas.test",
        "Staf <staf@dinas.test>",
        '"staf"@dinas.test',
        "staf@[127.0.0.1]",
        "stáf@dinas.test",
        "staf@dinás.test",
        "s" * 65 + "@dinas.test",
        "staf@" + ".".join(["d" * 60] * 5),
    ],
)
def test_what_is_no_address_is_refused_for_good_and_not_repeated(to: str) -> None:
    with pytest.raises(Undelivered) as refused:
        letters.compose(mail(to=to), sender=SENDER)
    assert refused.value.permanent
    assert str(refused.value) == "The recipient has no valid e-mail address."


@pytest.mark.parametrize("to", ["a@b", "staf.perencanaan+alur@xn--dins-7na.example.test"])
def test_an_address_stays_as_it_is(to: str) -> None:
    assert letters.address(to) == Address(addr_spec=to)
    assert on_the_wire(mail(to=to))["To"] == to


@pytest.mark.parametrize("key", ["", "a.b", "a:", ":a", "a::b", "a b", "a\n", "é"])
def test_what_is_no_key_makes_no_message(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        mail(key=key)
    with pytest.raises(ValueError, match="key"):
        Event(key=key, type="task.overdue", occurred_at=AT, at=AT, data={})


def test_a_moment_without_a_zone_makes_no_message() -> None:
    naive = AT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        mail(at=naive)
    with pytest.raises(ValueError, match="time zone"):
        Event(key="webhook:1", type="task.overdue", occurred_at=AT, at=naive, data={})


def test_a_message_in_a_log_shows_neither_person_nor_content() -> None:
    shown = repr(mail(to="rahasia@x.test", subject="rahasia", text="rahasia"))
    shown += repr(Event(key="webhook:1", type="t", occurred_at=AT, at=AT, data={"rahasia": 1}))
    assert "rahasia" not in shown


@pytest.mark.parametrize(
    ("url", "port", "login"),
    [
        ("smtp://mail.test", 25, None),
        ("smtp://[::1]:2525/", 2525, None),
        ("smtp+starttls://mail.test", 587, None),
        ("smtps://alur%40dinas:p%3Aw%2F%25@Mail.test", 465, ("alur@dinas", "p:w/%")),
    ],
)
def test_a_url_of_a_mail_server_names_host_port_and_login(
    url: str, port: int, login: tuple[str, str] | None
) -> None:
    channel = MailChannel.from_url(url, "alur@dinas.test")
    assert channel.host in {"mail.test", "::1"}
    assert (channel.port, channel.login) == (port, login)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test",
        "http://mail.test",
        "smtp://",
        "smtp://:25",
        "smtp://mail test",
        "smtp://mail..test",
        "smtp://mail.test:rahasia",
        "smtp://mail.test:99999",
        "smtp://alur:rahasia@mail.test",
        "smtps://alur@mail.test",
        "smtps://:rahasia@mail.test",
        "smtps://alur:rahasia#1@mail.test",
        "smtps://alur:rahasia/1@mail.test",
        "smtps://alur:rahasia?1@mail.test",
        "smtps://alur:rahasia[@mail.test",
        "smtps://alur:rahasi\u00e1@mail.test",
        "smtps://alur:rahasi%C3%A1@mail.test",
        "smtps://alur:rahasia@mail.test\r\n",
    ],
)
def test_an_unusable_url_of_a_mail_server_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^ALUR_SMTP_URL ") as refused:
        MailChannel.from_url(url, "alur@dinas.test")
    assert "rahasi" not in str(refused.value)
    assert refused.value.details == {"setting": "ALUR_SMTP_URL"}


@pytest.mark.parametrize("sender", ["", "alur", "Alur <alur@dinas.test>", "a@b\nBcc: c@d"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^ALUR_SMTP_FROM is not an e-mail address\.$"):
        MailChannel.from_url("smtp://mail.test", sender)


def test_a_mail_channel_in_a_log_does_not_show_its_password() -> None:
    channel = MailChannel.from_url("smtps://alur:rahasia@mail.test", "alur@dinas.test")
    assert "rahasia" not in repr(channel)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.test",
        "ftp://hooks.test",
        "https://",
        "https://hooks.test:x",
        "https://alur:rahasia@hooks.test/",
        "https://hooks.test/rahasia 1",
        "https://hooks.test/rahasi\u00e1",
        "https://hooks..test/rahasia",
    ],
)
def test_an_unusable_url_of_a_webhook_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^ALUR_WEBHOOK_URL ") as refused:
        WebhookChannel(url, SECRET)
    assert "rahasi" not in str(refused.value)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        SECRET.removeprefix("whsec_"),
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        SECRET + "!",
        SECRET.replace("a", "á"),
        SECRET[:-5] + "-_-_=",
    ],
)
def test_a_secret_that_receivers_would_read_otherwise_is_refused_without_being_quoted(
    secret: str,
) -> None:
    with pytest.raises(InvalidSetting, match=r"^ALUR_WEBHOOK_SECRET ") as refused:
        WebhookChannel("https://hooks.test", secret)
    assert "a2" not in str(refused.value)


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_secret_may_come_with_or_without_its_padding(size: int) -> None:
    secret = "whsec_" + base64.b64encode(b"k" * size).decode()
    WebhookChannel("https://hooks.test", secret)
    WebhookChannel("https://hooks.test", secret.rstrip("="))
