"""Every sentence is there in both languages, and nothing in a catalogue is left over.

Templates and pages are written in Indonesian: `en.po` has their English. The engine is written in
English: `id.po` has the Indonesian of what its errors say to people.
"""

import ast
import importlib
import pkgutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import api
import engine
from engine.config import ROOT
from engine.errors import AlurError, Said
from engine.failures import _SENTENCES

TRANSLATIONS = ROOT / "api" / "translations"
NOT_SHOWN = ("api.cli", "api.serving", "engine.backup", "engine.config", "engine.ladder")
"""Speak at the terminal, in English, and nowhere else."""
INSIDE = ("engine.calendars", "engine.cycles", "engine.element_templates", "engine.expressions")
"""What they say stands inside of a finding, or on the terminal of an operator."""
METHODS = [
    ("camunda/**.py", "python"),
    ("pages/**.py", "python"),
    ("templates/pages/**.html", "jinja2"),
]


def written_in_pages() -> set[str]:
    """Return what templates and pages say, by the Indonesian text; a plural by its singular."""
    options: dict[str, dict[str, str]] = {"jinja2": {}, "python": {}}
    found = extract_from_dir(
        ROOT / "api",
        METHODS,
        options_map=options,
        keywords={"gettext": None, "_": None, "ngettext": (1, 2)},
    )
    return {one[2] if isinstance(one[2], str) else one[2][0] for one in found}


def classes(of: type[AlurError] = AlurError) -> Iterator[type[AlurError]]:
    """Yield the errors that people may see."""
    for one in of.__subclasses__():
        if one.__module__.startswith(("api.", "engine.")) and not one.__module__.startswith(
            NOT_SHOWN
        ):
            yield one
        yield from classes(one)


def import_everything() -> None:
    """Load every module, so that every error is known."""
    for package in (api, engine):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Yield every file of engine and interface that may speak to people."""
    for folder in ("engine", "api"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if not name.startswith(NOT_SHOWN):
                yield path, ast.parse(path.read_text())


def templates_of_said() -> set[str]:
    """Return the first argument of every `Said(…)`."""
    found = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said":
                template = node.args[0]
                assert isinstance(template, ast.Constant), f"{path}:{node.lineno} is no literal"
                found.add(str(template.value))
    return found


def said_by_the_engine() -> set[str]:
    """Return every sentence of an error, in English."""
    import_everything()
    first_lines = {(one.__doc__ or "").partition("\n")[0] for one in classes()}
    return first_lines | templates_of_said() | set(_SENTENCES.values())


def catalogue(language: str) -> Catalog:
    """Return a catalogue as it is written."""
    with (TRANSLATIONS / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def forms_of(message: Message) -> list[str]:
    """Return how a text is said: one way, or one for each form of a plural."""
    if message.string is None or isinstance(message.string, str):
        return [message.string or ""]
    return list(message.string)


def keys(language: str) -> dict[str, object]:
    """Return what a catalogue has, by its key; a plural by its singular."""
    return {
        one.id if isinstance(one.id, str) else one.id[0]: one.string
        for one in catalogue(language)
        if one.id
    }


def test_every_text_of_the_pages_is_there_in_english_and_none_is_left_over() -> None:
    assert sorted(written_in_pages() - keys("en").keys()) == [], "missing in en.po"
    assert sorted(keys("en").keys() - written_in_pages()) == [], "left over in en.po"


def test_every_sentence_of_the_engine_is_there_in_indonesian_and_none_is_left_over() -> None:
    said = said_by_the_engine()
    assert sorted(said - keys("id").keys()) == [], "missing in id.po"
    assert sorted(keys("id").keys() - said) == [], "left over in id.po"


@pytest.mark.parametrize("language", ["id", "en"])
def test_nothing_is_empty_or_fuzzy(language: str) -> None:
    for one in catalogue(language):
        if one.id:
            assert all(forms_of(one)), one.id
            assert not one.fuzzy, one.id


def test_english_has_both_forms_of_a_plural() -> None:
    for one in catalogue("en"):
        if one.id and not isinstance(one.id, str):
            assert len(forms_of(one)) == 2, one.id


def test_a_translation_has_no_value_that_its_sentence_lacks() -> None:
    for english, indonesian in keys("id").items():
        assert names_in(str(indonesian)) <= names_in(english), english
    for one in catalogue("en"):
        if one.id:
            original = one.id if isinstance(one.id, str) else one.id[0]
            for form in forms_of(one):
                assert percents(form) <= percents(original) | {"num"}, original


def test_what_an_error_says_can_be_translated() -> None:
    """A sentence that is put together by hand has no key: it has to be a `Said`."""
    import_everything()
    assert [where for path, tree in sources() for where in put_together(path, tree)] == []


def put_together(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield where the problem with a field, or the sentence of an error, is a plain string."""
    errors = {one.__name__ for one in classes() if not one.__module__.startswith(INSIDE)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in errors:
            sentence = next(iter(node.args), None)
            if isinstance(sentence, ast.JoinedStr | ast.Constant):
                yield f"{path.relative_to(ROOT)}:{node.lineno}"
        if (
            isinstance(node, ast.keyword)
            and node.arg == "fields"
            and isinstance(node.value, ast.Dict)
        ):
            for text in node.value.values:
                if isinstance(text, ast.JoinedStr | ast.Constant):
                    yield f"{path.relative_to(ROOT)}:{text.lineno}"


def names_in(template: str) -> set[str]:
    """Return the placeholders of a sentence of the engine."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def percents(text: str) -> set[str]:
    """Return the placeholders of a text of the pages."""
    return {part.partition(")")[0] for part in text.split("%(")[1:]}


def test_a_sentence_reads_as_before_and_knows_what_it_was_made_of() -> None:
    sentence = Said("at most {longest} characters", longest=200)
    assert sentence == "at most 200 characters"
    assert (sentence.template, sentence.values) == (
        "at most {longest} characters",
        {"longest": 200},
    )
