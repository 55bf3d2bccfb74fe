"""Addresses of servers as settings hold them; what is wrong is said without quoting them."""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from engine.config import InvalidSetting

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:]+(:[0-9.]+)?")
"""A name or an IPv4 address, or an IPv6 address."""


def split(setting: str, url: str, *, ports: Mapping[str, int]) -> tuple[SplitResult, str, int]:
    """Return the parts of a URL with its host and port; `ports` has the default of each scheme.

    Raises:
        InvalidSetting: it cannot be used; the sentence has no part of it, for it may hold a
            password.
    """
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise invalid(setting, "may only have ASCII characters; write others as %XX")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise invalid(setting, "is not a valid URL") from None
    if parts.scheme not in ports:
        raise invalid(setting, f"has to begin with {' or '.join(f'{name}://' for name in ports)}")
    if not _HOST.fullmatch(parts.hostname or ""):
        raise invalid(setting, "names no valid host")
    return parts, parts.hostname or "", ports[parts.scheme] if port is None else port


def invalid(setting: str, why: str) -> InvalidSetting:
    """Return the error about that environment variable."""
    return InvalidSetting(f"{setting} {why}.", setting=setting)
