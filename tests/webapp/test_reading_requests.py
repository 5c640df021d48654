"""The pages on which somebody's request to read the file is recorded, gone through and let go."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, db, documents
from referrals.access import Role
from referrals.documents import Paper
from referrals.guardians import withholding
from referrals.models import AuditEvent, Guardian, History, ReadingRequest, Referral, RoleAssignment
from referrals.papers import readers
from referrals.reading import reading_requests
from referrals.reading.reading_requests import Asked
from referrals.stages import IN_TRIAGE
from referrals.vocabulary import AskedBy, AskedHow, DocumentKind
from tests.factories import a_guardian, a_plan
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def number(desk):
    found = desk.lay(IN_TRIAGE)
    with db.writing(desk.url) as session:
        referral = session.scalars(select(Referral)).one()
        a_guardian(session, referral)
        row = session.scalars(select(History)).one()
        documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF Kvastengren")
    return found


def ask(signed_in, desk, number, **values):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/reading-requests")
    sent = {
        "asked_by": "child", "asked_how": "oral", "received_on": "2026-03-02", "reviewer_id": desk.account("henrik")
    } | values  # fmt: skip
    page = karin.submit(sent, status=200 if not values else 422)
    with db.reading(desk.url) as session:
        return page, session.scalars(select(ReadingRequest.id)).first()


def test_a_request_is_recorded_gone_through_and_let_go(signed_in, desk, number, printed):
    page, request_id = ask(signed_in, desk, number)
    assert "The request is recorded" in page.text
    assert "Is being gone through" in page.text
    henrik = signed_in("henrik")
    assert "Go through the file for somebody who asked to read it" in henrik.get("/home").text
    assert "Go through the file for somebody" not in signed_in("sanna").get("/home").text
    assert "Requests to read the file (1)" in henrik.get("/register").text
    assert number in henrik.get("/reading-requests").text
    address = f"/reading-requests/{request_id}"
    page = henrik.get(address)
    assert "Mila har varit borta nio dagar i september." in page.text
    fields = page.fields(page.form("main-form"))
    rows = [name for name in fields if name.endswith("-piece")]
    assert len(rows) >= 4
    page = henrik.submit({}, form="approve-form")
    assert "Some pieces are still undecided" in page.text
    first = {"pieces-0-given": "no"}
    page = henrik.submit(first, form="main-form", status=422)
    assert "Choose on what ground it is withheld, and write why." in page.text
    given = {f"{name[:-6]}-given": "yes" for name in rows}
    founded = {"pieces-0-given": "no", "pieces-0-ground": "harm", "pieces-0-reason": "Sagt i förtroende."}
    page = henrik.submit(given | founded, form="main-form")
    assert "Nothing leaves before you let it go." in page.text
    henrik.submit({}, form="approve-form")
    response = henrik.send({}, form="extract-form")
    assert response.mimetype == "application/zip"
    assert len(printed) == 1
    assert response.headers["Content-Disposition"] == f'attachment; filename="{number}-extract.zip"'
    assert "paper-1.pdf" in zipfile.ZipFile(io.BytesIO(response.data)).namelist()
    assert "Answered" in signed_in("karin").get(f"/referrals/{number}/reading-requests").text
    assert "Let an extract go" in signed_in("karin").get(f"/referrals/{number}/access-log").text


def test_a_request_whose_day_has_passed_is_given_to_somebody_else(signed_in, desk, number, wednesday):
    _page, request_id = ask(signed_in, desk, number)
    with db.writing(desk.url) as session:
        cast = cast_of(session)
        cast.counsellor.roles.append(RoleAssignment(role=Role.REGISTRAR, unit=cast.school))
        session.get_one(ReadingRequest, request_id).due_on = clock.now().date() - timedelta(days=1)
    karin = signed_in("karin")
    page = karin.get("/home")
    assert "See to a request to read a file that nobody has answered" in page.text
    assert "With Henrik" in page.text
    (way,) = [one.get("href") for one in page.all("a", class_="waiting__verb") if "reading" in one.get("href", "")]
    karin.get(way)
    page = karin.submit(form="give-on-form", status=422)
    assert page.problems == ["Who goes through it from now on? Choose who goes through it."]
    page = karin.submit({"goes_on_by": desk.account("karin")}, form="give-on-form", status=422)
    assert "Choose somebody who neither recorded it nor has it already." in page.text
    page = karin.submit({"goes_on_by": desk.account("kim")}, form="give-on-form")
    assert "Kim Solgren goes through it from now on." in page.text
    assert "Go through the file for somebody who asked to read it" in signed_in("kim").get("/home").text
    signed_in("henrik").get(f"/reading-requests/{request_id}", status=404)
    assert "Gave a request to read the file to somebody else" in karin.get(f"/referrals/{number}/access-log").text


def test_what_was_withheld_from_the_guardian_who_asks_is_marked_and_cannot_be_given(signed_in, desk, number):
    with db.writing(desk.url) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        guardian = session.scalars(select(Guardian)).one()
        plan = a_plan(session, referral, author=cast.coordinator)
        by = cast.coordinator.actor()
        withholding.mark_confided(session, referral, by=by, seen=None, key=(plan.id, "child_voice"))
        asked = Asked(
            asked_by=AskedBy.GUARDIAN, asked_how=AskedHow.ORAL, received_on=clock.now().date(),
            reviewer_id=cast.head_teacher.id, guardian_id=guardian.id,
        )  # fmt: skip
        asked_id = reading_requests.record_request(session, referral, by=by, asked=asked).id
        kept = f"action_plan:{plan.id}"
    henrik = signed_in("henrik")
    page = henrik.get(f"/reading-requests/{asked_id}")
    assert page.text.count("Not for this guardian.") == 1
    fields = page.fields(page.form("main-form"))
    row = next(name for name, value in fields.items() if value == kept).removesuffix("-piece")
    page = henrik.submit({f"{row}-given": "yes"}, form="main-form", status=422)
    assert "It was decided that this guardian does not read it. Withhold it." in page.text
    given = {f"{row}-given": "no", f"{row}-ground": "harm", f"{row}-reason": "Det skadar barnet."}
    assert "Nothing leaves before you let it go." in henrik.submit(given, form="main-form").text


def test_what_is_missing_is_said_at_its_field(signed_in, desk, number):
    page, request_id = ask(signed_in, desk, number, asked_by="guardian")
    assert "Choose which guardian asked." in page.text
    assert request_id is None
    page, _none = ask(signed_in, desk, number, received_on="")
    assert "Give the day on which it came in." in page.text


def test_too_long_a_reason_is_refused_and_stays(signed_in, desk, number):
    _page, request_id = ask(signed_in, desk, number)
    henrik = signed_in("henrik")
    henrik.get(f"/reading-requests/{request_id}")
    page = henrik.submit({"pieces-0-reason": "o" * 20_001}, form="main-form", status=422)
    assert page.fields(page.form("main-form"))["pieces-0-reason"] == "o" * 20_001


def test_the_reviewer_sees_by_when_and_that_the_law_says_so(signed_in, desk, number):
    _page, request_id = ask(signed_in, desk, number)
    assert "By law: GDPR art. 12.3" in signed_in("henrik").get(f"/reading-requests/{request_id}").text


def test_the_reviewer_opens_each_paper_and_the_log_knows(signed_in, desk, number):
    _page, request_id = ask(signed_in, desk, number)
    henrik = signed_in("henrik")
    with db.reading(desk.url) as session:
        paper = documents.issued(session, session.scalars(select(Referral)).one())[0]
        paper_id, concern_id = paper.id, session.scalars(select(Referral.id)).one()
    response = henrik.client.get(f"/reading-requests/{request_id}/files/{paper_id}")
    assert (response.status_code, response.data) == (200, b"%PDF Kvastengren")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert henrik.client.get(f"/reading-requests/{request_id}/files/{concern_id}").status_code == 404
    assert henrik.client.get(f"/reading-requests/{request_id}/files/{request_id}").status_code == 404
    with db.reading(desk.url) as session:
        subjects = session.scalars(select(AuditEvent.subject).where(AuditEvent.object_id == request_id)).all()
    assert "casework.reading_review" in subjects


def test_nobody_else_has_these_pages(signed_in, desk, number):
    _page, request_id = ask(signed_in, desk, number)
    for who in ("karin", "petra", "otto", "anton", "siv"):
        assert signed_in(who).client.get(f"/reading-requests/{request_id}").status_code == 404
    for who in ("petra", "otto", "anton", "tove"):
        signed_in(who).get(f"/referrals/{number}/reading-requests", status=404)
    assert "Nobody else in this unit" in signed_in("henrik").get(f"/referrals/{number}/reading-requests").text
    assert signed_in("petra").client.get("/reading-requests").status_code == 404
