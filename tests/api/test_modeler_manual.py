"""The manual for the desktop modeler names what is there."""

import re

import pytest
from flask import Flask

from api.pages.language import catalogue
from engine.bpmn import lint_sop
from engine.config import ROOT
from engine.instances import InvalidStart, NotInForce
from engine.permissions import RoleNeeded
from engine.tokens import TooManyLogins, WrongCredentials
from tests.unit.test_element_template import TEMPLATE

MANUAL = (ROOT / "docs" / "panduan" / "modeler-desktop.md").read_text(encoding="utf-8")
ERRORS = (InvalidStart, NotInForce, RoleNeeded, TooManyLogins, WrongCredentials)
RULES = (lint_sop.NO_TIME, lint_sop.NO_OUTPUT, lint_sop.NO_LANE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_address_in_it_is_served(app: Flask) -> None:
    rules = [re.sub("<[^>]*>", "[^/]+", rule.rule) for rule in app.url_map.iter_rules()]
    paths = re.findall(r"http://127\.0\.0\.1:8000(/[^\s`]+)", MANUAL)
    assert len(paths) >= 2
    for path in paths:
        wanted = f"{path}/version" if path == "/engine-rest" else path
        assert any(re.fullmatch(rule, wanted) for rule in rules), path


def test_it_quotes_refusals_as_they_are_said() -> None:
    indonesian = catalogue("id")
    said = [indonesian.gettext(str(error())) for error in ERRORS] + [
        rule.message.id for rule in RULES
    ]
    assert [sentence for sentence in said if sentence not in MANUAL] == []
    differ = lint_sop.TIMES_DIFFER.message.id.format(written="45 menit", timer="PT10M")
    assert differ in MANUAL


def test_it_explains_every_field_of_the_template() -> None:
    assert f"**{TEMPLATE['name']}**" in MANUAL
    labels = [entry["label"] for entry in TEMPLATE["properties"]]
    assert [label for label in labels if f"| {label} |" not in MANUAL] == []
