"""A guardian's own page: from the coordinator's letter to the answer on the meeting page, and nothing else on the way."""

import io
import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy import select, update

from referrals import clock, db, languages, team_review
from referrals.clock import machine_now
from referrals.guardians import guardian_page
from referrals.meetings import interpreters
from referrals.models import AuditEvent, Guardian, GuardianSession, MeetingAnswer, Referral, TeamMeeting, What
from referrals.stages import CLOSURE_PROPOSED, MEETING_HELD, SCHEDULED, Party
from tests.factories import a_guardian, a_referral
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of
from webapp.accounts import sessions

#: what must stand on no page that a code opens
SECRETS = ("Mila", "Testsson", "4B", "nio dagar", "Hemlig punkt", "0000-99 88 77", "tigrinska")


@pytest.fixture
def number(app, settings):
    """A referral whose team meets, with Maja and Omar invited."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, SCHEDULED)
        both = [
            a_guardian(session, referral, told_by=cast.coordinator, name=f"{first} Testsson", recorded_at=at)
            for first, at in (("Maja", clock.now()), ("Omar", clock.now() + timedelta(seconds=1)))
        ]
        meeting = TeamMeeting(
            referral=referral, number=1, starts_at=clock.now() + timedelta(days=7), minutes=45, place="Rum 12",
            called_by_id=cast.coordinator.id, called=[], guardians_invited=[str(each.id) for each in both],
        )  # fmt: skip
        meeting.agenda = ["Hemlig punkt"]
        session.add(meeting)
        return referral.number


@pytest.fixture
def path(number, settings):
    """The address of the code of one of the guardians, for the coordinator."""

    def of(first="Maja"):
        with db.reading(settings.database) as session:
            named = {each.name.split()[0]: each.id for each in session.scalars(select(Guardian))}
        return f"/referrals/{number}/guardians/{named[first]}/code"

    return of


@pytest.fixture
def code(signed_in, path):
    """Lets the coordinator make a code and gives it."""

    def make(first="Maja"):
        browser = signed_in("karin")
        browser.get(path(first))
        return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", browser.submit().text)[0]

    return make


@pytest.fixture
def at_home(app, code):
    """The browser of a guardian who has typed their code."""

    def enter(first="Maja"):
        browser = Browser(app.test_client())
        browser.get("/guardian/code")
        browser.submit({"code": code(first)}, button=("_language", "en"))
        browser.submit({"code": code(first)})
        return browser

    return enter


def set_browser(settings, **values):
    with db.writing(settings.database) as session:
        session.execute(update(GuardianSession).values(**values))


def note_language(settings, language):
    with db.writing(settings.database) as session:
        for each in session.scalars(select(Guardian)):
            each.interpreter = language


def test_the_coordinator_makes_a_code_that_is_shown_once(signed_in, number, path):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/guardians")
    assert "Code to their own page" in page.text
    browser.get(path())
    page = browser.submit()
    assert "The code" in page.text
    again = browser.get(path())
    assert "A code was made on" in again.text
    assert not re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", again.text)
    assert "A guardian got a code to their own page" in browser.get(f"/referrals/{number}").text


def test_the_letter_carries_the_code_and_not_the_child(signed_in, path):
    browser = signed_in("karin")
    browser.get(path())
    page = browser.submit()
    form = next(form for form in page.all("form") if (form.get("action") or "").endswith("code-letter"))
    answer = browser.send(form=form)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    words = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.data)).pages)
    assert page.fields(form)["code"] in words
    assert "Mila" not in words
    browser.get(path())
    browser.submit()
    browser.page = page
    answer = browser.send(form=form, follow_redirects=True)
    assert "used or replaced already" in answer.text


def test_nobody_else_makes_codes_and_no_guardian_of_another_child_has_one_here(signed_in, number, path, settings):
    for who in ("henrik", "petra", "otto", "anton"):
        signed_in(who).get(path(), status=404)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        other = a_guardian(session, a_referral(session, cast, SCHEDULED), told_by=cast.coordinator).id
    signed_in("karin").get(f"/referrals/{number}/guardians/{other}/code", status=404)


def test_no_code_is_offered_for_one_who_may_have_no_page(signed_in, path, settings):
    where = path()
    with db.writing(settings.database) as session:
        session.execute(update(Guardian).values(may_contact=False))
    page = signed_in("karin").get(where)
    assert "once they have custody" in page.text
    assert not page.all("form", id="main-form")


def test_the_page_shows_stage_dates_and_contacts_and_nothing_else(at_home, settings):
    guardian = at_home()
    note_language(settings, "tigrinska")
    page = guardian.get("/guardian/")
    assert page.heading == "Your own page"
    assert "A meeting is planned." in page.text
    assert "Rum 12" in page.text
    assert "0000-12 34 56" in page.text
    assert "Leave this page quickly" in page.response.text
    assert [secret for secret in SECRETS if secret in page.response.text] == []
    assert page.response.headers["Cache-Control"] == "no-store"
    words = {page.text_of(one) for one in page.all("button") if one.get("class") == "word__name"}
    assert {"Support person", "Interpreter"} <= words


def test_the_page_speaks_three_languages(at_home):
    browser = at_home()
    browser.get("/guardian/")
    for language, heading in (("sv", "Din egen sida"), ("da", "Din egen side"), ("en", "Your own page")):
        assert browser.submit(form="answer-form", button=("_language", language)).heading == heading


def test_the_page_begins_in_the_guardians_language_where_nobody_chose_one(app, code):
    browser = Browser(app.test_client())
    browser.get("/guardian/code", headers={"Accept-Language": "en"})
    assert browser.submit({"code": code()}).heading == "Din egen sida"


def test_a_code_lets_in_once(app, code):
    given = code()
    first, second = Browser(app.test_client()), Browser(app.test_client())
    for browser in (first, second):
        browser.get("/guardian/code")
    first.submit({"code": given})
    first.get("/guardian/code")
    assert first.page.path == "/guardian/"
    page = second.submit({"code": given}, status=422)
    assert "This code opens nothing." in page.text


def test_a_code_that_is_no_code_is_no_try_and_ten_wrong_ones_are_enough(app):
    browser = Browser(app.test_client())
    browser.get("/guardian/code")
    browser.submit({"code": ""}, status=422)
    for _ in range(12):
        browser.submit({"code": "2222-2222-2223"}, status=422)
    for _ in range(10):
        browser.submit({"code": "2222-2222-2222"}, status=422)
    assert "Too many tries" in browser.submit({"code": "2222-2222-2222"}, status=429).text


def test_without_a_code_there_is_no_page(browser):
    assert browser.get("/guardian/").path == "/guardian/code"


def test_staff_who_are_signed_in_have_no_guardians_page(at_home, signed_in, app, settings):
    at_home()
    assert signed_in("karin").get("/guardian/").path == "/guardian/code"


def test_opening_the_page_signs_staff_out_of_this_browser(signed_in, code):
    given = code()
    browser = signed_in("karin")
    browser.get("/guardian/code")
    browser.submit({"code": given})
    assert browser.get("/home").heading == "Sign in" or browser.page.path == "/sign-in"


@pytest.mark.parametrize(
    "values",
    [
        {"last_seen_at": machine_now() - sessions.IDLE_LIMIT - timedelta(minutes=1)},
        {"created_at": machine_now() - sessions.ABSOLUTE_LIMIT - timedelta(minutes=1)},
    ],
)
def test_the_page_closes_when_left_alone_and_what_was_typed_can_be_copied(at_home, settings, values):
    browser = at_home()
    browser.get("/guardian/")
    set_browser(settings, **values)
    page = browser.submit({"reply": "comes", "words": "Jag vill gärna att min syster är med."}, form="answer-form")
    assert "Code from your letter" in page.text
    assert "Jag vill gärna att min syster är med." in page.text
    assert browser.get("/guardian/").path == "/guardian/code"


def test_a_browser_in_use_stays_open(at_home, settings):
    browser = at_home()
    before = machine_now() - timedelta(minutes=30)
    set_browser(settings, last_seen_at=before)
    assert browser.get("/guardian/").path == "/guardian/"
    with db.reading(settings.database) as session:
        assert session.scalars(select(GuardianSession.last_seen_at)).one() > before


def test_closing_the_page_forgets_it_here_and_in_the_database(at_home, settings):
    browser = at_home()
    page = browser.get("/guardian/")
    browser.submit(form=next(form for form in page.all("form") if form.get("action") == "/guardian/leave"))
    assert browser.get("/guardian/").path == "/guardian/code"
    with db.reading(settings.database) as session:
        assert session.scalars(select(GuardianSession)).all() == []


def test_the_quick_way_out_forgets_it_here(at_home):
    browser = at_home()
    browser.client.get("/leave")
    assert browser.get("/guardian/").path == "/guardian/code"


def test_the_page_closes_at_once_when_the_guardian_is_not_to_be_contacted(at_home, settings):
    browser = at_home()
    with db.writing(settings.database) as session:
        session.execute(update(Guardian).values(may_contact=False))
    assert browser.get("/guardian/").path == "/guardian/code"


def test_an_answer_reaches_the_coordinators_meeting_page_and_home(at_home, signed_in, number):
    guardian = at_home()
    guardian.get("/guardian/")
    guardian.submit({"words": "x"}, form="answer-form", status=422)
    page = guardian.submit(
        {"reply": "another_time", "support_person": "Min syster", "interpreter": "arabiska", "words": "Helst tisdag."},
        form="answer-form",
    )
    assert "You have answered: Another time would suit me better." in page.text
    assert "Helst tisdag." not in page.response.text, "what was written is not shown again"
    browser = signed_in("karin")
    assert "Read a guardian's answer to the invitation" in browser.get("/home").text
    page = browser.get(f"/referrals/{number}/team-review")
    for said in ("Maja Testsson: Asks for another time", "Min syster", "arabiska", "Helst tisdag.", "Not read yet"):
        assert said in page.text
    form = next(form for form in page.all("form") if (form.get("action") or "").endswith("/guardians/read"))
    page = browser.submit(form=form)
    assert "Not read yet" not in page.text
    assert "Read a guardian's answer to the invitation" not in browser.get("/home").text


@pytest.mark.parametrize("state", [MEETING_HELD, CLOSURE_PROPOSED], ids=["held", "closing"])
def test_what_guardians_wrote_is_noted_as_read_on_the_pages_it_waits_on_wherever_the_work_stands(
    at_home, signed_in, number, settings, state
):
    def buttons(browser, page):
        forms = browser.get(f"/referrals/{number}/{page}").all("form")
        return [one for one in forms if (one.get("action") or "").endswith("/guardians/read")]

    guardian, waiting = at_home(), ("Read a guardian's answer to the invitation", "Read what a guardian wrote")
    guardian.get("/guardian/")
    guardian.submit({"reply": "cannot"}, form="answer-form")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        maja = session.scalars(select(Guardian).order_by(Guardian.recorded_at).limit(1)).one()
        by = guardian_page.guardian_access.actor_for(maja)
        guardian_page.write_own_words(session, maja, by=by, text="Hon sover dåligt.")
        referral.stage, referral.status = state.stage, state.status
        if state == MEETING_HELD:
            session.scalars(select(TeamMeeting)).one().held_at = clock.now()
    browser = signed_in("karin")
    home = browser.get("/home").text
    assert all(line in home for line in waiting)
    assert not buttons(signed_in("henrik"), "team-review")
    for page in ("team-review", "guardians"):
        (button,) = buttons(browser, page)
    browser.submit(form=button)
    home = browser.get("/home").text
    assert not any(line in home for line in waiting)
    assert not buttons(browser, "team-review") + buttons(browser, "guardians")


def test_what_was_answered_stays_with_its_meeting_once_it_moved_and_was_called_off_and_waits_until_it_is_read(
    at_home, signed_in, number, settings
):
    guardian = at_home()
    guardian.get("/guardian/")
    guardian.submit({"reply": "cannot", "words": "Helst tisdag."}, form="answer-form")
    with db.writing(settings.database) as session:
        session.scalars(select(TeamMeeting)).one().starts_at += timedelta(days=1)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/team-review")
    for said in ("Helst tisdag.", "About the time it had before", "Not read yet", "Note as read"):
        assert said in page.text
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        by = cast_of(session).coordinator.actor()
        team_review.call_off_meeting(session, referral, by=by, seen=None, reason="Sjukdom")
    assert "Read a guardian's answer to the invitation" in browser.get("/home").text
    page = browser.get(f"/referrals/{number}/team-review")
    assert "Not read yet" in page.text
    (form,) = [one for one in page.all("form") if (one.get("action") or "").endswith("/guardians/read")]
    page = browser.submit(form=form)
    assert "Helst tisdag." in page.text
    assert "Not read yet" not in page.text
    assert "Read a guardian's answer to the invitation" not in browser.get("/home").text


def test_an_answer_from_a_page_of_before_the_meeting_moved_is_refused_kept_and_the_new_time_shown(at_home, settings):
    guardian = at_home()
    guardian.get("/guardian/")
    with db.writing(settings.database) as session:
        meeting = session.scalars(select(TeamMeeting)).one()
        meeting.starts_at += timedelta(days=1)
    page = guardian.submit({"reply": "comes", "words": "Vi tar bussen."}, form="answer-form", status=409)
    assert page.problems == [
        "The meeting has moved: nothing was noted. See its new time below, and answer for that one."
    ]
    assert page.fields(page.form("answer-form"))["words"] == "Vi tar bussen."
    assert "You have answered: Yes, I am coming." in guardian.submit({"reply": "comes"}, form="answer-form").text


def test_who_needs_an_interpreter_reads_that_it_is_noted_never_in_which_language_and_whether_one_is_booked(
    at_home, settings
):
    def read():
        page = guardian.get("/guardian/")
        assert not [word for word in (*SECRETS, "arabiska") if word in page.response.text]
        return page.text_of(next(one for one in page.all("p") if one.get("id") == "f-interpreter-hint"))

    guardian, noted = at_home(), "We have noted which language. Write here only if you want another."
    unknown, unbooked = "Write the language. It costs nothing.", f"{noted} No interpreter is booked yet."
    note_language(settings, "tigrinska")
    assert read() == unbooked
    with db.writing(settings.database) as session:
        meeting, by = session.scalars(select(TeamMeeting)).one(), cast_of(session).coordinator.actor()
        at, whom = meeting.starts_at, "Tolkbyrån"
        interpreters.book(session, meeting.referral, by=by, asked_about=at, language="Tigrinska", booked_with=whom)
    assert read() == f"{noted} An interpreter is booked."
    note_language(settings, None)
    assert read() == unknown
    guardian.submit({"reply": "comes", "interpreter": "arabiska"}, form="answer-form")
    assert read() == unbooked, "what they asked for with their answer"
    guardian.submit({"reply": "cannot", "interpreter": ""}, form="answer-form")
    assert read() == noted, "none is booked for who does not come"
    note_language(settings, "tigrinska")
    for whose in (Guardian, Referral):
        with db.writing(settings.database) as session:
            session.execute(update(whose).values(protected_level="sekretessmarkering"))
        assert read() == unknown
        with db.writing(settings.database) as session:
            session.execute(update(whose).values(protected_level=None))


def test_who_answers_a_meeting_that_was_called_off_reads_so_with_their_words_under_the_questions(at_home, settings):
    guardian = at_home()
    guardian.get("/guardian/")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        by = cast_of(session).coordinator.actor()
        team_review.call_off_meeting(session, referral, by=by, seen=None, reason="Hemlig anledning")
        begins = session.scalars(select(TeamMeeting)).one().starts_at
    day = languages.format_weekday_date(languages.local_date(begins, zone="Europe/Stockholm"), "en")
    late = {"reply": "cannot", "support_person": "Min syster", "words": "Helst tisdag."}
    page = guardian.submit(late, form="answer-form", status=409)
    assert "The meeting has been called off Nobody comes at that time, and nothing was noted." in page.text
    assert [page.text_of(one) for one in page.all("dt", "dd")][:4] == [
        "Do you want to bring somebody for support?", "Min syster", "Anything else to the coordinator?", "Helst tisdag.",
    ]  # fmt: skip
    assert page.response.text.count("Helst tisdag.") == 1
    page = guardian.get("/guardian/")
    assert f"The meeting on {day} has been called off." in page.text
    assert "Hemlig anledning" not in page.response.text


def test_nobody_is_asked_whether_they_come_to_a_meeting_that_has_begun(at_home, settings):
    guardian = at_home()
    guardian.get("/guardian/")
    page = guardian.submit({"reply": "comes"}, form="answer-form")
    assert "Take it into a calendar of your own" in page.text
    asked_about = page.fields(page.form("answer-form"))["asked_about"]
    with db.writing(settings.database) as session:
        meeting = session.scalars(select(TeamMeeting)).one()
        meeting.starts_at = clock.now() - timedelta(minutes=1)
        stale = meeting.starts_at.isoformat()
    late = {"reply": "cannot", "words": "Bilen vill inte.", "asked_about": stale}
    refused = guardian.submit(late, form="answer-form", status=409)
    assert "What you typed stands last on this page" in refused.text
    assert [refused.text_of(one) for one in refused.all("blockquote", class_="kept-text")] == ["Bilen vill inte."]
    page = guardian.get("/guardian/")
    assert asked_about != stale
    for said in ("When the meeting was to be", "we no longer ask whether you are coming", "Whom you can call"):
        assert said in page.text
    for said in ("Are you coming to the meeting?", "Take it into a calendar", "Next meeting"):
        assert said not in page.text
    with db.writing(settings.database) as session:
        assert [row.reply for row in session.scalars(select(MeetingAnswer))] == ["comes"]


def test_a_member_of_the_team_does_not_read_what_guardians_answered(at_home, signed_in, number, settings):
    guardian = at_home()
    guardian.get("/guardian/")
    guardian.submit({"reply": "comes", "words": "Helst tisdag."}, form="answer-form")
    for who in ("petra", "henrik"):
        answer = signed_in(who).client.get(f"/referrals/{number}/team-review")
        assert ("Helst tisdag." in answer.text) == (who == "henrik")
        assert signed_in(who).client.get("/home").text.count("A guardian answered") == 0


def test_two_guardians_never_see_each_others_answers(at_home):
    maja = at_home("Maja")
    maja.get("/guardian/")
    maja.submit({"reply": "comes", "words": "Inte bredvid Omar.", "support_person": "Min syster"}, form="answer-form")
    page = at_home("Omar").get("/guardian/")
    for said in ("Maja", "bredvid", "Min syster", "You have answered"):
        assert said not in page.response.text


def test_each_visit_stands_in_the_log_with_whose_it_was(at_home, signed_in, number, settings):
    at_home("Omar")
    with db.reading(settings.database) as session:
        omar = session.scalars(select(Guardian.id).order_by(Guardian.recorded_at.desc()).limit(1)).one()
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.by_party == Party.GUARDIAN, AuditEvent.what == What.OPENED_PAGE)
        ).all()
        assert {(event.by_id, event.subject) for event in events} == {(omar, "guardian.home")}
    page = signed_in("karin").get(f"/referrals/{number}/access-log")
    assert "Omar Testsson" in page.text
    assert "A guardian's own page" in page.text


def test_a_wrong_code_is_noted_without_the_code(app, settings):
    browser = Browser(app.test_client())
    browser.get("/guardian/code")
    browser.submit({"code": "2222-2222-2222"}, status=422)
    with db.reading(settings.database) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.what == What.REFUSED)).one()
        assert (event.by_party, event.subject, event.ground) == (Party.GUARDIAN, "guardian.let_in", "WrongCode")


def test_own_words_wait_on_the_coordinators_home(at_home, signed_in, settings):
    at_home()
    with db.writing(settings.database) as session:
        maja = session.scalars(select(Guardian).order_by(Guardian.recorded_at).limit(1)).one()
        by = guardian_page.guardian_access.actor_for(maja)
        guardian_page.write_own_words(session, maja, by=by, text="Hon sover dåligt.")
    page = signed_in("karin").get("/home")
    (line,) = [page.text_of(row) for row in page.all("li") if "Read what a guardian wrote" in page.text_of(row)]
    assert "Since" in line, "it stands in the one list, with the day since when it waits"
    assert "Due today" not in line, "nothing makes it late"


def test_the_page_offers_the_languages_the_municipality_added_and_no_other_page_does(at_home, monkeypatch):
    monkeypatch.setattr(languages, "guardian_languages", lambda: {"ar": "العربية"})
    monkeypatch.setattr(languages, "catalogue_files", lambda _language: [])
    monkeypatch.setattr(languages, "_loaded", {})
    browser = at_home()
    browser.get("/guardian/")
    page = browser.submit(form="answer-form", button=("_language", "ar"))
    assert (page.tree.get("lang"), page.tree.get("dir")) == ("ar", "rtl")
    public = browser.get("/")
    assert (public.tree.get("lang"), public.tree.get("dir")) == ("en", "ltr")  # the browser's own


def test_the_meeting_goes_into_a_calendar_of_ones_own_and_says_nothing_there(at_home, settings):
    browser = at_home()
    (link,) = [one.get("href") for one in browser.get("/guardian/").all("a") if one.get("href", "").endswith(".ics")]
    answer = browser.client.get(link)
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        "text/calendar",
        'attachment; filename="meeting.ics"',
    )
    (event,) = Calendar.from_ical(answer.data).events
    assert (str(event["SUMMARY"]), str(event["LOCATION"]), event.duration) == (
        "Meeting",
        "Rum 12",
        timedelta(minutes=45),
    )
    assert not {"ATTENDEE", "DESCRIPTION"} & set(event)
    assert str(event["ORGANIZER"]) == "mailto:trivsel@trivsel.invalid"
    assert not [secret for secret in (*SECRETS, "HTL") if secret in answer.text]
    with db.writing(settings.database) as session:
        session.scalars(select(TeamMeeting)).one().guardians_invited = []
    assert browser.client.get(link).status_code == 404
