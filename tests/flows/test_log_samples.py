"""The sweep draws last week's visits once for each unit, and writes to the head teacher until the post office has taken it."""

import smtplib
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows import sweep
from referrals import clock, config, db, mailer
from referrals.access import Role
from referrals.keeping import audit, log_samples
from referrals.models import Account, LogSample, RoleAssignment, Unit, What
from tests.factories import a_referral
from tests.people import settle


@pytest.fixture
def visited(fresh_address: str) -> str:
    """A database in which the coordinator looked at a referral last week."""
    with db.writing(fresh_address) as session:
        cast = settle(session)
        referral = a_referral(session, cast)
        with time_machine.travel(clock.machine_now() - timedelta(days=7)):
            audit.append(session, What.OPENED_PAGE, by=cast.coordinator.actor(), chain=referral.id)
    return fresh_address


@pytest.fixture
def post(data_folder: Path):
    """The folder in which mail is left where no post office is set."""
    folder = config.current().data / "mail"
    before = set(folder.glob("*.eml"))
    return lambda: sorted(set(folder.glob("*.eml")) - before)


def samples(address: str) -> list[LogSample]:
    with db.reading(address) as session:
        return list(session.scalars(select(LogSample)))


def test_it_is_drawn_once_and_written_about_once(visited, post):
    for _ in range(2):
        sweep.sweep_database(visited)
    (sample,) = samples(visited)
    assert sample.told_at is not None
    (letter,) = post()
    assert f"log-samples/{sample.id}" in letter.read_text()


@pytest.mark.parametrize("trouble", [mailer.OfficeAway, smtplib.SMTPDataError(451, b"not now")])
def test_what_the_post_office_does_not_take_the_next_sweep_writes(visited, post, monkeypatch, trouble):
    def closed(_letter):
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(sweep.mailer, "send", closed)
        sweep.sweep_database(visited)
    assert [sample.told_at for sample in samples(visited)] == [None]
    sweep.sweep_database(visited)
    assert len(post()) == 1


def test_an_address_that_takes_nothing_keeps_nobody_else_from_being_told(visited, post, monkeypatch):
    def refuse(_letter):
        raise sweep.mailer.AddressRefused

    with monkeypatch.context() as patch:
        patch.setattr(sweep.mailer, "send", refuse)
        sweep.sweep_database(visited)
    sweep.sweep_database(visited)
    assert ([sample.told_at is None for sample in samples(visited)], post()) == ([False], [])


@pytest.mark.parametrize("full", ["henrik", "tove"])
def test_a_full_mailbox_of_one_head_teacher_brings_the_other_no_mail_twice(visited, monkeypatch, full):
    with db.writing(visited) as session:
        tove = session.scalars(select(Account).where(Account.email.startswith("tove"))).one()
        unit = session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one()
        session.add(RoleAssignment(account_id=tove.id, role=Role.HEAD_TEACHER, unit_id=unit.id))
    taken = []

    def send(letter):
        if letter.to.startswith(full):
            raise smtplib.SMTPRecipientsRefused({letter.to: (452, b"4.2.2 full")})
        taken.append(letter.to.partition(".")[0])

    with monkeypatch.context() as patch:
        patch.setattr(sweep.mailer, "send", send)
        assert [sweep.sweep_database(visited) for _ in range(2)] == [False, False]
        assert [sample.told_at for sample in samples(visited)] == [None]
        assert taken == [({"henrik", "tove"} - {full}).pop()]
        patch.setattr(sweep.mailer, "send", lambda letter: taken.append(letter.to.partition(".")[0]))
        assert sweep.sweep_database(visited)
    assert (sorted(taken), samples(visited)[0].told_at is None) == (["henrik", "tove"], False)


def test_what_cannot_be_drawn_does_not_stop_the_sweep(visited, post, monkeypatch):
    def locked(*_arguments, **_more):
        raise OperationalError("INSERT", {}, Exception("locked"))

    with monkeypatch.context() as patch:
        patch.setattr(log_samples, "draw", locked)
        sweep.sweep_database(visited)
    assert samples(visited) == []
    sweep.sweep_database(visited)
    assert len(samples(visited)) == 1
