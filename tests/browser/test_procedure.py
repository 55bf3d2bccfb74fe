"""The official table of an SOP in the browser: its lines join, it is read aloud, it prints."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.person import Person
from tests.browser.test_house import LOOKS
from tests.office import KEY, Office
from tests.unit.small_diagrams import lane, source

SitDown = Callable[..., Person]
STEPS, LANES = 30, 6
DARK = {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}}
APART = """() => {
  const boxes = [...document.querySelectorAll('.flow line')].map(line => ({
    x: line.getAttribute('x1'), y: line.getAttribute('y1'), box: line.getBoundingClientRect(),
  }));
  const close = (one, other) => Math.abs(one - other) < 1.5;
  const goesOn = (line, other) => line.y.startsWith('-52')
    ? close(line.box.x, other.box.x) && other.box.top < line.box.top - 1
      && other.box.bottom >= line.box.top
    : close(line.box.y, other.box.y) && other.box.left < line.box.left - 1
      && other.box.right >= line.box.left;
  const entering = boxes.filter(line => line.y === '-52%' || line.x === '-2%');
  const apart = entering.filter(line => !boxes.some(other => goesOn(line, other)));
  return [entering.length, apart.length];
}"""
"""How many lines enter a cell from another one, and how many of those come from nowhere."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def flow(one: str, two: str, inside: str = "") -> str:
    ends = f'id="{one}-{two}" sourceRef="{one}" targetRef="{two}"'
    return f"<sequenceFlow {ends}>{inside}</sequenceFlow>"


def decision(number: int) -> str:
    """Return what decides after a step whether it goes on or two steps back."""
    gateway = f"g{number}"
    back = f"<conditionExpression>${{{number} == 0}}</conditionExpression>"
    return (
        f'<exclusiveGateway id="{gateway}" name="Sesuai?" default="{gateway}-t{number + 1}"/>'
        + flow(f"t{number}", gateway)
        + flow(gateway, f"t{number + 1}")
        + flow(gateway, f"t{number - 2}", back)
    )


def long_sop() -> bytes:
    """Return an SOP of many steps, short and long ones, in many lanes; every fifth decides."""
    lanes = "".join(
        lane(f"lane{one}", *(f"t{number}" for number in range(STEPS) if number * 7 % LANES == one))
        for one in range(LANES)
    )
    steps = "".join(
        f'<userTask id="t{number}" name="Kegiatan {"panjang sekali " * (number % 7)}"/>'
        for number in range(STEPS)
    )
    leads = "".join(
        decision(number) if number % 5 == 3 else flow(f"t{number}", f"t{number + 1}")
        for number in range(STEPS - 1)
    )
    ends = '<startEvent id="start"/><endEvent id="end"/>'
    ends += flow("start", "t0") + flow(f"t{STEPS - 1}", "end")
    return source(f"<laneSet>{lanes}</laneSet>{ends}{steps}{leads}")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_lines_join_across_cells_whatever_height_rows_have(
    sit_down: SitDown, office: Office, look: dict[str, Any]
) -> None:
    office.deploy(long_sop())
    person = sit_down("staf", **look)
    for key, steps in ((KEY, 10), ("p", STEPS)):
        person.open(f"/sop/{key}")
        person.page.wait_for_load_state("networkidle")
        entering, apart = person.page.evaluate(APART)
        assert (entering > steps, apart) == (True, 0)
        assert person.violations() == []
        assert not person.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        person.picture(f"prosedur-{key}-{look['color_scheme']}-{look['viewport']['width']}")


def test_it_prints_on_a4_landscape_black_on_white_without_what_is_clicked(
    sit_down: SitDown,
    office: Office,  # noqa: ARG001 — it has to be there
) -> None:
    person = sit_down("supervisor", **DARK).open(f"/sop/{KEY}")
    paper = person.page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert {(round(float(wide)), round(float(high))) for wide, high in sizes} == {(842, 595)}
    person.page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".top", "details", "figure.diagram", "h1"):
        assert not person.page.locator(hidden).first.is_visible(), hidden
    style = "one => [getComputedStyle(one).color, getComputedStyle(one).display]"
    assert person.page.locator(".procedure thead").evaluate(style) == [
        "rgb(0, 0, 0)",
        "table-header-group",
    ]
    assert person.page.locator(".flow .symbol").first.evaluate(
        "one => [getComputedStyle(one).fill, getComputedStyle(one).stroke]"
    ) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_symbols_are_read_aloud_and_lines_are_not(
    sit_down: SitDown,
    office: Office,  # noqa: ARG001 — as above
) -> None:
    page = sit_down("staf", java_script_enabled=False).open(f"/sop/{KEY}").page
    assert page.locator(".flow svg[role=img][aria-label]").count() == 10
    assert page.get_by_role("img", name="Keputusan, Kepala Badan").count() == 1
    assert page.locator(".flow svg.marks:not([role=img]):not([aria-hidden=true])").count() == 0


def test_the_monitoring_sheet_prints_from_its_first_page_on_with_its_head_on_every_page(
    sit_down: SitDown, office: Office
) -> None:
    office.start()
    person = sit_down("supervisor").open(f"/pantauan/sop/{KEY}/lembar")
    person.page.emulate_media(media="print")
    style = "one => getComputedStyle(document.querySelector(one)).display"
    shown = [person.page.evaluate(style, one) for one in (".filters", ".scrolls", ".scrolls thead")]
    assert shown == ["none", "block", "table-header-group"]
