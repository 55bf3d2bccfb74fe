"""Indonesian first, English beside it.

Templates are written in Indonesian, the sentences of the engine in English; each language has one
catalogue with what is not written in it: `translations/en.po` and `translations/id.po`. They are
read when the application starts.
"""

from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final, Literal, cast

from babel import Locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import g, request

from engine.errors import AlurError, Said

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("id", "en")
COOKIE: Final = "alur_language"
_FOLDER: Final = Path(__file__).parent.parent / "translations"


def language() -> Language:
    """Return the language of the present request: the one chosen, else Indonesian."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE)
        g.language = chosen if chosen in LANGUAGES else LANGUAGES[0]
    return cast("Language", g.language)


def locale() -> Locale:
    """Return how the language of the present request writes dates and numbers."""
    return Locale(language())


def gettext(message: str) -> str:
    """Return a sentence in the language of the present request."""
    return catalogue(language()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form that fits the number, in the language of the present request."""
    return catalogue(language()).ngettext(singular, plural, number)


def said(sentence: str) -> str:
    """Return a sentence of the engine in the language of the present request, its values in it."""
    if not isinstance(sentence, Said):
        return gettext(sentence)
    values = {name: _said_value(name, value) for name, value in sentence.values.items()}
    return gettext(sentence.template).format_map(values)


def _said_value(name: str, value: object) -> object:
    """Return a value of a sentence as people write it.

    A `moment` is one of the office in ISO 8601; a sentence of the engine is translated too.
    """
    if name == "moment":
        return written(datetime.fromisoformat(str(value)))
    if isinstance(value, AlurError):
        value = value.args[0]
    return said(value) if isinstance(value, Said) else value


def written(moment: datetime) -> str:
    """Return a moment of the office as "23 Nov 2026 07.40"."""
    pattern = {"id": "d MMM y HH.mm", "en": "d MMM y HH:mm"}[language()]
    return format_datetime(moment, pattern, locale=locale())


@cache
def catalogue(language: Language) -> Translations:
    """Return the catalogue of a language."""
    with (_FOLDER / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)
