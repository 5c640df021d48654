"""Units begin one by one: until a unit takes part nothing begins for it, and everybody is told whom to turn to meanwhile."""

import pytest
from sqlalchemy import select

from referrals import db, intake
from referrals.development import cases
from referrals.disclosure import receivers
from referrals.errors import Incomplete, NotAllowed
from referrals.forums import consultations, seats, upward
from referrals.models import Forum, Referral, Unit
from referrals.rounds import people
from referrals.vocabulary import TeamLevel
from tests import development, rounds
from tests.factories import a_referral
from tests.referrals.test_intake import send
from tests.webapp.desk import cast_of
from tests.webapp.forums.test_degrading_notices import press
from tests.webapp.test_intake import begin


@pytest.fixture
def to_come(app, settings):
    """Lindskolan does not take part yet."""
    with db.writing(settings.database) as session:
        session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one().takes_part = False


def doors(page):
    return [one for one in page.all("button") if one.get("name") == "door"]


def units_in(page):
    return [one.get("value") for one in page.all("option")]


# ------------------------------------------------------------------------------------------------- C13, its evidence
def test_for_a_unit_that_does_not_take_part_the_form_is_not_offered(to_come, browser):
    page = browser.get("/u/lindskolan")
    assert doors(page) == []
    assert "Lindskolan does not take part yet" in page.text
    assert "such as a teacher or the head teacher." in page.text
    assert "Tell us here." not in page.text
    assert "HTL-samordnaren: 0000-12 34 56" in page.text
    page = browser.get("/u/lindskolan/team")
    assert "Lindskolan does not take part yet. The team is getting ready." in page.text
    assert not any("Tell of a concern" in page.text_of(one) for one in page.all("a"))
    page = browser.get("/")
    assert doors(page)
    assert "Is your school or preschool missing?" in page.text
    assert "Lindskolan: HTL-samordnaren, 0000-12 34 56" in page.text


def test_nor_can_it_be_chosen_for_a_concern_and_the_page_says_why(to_come, browser):
    begin(browser, "guardian", unit="")
    page = browser.get("/concern/you")
    assert units_in(page) == ["", "askskolan"]
    assert "These do not take part yet." in page.text
    assert browser.submit({"unit": "lindskolan"}, status=422).problems


def test_the_core_refuses_whatever_comes_another_way(app, settings, to_come):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        with pytest.raises(Incomplete):
            send(session, cast)
        assert session.scalars(select(Referral)).all() == []
        assert [unit.name for unit in intake.units_to_come(session)] == ["Lindskolan"]
        elsewhere = a_referral(session, cast, unit_id=cast.other_school.id)
        assert receivers.units_to_offer_to(session, elsewhere) == []
        assert consultations.units_to_ask_in(session, cast.teacher.actor()) == []
        with pytest.raises(NotAllowed):
            consultations.write_consultation(session, cast.school, by=cast.teacher.actor(), question="Vad nu?")


def test_nor_do_development_work_rounds_and_questions_upward_begin_there(wednesday, app, settings, to_come):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        coordinator, manager = cast.coordinator.actor(), cast.manager.actor()
        assert cases.units_to_choose(session, coordinator) == []
        assert cases.units_to_choose(session, manager) == [cast.other_school]
        with pytest.raises(NotAllowed):
            development.begin(session, cast)
        found = rounds.lay_round(session, cast)
        assert people.teams_to_enrol(session, coordinator) == []
        with pytest.raises(NotAllowed):
            rounds.enrol(session, cast, found)
        above = Forum(slug="utveckling", name="Utvecklingsgruppen", quorum=[], level=TeamLevel.MUNICIPALITY)
        session.add(above)
        session.flush()
        seats.seat(session, above, cast.manager.id, by=cast.administrator.actor())
        assert upward.teams_that_ask(session, coordinator) == []
        with pytest.raises(NotAllowed):
            upward.ask(session, cast.forum, above, by=coordinator, question="Vad gör andra?")
        cast.school.takes_part = True
        assert (
            people.teams_to_enrol(session, coordinator) == [cast.forum] == upward.teams_that_ask(session, coordinator)
        )
        assert rounds.enrol(session, cast, found).forum is cast.forum


def test_what_each_person_owes_by_law_is_one_step_away_there_too(app, settings, to_come, signed_in):
    tove = signed_in("tove")
    page = tove.get("/consultations")
    assert not any(link.get("href") == "/consultations/new" for link in page.all("a"))
    assert any(link.get("href") == "/protection/new" for link in page.all("a"))
    assert any(link.get("href") == "/consultations" for link in tove.get("/teams").all("a"))
    page = tove.submit(form=press(page, "/degrading-notices/units/"))
    assert "It says only that you two are to talk" in page.text


def test_its_team_is_told_that_it_can_prepare_and_an_administrator_switches_it_on(
    app, settings, to_come, signed_in, browser
):
    with db.reading(settings.database) as session:
        cast = cast_of(session)
        team, unit = f"/teams/{cast.forum.id}", f"/administration/units/{cast.school.id}"
    page = signed_in("karin").get(team)
    assert "Lindskolan does not take part yet" in page.text
    assert page.form()  # dates can be set
    assert "does not take part yet" not in signed_in("otto").get("/teams").text
    assert signed_in("karin").client.get(unit).status_code == 404
    anton = signed_in("anton")
    assert "Not taking part yet" in anton.get("/administration/units").text
    assert "1 with an open form" in anton.get("/administration").text
    anton.get(unit)
    page = anton.submit({"takes_part": "yes"})
    assert "Not taking part yet" not in page.text
    assert "takes part" in anton.get("/administration/changes").text
    assert doors(browser.get("/u/lindskolan"))
    assert "missing?" not in browser.get("/").text
    assert "does not take part yet" not in signed_in("karin").get(team).text
