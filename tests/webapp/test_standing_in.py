"""Choosing on the meeting's page who comes instead of somebody who asks for a stand-in."""

from datetime import timedelta

import pytest

from referrals import clock, db, team_review
from referrals.forums import seats
from referrals.meetings import meeting_answers
from referrals.models import TeamMeeting
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import CalledReply, Profession
from tests.factories import a_guardian, a_referral
from tests.webapp.desk import cast_of


@pytest.fixture
def number(app, settings, wednesday):
    """A referral whose team is called, and Kim of it asks for a stand-in; Otto of another school has the same profession."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.outsider.profession = Profession.SCHOOL_COUNSELLOR
        referral, by = a_referral(session, cast, TO_SCHEDULE), cast.coordinator.actor()
        a_guardian(session, referral, told_by=cast.coordinator)
        seats.seat(session, cast.forum, cast.counsellor.id, by=by)
        meeting = team_review.schedule_meeting(
            session, referral, by=by, seen=None, starts_at=clock.now() + timedelta(days=7), place="Rum 12",
            called=[cast.head_teacher.id, cast.counsellor.id],
        )  # fmt: skip
        kim = cast.counsellor
        meeting_answers.answer_call(
            session, referral, kim.id, by=kim.actor(), asked_about=meeting.starts_at, reply=CalledReply.STAND_IN
        )
        return referral.number


def test_the_coordinator_chooses_who_comes_instead_where_it_is_asked_for(signed_in, number, settings):
    karin, address = signed_in("karin"), f"/referrals/{number}/team-review"
    assert "asks for somebody to stand in" in karin.get("/home").text
    page = karin.get(address)
    assert "Who comes instead?" in page.text
    assert "Who comes instead?" not in signed_in("henrik").get(address).text
    (form,) = [one for one in page.all("form") if one.get("action", "").endswith("/stand-in")]
    assert "nothing has been changed" in karin.submit({"stand_in": ""}, form=form).text
    stale = {"stand_in": str(_otto(settings)), "asked_about": "2026-12-08T12:30:00+00:00"}
    assert "The meeting has moved" in karin.submit(stale, form=form).text
    wrong = {"stand_in": form.get("action", "").split("/")[-2]}
    assert "Only somebody of the same profession can stand in." in karin.submit(wrong, form=form).text
    page = karin.submit({"stand_in": str(_otto(settings))}, form=form)
    assert "Noted, and called to one meeting instead: only these two are told." in page.text
    assert "Otto Utterman" in page.text
    assert "Who comes instead?" not in page.text
    assert "asks for somebody to stand in" not in karin.get("/home").text
    with db.reading(settings.database) as session:
        assert str(_otto(settings)) in session.query(TeamMeeting).one().called


def test_who_stands_in_as_a_rule_is_chosen_already(signed_in, number, settings):
    def chosen():
        page = signed_in("karin").get(f"/referrals/{number}/team-review")
        (form,) = [one for one in page.all("form") if one.get("action", "").endswith("/stand-in")]
        return page.fields(form)["stand_in"]

    assert chosen() == ""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        (kims,) = seats.seats_of(session, cast.forum)
        seats.name_stand_in(session, kims, cast.outsider.id, by=cast.coordinator.actor())
    assert chosen() == str(_otto(settings))


def test_what_stays_as_it_was_is_said(signed_in, number, settings):
    with db.writing(settings.database) as session:
        cast, meeting = cast_of(session), session.query(TeamMeeting).one()
        other = a_referral(session, cast, TO_SCHEDULE)
        a_guardian(session, other, told_by=cast.coordinator)
        team_review.schedule_meeting(
            session, other, by=cast.coordinator.actor(), seen=None, starts_at=meeting.starts_at, place="Rum 12",
            called=[cast.head_teacher.id, cast.counsellor.id],
        )  # fmt: skip
        a_guardian(session, other, name="Pelle Testsson")
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/team-review")
    (form,) = [one for one in page.all("form") if one.get("action", "").endswith("/stand-in")]
    page = karin.submit({"stand_in": str(_otto(settings))}, form=form)
    assert "One meeting of that day stays as it was: change it on its own page." in page.text


def _otto(settings):
    with db.reading(settings.database) as session:
        return cast_of(session).outsider.id
