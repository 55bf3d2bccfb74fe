"""Orang: users, positions, and who holds which from when to when."""

from datetime import date
from typing import Final
from uuid import UUID

from flask import Response, request

from api.pages.declaring import Form, Pages, to
from api.pages.queries import read_query
from api.pages.rendering import render
from api.rest.schemas import ListQuery
from engine import passwords, people, repository, staffing
from engine.database import Transaction
from engine.errors import Invalid, Said
from engine.model import Capacity, Holder, Role, User
from engine.people import InvalidPerson
from engine.permissions import Actor, require
from engine.repository import PageRequest

pages = Pages("people")
_SUGGESTED: Final = 200
"""People that the field for a user name suggests; any other can be typed."""


@pages.get("/orang")
def show_people(
    tx: Transaction, by: Actor, *, form: Form | None = None, error: Invalid | None = None
) -> str:
    """Show who holds what today, and which lanes nobody holds."""
    return render(
        "people.html",
        staffing=staffing.today(tx, by=by),
        values=form if form is not None else request.args,
        error=error,
    )


@pages.post("/orang/jabatan", again=show_people)
def create_position(tx: Transaction, by: Actor, form: Form) -> Response:
    """Create a position, and go on to who is to hold it."""
    code = " ".join(form.get("code", "").split())
    if repository.position_coded(tx, code):
        raise InvalidPerson(fields={"code": Said("A position with this code exists.")})
    made = people.create_position(tx, code=code, name=form.get("name", ""), by=by)
    return to("pages_people.show_position", position_id=made.id)


@pages.get("/orang/jabatan/<uuid:position_id>")
def show_position(
    tx: Transaction,
    by: Actor,
    *,
    position_id: UUID,
    form: Form | None = None,
    error: Invalid | None = None,
) -> str:
    """Show a position with whoever holds or held it."""
    query = read_query(ListQuery)
    holders = people.find_holders(tx, position_id, by=by, page=query.page())
    return render(
        "position.html",
        position=people.get_position(tx, position_id, by=by),
        holders=holders.items,
        next_cursor=query.cursor_after(holders.next_after),
        users=people.find_users(tx, by=by, page=PageRequest(limit=_SUGGESTED)).items,
        today=tx.today,
        values=form if form is not None else {},
        error=error,
    )


@pages.post("/orang/jabatan/<uuid:position_id>/nama", again=show_position)
def rename_position(tx: Transaction, by: Actor, *, position_id: UUID, form: Form) -> Response:
    """Rename a position."""
    people.rename_position(tx, position_id, name=form.get("name", ""), by=by)
    return to("pages_people.show_position", position_id=position_id)


@pages.post("/orang/jabatan/<uuid:position_id>/pemegang", again=show_position)
def appoint(tx: Transaction, by: Actor, *, position_id: UUID, form: Form) -> Response:
    """Let somebody hold a position, definitively or acting."""
    people.appoint(
        tx,
        position_id,
        user_id=_user_typed(tx, form).id,
        held_from=_day(form, "held_from") or tx.today,
        held_until=_day(form, "held_until"),
        capacity=_capacity(form),
        decree=form.get("decree", "").strip() or None,
        by=by,
    )
    return to("pages_people.show_position", position_id=position_id)


@pages.get("/orang/jabatan/<uuid:position_id>/pemegang/<uuid:holder_id>")
def show_holding(
    tx: Transaction,
    by: Actor,
    *,
    position_id: UUID,
    holder_id: UUID,
    form: Form | None = None,
    error: Invalid | None = None,
) -> str:
    """Show one holding, to end or to correct it. Raises RoleNeeded."""
    require(by, Role.ADMIN)
    position = people.get_position(tx, position_id, by=by)
    holder = repository.holder(tx, position_id, holder_id)
    return render(
        "holding.html",
        position=position,
        holder=holder,
        person=repository.user(tx, holder.user_id),
        values=form if form is not None else _values_of(holder),
        error=error,
    )


@pages.post("/orang/jabatan/<uuid:position_id>/pemegang/<uuid:holder_id>", again=show_holding)
def change_holding(
    tx: Transaction, by: Actor, *, position_id: UUID, holder_id: UUID, form: Form
) -> Response:
    """End or correct a holding."""
    people.change_holder(
        tx,
        position_id,
        holder_id,
        held_until=_day(form, "held_until"),
        held_from=_day(form, "held_from"),
        capacity=_capacity(form),
        decree=form.get("decree", "").strip(),
        by=by,
    )
    return to("pages_people.show_position", position_id=position_id)


@pages.get("/orang/pengguna")
def show_users(tx: Transaction, by: Actor) -> str:
    """Show the users by user name."""
    query = read_query(ListQuery)
    found = people.find_users(tx, by=by, page=query.page())
    return render("users.html", users=found.items, next_cursor=query.cursor_after(found.next_after))


@pages.get("/orang/pengguna/baru")
def show_new_user(
    tx: Transaction,  # noqa: ARG001 — every page has one
    by: Actor,
    *,
    form: Form | None = None,
    error: Invalid | None = None,
) -> str:
    """Ask who is to be added. Raises RoleNeeded: better before the form is filled in than after."""
    require(by, Role.ADMIN)
    values = form if form is not None else {}
    roles = form.getlist("roles") if form is not None else [Role.ACTOR.value]
    return render("new_user.html", values=values, roles=roles, error=error)


@pages.post("/orang/pengguna/baru", again=show_new_user)
def create_user(tx: Transaction, by: Actor, form: Form) -> Response:
    """Add a user, and show the first password this once."""
    username = form.get("username", "").strip()
    if repository.user_named(tx, username):
        raise InvalidPerson(fields={"username": Said("This user name is taken.")})
    password = passwords.generate()
    user = people.create_user(
        tx,
        username=username,
        name=form.get("name", ""),
        roles=_roles(form),
        password=password,
        email=form.get("email", "").strip() or None,
        by=by,
    )
    return _shown_once(user, password)


@pages.get("/orang/pengguna/<uuid:user_id>")
def show_user(
    tx: Transaction,
    by: Actor,
    *,
    user_id: UUID,
    form: Form | None = None,
    error: Invalid | None = None,
) -> str:
    """Show a user with the positions held."""
    user = people.get_user(tx, user_id, by=by)
    stored = {"name": user.name, "email": user.email or ""}
    return render(
        "user.html",
        user=user,
        holdings=people.holdings(tx, user_id, by=by),
        values=form if form is not None else stored,
        error=error,
        today=tx.today,
    )


@pages.post("/orang/pengguna/<uuid:user_id>", again=show_user)
def change_user(tx: Transaction, by: Actor, *, user_id: UUID, form: Form) -> Response:
    """Change the name and the address of a user."""
    name, email = form.get("name", ""), form.get("email", "").strip()
    people.change_user(tx, user_id, name=name, email=email, by=by)
    return to("pages_people.show_user", user_id=user_id)


@pages.post("/orang/pengguna/<uuid:user_id>/peran")
def change_roles(tx: Transaction, by: Actor, *, user_id: UUID, form: Form) -> Response:
    """Give a user exactly the roles that are ticked."""
    people.change_user(tx, user_id, roles=_roles(form), by=by)
    return to("pages_people.show_user", user_id=user_id)


@pages.post("/orang/pengguna/<uuid:user_id>/masuk")
def let_log_in(tx: Transaction, by: Actor, *, user_id: UUID, form: Form) -> Response:
    """Let a user log in, or not any more; then their logins end."""
    people.change_user(tx, user_id, active=form.get("active") == "yes", by=by)
    return to("pages_people.show_user", user_id=user_id)


@pages.post("/orang/pengguna/<uuid:user_id>/sandi")
def reset_password(
    tx: Transaction,
    by: Actor,
    *,
    user_id: UUID,
    form: Form,  # noqa: ARG001 — its token was all there was to check
) -> Response:
    """Give a user a new password, shown this once; their logins end."""
    password = passwords.generate()
    return _shown_once(people.change_user(tx, user_id, password=password, by=by), password)


def _shown_once(user: User, password: str) -> Response:
    """Return the page with a new password, which no browser keeps."""
    response = Response(render("password.html", user=user, password=password))
    response.headers["Cache-Control"] = "no-store"
    return response


def _values_of(holder: Holder) -> dict[str, str]:
    return {
        "held_from": holder.held_from.isoformat(),
        "held_until": holder.held_until.isoformat() if holder.held_until else "",
        "capacity": holder.capacity.value,
        "decree": holder.decree or "",
    }


def _user_typed(tx: Transaction, form: Form) -> User:
    """Return the active user that was typed. Raises InvalidPerson."""
    user = repository.user_named(tx, form.get("username", "").strip())
    if user is None or not user.active:
        raise InvalidPerson(fields={"username": Said("There is no active user of that name.")})
    return user


def _roles(form: Form) -> set[Role]:
    """Return the roles that are ticked; what is none was not offered, and is left out."""
    return {role for role in Role if role.value in form.getlist("roles")}


def _capacity(form: Form) -> Capacity:
    try:
        return Capacity(form.get("capacity", ""))
    except ValueError as error:
        raise InvalidPerson(fields={"capacity": Said("This field is required.")}) from error


def _day(form: Form, name: str) -> date | None:
    """Return the day that was chosen, None without one. Raises InvalidPerson."""
    written = form.get(name, "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InvalidPerson(fields={name: Said("There is no such day.")}) from error
