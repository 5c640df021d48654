"""The pages of a notice to the head teacher: one press beside a consultation, one line of home, and nothing that tells what about."""

import pytest

from referrals import db
from tests.webapp.desk import cast_of


def press(page, action):
    return next(form for form in page.all("form") if action in form.get("action", ""))


def test_one_press_tells_the_head_teacher_that_two_are_to_talk_and_nothing_else(signed_in):
    tove, henrik = signed_in("tove"), signed_in("henrik")
    assert (
        "Give the head teacher notice" in tove.get("/consultations/new").text
    )  # leads on: a text may stand open there
    page = tove.get("/consultations")
    page = tove.submit(form=press(page, "/degrading-notices/units/"))
    assert "It says only that you two are to talk: do that today." in page.text
    assert page.path.startswith("/consultations")
    assert "Waits" in page.text
    assert "We have talked" not in page.text
    home = henrik.get("/home")
    assert "Talk with a colleague who turned to you" in home.text
    page = henrik.get("/consultations")
    assert "Tove Askebrant wants to talk with the head teacher" in page.text
    page = henrik.submit(form=press(page, "/degrading-notices/"))
    assert "It is recorded that you have talked." in page.text
    assert "Talk with a colleague who turned to you" not in henrik.get("/home").text
    assert "heard by Henrik Rosenby" in tove.get("/consultations").text


@pytest.mark.parametrize("person", ["karin", "otto"])
def test_nobody_else_finds_it(signed_in, person):
    tove = signed_in("tove")
    tove.submit(form=press(tove.get("/consultations"), "/degrading-notices/units/"))
    assert "Possible degrading treatment" not in signed_in(person).get("/consultations").text


def test_where_the_law_does_not_ask_it_the_card_says_whom_to_tell_and_offers_no_notice(signed_in, settings):
    with db.writing(settings.database) as session:
        cast_of(session).municipality.rulepack_version = "dk-2026-07"
    page = signed_in("tove").get("/consultations")
    assert "Tell the head teacher at once." in page.text
    assert not any("/degrading-notices/" in form.get("action", "") for form in page.all("form"))
