"""Conflict of interest: who is ticked is kept out before any notice leaves, and somebody is always left to coordinate."""

import pytest
from sqlalchemy.orm import Session

from referrals import audiences, queries, triage
from referrals.access import SYSTEM, View, may_view, parties
from referrals.errors import NotAllowed
from referrals.meetings import conflict
from referrals.models import Account, Referral
from referrals.people import membership, roster
from referrals.queries import Filters
from referrals.stages import SUBMITTED, Party
from referrals.vocabulary import Profession
from referrals.work import worklist
from tests.factories import a_referral
from tests.people import Cast


def told(session: Session, referral: Referral) -> set[object]:
    return {reader.account_id for reader in audiences.coordinators(session, referral.history[0])}


def sees_anything(session: Session, referral: Referral, account: Account) -> bool:
    actor, today = account.actor(), referral.opened_at.date()
    return bool(
        parties(actor, referral.facts())
        or any(may_view(view, actor, referral.facts()) for view in View)
        or queries.find(session, actor, referral.number)
        or queries.listing(session, actor, Filters(today)).total
        or any(column.count for column in queries.board(session, actor, Filters(today)))
        or worklist.waiting_for(session, actor, today=today)
    )


def test_nobody_ticked_keeps_nobody_out(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert conflict.keep_out(session, referral, []) == []
    assert conflict.kept_out(referral) == []


def test_a_ticked_head_teacher_sees_nothing_of_it_anywhere(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert conflict.keep_out(session, referral, [Profession.HEAD_TEACHER]) == [cast.head_teacher]
    assert not sees_anything(session, referral, cast.head_teacher)
    assert sees_anything(session, referral, cast.coordinator)
    assert conflict.kept_out(referral) == [cast.head_teacher]


def test_where_both_coordinators_are_ticked_the_head_teacher_stands_in(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    conflict.keep_out(session, referral, [Profession.COORDINATOR])
    assert told(session, referral) == {cast.head_teacher.id}
    assert Party.COORDINATOR in parties(cast.head_teacher.actor(), referral.facts())
    assert not sees_anything(session, referral, cast.coordinator)
    assert worklist.waiting_for(session, cast.head_teacher.actor(), today=referral.opened_at.date())
    triage.open_triage(session, referral, by=SYSTEM)
    triage.send_to_team(
        session, referral, by=cast.head_teacher.actor(), seen=referral.version, reason="Rektor tar över"
    )


def test_where_everybody_here_is_ticked_the_coordinators_elsewhere_stand_in(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    conflict.keep_out(session, referral, [Profession.COORDINATOR, Profession.HEAD_TEACHER])
    assert told(session, referral) == {cast.outsider.id}
    assert sees_anything(session, referral, cast.outsider)
    assert not sees_anything(session, referral, cast.head_teacher)


def test_where_nobody_at_all_is_left_the_coordinators_stay_so_that_somebody_reads_it(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    cast.outsider.is_active = False
    kept = conflict.keep_out(session, referral, [Profession.COORDINATOR, Profession.HEAD_TEACHER])
    assert kept == [cast.head_teacher]
    assert told(session, referral) == {cast.coordinator.id, cast.second_coordinator.id}


def test_who_is_kept_out_cannot_be_asked_called_or_made_owner(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    conflict.keep_out(session, referral, [Profession.SCHOOL_COUNSELLOR, Profession.COORDINATOR])
    assert cast.counsellor not in [colleague.account for colleague in roster.colleagues(session, referral)]
    with pytest.raises(NotAllowed):
        roster.choose(session, referral, [cast.counsellor.id])
    with pytest.raises(NotAllowed):
        membership.admit(session, referral, cast.counsellor)
    with pytest.raises(NotAllowed):
        triage.assign_owner(session, referral, by=cast.head_teacher.actor(), seen=None, owner=cast.coordinator)


def test_who_stands_in_can_be_made_owner_and_admitted_again(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    conflict.keep_out(session, referral, [Profession.COORDINATOR])
    membership.admit(session, referral, cast.head_teacher)
    triage.assign_owner(session, referral, by=cast.head_teacher.actor(), seen=None, owner=cast.head_teacher)
    assert referral.owner == cast.head_teacher
