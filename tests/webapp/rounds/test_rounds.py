"""The pages of consultation rounds: opened and led by the management, taken part in by teams, and no text kept before it was checked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from referrals import clock, db
from referrals.models import Base, ConsultationRound, KeptForm, LearningQuestion, RoundSlot
from tests import rounds
from tests.webapp.desk import cast_of

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


def test_a_text_that_tells_who_it_is_about_comes_back_and_stands_nowhere(lay, signed_in, settings):
    _address, team = lay()
    karin = signed_in("karin")
    page = karin.submit(QUESTION | {"background": NAMED}, form=karin.get(team).form("main-form"), status=422)
    assert "“4B” looks like a class." in " ".join(page.problems)
    assert "Nothing has been kept." in page.text
    assert page.fields(page.form("main-form"))["background"] == NAMED
    with db.reading(settings.database) as session:
        written = "".join(repr([*session.execute(sa.select(table))]) for table in Base.metadata.sorted_tables)
    assert "20160231" not in written
    assert count(settings, LearningQuestion) == count(settings, KeptForm) == 0
    page = karin.submit(QUESTION | {"question": ""}, form=page.form("main-form"), status=422)
    assert page.problems == ["Learning question: Fill this in."]
    said = {"background": "Vi har en Rosa timme.", "answered": ["rosa"]}
    assert "The question is in." in karin.submit(QUESTION | said, form=page.form("main-form")).text


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
    page = anton.get("/administration/municipality")
    anton.submit({"holds_rounds": "yes"}, form=page.form("main-form"))
    assert "Höstens vecka" in margit.get("/rounds").text
