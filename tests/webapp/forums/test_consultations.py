"""The pages of an anonymous consultation: what is typed is checked before it is kept, and stays in the form until then."""

import io
import logging
import uuid

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from referrals import db
from referrals.forums import seats
from referrals.models import Consultation, KeptForm, Step, TeamSeat
from tests.teams import a_team_beside
from tests.webapp.desk import cast_of, opened
from tests.webapp.test_guards import let_sessions_run_out

QUESTION = "En elev i årskurs 4 är borta på måndagar. Vad kan vi pröva?"
NAMED = "Xenofonia i 4B är borta, 20160231-0000."
ADVICE = {"advice": "Möt eleven vid grinden.", "next_steps": "Fråga igen om tre veckor."}
NEW = "/consultations/new"


@pytest.fixture
def in_team(settings):
    """Kim sits in the team."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())


@pytest.fixture
def asks(signed_in, in_team):
    """The browser of a teacher, before the form of a new question."""
    browser = signed_in("tove")
    browser.get(NEW)
    return browser


def rows(settings, model):
    with db.reading(settings.database) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def ask(browser):
    page = browser.submit({"question": QUESTION}, button=("ask", "yes"))
    assert "The team has your question." in page.text
    return page.path


def test_a_worry_is_asked_advised_read_and_closed(asks, signed_in):
    address = ask(asks)
    kim = signed_in("kim")
    home = kim.get("/home")
    assert "Advise a colleague" in home.text
    page = kim.get(address)
    assert QUESTION in page.text
    assert "Tove Askebrant" in page.text
    page = kim.submit(ADVICE | {"advises_referral": "yes"}, form=page.form("main-form"))
    assert "The advice is given." in page.text
    assert "Read the team's advice" in asks.get("/home").text
    page = asks.get(address)
    assert ADVICE["advice"] in page.text
    assert ADVICE["next_steps"] in page.text
    assert "The team advises a referral by name. It is a new one" in page.text
    note = asks.client.get(f"{address}/note")
    assert (note.mimetype, note.headers["Content-Disposition"]) == (
        "application/pdf", f'inline; filename="{page.text_of(page.all("p", class_="caption")[0])}.pdf"',
    )  # fmt: skip
    assert signed_in("otto").client.get(f"{address}/note").status_code == 404
    assert kim.client.get(f"{ask_again(asks)}/note").status_code == 404
    page = asks.submit(form=next(one for one in page.all("form") if one.get("action", "").endswith("/closing")))
    assert "The consultation is closed." in page.text
    assert QUESTION in asks.get("/consultations").text
    assert QUESTION in kim.get("/consultations").text


def test_own_duties_stand_one_step_away_and_no_text_goes_along(asks):
    for page in (asks.get(NEW), asks.get("/consultations"), asks.get(ask_again(asks))):
        links = {one.get("href") for one in page.all("a")}
        assert {"/protection/new", "/u/lindskolan"} <= links
        assert "Tell the head teacher at once." in page.text


def test_where_a_unit_has_several_teams_whoever_asks_chooses_one_of_them(asks, settings, signed_in):
    assert "Which of its teams do you ask?" not in asks.get(NEW).text
    with db.writing(settings.database) as session:
        beside = str(a_team_beside(session, cast_of(session)).forum.id)
    assert "Trivselsforum Söder" in asks.get(NEW).text
    page = asks.submit({"question": QUESTION, "forum_id": str(uuid.uuid4())}, button=("ask", "yes"), status=422)
    assert page.problems == ["Which of its teams do you ask? Choose a team in which somebody sits."]
    page = asks.submit({"question": QUESTION, "forum_id": beside}, button=("ask", "yes"))
    assert "The team has your question." in page.text
    assert "Trivselsforum Söder" in page.text
    assert signed_in("kim").client.get(page.path).status_code == 404


def test_a_draft_can_go_to_another_team_and_goes_to_none_in_which_nobody_sits(asks, settings):
    asks.submit({"question": QUESTION})
    with db.writing(settings.database) as session:
        beside = str(a_team_beside(session, cast_of(session)).forum.id)
    address = asks.page.path
    page = asks.get(address)
    page = asks.submit({"forum_id": str(uuid.uuid4())}, status=422)
    assert page.problems == ["Which of its teams do you ask? Choose a team in which somebody sits."]
    page = asks.submit({"forum_id": beside})
    assert page.fields(page.form())["forum_id"] == beside
    with db.writing(settings.database) as session:
        for seat in session.scalars(sa.select(TeamSeat).where(TeamSeat.forum_id == uuid.UUID(beside))):
            seat.account.is_active = False
    page = asks.get(address)
    assert "Nobody sits in Trivselsforum Söder any more" in page.text
    assert "forum_id" not in page.fields(page.form())
    assert "The team has your question." in asks.submit(button=("ask", "yes")).text
    assert "Trivselsforum Söder" not in asks.get(address).text


def ask_again(browser):
    browser.get(NEW)
    return ask(browser)


def test_a_text_that_tells_who_it_is_comes_back_and_stands_nowhere(asks, settings, caplog):
    with caplog.at_level(logging.DEBUG):
        page = asks.submit({"question": NAMED}, button=("ask", "yes"), status=422)
    said = " ".join(page.problems)
    assert "“Xenofonia” looks like a name." not in said  # it stands first, and no list knows it
    assert "“4B” looks like a class. Write it without, or say below that it is only a word." in said
    assert "“20160231-0000” looks like an identity number. No such number can stand here." in said
    assert "Nothing has been kept." in page.text
    assert page.fields(page.form())["question"] == NAMED
    written = opened(settings)
    assert not any(word in written or word in caplog.text for word in ("Xenofonia", "20160231", "4B är borta"))
    assert rows(settings, Consultation) == 0


def test_no_pdf_of_a_consultation_contains_such_a_string_nor_does_a_draft_a_log_or_anything_prefect_is_told(
    asks, signed_in, settings, caplog
):
    """C02: an identity number of Sweden, one of Denmark, and a name of the school's roster."""
    strings = numbers = ("20160231-0000", "310216-0000")
    strings += ("Vidmark",)
    with caplog.at_level(logging.DEBUG):
        for one in strings:
            asks.submit({"question": f"{QUESTION} {one}"}, button=("ask", "yes"), status=422)
        address = ask(asks)
        kim = signed_in("kim")
        page = kim.get(address)
        for one in strings:
            for field in ADVICE:
                page = kim.submit(ADVICE | {field: f"Pröva {one}"}, form=page.form("main-form"), status=422)
        kim.submit(ADVICE, form=page.form("main-form"))
    note = PdfReader(io.BytesIO(asks.client.get(f"{address}/note").data))
    printed = " ".join("\n".join(one.extract_text() for one in note.pages).split())
    assert ADVICE["advice"] in printed
    told = printed + repr(note.metadata) + caplog.text
    assert [one for one in strings if one in told] == []
    written = opened(settings)  # the roster stands there too
    assert [one for one in numbers if one in written or one.replace("-", "") in written] == []
    # what Prefect is told begins with a step, and a consultation has none
    assert rows(settings, KeptForm) == rows(settings, Step) == 0


def test_what_is_only_a_word_is_said_so_once_and_only_for_that_word(asks, settings):
    text = "Vi har prövat Mild vecka och en Saga om Hope."
    page = asks.submit({"question": text}, status=422)
    assert len(page.problems) == 3
    page = asks.submit({"question": text, "answered": ["mild", "saga"]}, status=422)
    assert page.problems == [
        "What do you want advice about? “Hope” looks like a name. Write it without, or say below that it is only a word."
    ]
    page = asks.submit({"question": text, "answered": ["mild", "saga", "hope"]})
    assert "It is kept as a draft. Only you can see it." in page.text
    page = asks.submit({"question": f"{text} Och Olle."}, status=422, form=page.form("main-form"))
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = asks.submit({"question": QUESTION}, form=page.form("main-form"), button=("ask", "yes"))
    assert "The team has your question." in page.text


def test_an_identity_number_is_never_only_a_word(asks):
    text = {"question": "Eleven 20160231-0000.", "answered": ["20160231-0000"]}
    page = asks.submit(text, status=422)
    assert not page.all("input", name="answered")


def test_a_draft_is_thrown_away_and_an_empty_question_is_none(asks, settings):
    asks.submit({"question": ""}, status=422)
    page = asks.submit({"question": QUESTION})
    assert asks.submit({"question": ""}, form=page.form("main-form"), status=422).problems
    page = asks.get(page.path)
    drop = next(one for one in page.all("form") if one.get("action", "").endswith("/discard"))
    assert "The draft is gone." in asks.submit(form=drop).text
    assert rows(settings, Consultation) == 0


def test_what_was_typed_while_the_session_ran_out_is_held_by_the_answer_and_kept_nowhere(asks, settings):
    let_sessions_run_out(settings)
    page = asks.submit({"question": NAMED}, status=403)
    assert page.heading == "You are no longer signed in"
    assert rows(settings, KeptForm) == 0
    assert "Xenofonia" not in opened(settings)


def test_no_script_and_no_forged_field_saves_what_is_being_typed(asks, settings):
    for extra, status in (({"_typing": "yes"}, 204), ({"_add": "rows"}, 200)):
        assert asks.send({"question": NAMED, "_saving": "yes"} | extra).status_code == status
    assert rows(settings, KeptForm) == 0


def test_the_advice_is_checked_too_and_comes_back_as_it_was_typed(asks, signed_in):
    address = ask(asks)
    kim = signed_in("kim")
    page = kim.get(address)
    assert kim.submit({"advice": ""}, form=page.form("main-form"), status=422).problems
    page = kim.submit(ADVICE | {"next_steps": "Ring Olle."}, form=page.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    assert page.fields(page.form())["next_steps"] == "Ring Olle."


def test_a_colleague_who_was_first_is_named_and_nothing_typed_is_kept(asks, signed_in, settings):
    address = ask(asks)
    kim, karin = signed_in("kim"), signed_in("karin")
    kim_sees, karin_sees = kim.get(address), karin.get(address)
    kim.submit(ADVICE, form=kim_sees.form("main-form"))
    page = karin.submit(
        ADVICE | {"advice": "Låt eleven komma en kvart senare, och ring hem samma dag."},
        form=karin_sees.form("main-form"),
        status=409,
    )
    assert "Kim Solgren was first" in page.text
    assert "Låt eleven komma en kvart senare, och ring hem samma dag." in page.text
    assert rows(settings, KeptForm) == 0


@pytest.mark.parametrize("somebody", ["otto", "henrik", "leo", "noor", "petra"])
def test_for_everybody_else_it_is_not_there(asks, signed_in, somebody):
    address = ask(asks)
    browser = signed_in(somebody)
    assert browser.client.get(address).status_code == 404
    assert QUESTION not in browser.get("/consultations").text


def test_who_belongs_to_no_school_can_ask_no_team_and_a_unit_of_others_is_refused(signed_in, settings, asks):
    noor = signed_in("noor")
    assert "You can ask no team" in noor.get(NEW).text
    with db.reading(settings.database) as session:
        elsewhere = str(cast_of(session).other_school.id)
    asks.get(NEW)
    assert asks.submit({"question": QUESTION, "unit_id": elsewhere}, status=422).problems == [
        "Choose one of the answers."
    ]
    signed_in("anton").get("/consultations", status=404)
