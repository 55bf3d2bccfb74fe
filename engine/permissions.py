"""Who may do what: the one place where roles and positions are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from engine.errors import Conflict, Forbidden
from engine.model import Capacity, Role, Task, User
from engine.repository import Visibility
from engine.repository.people import Held


class RoleNeeded(Forbidden):
    """This needs a role that you do not have."""


class NotYourPosition(Forbidden):
    """You do not hold the position that does this."""


class AssignedToSomebodyElse(Conflict):
    """Somebody else has taken this task; a supervisor can take it back or assign it anew."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who is acting: a logged-in user with the roles and positions of this moment."""

    user_id: UUID | None
    """None: the system itself, or an operator at the command line."""
    username: str
    roles: frozenset[Role]
    groups: frozenset[str]
    """The codes of the positions held today."""
    held: Held = field(default_factory=dict, hash=False)
    """As what each of them is held."""

    def has(self, role: Role) -> bool:
        """Return whether the actor has the role."""
        return role in self.roles

    @property
    def visibility(self) -> Visibility:
        """Return what this actor sees: the office, or the tasks of the positions held."""
        return Visibility(
            everything=self.has(Role.SUPERVISOR),
            user_id=self.user_id,
            username=self.username,
            groups=self.groups,
        )


SYSTEM = Actor(user_id=None, username="system", roles=frozenset(Role), groups=frozenset())


def actor_of(user: User, held: Held) -> Actor:
    """Return the actor that a user is today, holding these positions."""
    return Actor(
        user_id=user.id,
        username=user.username,
        roles=frozenset(Role(role) for role in user.roles),
        groups=frozenset(held),
        held=held,
    )


def capacity_in(by: Actor, task: Task) -> Mapping[str, str]:
    """Return as what the actor acts on the task, for its history: position and capacity.

    Empty for whoever does not hold its position: a supervisor, or the assignee of a step that has
    none.
    """
    held = by.held.get(task.candidate_group or "")
    if held is None or task.candidate_group is None:
        return {}
    return {"position": task.candidate_group, "capacity": Capacity(held).value}


def require(by: Actor, *roles: Role) -> None:
    """Return if the actor has one of the roles. Raises RoleNeeded."""
    if not by.roles & set(roles):
        raise RoleNeeded(roles=[role.value for role in roles])


def require_sight(by: Actor, task: Task) -> None:
    """Return if the actor may see the task. Raises NotYourPosition."""
    mine = task.candidate_group in by.groups or _assigned_to(by, task)
    if not (mine or by.has(Role.SUPERVISOR)):
        raise NotYourPosition(candidate_group=task.candidate_group)


def require_candidate(by: Actor, task: Task) -> None:
    """Return if the actor may do the task: assigned, or unassigned in a position held.

    Whether the assignee still holds the position is not asked here: whoever has left it cannot do
    the task any more, and a supervisor frees it for the others.

    Raises:
        NotYourPosition: not a candidate.
        AssignedToSomebodyElse: a candidate, but the task has been taken.
    """
    if _assigned_to(by, task) or by is SYSTEM:
        return
    if task.candidate_group not in by.groups:
        raise NotYourPosition(candidate_group=task.candidate_group)
    if task.assignee_id is not None:
        raise AssignedToSomebodyElse(task_id=str(task.id))


def is_candidate(by: Actor, task: Task) -> bool:
    """Return whether the actor may do the task: see `require_candidate`."""
    try:
        require_candidate(by, task)
    except (NotYourPosition, AssignedToSomebodyElse):
        return False
    return True


def _assigned_to(by: Actor, task: Task) -> bool:
    """Return whether the task is the actor's; only as long as they hold its position, if any."""
    is_assignee = by.user_id is not None and task.assignee_id == by.user_id
    return is_assignee and task.candidate_group in {None, *by.groups}
