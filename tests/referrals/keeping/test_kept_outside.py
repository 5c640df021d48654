"""Referrals kept outside the system: nothing typed is left, nothing is written any more, and the marker stays."""

import pytest
from sqlalchemy import select

from referrals import clock, documents, history, intake, notifications, triage
from referrals.access import SYSTEM, Actor
from referrals.documents import Paper
from referrals.errors import Incomplete, KeptOutside, NotAllowed, OnHold, SealBroken
from referrals.keeping import kept_outside, retention
from referrals.models import (
    AuditEvent,
    Base,
    Forum,
    History,
    Mail,
    OfReferral,
    Referral,
    Step,
    UpwardOrigin,
    UpwardQuestion,
)
from referrals.papers import readers
from referrals.sealing import open_data_key, unseal
from referrals.stages import CLOSED, IN_TRIAGE, RETURNED, Verb
from referrals.vocabulary import DocumentKind, TeamLevel
from tests import straight_way
from tests.factories import a_referral, protected

pytestmark = pytest.mark.usefixtures("wednesday")


@pytest.fixture
def referral(session, cast):
    """A protected referral that has gone its whole way, in a municipality that keeps such ones outside."""
    cast.municipality.keeps_protected_outside = True
    found = straight_way.submit(session, cast.school)
    found.owner = cast.coordinator
    for decide in straight_way.DECISIONS:
        decide(session, cast, found)
    for row in found.history:
        notifications.write(session, row)
    documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF Kvastengren")
    return protected(session, found, by=cast.coordinator, let_in=(cast.counsellor,))


def keep(session, referral, by, *, is_on_paper=True):
    kept_outside.keep_outside(session, referral, by=by.actor(), seen=None, is_on_paper=is_on_paper)


def test_nothing_that_was_typed_is_left_and_the_marker_is(session, cast, referral):
    state, opened, number = referral.state, referral.opened_at, referral.number
    keep(session, referral, cast.coordinator)
    left = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if (issubclass(mapper.class_, OfReferral) or mapper.class_ is Step)
        and session.scalars(select(mapper.class_).where(mapper.class_.referral_id == referral.id)).first()
    }
    assert left == {"History", "Listed", "Mail", "Membership", "Step"}
    assert (referral.child_name, referral.child_group, referral.topics, referral.school_year) == (None, None, [], None)
    assert (referral.state, referral.opened_at, referral.number) == (state, opened, number)
    assert referral.kept_outside_at == clock.now()
    assert referral.protected_since is not None
    assert {mail.address for mail in session.scalars(select(Mail))} == {None}
    assert all(mail.stopped_at for mail in session.scalars(select(Mail)) if mail.sent_at is None)
    assert all(step.finished_at for step in session.scalars(select(Step)))
    assert {entry.reason for entry in referral.access_list} == {None}


def test_what_was_asked_upward_about_it_goes_too(session, cast, referral):
    above = Forum(slug="utveckling", name="HTL-team utvecklingsgrupp", quorum=[], level=TeamLevel.MUNICIPALITY)
    other, mine = a_referral(session, cast), []
    session.add(above)
    for each in (referral, other, None):
        found = UpwardQuestion(
            number=f"U-{len(mine)}", from_forum=cast.forum, to_forum=above, asked_by_id=cast.coordinator.id, asked_at=clock.now(),
            question="Vad gör vi?", came_from_referral=each is not None,
        )  # fmt: skip
        session.add(found)
        session.flush()
        if each is not None:
            session.add(UpwardOrigin(referral=each, question=found))
        mine.append(found.number)
    keep(session, referral, cast.coordinator)
    assert session.scalars(select(UpwardQuestion.number).order_by(UpwardQuestion.number)).all() == mine[1:]


def test_a_hold_keeps_it_here_until_it_is_lifted(session, cast, referral):
    retention.place_hold(session, referral, by=cast.coordinator.actor(), reason="Rätten har begärt handlingarna.")
    with pytest.raises(OnHold):
        keep(session, referral, cast.coordinator)
    assert (referral.kept_outside_at, bool(referral.child_name)) == (None, True)
    retention.lift_hold(session, referral, by=cast.coordinator.actor())
    keep(session, referral, cast.coordinator)
    assert referral.kept_outside_at == clock.now()


def test_what_the_history_says_why_can_be_read_by_nobody_again(session, cast, referral):
    row = next(row for row in referral.history if row.reason)
    token, old_key, place = row._reason, referral.wrapped_key, row.seal_place("reason")
    old_keys = {key.wrapped_key for key in referral.content_keys}
    assert unseal(token, key=open_data_key(old_key), place=place)
    keep(session, referral, cast.coordinator)
    assert referral.wrapped_key != old_key
    assert old_keys
    assert old_keys.isdisjoint(key.wrapped_key for key in referral.content_keys)
    with pytest.raises(SealBroken):
        _ = session.get_one(History, row.id).reason


def test_it_leaves_who_and_when_in_history_and_log(session, cast, referral):
    keep(session, referral, cast.head_teacher)
    row = session.scalars(select(History).order_by(History.number.desc())).first()
    assert (row.verb, row.by_id, row.reason) == (Verb.KEEP_OUTSIDE, cast.head_teacher.id, None)
    assert Verb.KEEP_OUTSIDE in session.scalars(select(AuditEvent.subject)).all()
    version = referral.version
    keep(session, referral, cast.head_teacher)
    assert referral.version == version


def test_only_where_the_municipality_wants_it_for_a_protected_identity_and_with_the_paper_file_filled(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    with pytest.raises(NotAllowed):
        keep(session, referral, cast.coordinator)
    protected(session, referral, by=cast.coordinator)
    with pytest.raises(NotAllowed):
        keep(session, referral, cast.coordinator)
    cast.municipality.keeps_protected_outside = True
    session.flush()
    for nobody in (cast.second_coordinator, cast.counsellor, cast.outsider):
        with pytest.raises(NotAllowed):
            keep(session, referral, nobody)
    with pytest.raises(Incomplete):
        keep(session, referral, cast.coordinator, is_on_paper=False)
    assert referral.child_name == "Mila Testsson"


def test_nothing_is_written_any_more_but_who_is_in_charge(session, cast):
    cast.municipality.keeps_protected_outside = True
    referral = protected(session, a_referral(session, cast, owner=cast.coordinator), by=cast.coordinator)
    keep(session, referral, cast.coordinator)
    by = {"by": cast.coordinator.actor(), "seen": None}
    with pytest.raises(KeptOutside):
        triage.send_to_team(session, referral, reason="x", **by)
    with pytest.raises(KeptOutside):
        intake.add_to_concern(session, referral, by=Actor(reported=referral.id), seen=None, text="Mer")
    row = triage.assign_owner(session, referral, owner=cast.second_coordinator, reason="Om Mila", **by)
    assert row.reason is None
    with pytest.raises(KeptOutside):
        history.record(session, referral, Verb.RETURN_CONCERN, by=cast.second_coordinator.actor())


def test_the_end_of_the_work_on_paper_is_noted(session, cast):
    cast.municipality.keeps_protected_outside = True
    referral = protected(session, a_referral(session, cast, IN_TRIAGE, owner=cast.coordinator), by=cast.coordinator)
    with pytest.raises(NotAllowed):
        kept_outside.end_outside(session, referral, by=cast.coordinator.actor(), seen=None)
    keep(session, referral, cast.coordinator)
    with pytest.raises(NotAllowed):
        kept_outside.end_outside(session, referral, by=SYSTEM, seen=None)
    kept_outside.end_outside(session, referral, by=cast.coordinator.actor(), seen=None)
    assert (referral.state, referral.is_open) == (CLOSED, False)


def test_a_question_to_the_reporter_is_gone_too(session, cast):
    cast.municipality.keeps_protected_outside = True
    referral = straight_way.submit(session, cast.school)
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="När hände det?")
    assert (referral.state, intake.question_to_reporter(referral)) == (RETURNED, "När hände det?")
    keep(session, protected(session, referral, by=cast.coordinator), cast.coordinator)
    assert intake.question_to_reporter(session.get_one(Referral, referral.id)) is None
