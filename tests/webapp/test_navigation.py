"""The main navigation: what each role finds there, and the menu at its end where the row would not hold it all."""

import pytest

from referrals import db
from referrals.vocabulary import Practice, Profession
from tests.webapp.desk import cast_of


@pytest.fixture
def rounds_are_held(settings, app):
    with db.writing(settings.database) as session:
        cast_of(session).municipality.holds_rounds = True


def places(page):
    """The addresses of the row and of the menu."""
    (nav,) = [one for one in page.all("nav") if one.get("aria-label") == "Main"]
    menu = [link.get("href") for fold in nav.iter("details") for link in fold.iter("a")]
    return [href for link in nav.iter("a") if (href := link.get("href")) not in menu], menu


def offered(browser):
    row, menu = places(browser.get("/home"))
    return {*row, *menu}


def test_a_head_teacher_reaches_rounds_and_development_from_any_page(rounds_are_held, signed_in):
    assert {"/rounds", "/development"} <= offered(signed_in("henrik"))


def test_what_a_row_does_not_hold_stands_in_one_menu_which_says_that_the_page_is_in_it(rounds_are_held, signed_in):
    margit = signed_in("margit")
    row, menu = places(margit.get("/home"))
    assert row == ["/home", "/board", "/referrals", "/protection/new"]
    assert menu == ["/rounds", "/questions", "/development", "/lessons", "/patterns", "/lead-times"]
    for path, is_there in (("/home", False), ("/patterns", True)):
        (summary,) = [one for one in margit.get(path).all("summary") if "School development" in "".join(one.itertext())]
        assert (summary.get("data-current") is not None) is is_there


def test_few_places_stand_in_the_row_alone(rounds_are_held, signed_in):
    row, menu = places(signed_in("rune").get("/home"))
    assert {"/lessons", "/research"} <= set(row)
    assert menu == []


def test_what_the_municipality_does_not_do_or_nobody_of_the_profession_reads_is_not_offered(settings, signed_in):
    henrik = signed_in("henrik")
    assert "/development" in offered(henrik)
    with db.writing(settings.database) as session:
        cast_of(session).head_teacher.profession = Profession.CIVIL_SOCIETY
    assert "/development" not in offered(henrik)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.head_teacher.profession = Profession.HEAD_TEACHER
        cast.municipality.switched_off = [Practice.DEVELOPMENT.value]
    assert "/development" not in offered(henrik)
