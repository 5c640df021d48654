"""A conflict told in free words: nobody learns of the concern before somebody who is not meant has settled it."""

import dataclasses
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import access, documents, here, intake, notifications, triage
from referrals.access import SYSTEM
from referrals.documents import Paper
from referrals.errors import Incomplete, NotAllowed
from referrals.keeping import audit, log_samples, register, retention
from referrals.meetings import conflict, conflict_settling
from referrals.models import Referral, What
from referrals.papers import paper_sources
from referrals.reading import reading_requests
from referrals.stages import Verb
from referrals.vocabulary import AskedBy, AskedHow, ConflictAnswer, DocumentKind, MailKind, Profession, ProtectionAnswer
from schemas.documents.writing import paper_html
from tests.people import Cast
from tests.referrals.meetings.test_conflict import sees_anything
from tests.referrals.test_intake import LEAST, send

WRITTEN = "Kuratorn är gift med barnets farbror."


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


@pytest.fixture
def held(session: Session, cast: Cast) -> Referral:
    return send(session, cast, dataclasses.replace(LEAST, conflict_text=WRITTEN))[1]


def test_nobody_sees_it_and_who_may_settle_it_is_told_without_its_number(
    session: Session, cast: Cast, held: Referral
) -> None:
    for account in (cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.outsider):
        assert not sees_anything(session, held, account)
    mail = notifications.write(session, held.history[0])
    assert {(one.kind.value, one.address) for one in mail} == {
        ("conflict_to_settle", cast.coordinator.email),
        ("conflict_to_settle", cast.second_coordinator.email),
    }
    letters = [notifications.letter(one) for one in mail]
    assert not any(held.number in letter.subject + letter.body for letter in letters)


def test_what_was_written_is_read_only_after_declaring_to_be_uninvolved(
    session: Session, cast: Cast, held: Referral
) -> None:
    by = cast.coordinator.actor()
    assert conflict_settling.words_of_reporter(session, held, by=by) is None
    with pytest.raises(NotAllowed):
        conflict_settling.settle_conflict(session, held, by=by, kept_out=[], reason="Ingen menas.")
    for _ in range(2):
        conflict_settling.declare_uninvolved(session, held, by=by)
    assert [row.verb for row in held.history].count(Verb.DECLARE_UNINVOLVED) == 1
    assert conflict_settling.words_of_reporter(session, held, by=by) == WRITTEN
    with pytest.raises(NotAllowed):
        conflict_settling.declare_uninvolved(session, held, by=cast.head_teacher.actor())


def test_who_settles_it_says_whom_it_means_and_why_and_then_the_notices_go(
    session: Session, cast: Cast, held: Referral
) -> None:
    by = cast.coordinator.actor()
    conflict_settling.declare_uninvolved(session, held, by=by)
    with pytest.raises(Incomplete):
        conflict_settling.settle_conflict(session, held, by=by, kept_out=[], reason=" ")
    with pytest.raises(NotAllowed):
        conflict_settling.settle_conflict(session, held, by=by, kept_out=[cast.coordinator.id], reason="Jag själv.")
    row = conflict_settling.settle_conflict(session, held, by=by, kept_out=[cast.counsellor.id], reason="Gift.")
    assert (row.by_id, row.reason) == (cast.coordinator.id, "Gift.")
    assert conflict.kept_out(held) == [cast.counsellor]
    assert sees_anything(session, held, cast.coordinator)
    assert [one.address for one in notifications.write(session, row)] == [cast.second_coordinator.email]


def test_where_every_coordinator_steps_aside_the_head_teacher_is_asked_and_stands_in(
    session: Session, cast: Cast, held: Referral
) -> None:
    for account in (cast.coordinator, cast.second_coordinator):
        row = conflict_settling.step_aside(session, held, by=account.actor())
    assert [one.address for one in notifications.write(session, row)] == [cast.head_teacher.email]
    by = cast.head_teacher.actor()
    assert conflict_settling.waiting_for(session, by) == [held]
    conflict_settling.declare_uninvolved(session, held, by=by)
    conflict_settling.settle_conflict(session, held, by=by, kept_out=[], reason="Ingen mer.")
    assert sees_anything(session, held, cast.head_teacher)
    assert not sees_anything(session, held, cast.coordinator)


def test_who_stands_in_for_those_who_are_ticked_can_still_step_aside(session: Session, cast: Cast) -> None:
    concern = dataclasses.replace(LEAST, conflict_functions=(Profession.COORDINATOR,), conflict_text=WRITTEN)
    referral = send(session, cast, concern)[1]
    assert conflict.deciders(session, referral) == [cast.head_teacher]
    conflict_settling.step_aside(session, referral, by=cast.head_teacher.actor())
    assert cast.head_teacher in conflict.kept_out(referral)
    assert conflict.deciders(session, referral) == [cast.outsider]


def test_where_nobody_is_left_an_administrator_learns_how_many_wait_and_nothing_else(
    session: Session, cast: Cast, held: Referral
) -> None:
    for account in (cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.outsider):
        conflict_settling.step_aside(session, held, by=account.actor())
    assert conflict_settling.left_without_anybody(session, cast.administrator.actor()) == 1
    assert conflict_settling.left_without_anybody(session, cast.coordinator.actor()) == 0
    assert not sees_anything(session, held, cast.administrator)


def test_who_has_no_tie_to_it_cannot_be_settled_for_by_anybody_else(
    session: Session, cast: Cast, held: Referral
) -> None:
    for account in (cast.head_teacher, cast.counsellor, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            conflict_settling.step_aside(session, held, by=account.actor())
    conflict_settling.step_aside(session, held, by=cast.coordinator.actor())
    with pytest.raises(NotAllowed):
        conflict_settling.step_aside(session, held, by=cast.coordinator.actor())
    assert [row.by_id for row in held.history if row.verb is Verb.STEP_ASIDE] == [cast.coordinator.id]


def test_once_settled_nothing_of_it_can_be_done_again(session: Session, cast: Cast, held: Referral) -> None:
    by = cast.coordinator.actor()
    conflict_settling.declare_uninvolved(session, held, by=by)
    conflict_settling.settle_conflict(session, held, by=by, kept_out=[], reason="Ingen här menas.")
    for verb in (conflict_settling.declare_uninvolved, conflict_settling.step_aside):
        with pytest.raises(NotAllowed):
            verb(session, held, by=by)
    assert conflict_settling.words_of_reporter(session, held, by=by) is None
    assert conflict_settling.remind_of_conflict(session, held, by=SYSTEM) is None


def test_an_answer_no_with_words_left_behind_holds_nothing(session: Session, cast: Cast) -> None:
    concern = dataclasses.replace(LEAST, conflict=ConflictAnswer.NO, conflict_text=WRITTEN)
    assert send(session, cast, concern)[1].held_since is None


def test_where_everybody_is_ticked_too_it_waits_for_somebody_who_is_appointed(session: Session, cast: Cast) -> None:
    cast.outsider.is_active = False
    ticked = (Profession.COORDINATOR, Profession.HEAD_TEACHER)
    concern = dataclasses.replace(LEAST, conflict_functions=ticked, conflict_text=WRITTEN)
    referral = send(session, cast, concern)[1]
    assert conflict.deciders(session, referral) == []
    (mail,) = notifications.write(session, referral.history[0])
    assert (mail.kind, mail.address) == (MailKind.NOBODY_TO_SETTLE, cast.administrator.email)
    assert referral.number not in notifications.letter(mail).subject + notifications.letter(mail).body
    cast.outsider.is_active = True
    assert conflict.deciders(session, referral) == [cast.outsider]


@pytest.mark.parametrize("protection", ProtectionAnswer)
def test_it_is_to_be_settled_the_same_day_and_reminded_of_each_morning_after_whether_harm_is_feared_or_not(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller, protection: ProtectionAnswer
) -> None:
    def too_long() -> list[Referral]:
        return conflict_settling.held_too_long(session, here.today(session))

    held = send(session, cast, dataclasses.replace(LEAST, conflict_text=WRITTEN, protection=protection))[1]
    assert conflict_settling.due_on(session, held) == here.today(session)
    assert too_long() == []
    assert conflict_settling.remind_of_conflict(session, held, by=SYSTEM) is None
    for _ in range(2):
        from_wednesday.shift(timedelta(days=1))
        assert too_long() == [held]
        row = conflict_settling.remind_of_conflict(session, held, by=SYSTEM)
        assert row is not None
        assert {mail.kind for mail in notifications.write(session, row)} == {MailKind.CONFLICT_TO_SETTLE}
        assert too_long() == []
        assert conflict_settling.remind_of_conflict(session, held, by=SYSTEM) is None
    with pytest.raises(NotAllowed):
        conflict_settling.remind_of_conflict(session, held, by=cast.coordinator.actor())


def test_one_that_comes_in_on_a_day_off_is_to_be_settled_on_the_next_school_day(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    from_wednesday.shift(timedelta(days=3))  # Saturday
    held = send(session, cast, dataclasses.replace(LEAST, conflict_text=WRITTEN))[1]
    assert conflict_settling.due_on(session, held) == here.today(session) + timedelta(days=2)


def test_a_concern_that_was_withdrawn_meanwhile_is_settled_without_telling_anybody(
    session: Session, cast: Cast, held: Referral
) -> None:
    intake.withdraw_concern(session, held, by=access.Actor(reported=held.id), seen=None)
    by = cast.coordinator.actor()
    assert notifications.write(session, held.history[-1]) == []
    conflict_settling.declare_uninvolved(session, held, by=by)
    row = conflict_settling.settle_conflict(session, held, by=by, kept_out=[], reason="Återtagen.")
    assert notifications.write(session, row) == []


def test_what_is_held_is_no_duplicate_no_line_of_the_register_no_sample_and_nothing_to_read_or_dispose_of(
    session: Session, cast: Cast, held: Referral
) -> None:
    other = send(session, cast)[1]
    by, head = cast.coordinator.actor(), cast.head_teacher.actor()
    assert intake.possible_duplicates(session, other, by=by) == []
    assert {line.referral for line in register.everything(session, head, register.Wanted())} == {other}
    audit.append(session, What.REFUSED, by=by, chain=held.id)
    assert log_samples.draw(session, cast.school.id, week_on=log_samples.last_week(session) + timedelta(days=7)) is None
    with pytest.raises(NotAllowed):
        retention.place_hold(session, held, by=head, reason="Tvist")
    asked = reading_requests.Asked(
        asked_by=AskedBy.OTHER,
        asked_how=AskedHow.ORAL,
        received_on=here.today(session),
        reviewer_id=cast.head_teacher.id,
    )
    with pytest.raises(NotAllowed):
        reading_requests.record_request(session, held, by=by, asked=asked)


def test_the_receipt_says_that_somebody_decides_first_who_is_too_close(
    session: Session, cast: Cast, held: Referral
) -> None:
    other = send(session, cast)[1]
    for referral, is_said in ((held, True), (other, False)):
        receipt = documents.outstanding(session, referral.history[0])[0]
        assert receipt.kind is DocumentKind.RECEIPT
        words = paper_html(paper_sources.gather(session, referral, receipt, after=referral.history[0]))
        assert ("Först tar en person ställning till vem som står för nära." in words) == is_said


def test_no_invitation_holds_the_reason(session: Session, cast: Cast, held: Referral) -> None:
    by = cast.coordinator.actor()
    conflict_settling.declare_uninvolved(session, held, by=by)
    conflict_settling.settle_conflict(
        session, held, by=by, kept_out=[cast.counsellor.id], reason="Gift med farbrodern."
    )
    triage.open_triage(session, held, by=SYSTEM)
    assert "Gift med farbrodern." in {row.reason for row in held.history}
    ahead = Paper(DocumentKind.INVITATION, "file", "sv")
    assert "farbro" not in paper_html(paper_sources.gather(session, held, ahead, after=None))
