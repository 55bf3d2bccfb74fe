"""The errors of the engine, by category; callers catch the category.

The first line of a class's docstring is its default message, its name in kebab case its stable
code. `api/errors.py` turns a category into an HTTP status; nothing here knows about HTTP.
"""

import re
import traceback
from collections.abc import Mapping
from typing import ClassVar


class Said(str):
    """An English sentence that knows what it was made of, so that it can be said in another way."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> "Said":
        """Return `template` with its `{placeholders}` filled."""
        sentence = super().__new__(cls, template.format_map(values))
        sentence.template, sentence.values = template, values
        return sentence


class AlurError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "alur-error"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(self, message: str | None = None, /, **details: object) -> None:
        """Keep `details` (ids, states, names; JSON values only) for whoever shows the error."""
        default = (type(self).__doc__ or "").partition("\n")[0]
        super().__init__(message or default)
        self.details: Mapping[str, object] = details


class Unauthenticated(AlurError):
    """Nobody is logged in."""


class Forbidden(AlurError):
    """This user may not do that."""


class NotFound(AlurError):
    """There is no such thing."""


class Conflict(AlurError):
    """The present state does not allow that."""


class Invalid(AlurError):
    """The input is not valid; `fields` says for each field what is wrong with it."""

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        fields: Mapping[str, str] | None = None,
        **details: object,
    ) -> None:
        super().__init__(message, **details)
        self.fields: Mapping[str, str] = fields or {}


class TooManyRequests(AlurError):
    """Too many attempts; try again later."""


class Unavailable(AlurError):
    """The database does not answer or is not ready; try again later."""


def without_case_data(error: Exception) -> str:
    """Return what an operator may read: our own sentence, or of a bug where it happened."""
    if isinstance(error, AlurError):
        return str(error)
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"
