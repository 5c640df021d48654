"""The page of the meetings somebody is called to, and the line of home that leads there."""

from datetime import timedelta

import pytest

from referrals import clock, db, team_review
from referrals.forums import seats
from referrals.languages import local_date
from referrals.models import TeamMeeting
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import Profession
from tests.factories import a_guardian, a_referral
from tests.webapp.desk import cast_of

WHEN = "Wednesday 23 September 2026"


@pytest.fixture
def number(app, settings, wednesday):
    """A referral whose team is called for Wednesday in a week, when Otto of another school stands in for Kim."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, TO_SCHEDULE)
        a_guardian(session, referral, told_by=cast.coordinator)
        cast.outsider.profession = Profession.SCHOOL_COUNSELLOR
        day, by = local_date(clock.now(), zone="Europe/Stockholm") + timedelta(days=7), cast.coordinator.actor()
        kims = seats.seat(session, cast.forum, cast.counsellor.id, by=by)
        seats.be_away(session, kims, first_on=day, last_on=day, stand_in_id=cast.outsider.id, by=by)
        session.expire_all()
        call(session, cast, referral)
        return referral.number


def call(session, cast, referral, *, days=7, place="Hemma hos Maja Testsson"):
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=days), place=place,
        called=[cast.head_teacher.id, cast.outsider.id], on_closed_day=True,
    )  # fmt: skip


def answers(page):
    """The buttons of the page's forms, and which of them is pressed."""
    return {
        page.text_of(one).partition(" –")[0]: one.get("aria-pressed") for one in page.all("button") if one.get("name")
    }


def test_who_stands_in_then_says_whether_they_come_and_opens_nothing_before(signed_in, number):
    otto = signed_in("otto")
    home = otto.get("/home")
    assert "Say whether you come" in home.text
    assert number in home.text
    (link,) = [one.get("href") for one in home.all("a", class_="waiting__verb") if one.get("href") == "/meetings"]
    page = otto.get(link)
    assert WHEN in page.text
    assert "You stand in for somebody then." in page.text
    assert "Maja" not in page.text
    assert f"/referrals/{number}" not in {one.get("href", "").removesuffix("/team-review") for one in page.all("a")}
    otto.get(f"/referrals/{number}/team-review", status=404)
    page = otto.get("/meetings")
    (form,) = [one for one in page.all("form") if one.get("action", "").endswith("/answer")]
    page = otto.submit(form=form, button=("reply", "comes"))
    assert "Thank you. Your answer stands here." in page.text
    assert answers(page)["I am coming"] == "true"
    assert "Say whether you come" not in otto.get("/home").text
    assert "Comes to the meeting" in signed_in("karin").get(f"/referrals/{number}/team-review").text


def test_who_takes_part_finds_the_way_to_the_referral_and_others_nothing(signed_in, number):
    page = signed_in("henrik").get("/meetings")
    assert "Hemma hos Maja Testsson" in page.text
    assert f"/referrals/{number}/team-review" in {one.get("href") for one in page.all("a")}
    assert "You are called to no meeting" in signed_in("kim").get("/meetings").text
    assert "Say whether you come" not in signed_in("karin").get("/home").text


def test_what_is_wrong_with_an_answer_is_said_and_nothing_noted(signed_in, number, settings):
    henrik, kim = signed_in("henrik"), signed_in("kim")
    (form,) = [one for one in henrik.get("/meetings").all("form") if one.get("action", "").endswith("/answer")]
    assert "Choose one of the answers" in henrik.submit(form=form, button=("reply", "maybe")).text
    (theirs, *_) = kim.get("/meetings").all("form")
    theirs.set("action", form.get("action"))
    assert "not called to that meeting any more" in kim.submit(form=theirs, button=("reply", "comes")).text
    with db.writing(settings.database) as session:
        meeting = session.query(TeamMeeting).one()
        call(session, cast_of(session), meeting.referral, days=8)
    assert "The meeting has moved" in henrik.submit(form=form, button=("reply", "comes")).text
    assert set(answers(henrik.get("/meetings")).values()) == {None}
