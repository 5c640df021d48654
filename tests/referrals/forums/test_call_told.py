"""That somebody need not come is told only to who may have heard that they were to."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referrals import clock, documents, notifications, steps, team_review
from referrals.forums import call_told
from referrals.guardians import guardian_page, telling
from referrals.meetings import meeting_answers
from referrals.models import CallNews, Document, Guardian, Mail, Referral, Step
from referrals.papers import readers
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import CalledReply, InvitationReply
from tests.factories import a_guardian, a_referral
from tests.people import Cast

AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
HELD = timedelta(minutes=10)


def issue(session: Session, referral: Referral) -> list[Document]:
    """The papers that follow the newest call."""
    row = next(one for one in reversed(referral.history) if documents.papers_after(session, one))
    return [documents.issue(session, row, one, content=b"%PDF") for one in documents.outstanding(session, row)]


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
    """Calls the head teacher and, where they are to come, the counsellor and Maja; gives the mail to the latter two.

    Before what follows is written a worker looks at the mail that is `due`.
    """

    def schedule(
        *,
        at: datetime = AT,
        with_kim: bool = True,
        with_maja: bool = True,
        place: str = "Rum 12",
        due: Sequence[Mail] = (),
    ) -> list[Mail]:
        called = [cast.head_teacher.id, *([cast.counsellor.id] if with_kim else [])]
        team_review.schedule_meeting(
            session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, minutes=45, place=place, called=called,
            guardians=[maja.id] if with_maja else [], without=list(team_review.Profession),
        )  # fmt: skip
        session.expire_all()
        for mail in due:
            notifications.let_rest_if_done(session, mail)
        written = notifications.write(session, referral.history[-1])
        return [one for one in written if one.address != cast.head_teacher.email]

    return schedule


def told_off(session: Session, cast: Cast, referral: Referral) -> list[str]:
    """Call the meeting off: to whom mail about it is written."""
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    session.expire_all()
    written = notifications.write(session, referral.history[-1])
    return [one.address or "" for one in written if one.address != cast.head_teacher.email]


def tried(session: Session, mail: Mail) -> None:
    """A worker hands it to the post office, and hears nothing of it."""
    step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
    claim = steps.claim(session, step.id, holder="worker")
    assert claim is not None
    steps.fail(session, step.id, attempt=claim.attempt, word="mail")
    session.expire_all()


def news(mails: list[Mail]) -> list[object]:
    return [call_told.said(mail)["news"] for mail in mails]


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
    in_hand = session.scalars(select(Step).where(Step.mail_id == to_kim.id)).one()
    assert steps.claim(session, in_hand.id, holder="worker") is not None
    tried(session, to_maja)
    assert told_off(session, cast, referral) == [cast.counsellor.email, "maja@familj.invalid"]
    assert (to_kim.stopped_at, to_maja.stopped_at) == (None, None), "a worker looks at them once more"
    notifications.let_rest_if_done(session, to_maja)
    assert to_maja.stopped_at is not None
    assert call_told.heard(session, referral.history[-1], to_maja.recipient)


def test_mail_that_goes_just_before_it_is_to_rest_counts_as_sent(
    session: Session, cast: Cast, referral: Referral, call: Callable[..., list[Mail]], monkeypatch: pytest.MonkeyPatch
) -> None:
    mails, keep_from_workers = call(), steps.keep_from_workers

    def keep_a_moment_late(session: Session, step: Step) -> bool:
        """A worker took it, sent it and let go of it since it was read here."""
        for gone in (
            update(Step).where(Step.id == step.id).values(attempt=1, finished_at=clock.now()),
            update(Mail).where(Mail.id == step.mail_id).values(sent_at=clock.now()),
        ):
            session.execute(gone.execution_options(synchronize_session=False))
        return keep_from_workers(session, step)

    monkeypatch.setattr(steps, "keep_from_workers", keep_a_moment_late)
    assert told_off(session, cast, referral) == [cast.counsellor.email, "maja@familj.invalid"]
    assert [mail.stopped_at for mail in mails] == [None, None]


def test_who_may_have_heard_that_they_need_not_come_is_called_again_to_the_same_time(
    session: Session, referral: Referral, call: Callable[..., list[Mail]], wednesday: time_machine.Traveller
) -> None:
    for mail in call():
        notifications.note_sent(session, mail)
    for mail in call(with_kim=False, with_maja=False):
        wednesday.shift(HELD)
        tried(session, mail)
    again = call()
    for mail in again:
        notifications.let_rest_if_done(session, mail)
    assert [notifications.is_to_go(mail) for mail in again] == [True, True]


@pytest.mark.parametrize("is_moved", [False, True])
def test_who_may_have_heard_otherwise_is_called_again_though_a_worker_let_that_mail_rest_before(
    session: Session, call: Callable[..., list[Mail]], wednesday: time_machine.Traveller, is_moved: bool
) -> None:
    for mail in call():
        notifications.note_sent(session, mail)
    may_be_heard = call(at=LATER) if is_moved else call(with_kim=False, with_maja=False)
    wednesday.shift(HELD)
    for mail in may_be_heard:
        tried(session, mail)
    if is_moved:
        untried = call(at=LATER + timedelta(days=1), due=may_be_heard)
        again = call()
        assert all(mail.stopped_at for mail in untried)
    else:
        again = call(due=may_be_heard)
    assert all(mail.stopped_at for mail in may_be_heard)
    assert [mail.recipient for mail in again] == [mail.recipient for mail in may_be_heard]
    for mail in again:
        notifications.let_rest_if_done(session, mail)
    assert all(notifications.is_to_go(mail) for mail in again)


def test_what_is_new_of_a_meeting_is_found_against_what_its_reader_was_told_last(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, call: Callable[..., list[Mail]]
) -> None:
    for mail in call():
        notifications.note_sent(session, mail)
    call(at=LATER)
    told = call(at=LATER, place="Rum 13")
    assert news(told) == [CallNews.TIME_AND_PLACE] * 2, "they heard of neither change"
    for mail in told:
        notifications.note_sent(session, mail)
    for mail in call(place="Rum 13"):
        notifications.stop(session, referral, mail, by=cast.coordinator.actor())
    assert news(call(place="Rum 13")) == [CallNews.TIME] * 2, "the call says what the one before did, which nobody got"
    for mail in told:
        notifications.note_returned(session, mail.message_id)
    cast.counsellor.email = maja.email = "ny@familj.invalid"
    assert news(call(at=LATER)) == [None, None], "nothing went to the new address"


def test_who_was_told_otherwise_than_by_mail_is_told_that_they_need_not_come(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, call: Callable[..., list[Mail]],
    wednesday: time_machine.Traveller,
) -> None:  # fmt: skip
    everybody, by = [cast.counsellor.email, "maja@familj.invalid"], cast.coordinator.actor()
    for mail in call():
        notifications.stop(session, referral, mail, by=by)
    papers = issue(session, referral)
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


def test_a_paper_tells_only_those_whom_it_names_and_none_where_it_never_goes_out(
    session: Session, cast: Cast, referral: Referral, call: Callable[..., list[Mail]], wednesday: time_machine.Traveller
) -> None:
    by = cast.coordinator.actor()
    call(with_kim=False, with_maja=False)
    issue(session, referral)
    wednesday.shift(HELD)
    call(with_maja=False)
    assert call(with_kim=False, with_maja=False) == [], "the paper that went calls the head teacher alone"
    for mail in call():
        notifications.stop(session, referral, mail, by=by)
    issue(session, referral)
    wednesday.shift(HELD / 2)
    for mail in call(at=LATER):
        notifications.stop(session, referral, mail, by=by)
    wednesday.shift(HELD)
    assert told_off(session, cast, referral) == [], "the papers were kept back when the meeting was moved"


def test_who_was_told_by_telephone_that_they_need_not_come_is_not_told_again(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, call: Callable[..., list[Mail]],
    wednesday: time_machine.Traveller,
) -> None:  # fmt: skip
    by = cast.coordinator.actor()
    for mail in call():
        notifications.note_sent(session, mail)
    guardian_page.note_answer(session, maja, by=by, asked_about=AT, reply=InvitationReply.COMES)
    wednesday.shift(HELD)
    maja.email = None
    call(with_maja=False)
    telling.note_told(session, referral, by=by, guardian_id=maja.id, decided_id=referral.history[-1].id)
    maja.email = "maja@familj.invalid"
    call()
    assert told_off(session, cast, referral) == [cast.counsellor.email]
