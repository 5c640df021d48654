"""The page on which a team's coordinators say for whom it meets, what it may decide, and whom one can call."""

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import Forum, Unit
from referrals.people import organisation
from referrals.stages import SCHEDULED
from referrals.vocabulary import TeamLevel
from tests.factories import a_meeting, a_referral
from tests.webapp.desk import cast_of


@pytest.fixture
def team(settings):
    """The address of the cast's team."""
    with db.reading(settings.database) as session:
        return f"/teams/{cast_of(session).forum.id}"


def test_a_coordinator_says_it_and_families_read_it(app, signed_in, team, browser):
    karin = signed_in("karin")
    page = karin.get(team)
    (way,) = [link for link in page.all("a") if link.get("href") == f"{team}/about"]
    page = karin.get(way.get("href"))
    assert page.fields(page.form())["units-0-phone"] == "0000-12 34 56"
    asked = {one.get("value") for one in page.all("input", name="quorum")}
    assert "school_nurse" in asked
    assert asked & {"registrar", "administrator", "elected_member", "researcher"} == set()
    page = karin.submit(
        {
            "mandate": "Tio timmar i veckan.",
            "place": "Biblioteket",
            "quorum": ["school_nurse"],
            "shows_names": "yes",
            "rates_by_colour": "yes",
            "units-0-contact": "Mottagningen",
            "units-0-phone": "0000-99",
        }
    )
    assert "What is said of the team has been saved." in page.text
    shown = browser.get("/u/lindskolan/team").text
    for said in ("Tio timmar i veckan.", "Mottagningen: 0000-99"):
        assert said in shown
    changes = signed_in("anton").get("/administration/changes").text
    for said in ("Mottagningen", "what it may decide beside that", "names on the public page", "rates by colour"):
        assert said in changes
    form = karin.get(f"{team}/about")
    assert form.fields(form.form())["place"] == "Biblioteket"
    assert form.fields(form.form())["rates_by_colour"] == "yes"


def test_a_team_that_takes_in_concerns_and_works_beside_another_is_asked_for_the_numbers_of_its_units_alone(
    signed_in, team, settings
):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        organisation.change(session, cast.other_school, by=cast.administrator.actor(), other_teams=[cast.forum])
    karin = signed_in("karin")
    page = karin.get(f"{team}/about")
    assert page.all("input", name="has_public_page")
    assert page.all("input", name="units-0-phone")
    assert not page.all("input", name="phone")
    page = karin.submit({"units-0-phone": "ring inte", "has_public_page": "yes"}, status=422)
    assert "Whom one can call about this team" not in page.text


def test_who_is_bound_by_the_mandate_reads_it_and_whom_to_ask(app, signed_in, team, settings):
    karin = signed_in("karin")
    page = karin.get(f"{team}/about")
    assert not page.all("input", name="level")
    assert not page.all("input", name="outcomes")
    assert "It may agree with the family on what the school or preschool does for the child." in page.text
    assert "A head teacher changes this: Henrik" in page.text
    assert "which schools and preschools it works for, an administrator changes." in page.text
    karin.submit({"mandate": "Nytt"})
    henrik = signed_in("henrik")
    page = henrik.get(f"{team}/about")
    assert "A head teacher changes this" not in page.text
    henrik.submit({"level": "area", "outcomes": ["meet_again", "close"]})
    changes = signed_in("anton").get("/administration/changes").text
    for said in ("for whom it meets", "Several schools and preschools", "what its meetings may decide", "Meet again"):
        assert said in changes
    with db.writing(settings.database) as session:
        cast_of(session).head_teacher.is_active = False
    assert "An administrator changes this." in karin.get(f"{team}/about").text


def test_two_who_change_it_at_once_come_one_after_the_other_and_nothing_typed_is_lost(app, signed_in, team):
    karin, henrik = signed_in("karin"), signed_in("henrik")
    karin.get(f"{team}/about")
    henrik.get(f"{team}/about")
    henrik.submit({"mandate": "Tio timmar i veckan.", "place": "Aulan"})
    page = karin.submit({"units-0-contact": "Mottagningen"}, status=409)
    assert "was first, at" in page.text
    assert "Aulan" in page.text, "how it stands now"
    assert page.fields(page.form())["units-0-contact"] == "Mottagningen"
    page = karin.submit({"mandate": "Tio timmar i veckan.", "place": "Aulan"})
    assert "What is said of the team has been saved." in page.text
    assert "Tio timmar i veckan." in page.text


def test_a_team_children_turn_to_cannot_be_made_to_advise_only(app, signed_in, team):
    henrik = signed_in("henrik")
    henrik.get(f"{team}/about")
    page = henrik.submit({"level": "staff", "mandate": "Nytt"}, status=409)
    assert "The team still takes up children" in page.text
    assert page.fields(page.form())["mandate"] == "Nytt"
    assert "It takes up no single child" not in henrik.get(team).text


def test_what_cannot_be_is_said_at_its_field_and_nothing_changes(app, signed_in, team, settings):
    karin = signed_in("karin")
    karin.get(f"{team}/about")
    page = karin.submit({"units-0-phone": "ring inte"}, status=422)
    assert page.problems == ["Telephone: Write a telephone number with digits, such as 0000-12 34 56."]
    assert page.fields(page.form())["units-0-phone"] == "ring inte"
    with db.reading(settings.database) as session:
        assert session.scalars(select(Unit.phone).where(Unit.slug == "lindskolan")).one() == "0000-12 34 56"


def test_who_keeps_no_team_there_does_not_get_to_it(app, signed_in, team):
    for person in ("kim", "otto", "anton"):
        assert signed_in(person).client.get(f"{team}/about").status_code == 404
        assert "What is said of" not in signed_in("kim").get(team).text


def test_the_minutes_offer_what_the_team_may_decide_and_say_what_it_may_not(app, signed_in, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, SCHEDULED)
        a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
        session.scalars(select(Forum).where(Forum.id == cast.forum.id)).one().level = TeamLevel.STAFF
        number = referral.number
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/team-review/minutes")
    assert "This team's mandate does not let it decide: Make an action plan." in page.text
    offered = [one.get("value") for one in page.all("input", type="radio", name="outcome")]
    assert offered == ["more_assessment", "meet_again", "close"]
    there = {"attendance-0-name": "Kim", "attendance-0-function": "teacher", "attendance-0-attendance": "present"}
    page = karin.submit({**there, "outcome": "plan"}, status=409)
    assert "This team may not decide that" in page.text
    screen = karin.get(f"/referrals/{number}/team-review/minutes?screen=open")
    assert "This team's mandate does not let it decide" in screen.text
