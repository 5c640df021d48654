"""Who is let in on a referral."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals.access import View, may_view
from referrals.models import Membership
from referrals.people import membership
from tests.factories import a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")


def test_who_is_admitted_may_see_the_referral(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert not may_view(View.REFERRAL, cast.counsellor.actor(), referral.facts())
    membership.admit(session, referral, cast.counsellor)
    assert may_view(View.REFERRAL, cast.counsellor.actor(), referral.facts())


def test_being_admitted_twice_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    membership.admit(session, referral, cast.counsellor)
    membership.admit(session, referral, cast.counsellor)
    assert session.scalar(select(func.count()).select_from(Membership)) == 1
