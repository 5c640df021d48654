"""Reminders go out over a real post office: one mail a person and day, to nobody twice, whoever else cannot be reached."""

import email
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
import time_machine
from sqlalchemy import select

from flows.reminders import send_reminders
from referrals import db, mailer
from referrals.models import Account, Reminder
from referrals.reminders import digest
from tests.factories import a_referral
from tests.people import settle
from tests.referrals.post_office import PostOffice

MORNING = datetime(2026, 9, 16, 6, tzinfo=UTC)


@pytest.fixture
def morning(fresh_database: str) -> Iterator[time_machine.Traveller]:
    """A Wednesday morning on which something is due for the two coordinators."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        with db.writing(fresh_database) as session:
            cast = settle(session)
            for _ in range(2):
                a_referral(session, cast, target_on=MORNING.date())
        yield traveller


def to_whom(office: PostOffice) -> list[str]:
    return sorted(str(email.message_from_bytes(one, policy=policy.default)["To"]).split(".")[0] for one in office.taken)


def test_each_gets_one_mail_with_everything(
    office: PostOffice, fresh_database: str, morning: time_machine.Traveller
) -> None:
    assert send_reminders(fresh_database)
    assert send_reminders(fresh_database)
    assert to_whom(office) == ["karin", "sanna"]
    message = email.message_from_bytes(office.taken[0], policy=policy.default)
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().count("/referrals/HTL-") == 2


def test_before_the_morning_nothing_goes_and_nothing_is_finished(
    office: PostOffice, fresh_database: str, morning: time_machine.Traveller
) -> None:
    morning.shift(timedelta(hours=-2))
    assert not send_reminders(fresh_database)
    assert office.taken == []


def test_where_the_post_office_is_away_the_next_try_brings_it_once(
    office: PostOffice, fresh_database: str, morning: time_machine.Traveller
) -> None:
    office.refuses = True
    assert not send_reminders(fresh_database)
    office.refuses = False
    assert not send_reminders(fresh_database), "not so soon again"
    morning.shift(digest.PAUSE)
    assert send_reminders(fresh_database)
    assert to_whom(office) == ["karin", "sanna"]


def test_a_post_office_that_keeps_silent_is_waited_for_once_in_a_round_and_the_next_begins_with_whoever_was_left(
    office: PostOffice, fresh_database: str, morning: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "PATIENCE", 0.3)
    office.keeps_silent = True
    assert not send_reminders(fresh_database)
    assert to_whom(office) == ["karin"]
    morning.shift(digest.PAUSE)
    assert not send_reminders(fresh_database)
    assert to_whom(office) == ["karin", "sanna"]
    office.keeps_silent = False
    morning.shift(digest.PAUSE)
    assert send_reminders(fresh_database)
    assert len(set(office.message_ids)) == 2


def test_an_address_that_takes_nothing_is_not_tried_again_and_keeps_nobody_waiting(
    office: PostOffice, fresh_database: str, morning: time_machine.Traveller
) -> None:
    with db.reading(fresh_database) as session:
        moved = session.scalars(select(Account).where(Account.email.startswith("karin."))).one()
    office.unknown = {moved.email}
    assert send_reminders(fresh_database)
    assert to_whom(office) == ["sanna"]
    with db.reading(fresh_database) as session:
        row = session.scalars(select(Reminder).where(Reminder.account_id == moved.id)).one()
        assert (row.sent_at, row.returned_at) == (None, MORNING)
