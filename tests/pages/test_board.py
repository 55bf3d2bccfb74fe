"""Pantauan, as supervisors see it."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from api.csv_files import harmless, written
from api.wiring import NAME
from engine import definitions
from engine.database import Database
from engine.model import ProcessDefinition
from engine.permissions import SYSTEM
from tests.integration.statements import log_everything, recorded, work
from tests.office import KEY, REFERENCE, Office
from tests.pages.client import Visitor, text_of
from tests.random_cases import RandomCases

Visit = Callable[..., Visitor]
STEPS = f"/pantauan/sop/{KEY}"
PAGES = ("/pantauan", "/pantauan/tugas", STEPS, f"{STEPS}/lembar")
FILES = (
    *(f"/pantauan/unduh/{table}" for table in ("sop", "langkah", "pelaksana", "tren")),
    f"{STEPS}/unduh",
    f"{STEPS}/lembar/unduh",
)


def read(answer: TestResponse, delimiter: str = ";") -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=delimiter))


def add_cases(office: Office, number: int, *, seed: int = 1) -> None:
    with office.database.begin() as tx:
        definition: ProcessDefinition = definitions.deploy(tx, REFERENCE, by=SYSTEM).definition
    RandomCases(
        database=office.database,
        definition_ids=[definition.id],
        now=office.clock.now,
        span=timedelta(days=300),
        seed=seed,
    ).write(number)


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_only_supervisors_see_it(visit: Visit, path: str) -> None:
    assert visit("supervisor").get(path).status_code == 200
    assert visit("kasubag").get(path).status_code == 403


def test_an_office_without_cases_is_told_what_comes(visit: Visit) -> None:
    page = text_of(visit("supervisor").get("/pantauan"))
    assert "Tidak ada kasus yang berjalan" in page
    assert "Tidak ada langkah yang terlambat" in page


def test_a_number_leads_to_its_tasks_and_they_to_their_case(visit: Visit, office: Office) -> None:
    case = office.start("LAKIP/7")
    office.start("LAKIP/8").complete("Memerintahkan", by="kepala.badan")
    office.wait("PT11M")
    supervisor = visit("supervisor")
    board = supervisor.get("/pantauan")
    links = re.findall(r'class="count overdue" href="([^"]+)"', board.text)
    assert len(links) == 3
    for link in links:
        page = supervisor.get(link.replace("&amp;", "&"))
        assert f'href="/kasus/{case.id}"' in page.text
        assert "LAKIP/7" in page.text
        assert "LAKIP/8" not in page.text


def test_the_sheet_names_the_half_year_the_rule_and_the_assessor(
    visit: Visit, office: Office
) -> None:
    office.start()
    office.wait("PT11M")
    page = text_of(
        visit("supervisor").get(
            f"{STEPS}/lembar", tahun=2026, semester=2, ambang=90, penilai="Bu Sekretaris"
        )
    )
    assert "Semester 2 2026 (masih berjalan)" in page
    assert "Tepat waktu 0% dari 1 tenggat, di bawah 90%." in page
    assert "Cari sebab keterlambatan" in page
    assert page.count("Bu Sekretaris") == 10


def test_a_period_that_ends_before_it_begins_is_refused(visit: Visit) -> None:
    answer = visit("supervisor").get(STEPS, dari="2026-06-01", sampai="2026-05-01")
    assert answer.status_code == 422


@pytest.mark.parametrize(("asked", "weeks"), [({}, 13), ({"minggu": 26}, 26), ({"minggu": 52}, 52)])
def test_the_trend_is_as_long_as_asked_for_on_the_page_and_in_its_file(
    visit: Visit, asked: dict[str, object], weeks: int
) -> None:
    supervisor = visit("supervisor")
    _, trend = supervisor.get("/pantauan", **asked).text.split('id="tren"')
    assert len(re.findall(r'<th scope="row">', trend)) == weeks
    assert len(re.findall(r'text-anchor="middle"', trend)) == 2 * 13
    assert len(read(supervisor.get("/pantauan/unduh/tren", **asked))) == 1 + weeks
    assert supervisor.get("/pantauan", minggu=14).status_code == 422


def test_an_unknown_sop_is_not_found(visit: Visit) -> None:
    assert visit("supervisor").get("/pantauan/sop/lain").status_code == 404
    assert visit("supervisor").get("/pantauan/unduh/lain").status_code == 404


def test_every_table_is_a_file_for_spreadsheets(visit: Visit, office: Office) -> None:
    add_cases(office, 30)
    supervisor = visit("supervisor")
    for path in FILES:
        answer = supervisor.get(path)
        assert answer.mimetype == "text/csv"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        header, *rows = read(answer)
        assert rows
        assert {len(row) for row in rows} == {len(header)}


def test_the_delimiter_follows_the_language(visit: Visit) -> None:
    supervisor = visit("supervisor")
    supervisor.get("/bahasa/en")
    assert len(read(supervisor.get("/pantauan/unduh/tren"), ",")[0]) == 8


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "\uff1d"])
def test_no_cell_begins_like_a_formula(beginning: str) -> None:
    cell = f'{beginning}HYPERLINK("http://x","klik")'
    assert harmless(cell) == f"'{cell}"
    ((found, number),) = csv.reader(
        io.StringIO(written(("a", "b"), [(cell, -1)]).decode("utf-8-sig").partition("\r\n")[2]),
    )
    assert (found.strip("\r\n"), number) == (f"'{cell}".strip("\r\n"), "-1")


def test_a_formula_in_the_name_of_a_step_reaches_no_spreadsheet(
    visit: Visit, office: Office
) -> None:
    evil = REFERENCE.replace(b'name="Memerintahkan', b'name="=1+2 Memerintahkan')
    with office.database.begin() as tx:
        definitions.deploy(tx, evil, by=SYSTEM)
    for path in (f"{STEPS}/unduh", f"{STEPS}/lembar/unduh"):
        cells = [cell for row in read(visit("supervisor").get(path)) for cell in row]
        assert any(cell.startswith("'=1+2 Memerintahkan") for cell in cells)
        assert not any(cell.startswith("=") for cell in cells)


@pytest.mark.parametrize(
    ("username", "path"),
    [
        ("kasubag", "/tugas"),
        ("supervisor", "/pantauan"),
        ("supervisor", "/pantauan/tugas?waktu=overdue"),
        ("supervisor", STEPS),
        ("supervisor", f"{STEPS}/lembar"),
    ],
)
def test_a_page_sends_as_many_statements_for_many_cases_as_for_few(
    visit: Visit, office: Office, username: str, path: str
) -> None:
    visitor = visit(username)
    database: Database = visitor.client.application.extensions[NAME].database
    log_everything(database.engine)
    database.engine.dispose()  # its connections were made before
    sent = []
    for number, seed in ((40, 1), (400, 2)):
        add_cases(office, number, seed=seed)
        assert visitor.get(path).status_code == 200  # reads diagrams once
        with recorded(database.engine) as statements:
            assert visitor.get(path).status_code == 200
        sent.append(len(work(statements)))
    assert sent[0] == sent[1]
    assert 3 <= sent[0] <= 20
