"""The pages of a question sent upward: typed, checked before it is kept, planned, answered, and brought home."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from referrals import clock, db
from referrals.forums import seats
from referrals.models import AuditEvent, Forum, KeptForm, Referral, TeamDate, UpwardQuestion, What
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE
from referrals.vocabulary import TeamLevel
from tests.webapp.desk import Desk, cast_of, opened

QUESTION = "Hur kan skolorna hjälpas åt när flera elever är borta på måndagar?"
ANSWER = "Pröva en gemensam morgongrupp."
NEW = "/questions/new"


@pytest.fixture
def above(settings):
    """The id of the municipality's development group, in which Otto and Margit sit."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        made = Forum(slug="utveckling", name="Utvecklingsgruppen", quorum=[], level=TeamLevel.MUNICIPALITY)
        session.add(made)
        session.flush()
        for account in (cast.outsider, cast.manager):
            seats.seat(session, made, account.id, by=cast.administrator.actor())
        return made.id


def send(browser, path=NEW, **values):
    browser.get(path)
    page = browser.submit({"question": QUESTION} | values)
    assert "Utvecklingsgruppen has your question." in page.text
    return page.path


def test_a_question_from_a_referral_is_asked_planned_answered_and_comes_home(app, settings, signed_in, above):
    number = Desk(settings).lay(PLAN_ACTIVE)
    karin, otto = signed_in("karin"), signed_in("otto")
    page = karin.get(f"/referrals/{number}")
    (way,) = [one.get("href") for one in page.all("a") if one.get("href", "").startswith(NEW)]
    assert number in karin.get(way).text
    address = send(karin, way)
    assert karin.get(address).all("a", href=f"/referrals/{number}")
    assert "A team above was asked, without saying who it is about" in karin.get(f"/referrals/{number}").text

    assert "Answer a team's question" in otto.get("/home").text
    for path in ("/home", "/questions", address):
        page = otto.get(path)
        assert "A team for: one child and its family at a time" in page.text
        for told in (number, "Linden", "Lindskolan", "Karin", "Almkvist"):
            assert told not in page.response.text
    with db.writing(settings.database) as session:
        begins = clock.now() + timedelta(days=7)
        date = TeamDate(forum_id=above, starts_at=begins, minutes=60, place="Stadshuset")
        session.add(date)
        session.flush()
        date_id = str(date.id)
    page = otto.get(address)
    assert "It is on the agenda." in otto.submit({"date": date_id}, form=page.form("date-form")).text
    agenda = otto.get(f"/teams/{above}/dates/{date_id}")
    assert QUESTION in agenda.text
    assert number not in agenda.response.text
    page = otto.get(address)
    assert "It may agree on help that the municipality has in one place only" in page.text
    assert "On the agenda of" in page.text
    page = otto.submit({"answer": ANSWER}, form=page.form("main-form"))
    assert "The answer is given." in page.text

    assert "Read the answer from above" in karin.get("/home").text
    page = karin.get(f"/referrals/{number}")
    assert "The team above answered" in page.text
    assert page.all("a", href=address)
    page = karin.get(address)
    assert ANSWER in page.text
    assert "From Utvecklingsgruppen by Otto Utterman" in page.text
    closing = next(one for one in page.all("form") if one.get("action", "").endswith("/closing"))
    assert "marked as read" in karin.submit(form=closing).text
    assert "Read the answer from above" not in karin.get("/home").text
    assert "Answer read" in otto.get("/questions").text


def test_nobody_else_gets_to_it(app, settings, signed_in, above):
    number = Desk(settings).lay(PLAN_ACTIVE)
    address = send(signed_in("karin"), f"{NEW}?number={number}")
    for person in ("kim", "anton", "noor"):
        assert signed_in(person).client.get(address).status_code == 404
    margit = signed_in("margit")
    assert QUESTION in margit.get("/questions").text
    assert QUESTION in margit.get(address).text
    assert margit.client.get(NEW).status_code == 404
    for wrong in ("HTL-7K4M-2Q9X", Desk(settings).lay(IN_TRIAGE)):
        assert signed_in("otto").client.get(f"{NEW}?number={wrong}").status_code == 404
    assert "There is no team above to ask" in signed_in("kim").get(NEW).text


def test_a_text_that_tells_who_it_is_comes_back_and_stands_nowhere(app, settings, signed_in, above, caplog):
    number = Desk(settings).lay(PLAN_ACTIVE)
    karin = signed_in("karin")
    karin.get(f"{NEW}?number={number}")
    named = f"Mila på Lindskolan i 4B, 20160231-0000, {number}. Vi har en Mild vecka."
    with caplog.at_level(logging.DEBUG):
        page = karin.submit({"question": named}, status=422)
    said = " ".join(page.problems)
    for words, what in (("Mila", "a name"), ("Lindskolan", "a name"), ("4B", "a class")):
        assert f"“{words}” looks like {what}. Write it without, or say below" in said
    assert "“20160231-0000” looks like an identity number." in said
    assert f"“{number}” looks like a reference number. Whoever may open that referral reads there" in said
    assert "Nothing has been kept." in page.text
    assert page.fields(page.form())["question"] == named
    assert page.fields(page.form())["about"] == number
    written = opened(settings)
    assert not any(word in written or word in caplog.text for word in ("Mila på", "20160231", "Mild vecka"))
    with db.reading(settings.database) as session:
        assert session.scalars(sa.select(UpwardQuestion)).all() == session.scalars(sa.select(KeptForm)).all() == []
    page = karin.submit({"question": "Vi på Lindskolan har en Mild vecka.", "names_team": "yes", "answered": ["mild"]})
    assert "Utvecklingsgruppen has your question." in page.text
    assert "HTL-team Linden" in signed_in("otto").get(page.path).text


def left_in_log(settings, number):
    with db.reading(settings.database) as session:
        chain = session.scalars(sa.select(Referral.id).where(Referral.number == number)).one()
        rows = sa.select(AuditEvent.what, AuditEvent.subject).where(AuditEvent.chain_id == chain)
        every = [tuple(row) for row in session.execute(rows.order_by(AuditEvent.number))]
        return [row for row in every if row[1] in ("forums.new_upward_question", "ask_upward")]


def test_looking_at_a_referral_from_there_stands_in_its_log_and_so_does_who_was_refused(
    app, settings, signed_in, above
):
    number = Desk(settings).lay(PLAN_ACTIVE)
    karin = signed_in("karin")
    karin.get(f"{NEW}?number={number}")
    page = "forums.new_upward_question"
    assert left_in_log(settings, number) == [(What.OPENED_PAGE, page)]
    karin.submit({"question": ""}, status=422)
    assert left_in_log(settings, number)[1:] == [(What.SENT_BACK, page)]
    assert signed_in("kim").client.get(f"{NEW}?number={number}").status_code == 404
    assert left_in_log(settings, number)[2:] == [(What.REFUSED, "ask_upward")]
    assert "A question to a team above, from here" in karin.get(f"/referrals/{number}/access-log").text


def test_a_question_written_while_its_referral_is_closed_is_not_lost_and_not_sent(app, settings, signed_in, above):
    number = Desk(settings).lay(PLAN_ACTIVE)
    karin = signed_in("karin")
    karin.get(f"{NEW}?number={number}")
    with db.writing(settings.database) as session:
        found = session.scalars(sa.select(Referral).where(Referral.number == number)).one()
        found.stage, found.status, found.is_open = CLOSED.stage, CLOSED.status, False
    for _ in range(2):
        page = karin.submit({"question": QUESTION}, status=409)
        assert "Nothing can be asked from this referral any more" in " ".join(page.problems)
        assert page.fields(page.form())["question"] == QUESTION
    assert karin.client.get(f"{NEW}?number={number}").status_code == 404
    with db.reading(settings.database) as session:
        assert session.scalars(sa.select(UpwardQuestion)).all() == []


def test_the_management_in_a_team_above_finds_no_way_to_pages_that_are_not_theirs(app, settings, signed_in, above):
    with db.writing(settings.database) as session:
        cast_of(session).municipality.holds_rounds = True
    margit = signed_in("margit")
    for path in ("/questions", "/development", "/lessons", "/rounds"):
        assert not margit.get(path).all("a", href="/teams"), path
    assert signed_in("karin").get("/development").all("a", href="/teams")


def test_what_is_missing_or_not_theirs_is_said_at_its_field(app, settings, signed_in, above):
    karin = signed_in("karin")
    with db.reading(settings.database) as session:
        below = cast_of(session).forum.id
    for wrong in ({"question": ""}, {"from_forum": str(above)}, {"to_forum": str(below)}):
        karin.get(NEW)
        assert karin.submit({"question": QUESTION} | wrong, status=422).problems
    with db.reading(settings.database) as session:
        assert session.scalars(sa.select(UpwardQuestion)).all() == []


def test_an_answer_is_checked_and_a_date_that_is_none_of_the_teams_is_refused(app, settings, signed_in, above):
    address = send(signed_in("karin"))
    otto = signed_in("otto")
    page = otto.get(address)
    page = otto.submit({"answer": "Fråga Vidmark i 4B."}, form=page.form("main-form"), status=422)
    assert "“Vidmark” looks like a name." in " ".join(page.problems)
    assert page.fields(page.form("main-form"))["answer"] == "Fråga Vidmark i 4B."
    page = otto.submit({"answer": ""}, form=page.form("main-form"), status=422)
    assert page.problems
    page = otto.get(address)
    page = otto.submit({"date": str(above)}, form=page.form("date-form"), status=422)
    assert page.problems
    page = otto.get(address)
    assert "It is on no agenda." in otto.submit({"date": ""}, form=page.form("date-form")).text


def test_a_question_is_taken_back_and_gone(app, settings, signed_in, above):
    karin = signed_in("karin")
    address = send(karin)
    page = karin.get(address)
    taking = next(one for one in page.all("form") if one.get("action", "").endswith("/taking-back"))
    page = karin.submit(form=taking)
    assert "The question is taken back." in page.text
    assert karin.client.get(address).status_code == 404
    assert signed_in("otto").client.get(address).status_code == 404


def test_an_administrator_seats_the_first_ones_in_a_team_above_and_nobody_in_another(app, settings, signed_in, above):
    anton, place = signed_in("anton"), f"/administration/forums/{above}"
    page = anton.get(place)
    for there in ("Otto Utterman", "Margit Ledvall"):
        assert there in page.text
    henrik = Desk(settings).account("henrik")
    page = anton.submit({"account": henrik}, form=page.form("seat-form"))
    assert "Henrik Rosenby sits in the team." in page.text
    page = anton.submit({"account": ""}, form=page.form("seat-form"), status=422)
    assert page.fields(page.form("main-form"))["name"] == "Utvecklingsgruppen"
    page = anton.submit({"account": henrik}, form=page.form("seat-form"), status=422)
    assert page.problems
    with db.reading(settings.database) as session:
        below = cast_of(session).forum.id
    assert not anton.get(f"/administration/forums/{below}").all("form", id="seat-form")
    token = page.fields(page.form("seat-form"))["csrf_token"]
    sent = anton.client.post(f"/administration/forums/{below}/seats", data={"csrf_token": token, "account": henrik})
    assert sent.status_code == 404
    assert "Utvecklingsgruppen" in signed_in("henrik").get("/teams").text


def test_the_page_of_a_team_above_leads_to_its_public_page_where_it_has_one(app, settings, signed_in, above):
    otto, public = signed_in("otto"), "/u/askskolan/team/utveckling"
    assert not otto.get(f"/teams/{above}").all("a", href=public)
    with db.writing(settings.database) as session:
        session.get_one(Forum, above).has_public_page = True
    assert otto.get(f"/teams/{above}").all("a", href=public)
    assert "Who sits there" in otto.get(public).text
