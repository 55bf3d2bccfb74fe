"""The figures of a trial, and what it did wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.chaos.evidence import Evidence, Task
from tests.chaos.rules.messages import wants_mail


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a trial was and what came of it."""

    seconds: float
    """From the first start of a process to the audit."""
    kills: Mapping[str, int]
    """By kind."""
    restarts: int
    """Processes that were started again."""
    evidence: Evidence
    violations: Sequence[str]

    @property
    def killed(self) -> int:
        """The number of kills; several processes killed at one moment are one."""
        return sum(self.kills.values())

    @property
    def mails(self) -> int:
        """The number of different mails."""
        return len({mail.notification_id for mail in self.evidence.mails})

    @property
    def figures(self) -> Mapping[str, int]:
        """What happened, counted, by name."""
        evidence, answers = self.evidence, self.evidence.answers
        events = Counter(event.type for event in evidence.events)
        late = sum(task.late_minutes is not None for task in evidence.tasks)
        wanted = sum(wants_mail(notification, evidence) for notification in evidence.notifications)
        return {
            "instances": len(evidence.instances),
            "instances completed": events["instance_completed"],
            "instances cancelled": events["instance_cancelled"],
            "kills": self.killed,
            **{f"killed: {kind}": count for kind, count in sorted(self.kills.items())},
            "restarted processes": self.restarts,
            "tasks": len(evidence.tasks),
            "tasks completed": events["task_completed"],
            "tasks late": late,
            "tasks ended within 0.1 s of their deadline": sum(map(_close, evidence.tasks)),
            "tasks still open": sum(task.state == "open" for task in evidence.tasks),
            "timers fired": events["timer_fired"],
            "requests with a key": len(answers),
            "sent again": sum(told.tries - 1 for told in answers),
            "answered from memory": sum(told.replayed for told in answers),
            "too late (409)": sum(told.status == 409 for told in answers),
            "notifications": len(evidence.notifications),
            "mails": self.mails,
            "mails not begun before the step was done": wanted - self.mails,
            "duplicates": len(evidence.mails) - self.mails,
            "violations": len(self.violations),
        }

    def lines(self) -> Iterator[str]:
        """Yield the report as it is printed."""
        for name, figure in self.figures.items():
            yield f"{name:<44}{figure:>8,}"
        yield f"{'duration':<44}{self.seconds:>8.0f} s"
        yield from (f"! {violation}" for violation in self.violations)


def _close(task: Task) -> bool:
    """Return whether completion and timer raced."""
    if task.ended_at is None or task.due_at is None:
        return False
    return abs(task.ended_at - task.due_at) < timedelta(seconds=0.1)
