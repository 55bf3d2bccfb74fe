"""Users: the people who log in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from flask import request
from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, RequestBody, local
from api.wiring import wired
from engine import passwords, people, repository, tokens
from engine.database import Transaction
from engine.model import Role, Rung, User
from engine.notifications import wants_mail
from engine.permissions import Actor

resource = Resource("users", "The people of the office and what they may do.")

Name = Annotated[str, Field(max_length=200, examples=["Kepala Subbagian Perencanaan"])]
Roles = Annotated[list[Role], Field(max_length=len(Role), examples=[["actor"]])]
Password = Annotated[
    str,
    Field(
        max_length=1000,
        description=f"{passwords.SHORTEST} to {passwords.LONGEST} characters.",
        examples=["sepuluh-huruf-atau-lebih"],
    ),
]
Email = Annotated[
    str,
    Field(
        max_length=254,
        description="Where mails of the ladder go; an empty text is no address.",
        examples=["kasubag@kantor.go.id"],
    ),
]


class NewUser(RequestBody):
    """A user to create."""

    username: str = Field(max_length=64, examples=["kasubag"])
    name: Name
    roles: Roles
    password: Password | None = None
    email: Email | None = None


class ChangedUser(RequestBody):
    """What to change of a user; what is absent or null stays."""

    name: Name | None = None
    roles: Roles | None = None
    active: bool | None = None
    password: Password | None = None
    email: Email | None = None


class ChangedPassword(RequestBody):
    """The present password, and the one to come."""

    present: str = Field(max_length=1000)
    new: Password


class ChangedPreferences(RequestBody):
    """What to change of one's own preferences; what is absent or null stays."""

    email: Email | None = None
    mail_rungs: list[Rung] | None = Field(
        None,
        max_length=len(Rung),
        description="Of which rungs of the ladder a mail is wanted.",
        examples=[["overdue", "long_overdue"]],
    )


class ShownUser(Answer):
    """A user."""

    id: UUID
    username: str = Field(examples=["kasubag"])
    name: str
    roles: list[Role]
    active: bool
    created_at: datetime
    email: str | None
    mail_rungs: list[Rung] = Field(description="Of which rungs of the ladder a mail is wanted.")

    @classmethod
    def of(cls, tx: Transaction, user: User) -> "ShownUser":
        """Return the user as it is shown."""
        return cls(
            id=user.id,
            username=user.username,
            name=user.name,
            roles=[Role(role) for role in user.roles],
            active=user.active,
            created_at=local(tx, user.created_at),
            email=user.email,
            mail_rungs=[rung for rung in Rung if wants_mail(user, rung)],
        )


class UserList(Listing[ShownUser]):
    """One page of users, by user name."""


class Me(ShownUser):
    """Whoever asks, with the positions held today."""

    positions: list[str] = Field(description="The codes of the positions held today.")

    @classmethod
    def asking(cls, tx: Transaction, user: User, by: Actor) -> "Me":
        """Return the user who asks as it is shown."""
        return cls(**dict(ShownUser.of(tx, user)), positions=sorted(by.groups))


@resource.get("/users", UserList, problems=(403,))
def list_users(tx: Transaction, by: Actor, query: ListQuery) -> UserList:
    """List users by user name. For admins and supervisors."""
    page = people.find_users(tx, by=by, page=query.page())
    return UserList.of(page, lambda user: ShownUser.of(tx, user))


@resource.get("/users/me", Me)
def get_me(tx: Transaction, by: Actor) -> Me:
    """Show who is logged in, with roles and the positions held today."""
    return Me.asking(tx, repository.user_by_name(tx, by.username), by)


@resource.patch("/users/me/preferences", Me)
def change_own_preferences(tx: Transaction, by: Actor, json: ChangedPreferences) -> Me:
    """Change where and of what one gets mails; the list of notifications has them all."""
    user = people.change_preferences(tx, by=by, email=json.email, mail_rungs=json.mail_rungs)
    return Me.asking(tx, user, by)


@resource.put("/users/me/password", problems=(403, 429))
def change_own_password(by: Actor, json: ChangedPassword) -> None:
    """Change one's own password; this ends all of one's logins, also this one.

    A wrong present password counts as a failed login.
    """
    alur = wired()
    tokens.change_own_password(
        alur.database,
        present=json.present,
        new=json.new,
        by=by,
        address=request.remote_addr or "",
        allowed=alur.settings.login_attempts,
    )


@resource.post("/users", ShownUser, status=201, problems=(403, 409))
def create_user(tx: Transaction, by: Actor, json: NewUser) -> ShownUser:
    """Create a user; without a password nobody can log in as them yet. For admins."""
    user = people.create_user(
        tx,
        username=json.username,
        name=json.name,
        roles=set(json.roles),
        password=json.password,
        email=json.email or None,
        by=by,
    )
    return ShownUser.of(tx, user)


@resource.patch("/users/<uuid:user_id>", ShownUser, problems=(403, 404, 409))
def change_user(tx: Transaction, by: Actor, user_id: UUID, json: ChangedUser) -> ShownUser:
    """Change a user; deactivation and a new password end their logins. For admins."""
    user = people.change_user(
        tx,
        user_id,
        by=by,
        name=json.name,
        roles=None if json.roles is None else set(json.roles),
        active=json.active,
        password=json.password,
        email=json.email,
    )
    return ShownUser.of(tx, user)
