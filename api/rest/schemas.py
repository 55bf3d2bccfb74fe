"""What all request and answer models have in common: strictness, moments, lists."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)

from api.bodies import is_storable
from engine.database import Transaction
from engine.durations import Duration, InvalidDuration
from engine.errors import Invalid, Said
from engine.repository import InvalidCursor, Key, Page, PageRequest

T = TypeVar("T")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between which every moment of a request lies."""
_EXAMPLE = "2026-11-04T09:00:00+08:00"
_PLAIN_WORDS = {"missing": "is missing", "extra_forbidden": "is not a known field"}


class InvalidRequest(Invalid):
    """Some fields of the request are not valid."""

    @classmethod
    def of(cls, error: ValidationError) -> "InvalidRequest":
        """Return the error that names every field of a model that did not fit."""
        fields = {}
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(str(part) for part in fault["loc"])
            said = fault["msg"].removeprefix("Value error, ")
            fields[field] = _PLAIN_WORDS.get(fault["type"], said)
        return cls(fields=fields)


def without_null(schema: dict[str, Any]) -> None:
    """Say of an optional parameter that it may be absent, not that it may be null."""
    for declared in schema.get("properties", {}).values():
        present = [one for one in declared.get("anyOf", ()) if one != {"type": "null"}]
        if len(present) == 1:
            del declared["anyOf"]
            declared.update(present[0])
        if declared.get("default", "") is None:
            del declared["default"]


def _iso(value: object) -> datetime:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        sentence = f"a moment with its offset is needed, like {_EXAMPLE} (in a URL + is %2B)"
        raise ValueError(sentence) from None


def _in_reach(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("a moment from 1970 to 2199 is needed")
    return moment


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_iso),
    AfterValidator(_in_reach),
    Field(examples=[_EXAMPLE]),
]
"""A moment that a client sends: ISO 8601 with an offset."""


def _duration(value: object) -> Duration:
    try:
        return Duration.parse(str(value))
    except InvalidDuration as error:
        raise ValueError(str(error)) from error


Length = Annotated[
    Duration,
    PlainValidator(_duration),
    WithJsonSchema({"type": "string", "format": "duration", "examples": ["P2D"]}),
]
"""A duration that a client sends: ISO 8601, in the units of a calendar."""


class RequestBody(BaseModel):
    """A JSON body: nothing unknown, and `"1"` is not 1."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """Parameters in the address; unknown and repeated ones are refused."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_null)


class ListQuery(Query):
    """The parameters that every list has."""

    limit: int = Field(50, ge=1, le=200, description="How many items at most.")
    cursor: str | None = Field(
        None, max_length=2000, description="`next_cursor` of the page before; opaque."
    )

    def page(self) -> PageRequest:
        """Return which part of the list is wanted. Raises InvalidCursor."""
        after = None if self.cursor is None else _decoded(self.cursor)
        return PageRequest(limit=self.limit, after=after)

    @staticmethod
    def cursor_after(key: Key | None) -> str | None:
        """Return the `cursor` of the page that begins there."""
        return None if key is None else _encoded(key)


class Answer(BaseModel):
    """A JSON answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class Sentence(Answer):
    """One sentence in the languages of the interface."""

    id: str = Field(description="Indonesian.")
    en: str = Field(description="English.")


Item = TypeVar("Item", bound=Answer)


class Listing(Answer, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="Where the next page starts; null on the last one.")

    @classmethod
    def of(cls, page: Page[T], shown: Callable[[T], Item]) -> Self:
        """Return the page with every row as it is shown."""
        return cls(
            items=[shown(row) for row in page.items],
            next_cursor=ListQuery.cursor_after(page.next_after),
        )


def local(tx: Transaction, moment: datetime) -> datetime:
    """Return the moment in the zone of the office."""
    return tx.local(moment)


def local_or_none(tx: Transaction, moment: datetime | None) -> datetime | None:
    """Return the moment in the zone of the office, if there is one."""
    return None if moment is None else local(tx, moment)


def _encoded(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).rstrip(b"=").decode()


def _decoded(cursor: str) -> Key:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError, binascii.Error) as error:
        raise _unreadable() from error
    if not isinstance(key, list) or not all(_is_part(part) for part in key):
        raise _unreadable()
    return key


def _is_part(part: object) -> bool:
    """Return whether it can be a part of a sort key: null, or text that a database takes."""
    return part is None or (isinstance(part, str) and is_storable(part))


def _unreadable() -> InvalidCursor:
    return InvalidCursor(fields={"cursor": Said("is not the next_cursor of a page")})
