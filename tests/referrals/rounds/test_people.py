"""Who is in a team and what they may know of, asked of many at once: the same answers, and no question more to the database."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock
from referrals.access import Role
from referrals.forums import seats
from referrals.models import Account, Forum, RoleAssignment, RoundEnrolment, SeatAbsence, Unit
from referrals.rounds import enrolling, evaluating, people, report
from referrals.vocabulary import Profession, SchoolForm
from tests import rounds
from tests.people import NO_PASSWORD
from tests.referrals.test_queries import counted_queries


def an_account(unit, profession=Profession.SCHOOL_COUNSELLOR, role=Role.ASSESSOR):
    name = uuid.uuid4().hex
    return Account(
        email=f"{name}@trivsel.invalid", name=name, profession=profession, language="sv", password_hash=NO_PASSWORD,
        roles=[RoleAssignment(role=role, unit=unit)],
    )  # fmt: skip


def more_teams(session, cast, found, number):
    """Teams in the round, each with a coordinator, somebody with a seat and somebody without, a slot and a question."""
    for place in range(number):
        forum = Forum(slug=f"team-{uuid.uuid4().hex}", name=f"HTL-team {place}", quorum=[])
        unit = Unit(slug=forum.slug, name=forum.name, school_form=SchoolForm.COMPULSORY, forum=forum)
        keeper = an_account(unit, Profession.COORDINATOR, Role.COORDINATOR)
        member = an_account(unit)
        session.add_all([forum, unit, keeper, member, an_account(unit)])
        session.flush()
        seats.seat(session, forum, member.id, by=keeper.actor())
        enrolling.enrol(session, found, forum, by=keeper.actor())


def test_everybody_is_asked_who_is_in_a_team_and_nobody_else(session, cast, opened, enrolled):
    by, now = cast.coordinator.actor(), clock.now()
    for account in (cast.counsellor, cast.teacher, cast.volunteer, cast.school_nurse):
        seats.seat(session, cast.forum, account.id, by=by)
    elsewhere, gone = an_account(cast.other_school), an_account(cast.other_school)
    inactive = an_account(cast.school, Profession.COORDINATOR, Role.COORDINATOR)
    inactive.is_active = False
    session.add_all([elsewhere, gone, inactive])
    session.flush()
    (nurse,) = (one for one in seats.seats_of(session, cast.forum) if one.account is cast.school_nurse)
    hour = timedelta(hours=1)
    session.add(SeatAbsence(seat=nurse, stand_in=elsewhere, begins_at=now, ends_at=now + hour))
    session.add(SeatAbsence(seat=nurse, stand_in=gone, begins_at=now - hour, ends_at=now))
    moved = an_account(cast.school)
    session.add(moved)
    session.flush()
    seats.seat(session, cast.forum, moved.id, by=by)
    moved.roles = [RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)]
    session.flush()
    session.expire_all()
    everybody = session.scalars(select(Account).where(Account.is_active)).all()
    one_by_one = {each.id for each in everybody if people.is_in_team(session, cast.forum, each.actor())}
    assert people.in_any(session, [cast.forum.id]) == one_by_one == evaluating.asked(session, opened)
    assert {cast.counsellor.id, cast.coordinator.id, elsewhere.id} <= one_by_one
    assert not {cast.volunteer.id, gone.id, moved.id, cast.outsider.id} & one_by_one
    assert people.in_any(session, []) == set()


ASKED = {
    "who evaluates": lambda session, found, _actor: evaluating.asked(session, found),
    "what they read": lambda session, found, actor: people.readable(session, found.enrolments, actor),
    "the report": report.may_read_report,
    "lines": lambda session, found, _actor: [
        (one.forum.name, one.slot, len(one.questions)) for one in enrolling.teams_in(session, found)
    ],
}


@pytest.mark.parametrize("who", ["manager", "coordinator", "outsider"])
@pytest.mark.parametrize("what", ASKED)
def test_more_teams_do_not_mean_more_questions_to_the_database(session, cast, opened, enrolled, what, who):
    rounds.give_slot(session, cast, enrolled)
    rounds.ask(session, cast, enrolled)

    def questions(number):
        more_teams(session, cast, opened, number)
        session.expire_all()
        actor = getattr(cast, who).actor()
        with counted_queries(session) as asked:
            ASKED[what](session, opened, actor)
        return len(asked)

    few = questions(1)
    assert questions(5) <= few
    assert len(session.scalars(select(RoundEnrolment)).all()) == 7


@pytest.mark.parametrize("who", ["manager", "coordinator", "consultant"])
def test_more_rounds_do_not_mean_more_questions_to_the_database(session, cast, opened, who):
    account = rounds.a_consultant(session) if who == "consultant" else getattr(cast, who)

    def questions(number):
        for _ in range(number):
            rounds.lay_round(session, cast)
        session.expire_all()
        actor = account.actor()
        with counted_queries(session) as asked:
            [len(found.enrolments) for found in enrolling.known_to(session, actor)]
        return len(asked)

    few = questions(1)
    assert questions(5) <= few
