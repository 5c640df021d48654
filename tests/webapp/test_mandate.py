"""What a team may not decide is offered on no page, and the page says why and who can change it."""

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import Forum
from referrals.stages import FOLLOW_UP_DUE, MEETING_HELD, PLAN_ACTIVE, PLAN_DRAFT, PLAN_FOR_APPROVAL
from referrals.vocabulary import MeetingOutcome, PlanStatus
from tests.factories import a_meeting, a_referral
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

PLAN = "This team's mandate does not let it decide: Make an action plan. A head teacher of one of its schools"


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def only(app, settings):
    """Let the team's meetings lead to these outcomes and nothing else."""

    def lead(*outcomes):
        with db.writing(settings.database) as session:
            session.scalars(select(Forum).where(Forum.id == cast_of(session).forum.id)).one().outcomes = list(outcomes)

    lead("more_assessment", "meet_again")
    return lead


def test_a_plan_is_neither_begun_nor_written_on(desk, only, signed_in):
    number, karin = desk.lay(PLAN_DRAFT, PlanStatus.DRAFT), signed_in("karin")
    page = karin.get(f"/referrals/{number}/action-plan")
    assert PLAN in page.text
    assert not any(link.get("href", "").endswith("/edit") for link in page.all("a"))
    page = karin.get(f"/referrals/{number}/action-plan/edit")
    assert PLAN in page.text
    assert not page.all("textarea")
    only("plan")
    page = karin.get(f"/referrals/{number}/action-plan/edit")
    only("close")
    page = karin.submit({"background": "Nytt"}, status=409)
    assert "This team may not decide that" in page.text


def test_without_a_plan_the_page_says_why_there_will_be_none(desk, only, signed_in):
    number = desk.lay(PLAN_DRAFT)
    page = signed_in("karin").get(f"/referrals/{number}/action-plan")
    assert PLAN in page.text
    assert "It is written when the team has met" not in page.text


def test_the_head_teacher_learns_it_before_pressing_and_can_still_return_the_plan(desk, only, signed_in):
    number, henrik = desk.lay(PLAN_FOR_APPROVAL, PlanStatus.FOR_APPROVAL), signed_in("henrik")
    assert PLAN in henrik.get(f"/referrals/{number}/action-plan").text
    page = henrik.get(f"/referrals/{number}/action-plan/approval")
    assert PLAN in page.text
    assert "Approve the plan" not in page.text
    assert "Return the plan" in page.text


def test_minutes_that_say_what_the_team_may_not_decide_any_more_are_not_approved(desk, only, signed_in, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, MEETING_HELD)
        meeting = a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
        meeting.outcome, meeting.held_at, meeting.minutes_by_id = MeetingOutcome.PLAN, clock.now(), cast.coordinator.id
        number = referral.number
    henrik, path = signed_in("henrik"), f"/referrals/{number}/team-review/approval"
    page = henrik.get(path)
    assert PLAN in page.text
    assert "to choose something else: until the minutes are approved" in page.text
    assert "Approve the minutes" not in [page.text_of(one) for one in page.all("button")]
    only("plan")
    assert PLAN not in henrik.get(path).text


def test_a_follow_up_offers_what_the_team_may_decide(desk, only, signed_in):
    number, karin = desk.lay(FOLLOW_UP_DUE, PlanStatus.ACTIVE), signed_in("karin")
    page = karin.get(f"/referrals/{number}/follow-up")
    offered = [one.get("value") for one in page.all("input", type="radio", name="decision")]
    assert offered == ["continue", "step_up"]
    assert "does not let it decide: Make an action plan, Propose closing." in page.text


def test_closing_is_not_offered_and_the_page_says_why(desk, only, signed_in):
    number, karin = desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE), signed_in("karin")
    page = karin.get(f"/referrals/{number}/closure")
    assert "does not let it decide: Propose closing." in page.text
    assert not page.all("form", id="propose-form")
    assert "does not let it decide" not in signed_in("henrik").get(f"/referrals/{number}/closure").text


def test_an_administrator_is_told_why_a_team_cannot_advise_only_and_what_to_do_first(app, signed_in, settings):
    with db.reading(settings.database) as session:
        forum_id, unit_id = cast_of(session).forum.id, cast_of(session).school.id
    anton = signed_in("anton")
    anton.get(f"/administration/forums/{forum_id}")
    page = anton.submit({"level": "staff", "place": "Aulan"}, status=409)
    assert "let an administrator shut their public form or give them another team" in page.text
    assert page.fields(page.form())["place"] == "Aulan"
    anton.get(f"/administration/units/{unit_id}")
    anton.submit({"is_open": []})
    anton.get(f"/administration/forums/{forum_id}")
    anton.submit({"level": "staff"})
    anton.get(f"/administration/units/{unit_id}")
    page = anton.submit({"is_open": "yes"}, status=409)
    assert "The team still takes up children" in page.text
