"""A mail that did not arrive: a line of the coordinator's digest, by reference and link alone, until somebody sees to it."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import notifications, steps
from referrals.models import Account, Mail, Referral, Step
from referrals.reminders import digest, undelivered, waiting
from referrals.vocabulary import Rhythm
from tests import straight_way
from tests.factories import protected
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")
LINE = "See to a mail that did not arrive (since 16 Sept 2026)"


def returned(session: Session, cast: Cast, *, how_many: int = 1) -> Referral:
    """A concern whose mails to its coordinators came back."""
    referral = straight_way.submit(session, cast.school)
    for mail in notifications.write(session, referral.history[-1])[:how_many]:
        notifications.note_sent(session, mail)
        assert notifications.note_returned(session, mail.message_id)
    return referral


def lines(session: Session, who: Account) -> list[str]:
    return [one.number for one in undelivered.to_see_to(session, who.actor())]


def test_the_digest_says_which_referral_and_where_and_neither_name_nor_address(session: Session, cast: Cast) -> None:
    cast.coordinator.language = "en"
    referral = returned(session, cast, how_many=2)
    letter = digest.write(session, cast.coordinator.id)
    assert letter is not None
    at = letter.body.splitlines().index(f"{referral.number}: {LINE}")
    assert letter.body.splitlines()[at + 1].endswith(f"/referrals/{referral.number}")
    assert letter.body.count(LINE) == 1
    for secret in (cast.second_coordinator.name, cast.second_coordinator.email, "Mila", cast.school.name):
        assert secret not in letter.body


def test_it_comes_by_the_rhythm_its_reader_chose(session: Session, cast: Cast) -> None:
    returned(session, cast)
    for rhythm, is_told in ((Rhythm.DAILY, True), (Rhythm.WEEKLY, False)):
        cast.coordinator.reminders = rhythm
        session.flush()
        assert (cast.coordinator.id in digest.to_remind(session)) is is_told


def test_it_waits_for_the_coordinator_who_answers_for_it_and_for_nobody_else(session: Session, cast: Cast) -> None:
    referral = returned(session, cast)
    assert lines(session, cast.coordinator) == lines(session, cast.second_coordinator) == [referral.number]
    for who in (cast.head_teacher, cast.counsellor, cast.outsider, cast.administrator):
        assert lines(session, who) == []
    referral.owner_id = cast.second_coordinator.id
    session.flush()
    assert lines(session, cast.coordinator) == []
    assert lines(session, cast.second_coordinator) == [referral.number]
    protected(session, referral, by=cast.second_coordinator)
    (line,) = undelivered.to_see_to(session, cast.second_coordinator.actor())
    assert line.unit == ""


@pytest.mark.parametrize("how", ["sent again", "given up"])
def test_it_is_gone_once_somebody_has_seen_to_it(session: Session, cast: Cast, how: str) -> None:
    referral, by = returned(session, cast), cast.coordinator.actor()
    step = session.scalars(select(Step).where(Step.failed_at.is_not(None))).one()
    if how == "sent again":
        steps.retry(session, step, by=by)
    else:
        notifications.stop(session, referral, session.get_one(Mail, step.mail_id), by=by)
    assert lines(session, cast.coordinator) == []


def test_it_stands_among_what_waits_by_the_day_since_when_it_does(session: Session, cast: Cast) -> None:
    referral = returned(session, cast)
    items = waiting.everything_for(session, cast.coordinator.actor(), today=date(2026, 9, 16))
    assert [(one.number, one.kind.value) for one in items if one.kind.value == "mail"] == [(referral.number, "mail")]
