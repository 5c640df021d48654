"""Nothing typed is lost: what somebody writes is saved while they write, for them only, until they send it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from referrals import db, team_review
from referrals.clock import machine_now
from referrals.meetings.minutes import Attendee
from referrals.models import History, KeptForm, Referral, TeamMeeting, WebSession
from referrals.stages import CLOSURE_PROPOSED, FOLLOW_UP_DUE, PARTS_REQUESTED, PLAN_DRAFT, SCHEDULED
from referrals.vocabulary import Attendance, PlanStatus
from tests.factories import a_part
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_closure import ALL_DECIDED
from tests.webapp.test_guards import let_sessions_run_out
from webapp import kept

pytestmark = pytest.mark.usefixtures("wednesday")

TYPING = ("_typing", "yes")
NOT_SENT = "What you wrote and had not sent stands below"


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def written(page, name):
    return page.fields(page.form()).get(name)


def rows(settings, what):
    with db.reading(settings.database) as session:
        return len(session.scalars(select(what)).all())


def a_called_meeting(session, referral):
    meeting = TeamMeeting(
        referral=referral, number=1, starts_at=machine_now(), minutes=60, place="Rum 12", called=[], guardians_invited=[],
        called_by_id=cast_of(session).coordinator.id,
    )  # fmt: skip
    session.add(meeting)
    session.flush()


def lay_minutes(desk):
    number = desk.lay(SCHEDULED)
    with db.writing(desk.url) as session:
        a_called_meeting(session, session.scalars(select(Referral).where(Referral.number == number)).one())
    return number, f"/referrals/{number}/team-review/minutes"


def test_what_is_typed_is_saved_for_its_writer_only_and_changes_nothing(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    before = rows(settings, History)
    karin.get(address)
    answer = karin.send({"situation": "Halva meningen"}, button=TYPING)
    assert (answer.status_code, answer.text.startswith("Saved ")) == (200, True)
    karin.send({"situation": "Hela meningen"}, button=TYPING)
    assert rows(settings, KeptForm) == 1
    assert rows(settings, History) == before
    with db.reading(settings.database) as session:
        assert b"meningen" not in session.scalars(select(KeptForm.fields)).one()
    page = karin.get(address)
    assert (written(page, "situation"), NOT_SENT in page.text) == ("Hela meningen", True)
    page = sanna.get(address)
    assert (written(page, "situation"), NOT_SENT in page.text) == ("", False)


def test_what_was_saved_opens_in_the_row_of_its_writer_only(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    for browser, words in ((karin, "Karins ord"), (sanna, "Sannas ord")):
        browser.get(address)
        browser.send({"situation": words}, button=TYPING)
    assert written(sanna.get(address), "situation") == "Sannas ord"
    with db.writing(settings.database) as session:
        mine, hers = session.scalars(select(KeptForm).order_by(KeptForm.saved_at)).all()
        hers.fields = mine.fields
    assert written(sanna.get(address), "situation") == ""
    assert written(karin.get(address), "situation") == "Karins ord"


def test_what_was_saved_is_gone_once_it_is_sent(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin = signed_in("karin")
    karin.get(address)
    there = {"attendance-0-name": "Karin", "attendance-0-attendance": "present"}
    karin.send({"situation": "Halva", **there}, button=TYPING)
    karin.get(address)
    karin.submit({"situation": "Hela"})
    assert rows(settings, KeptForm) == 0
    page = karin.get(address)
    assert (written(page, "situation"), NOT_SENT in page.text) == ("Hela", False)


def test_without_a_script_each_submit_saves_also_one_that_is_refused(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin = signed_in("karin")
    karin.get(address)
    karin.submit({"situation": "Hela"}, button=("_add", "decisions"))
    page = karin.get(address)
    assert (written(page, "situation"), "decisions-1-text" in page.fields(page.form())) == ("Hela", True)
    karin.submit({"dissent": "Pappan: nej."}, status=422)
    assert written(karin.get(address), "dissent") == "Pappan: nej."


def test_what_was_saved_can_be_thrown_away(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin = signed_in("karin")
    karin.get(address)
    karin.send({"situation": "Fel barn"}, button=TYPING)
    karin.get(address)
    karin.submit(button=("_language", "da"))
    assert re.search(r"som det blev gemt den \d+\. \w+ \d{4} kl\. ", karin.get(address).text)
    karin.submit(button=("_language", "en"))
    karin.get(address)
    page = karin.submit(button=("_forget", "yes"))
    assert (page.path, written(page, "situation"), NOT_SENT in page.text) == (address, "", False)
    assert rows(settings, KeptForm) == 0


def test_what_was_saved_and_has_no_form_any_more_is_said_to_be_saved_and_can_be_put_away(desk, signed_in, settings):
    number, address = lay_minutes(desk)
    karin, henrik = signed_in("karin"), signed_in("henrik")
    there = {"attendance-0-name": "Karin", "attendance-0-attendance": "present", "outcome": "plan"}
    karin.get(address)
    karin.submit({"situation": "Hela", **there})
    page = karin.get(address)
    karin.send({"situation": "Hela meningen, och mer."}, button=TYPING)
    henrik.get(f"/referrals/{number}/team-review/approval")
    henrik.submit()
    form = page.form()
    for page in (karin.get(address), karin.submit({"situation": "Hela meningen, och mer."}, form=form, status=409)):
        assert "Hela meningen, och mer." in [page.text_of(one) for one in page.all("blockquote", class_="kept-text")]
        assert "but not sent, and only you can see it." in page.text
        assert "Nothing of it has been saved" not in page.text
    assert "What you typed" not in henrik.get(address).text
    [form] = [one for one in page.all("form") if one.find(".//button[@name='_forget']") is not None]
    karin.submit(form=form, button=("_forget", "yes"))
    assert (karin.page.path, "What you typed" in karin.page.text, rows(settings, KeptForm)) == (address, False, 0)


def test_who_comes_back_to_old_words_is_told_who_was_first(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    there = {"attendance-0-name": "Karin", "attendance-0-attendance": "present"}
    karin.get(address)
    karin.send({"situation": "Karins", **there}, button=TYPING)
    sanna.get(address)
    sanna.submit({"situation": "Sannas", **there})
    karin.get(address)
    page = karin.submit(status=409)
    assert "Sanna" in page.text
    assert written(page, "situation") == "Karins"
    karin.submit()
    with db.reading(settings.database) as session:
        assert session.scalars(select(TeamMeeting)).one().situation == "Karins"


def test_what_one_did_oneself_meanwhile_makes_nothing_stale(desk, signed_in, settings):
    number, address = lay_minutes(desk)
    karin = signed_in("karin")
    there = {"attendance-0-name": "Karin", "attendance-0-attendance": "present"}
    karin.get(address)
    karin.send({"situation": "Karins", **there}, button=TYPING)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        present = Attendee(name="Karin", function="", attendance=Attendance.PRESENT)
        by = cast_of(session).coordinator.actor()
        team_review.record_meeting(session, referral, by=by, seen=None, attendance=[present])
    karin.get(address)
    page = karin.submit()
    assert "The minutes are saved. Say under “How it goes on”" in page.text
    assert "approves them next" not in page.text


def test_a_plan_a_part_and_a_follow_up_are_saved_while_they_are_written(desk, signed_in, settings):
    number = desk.lay(PLAN_DRAFT)
    karin = signed_in("karin")
    version = desk.read(number, lambda _session, referral: referral.version)
    for address, name, in_which in (
        (f"/referrals/{number}/action-plan/edit", "background", karin),
        (f"/referrals/{desk.lay(FOLLOW_UP_DUE, PlanStatus.ACTIVE)}/follow-up", "learned", karin),
    ):
        in_which.get(address)
        assert in_which.send({name: "Påbörjat"}, button=TYPING).text.startswith("Saved ")
        assert written(in_which.get(address), name) == "Påbörjat"
    assert desk.read(number, lambda _session, referral: referral.version) == version
    asked = desk.lay(PARTS_REQUESTED)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == asked)).one()
        cast = cast_of(session)
        part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
        address = f"/referrals/{asked}/assessment/{part.id}"
    kim = signed_in("kim")
    kim.get(address)
    kim.send({"conclusion": "Mer tid"}, button=TYPING)
    assert written(kim.get(address), "conclusion") == "Mer tid"
    assert "Mer tid" not in karin.get(address).text


def test_a_closing_is_saved_while_it_is_written_beside_the_other_form_of_its_page(desk, signed_in, settings):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    address, karin = f"/referrals/{number}/closure", signed_in("karin")
    before = rows(settings, History)
    page = karin.get(address)
    assert page.all("p", id="saved")[0].get("hx-include") == "#close-form"
    typed = {"summary": "Halva", "outcomes-0-result": "reached"}
    assert karin.send(typed, form="close-form", button=TYPING).text.startswith("Saved ")
    assert (rows(settings, History), signed_in("henrik").get(address).text.count("Halva")) == (before, 0)

    def shown(page):
        fields = page.fields(page.form("close-form"))
        return fields["summary"], fields["outcomes-0-result"]

    assert shown(karin.get(address)) == ("Halva", "reached")
    assert shown(karin.submit(form="resume-form", status=422)) == ("Halva", "reached")
    assert shown(karin.submit({"summary": "Hela"}, form="close-form", status=422)) == ("Hela", "reached")
    page = karin.get(address)
    assert (shown(page), NOT_SENT in page.text) == (("Hela", "reached"), True)
    karin.submit(ALL_DECIDED, form="close-form")
    assert rows(settings, KeptForm) == 0


def test_a_closing_that_a_colleague_decided_meanwhile_leaves_its_words_to_be_copied(desk, signed_in):
    number = desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)
    address, karin, sanna = f"/referrals/{number}/closure", signed_in("karin"), signed_in("sanna")
    karin.get(address)
    karin.send({"summary": "Karins ord om det hela."}, form="close-form", button=TYPING)
    sanna.get(address)
    sanna.submit(ALL_DECIDED, form="close-form")
    assert "Copy what you still need. Karins ord om det hela." in karin.get(address).text


def test_what_is_typed_after_the_session_ran_out_is_there_after_the_sign_in(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin = signed_in("karin")
    karin.get(address)
    let_sessions_run_out(settings)
    said = karin.send({"situation": "Hela"}, button=TYPING)
    assert "You have been signed out. What you wrote is kept" in said.text
    assert said.headers["Trivsel-Saved"] == "yes"
    assert written(signed_in("karin").get(address), "situation") == "Hela"


def test_what_lies_too_long_is_not_kept_for_ever(desk, signed_in, settings):
    _number, address = lay_minutes(desk)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    karin.get(address)
    karin.send({"situation": "Gammalt"}, button=TYPING)
    with db.writing(settings.database) as session:
        session.execute(update(KeptForm).values(saved_at=machine_now() - timedelta(days=15)))
        session.execute(update(WebSession).values(last_seen_at=machine_now()))
    sanna.get(address)
    sanna.send({"situation": "Nytt"}, button=TYPING)
    assert rows(settings, KeptForm) == 1
    assert written(karin.get(address), "situation") == ""


def test_no_field_is_named_like_what_has_a_page_shown_again():
    """Its form would never be sent: the page would come back each time, as if somebody had pressed that button."""
    templates = Path(__file__).parents[2] / "templates"
    named = {
        name for file in templates.rglob("*.html") for name in re.findall(r'\w+\(form, "(_\w+)"', file.read_text())
    }
    assert {"_new", "_again"} <= named
    assert not named & {kept._LANGUAGE, kept._ADD, kept._REMOVE, kept._TYPING, kept._FORGET, kept._TAKE, kept._LOOK}
