"""The course of a trial: work under fire, until everything has settled; then the audit."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from engine.config import Settings
from tests.chaos import office
from tests.chaos.evidence import Waiting
from tests.chaos.killer import Killer
from tests.chaos.plans import stays_open
from tests.chaos.processes import Process, running
from tests.chaos.reading import CLIENTS, collect, look
from tests.chaos.report import Report
from tests.chaos.rules import violations
from tests.chaos.trial import Trial
from tests.integration.running import wait_until

_LOOK_SECONDS = 1
_SOON = timedelta(minutes=30)
"""What is due later waits for the hour of the last step, and not for the audit."""


def run(trial: Trial) -> Report:
    """Return what came of a trial; ends in bounded time, and leaves no process behind."""
    began = time.monotonic()
    (trial.folder / CLIENTS).mkdir()
    with running([trial.mail_server()]) as (mail_server,):
        wait_until(lambda: mail_server.output().endswith("\n"))
        env = trial.environment(mail_server.output().strip())
        office.found(Settings.from_environment(env), env)
        servers, ports = trial.servers(env)
        with running(servers), running(trial.clients(ports)) as clients:
            killer = Killer(servers, trial.mails, Random(trial.seed))  # noqa: S311 — no secret
            faults = list(_play(trial, clients, killer))
            for server in servers:
                server.terminate()
    evidence = collect(trial.database_url, trial.folder)
    return Report(
        seconds=time.monotonic() - began,
        kills=killer.kills,
        restarts=sum(server.starts - 1 for server in servers),
        evidence=evidence,
        violations=[*faults, *killer.ended, *violations(evidence)],
    )


def _play(trial: Trial, clients: Sequence[Process], killer: Killer) -> Iterator[str]:
    """Work until everything has settled; yield a sentence for everything that does not."""
    _work_under_fire(trial, clients[0], killer)

    def is_done(waiting: Waiting) -> bool:
        all_there = waiting.instances >= trial.instances
        return all_there and all(stays_open(trial.seed, task.id) for task in waiting.tasks)

    if not _wait(trial, is_done, killer):
        yield "the work did not come to an end"
    for client in clients:
        client.end_input()
    for client in clients:
        if not client.wait():
            yield f"{client.kind} did not end well: {client.output()[-400:]}"
    if not _wait(trial, _is_settled, killer):
        yield "the jobs did not come to an end"


def _work_under_fire(trial: Trial, starter: Process, killer: Killer) -> None:
    """Start cases in step with the kills, so that every kill meets work."""
    started = 0
    for number in range(1, trial.kills + 1):
        wanted = trial.instances * number // trial.kills
        for case in range(started, wanted):
            starter.write(f"{trial.seed}/{case}")
        started = wanted
        time.sleep(killer.random.uniform(0, 2 * trial.pause_seconds))
        killer.strike()
        killer.look_after()


def _wait(trial: Trial, until: Callable[[Waiting], bool], killer: Killer) -> bool:
    """Return whether it has come so far in time."""
    deadline = time.monotonic() + trial.settle_seconds
    while time.monotonic() < deadline:
        if until(look(trial.database_url)):
            return True
        killer.look_after()
        time.sleep(_LOOK_SECONDS)
    return False


def _is_settled(waiting: Waiting) -> bool:
    soon = datetime.now(UTC) + _SOON
    return all(job.run_at is None or job.run_at > soon for job in waiting.jobs)
