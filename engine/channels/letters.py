"""Mails as they stand on the wire (RFC 5322)."""

import re
from datetime import UTC
from email.charset import QP, Charset
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime

from engine.channels.messages import Mail, Undelivered

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(
    rf"(?=.{{1,254}}$)(?P<user>(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*)@(?P<domain>{_LABEL}(\.{_LABEL})*)"
)
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
"""Only ASCII travels, in short lines: not every server takes more."""
_AS_WRITTEN = compat32.clone(linesep="\r\n", max_line_length=998)
"""The newer policies decode `=?utf-8?…?=` in what they are given, line breaks included: whoever
named a case could add headers. They also lose spaces between two words that are not ASCII. The
length is the limit of RFC 5322: only the subject is folded, which comes encoded."""


def address(text: str) -> Address:
    """Return an e-mail address in its plain form, `user@domain`, ASCII on both sides.

    Addresses beyond ASCII are refused: before the @ few servers take them, and after it one name
    can mean two domains (IDNA 2003 and 2008); there is the `xn--` form for it.

    Raises:
        ValueError: it is none.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError("not an e-mail address")
    return Address(username=match["user"], domain=match["domain"])


def compose(mail: Mail, *, sender: Address) -> bytes:
    """Return headers and body. Raises Undelivered: nothing can be sent to `to`."""
    try:
        recipient = address(mail.to)
    except ValueError:
        raise Undelivered("The recipient has no valid e-mail address.", permanent=True) from None
    message = Message(policy=_AS_WRITTEN)
    message["From"] = sender.addr_spec
    message["To"] = recipient.addr_spec
    message["Subject"] = Header(_one_line(mail.subject), "utf-8", header_name="Subject").encode()
    message["Date"] = format_datetime(mail.at.astimezone(UTC))
    message["Alur-Began"] = mail.at.astimezone(UTC).isoformat()  # `Date` knows whole seconds only
    message["Message-ID"] = f"<{mail.key.replace(':', '.')}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday replies stay away
    message.set_payload(mail.text, _UTF8)
    return message.as_bytes()


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
