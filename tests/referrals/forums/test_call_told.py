"""That somebody need not come is told only to who may have heard that they were to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import documents, notifications, steps, team_review
from referrals.forums import call_told
from referrals.guardians import guardian_page, telling
from referrals.meetings import meeting_answers
from referrals.models import Guardian, Mail, Referral, Step
from referrals.papers import readers
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import CalledReply, InvitationReply
from tests.factories import a_guardian, a_referral
from tests.people import Cast

AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
HELD = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    return a_referral(session, cast, TO_SCHEDULE)


@pytest.fixture
def maja(session: Session, cast: Cast, referral: Referral) -> Guardian:
    return a_guardian(session, referral, told_by=cast.coordinator, email="maja@familj.invalid")


@pytest.fixture
def call(session: Session, cast: Cast, referral: Referral, maja: Guardian) -> Callable[..., list[Mail]]:
    """Calls the counsellor and, where she is to come, invites Maja; gives the mail that follows."""

    def schedule(*, at: datetime = AT, with_maja: bool = True) -> list[Mail]:
        team_review.schedule_meeting(
            session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, minutes=45, place="Rum 12",
            called=[cast.counsellor.id], guardians=[maja.id] if with_maja else [], without=list(team_review.Profession),
        )  # fmt: skip
        session.expire_all()
        return notifications.write(session, referral.history[-1])

    return schedule


def told_off(session: Session, cast: Cast, referral: Referral) -> list[str]:
    """Call the meeting off: to whom mail about it is written."""
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    session.expire_all()
    return [mail.address or "" for mail in notifications.write(session, referral.history[-1])]


def test_who_is_left_out_and_called_again_is_told_what_was_not_told_them_before(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, call: Callable[..., list[Mail]]
) -> None:
    first = call()
    for mail in first:
        notifications.note_sent(session, mail)
    assert not call_told.heard(session, first[0].history, f"account:{cast.counsellor.id}"), "it took nothing back"
    (out,) = call(with_maja=False)
    notifications.note_sent(session, out)
    (again,) = call()
    assert told_off(session, cast, referral) == [cast.counsellor.email], "Maja was told last that she need not come"
    assert again.stopped_at is not None
    call(at=LATER)
    assert told_off(session, cast, referral) == [], "what they heard of was another meeting"


def test_what_a_worker_has_in_hand_or_has_tried_may_have_been_heard(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, call: Callable[..., list[Mail]],
    wednesday: time_machine.Traveller,
) -> None:  # fmt: skip
    to_kim, to_maja = call()
    wednesday.shift(HELD)
    in_hand, tried = (session.scalars(select(Step).where(Step.mail_id == mail.id)).one() for mail in (to_kim, to_maja))
    for step in (in_hand, tried):
        claim = steps.claim(session, step.id, holder="worker")
        assert claim is not None
    steps.fail(session, tried.id, attempt=1, word="mail")
    session.expire_all()
    assert told_off(session, cast, referral) == [cast.counsellor.email, "maja@familj.invalid"]
    assert (to_kim.stopped_at is None, to_maja.stopped_at is None) == (True, False)


def test_who_was_told_otherwise_than_by_mail_is_told_that_they_need_not_come(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, call: Callable[..., list[Mail]],
    wednesday: time_machine.Traveller,
) -> None:  # fmt: skip
    everybody, by = [cast.counsellor.email, "maja@familj.invalid"], cast.coordinator.actor()
    for mail in call():
        notifications.stop(session, referral, mail, by=by)
    row = next(one for one in reversed(referral.history) if documents.papers_after(session, one))
    papers = [documents.issue(session, row, one, content=b"%PDF") for one in documents.outstanding(session, row)]
    assert {paper.recipient for paper in papers} == {readers.PROFESSIONALS, readers.guardian_key(maja.id)}
    wednesday.shift(HELD)
    assert told_off(session, cast, referral) == everybody, "they had it on paper"
    call()
    meeting_answers.answer_call(
        session, referral, cast.counsellor.id, by=cast.counsellor.actor(), asked_about=AT, reply=CalledReply.COMES
    )
    guardian_page.note_answer(session, maja, by=by, asked_about=AT, reply=InvitationReply.COMES)
    assert told_off(session, cast, referral) == everybody, "they answered"
    maja.email = None
    call()
    telling.note_told(session, referral, by=by, guardian_id=maja.id, decided_id=referral.history[-1].id)
    maja.email = "maja@familj.invalid"
    assert told_off(session, cast, referral) == ["maja@familj.invalid"], "somebody rang her up"
