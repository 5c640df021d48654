"""The pages of lessons: written, checked by a second person, found in the catalogue, and no text kept before it was checked."""

import logging

import pytest
import sqlalchemy as sa

from referrals import db
from referrals.models import KeptForm, Lesson
from referrals.stages import CLOSED, PLAN_ACTIVE
from tests import lessons, rounds
from tests.factories import a_referral
from tests.webapp.desk import cast_of, opened
from tests.webapp.test_guards import let_sessions_run_out

NEW = "/lessons/new"
TEXTS = {
    "title": "En lugn start på dagen",
    "tried": "En vuxen mötte vid grinden i sex veckor.",
    "outcome": "Frånvaron på måndagar blev mindre.",
    "for_others": "Börja med en enda vuxen.",
}
NAMED = "Xenofonia i 4B är borta, 20160231-0000."


@pytest.fixture
def closed(settings, app):
    """The number of a closed referral; one more is open, and the counsellor sits in the team."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        lessons.seat_the_team(session, cast)
        a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
        return a_referral(session, cast, CLOSED, owner_id=cast.coordinator.id).number


@pytest.fixture
def typed(closed):
    """A whole form."""
    return TEXTS | {"learnt_from": closed, "theme": "attendance", "ages": "6-18"}


@pytest.fixture
def karin(signed_in, closed):
    """The browser of a coordinator, before the form of a new lesson."""
    browser = signed_in("karin")
    browser.get(NEW)
    return browser


def rows(settings, model):
    with db.reading(settings.database) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def form_to(page, ending):
    return next(one for one in page.all("form") if (one.get("action") or "").endswith(ending))


def send(browser, typed):
    browser.get(NEW)
    page = browser.submit(typed, button=("send", "yes"))
    assert "The team has it." in page.text
    return page.path


def test_a_lesson_is_written_checked_and_found_by_theme_and_age(karin, signed_in, typed, closed):
    """C04 and C29 as people do it."""
    address, kim = send(karin, typed), signed_in("kim")
    assert "Check a lesson for identities" in kim.get("/home").text
    page = kim.get(address)
    assert "From a closed referral" in page.text
    page = kim.submit(TEXTS, form=form_to(page, "/check"))
    assert "The lesson is in the catalogue. Thank you for reading it." in page.text
    otto = signed_in("otto")
    for query, is_found in (
        ("", True), ("?theme=attendance&ages=6-18", True), ("?words=grinden", True), ("?theme=home", False),
        ("?ages=0-6", False), ("?words=kanel", False), ("?theme=nonsense&ages=x&page=-3", True), ("?page=7", True),
    ):  # fmt: skip
        page = otto.get(f"/lessons{query}")
        assert (TEXTS["title"] in page.text) == is_found, query
    page = otto.get(address)
    assert all(text in page.text for text in TEXTS.values())
    # nobody outside the team learns whose it is, and nobody at all what it was learnt from
    assert not {"Karin", "Kim", "HTL-team Linden", "closed referral"} & {
        word for word in ("Karin", "Kim", "HTL-team Linden", "closed referral") if word in page.text
    }
    for browser in (karin, kim, otto):
        for path in (address, "/lessons"):
            assert closed not in browser.get(path).text


def test_what_the_second_person_changes_stands_beside_what_was_written(karin, signed_in, typed):
    address, kim = send(karin, typed), signed_in("kim")
    page = kim.get(address)
    now = TEXTS | {"title": "En lugn morgon", "tried": "En vuxen mötte på morgonen."}
    page = kim.submit(now, form=form_to(page, "/check"))
    assert "Karin Almkvist sees what you changed" in page.text
    assert TEXTS["tried"] not in page.text
    assert "Read what the check of your lesson came to" in karin.get("/home").text
    page = karin.get(address)
    assert [page.text_of(one) for one in page.all("del")] == [TEXTS["title"], TEXTS["tried"]]
    assert all(text in page.text for text in now.values())
    assert TEXTS["title"] not in kim.get("/lessons").text
    page = karin.submit(form=form_to(page, "/agreement"))
    assert "The lesson is in the catalogue." in page.text
    assert page.all("del") == []
    assert now["title"] in kim.get("/lessons").text


def test_a_lesson_that_is_changed_leaves_the_catalogue_and_nothing_new_changes_nothing(karin, signed_in, typed):
    address, kim = send(karin, typed), signed_in("kim")
    page = kim.get(address)
    kim.submit(form=form_to(page, "/check"))
    page = karin.get(address)
    page = karin.submit(form=page.form("main-form"))
    assert "Nothing has changed." in page.text
    page = karin.submit({"outcome": ""}, form=page.form("main-form"), status=422)
    assert page.problems
    page = karin.submit({"outcome": "Det blev lugnare."}, form=page.form("main-form"), button=("send", "yes"))
    assert "The team has it." in page.text
    assert TEXTS["title"] not in kim.get("/lessons").text


def test_a_lesson_is_given_back_with_what_must_be_different(karin, signed_in, typed):
    address, kim = send(karin, typed), signed_in("kim")
    page = kim.get(address)
    page = kim.submit({"note": ""}, form=page.form("return-form"), status=422)
    page = kim.submit({"note": "Ta bort Olle."}, form=page.form("return-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = kim.submit({"note": "Det går att se vilken skola det är."}, form=page.form("return-form"))
    assert "Karin Almkvist has it back" in page.text
    assert kim.client.get(address).status_code == 404
    page = karin.get(address)
    assert "Kim Solgren gave it back" in page.text
    assert "Det går att se vilken skola det är." in page.text


def test_what_somebody_typed_in_the_check_of_what_is_gone_or_checked_meanwhile_is_there_to_be_copied(
    karin, signed_in, typed, settings
):
    text = "En vuxen mötte vid grinden, med kaffe."
    for is_withdrawn in (False, True):
        address, kim = send(karin, typed), signed_in("kim")
        page = kim.get(address)
        if is_withdrawn:
            karin.get(address)
            karin.submit(form=form_to(karin.page, "/discard"))
        else:
            with db.writing(settings.database) as session:
                found = session.scalars(sa.select(Lesson)).one()
                found.checked_at = found.published_at = found.written_at
                found.checked_by_id = cast_of(session).head_teacher.id
        page = kim.submit({"tried": text}, form=form_to(page, "/check"), status=404 if is_withdrawn else 409)
        assert text in [page.text_of(one) for one in page.all("blockquote")]


def test_a_lesson_is_withdrawn_by_the_management_and_thrown_away_by_its_writer(karin, signed_in, typed, settings):
    address, kim, margit = send(karin, typed), signed_in("kim"), signed_in("margit")
    page = kim.get(address)
    kim.submit(form=form_to(page, "/check"))
    page = margit.get(address)
    page = margit.submit(form=form_to(page, "/withdrawal"))
    assert "The lesson is out of the catalogue." in page.text
    assert page.path == "/lessons"
    assert margit.client.get(address).status_code == 404
    page = karin.get(address)
    assert "taken out by Margit" in page.text
    page = karin.submit(form=form_to(page, "/discard"))
    assert "The lesson is gone." in page.text
    assert rows(settings, Lesson) == 0


def test_whoever_is_in_the_team_withdraws_it_and_still_reads_it(karin, signed_in, typed):
    address, kim = send(karin, typed), signed_in("kim")
    page = kim.get(address)
    page = kim.submit(form=form_to(page, "/check"))
    page = kim.submit(form=form_to(page, "/withdrawal"))
    assert page.path == address
    assert "Taken out of the catalogue" in page.text


def test_a_text_that_tells_who_it_is_comes_back_and_stands_nowhere(karin, typed, settings, caplog):
    with caplog.at_level(logging.DEBUG):
        page = karin.submit(typed | {"tried": NAMED}, button=("send", "yes"), status=422)
    said = " ".join(page.problems)
    assert "“4B” looks like a class. Write it without, or say below that it is only a word." in said
    assert "“20160231-0000” looks like an identity number." in said
    assert "Nothing has been kept." in page.text
    assert page.fields(page.form())["tried"] == NAMED
    everything = opened(settings)
    assert not any(word in everything or word in caplog.text for word in ("Xenofonia", "20160231", "4B är borta"))
    assert (rows(settings, Lesson), rows(settings, KeptForm)) == (0, 0)


def test_what_is_only_a_word_is_said_so_by_the_writer_and_by_the_second_person(karin, signed_in, typed):
    text = "Vi har prövat en Saga om morgonen."
    karin.submit(typed | {"tried": text}, status=422)
    page = karin.submit(typed | {"tried": text, "answered": ["saga"]}, button=("send", "yes"))
    kim = signed_in("kim")
    page = kim.get(page.path)
    page = kim.submit(form=form_to(page, "/check"), status=422)
    assert "“Saga” looks like a name." in " ".join(page.problems)
    page = kim.submit({"answered": ["saga"]}, form=form_to(page, "/check"))
    assert "The lesson is in the catalogue." in page.text


def test_a_draft_is_kept_for_its_writer_alone(karin, signed_in, typed):
    page = karin.submit(typed)
    assert "It is kept as a draft. Only you can see it." in page.text
    for name in ("sanna", "kim", "otto", "margit"):
        assert signed_in(name).client.get(page.path).status_code == 404
    assert TEXTS["title"] in karin.get("/lessons/team").text
    assert TEXTS["title"] not in signed_in("sanna").get("/lessons/team").text
    page = karin.get(page.path)
    page = karin.submit({"tried": "Ring Olle."}, form=page.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)


def test_what_was_typed_while_the_session_ran_out_is_kept_nowhere(karin, typed, settings):
    let_sessions_run_out(settings)
    page = karin.submit(typed | {"tried": NAMED}, status=403)
    assert page.heading == "You are no longer signed in"
    assert rows(settings, KeptForm) == 0
    assert "Xenofonia" not in opened(settings)


def test_nothing_open_and_nothing_of_others_can_be_learnt_from(karin, typed, settings, signed_in):
    assert karin.submit(typed | {"learnt_from": ""}, status=422).problems
    assert karin.submit(typed | {"learnt_from": "HTL-0000-0000"}, status=422).problems == [
        "What did you learn it from? Choose one of the answers."
    ]
    assert "There is nothing to learn from yet" in signed_in("otto").get(NEW).text
    assert "That can be done once" in signed_in("otto").get("/lessons/team").text


def test_the_closed_referral_and_the_round_that_is_over_lead_to_the_form(karin, signed_in, typed, settings, closed):
    page = karin.get(f"/referrals/{closed}/closure")
    link = next(one.get("href") for one in page.all("a") if one.get("href", "").startswith(NEW))
    assert karin.get(link).fields(karin.get(link).form())["learnt_from"] == closed
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.municipality.holds_rounds = True
        over = rounds.lay_a_round_that_is_over(session, cast, rounds.date(2026, 3, 2)).id
    kim = signed_in("kim")
    page = kim.get(f"/rounds/enrolments/{over}")
    link = next(one.get("href") for one in page.all("a") if one.get("href", "").startswith(NEW))
    kim.get(link)
    page = kim.submit(typed | {"learnt_from": str(over)})
    assert "From a consultation round" in page.text
    open_one = signed_in("margit").get(f"/rounds/enrolments/{over}")
    assert not [one for one in open_one.all("a") if one.get("href", "").startswith(NEW)]


def test_who_reads_nothing_about_anybody_finds_no_catalogue(signed_in, closed):
    for name in ("anton", "leo", "vidar", "hilma"):
        assert signed_in(name).client.get("/lessons").status_code == 404
    leo = signed_in("leo")
    assert "Good practice" not in leo.get("/teams").text
    rune = signed_in("rune")
    page = rune.get("/lessons")
    assert "No lesson yet" in page.text
    assert "Good practice" in signed_in("margit").get("/lessons").text
    assert "Good practice" in signed_in("karin").get("/teams").text


def test_a_form_of_somebody_else_is_answered_as_if_it_were_not_there(app, karin, signed_in, typed):
    address, kim = send(karin, typed), signed_in("kim").client
    app.config["WTF_CSRF_ENABLED"] = False
    assert kim.post(address, data={}).status_code == 404
    assert karin.client.post(f"{address}/check", data={}).status_code == 404
    assert karin.client.post(f"{address}/return", data={}).status_code == 404
