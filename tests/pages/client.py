"""Visits the pages as the people of the reference office do, without a browser."""

import re
from collections.abc import Mapping
from html import unescape
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.pages.session import FIELD
from tests.api.client import PASSWORD

_TOKEN = re.compile(rf'name="{FIELD}" value="([0-9a-f]+)"')
_HTML = {"Accept": "text/html"}


class Visitor:
    """One browser, logged in or not; its forms carry the token that the page shown last had."""

    def __init__(self, app: Flask, username: str | None = None) -> None:
        """Open the login page and, with a user name, log in."""
        self.client: FlaskClient = app.test_client()
        self._token = ""
        if username is not None:
            self.get("/masuk")
            answer = self.post("/masuk", username=username, password=PASSWORD)
            assert answer.status_code == 303, answer.text
            self.get("/tugas")

    def get(self, path: str, **query: object) -> TestResponse:
        """Return the answer to opening a page."""
        return self._seen(self.client.get(path, headers=_HTML, query_string=query or None))

    def post(self, path: str, **fields: object) -> TestResponse:
        """Return the answer to sending a form with these fields; it is not followed."""
        return self.send(path, fields)

    def send(
        self,
        path: str,
        fields: Mapping[str, object],
        *,
        file: tuple[bytes, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Return the answer to sending a form, with a file (content, name) if one is given."""
        data: dict[str, object] = {FIELD: self._token, **fields}
        if file is not None:
            data["berkas"] = (BytesIO(file[0]), file[1])
        answer = self.client.post(path, headers={**_HTML, **(headers or {})}, data=data)
        answer.request.environ["wsgi.input"].close()  # of a large form Werkzeug made a real file
        return self._seen(answer)

    def _seen(self, answer: TestResponse) -> TestResponse:
        assert str(answer.headers).isascii(), answer.headers  # a server could not send others
        if answer.mimetype == "text/html" and (token := _TOKEN.search(answer.text)):
            self._token = token.group(1)
        return answer


def text_of(answer: TestResponse) -> str:
    """Return what a page says: without tags, white space in one line."""
    body = answer.text.partition("<main")[2] or answer.text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", f"<main{body}")).split())
