"""The pages of a protected identity; and a walk behind every door, as everybody, for the name and the school."""

import io
import logging
import re
import time
import uuid

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from referrals import db, documents, notifications, printing
from referrals.access import Actor
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.keeping import kept_outside
from referrals.models import Account, AuditEvent, Document, Guardian, History, Listed, Mail, Referral, Unit
from referrals.papers import paper_sources
from referrals.safeguarding import access_list, protected_identity
from referrals.safeguarding.protected_identity import Mark
from referrals.stages import IN_CONSENT, PARTS_REQUESTED, Party, Verb
from referrals.vocabulary import FileKind
from schemas.documents.writing import paper_html
from tests import straight_way
from tests.factories import a_guardian, a_member, a_referral
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_headers import lacking
from tests.webapp.test_protection_doors import addresses, text_of

CHILD, GUARDIAN, SCHOOL, PHONE = "Snöklockesson", "Blåklintsson", "Gömmeskolan", "0000-77 11 99"
PHOTO = "bildens egna punkter"
OTHERS = ("sanna", "petra", "kim", "siv", "noor", "anton", "otto", None)
MARK = Mark("sekretessmarkering", "Beslutet visades.")


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def lived(app, settings):
    """A referral with a photo that has gone its whole way with papers and mail; then both child and guardian were protected."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.school.name, cast.school.phone, cast.forum.place = SCHOOL, PHONE, f"{SCHOOL}, rum 1"
        referral = straight_way.submit(session, cast.school)
        referral.child_name, referral.owner = f"Mila {CHILD}", cast.coordinator
        a_member(session, referral, cast.counsellor)
        photo = Cleared(FileKind.JPEG, b"\xff\xd8" + PHOTO.encode(), f"Mila {CHILD}, {SCHOOL}.jpg")
        attachments.keep(session, referral, photo, by=Actor(reported=referral.id), party=Party.REPORTER)
        for decide in straight_way.DECISIONS:
            decide(session, cast, referral)
        guardian = session.scalars(select(Guardian)).first()
        guardian.name = f"Maja {GUARDIAN}"
        row = session.scalars(select(History).where(History.number == 1)).one()
        notifications.write(session, row)
        for paper in documents.outstanding(session, row):
            html = paper_html(paper_sources.gather(session, referral, paper, after=row))
            documents.issue(session, row, paper, content=printing.print_pdf(html))
        session.expire_all()
        for whom in (None, guardian):
            protected_identity.protect_identity(
                session, referral, by=cast.coordinator.actor(), seen=None, mark=MARK, guardian=whom
            )
        return referral.number


def let_in(settings, number, first):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        account = session.scalars(select(Account).where(Account.email.startswith(f"{first}."))).one()
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        by = cast.coordinator.actor()
        access_list.add_to_list(session, referral, by=by, seen=None, account=account, reason="Samtalar med barnet.")


def every_page(app, client, settings, number):
    with db.reading(settings.database) as session:
        paths = sorted(set(addresses(app, session, number, uuid.uuid4())))
    for path in paths:
        answer = client.get(path)
        assert lacking(answer) == set(), path
        whole = f"{dict(answer.headers)}{text_of(answer)}"
        # one's own menu says where one works, and filters and forms offer the municipality's schools, whatever is in the lists
        whole = re.sub(r"<option.*?</option>", "", whole, flags=re.DOTALL).replace(f", {SCHOOL}</li>", "")
        yield path, answer.status_code, whole


# ------------------------------------------------------------------------------------------------ the walk
def test_nobody_outside_the_list_finds_name_or_school_or_the_referral_itself(app, signed_in, settings, lived, caplog):
    with caplog.at_level(logging.DEBUG):
        for person in OTHERS:
            client = signed_in(person).client if person else app.test_client()
            for path, status, body in every_page(app, client, settings, lived):
                assert CHILD not in body, (person, path)
                assert GUARDIAN not in body, (person, path)
                assert PHOTO not in body, (person, path)
                if f"/referrals/{lived}" in path:
                    assert status == (404 if person else 303), (person, path)
                    assert SCHOOL not in body, (person, path)
                if re.match(r"/(home|board|referrals|search)(\?|$)", path):
                    assert f"/referrals/{lived}" not in body, (person, path)  # a search says again what was typed
                    assert SCHOOL not in body, (person, path)
    assert not [word for word in (CHILD, GUARDIAN, SCHOOL) if word in caplog.text]


@pytest.mark.parametrize("person", ["karin", "henrik"])
def test_lists_search_home_and_titles_say_neither_to_those_on_the_list(app, signed_in, settings, lived, person):
    client, shows = signed_in(person).client, []
    titles = re.compile(r"<title>.*?</title>|<h1.*?</h1>", re.DOTALL)
    for path, _status, body in every_page(app, client, settings, lived):
        shows += [path] if PHOTO in body else []
        if re.match(r"/(home|board|referrals|search)$", path) or path.startswith(("/search", "/referrals?", "/board?")):
            assert not [word for word in (CHILD, GUARDIAN, SCHOOL) if word in body], path
        assert not [word for word in (CHILD, GUARDIAN) for title in titles.findall(body) if word in title], path
        assert not [word for word in (CHILD, GUARDIAN, SCHOOL) if word in body.partition("}")[0]], path
    assert lived in client.get("/referrals?show=all").text
    assert [re.sub(r"[-0-9a-f]{36}", "…", path) for path in shows] == [f"/referrals/{lived}/attachments/…"]


def test_a_contributor_on_the_list_sees_the_referral_but_neither_name_nor_school(app, signed_in, settings, lived):
    let_in(settings, lived, "kim")
    pages = list(every_page(app, signed_in("kim").client, settings, lived))
    seen = [path for path, status, _body in pages if f"/referrals/{lived}" in path and status == 200]
    assert f"/referrals/{lived}" in seen
    for path, _status, body in pages:
        assert CHILD not in body, path
        assert GUARDIAN not in body, path
        if f"/referrals/{lived}" in path:
            assert SCHOOL not in body, path


def test_papers_and_mail_that_are_still_to_come_say_neither(settings, lived):
    with db.reading(settings.database) as session:
        rows = session.scalars(select(History).order_by(History.number)).all()
        papers = [
            paper_html(paper_sources.gather(session, row.referral, paper, after=row))
            for row in rows
            for paper in documents.papers_after(session, row)
        ]
        assert len(papers) > 8
        letters = [notifications.letter(mail) for mail in session.scalars(select(Mail))]
        assert letters
        told = papers + [f"{letter.subject} {letter.body}" for letter in letters]
    assert not [word for word in (f"Mila {CHILD}", GUARDIAN, SCHOOL, PHONE) for text in told if word in text]


def test_the_reporter_who_comes_back_is_told_neither_and_gets_no_receipt(app, settings, lived):
    with db.reading(settings.database) as session:
        identity = str(session.scalars(select(Referral.id)).one())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["reported"] = [identity, int(time.time())]
    body = client.get("/report", follow_redirects=True).text
    assert not [word for word in (CHILD, GUARDIAN, SCHOOL, PHONE) if word in body]
    assert client.get("/report/receipt.pdf").status_code == 404


# ------------------------------------------------------------------------------------------------ the pages
def test_it_is_marked_in_two_steps_and_the_page_says_first_what_happens(signed_in, desk):
    number = desk.lay(IN_CONSENT)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}")
    (link,) = [one for one in page.all("a") if page.text_of(one) == "Mark the identity as protected"]
    page = karin.get(link.get("href"))
    assert page.text.index("What happens the moment you save") < page.text.index("Whose identity is protected?")
    assert "Sekretessmarkering" not in page.text
    page = karin.submit({"level": "skyddad_folkbokforing"}, status=422)
    assert page.problems == ["How do you know? Write why."]
    page = karin.submit({"reason": "Beslutet visades."})
    assert page.heading == "Protected identity and access list"
    assert "Protected population registration" in page.text
    assert "Henrik Rosenby" in page.text
    assert "Protected identity and access list" in karin.get(f"/referrals/{number}").text
    assert signed_in("sanna").get(f"/referrals/{number}", status=404).heading == "There is nothing here for you to see"


def test_people_are_put_on_the_list_and_taken_off_with_a_reason_and_it_is_logged(signed_in, settings, desk):
    number = desk.lay(PARTS_REQUESTED)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        protected_identity.protect_identity(
            session, referral, by=cast_of(session).coordinator.actor(), seen=None, mark=MARK
        )
    karin, petra = signed_in("karin"), signed_in("petra")
    petra.get(f"/referrals/{number}", status=404)
    karin.get(f"/referrals/{number}/protected-identity")
    page = karin.submit({"account_id": desk.account("petra")}, form="add-form", status=422)
    assert page.problems == ["Why do they need to see it? Write why they need to see it."]
    page = karin.submit({"why": "Ska skriva sin del."}, form="add-form")
    assert "Petra Vidmark is on the access list." in page.text
    page = petra.get(f"/referrals/{number}")
    assert "Mila" not in page.text
    assert "Somebody on the referral's access list does this." in page.text or "Write your part" in page.text
    petra.get(f"/referrals/{number}/protected-identity", status=404)
    page = karin.get(f"/referrals/{number}/protected-identity")
    off = [one.get("href") for one in page.all("a") if one.get("href", "").endswith("/off")]
    assert len(off) == 1
    karin.get(off[0])
    assert karin.submit({}, status=422).problems == ["Why: Write why."]
    assert "They see this referral no more." in karin.submit({"reason": "Klar."}).text
    petra.get(f"/referrals/{number}", status=404)
    assert "Somebody was taken off the access list" in karin.get(f"/referrals/{number}").text
    with db.reading(settings.database) as session:
        logged = session.scalars(select(AuditEvent.subject)).all()
        assert {Verb.ADD_TO_LIST, Verb.TAKE_OFF_LIST} <= set(logged)


def test_who_stays_by_their_task_is_not_taken_off_even_by_hand(signed_in, settings, desk, lived):
    with db.reading(settings.database) as session:
        head = session.scalars(select(Account.id).where(Account.email.startswith("henrik."))).one()
        entry = session.scalars(select(Listed.id).where(Listed.account_id == head)).one()
    karin = signed_in("karin")
    karin.get(f"/referrals/{lived}/access-list/{entry}/off")
    assert "This person stays on the access list" in karin.submit({"reason": "x"}, status=409).text
    karin.get(f"/referrals/{lived}/access-list/{uuid.uuid4()}/off", status=404)


def test_what_nobody_of_this_referral_is_gives_the_usual_404(signed_in, settings, lived):
    karin = signed_in("karin")
    karin.get(f"/referrals/{lived}/protected-identity")
    karin.submit({"account_id": str(uuid.uuid4()), "why": "x"}, form="add-form", status=404)
    karin.get(f"/referrals/{lived}/protected-identity")
    fields = karin.page.fields(karin.page.form())
    tampered = {**fields, "about": str(uuid.uuid4()), "level": "sekretessmarkering", "reason": "x"}
    assert karin.client.post(f"/referrals/{lived}/protected-identity", data=tampered).status_code == 404


def test_it_is_lifted_with_a_reason_one_by_one(signed_in, lived):
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{lived}/protected-identity/lift")
    assert "Blåklintsson" not in page.text
    choices = [radio.get("value") for radio in page.all("input", name="about")]
    assert karin.submit({"about": choices[0]}, status=422).problems == ["How do you know? Write why."]
    assert "Guardian 1" in karin.submit({"reason": "Hävd."}).text
    karin.get(f"/referrals/{lived}/protected-identity/lift")
    page = karin.submit({"about": choices[1], "reason": "Hävd."})
    assert page.heading == "Mark the identity as protected"
    assert f"Maja {GUARDIAN}" in page.text
    signed_in("sanna").get(f"/referrals/{lived}")


def test_restricted_papers_say_so_and_each_opening_is_noted(signed_in, settings, lived):
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{lived}/documents")
    assert "It was issued before the identity was protected." in page.text
    with db.reading(settings.database) as session:
        paper = session.scalars(select(Document.id).where(Document.recipient == "file")).first()
        before = len(session.scalars(select(AuditEvent.subject).where(AuditEvent.object_id == paper)).all())
    answer = karin.client.get(f"/referrals/{lived}/documents/{paper}")
    assert PdfReader(io.BytesIO(answer.data)).pages
    assert signed_in("sanna").client.get(f"/referrals/{lived}/documents/{paper}").status_code == 404
    with db.reading(settings.database) as session:
        after = session.scalars(select(AuditEvent.subject).where(AuditEvent.object_id == paper)).all()
    assert len(after) == before + 1


def test_a_guardian_who_is_protected_already_has_no_tick_to_take_away(signed_in, settings, desk):
    number = desk.lay(IN_CONSENT)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/guardians/new")
    karin.submit({"name": f"Maja {GUARDIAN}", "custody": "sole", "has_protected_identity": "yes"})
    with db.reading(settings.database) as session:
        guardian = session.scalars(select(Guardian.id)).one()
    page = karin.get(f"/referrals/{number}/guardians/{guardian}")
    assert not page.all("input", name="has_protected_identity")
    assert "Protected identity and access list" in page.text
    karin.submit({"phone": "0000-12 12 12"})
    assert desk.read(number, lambda _session, referral: referral.protected_since) is not None
    page = karin.get(f"/referrals/{number}/guardians/{guardian}/consent")
    assert page.heading == "Consent of A guardian"


def test_the_usual_room_and_the_schools_number_are_not_put_into_forms(app, signed_in, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.school.phone = PHONE
        referral = a_referral(session, cast, PARTS_REQUESTED, owner=cast.coordinator)
        a_guardian(session, referral, told_by=cast.coordinator)
        number = referral.number
        session.scalars(select(Unit)).first()
        protected_identity.protect_identity(session, referral, by=cast.coordinator.actor(), seen=None, mark=MARK)
    karin = signed_in("karin")
    assert "Lindskolan, rum 12" not in str(karin.get(f"/referrals/{number}/team-review").response.text)
    assert PHONE not in karin.get(f"/referrals/{number}/closure").response.text


def test_where_somebody_lifted_it_first_that_is_how_it_stands(signed_in, desk):
    number = desk.lay(PARTS_REQUESTED)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/protected-identity/lift")
    assert page.path == f"/referrals/{number}/protected-identity"
    token = page.fields(page.all("form", method="post")[0])["csrf_token"]
    answer = karin.client.post(f"/referrals/{number}/protected-identity/lift", data={"csrf_token": token})
    assert answer.location == f"/referrals/{number}/protected-identity"


# ------------------------------------------------------------------------------------------------ kept on paper only
def test_a_referral_kept_on_paper_only_shows_a_lock_and_nothing_else(app, signed_in, settings, lived):
    anton, karin = signed_in("anton"), signed_in("karin")
    karin.get(f"/referrals/{lived}/kept-outside", status=404)
    anton.get("/administration/municipality")
    anton.submit({"keeps_protected_outside": "yes"})
    page = karin.get(f"/referrals/{lived}/protected-identity")
    assert "Keep it on paper only" in page.text
    karin.get(f"/referrals/{lived}/kept-outside")
    page = karin.submit({}, status=422)
    (problem,) = page.problems
    assert problem.endswith("Tick that everything is printed and lies in the paper file.")
    page = karin.submit({"is_on_paper": "yes"})
    assert "Kept on paper" in page.text
    assert "What it is about lies in the paper file." in karin.get(f"/referrals/{lived}").text
    karin.get(f"/referrals/{lived}/documents", status=404)
    for path, status, body in every_page(app, karin.client, settings, lived):
        assert CHILD not in body, path
        assert GUARDIAN not in body, path
        assert status < 500, path


def test_the_end_of_the_work_on_paper_is_noted_by_a_button(signed_in, settings, desk):
    number = desk.lay(IN_CONSENT)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        cast.municipality.keeps_protected_outside = True
        referral = session.scalars(select(Referral)).one()
        by = cast.coordinator.actor()
        protected_identity.protect_identity(session, referral, by=by, seen=None, mark=MARK)
        kept_outside.keep_outside(session, referral, by=by, seen=None, is_on_paper=True)
    karin = signed_in("karin")
    assert "Note that the work has ended" in karin.get(f"/referrals/{number}/protected-identity").text
    page = karin.submit({}, form="end-form")
    assert "The work on paper has ended. Is a meeting planned, tell everybody who was called or invited" in page.text
    assert "Note that the work has ended" not in page.text
