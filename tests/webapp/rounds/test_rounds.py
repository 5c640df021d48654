"""The pages of consultation rounds: opened and led by the management, taken part in by teams, and no text kept before it was checked."""

import io
import re
import uuid
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from flows.rounds import issue_agendas
from referrals import clock, db
from referrals.models import (
    ClockPaper,
    ConsultationRound,
    KeptForm,
    LearningQuestion,
    PrintAttempt,
    RoundSlot,
)
from referrals.rounds import consultants, papers
from referrals.rounds.enrolling import Days
from tests import rounds
from tests.webapp.desk import EVERYBODYS, cast_of, opened, pages_with_roles

NAMED = "Xenofonia i 4B är borta, 20160231-0000."
QUESTION = {"theme": "teaching", "question": rounds.WORDS.question, "tried": "Täta besök."}
SLOTS = {"day": "2026-11-11", "starts_time": "09:00", "minutes": "60", "count": "2", "pause": "15", "place": "Rum 12"}


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """Sets what instant it is."""

    def be(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    be(rounds.MORNING)
    return be


@pytest.fixture
def held(app, settings):
    """The municipality holds rounds."""
    with db.writing(settings.database) as session:
        cast_of(session).municipality.holds_rounds = True


@pytest.fixture
def lay(settings, held):
    """Lays a round with the team in it, with a slot where wanted; its address and that of the team in it."""

    def lay(has_slot=True):
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            found = rounds.lay_round(session, cast)
            enrolment = rounds.enrol(session, cast, found)
            if has_slot:
                rounds.give_slot(session, cast, enrolment)
            return f"/rounds/{found.id}", f"/rounds/enrolments/{enrolment.id}"

    return lay


@pytest.fixture
def sent_by(app, signed_in):
    """A client that sends what no page of theirs has a form for."""

    def sent_by(name):
        client = signed_in(name).client
        app.config["WTF_CSRF_ENABLED"] = False
        return client

    return sent_by


def form_to(page, ending):
    return next(one for one in page.all("form") if (one.get("action") or "").endswith(ending))


def count(settings, model):
    with db.reading(settings.database) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_round_is_opened_a_team_enrols_gets_a_slot_and_sends_its_question_in(held, signed_in):
    """C31 and C32 as people do it."""
    margit, karin = signed_in("margit"), signed_in("karin")
    margit.get("/rounds/new")
    days = {"enrols_until": "2026-10-16", "first_on": "2026-11-09", "last_on": "2026-11-13"}
    page = margit.submit({"name": "Höstens vecka"} | days)
    assert "The round is open. Teams can enrol now." in page.text
    address = page.path
    assert "Consultation rounds" in karin.get("/teams").text
    assert "Höstens vecka" in karin.get("/rounds").text
    team = karin.submit(form=form_to(karin.get(address), "/teams"))
    assert "HTL-team Linden is enrolled." in team.text
    assert "It has no slot yet" in team.text
    page = margit.get(address)
    page = margit.submit(SLOTS, form=page.form("main-form"))
    assert "2 slots have been added." in page.text
    page = margit.submit(form=next(one for one in page.all("form") if margit_gives(one)))
    assert "HTL-team Linden has the slot." in page.text
    page = karin.get(team.path)
    assert "Questions are due on Wednesday 4 November 2026, before the day ends." in page.text
    page = karin.submit(QUESTION, form=page.form("main-form"))
    assert "The question is in." in page.text
    assert rounds.WORDS.question in page.text
    assert rounds.WORDS.question in margit.get(team.path).text


def margit_gives(form):
    return any(one.get("name") == "team" and one.get("value") for one in form.iter())


def test_a_question_after_its_time_is_marked_late_and_taken(lay, signed_in, at):
    address, team = lay()
    at(rounds.TOO_LATE)
    karin = signed_in("karin")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    assert "It is marked as late, and taken all the same." in page.text
    assert "Late" in page.text_of(page.all("article")[0])
    assert "Late" in signed_in("margit").get(address).text


def test_overlapping_slots_are_refused_with_a_sentence_and_what_was_typed_stays(lay, signed_in, settings):
    address, _team = lay()
    margit = signed_in("margit")
    page = margit.submit(SLOTS | {"starts_time": "09:30"}, form=margit.get(address).form("main-form"), status=422)
    assert "This slot overlaps another one of the round." in " ".join(page.problems)
    assert page.fields(page.form("main-form"))["place"] == "Rum 12"
    page = margit.submit(SLOTS | {"day": "2026-11-20"}, form=page.form("main-form"), status=422)
    assert "outside the days of the round" in " ".join(page.problems)
    page = margit.submit(SLOTS | {"minutes": "5"}, form=page.form("main-form"), status=422)
    page = margit.submit(SLOTS | {"place": "Hos Olle"}, form=page.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    assert count(settings, RoundSlot) == 1


def test_a_slot_is_taken_back_and_taken_away_and_a_team_has_one_at_most(lay, signed_in, settings, sent_by):
    address, team = lay()
    margit, unprotected = signed_in("margit"), sent_by("margit")
    page = margit.submit(SLOTS | {"starts_time": "13:00"}, form=margit.get(address).form("main-form"))
    with db.reading(settings.database) as session:
        free = session.scalars(sa.select(RoundSlot).where(RoundSlot.enrolment_id.is_(None))).first()
    answer = unprotected.post(f"{address}/slots/{free.id}", data={"team": team.rpartition("/")[2]})
    assert answer.status_code == 422
    assert "This team has a slot in the round already. Take that back first." in answer.text
    page = margit.get(address)
    taken = next(one for one in page.all("form") if "/slots/" in one.get("action") and not margit_gives(one))
    page = margit.submit(form=taken)
    assert "The slot is free." in page.text
    page = margit.submit(form=form_to(page, "/drop"))
    assert "The slot is gone." in page.text
    assert unprotected.post(f"{address}/slots/{address.rpartition('/')[2]}").status_code == 404


def test_a_team_that_is_none_leaves_the_slot_as_it_is(lay, settings, sent_by):
    address, _team = lay()
    with db.reading(settings.database) as session:
        slot_id = session.scalars(sa.select(RoundSlot.id)).one()
    answer = sent_by("margit").post(f"{address}/slots/{slot_id}", data={"team": "no-team"})
    assert answer.status_code == 422
    assert "Choose one of the answers." in answer.text
    with db.reading(settings.database) as session:
        assert session.get_one(RoundSlot, slot_id).enrolment_id is not None


def test_a_text_that_tells_who_it_is_about_comes_back_and_stands_nowhere(lay, signed_in, settings):
    _address, team = lay()
    karin = signed_in("karin")
    page = karin.submit(QUESTION | {"background": NAMED}, form=karin.get(team).form("main-form"), status=422)
    assert "“4B” looks like a class." in " ".join(page.problems)
    assert "Nothing has been kept." in page.text
    assert page.fields(page.form("main-form"))["background"] == NAMED
    assert "20160231" not in opened(settings)
    assert count(settings, LearningQuestion) == count(settings, KeptForm) == 0
    page = karin.submit(QUESTION | {"question": ""}, form=page.form("main-form"), status=422)
    assert page.problems == ["Learning question: Fill this in."]
    said = {"background": "Vi har en Rosa timme.", "answered": ["rosa"]}
    assert "The question is in." in karin.submit(QUESTION | said, form=page.form("main-form")).text
    assert said["background"] in opened(settings)


def test_a_question_is_written_anew_and_taken_back_until_it_is_due(lay, signed_in, at, settings):
    _address, team = lay()
    karin = signed_in("karin")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    link = next(one.get("href") for one in page.all("a") if "/questions/" in one.get("href"))
    page = karin.get(link)
    assert page.fields(page.form("main-form"))["tried"] == "Täta besök."
    assert karin.submit({"question": ""}, form=page.form("main-form"), status=422).problems
    page = karin.submit(QUESTION | {"tried": "Fråga Olle."}, form=karin.get(link).form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = karin.submit(QUESTION | {"tried": "Samtal."}, form=page.form("main-form"))
    assert "The question has been saved." in page.text
    seen = karin.get(link)
    at(rounds.TOO_LATE)
    page = karin.submit(QUESTION, form=seen.form("main-form"), status=422)
    assert page.problems[0].startswith("The questions are due, and this one stays as it was sent.")
    page = karin.submit(form=form_to(seen, "/withdrawal"), status=422)
    assert "Samtal." in page.text
    at(rounds.TOO_LATE - timedelta(seconds=1))
    assert "The question is gone." in karin.submit(form=form_to(karin.get(link), "/withdrawal")).text
    assert count(settings, LearningQuestion) == 0
    karin.get(link, status=404)


def test_enrolment_closes_and_can_be_taken_back_until_then(lay, signed_in, settings):
    address, team = lay(has_slot=False)
    karin, margit, otto = signed_in("karin"), signed_in("margit"), signed_in("otto")
    page = karin.submit(form=form_to(karin.get(team), "/withdrawal"))
    assert "The team is not enrolled any more." in page.text
    page = karin.submit({"forum": ""}, form=form_to(page, "/teams"), status=422)
    assert page.problems == ["Choose one of the answers."]
    page = karin.submit(form=form_to(page, "/teams"))
    withdrawal, otto_enrols = form_to(page, "/withdrawal"), form_to(otto.get(address), "/teams")
    margit.get(address)
    assert "Enrolment is closed." in margit.submit(form=form_to(margit.get(address), "/closing")).text
    for browser, form in ((karin, withdrawal), (otto, otto_enrols)):
        page = browser.submit(form=form, status=422)
        assert page.problems == ["Enrolment is closed. Ask whoever leads the round."]
    assert "HTL-team Linden" in otto.get(address).text


def test_a_new_round_must_fit_and_name_nobody(held, signed_in, settings):
    margit = signed_in("margit")
    fits = {"name": "Veckan", "enrols_until": "2026-10-16", "first_on": "2026-11-09", "last_on": "2026-11-13"}
    wrong = {
        "The last day comes before the first.": {"last_on": "2026-11-08"},
        "A round takes two months at most.": {"last_on": "2027-02-01"},
        "enrolment must end a week before the first day.": {"enrols_until": "2026-11-03"},
        "Fill this in.": {"name": ""},
        "“Olle” looks like a name.": {"name": "Veckan med Olle"},
    }
    for sentence, values in wrong.items():
        page = margit.get("/rounds/new")
        assert sentence in " ".join(margit.submit(fits | values, status=422).problems), page.path
    assert count(settings, ConsultationRound) == 0


@pytest.mark.parametrize("somebody", ["otto", "kim", "noor", "petra", "leo", "anton", "rune"])
def test_a_teams_questions_are_there_for_the_team_and_who_leads_the_round_alone(lay, sent_by, somebody):
    _address, team = lay()
    client = sent_by(somebody)
    assert (client.get(team).status_code, client.post(f"{team}/questions").status_code) == (404, 404)


def test_who_does_not_lead_sets_no_slots(lay, sent_by):
    address, _team = lay()
    karin = sent_by("karin")
    for path in (f"{address}/slots", f"{address}/slots/{address.rpartition('/')[2]}", f"{address}/closing"):
        assert karin.post(path).status_code == 404
    assert karin.get("/rounds/new").status_code == 404


def test_a_municipality_that_holds_no_rounds_has_no_pages_of_them(signed_in, lay, settings):
    address, team = lay()
    with db.writing(settings.database) as session:
        cast_of(session).municipality.holds_rounds = False
    margit, karin = signed_in("margit"), signed_in("karin")
    for browser, path in ((margit, "/rounds"), (margit, "/rounds/new"), (margit, address), (karin, team)):
        browser.get(path, status=404)
    assert "rounds" not in karin.get("/teams").text.lower()
    anton = signed_in("anton")
    page = anton.get("/administration/practices")
    anton.submit({"rounds": "yes"}, form=page.form("main-form"))
    assert "Höstens vecka" in margit.get("/rounds").text


# ------------------------------------------------------------------------------------------- agenda and what came of it
def test_the_agenda_stands_on_the_teams_page_once_it_is_issued(lay, signed_in, settings, at):
    """C33 as people do it."""
    _address, team = lay()
    karin = signed_in("karin")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    assert "The agenda is issued on 5 November 2026" in page.text
    karin.get(f"{team}/agenda", status=404)
    at(datetime(2026, 11, 5, 5, 0, tzinfo=UTC))
    assert issue_agendas(settings.database) == 1
    assert "Agenda (PDF)" in karin.get(team).text
    paper = karin.client.get(f"{team}/agenda")
    assert (paper.mimetype, paper.headers["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="agenda.pdf"',
    )
    assert signed_in("otto").client.get(f"{team}/agenda").status_code == 404


def test_an_administrator_reads_whose_agenda_could_not_be_made_and_nothing_that_it_says(lay, signed_in, settings, at):
    _address, team = lay()
    karin = signed_in("karin")
    karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    at(datetime(2026, 11, 5, 5, 0, tzinfo=UTC))
    with db.writing(settings.database) as session:
        (draft,) = papers.agendas_to_issue(session)
        tried = {"paper": ClockPaper.ROUND_AGENDA, "tries": 3, "tried_at": clock.machine_now() - timedelta(days=1)}
        session.add(PrintAttempt(key=draft.made_from, **tried))
    anton = signed_in("anton")
    said = anton.get("/administration/automatic-work").text
    assert "Agenda of the consultation: HTL-team Linden, Höstens vecka, Wednesday 11 November 2026" in said
    assert rounds.WORDS.question not in said
    at(datetime(2026, 11, 12, 5, 0, tzinfo=UTC))
    assert "Agenda of the consultation:" not in anton.get("/administration/automatic-work").text, "it has been held"


def test_a_team_without_a_question_finds_it_on_home_until_it_is_in(lay, signed_in):
    _address, team = lay()
    karin = signed_in("karin")
    home = karin.get("/home").text
    assert "Send in your learning questions" in home
    assert "Standard target, not law" in home, "a week before the slot is our own rule"
    assert "Send in your learning questions" not in signed_in("kim").get("/home").text
    karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    assert "Send in your learning questions" not in karin.get("/home").text


def test_a_team_says_how_it_goes_on_and_its_next_round_shows_it(lay, signed_in, at, settings):
    _address, team = lay()
    karin = signed_in("karin")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    link = next(one.get("href") for one in page.all("a") if "/questions/" in one.get("href"))
    at(datetime(2026, 11, 11, 10, 0, tzinfo=UTC))
    page = karin.get(link)
    assert rounds.WORDS.question in page.text
    assert karin.submit({"next_step": ""}, form=page.form("main-form"), status=422).problems
    page = karin.submit({"next_step": "Fråga Olle."}, form=page.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    said = {"next_step": "Vi delar rasten.", "outcome": "partly", "result": "Lugnare."}
    page = karin.submit(said, form=page.form("main-form"))
    assert "It is kept. Your next agenda shows it." in page.text
    assert karin.get(link).fields(karin.get(link).form("main-form"))["result"] == "Lugnare."
    margit = signed_in("margit").get(link)
    assert "Vi delar rasten." in margit.text
    assert not margit.all("textarea")
    at(datetime(2026, 11, 30, 10, 0, tzinfo=UTC))
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        days = Days(date(2027, 1, 15), date(2027, 2, 8), date(2027, 2, 8))
        rounds.enrol(session, cast, rounds.lay_round(session, cast, "Vårens vecka", days))
        days = Days(date(2027, 3, 15), date(2027, 4, 8), date(2027, 4, 8))
        later = rounds.enrol(session, cast, rounds.lay_round(session, cast, "Ännu en", days))
        address = f"/rounds/enrolments/{later.id}"
    page = karin.get(address)
    assert "Earlier rounds" in page.text
    assert "Lugnare." in page.text
    assert "No question was sent in." in page.text


def test_two_colleagues_do_not_write_over_each_other_unseen(lay, signed_in, at):
    _address, team = lay()
    karin, henrik = signed_in("karin"), signed_in("henrik")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    link = next(one.get("href") for one in page.all("a") if "/questions/" in one.get("href"))
    one, other = "Vi delar rasten mellan oss.", "Vi möter upp vid grinden."

    def both_write(path, name):
        for browser in (karin, henrik):
            browser.get(path)
        henrik.submit({name: other})
        page = karin.submit({name: one}, status=409)
        assert "Henrik Rosenby was first" in page.text
        assert other in page.text
        assert page.fields(page.form())[name] == one
        karin.submit()
        at(clock.now() + timedelta(minutes=1))
        assert henrik.get(path).fields(henrik.page.form())[name] == one

    both_write(link, "tried")
    due = karin.get(link)
    at(rounds.TOO_LATE)
    page = karin.submit({"tried": other}, form=due.form(), status=422)
    assert other in [page.text_of(text) for text in page.all("blockquote")]
    at(datetime(2026, 11, 11, 10, 0, tzinfo=UTC))
    both_write(link, "next_step")
    karin, sanna = henrik, henrik
    page = karin.get(f"{team}/summary")
    sanna.submit({"summary": other})
    page = karin.submit({"summary": one}, form=page.form(), status=409)
    assert "You have done something here yourself meanwhile" in page.text
    assert other in page.text


def test_a_question_that_a_colleague_takes_back_is_gone_and_what_was_typed_is_not(lay, signed_in, settings):
    _address, team = lay()
    karin, henrik = signed_in("karin"), signed_in("henrik")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    link = next(one.get("href") for one in page.all("a") if "/questions/" in one.get("href"))
    page = karin.get(link)
    henrik.get(link)
    henrik.submit(form=form_to(henrik.page, "/withdrawal"))
    text = "Vi möter upp vid grinden."
    page = karin.submit({"tried": text}, form=page.form(), status=404)
    assert text in [page.text_of(one) for one in page.all("blockquote")]
    assert count(settings, LearningQuestion) == 0


# ------------------------------------------------------------------------------------------------------ consultants
@pytest.fixture
def ylva(app, settings, password_hash):
    """Somebody from outside with the role, and no unit."""
    with db.writing(settings.database) as session:
        return str(rounds.a_consultant(session, password_hash).id)


def test_a_consultant_is_invited_reads_their_own_slots_and_is_let_go(lay, ylva, signed_in, settings, sent_by):
    address, team = lay()
    margit, otto = signed_in("margit"), signed_in("otto")
    otto.submit(form=form_to(otto.get(address), "/teams"))
    other = otto.page.path
    browser = signed_in("ylva")
    assert "No round yet" in browser.get("/rounds").text
    browser.get(address, status=404)
    page = margit.get(f"{address}/consultants")
    assert margit.submit({"last_on": ""}, form=page.form("main-form"), status=422).problems
    with db.reading(settings.database) as session:
        slot, kim = str(session.scalars(sa.select(RoundSlot.id)).one()), str(cast_of(session).counsellor.id)
    said = {"account": ylva, "last_on": "2026-11-20", "slots": [slot]}
    page = margit.submit(
        said | {"account": kim}, form=margit.get(f"{address}/consultants").form("main-form"), status=422
    )
    assert page.problems == ["Who: Choose one of the answers."]
    page = margit.submit(said, form=page.form("main-form"))
    assert "Ylva Fjärling reads what the teams of these slots bring." in page.text
    assert "reads until 20 November 2026" in page.text
    page = browser.get(address)
    assert "HTL-team Linden" in page.text
    assert "HTL-team Asken" not in page.text
    assert not page.all("form", method="post", action=f"{address}/slots")
    assert "Send in a question" not in browser.get(team).text
    browser.get(other, status=404)
    page = margit.submit(form=form_to(margit.get(address), "/ending"))
    assert "Ylva Fjärling reads nothing of this round any more." in page.text
    browser.get(team, status=404)
    unprotected = sent_by("margit")
    assert unprotected.post(f"{address}/consultants/{slot}/ending").status_code == 404
    karin = sent_by("karin")
    for path in (f"{address}/consultants", f"{address}/consultants/{slot}/ending"):
        assert karin.post(path).status_code == 404
    assert karin.get(f"{address}/consultants").status_code == 404


def test_a_consultant_reads_the_questions_of_their_slot_and_of_the_teams_earlier_rounds_and_nothing_else(
    held, ylva, signed_in, settings, at
):
    said = {"next_step": "Vi delar rasten.", "result": "Lugnare.", "summary": "Vi prövar lika början."}
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        before = rounds.lay_a_round_that_is_over(session, cast, date(2026, 4, 15))
        now = rounds.enrol(session, cast, rounds.lay_round(session, cast))
        slot = rounds.give_slot(session, cast, now)
        rounds.ask(session, cast, now)
        for one in (before, now):
            one.summary = said["summary"]
            one.questions[0].next_step, one.questions[0].result = said["next_step"], said["result"]
        session.flush()  # before the invitation locks the round and reads it anew
        by, day = cast.manager.actor(), date(2026, 11, 20)
        consultants.invite(session, now.round, uuid.UUID(ylva), by=by, last_on=day, slot_ids=[slot.id])
        teams = [f"/rounds/enrolments/{one.id}" for one in (now, before)]
        links = [f"{team}/questions/{one.questions[0].id}" for team, one in zip(teams, (now, before), strict=True)]
    at(datetime(2026, 11, 5, 5, 0, tzinfo=UTC))
    assert issue_agendas(settings.database) == 1
    browser, karin = signed_in("ylva"), signed_in("karin")
    for path in (*teams, *links):
        read, by_team = browser.get(path).text, karin.get(path).text
        assert rounds.WORDS.question in read
        assert not [one for one in said.values() if one in read], path
        assert said["summary"] in by_team or said["result"] in by_team
    assert "Agenda" not in browser.get(teams[0]).text
    browser.get(f"{teams[0]}/agenda", status=404)
    asked = "Karin Almkvist"
    assert (asked in karin.get(teams[0]).text, asked in browser.get(teams[0]).text) == (True, False)


def test_a_consultant_finds_these_pages_and_no_other(app, lay, ylva, signed_in, settings):
    _address, team = lay()
    with db.writing(settings.database) as session:
        slot, by = session.scalars(sa.select(RoundSlot)).one(), cast_of(session).manager.actor()
        day = slot.round.last_on
        consultants.invite(session, slot.round, uuid.UUID(ylva), by=by, last_on=day, slot_ids=[slot.id])
    browser = signed_in("ylva")
    assert pages_with_roles(app, browser.client) == {"rounds.rounds"} | EVERYBODYS
    assert browser.client.get(team).status_code == 200
    for gone in ("/summary", "/agenda"):
        assert browser.client.get(f"{team}{gone}").status_code == 404
    for path in ("/home", "/rounds", team):
        ways = {link.get("href") for link in browser.get(path).all("a")}
        inside = {one.split("#")[0] for one in ways if one and one.startswith("/") and "sign-out" not in one}
        assert {one for one in inside if one and browser.client.get(one).status_code == 404} == set(), path


def test_a_consultants_slots_stand_ticked_when_they_are_changed_and_each_says_who_has_it(
    lay, ylva, signed_in, settings, sent_by
):
    address, _team = lay()
    margit = signed_in("margit")
    margit.submit(SLOTS | {"starts_time": "13:00", "count": "1"}, form=margit.get(address).form("main-form"))
    with db.writing(settings.database) as session:
        taken, free = session.scalars(sa.select(RoundSlot).order_by(RoundSlot.starts_at))
        by, day = cast_of(session).manager.actor(), date(2026, 11, 20)
        invited = consultants.invite(session, taken.round, uuid.UUID(ylva), by=by, last_on=day, slot_ids=[taken.id])
        slot_ids, invited_id = [str(taken.id), str(free.id)], invited.id
    own = f"{address}/consultants/{invited_id}"
    page = margit.get(address)
    (link,) = page.all("a", href=own)
    assert page.text_of(link) == "Change slots or last day Ylva Fjärling"
    page = margit.get(own)
    form = page.form("main-form")
    assert page.fields(form)["last_on"] == "2026-11-20"
    ticks = {one.get("value"): one.get("checked") is not None for one in form.iter() if one.get("name") == "slots"}
    assert ticks == dict(zip(slot_ids, (True, False), strict=True))
    assert "11 November 2026 at 09:00 · HTL-team Linden · Ylva Fjärling" in page.text
    assert "11 November 2026 at 13:00 · Free" in page.text
    assert margit.submit({"last_on": ""}, form=form, status=422).problems
    page = margit.submit({"last_on": "2026-11-25"}, form=margit.get(own).form("main-form"))
    assert "one slot · reads until 25 November 2026" in page.text
    # whoever is in the round is not invited once more, without a tick at what they have
    said = {"account": ylva, "last_on": "2026-11-20"}
    assert sent_by("margit").post(f"{address}/consultants", data=said).status_code == 422
    with db.reading(settings.database) as session:
        assert session.get_one(RoundSlot, uuid.UUID(slot_ids[0])).consultant_id == invited_id
    assert sent_by("karin").get(own).status_code == sent_by("karin").post(own).status_code == 404
    assert sent_by("margit").get(f"{address}/consultants/{slot_ids[0]}").status_code == 404


def test_without_anybody_to_invite_the_page_says_who_can_change_that(lay, signed_in):
    address, _team = lay()
    assert "There is nobody to invite" in signed_in("margit").get(f"{address}/consultants").text


# ------------------------------------------------------------------------------------------------- after the slots
def test_the_head_teacher_sums_up_and_the_management_issues_one_report(lay, signed_in, at, sent_by, printed):
    """C34 and C35 as people do it."""
    address, team = lay()
    karin, henrik, margit = signed_in("karin"), signed_in("henrik"), signed_in("margit")
    karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    karin.get(f"{team}/summary", status=404)
    at(datetime(2026, 11, 11, 10, 0, tzinfo=UTC))
    henrik.get(f"{address}/report", status=404)
    assert "Write it for the joint meeting" in henrik.get(team).text
    page = henrik.get(f"{team}/summary")
    assert henrik.submit({"summary": ""}, form=page.form("main-form"), status=422).problems
    page = henrik.submit({"summary": "Vi prövar med Olle."}, form=page.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    page = henrik.submit({"summary": "Vi prövar lika början."}, form=page.form("main-form"))
    assert "It is kept, and stands in the report of the round." in page.text
    assert "Vi prövar lika början." in page.text
    page = margit.get(address)
    assert "It can be issued from Friday 13 November" in page.text
    assert not [one for one in page.all("form") if (one.get("action") or "").endswith("/report")]
    at(datetime(2026, 11, 13, 10, 0, tzinfo=UTC))
    margit = signed_in("margit")
    page = margit.submit(form=form_to(margit.get(address), "/report"))
    assert "The report is issued." in page.text
    page = margit.submit(form=form_to(page, "/report"))
    assert "The report that was issued last says the same" in page.text
    assert len(printed) == 1
    for name, status in (("margit", 200), ("henrik", 200), ("karin", 200), ("otto", 404), ("kim", 404)):
        assert signed_in(name).client.get(f"{address}/report").status_code == status, name
    assert sent_by("karin").post(f"{address}/report").status_code == 404


def test_of_a_round_without_teams_no_report_is_offered(held, signed_in, at):
    margit = signed_in("margit")
    margit.get("/rounds/new")
    days = {"enrols_until": "2026-10-16", "first_on": "2026-11-09", "last_on": "2026-11-13"}
    address = margit.submit({"name": "Höstens vecka"} | days).path
    at(datetime(2026, 11, 13, 10, 0, tzinfo=UTC))
    page = signed_in("margit").get(address)
    assert "There is no report without a team that takes part." in page.text
    assert not [one for one in page.all("form") if (one.get("action") or "").endswith("/report")]


def test_the_evaluation_is_answered_once_and_checked(lay, signed_in, at):
    """C36 as people do it."""
    address, _team = lay()
    karin, margit = signed_in("karin"), signed_in("margit")
    karin.get(f"{address}/evaluation", status=404)
    at(datetime(2026, 11, 14, 10, 0, tzinfo=UTC))
    assert "Evaluate the round" in karin.get(address).text
    seen = karin.get(f"{address}/evaluation")
    assert karin.submit({}, form=seen.form("main-form"), status=422).problems
    page = karin.submit({"rating": "4", "comment": "Fråga Olle."}, form=seen.form("main-form"), status=422)
    assert "“Olle” looks like a name." in " ".join(page.problems)
    assert (
        "Thank you. Your answer is kept without your name."
        in karin.submit({"rating": "4", "comment": ""}, form=page.form("main-form")).text
    )
    again = karin.submit({"rating": "4"}, form=seen.form("main-form"))
    assert "You have evaluated this round already." in again.text
    assert "1 of 3 have answered." in margit.get(address).text


def test_what_came_of_every_question_is_taken_out_as_a_table(lay, signed_in, at, sent_by):
    """C38 as people do it."""
    _address, team = lay()
    karin, margit = signed_in("karin"), signed_in("margit")
    page = karin.submit(QUESTION, form=karin.get(team).form("main-form"))
    at(rounds.MORNING + timedelta(minutes=1))
    karin.submit(QUESTION | {"question": "En till?"}, form=page.form("main-form"))
    link = next(one.get("href") for one in page.all("a") if "/questions/" in one.get("href"))
    at(datetime(2026, 11, 11, 10, 0, tzinfo=UTC))
    said = {"next_step": "Vi delar rasten.", "outcome": "partly", "result": "Lugnare."}
    karin.submit(said, form=karin.get(link).form("main-form"))
    assert "From question to result (Excel)" in margit.get("/rounds").text
    answer = margit.client.get("/rounds/questions.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        said = re.findall("<t[^>]*>(.*?)</t>", book.read("xl/sharedStrings.xml").decode())
    assert said[8:16] == [
        "Höstens vecka", "Autumn term 2026", "HTL-team Linden", "Teaching", rounds.WORDS.question, "Vi delar rasten.",
        "Partly", "Lugnare.",
    ]  # fmt: skip
    assert "En till?" in said
    assert karin.client.get("/rounds/questions.xlsx").status_code == 404
