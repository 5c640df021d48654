"""Process leaders of development work: one for each unit, handed over from one to the next, and nobody forgotten."""

import pytest
from sqlalchemy.orm import Session

from referrals.development import cases, leaders
from referrals.errors import NotAllowed
from referrals.forums import seats
from referrals.models import Account, DevelopmentCase
from referrals.vocabulary import DevelopmentAct, DevelopmentKind
from tests.development import THEMES, WORDS, begin, close
from tests.people import Cast


def lead(session: Session, cast: Cast, found: DevelopmentCase, account: Account, by: Account) -> None:
    leaders.hand_over(session, found, by=by.actor(), unit_id=cast.school.id, account_id=account.id)


def test_reassignment_of_a_process_leader_keeps_its_history(session: Session, cast: Cast) -> None:
    """C18."""
    found = begin(session, cast)
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    assert [(one.unit, one.now, one.before) for one in leaders.leads(found)] == [(cast.school, None, ())]
    lead(session, cast, found, cast.head_teacher, by=cast.coordinator)
    for _ in range(2):
        lead(session, cast, found, cast.counsellor, by=cast.coordinator)
    lead(session, cast, found, cast.coordinator, by=cast.counsellor)
    session.expire(found)
    (shown,) = leaders.leads(found)
    assert shown.now is not None
    assert shown.now.account is cast.coordinator
    assert [one.account for one in shown.before] == [cast.counsellor, cast.head_teacher]
    assert all(one.until_at for one in shown.before)
    assert [one.act for one in found.events].count(DevelopmentAct.HAND_OVER) == 3


def test_whoever_leads_it_writes_in_it_and_no_longer_once_it_is_handed_over(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    by = cast.counsellor.actor()
    assert not cases.may_keep(session, found, by)
    lead(session, cast, found, cast.counsellor, by=cast.coordinator)
    assert cases.may_keep(session, found, by)
    lead(session, cast, found, cast.coordinator, by=cast.counsellor)
    assert not cases.may_keep(session, found, by)
    with pytest.raises(NotAllowed):
        lead(session, cast, found, cast.counsellor, by=cast.counsellor)


def test_only_who_is_in_the_units_team_can_lead_there(session: Session, cast: Cast) -> None:
    found = cases.open_case(
        session, by=cast.manager.actor(), kind=DevelopmentKind.AREA, unit_ids=[cast.school.id, cast.other_school.id],
        themes=THEMES, words=WORDS,
    )  # fmt: skip
    assert [one.unit for one in leaders.leads(found)] == [cast.other_school, cast.school]
    assert leaders.could_lead(session, cast.other_school) == [cast.outsider]
    for account, by in (
        (cast.outsider, cast.manager),
        (cast.volunteer, cast.manager),
        (cast.coordinator, cast.teacher),
    ):
        with pytest.raises(NotAllowed):
            lead(session, cast, found, account, by=by)
    with pytest.raises(NotAllowed):
        leaders.hand_over(session, found, by=cast.manager.actor(), unit_id=found.id, account_id=cast.coordinator.id)
    close(session, cast, found)
    with pytest.raises(NotAllowed):
        lead(session, cast, found, cast.coordinator, by=cast.manager)
    assert found.leaders == []
