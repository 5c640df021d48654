"""A guardian with e-identification, against a real provider: bound by the code, then directly, and what it opens."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from referrals import clock, db, documents, history
from referrals.actors import Actor
from referrals.disclosure import pieces, sharing
from referrals.documents import Paper
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.languages import format_long_date
from referrals.models import (
    CONSENT,
    AuditEvent,
    Concern,
    Consent,
    Disclosure,
    Guardian,
    GuardianIdentity,
    GuardianSession,
    GuardianWords,
    History,
    ProtectionReport,
    Referral,
    TeamMeeting,
    What,
)
from referrals.models.protection import GuardiansTold
from referrals.papers import readers
from referrals.stages import CLOSED, PLAN_ACTIVE, TO_SCHEDULE, Party, Verb
from referrals.vocabulary import (
    About,
    ConsentAnswer,
    ConsentForm,
    ConsentState,
    Custody,
    DocumentKind,
    FileKind,
    InformationCategory,
    PartStatus,
    Recipient,
    ReporterKind,
    Review,
)
from tests.factories import a_consent, a_guardian, a_meeting, a_part, a_referral
from tests.webapp.browsing import Browser
from tests.webapp.desk import cast_of
from tests.webapp.provider import know_person, running_provider, sign_in_there
from webapp import create_app

TODAY = clock.today("Europe/Stockholm")


@pytest.fixture(scope="module")
def provider():
    with running_provider("--require-nonce", "true") as address:
        know_person(address, "maja", acr="loa3")
        know_person(address, "omar", acr="loa3")
        know_person(address, "weak", acr="loa1")
        yield address


@pytest.fixture
def agreed(settings, provider, app):
    """The application with e-identification agreed for guardians."""
    told = {
        "oidc_issuer": provider,
        "oidc_client_id": "trivsel",
        "oidc_client_secret": "hush",
        "oidc_guardian_acr": "loa3",
    }
    application = create_app(settings.model_copy(update=told))
    application.testing = True
    return application


@pytest.fixture
def number(app, settings):
    """A referral whose plan runs, with Maja and Omar told, each with a plan of their own that has left."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE)
        earlier = clock.now() - timedelta(days=1)
        row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
        row.at = earlier
        for place, first in enumerate(("Maja", "Omar")):
            guardian = a_guardian(
                session, referral, told_by=cast.coordinator, name=f"{first} Testsson",
                recorded_at=earlier + timedelta(seconds=place), phone=f"0000-99 88 7{place}",
            )  # fmt: skip
            paper = Paper(DocumentKind.ACTION_PLAN, readers.guardian_key(guardian.id), "sv")
            issued = documents.issue(session, row, paper, content=f"%PDF {first}".encode())
            issued.held_until = earlier + timedelta(minutes=10)
        return referral.number


@pytest.fixture
def ids(settings, number):
    """The ids of the guardians by first name, in the order in which they were recorded."""
    with db.reading(settings.database) as session:
        rows = session.scalars(select(Guardian).order_by(Guardian.recorded_at))
        return {each.name.split()[0]: each.id for each in rows}


@pytest.fixture
def with_code(agreed, signed_in, number, ids):
    """The browser of a guardian who has typed their code."""

    def enter(first="Maja"):
        staff = signed_in("karin")
        staff.get(f"/referrals/{number}/guardians/{ids[first]}/code")
        code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", staff.submit().text)[0]
        browser = Browser(agreed.test_client())
        browser.get("/guardian/code", headers={"Accept-Language": "en"})
        browser.submit({"code": code}, button=("_language", "en"))
        browser.submit({"code": code})
        return browser

    return enter


@pytest.fixture
def identified(with_code):
    """The same, who has gone on with e-identification."""

    def enter(first="Maja"):
        browser = with_code(first)
        come(browser, first.lower())
        browser.get("/guardian/")
        return browser

    return enter


def come(browser, subject):
    answer = browser.client.get("/guardian/e-identification")
    assert answer.status_code == 303
    return browser.client.get(sign_in_there(answer.location, subject))


def english(agreed):
    browser = Browser(agreed.test_client())
    page = browser.get("/guardian/code")
    browser.submit(form=page.form(), button=("_language", "en"))
    return browser


def form_to(page, action):
    return next(form for form in page.all("form") if form.get("action") == action)


def read(settings, look):
    with db.reading(settings.database) as session:
        return look(session)


def test_without_agreed_levels_there_is_no_such_door(browser, settings, provider, app):
    browser.get("/guardian/e-identification", status=404)
    told = {"oidc_issuer": provider, "oidc_client_id": "trivsel"}
    application = create_app(settings.model_copy(update=told))
    application.testing = True
    other = Browser(application.test_client())
    assert "e-identification" not in other.get("/guardian/code").text
    other.get("/guardian/e-identification", status=404)


def test_the_way_there_asks_for_the_level_and_not_even_for_a_name(agreed):
    address = agreed.test_client().get("/guardian/e-identification").location
    assert "acr_values=loa3" in address
    assert "scope=openid&" in f"{address}&"


def test_the_code_binds_the_e_identification_and_afterwards_it_is_enough(agreed, identified, settings):
    browser = identified()
    assert "Papers for you" in browser.page.text
    identity = read(settings, lambda session: session.scalars(select(GuardianIdentity)).one().subject_index)
    assert "maja" not in identity
    later = english(agreed)
    answer = come(later, "maja")
    assert (answer.status_code, answer.location) == (303, "/guardian/")
    assert "Papers for you" in later.get("/guardian/").text


def test_coming_with_it_gives_a_new_cookie_and_stands_in_the_log(with_code, settings):
    browser = with_code()
    before = read(settings, lambda session: session.scalars(select(GuardianSession.token_digest)).one())
    come(browser, "maja")
    assert read(settings, lambda session: session.scalars(select(GuardianSession.token_digest)).one()) != before
    event = read(
        settings,
        lambda session: session.scalars(select(AuditEvent.by_party).where(AuditEvent.what == What.SIGNED_IN)).all(),
    )
    assert event == [Party.GUARDIAN]


def test_whoever_is_not_bound_is_told_what_to_do(agreed, number):
    answer = come(english(agreed), "omar")
    assert answer.status_code == 403
    assert "No page belongs to this e-identification." in answer.text


def test_too_little_assurance_opens_nothing(with_code, settings):
    browser = with_code()
    answer = come(browser, "weak")
    assert answer.status_code == 403
    assert "less assurance" in answer.text
    assert "Papers for you" not in browser.get("/guardian/").text


def test_a_page_bound_to_one_person_is_not_opened_further_by_another(identified, settings):
    browser = identified()
    answer = come(browser, "omar")
    assert answer.status_code == 403


def test_a_code_alone_opens_none_of_it(with_code, ids, settings):
    browser = with_code()
    page = browser.get("/guardian/")
    assert "See more with e-identification" in page.text
    paper = read(settings, lambda session: session.scalars(select(documents.Document.id)).first())
    for path in ("own-words", "consent", "consent/withdraw", f"papers/{paper}", f"reports/{paper}", f"files/{paper}"):
        browser.get(f"/guardian/{path}", status=404)


def test_a_guardian_reads_their_own_paper_and_the_log_says_so(identified, settings, signed_in, number):
    browser = identified()
    links = [a.get("href") for a in browser.page.all("a") if "/papers/" in (a.get("href") or "")]
    answer = browser.client.get(links[0])
    assert (answer.data, answer.mimetype, len(links)) == (b"%PDF Maja", "application/pdf", 1)
    assert answer.headers["Cache-Control"] == "no-store"
    page = signed_in("karin").get(f"/referrals/{number}/access-log")
    assert "Opened a paper" in page.text
    assert "Maja Testsson" in page.text
    assert "Came with e-identification" in page.text


def test_an_invitation_says_that_it_holds_no_more(identified, settings, number, ids):
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        referral.stage, referral.status, by = TO_SCHEDULE.stage, TO_SCHEDULE.status, cast_of(session).coordinator
        meeting = a_meeting(
            session,
            referral,
            called_by=by,
            starts_at=clock.now() + timedelta(days=7),
            guardians_invited=[str(ids["Maja"])],
        )
        row = history.record(session, referral, Verb.SCHEDULE_MEETING, by=by.actor())
        paper = Paper(DocumentKind.INVITATION, readers.guardian_key(ids["Maja"]), "sv")
        documents.issue(session, row, paper, content=b"%PDF").held_until = row.at
        meeting_id, number_of_row = meeting.id, row.number
    browser = identified()
    words = ("You need not come to the meeting", "The meeting has been called off")
    assert [one in browser.page.text for one in words] == [False, False]
    off = {"guardians_invited": [str(ids["Maja"])], "called_off_in": number_of_row}
    for changed in ({"guardians_invited": []}, off):
        with db.writing(settings.database) as session:
            meeting = session.get_one(TeamMeeting, meeting_id)
            for name, value in changed.items():
                setattr(meeting, name, value)
        page = browser.get("/guardian/")
        assert [one in page.text for one in words] == ["called_off_in" not in changed, "called_off_in" in changed]


def test_the_other_guardians_papers_text_and_consent_are_not_there(identified, settings, ids):
    maja = identified("Maja")
    maja.get("/guardian/own-words")
    maja.submit({"text": "Hon sover dåligt hos sin pappa."})
    theirs = [a.get("href") for a in maja.page.all("a") if "/papers/" in (a.get("href") or "")]
    omar = identified("Omar")
    for path in ("/guardian/", "/guardian/own-words", "/guardian/consent"):
        page = omar.get(path)
        for secret in ("Maja", "Hon sover", "0000-99 88 70"):
            assert secret not in page.response.text
    omar.get(theirs[0], status=404)


def test_own_text_is_written_changed_and_shown_to_the_coordinator(identified, signed_in, number, settings):
    browser = identified()
    browser.get("/guardian/own-words")
    browser.submit({"text": "x" * 20_001}, status=422)
    page = browser.submit({"text": "Hon sover dåligt."})
    assert "Your text is kept." in page.text
    assert "Hon sover dåligt." in page.text
    assert browser.get("/guardian/own-words").fields(browser.page.form())["text"] == "Hon sover dåligt."
    staff = signed_in("karin")
    page = staff.get(f"/referrals/{number}/guardians")
    assert "Hon sover dåligt." in page.text
    assert "Not read yet" in page.text
    page = staff.submit(form=next(f for f in page.all("form") if (f.get("action") or "").endswith("/guardians/read")))
    assert "Not read yet" not in page.text
    assert len(read(settings, lambda session: session.scalars(select(GuardianWords)).all())) == 1


def test_once_it_has_ended_own_text_and_consent_stand_still(identified, settings):
    browser = identified()
    with db.writing(settings.database) as session:
        from referrals.models import Referral

        session.execute(update(Referral).values(stage=CLOSED.stage, status=CLOSED.status, is_open=False))
    assert "can no longer be changed" in browser.get("/guardian/own-words").text
    assert not browser.get("/guardian/consent").all("form", id="main-form")


def test_consent_is_given_narrowed_and_taken_back_by_the_guardian(identified, signed_in, number, settings, ids):
    browser = identified()
    page = browser.get("/guardian/consent")
    assert "You have not answered yet." in page.text
    browser.submit({"until_on": ""}, status=422)
    everything = {
        name: [field.get("value") for field in page.all("input", name=name)] for name in ("categories", "recipients")
    }
    until = (TODAY + timedelta(days=90)).isoformat()
    page = browser.submit({**everything, "until_on": until})
    assert "You have said yes to all that you were asked." in page.text
    browser.get("/guardian/consent")
    page = browser.submit({"categories": ["schooling"]})
    assert "You have said yes to some of it." in page.text
    page = browser.get("/guardian/consent")
    assert page.fields(page.form()).getlist("categories") == ["schooling"]
    assert "Do you want to say no?" not in page.text
    page = browser.get("/guardian/consent/withdraw")
    assert "What has been shared already cannot be taken back." in page.text
    assert "Nothing has been shared on it." in page.text
    page = browser.submit(form=form_to(page, "/guardian/consent/withdraw"))
    assert "withdrawn" in page.text
    state = read(settings, lambda session: session.get(Guardian, ids["Maja"]).consent_state(TODAY))
    assert state is ConsentState.WITHDRAWN
    assert not browser.get("/guardian/consent").fields(browser.page.form()).getlist("categories")
    page = signed_in("karin").get(f"/referrals/{number}")
    assert "A consent was withdrawn" in page.text
    assert "A guardian" in page.text
    assert "with e-identification" in signed_in("karin").get(f"/referrals/{number}/guardians").text


def test_a_yes_that_is_narrowed_before_its_first_day_begins_no_sooner(identified, settings, ids):
    first = TODAY + timedelta(days=33)
    with db.writing(settings.database) as session:
        guardian = session.get(Guardian, ids["Maja"])
        days = {"from_on": first, "until_on": first + timedelta(days=60)}
        a_consent(session, guardian, by=cast_of(session).coordinator, **days)
    browser = identified()
    browser.get("/guardian/consent")
    refused = browser.submit({"until_on": str(first - timedelta(days=1))}, status=422)
    assert any("The last day cannot be before the first." in one for one in refused.problems)
    page = browser.submit({"categories": ["schooling"], "until_on": str(first)})
    assert f"Your answer is recorded and holds from {format_long_date(first, 'en')}." in page.text
    assert "You have said yes, and it does not hold yet." in page.text
    newest = read(settings, lambda session: session.get(Guardian, ids["Maja"]).answer_until(None))
    assert (newest.categories, newest.from_on, newest.until_on) == (["schooling"], first, first)


def test_a_guardians_yes_reaches_nobody_they_were_not_asked_about(identified, signed_in, number, settings, ids):
    browser = identified()
    asked = {box.get("value") for box in browser.get("/guardian/consent").all("input", name="recipients")}
    assert "other_guardian" in asked, "there are two with custody"
    beyond = {
        "categories": ["schooling"],
        "recipients": ["leisure", "police"],
        "until_on": str(TODAY + timedelta(days=90)),
    }
    page = browser.submit(beyond, status=422)
    assert "Nobody was asked about this recipient" in page.text
    assert read(settings, lambda session: session.scalars(select(Consent)).all()) == []
    browser.submit()
    assert read(settings, lambda session: session.scalars(select(Consent.recipients)).all()) == [["leisure"]]
    with db.writing(settings.database) as session:
        session.get_one(Guardian, ids["Maja"]).custody = Custody.SOLE
        session.get_one(Guardian, ids["Omar"]).custody = Custody.OTHER
    now_asked = {box.get("value") for box in browser.get("/guardian/consent").all("input", name="recipients")}
    assert asked - now_asked == {"other_guardian"}
    browser.submit({"categories": [*InformationCategory], "recipients": [*now_asked]})
    assert "You have said yes to all that you were asked." in browser.get("/guardian/consent").text
    with db.writing(settings.database) as session:
        for one in ("Maja", "Omar"):
            session.get_one(Guardian, ids[one]).custody = Custody.JOINT
    assert "You have said yes to some of it." in browser.get("/guardian/consent").text, "there is another one now"
    assert "Consent: to some of it" in signed_in("karin").get(f"/referrals/{number}/guardians").text


def test_a_no_is_recorded_as_an_answer_and_asked_for_once(identified, signed_in, number, settings, ids):
    browser = identified()
    assert browser.get("/guardian/consent/withdraw").path == "/guardian/consent"  # there is nothing to take back
    page = browser.get("/guardian/consent")
    assert "The school goes on helping with what it can do itself" in page.text
    form = form_to(page, "/guardian/consent/refuse")
    page = browser.submit(form=form)
    assert "Your no is recorded." in page.text
    assert "You have said no." in page.text
    browser.submit(form=form)
    rows = read(
        settings,
        lambda session: session.execute(select(Consent.answer, Consent.form, Consent.from_on, Consent.by_id)).all(),
    )
    assert rows == [(ConsentAnswer.REFUSED, ConsentForm.DIGITAL, TODAY, None)]
    assert "Do you want to say no?" not in browser.get("/guardian/consent").text
    assert "with e-identification" in signed_in("karin").get(f"/referrals/{number}/guardians").text


def test_what_was_shared_stands_there_in_everyday_words_and_before_a_withdrawal(identified, settings, ids, number):
    browser = identified()
    assert "There is nothing to show now." in browser.get("/guardian/").text
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        both = [session.get(Guardian, one) for one in ids.values()]
        for guardian in both:
            a_consent(session, guardian, by=cast.coordinator)
        referral = both[0].referral
        values = {"status": PartStatus.RECEIVED, "received_at": clock.now(), "conclusion": "Läser långsamt."}
        a_part(session, referral, cast.special_educator, asked_by=cast.coordinator, **values)
        a_part(
            session, referral, cast.counsellor, asked_by=cast.coordinator, about=About.GUARDIAN,
            about_guardian_id=ids["Omar"], **values,
        )  # fmt: skip
        for ground, recipient in ((CONSENT, Recipient.SOCIAL_SERVICES), ("crime_prevention", Recipient.POLICE)):
            sharing.share_information(
                session, referral, by=cast.coordinator.actor(), seen=None, chosen=pieces.shareable(session, referral)[:2],
                sharing=sharing.Sharing(
                    recipient=recipient, to_whom="Enheten vid Åsgatan", purpose="Hjälpa Omar.", ground=ground, reason="Hot.",
                    why_not_told="Fara.",
                ),
            )  # fmt: skip
    page = browser.get("/guardian/")
    assert "With: Social services" in page.text
    assert "Why it was allowed: The guardians' consent" in page.text
    assert page.text.count("A part of the assessment") == 1
    for secret in ("police", "Åsgatan", "Omar", "Läser"):
        assert secret not in page.text
    assert "With: Social services" in browser.get("/guardian/consent/withdraw").text
    with db.writing(settings.database) as session:
        for row in session.scalars(select(Disclosure).where(Disclosure.ground != CONSENT)):
            row.review = Review.CLEARED
    assert "Preventing or detecting crime (OSL 10:15 a)" in browser.get("/guardian/").text


def test_files_a_guardian_sent_in_are_theirs_to_open_and_nobody_elses(identified, settings, signed_in, number, ids):
    with db.writing(settings.database) as session:
        maja = session.get(Guardian, ids["Maja"])
        concern = session.scalars(select(Concern).where(Concern.referral_id == maja.referral_id)).one()
        concern.reporter_kind, concern.reporter_name = ReporterKind.GUARDIAN, maja.name
        sender, file = Actor(reported=maja.referral_id), Cleared(FileKind.PDF, b"%PDF a letter", "brev.pdf")
        kept = attachments.keep(session, maja.referral, file, by=sender, party=Party.REPORTER).id
    browser = identified()
    assert "brev.pdf" in browser.get("/guardian/").text
    answer = browser.client.get(f"/guardian/files/{kept}")
    assert (answer.data, answer.headers["Content-Security-Policy"]) == (b"%PDF a letter", "sandbox; default-src 'none'")
    assert "Opened a file" in signed_in("karin").get(f"/referrals/{number}/access-log").text
    omar = identified("Omar")
    assert "brev.pdf" not in omar.get("/guardian/").text
    omar.get(f"/guardian/files/{kept}", status=404)


def test_a_protection_report_they_were_told_of_is_there_and_another_is_not(identified, settings, signed_in, number):
    browser = identified()
    staff = signed_in("kim")
    with db.writing(settings.database) as session:
        from tests.factories import a_member

        cast = cast_of(session)
        a_member(session, session.scalars(select(Guardian)).first().referral, cast.counsellor)
    staff.get(f"/referrals/{number}")
    staff.submit(form="fear-form")
    staff.submit(
        {"seen": "kvistfågel", "child_name": "Mila", "urgency": "acute", "told": GuardiansTold.NOBODY},
        button=("finish", "yes"),
    )
    report = read(settings, lambda session: session.scalars(select(ProtectionReport.id)).one())
    assert "/reports/" not in browser.get("/guardian/").response.text
    browser.get(f"/guardian/reports/{report}", status=404)
    with db.writing(settings.database) as session:
        session.execute(update(ProtectionReport).values(opened_at=clock.now()))
    page = browser.get("/guardian/")
    assert f"/guardian/reports/{report}" in page.response.text
    assert browser.client.get(f"/guardian/reports/{report}").data.startswith(b"%PDF")
    chain = read(
        settings,
        lambda session: session.scalars(
            select(AuditEvent.by_party).where(AuditEvent.chain_id == report, AuditEvent.what == What.OPENED_PAPER)
        ).all(),
    )
    assert Party.GUARDIAN in chain


def test_who_is_the_guardian_of_two_children_goes_from_one_page_to_the_other(identified, signed_in, settings, agreed):
    first = identified()
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        other = a_referral(session, cast, PLAN_ACTIVE)
        guardian = a_guardian(session, other, told_by=cast.coordinator, name="Maja Testsson")
        theirs, own = other.number, str(guardian.id)
        where = f"/referrals/{theirs}/guardians/{own}/code"
    staff = signed_in("karin")
    staff.get(where)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", staff.submit().text)[0]
    second = english(agreed)
    second.submit({"code": code})
    come(second, "maja")
    page = second.get("/guardian/")
    assert "Your other pages" in page.text
    page = first.get("/guardian/")
    first.submit(form=form_to(page, "/guardian/other"))
    assert theirs not in first.page.text
    form = form_to(first.page, "/guardian/other")
    first.page.fields(form)
    for wrong in ("", own):
        first.submit({"guardian": wrong}, form=form, status=404)
