"""The page of one's own working notes: saved while they are written, and met by nobody else anywhere."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.keeping import audit
from referrals.models import PlannedAction, Referral, WorkingNote
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE
from referrals.vocabulary import PlanStatus
from tests.factories import a_member, consented
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def test_somebody_keeps_notes_and_finds_them_again_by_the_referrals_page(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    petra = signed_in("petra")
    assert "My working notes" in petra.get(f"/referrals/{number}").text
    petra.get(f"/referrals/{number}/working-notes")
    page = petra.submit({"text": "Fråga om kattungen."})
    assert "Your notes are saved" in page.text
    assert page.fields(page.form())["text"] == "Fråga om kattungen."
    with db.reading(desk.url) as session:
        assert b"kattungen" not in session.scalars(select(WorkingNote._text)).one()


def test_what_is_typed_and_not_sent_is_saved_for_its_writer(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    petra = signed_in("petra")
    petra.get(f"/referrals/{number}/working-notes")
    answer = petra.send({"text": "Halva meningen"}, button=("_typing", "yes"))
    assert answer.text.startswith("Saved ")
    page = petra.get(f"/referrals/{number}/working-notes")
    assert page.fields(page.form())["text"] == "Halva meningen"


def test_too_much_is_refused_and_stays_in_the_field(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    petra = signed_in("petra")
    petra.get(f"/referrals/{number}/working-notes")
    page = petra.submit({"text": "o" * 20_001}, status=422)
    assert page.fields(page.form())["text"] == "o" * 20_001


def test_the_log_tells_nobody_that_there_are_notes(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    petra = signed_in("petra")
    petra.get(f"/referrals/{number}/working-notes")
    petra.submit({"text": "Fråga om kattungen."})
    with db.reading(desk.url) as session:
        referral = session.scalars(select(Referral)).one()
        events = audit.events_about(session, referral.id, most=50)
        subjects = [event.subject for event in events]
    assert {"casework.working_notes", "working_notes"} <= set(subjects)
    log = signed_in("karin").get(f"/referrals/{number}/access-log")
    assert "Petra Vidmark" in log.text
    assert "working" not in log.response.text.lower()


def test_a_stranger_and_an_administrator_find_no_page(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    for who in ("otto", "anton", "tove", "margit"):
        signed_in(who).get(f"/referrals/{number}/working-notes", status=404)


def test_whoever_only_answers_for_an_action_has_notes_without_the_referrals_frame(signed_in, desk):
    number = desk.lay(PLAN_ACTIVE, plan=PlanStatus.ACTIVE)
    with db.writing(desk.url) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        consented(session, referral, cast)
        a_member(session, referral, cast.leisure_worker)
        session.scalars(select(PlannedAction)).one().owner_id = cast.leisure_worker.id
    leo = signed_in("leo")
    assert "My working notes" in leo.get(f"/referrals/{number}").text
    page = leo.get(f"/referrals/{number}/working-notes")
    assert "Mila" not in page.text
    assert "Lindskolan" not in page.text


def test_after_the_end_they_are_read_only(signed_in, desk):
    number = desk.lay(CLOSED)
    karin = signed_in("karin")
    assert "you have no notes about it" in karin.get(f"/referrals/{number}/working-notes").text
    with db.writing(desk.url) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        note = WorkingNote(referral=referral, author_id=cast.coordinator.id, changed_at=referral.opened_at)
        note.text = "Fråga om kattungen."
        session.add(note)
    page = karin.get(f"/referrals/{number}/working-notes")
    assert "Fråga om kattungen." in page.text
    assert "Save my notes" not in page.text
