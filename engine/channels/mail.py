"""Mail by SMTP: one connection a message, with a password only inside TLS."""

import re
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from enum import StrEnum
from urllib.parse import SplitResult, unquote

from engine.channels import letters, urls
from engine.channels.connection import PATIENT, Limits, connected, reason
from engine.channels.messages import Mail, Undelivered

_URL, _FROM = "ALUR_SMTP_URL", "ALUR_SMTP_FROM"
_FINAL = frozenset(range(500, 600)) - {530}
"""Answers that will be the same next time; 530 asks to log in, which is up to the settings."""
_REFUSED: Mapping[type[smtplib.SMTPException], str] = {
    smtplib.SMTPAuthenticationError: "the login",
    smtplib.SMTPSenderRefused: "the sender",
}


class Security(StrEnum):
    """How a connection is protected; the scheme of the URL."""

    NONE = "smtp"
    """Not at all: a server on the same machine or in a network of one's own."""

    STARTTLS = "smtp+starttls"
    """By TLS after a greeting in the clear; never without, whatever the server offers."""

    TLS = "smtps"
    """By TLS from the first byte."""


_PORTS = {Security.NONE.value: 25, Security.STARTTLS.value: 587, Security.TLS.value: 465}


@dataclass(frozen=True, kw_only=True)
class MailChannel:
    """Sends mails through one server."""

    host: str
    port: int
    security: Security
    sender: Address
    login: tuple[str, str] | None = field(repr=False)
    """User and password; none where there is no TLS."""

    tls: ssl.SSLContext = field(repr=False, compare=False)
    limits: Limits

    @classmethod
    def from_url(cls, url: str, sender: str, *, limits: Limits = PATIENT) -> "MailChannel":
        """Return a channel through `smtp://HOST`, `smtp+starttls://…` or `smtps://USER:PASSWORD@…`.

        Certificates are checked against the authorities of the system, or `SSL_CERT_FILE`.

        Raises:
            InvalidSetting: names ALUR_SMTP_URL or ALUR_SMTP_FROM, and quotes no password.
        """
        parts, host, port = urls.split(_URL, url, ports=_PORTS)
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise urls.invalid(_URL, "ends with the port; write / ? # in a password as %XX")
        try:
            address = letters.address(sender)
        except ValueError:
            raise urls.invalid(_FROM, "is not an e-mail address") from None
        return cls(
            host=host,
            port=port,
            security=Security(parts.scheme),
            sender=address,
            login=_login(parts),
            tls=ssl.create_default_context(),
            limits=limits,
        )

    def send(self, mail: Mail) -> None:
        """Return once the server has taken the mail on. Raises Undelivered."""
        letter = letters.compose(mail, sender=self.sender)
        tls = self.tls if self.security is Security.TLS else None
        try:
            with connected(self.host, self.port, limits=self.limits, tls=tls) as connection:
                self._hand_over(connection, letter, mail.to)
        except (OSError, ValueError) as error:
            # Not `from error`: the server's own words quote the address, and may quote anything.
            raise _undelivered(f"The mail server {self.host}:{self.port}", error) from None

    def _hand_over(self, connection: socket.socket, letter: bytes, to: str) -> None:
        with closing(_Client(connection, self.host)) as client:
            if self.security is Security.STARTTLS:
                client.starttls(context=self.tls)
            if self.login is not None:
                client.login(*self.login)
            client.sendmail(self.sender.addr_spec, [to], letter)
            with suppress(OSError):  # the mail is theirs now; nothing after it makes it undelivered
                client.quit()


class _Client(smtplib.SMTP):
    """The library's client on a connection that is open already."""

    def __init__(self, connection: socket.socket, host: str) -> None:
        self._connection = connection
        own = connection.getsockname()[0]
        # By its address (RFC 5321 4.1.3): looking up the name of this machine knows no time limit.
        super().__init__(host, local_hostname=f"[IPv6:{own}]" if ":" in own else f"[{own}]")

    def connect(self, *_where: object, **_from: object) -> tuple[int, bytes]:
        self.sock, self.file = self._connection, None
        return self.getreply()


def _login(parts: SplitResult) -> tuple[str, str] | None:
    if parts.username is None and parts.password is None:
        return None
    if parts.scheme == Security.NONE:
        raise urls.invalid(_URL, "has a password but no TLS; use smtp+starttls:// or smtps://")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not user or not password:
        raise urls.invalid(_URL, "needs both, user and password, or none")
    if not (user + password).isascii():
        raise urls.invalid(
            _URL, "has a user or password beyond ASCII, which SMTP clients differ on"
        )
    return user, password


def _undelivered(server: str, error: OSError | ValueError) -> Undelivered:
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(error.recipients.values()))
            return _refused(server, "the recipient", code, reply, mail=True)
        case smtplib.SMTPDataError():
            return _refused(server, "the message", error.smtp_code, error.smtp_error, mail=True)
        case smtplib.SMTPResponseException():
            what = _REFUSED.get(type(error), "to talk")
            return _refused(server, what, error.smtp_code, error.smtp_error, mail=False)
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPServerDisconnected):
            return Undelivered(f"{server} offers no TLS, or no way to log in, as the settings ask.")
    return Undelivered(f"{server} cannot be used: {reason(error)}.")


def _refused(server: str, what: str, code: int, reply: bytes | str, *, mail: bool) -> Undelivered:
    """Return the error with the code of the answer (RFC 5321, RFC 3463); its words quote addresses.

    `mail`: the answer is about this mail, not about the settings, which somebody will mend.
    """
    text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
    status = re.match(r"\d\.\d{1,3}\.\d{1,3}\b", text)
    answer = f"{code} {status[0]}" if status else f"{code}"
    permanent = mail and code in _FINAL
    return Undelivered(f"{server} refused {what}: {answer}.", permanent=permanent)
