"""The post office hurts: it is away, slow, hanging, refuses everything or one recipient. Mail waits and goes once; papers wait for nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from flows.dispatcher import MAILS
from flows.engine import Engine
from referrals import config, db, mailer, steps
from referrals.models import Mail, Referral, Step
from tests.flows.ground import Instance, until
from tests.flows.watching import everything_is_there_once, failures, is_quiet, state, submit
from tests.referrals.post_office import PostOffice, free_port


@pytest.fixture
def port(one_instance: Instance, monkeypatch: pytest.MonkeyPatch) -> int:
    """The port at which the instance believes its post office to be."""
    port = free_port()
    monkeypatch.setenv("TRIVSEL_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("TRIVSEL_SMTP_PORT", str(port))
    config.current.cache_clear()
    return port


@contextmanager
def open_at(port: int) -> Iterator[PostOffice]:
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office
    finally:
        office.keeps_silent = False
        controller.stop()


@pytest.fixture
def office(port: int) -> Iterator[PostOffice]:
    """A post office that the instance sends its mail through."""
    with open_at(port) as office:
        yield office


def taken(office: PostOffice) -> list[str]:
    """Which mails a post office has, however often each came: a worker that lost its lease may have sent one before."""
    return sorted(set(office.message_ids))


def letters(instance: Instance) -> list[str]:
    """The Message-ID of each mail that was written."""
    with db.reading(instance.database) as session:
        return sorted(session.scalars(select(Mail.message_id)))


@pytest.mark.usefixtures("impatient")
def test_mail_that_is_refused_is_tried_again_then_seen_and_sent_when_a_person_says_so(
    office: PostOffice, one_engine: Engine, one_instance: Instance
) -> None:
    office.refuses = True
    referral_id = submit(one_instance)
    until(lambda: len(failures(one_instance)) == 2)
    assert failures(one_instance) == ["mail", "mail"]
    assert office.refused >= 2 * (len(steps.PAUSES) + 1)  # two mails, three attempts each
    assert state(one_instance, referral_id) == ("triage", "waiting")
    office.refuses = False
    with db.writing(one_instance.database) as session:
        coordinator = session.merge(one_instance.cast.coordinator, load=False).actor()
        for step in steps.failed(session, session.get_one(Referral, referral_id)):
            assert step.flow_run_id is not None
            steps.retry(session, step, by=coordinator)
    until(lambda: is_quiet(one_instance))
    assert failures(one_instance) == []
    with db.reading(one_instance.database) as session:
        sent = session.scalars(select(Mail)).all()
    assert sorted(letter.message_id for letter in sent) == taken(office)
    assert all(letter.sent_at for letter in sent)


@pytest.mark.usefixtures("impatient")
def test_one_recipient_who_is_refused_is_seen_and_the_others_get_theirs(
    office: PostOffice, one_engine: Engine, one_instance: Instance
) -> None:
    moved = one_instance.cast.second_coordinator
    office.unknown = {moved.email}
    referral_id = submit(one_instance)
    until(lambda: is_quiet(one_instance))
    assert failures(one_instance) == ["address"], "no other try with the same address helps"
    assert state(one_instance, referral_id) == ("triage", "waiting")
    with db.writing(one_instance.database) as session:
        coordinator = session.merge(one_instance.cast.coordinator, load=False).actor()
        (step,) = steps.failed(session, session.get_one(Referral, referral_id))
        refused = session.get_one(Mail, step.mail_id)
        assert str(moved.id) in refused.recipient
        assert taken(office) == [one for one in session.scalars(select(Mail.message_id)) if one != refused.message_id]
        office.unknown = set()  # the mailbox was set up
        steps.retry(session, step, by=coordinator)
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, [referral_id])
    assert taken(office) == letters(one_instance)


@pytest.mark.parametrize("times", [1, 4])
def test_mail_waits_for_a_post_office_that_is_away(
    port: int,
    one_engine: Engine,
    one_instance: Instance,
    impatient: None,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
) -> None:
    """Also where it is away for so long that a person sees it, after the third time: nobody has to press anything."""
    monkeypatch.setattr(steps, "LATER", (timedelta(seconds=1),) * 60)
    referral_id = submit(one_instance)
    until(lambda: _failed(one_instance, times))
    with open_at(port) as office:
        until(lambda: is_quiet(one_instance) and not failures(one_instance))
    everything_is_there_once(one_instance, [referral_id])
    assert taken(office) == letters(one_instance)


def _failed(instance: Instance, times: int) -> bool:
    with db.reading(instance.database) as session:
        return max(session.scalars(select(Step.failures)), default=0) >= times


@pytest.mark.usefixtures("impatient")
def test_a_post_office_slower_than_our_patience_may_get_a_mail_again_but_never_a_second_one(
    office: PostOffice, one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took the mail, and we did not hear of it: the same Message-ID comes again, which post offices show once."""
    monkeypatch.setattr(mailer, "PATIENCE", 0.5)
    office.keeps_silent = True
    referral_id = submit(one_instance)
    until(lambda: len(office.taken) >= 3)
    office.keeps_silent = False
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, [referral_id])
    assert len(office.taken) > len(taken(office)) == len(letters(one_instance))
    assert taken(office) == letters(one_instance)


def test_papers_do_not_wait_for_a_post_office_that_does_not_answer(
    office: PostOffice, one_engine: Engine, one_instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "PATIENCE", 300.0)
    office.keeps_silent = True
    referral_ids = [submit(one_instance) for _ in range(3)]
    until(lambda: len(taken(office)) == MAILS)
    referral_ids.append(submit(one_instance))
    until(lambda: all(state(one_instance, one) == ("triage", "waiting") for one in referral_ids))
    assert len(taken(office)) == MAILS
    office.keeps_silent = False
    until(lambda: is_quiet(one_instance))
    everything_is_there_once(one_instance, referral_ids)
    assert taken(office) == letters(one_instance)
