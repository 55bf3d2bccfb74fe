"""Drafts, comments and documents of a case, and the inbox, over HTTP."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.http import dump_options_header, parse_options_header

from api.wiring import NAME
from engine.config import Settings
from engine.documents import PART
from engine.model import DocumentChunk
from tests.api.client import Api, body_of, problem_of, wrong_fields
from tests.office import Office

HEAD, SECRETARY = "kepala.badan", "sekretaris"


@pytest.fixture
def case(api: Api) -> str:
    """A case that waits for its first step."""
    return api.start()


def attach(
    api: Api, case: str, content: bytes, *, name: str = "catatan.txt", key: str = ""
) -> dict[str, Any]:
    """Return the document that a file has become."""
    path = f"/process-instances/{case}/documents"
    headers = {"Idempotency-Key": key} if key else {}
    answer = api.call("POST", path, by=HEAD, headers=headers, **form(content, name))
    assert answer.status_code == 201, answer.text
    return body_of(answer)


def form(content: bytes, name: str = "catatan.txt") -> dict[str, Any]:
    """Return the body with a file; the test client would leave a temporary file open."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--b--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=b"}


def chunks(api: Api) -> int:
    """Return how many parts of files the database holds."""
    with api.app.extensions[NAME].database.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(DocumentChunk)) or 0


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 3 * PART])
def test_a_document_comes_back_byte_by_byte(api: Api, case: str, size: int) -> None:
    content = bytes(1 + i % 255 for i in range(size))
    shown = attach(api, case, content)
    assert shown["size"] == size
    assert chunks(api) == -(-size // PART)
    answer = api.get(f"/documents/{shown['id']}/content", by=HEAD)
    assert answer.data == content
    assert answer.headers["Content-Length"] == str(size)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("surat \u2013 final.pdf", "surat  final.pdf"),
        ("notulensi “akhir”.pdf", "notulensi akhir.pdf"),
        ("é.pdf", "e.pdf"),
        ("日本.pdf", ".pdf"),
        ("a;b.pdf", "a;b.pdf"),
    ],
)
def test_a_document_keeps_its_name_whatever_its_letters(
    api: Api, case: str, name: str, plain: str
) -> None:
    shown = attach(api, case, b"%PDF-1.4 isi", name=name)
    answer = api.get(f"/documents/{shown['id']}/content", by=HEAD)
    _, sent = parse_options_header(answer.headers["Content-Disposition"])
    assert sent["filename"] == name
    assert (
        dump_options_header("attachment", {"filename": plain})
        in (answer.headers["Content-Disposition"])
    )


def test_a_document_is_sent_without_holding_it_in_memory(api: Api, case: str) -> None:
    shown = attach(api, case, b"x" * 40 * PART)
    path = f"/api/v1/documents/{shown['id']}/content"
    headers = {"Authorization": f"Bearer {api.token(HEAD)}"}
    tracemalloc.start()
    answer = api.app.test_client().get(path, headers=headers, buffered=False)
    sent = sum(len(part) for part in answer.iter_encoded())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer.close()
    assert sent == 40 * PART
    assert most < 10 * PART


def test_a_document_as_large_as_allowed_is_kept_and_a_byte_more_is_not(
    open_app: Callable[[Settings], Flask], settings: Settings, office: Office
) -> None:
    del office  # its people have to be there
    api = Api(open_app(replace(settings, max_document_bytes=5000, max_request_bytes=4096)))
    case = api.start()
    attach(api, case, b"x" * 5000)
    path = f"/process-instances/{case}/documents"
    refused = api.call("POST", path, by=HEAD, **form(b"x" * 5001))
    assert wrong_fields(refused).keys() == {"file"}
    assert api.call("POST", path, by=HEAD, **form(b"x" * (2 << 20))).status_code == 413
    longer = api.post(f"/process-instances/{case}/comments", by=HEAD, text="x" * 5000)
    assert longer.status_code == 413


def test_the_same_upload_with_the_same_key_is_kept_once(api: Api, case: str) -> None:
    first, second = (attach(api, case, b"isi", key="unggah-1") for _ in range(2))
    assert first == second
    assert chunks(api) == 1


def test_of_a_removed_document_only_the_content_is_gone(api: Api, case: str) -> None:
    shown = attach(api, case, b"isi")
    path = f"/documents/{shown['id']}"
    removed = body_of(api.post(f"{path}/remove", by="supervisor"))
    assert removed["removed_by"] == "supervisor"
    assert chunks(api) == 0
    assert problem_of(api.get(f"{path}/content", by=HEAD)) == (409, "document-removed")
    assert problem_of(api.post(f"{path}/remove", by=HEAD)) == (409, "document-removed")
    listed = body_of(api.get(f"/process-instances/{case}/documents", by=HEAD))["items"]
    assert listed == [removed]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("lap\u202eoran.txt", "laporan.txt"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
        ("  dua  kata .TXT", "dua kata .TXT"),
    ],
)
def test_a_name_is_kept_without_what_could_deceive(
    api: Api, case: str, sent: str, kept: str
) -> None:
    assert attach(api, case, b"isi", name=sent)["name"] == kept


def test_a_document_of_another_case_is_no_output_of_this_task(api: Api, case: str) -> None:
    other = api.open_task(api.start("LAIN"))
    path = f"/process-instances/{case}/documents?task_id={other}"
    assert problem_of(api.call("POST", path, by=HEAD, **form(b"isi"))) == (404, "task-not-found")


def test_a_comment_is_listed_and_on_record(api: Api, case: str) -> None:
    task = api.open_task(case)
    path = f"/process-instances/{case}"
    said = body_of(api.post(f"{path}/comments", by=HEAD, text=" Mohon segera\r\n", task_id=task))
    assert (said["text"], said["task_id"], said["written_by"]) == ("Mohon segera", task, HEAD)
    assert body_of(api.get(f"{path}/comments", by="supervisor"))["items"] == [said]
    last = body_of(api.get(f"{path}/history", by=HEAD))["items"][-1]
    assert (last["type"], last["detail"]) == ("comment_written", {"comment_id": said["id"]})


def test_a_draft_is_ones_own_and_ends_with_its_task(api: Api, case: str) -> None:
    task = api.open_task(case)
    path = f"/tasks/{task}/draft"
    saved = body_of(api.post(path, by=HEAD, checked=["Disposisi surat"]))
    assert body_of(api.get(path, by=HEAD)) == saved
    assert body_of(api.get(path, by="supervisor"))["saved_at"] is None
    api.post(f"/tasks/{task}/complete", by=HEAD)
    assert body_of(api.get(path, by=HEAD))["saved_at"] is None
    assert problem_of(api.post(path, by=HEAD)) == (409, "task-not-open")


def test_a_draft_has_only_what_its_task_has(api: Api, case: str) -> None:
    path = f"/tasks/{api.open_task(case)}/draft"
    assert wrong_fields(api.post(path, by=HEAD, fields={"lain": "x"})).keys() == {"lain"}
    assert wrong_fields(api.post(path, by=HEAD, checked=["lain"])).keys() == {"checked"}


def test_the_inbox_counts_what_is_to_be_done(api: Api, case: str) -> None:
    api.start("KEDUA")
    inbox = body_of(api.get("/inbox", by=HEAD, limit=1))
    assert [one["task"]["process_instance_id"] for one in inbox["items"]] == [case]
    assert inbox["next_cursor"]
    assert [(one["timeliness"], one["count"]) for one in inbox["counts"]] == [("on_track", 2)]
    assert body_of(api.get("/inbox", by="supervisor"))["items"] == []
