"""A mail that did not arrive: a line of the coordinator's digest, by reference and link alone, until somebody sees to it."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, notifications, steps, team_review
from referrals.disclosure import coverage
from referrals.models import Account, Mail, Referral, Step
from referrals.reminders import digest, undelivered, waiting
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import MailKind, Profession, Rhythm
from tests import straight_way
from tests.factories import a_guardian, a_referral, protected
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


def invited(session: Session, cast: Cast, referral: Referral, *, days: int, place: str = "Rum 12") -> Mail:
    """The mail that invites the referral's guardian to a meeting in so many days, which came back."""
    session.expire_all()
    (guardian,) = coverage.guardians_of(session, referral)
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=days), minutes=45,
        place=place, called=[cast.head_teacher.id], guardians=[guardian.id], agenda=["Läget i klassen"], without=list(Profession),
        on_closed_day=True,
    )  # fmt: skip
    session.expire_all()
    (mail,) = [
        one for one in notifications.write(session, referral.history[-1]) if one.recipient.startswith("guardian")
    ]
    notifications.note_sent(session, mail)
    assert notifications.note_returned(session, mail.message_id)
    return mail


def test_what_came_back_is_seen_to_as_long_as_it_tells_anything(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, referral, told_by=cast.coordinator, email="maja@familj.invalid")
    first = invited(session, cast, referral, days=7)
    assert [one.mail_id for one in undelivered.failed(session, referral)] == [first.id]
    second = invited(session, cast, referral, days=8)
    assert [one.mail_id for one in undelivered.failed(session, referral)] == [second.id], (
        "the call before holds no more"
    )
    assert lines(session, cast.coordinator) == [referral.number]
    wednesday.shift(timedelta(days=9))
    assert undelivered.failed(session, referral) == []
    assert lines(session, cast.coordinator) == []


def test_what_one_address_does_not_take_is_one_press(session: Session, cast: Cast) -> None:
    referral = returned(session, cast, how_many=2)
    first, second = steps.failed(session, referral)
    assert undelivered.together(session, referral, first) == [first]
    session.get_one(Mail, second.mail_id).kind = MailKind.CONCERN_WITHDRAWN
    session.get_one(Mail, second.mail_id).recipient = session.get_one(Mail, first.mail_id).recipient
    assert undelivered.together(session, referral, first) == [first], "another address"
    session.get_one(Mail, second.mail_id).address = session.get_one(Mail, first.mail_id).address
    session.flush()
    assert undelivered.together(session, referral, second) == [first, second]
    assert undelivered.by_press(session, referral) == [[first, second]]
    second.failed_with = "mail"
    assert undelivered.together(session, referral, second) == [second]
    assert undelivered.by_press(session, referral) == [[first], [second]]


def test_each_mail_that_failed_is_looked_at_once_for_a_page(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral, looked, is_done = returned(session, cast, how_many=2), list[Mail](), notifications.is_done

    def counted(session: Session, mail: Mail) -> bool:
        looked.append(mail)
        return is_done(session, mail)

    monkeypatch.setattr(notifications, "is_done", counted)
    assert [len(alike) for alike in undelivered.by_press(session, referral)] == [1, 1]
    assert len(looked) == 2


def test_what_failed_stands_by_the_date_that_is_shown(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "shift", lambda: timedelta(days=30))
    referral = returned(session, cast)
    (step,) = steps.failed(session, referral)
    assert step.failed_at == clock.now()
    (line,) = undelivered.to_see_to(session, cast.coordinator.actor())
    assert line.waits_since == date(2026, 10, 16)
