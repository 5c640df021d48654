"""Working notes: their author's alone, kept when the author leaves, and gone when the plan says so."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, triage
from referrals.errors import KeptOutside, NotAllowed, WrongStage
from referrals.keeping import contents, kept_outside
from referrals.models import AuditEvent, History, Referral, WorkingNote
from referrals.people import leaving
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE
from referrals.vocabulary import ContentKind
from referrals.work import working_notes
from tests.factories import a_guardian, a_member, a_referral, protected
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")


def keep(session: Session, referral: Referral, account, text: str = "Ring mormor på torsdag."):
    return working_notes.keep_note(session, referral, by=account.actor(), text=text)


def test_a_note_is_kept_for_its_author_and_leaves_no_history(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    before = len(session.scalars(select(History)).all())
    note = keep(session, referral, cast.teacher)
    assert note is not None
    assert (note.text, note.author, note.changed_at) == ("Ring mormor på torsdag.", cast.teacher, clock.now())
    assert working_notes.own_note(session, referral, by=cast.teacher.actor()) is note
    assert len(session.scalars(select(History)).all()) == before
    assert session.scalars(select(AuditEvent).where(AuditEvent.subject == "keep_working_note")).all() == []


def test_nobody_else_has_it_whatever_they_may_decide(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, owner_id=cast.coordinator.id)
    a_member(session, referral, cast.teacher)
    keep(session, referral, cast.teacher)
    for somebody in (cast.coordinator, cast.head_teacher):
        assert working_notes.own_note(session, referral, by=somebody.actor()) is None
    for stranger in (cast.outsider, cast.counsellor, cast.administrator, cast.manager):
        with pytest.raises(NotAllowed):
            working_notes.own_note(session, referral, by=stranger.actor())
        with pytest.raises(NotAllowed):
            keep(session, referral, stranger)


def test_the_same_words_again_change_nothing_and_an_empty_sheet_is_none(
    session: Session, cast: Cast, wednesday
) -> None:
    referral = a_referral(session, cast)
    assert keep(session, referral, cast.coordinator, " ") is None
    first = keep(session, referral, cast.coordinator)
    assert first is not None
    when = first.changed_at
    wednesday.shift(3600)
    assert keep(session, referral, cast.coordinator) is first
    assert first.changed_at == when
    keep(session, referral, cast.coordinator, "")
    assert (first.text, first.changed_at) == (None, clock.now())
    assert len(session.scalars(select(WorkingNote)).all()) == 1


def test_something_can_be_put_under_what_is_there(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    add = {"by": cast.coordinator.actor(), "text": "Mer."}
    note = working_notes.add_to_note(session, referral, **add)
    assert note is not None
    assert note.text == "Mer."
    working_notes.add_to_note(session, referral, **add)
    assert note.text == "Mer.\n\nMer."


def test_whoever_leaves_reads_it_no_more_and_it_stays(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
    a_member(session, referral, cast.teacher)
    note = keep(session, referral, cast.teacher)
    leaving.release_member(
        session, referral, by=cast.coordinator.actor(), seen=None, account_id=cast.teacher.id, reason="Byter skola"
    )
    with pytest.raises(NotAllowed):
        working_notes.own_note(session, referral, by=cast.teacher.actor())
    assert session.scalars(select(WorkingNote)).all() == [note]


def test_whoever_hands_the_referral_over_reads_it_no_more_and_the_new_owner_does_not_either(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, owner_id=cast.coordinator.id)
    keep(session, referral, cast.coordinator)
    triage.assign_owner(session, referral, by=cast.coordinator.actor(), seen=None, owner=cast.second_coordinator)
    with pytest.raises(NotAllowed):
        working_notes.own_note(session, referral, by=cast.coordinator.actor())
    assert working_notes.own_note(session, referral, by=cast.second_coordinator.actor()) is None


def test_after_the_end_it_is_read_and_not_written(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSED)
    with pytest.raises(WrongStage):
        keep(session, referral, cast.coordinator)
    assert working_notes.own_note(session, referral, by=cast.coordinator.actor()) is None


def test_nothing_is_written_or_left_where_the_referral_is_kept_on_paper(session: Session, cast: Cast) -> None:
    cast.municipality.keeps_protected_outside = True
    referral = a_referral(session, cast, owner_id=cast.coordinator.id)
    a_guardian(session, referral)
    keep(session, referral, cast.coordinator)
    protected(session, referral, by=cast.coordinator)
    kept_outside.keep_outside(session, referral, by=cast.coordinator.actor(), seen=None, is_on_paper=True)
    assert session.scalars(select(WorkingNote)).all() == []
    with pytest.raises(KeptOutside):
        keep(session, referral, cast.coordinator)


def test_they_go_by_a_rule_of_their_own(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    note = keep(session, referral, cast.coordinator)
    assert note is not None
    receipt = contents.take_out(session, referral, [ContentKind.WORKING_NOTES])
    assert receipt["rows"] == {"working_note": 1}
    assert note.text is None
    assert referral.child_name == "Mila Testsson"
