"""Which page is for whom: every role with every page."""

from collections.abc import Callable

import pytest
from flask import Flask

from engine import repository
from tests.office import KEY, Office
from tests.pages.client import Visitor

HOLDER, OTHER = "kepala.badan", "staf"
SUPERVISOR, OWNER, ADMIN = "supervisor", "pemilik.proses", "admin"
EVERYBODY = {HOLDER, OTHER, SUPERVISOR, OWNER, ADMIN}
SUPERVISORS, ADMINS = {SUPERVISOR}, {ADMIN}
INVOLVED = {HOLDER, SUPERVISOR}
BOARD = f"/pantauan/sop/{KEY}"
PAGES = {
    "/tugas": EVERYBODY,
    "/tugas/<uuid:task_id>": INVOLVED,
    "/kasus": EVERYBODY,
    "/kasus/<uuid:instance_id>": INVOLVED,
    "/kasus/<uuid:instance_id>/komentar": INVOLVED,
    "/kasus/<uuid:instance_id>/dokumen": INVOLVED,
    "/sop": EVERYBODY,
    "/pasang": {OWNER},
    "/sop/<key>": EVERYBODY,
    "/sop/<key>/perbedaan": EVERYBODY,
    "/sop/<key>/versi/<int(max=2147483647):version>/diagram.bpmn": EVERYBODY,
    "/pantauan": SUPERVISORS,
    "/pantauan/tugas": SUPERVISORS,
    "/pantauan/unduh/<table>": SUPERVISORS,
    "/pantauan/sop/<key>": SUPERVISORS,
    "/pantauan/sop/<key>/unduh": SUPERVISORS,
    "/pantauan/sop/<key>/lembar": SUPERVISORS,
    "/pantauan/sop/<key>/lembar/unduh": SUPERVISORS,
    "/orang": ADMINS | SUPERVISORS,
    "/orang/jabatan/<uuid:position_id>": ADMINS | SUPERVISORS,
    "/orang/jabatan/<uuid:position_id>/pemegang/<uuid:holder_id>": ADMINS,
    "/orang/pengguna": ADMINS | SUPERVISORS,
    "/orang/pengguna/baru": ADMINS,
    "/orang/pengguna/<uuid:user_id>": ADMINS | SUPERVISORS,
    "/dokumen/<uuid:document_id>": INVOLVED,
    "/akun": EVERYBODY,
    "/pemberitahuan": EVERYBODY,
}
"""Who may open it; everybody else gets 403."""
PUBLIC = {"/", "/masuk", "/bahasa/<language>"}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ids(office: Office, visit: Callable[..., Visitor]) -> dict[str, object]:
    """Return what the addresses name."""
    case = office.start()
    (task,) = case.open_tasks()
    head = visit(HOLDER)
    head.get(f"/kasus/{case.id}")
    head.send(f"/kasus/{case.id}/dokumen", {}, file=(b"%PDF-1.7 isi", "laporan.pdf"))
    with office.database.read() as tx:
        position = repository.position_by_code(tx, "kepala-badan")
        everybody = repository.PageRequest()
        (holder,) = repository.holders(tx, position.id, everybody).items
        (document,) = repository.documents(tx, case.id, everybody).items
    return {
        "<uuid:task_id>": task.id,
        "<uuid:instance_id>": case.id,
        "<key>": KEY,
        "<int(max=2147483647):version>": 1,
        "<table>": "sop",
        "<uuid:position_id>": position.id,
        "<uuid:holder_id>": holder.holder.id,
        "<uuid:user_id>": holder.holder.user_id,
        "<uuid:document_id>": document.id,
        "<uuid:notification_id>": document.id,
    }


def test_every_page_is_public_or_has_its_row(app: Flask) -> None:
    pages = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages_") and "GET" in (rule.methods or ())
    }
    assert pages == PAGES.keys() | PUBLIC


def test_every_role_opens_exactly_what_is_for_it(
    visit: Callable[..., Visitor], ids: dict[str, object]
) -> None:
    wrong = []
    for username in sorted(EVERYBODY):
        visitor = visit(username)
        for rule, allowed in PAGES.items():
            address = rule
            for name, value in ids.items():
                address = address.replace(name, str(value))
            query = {"dari": 1, "ke": 1} if rule.endswith("perbedaan") else {}
            expected = 200 if username in allowed else 403
            if (status := visitor.get(address, **query).status_code) != expected:
                wrong.append((username, rule, status))
    assert wrong == []


def test_nobody_sees_anything_without_a_login(
    visit: Callable[..., Visitor], ids: dict[str, object]
) -> None:
    stranger = visit()
    for rule in PAGES:
        address = rule
        for name, value in ids.items():
            address = address.replace(name, str(value))
        answer = stranger.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/masuk"), rule


def test_every_form_is_refused_without_its_token(
    app: Flask, visit: Callable[..., Visitor], ids: dict[str, object]
) -> None:
    visitor = visit(SUPERVISOR)
    forms = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages_") and "POST" in (rule.methods or ())
    ]
    for rule in forms:
        address = rule
        for name, value in ids.items():
            address = address.replace(name, str(value))
        answer = visitor.client.post(address, data={"csrf": "0" * 64})
        assert answer.status_code == 403, rule
