"""The settings of an installation, read once from the environment and handed down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from engine.errors import Invalid

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `processes/` and `migrations/`."""


class InvalidSetting(Invalid):
    """An environment variable has a value that cannot be used."""


_ONLY_OFFICE = UUID("00000000-0000-7000-8000-000000000001")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting is the environment variable `ALUR_` + its name in capitals."""

    database_url: str = field(default=f"sqlite:///{ROOT / 'var' / 'alur.db'}", repr=False)
    """A SQLAlchemy URL: `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`."""

    calendar: Path = ROOT / "processes" / "calendar.toml"
    """The office's working hours and holidays; counted by once they are applied."""

    ladder: Path = ROOT / "processes" / "ladder.toml"
    """Who is told when a step is at risk, overdue, long overdue."""

    element_templates: Path = ROOT / "processes" / "element-templates"
    """The folder of the templates with which a modeler fills in the steps of an SOP."""

    tenant_id: UUID = _ONLY_OFFICE
    """The office that this installation serves; only installations with several set it."""

    token_hours: int = 12
    """How long a login lasts."""

    login_attempts: int = 10
    """Failed logins allowed for a user name within 15 minutes; an address has ten times as many."""

    max_request_bytes: int = 6 * 1024 * 1024
    """Larger request bodies are refused with 413."""

    max_document_bytes: int = 20 * 1024 * 1024
    """Larger documents of a case are refused."""

    pool_size: int = 8
    """Database connections of one process; as many as it has threads."""

    trusted_proxies: int = 0
    """How many reverse proxies stand in front and may say who is calling (X-Forwarded-For)."""

    secure_cookies: bool = False
    """Send the cookie of a login over TLS only; set it wherever people come by https."""

    smtp_url: str = field(default="", repr=False)
    """`smtp://`, `smtp+starttls://` or `smtps://` `USER:PASSWORD@HOST:PORT`; empty: no mail."""

    smtp_from: str = ""
    """The address that mails come from."""

    webhook_url: str = field(default="", repr=False)
    """Where every message is posted as well; empty: nowhere."""

    webhook_secret: str = field(default="", repr=False)
    """`whsec_…`, the key that signs these posts (Standard Webhooks)."""

    @property
    def token_lifetime(self) -> timedelta:
        """Return `token_hours` as a duration."""
        return timedelta(hours=self.token_hours)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings with what the environment says; empty values count as unset.

        Raises:
            InvalidSetting: a value cannot be read or is too small; names the variable.
        """
        values: dict[str, object] = {}
        for setting in fields(cls):
            name = f"ALUR_{setting.name.upper()}"
            text = environment.get(name, "")
            if text:
                value = _read(name, text, _READERS[setting.type])
                _require_least(name, value, LEAST.get(setting.name))
                values[setting.name] = value
        return cls(**values)  # type: ignore[arg-type]  # each value was made by its field's type


LEAST: Mapping[str, int] = {
    "token_hours": 1,
    "login_attempts": 1,
    "max_request_bytes": 1024,
    "max_document_bytes": 1024,
    "pool_size": 1,
    "trusted_proxies": 0,
}
"""What every number has to be at least; with less nobody could log in, ask, or be answered."""


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("it is true or false")
    return text == "true"


_READERS: dict[object, Callable[[str], object]] = {
    bool: _flag,
    int: int,
    str: str,
    Path: Path,
    UUID: UUID,
}


def _read(name: str, text: str, kind: Callable[[str], object]) -> object:
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidSetting(f"{name}={text!r} is not valid: {error}", setting=name) from error


def _require_least(name: str, value: object, least: int | None) -> None:
    if least is not None and isinstance(value, int) and value < least:
        raise InvalidSetting(f"{name}={value} is too small: at least {least}.", setting=name)
