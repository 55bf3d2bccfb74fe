"""Positions (jabatan), and who holds them from when to when."""

from datetime import date
from uuid import UUID

from pydantic import Field

from api.rest.resource import Resource
from api.rest.schemas import Answer, Listing, ListQuery, RequestBody
from engine import people, repository, staffing
from engine.database import Transaction
from engine.model import Capacity, Holder, Position
from engine.permissions import Actor
from engine.repository import HolderRecord

resource = Resource("positions", "Positions (jabatan): the actors of the SOPs, and their holders.")


class NewPosition(RequestBody):
    """A position to create."""

    code: str = Field(
        max_length=200,
        description="What diagrams write as candidate group; it never changes.",
        examples=["kasubag-perencanaan-dan-pelaporan"],
    )
    name: str = Field(max_length=200, examples=["Kasubag Perencanaan dan Pelaporan"])


class RenamedPosition(RequestBody):
    """The new name of a position."""

    name: str = Field(max_length=200, examples=["Kasubag Perencanaan dan Pelaporan"])


class NewHolder(RequestBody):
    """Who is to hold a position, from when to when."""

    user_id: UUID
    held_from: date = Field(description="The first day.", examples=["2026-01-01"])
    held_until: date | None = Field(
        None, description="The last day; null: until further notice.", examples=["2026-12-31"]
    )
    capacity: Capacity = Field(
        Capacity.DEFINITIVE, description="`plt`: the position is vacant; `plh`: its holder is away."
    )
    decree: str | None = Field(None, max_length=200, description="The number of the decree.")


class ChangedHolder(RequestBody):
    """When a holding ends, and what is corrected of it; what else is absent or null stays."""

    held_until: date | None = Field(
        description="The last day; null: until further notice.", examples=["2026-12-31"]
    )
    held_from: date | None = Field(None, description="The first day.", examples=["2026-01-01"])
    capacity: Capacity | None = None
    decree: str | None = Field(
        None, max_length=200, description="The number of the decree; an empty text removes it."
    )


class ShownPosition(Answer):
    """A position."""

    id: UUID
    code: str = Field(examples=["kasubag-perencanaan-dan-pelaporan"])
    name: str = Field(examples=["Kasubag Perencanaan dan Pelaporan"])

    @classmethod
    def of(cls, position: Position) -> "ShownPosition":
        """Return the position as it is shown."""
        return cls(id=position.id, code=position.code, name=position.name)


class PositionList(Listing[ShownPosition]):
    """One page of positions, by code."""


class ShownHolder(Answer):
    """A person holds a position, on every day from the first to the last."""

    id: UUID
    position_id: UUID
    user_id: UUID
    capacity: Capacity
    decree: str | None
    held_from: date
    held_until: date | None = Field(description="null: until further notice.")

    @classmethod
    def of(cls, holder: Holder) -> "ShownHolder":
        """Return the holding as it is shown."""
        return cls(
            id=holder.id,
            position_id=holder.position_id,
            user_id=holder.user_id,
            capacity=holder.capacity,
            decree=holder.decree,
            held_from=holder.held_from,
            held_until=holder.held_until,
        )


class ListedHolder(ShownHolder):
    """A holding with the person's names."""

    username: str
    name: str

    @classmethod
    def listed(cls, record: HolderRecord) -> "ListedHolder":
        """Return the holding as it is shown in a list."""
        shown = ShownHolder.of(record.holder)
        return cls(**dict(shown), username=record.username, name=record.name)


class ListedHolding(ShownHolder):
    """A holding with the names of the position."""

    code: str
    position: str = Field(description="The name of the position.")


class HoldingList(Answer):
    """What somebody holds, held or will hold, the latest first; a hundred at most."""

    items: list[ListedHolding]


class HolderList(Listing[ListedHolder]):
    """One page of the holders of a position, the latest first."""


class HeldPosition(ShownPosition):
    """A position with whoever holds it today."""

    holders: list[ListedHolder]


class UnheldLane(Answer):
    """A candidate group of SOPs in force whose tasks nobody could do today."""

    code: str
    name: str
    position_id: UUID | None = Field(description="null: there is no such position yet.")
    processes: list[str] = Field(description="The names of the SOPs that need it.")


class ShownStaffing(Answer):
    """Who holds what today."""

    positions: list[HeldPosition]
    unheld_lanes: list[UnheldLane]

    @classmethod
    def of(cls, found: staffing.Staffing) -> "ShownStaffing":
        """Return the office of today as it is shown."""
        return cls(
            positions=[
                HeldPosition(
                    **dict(ShownPosition.of(one.position)),
                    holders=[ListedHolder.listed(record) for record in one.holders],
                )
                for one in found.positions
            ],
            unheld_lanes=[
                UnheldLane(
                    code=lane.code,
                    name=lane.name,
                    position_id=lane.position.id if lane.position else None,
                    processes=list(lane.processes),
                )
                for lane in found.unheld_lanes
            ],
        )


@resource.get("/positions/today", ShownStaffing, problems=(403,))
def show_staffing(tx: Transaction, by: Actor) -> ShownStaffing:
    """Show who holds what today, and which lanes nobody holds. For admins and supervisors."""
    return ShownStaffing.of(staffing.today(tx, by=by))


@resource.get("/positions", PositionList)
def list_positions(
    tx: Transaction,
    by: Actor,  # noqa: ARG001 — everybody logged in
    query: ListQuery,
) -> PositionList:
    """List positions by code."""
    return PositionList.of(repository.positions(tx, query.page()), ShownPosition.of)


@resource.post("/positions", ShownPosition, status=201, problems=(403, 409))
def create_position(tx: Transaction, by: Actor, json: NewPosition) -> ShownPosition:
    """Create a position. For admins."""
    return ShownPosition.of(people.create_position(tx, code=json.code, name=json.name, by=by))


@resource.patch("/positions/<uuid:position_id>", ShownPosition, problems=(403, 404))
def rename_position(
    tx: Transaction, by: Actor, position_id: UUID, json: RenamedPosition
) -> ShownPosition:
    """Rename a position. For admins."""
    return ShownPosition.of(people.rename_position(tx, position_id, name=json.name, by=by))


@resource.get("/users/<uuid:user_id>/positions", HoldingList, problems=(403, 404))
def list_positions_of_user(tx: Transaction, by: Actor, user_id: UUID) -> HoldingList:
    """List which positions somebody holds, held or will hold. For supervisors and admins."""
    return HoldingList(
        items=[
            ListedHolding(
                **dict(ShownHolder.of(holder)), code=position.code, position=position.name
            )
            for holder, position in people.holdings(tx, user_id, by=by)
        ]
    )


@resource.get("/positions/<uuid:position_id>/holders", HolderList, problems=(403, 404))
def list_holders(tx: Transaction, by: Actor, position_id: UUID, query: ListQuery) -> HolderList:
    """List who holds or held a position, the latest first. For admins and supervisors."""
    page = people.find_holders(tx, position_id, by=by, page=query.page())
    return HolderList.of(page, ListedHolder.listed)


@resource.post(
    "/positions/<uuid:position_id>/holders", ShownHolder, status=201, problems=(403, 404)
)
def appoint_holder(tx: Transaction, by: Actor, position_id: UUID, json: NewHolder) -> ShownHolder:
    """Appoint a holder; from the first day on they see and do the tasks. For admins."""
    holder = people.appoint(
        tx,
        position_id,
        user_id=json.user_id,
        held_from=json.held_from,
        held_until=json.held_until,
        capacity=json.capacity,
        decree=json.decree,
        by=by,
    )
    return ShownHolder.of(holder)


@resource.patch(
    "/positions/<uuid:position_id>/holders/<uuid:holder_id>",
    ShownHolder,
    problems=(403, 404),
)
def change_holder(
    tx: Transaction, by: Actor, *, position_id: UUID, holder_id: UUID, json: ChangedHolder
) -> ShownHolder:
    """Set the last day of a holding, and correct the rest of it. For admins."""
    changed = people.change_holder(
        tx,
        position_id,
        holder_id,
        held_until=json.held_until,
        held_from=json.held_from,
        capacity=json.capacity,
        decree=json.decree,
        by=by,
    )
    return ShownHolder.of(changed)
