"""What the address of a page asks for."""

from typing import TypeVar

from flask import request
from pydantic import ValidationError
from pydantic_core import ErrorDetails

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
        faults = error.errors(include_url=False, include_input=False)
        fields = {str(fault["loc"][0]): _sentence(fault) for fault in faults}
        raise InvalidRequest(fields=fields) from error


def _sentence(fault: ErrorDetails) -> Said:
    """Return what is wrong with a parameter, in words that are there in both languages."""
    limits = fault.get("ctx", {})
    match fault["type"]:
        case "string_too_long":
            return Said("at most {longest} characters", longest=limits["max_length"])
        case "greater_than_equal":
            return Said("at least {least}", least=limits["ge"])
        case "less_than_equal":
            return Said("at most {most}", most=limits["le"])
        case "extra_forbidden":
            return Said("is not a known field")
        case _:
            return Said("is not a known value")
