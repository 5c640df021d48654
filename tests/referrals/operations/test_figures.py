"""The figures that watchers are told: of work, papers and mail, and of nobody."""

import uuid
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from referrals import clock, steps
from referrals.models import Heartbeat, Mail, Step, StepKind
from referrals.operations import figures
from referrals.vocabulary import DocumentKind
from tests import straight_way
from tests.people import Cast

WORK, MAIL = StepKind.ADVANCE_REFERRAL, StepKind.SEND_MAIL


def test_nothing_has_happened_yet(session: Session, cast: Cast) -> None:
    now = figures.read(session)
    assert {(one.waiting, one.oldest, one.given_up, one.took) for one in now.work.values()} == {(0, 0.0, 0, ())}
    assert set(now.papers.values()) == {0}
    assert DocumentKind.PROTECTION_REPORT not in now.papers
    assert (now.mail, now.worker_silent, now.sweep_silent) == ({"sent": 0, "stopped": 0, "waiting": 0}, None, None)
    assert now.work[WORK].quantile(0.5) == 0.0
    assert now.papers_given_up == 0


def test_work_that_waits_is_counted_with_the_age_of_the_oldest(session: Session, cast: Cast) -> None:
    straight_way.submit(session, cast.school)
    session.flush()
    session.execute(update(Step).values(created_at=clock.machine_now() - timedelta(minutes=4)))
    work = figures.read(session).work[WORK]
    assert work.waiting == 1
    assert 240 <= work.oldest < 300


def test_a_mail_that_is_tried_again_after_a_person_saw_it_is_no_sign_that_nobody_works(
    session: Session, cast: Cast
) -> None:
    straight_way.submit(session, cast.school)
    session.flush()
    long_ago = clock.machine_now() - timedelta(hours=9)
    values = {"created_at": long_ago, "not_before": None, "kind": MAIL}
    session.execute(update(Step).values(failures=len(steps.PAUSES) + 1, **values))
    work = figures.read(session).work[MAIL]
    assert (work.waiting, work.oldest) == (1, 0.0)
    session.execute(update(Step).values(failures=len(steps.PAUSES)))
    assert figures.read(session).work[MAIL].oldest > 3600


def test_what_is_held_so_that_it_can_be_stopped_does_not_wait_yet(session: Session, cast: Cast) -> None:
    straight_way.submit(session, cast.school)
    session.flush()
    session.execute(update(Step).values(not_before=clock.now() + timedelta(minutes=10)))
    assert {one.waiting for one in figures.read(session).work.values()} == {0}


def test_what_was_finished_in_the_last_hour_is_timed_from_the_end_of_its_hold(session: Session, cast: Cast) -> None:
    straight_way.submit(session, cast.school)
    session.flush()
    done = clock.machine_now() - timedelta(minutes=5)
    began = {"created_at": done - timedelta(minutes=10), "not_before": done - timedelta(seconds=2)}
    session.execute(update(Step).values(finished_at=done, **began))
    work = figures.read(session).work[WORK]
    assert (work.waiting, work.took, work.quantile(0.95), work.quantile(1.0)) == (0, (2.0,), 2.0, 2.0)
    session.execute(update(Step).values(finished_at=done - timedelta(hours=2)))
    assert figures.read(session).work[WORK].took == ()


def test_given_up_work_waiting_mail_and_a_silent_worker_are_seen(session: Session, cast: Cast) -> None:
    straight_way.submit(session, cast.school)
    now = clock.machine_now()
    session.add(Heartbeat(part="worker", holder=uuid.uuid4().hex, seen_at=now - timedelta(seconds=50)))
    session.flush()
    session.execute(update(Step).values(failed_at=now))
    found = figures.read(session)
    assert found.work[WORK].given_up == 1
    assert found.worker_silent is not None
    assert 50 <= found.worker_silent < 100
    assert found.sweep_silent is None, "a worker is no sweep"
    mails = sum(found.mail.values())
    assert found.mail["waiting"] == mails
    session.execute(update(Mail).values(sent_at=now))
    assert figures.read(session).mail["sent"] == mails
