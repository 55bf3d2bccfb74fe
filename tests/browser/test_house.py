"""What holds on every page: nobody is kept out, nothing comes from elsewhere, all of it is safe."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from api.application import create_app
from api.wiring import NAME
from engine import comments, people, repository
from engine.config import Settings
from tests.browser.person import Person
from tests.office import KEY, REFERENCE, Office

SitDown = Callable[..., Person]
SIZES = {"1280": (1280, 800), "390": (390, 844)}
LOOKS = [
    {"color_scheme": scheme, "viewport": {"width": width, "height": height}}
    for scheme, (width, height) in product(("light", "dark"), SIZES.values())
]
SOP = f"/sop/{KEY}"
BOARD = f"/pantauan/sop/{KEY}"
PAGES = {
    "masuk": ("", "/masuk"),
    "kotak-tugas": ("kasubag", "/tugas"),
    "kotak-tugas-kosong": ("admin", "/tugas"),
    "tugas": ("kasubag", "/tugas/{task}"),
    "kasus-semua": ("supervisor", "/kasus"),
    "kasus-tidak-ada": ("staf", "/kasus?cari=tidak+ada"),
    "kasus": ("supervisor", "/kasus/{case}"),
    "kasus-komentar": ("supervisor", "/kasus/{case}/komentar"),
    "kasus-dokumen": ("supervisor", "/kasus/{case}/dokumen"),
    "sop-semua": ("staf", "/sop"),
    "pasang": ("pemilik.proses", "/pasang"),
    "sop": ("kepala.badan", SOP),
    "sop-perbedaan": ("supervisor", f"{SOP}/perbedaan?dari=1&ke=2"),
    "pantauan": ("supervisor", "/pantauan"),
    "pantauan-tugas": ("supervisor", "/pantauan/tugas"),
    "pantauan-sop": ("supervisor", BOARD),
    "lembar-pemantauan": ("supervisor", f"{BOARD}/lembar"),
    "orang": ("admin", "/orang"),
    "jabatan": ("admin", "/orang/jabatan/{position}"),
    "pemegang": ("admin", "/orang/jabatan/{position}/pemegang/{holder}"),
    "pengguna-semua": ("admin", "/orang/pengguna"),
    "pengguna": ("admin", "/orang/pengguna/{user}"),
    "pengguna-baru": ("admin", "/orang/pengguna/baru"),
    "akun": ("staf", "/akun"),
    "pemberitahuan": ("supervisor", "/pemberitahuan"),
    "tidak-ditemukan": ("kasubag", "/tidak-ada"),
    "tidak-berwenang": ("staf", "/pantauan"),
}
"""Of every page: its name among the pictures, who looks at it, and where it is."""
NO_PAGES = {
    *("pages_login.show_home", "pages_login.choose_language", "pages_sop.download_drawing"),
    *("pages_board.download_board", "pages_board.download_steps", "pages_sheets.download_sheet"),
    "pages_together.download",
}
"""Lead on to another page, or send a file."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def busy(office: Office) -> dict[str, object]:
    """The office with cases that are in time, at risk, late, and of a very long name; some ids."""
    names = ("LAKIP triwulan I", "LAKIP " + "dengan nama yang panjang sekali " * 5, "x" * 120)
    late = [office.start(name) for name in names]
    for case in late:
        case.play(until="Membuat format")
    office.wait("PT10H")
    office.fire()
    case = office.start("LAKIP triwulan II")
    case.play(until="Membuat format")
    office.deploy(REFERENCE.replace(b'value="P2D"', b'value="P3D"').replace(b">P2D<", b">P3D<"))
    with office.database.read() as tx:
        position = repository.position_by_code(tx, "sekretaris")
        user = repository.user_by_name(tx, "sekretaris")
        ((holding, _),) = repository.holdings_of(tx, user.id)
        by = people.acting(tx, "kasubag")
    with office.database.begin() as tx:
        comments.write(tx, case.id, "Data bidang menyusul. " * 40, by=by)
    (task,) = case.open_tasks()
    ids = {"case": case.id, "task": task.id, "position": position.id}
    return {**ids, "user": user.id, "holder": holding.id}


def faults(person: Person) -> list[str]:
    """Return what is wrong with how the page is drawn."""
    found = person.violations()
    if person.page.locator("figure.diagram:not([data-drawn])").count():
        found.append("a diagram is not drawn")
    if person.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


def test_no_page_is_left_out(settings: Settings, busy: dict[str, object]) -> None:
    app = create_app(settings)
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages_") and "GET" in (rule.methods or ())
    }
    adapter = app.url_map.bind("localhost")
    paths = [path.format_map(busy).partition("?")[0] for _, path in PAGES.values()]
    looked_at = {adapter.match(path)[0] for path in paths if path != "/tidak-ada"}
    app.extensions[NAME].database.dispose()
    assert shown - looked_at == NO_PAGES


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_is_drawn_without_fault_for_everybody(
    sit_down: SitDown,
    busy: dict[str, object],
    look: dict[str, Any],
) -> None:
    scheme, width = look["color_scheme"], look["viewport"]["width"]
    wrong = {}
    usernames = {username for username, _ in PAGES.values()}
    people = {username: sit_down(username, **look) for username in usernames}
    for name, (username, path) in PAGES.items():
        person = people[username]
        person.open(path.format_map(busy))
        person.page.wait_for_load_state("networkidle")
        person.picture(f"{name}-{scheme}-{width}")
        wrong[name] = faults(person)
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_what_answers_a_form_is_drawn_without_fault_too(
    sit_down: SitDown, busy: dict[str, object], look: dict[str, Any], tmp_path: Path
) -> None:
    suffix = f"{look['color_scheme']}-{look['viewport']['width']}"
    file = tmp_path / "keliru.bpmn"
    file.write_bytes(REFERENCE.replace(b'value="P2D"', b'value="45 menit"', 1))
    owner = sit_down("pemilik.proses", **look).open("/pasang")
    owner.page.get_by_label("Berkas BPMN").set_input_files(file)
    owner.click("Periksa", exact=True)
    owner.page.locator("figure[data-drawn] .is-overdue").first.wait_for()
    owner.picture(f"pasang-diperiksa-{suffix}")
    supervisor = sit_down("supervisor", **look).open(f"/kasus/{busy['case']}")
    supervisor.page.locator("summary", has_text="Perpanjang tenggat").click()
    supervisor.page.get_by_label("Sampai tanggal dan jam").check()
    supervisor.page.get_by_label("Alasan").first.fill("Menunggu data bidang")
    supervisor.click("Perpanjang", exact=True)
    assert supervisor.sees("Belum tersimpan")
    supervisor.page.locator("figure[data-drawn]").wait_for()
    supervisor.picture(f"kasus-ditolak-{suffix}")
    found = {"owner": faults(owner), "supervisor": faults(supervisor)}
    assert found == {"owner": [], "supervisor": []}


def test_without_javascript_a_sentence_and_the_file_stand_for_the_drawing(
    sit_down: SitDown, busy: dict[str, object]
) -> None:
    supervisor = sit_down("supervisor", java_script_enabled=False)
    for path in (f"/kasus/{busy['case']}", f"/tugas/{busy['task']}", BOARD):
        supervisor.open(path)
        figure = supervisor.page.locator("figure.diagram")
        assert figure.locator("noscript p").is_visible()
        assert not figure.locator(".canvas").is_visible()
        with supervisor.page.expect_download() as download:
            figure.locator("noscript a").click()
        assert download.value.suggested_filename.startswith(KEY)
