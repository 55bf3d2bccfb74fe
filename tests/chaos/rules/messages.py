"""Messages: none missing, none about a step that was done, each person once per rung."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.diagram import HEAD, STEPS
from tests.chaos.evidence import Event, Evidence, Notification, Task

_LONG_OVERDUE_AFTER = 2
"""Time standards, as `processes/ladder.toml` has it."""


def people_are_told_once_per_rung(evidence: Evidence) -> Iterator[str]:
    """At most one notification per person, step and rung."""
    count = Counter((n.task_id, n.rung, n.user_id) for n in evidence.notifications)
    for (task_id, rung, user_id), found in count.items():
        if found > 1:
            yield f"task {task_id}: {evidence.user[user_id].username} was told {rung} {found} times"


def rungs_are_reached_once_in_order(evidence: Evidence) -> Iterator[str]:
    """The history of a task has each rung at most once, the lower before the higher."""
    for task in evidence.tasks:
        rungs = [event.detail["rung"] for event in _reached(task, evidence)]
        if rungs != [rung for rung in ("at_risk", "overdue", "long_overdue") if rung in rungs]:
            yield f"{task} climbed {rungs}"


def rungs_were_told_to_the_right_people(evidence: Evidence) -> Iterator[str]:
    """A rung in the history and its notifications agree, and name whom the ladder names."""
    for task in evidence.tasks:
        told: dict[str, set[str]] = defaultdict(set)
        for notification in evidence.notifications_of[task.id]:
            told[notification.rung].add(evidence.user[notification.user_id].username)
        for event in _reached(task, evidence):
            rung, recorded = event.detail["rung"], set(event.detail["told"])
            expected, found = _named_by_the_ladder(task, event, evidence), told.pop(rung, set())
            if not found == expected == recorded:
                yield f"{task}, {rung}: {expected} to be told, {recorded} recorded, {found} told"
        if told:
            yield f"{task}: {dict(told)} were told, and the history does not know"


def open_tasks_have_climbed(evidence: Evidence) -> Iterator[str]:
    """A task that is still open has reached every rung whose moment has passed."""
    for task in evidence.tasks:
        if task.state == "open" and task.due_at is not None:
            reached = {event.detail["rung"] for event in _reached(task, evidence)}
            beyond = STEPS[task.element_id].standard * (_LONG_OVERDUE_AFTER - 1)
            moments = {"overdue": task.due_at, "long_overdue": task.due_at + beyond}
            missing = {rung for rung, at in moments.items() if at < evidence.read_at} - reached
            if missing:
                yield f"{task} is open, due {task.due_at}, and nobody was told {sorted(missing)}"


def nobody_is_told_of_a_step_done_in_time(evidence: Evidence) -> Iterator[str]:
    """No notification, and no mail, says that a step is overdue which was completed in time."""
    for notification in evidence.notifications:
        task = evidence.task[notification.task_id]
        in_time = task.ended_at is not None and task.due_at and task.ended_at <= task.due_at
        if in_time and notification.rung != "at_risk":
            yield f"{task} was done in time, and there is a notification {notification.rung}"


def nobody_is_told_too_early_or_after_the_end(evidence: Evidence) -> Iterator[str]:
    """A notification is raised after its rung's moment and before the end of its task."""
    for notification in evidence.notifications:
        task = evidence.task[notification.task_id]
        at = notification.created_at
        late = task.ended_at is not None and at > task.ended_at
        early = task.due_at is not None and (notification.rung == "at_risk") != (at <= task.due_at)
        if late or early:
            yield f"{task}: {notification.rung} was raised at {at}, due {task.due_at}"


def mails_are_not_missing(evidence: Evidence) -> Iterator[str]:
    """Who wants a mail gets it, unless the task ended before its sending had succeeded."""
    received = Counter(mail.notification_id for mail in evidence.mails)
    for notification in evidence.notifications:
        task = evidence.task[notification.task_id]
        owed = notification.mailed_at is not None or task.ended_at is None
        if wants_mail(notification, evidence) and owed and not received[notification.id]:
            yield f"{task}: the mail of notification {notification.id} is missing"


def sent_mails_are_recorded(evidence: Evidence) -> Iterator[str]:
    """Every notification of a task that is still open says when its mail was sent."""
    for notification in evidence.notifications:
        task = evidence.task[notification.task_id]
        wanted = wants_mail(notification, evidence)
        if wanted and task.ended_at is None and notification.mailed_at is None:
            yield f"{task}: nothing says that notification {notification.id} was mailed"


def mails_are_wanted(evidence: Evidence) -> Iterator[str]:
    """Every mail is about a notification, and goes to its person, who wants it."""
    known = {notification.id: notification for notification in evidence.notifications}
    for mail in evidence.mails:
        notification = known.get(mail.notification_id) if mail.notification_id else None
        if notification is None:
            yield f"a mail to {mail.to} is about no notification: {mail.notification_id}"
        elif mail.to != (evidence.user[notification.user_id].email,):
            yield f"the mail of notification {notification.id} went to {mail.to}"
        elif not wants_mail(notification, evidence):
            yield f"the mail of notification {notification.id} was not wanted"


def no_mail_begins_after_the_end(evidence: Evidence) -> Iterator[str]:
    """The sending of a mail begins before the completion of its task is committed."""
    known = {notification.id: notification for notification in evidence.notifications}
    begun = [
        *((mail.notification_id, mail.began_at) for mail in evidence.mails),
        *((n.id, n.mailed_at) for n in evidence.notifications),
    ]
    for notification_id, at in begun:
        notification = known.get(notification_id) if notification_id else None
        ended_at = evidence.task[notification.task_id].ended_at if notification else None
        if at is not None and ended_at is not None and at > ended_at:
            yield f"the mail of notification {notification_id} began at {at}, after {ended_at}"


def _reached(task: Task, evidence: Evidence) -> list[Event]:
    events = evidence.events_of_task[task.id]
    return [event for event in events if event.type == "rung_reached"]


def _named_by_the_ladder(task: Task, reached: Event, evidence: Evidence) -> set[str]:
    """Return the user names that the ladder names for that rung at that moment."""
    if reached.detail["rung"] == "long_overdue":
        return _holders(HEAD, evidence)
    before = evidence.events_of_task[task.id]
    claims = [e.actor for e in before if e.type == "task_claimed" and _key(e) < _key(reached)]
    actors = {claims[-1]} if claims else _holders(STEPS[task.element_id].position, evidence)
    supervisors = {user.username for user in evidence.users if "supervisor" in user.roles}
    return actors | (supervisors if reached.detail["rung"] == "overdue" else set())


def _key(event: Event) -> tuple[object, ...]:
    return event.at, event.id


def _holders(position: str, evidence: Evidence) -> set[str]:
    held = [holder for holder in evidence.holders if holder.code == position]
    return {evidence.user[holder.user_id].username for holder in held}


def wants_mail(notification: Notification, evidence: Evidence) -> bool:
    """Return whether the person of a notification has an address and wants a mail of that rung."""
    user = evidence.user[notification.user_id]
    rungs = user.mail_rungs
    return user.email is not None and (rungs is None or notification.rung in rungs)


RULES = (
    people_are_told_once_per_rung,
    rungs_are_reached_once_in_order,
    rungs_were_told_to_the_right_people,
    open_tasks_have_climbed,
    nobody_is_told_of_a_step_done_in_time,
    nobody_is_told_too_early_or_after_the_end,
    mails_are_not_missing,
    sent_mails_are_recorded,
    mails_are_wanted,
    no_mail_begins_after_the_end,
)
