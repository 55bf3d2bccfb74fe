"""What holds on every page: nobody is kept out, nothing comes from elsewhere, all of it is safe."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests.browser.person import Person
from tests.office import Office

SitDown = Callable[..., Person]
SIZES = {"1280": (1280, 800), "390": (390, 844)}
LOOKS = [
    {"color_scheme": scheme, "viewport": {"width": width, "height": height}}
    for scheme, (width, height) in product(("light", "dark"), SIZES.values())
]
PAGES = {
    "masuk": ("", "/masuk"),
    "kotak-tugas": ("kasubag", "/tugas"),
    "kotak-tugas-kosong": ("admin", "/tugas"),
    "tidak-ditemukan": ("kasubag", "/tidak-ada"),
}
"""Of every page: its name among the pictures, who looks at it, and where it is."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def busy(office: Office) -> Office:
    """The office with cases that are in time, at risk, late, and of a very long name."""
    names = ("LAKIP triwulan I", "LAKIP " + "dengan nama yang panjang sekali " * 5, "x" * 120)
    late = [office.start(name) for name in names]
    for case in late:
        case.play(until="Membuat format")
    office.wait("PT10H")
    office.start("LAKIP triwulan II").play(until="Membuat format")
    return office


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_is_drawn_without_fault_for_everybody(
    sit_down: SitDown,
    busy: Office,  # noqa: ARG001 — there has to be something to see
    look: dict[str, Any],
) -> None:
    scheme, width = look["color_scheme"], look["viewport"]["width"]
    wrong = {}
    for name, (username, path) in PAGES.items():
        person = sit_down(username, **look)
        person.open(path)
        person.picture(f"{name}-{scheme}-{width}")
        wrong[name] = person.violations()
        too_wide = person.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not too_wide, f"{name} scrolls sideways at {width} pixels"
    assert {name: found for name, found in wrong.items() if found} == {}
