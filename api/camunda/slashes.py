"""The modeler appends `/deployment` to whatever was typed, so `…/engine-rest/` becomes two slashes.

A redirect to the right path would lose the body of a deployment; so the path is mended before
anything looks at it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

_SEVERAL: Final = re.compile("/{2,}")
_OURS: Final = ("/engine-rest/", "/.well-known/")


class CollapsedSlashes:
    """A WSGI application that sees one slash where a modeler sends several, or one at the end."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer the request."""
        path = _SEVERAL.sub("/", environ.get("PATH_INFO", ""))
        if path.startswith(_OURS):
            environ["PATH_INFO"] = path.rstrip("/")
        return self._application(environ, start_response)
