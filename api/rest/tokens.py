"""Logging in and out."""

from datetime import datetime

from flask import request
from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, RequestBody
from api.transactions import bearer_token
from api.wiring import wired
from engine import tokens

resource = Resource("tokens", "Logging in and out.")


class Credentials(RequestBody):
    """A user name and its password."""

    username: str = Field(max_length=200, examples=["kasubag"])
    password: str = Field(max_length=1000, examples=["sepuluh-huruf-atau-lebih"])


class NewToken(Answer):
    """A login; the token is shown this once."""

    token: str = Field(description="Send it as `Authorization: Bearer …`.")
    expires_at: datetime


@resource.public_post("/tokens", NewToken, status=201, problems=(401, 429))
def log_in(json: Credentials) -> NewToken:
    """Log in.

    Failed attempts are counted per user name and per address, over all processes of the server.
    """
    alur = wired()
    login = tokens.login(
        alur.database,
        json.username,
        json.password,
        address=request.remote_addr or "",
        allowed=alur.settings.login_attempts,
        lifetime=alur.settings.token_lifetime,
    )
    return NewToken(token=login.token, expires_at=login.expires_at)


@resource.delete("/tokens/current")
def log_out() -> None:
    """Log out: end the login of the token that this request carries, if it has not ended yet."""
    token = bearer_token()
    with wired().database.begin() as tx:
        tokens.logout(tx, token)
