"""The outbox on a real mail server: every message arrives, and none about what is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from engine import announcements, incidents, outbox, people, repository
from engine.channels import Event, Mail
from engine.clock import Clock
from engine.config import Settings
from engine.database import Database, Transaction
from engine.model import Job, JobQueue, Notification, Rung
from engine.outbox import Channels
from engine.permissions import SYSTEM
from migrations.upgrade import upgrade
from tests.clock import TestClock
from tests.office import Office, PlayedCase, found_office
from tests.smtp_server import SmtpServer, smtp_server

ADDRESSES = {
    "kepala.badan": "kepala@kantor.example",
    "kasubag": "kasubag@kantor.example",
    "supervisor": "pengawas@kantor.example",
}


@dataclass
class Mailing:
    """The reference office with a mail server."""

    office: Office
    server: SmtpServer
    channels: Channels

    def deliver(self) -> int:
        """Run the outbox once; return how many messages were delivered."""
        return outbox.deliver_due(self.office.database, self.channels)

    def received(self) -> list[str]:
        """Return who got which subject, in order of arrival."""
        return [
            f"{one.recipients[0].partition('@')[0]}: {one.message['Subject']}"
            for one in self.server.messages
        ]

    def jobs(self) -> list[Job]:
        """Return the messages that wait to be sent."""
        with self.office.database.read() as tx:
            return list(tx.session.query(Job).where(Job.queue == JobQueue.OUTBOX))

    def overdue(self) -> PlayedCase:
        """Return a case whose first step is overdue, its people not mailed yet."""
        case = self.office.start()
        self.office.wait("PT10M")
        self.office.fire()
        self.office.clock.advance(seconds=1)
        return case


@pytest.fixture
def mailing(settings: Settings, clock: TestClock) -> Iterator[Mailing]:
    """The reference office whose people have addresses."""
    with smtp_server() as server:
        mailed = replace(settings, smtp_url=server.url, smtp_from="alur@kantor.example")
        database = Database(mailed, clock=clock)
        upgrade(database.engine)
        found_office(database)
        office = Office(database, clock)
        office.found()
        with database.begin() as tx:
            for username, address in ADDRESSES.items():
                user = repository.user_by_name(tx, username)
                people.change_user(tx, user.id, email=address, by=SYSTEM)
        yield Mailing(office, server, Channels.of(mailed))
        database.dispose()


def test_a_rung_is_mailed_to_its_people_in_both_languages(mailing: Mailing) -> None:
    mailing.overdue()
    assert mailing.deliver() == 2
    assert sorted(mailing.received()) == [
        "kepala: [Alur] Terlambat: Memerintahkan untuk penyusunan Lakip (LAKIP/2026/III)",
        "pengawas: [Alur] Terlambat: Memerintahkan untuk penyusunan Lakip (LAKIP/2026/III)",
    ]
    text = mailing.server.messages[0].message.get_content()
    assert "Terlambat: langkah" in text
    assert "Overdue: the step" in text
    assert "2026-11-04 09:10 WITA" in text
    assert mailing.jobs() == []
    assert mailing.deliver() == 0


def test_a_mail_that_has_arrived_is_noted_with_the_moment_its_sending_began(
    mailing: Mailing,
) -> None:
    mailing.overdue()
    mailing.deliver()
    with mailing.office.database.read() as tx:
        began = {one.mailed_at for one in tx.session.query(Notification)}
    dates = {parsedate_to_datetime(one.message["Date"]) for one in mailing.server.messages}
    assert began == dates == {mailing.office.clock.now}


def test_nothing_is_sent_of_a_step_that_was_done_meanwhile(mailing: Mailing) -> None:
    case = mailing.overdue()
    case.complete("Memerintahkan", by="kepala.badan")
    assert mailing.jobs() == []
    assert mailing.deliver() == 0
    assert mailing.received() == []


def test_nothing_is_sent_of_a_case_that_was_cancelled_meanwhile(mailing: Mailing) -> None:
    mailing.overdue().cancel("permohonan ditarik")
    assert (mailing.jobs(), mailing.deliver()) == ([], 0)


def test_who_wants_no_mail_of_a_rung_gets_none_but_has_it_in_the_list(mailing: Mailing) -> None:
    with mailing.office.database.begin() as tx:
        by = people.acting(tx, "supervisor")
        people.change_preferences(tx, by=by, mail_rungs=[Rung.LONG_OVERDUE])
    mailing.overdue()
    mailing.deliver()
    assert [one.partition(":")[0] for one in mailing.received()] == ["kepala"]
    assert mailing.office.told("supervisor") == [("overdue", "Memerintahkan")]


def test_who_has_removed_the_address_meanwhile_gets_no_mail(mailing: Mailing) -> None:
    mailing.overdue()
    with mailing.office.database.begin() as tx:
        people.change_preferences(tx, by=people.acting(tx, "supervisor"), email="")
    mailing.deliver()
    assert [one.partition(":")[0] for one in mailing.received()] == ["kepala"]
    assert mailing.jobs() == []


def test_a_worker_killed_before_it_settles_leaves_a_lease_and_the_mail_is_sent_again(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing.overdue()
    with monkeypatch.context() as killed:
        killed.setattr(outbox, "_delivered", _die)
        with pytest.raises(KeyboardInterrupt):
            mailing.deliver()
    assert len(mailing.received()) == 1
    mailing.deliver()  # the other one; the lease of the first has not run out
    assert len(mailing.received()) == 2
    mailing.office.clock.now += outbox.LEASE + timedelta(seconds=1)
    assert mailing.deliver() == 1
    keys = [one.message["Message-ID"] for one in mailing.server.messages]
    assert len(keys) == 3
    assert len(set(keys)) == 2


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def after_the_lease(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between the lease of a message and its sending."""
    leased = outbox._lease

    def lease(tx: Transaction, key: str) -> object:
        held = leased(tx, key)
        tx.session.commit()
        happens()
        return held

    monkeypatch.setattr(outbox, "_lease", lease)


def test_a_worker_that_was_frozen_after_its_lease_sends_nothing_then(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing.overdue()
    frozen = outbox.FRESH + timedelta(seconds=1)
    with monkeypatch.context() as context:
        after_the_lease(context, lambda: mailing.office.clock.advance(seconds=frozen.seconds))
        assert mailing.deliver() == 0
    assert mailing.received() == []
    mailing.office.clock.now += outbox.LEASE
    assert mailing.deliver() == 2


def test_a_step_that_is_done_after_the_lease_stops_the_mail(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = mailing.overdue()

    def complete() -> None:
        if case.open_tasks()[0].name.startswith("Memerintahkan"):
            case.complete("Memerintahkan", by="kepala.badan")

    after_the_lease(monkeypatch, complete)
    assert mailing.deliver() == 0
    assert mailing.received() == []


def test_whoever_has_lost_the_lease_does_not_judge_the_message(mailing: Mailing) -> None:
    mailing.overdue()
    (key, *_) = [job.key for job in mailing.jobs()]
    with mailing.office.database.begin() as tx:
        lost = outbox._lease(tx, key)
    assert lost is not None
    mailing.office.clock.now += outbox.LEASE + timedelta(seconds=1)
    with mailing.office.database.begin() as tx:
        held = outbox._lease(tx, key)
    assert held is not None
    outbox._failed(mailing.office.database, key, lost, "451", most_attempts=1)
    (job,) = [job for job in mailing.jobs() if job.key == key]
    assert (job.run_at, job.attempts) == (held.until, 0)


def test_a_hanging_mail_server_leaves_the_rest_of_its_mails_for_the_next_visit(
    mailing: Mailing,
) -> None:
    mailing.server.answers["RCPT"] = "451 4.3.0 Try again later"
    mailing.overdue()
    mailing.deliver()
    assert sorted(job.attempts for job in mailing.jobs()) == [0, 1]


def test_a_worker_that_is_to_stop_begins_no_further_message(mailing: Mailing) -> None:
    mailing.overdue()
    sent = iter([False, True, True])
    delivered = outbox.deliver_due(
        mailing.office.database, mailing.channels, stopping=lambda: next(sent)
    )
    assert delivered == 1
    assert len(mailing.received()) == 1


def test_a_mail_server_that_is_away_is_tried_again_and_loses_nothing(mailing: Mailing) -> None:
    mailing.server.answers["RCPT"] = "451 4.3.0 Try again later"
    mailing.overdue()
    for _ in range(2):
        assert mailing.deliver() == 0  # one failure is enough for a visit
    assert [job.attempts for job in mailing.jobs()] == [1, 1]
    mailing.server.answers.clear()
    assert mailing.deliver() == 0
    mailing.office.clock.advance(seconds=11)
    assert mailing.deliver() == 2


def test_an_address_that_the_server_refuses_is_an_incident_at_once(mailing: Mailing) -> None:
    mailing.server.answers["RCPT"] = "550 5.1.1 No such user"
    mailing.overdue()
    assert mailing.deliver() == 0
    with mailing.office.database.read() as tx:
        found = incidents.find(tx, by=SYSTEM, page=repository.PageRequest()).items
    assert [record.job.key.partition(":")[0] for record in found] == ["mail", "mail"]
    assert all("kantor.example" not in (record.job.error or "") for record in found)
    mailing.server.answers.clear()
    with mailing.office.database.begin() as tx:
        incidents.retry(tx, found[0].job.key, by=SYSTEM)
    mailing.office.clock.advance(seconds=1)
    assert mailing.deliver() == 1


def test_a_mail_that_was_never_taken_becomes_an_incident_after_the_last_try(
    mailing: Mailing,
) -> None:
    mailing.server.answers["RCPT"] = "451 4.3.0 Try again later"
    mailing.overdue()
    for _ in range(2 * outbox.MOST_ATTEMPTS):
        mailing.deliver()
        mailing.office.clock.advance(hours=2)
    assert {job.run_at for job in mailing.jobs()} == {None}
    assert {job.attempts for job in mailing.jobs()} == {outbox.MOST_ATTEMPTS}


def test_a_message_that_cannot_be_made_holds_no_other_up(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing.overdue()
    sick, *_ = mailing.jobs()
    compose = announcements.compose

    def fail(tx: Transaction, job: Job) -> Mail | Event | None:
        if job.key == sick.key:
            raise ZeroDivisionError(compose(tx, job))
        return compose(tx, job)

    monkeypatch.setattr(announcements, "compose", fail)
    assert mailing.deliver() == 1
    (left,) = mailing.jobs()
    assert (left.key, left.attempts) == (sick.key, 1)
    assert "ZeroDivisionError" in (left.error or "")
    assert "LAKIP" not in (left.error or "")


def test_two_outboxes_at_once_send_each_mail_once(
    mailing: Mailing, open_database: Callable[[Clock], Database]
) -> None:
    mailing.overdue()
    other = open_database(mailing.office.clock)
    first = outbox._lease
    with other.read() as tx:
        keys = list(repository.due_job_keys(tx, JobQueue.OUTBOX, limit=10))
    for key in keys:
        with mailing.office.database.begin() as tx:
            assert first(tx, key) is not None
    assert outbox.deliver_due(other, mailing.channels) == 0
    assert mailing.received() == []


@dataclass
class Recorder:
    """Keeps what would be posted."""

    sent: list[Mail | Event]

    def send(self, message: Mail | Event) -> None:
        self.sent.append(message)


def test_a_webhook_is_posted_once_for_a_step_and_rung_without_names_of_people(
    settings: Settings, clock: TestClock
) -> None:
    hooked = replace(settings, webhook_url="http://127.0.0.1:9/", webhook_secret="whsec_MA==")
    database = Database(hooked, clock=clock)
    upgrade(database.engine)
    found_office(database)
    office = Office(database, clock)
    office.found()
    case = office.start()
    (task,) = case.open_tasks()
    office.wait("PT10M")
    office.fire()
    clock.advance(seconds=1)
    recorder = Recorder([])
    assert outbox.deliver_due(database, recorder) == 1  # type: ignore[arg-type]  # the same shape
    (event,) = recorder.sent
    assert isinstance(event, Event)
    assert (event.key, event.type) == (f"webhook:{task.id}:overdue", "task.overdue")
    assert event.data["task_id"] == str(task.id)
    assert event.data["late_minutes"] == 1
    database.dispose()
