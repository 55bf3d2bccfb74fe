"""The pictures of the guides: what a person sees at each of their steps."""

import re
from collections.abc import Callable

import pytest

from engine.config import ROOT
from tests.browser.person import SCREENSHOTS, Person
from tests.office import KEY, Office

SitDown = Callable[..., Person]
GUIDES = ROOT / "docs" / "panduan"
WINDOW = {"viewport": {"width": 1000, "height": 640}, "color_scheme": "light"}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def shown_in_guides() -> set[str]:
    """Return the names of the pictures that the guides show."""
    texts = (path.read_text(encoding="utf-8") for path in GUIDES.glob("*.md"))
    return {name for text in texts for name in re.findall(r"\(gambar/([\w-]+)\.png\)", text)}


def test_every_picture_of_the_guides_is_taken_here_and_lies_beside_them(
    sit_down: SitDown, office: Office
) -> None:
    taken = []

    def take(person: Person, name: str) -> None:
        person.page.wait_for_load_state("networkidle")
        person.picture(f"panduan/{name}", whole=False)
        taken.append(name)

    case = office.start("LAKIP triwulan II")
    case.play(until="Mengoreksi")
    office.wait("P1D")
    office.start("LAKIP triwulan III")
    _of_actors(sit_down, take)
    _of_supervisors(sit_down, take)
    _of_admins(sit_down, take)
    assert set(taken) == shown_in_guides()
    assert {path.stem for path in (GUIDES / "gambar").glob("*.png")} == shown_in_guides()
    assert {path.stem for path in (SCREENSHOTS / "panduan").glob("*.png")} >= shown_in_guides()


def _of_actors(sit_down: SitDown, take: Callable[[Person, str], None]) -> None:
    secretary = sit_down("", **WINDOW).open("/masuk")
    take(secretary, "masuk")
    take(secretary.log_in("sekretaris"), "kotak-tugas")
    secretary.click("Mengoreksi")
    secretary.page.get_by_role("group", name="Perlu perbaikan?").get_by_label("Tidak").check()
    secretary.page.get_by_text("Draf tersimpan").wait_for()
    take(secretary, "tugas")
    take(secretary.click("Selesai", exact=True), "berikutnya")


def _of_supervisors(sit_down: SitDown, take: Callable[[Person, str], None]) -> None:
    supervisor = sit_down("supervisor", **WINDOW).open(f"/sop/{KEY}")
    supervisor.page.get_by_text("Mulai kasus baru").click()
    take(supervisor, "mulai-kasus")
    take(supervisor.open("/pantauan"), "pantauan")
    supervisor.open("/kasus").click("LAKIP triwulan II")
    take(supervisor, "kasus")
    supervisor.page.get_by_text("Perpanjang tenggat").first.click()
    supervisor.page.get_by_role("heading", name="Tindakan").scroll_into_view_if_needed()
    take(supervisor, "tindakan")
    take(supervisor.open(f"/pantauan/sop/{KEY}/lembar"), "lembar")


def _of_admins(sit_down: SitDown, take: Callable[[Person, str], None]) -> None:
    admin = sit_down("admin", **WINDOW).open("/orang")
    take(admin, "orang")
    take(admin.click("sekretaris"), "jabatan")
    take(admin.open("/orang/pengguna/baru"), "pengguna-baru")
