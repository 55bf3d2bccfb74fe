"""What the address of a page asks for."""

from typing import TypeVar

from flask import request
from pydantic import ValidationError

from api.rest.schemas import InvalidRequest, Query
from engine.errors import Said

Q = TypeVar("Q", bound=Query)


def read_query(wanted: type[Q]) -> Q:
    """Return the parameters of the address; an empty one, as forms send it, is as good as none.

    Raises InvalidRequest, naming each that does not fit: also one that is there twice.
    """
    twice = [name for name, texts in request.args.lists() if len(texts) > 1]
    if twice:
        raise InvalidRequest(fields=dict.fromkeys(twice, Said("is there more than once")))
    given = {name: text for name, text in request.args.items() if text}
    try:
        return wanted.model_validate(given)
    except ValidationError as error:
        raise InvalidRequest.of(error) from error
