"""For whoever watches over the server: is it alive, can it work."""

from typing import Literal

from api.rest.resource import Resource
from api.rest.schemas import Answer
from api.wiring import wired

resource = Resource("health", "Is the server alive, can it work.", prefix=None)


class Health(Answer):
    """All is well."""

    status: Literal["ok"] = "ok"


@resource.public_get("/healthz", Health)
def is_alive() -> Health:
    """Answer as long as the process runs; asks nobody else, not even the database."""
    return Health()


@resource.public_get("/readyz", Health, problems=(503,))
def is_ready() -> Health:
    """Answer 200 if the database answers, has the schema of this version and can be written.

    Otherwise `detail` says why not, for example that the disk is full.
    """
    wired().readiness.check()
    return Health()
