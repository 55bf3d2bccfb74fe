"""Every other address below /engine-rest: refused in Camunda's words, readable from anywhere."""

from typing import NoReturn

from api.camunda.door import Door
from engine.errors import NotFound

door = Door("unknown")


class NoSuchAddress(NotFound):
    """There is nothing at this address; what is typed in the modeler ends with /engine-rest."""


@door.blueprint.route("/", defaults={"path": ""}, methods=["GET", "POST"])
@door.blueprint.route("/<path:path>", methods=["GET", "POST"])
def refuse(path: str) -> NoReturn:
    """Say that there is nothing."""
    raise NoSuchAddress(path=path)
