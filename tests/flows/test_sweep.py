"""The sweep: what falls due with the calendar, done once however often it runs."""

from datetime import timedelta

from sqlalchemy import select

from flows.sweep import sweep_database
from referrals import clock, db
from referrals.meetings import conflict
from referrals.models import History
from referrals.stages import IN_TRIAGE, PLAN_ACTIVE, Verb
from tests.factories import a_consent, a_guardian, a_referral
from tests.people import settle


def test_coordinators_are_reminded_once_of_a_consent_that_is_about_to_end(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        ends = clock.now().date() + timedelta(days=14)
        guardian = a_guardian(session, a_referral(session, cast, PLAN_ACTIVE))
        a_consent(session, guardian, by=cast.coordinator, until_on=ends)
    for _ in range(2):
        sweep_database(fresh_address)
    with db.reading(fresh_address) as session:
        verbs = session.scalars(select(History.verb).order_by(History.number)).all()
    assert verbs == [Verb.SUBMIT_CONCERN, Verb.REMIND_OF_CONSENT]


def test_whoever_may_settle_a_conflict_of_interest_is_reminded_once_of_one_that_is_held_too_long(
    fresh_address: str,
) -> None:
    with db.writing(fresh_address) as session:
        referral = a_referral(session, settle(session), IN_TRIAGE)
        conflict.hold(session, referral)
        referral.held_since = clock.now() - timedelta(days=5)
    for _ in range(2):
        sweep_database(fresh_address)
    with db.reading(fresh_address) as session:
        verbs = session.scalars(select(History.verb).order_by(History.number)).all()
    assert verbs == [Verb.SUBMIT_CONCERN, Verb.REMIND_OF_CONFLICT]
