"""Webhooks, signed after the Standard Webhooks specification 1.0 (www.standardwebhooks.com)."""

import base64
import http.client
import json
import ssl
from contextlib import closing, suppress
from datetime import UTC
from urllib.parse import urlunsplit

from standardwebhooks import Webhook

from engine.channels import urls
from engine.channels.connection import PATIENT, Limits, connected, reason
from engine.channels.messages import Event, Undelivered

_URL, _SECRET = "ALUR_WEBHOOK_URL", "ALUR_WEBHOOK_SECRET"
_PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64
_SUCCESS = range(200, 300)
_FINAL = frozenset(range(400, 500)) - {408, 425, 429}
"""Answers that will be the same next time; these three say: too slow, too early, too many."""
_MOST_ANSWER_BYTES = 64 * 1024


class WebhookChannel:
    """Posts events to one address.

    Proxies of the environment are not used and redirects not followed: what is sent concerns people
    and goes to the configured address or nowhere.
    """

    def __init__(self, url: str, secret: str, *, limits: Limits = PATIENT) -> None:
        """Post to `http://…` or `https://…`, signed with `whsec_` + 24 to 64 bytes in base64.

        Certificates are checked against the authorities of the system, or `SSL_CERT_FILE`.

        Raises:
            InvalidSetting: names ALUR_WEBHOOK_URL or ALUR_WEBHOOK_SECRET, and quotes neither.
        """
        parts, self._host, self._port = urls.split(_URL, url, ports={"https": 443, "http": 80})
        if "@" in parts.netloc:
            raise urls.invalid(_URL, "may hold no user and password; the signature says who sends")
        self._target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._authority = parts.netloc
        self._signer = Webhook(_key(secret))
        self._limits = limits

    def send(self, event: Event) -> None:
        """Return once the receiver has answered 2xx. Raises Undelivered."""
        body = _body(event)
        try:
            status = self._post(body.encode(), self._headers(event, body))
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Not `from error`: an answer that is no HTTP is quoted there.
            raise Undelivered(f"{self._name} cannot be used: {reason(error)}.") from None
        if status not in _SUCCESS:
            raise Undelivered(f"{self._name} answered {status}.", permanent=status in _FINAL)

    @property
    def _name(self) -> str:
        """The receiver without the path, which may be a secret."""
        return f"The webhook at {self._host}:{self._port}"

    def _headers(self, event: Event, body: str) -> dict[str, str]:
        moment = event.at.astimezone(UTC)
        return {
            "Host": self._authority,
            "User-Agent": "Alur",
            "Content-Type": "application/json",
            "Connection": "close",
            "webhook-id": event.key,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._signer.sign(event.key, moment, body),
        }

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """Return the status of the answer; what follows is read out of politeness."""
        with (
            connected(self._host, self._port, limits=self._limits, tls=self._tls) as connection,
            closing(http.client.HTTPConnection(self._host, self._port)) as client,
        ):
            client.sock = connection
            client.request("POST", self._target, body, headers)
            answer = client.getresponse()
            with answer, suppress(OSError, http.client.HTTPException):
                answer.read(_MOST_ANSWER_BYTES)
            return answer.status


def _key(secret: str) -> bytes:
    """Return the bytes of a secret; strictly, as the library would skip what is not base64."""
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(_PREFIX) or not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise urls.invalid(
            _SECRET, f"has to be {_PREFIX} and {_LEAST_BYTES} to {_MOST_BYTES} bytes in base64"
        )
    return key


def _body(event: Event) -> str:
    moment = event.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps(
        {"type": event.type, "timestamp": moment, "data": event.data}, separators=(",", ":")
    )
