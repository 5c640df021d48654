"""Where a text looks medical: the field is marked, nothing is lost, and there are three ways on."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import AssessmentPart, AuditEvent, Referral, WorkingNote
from referrals.stages import CLOSED, CLOSURE_PROPOSED, PARTS_REQUESTED, PLAN_DRAFT, SCHEDULED
from referrals.vocabulary import Compartment, PartStatus, PlanStatus
from tests.factories import a_part
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_closure import ALL_DECIDED
from tests.webapp.test_saving import lay_minutes

pytestmark = pytest.mark.usefixtures("wednesday")

WRITTEN = {"findings-learning": "Läser fint.", "conclusion": "Har epilepsi sedan i våras."}


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def lay_part(desk, who, wall):
    number = desk.lay(PARTS_REQUESTED)
    with db.writing(desk.url) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        part = a_part(session, referral, getattr(cast, who), asked_by=cast.coordinator, compartment=wall)
        return number, f"/referrals/{number}/assessment/{part.id}"


def status(desk):
    with db.reading(desk.url) as session:
        return session.scalars(select(AssessmentPart.status)).one()


def test_in_the_school_nurses_field_it_is_stopped_with_help_and_nothing_is_lost(signed_in, desk):
    _number, address = lay_part(desk, "school_nurse", Compartment.MEDICAL)
    siv = signed_in("siv")
    siv.get(address)
    page = siv.submit({"conclusion": WRITTEN["conclusion"]}, status=422)
    assert "“epilepsi” looks like a diagnosis. That stays in your own records" in page.text
    assert page.fields(page.form())["conclusion"] == WRITTEN["conclusion"]
    assert "Why it belongs here" not in page.text
    page = siv.submit({"conclusion": WRITTEN["conclusion"], "wording_ground": "safety"}, status=422)
    assert status(desk) is PartStatus.REQUESTED
    siv.submit({"conclusion": "Det finns något att tillägga. Fråga Siv på torsdagar."})
    assert status(desk) is PartStatus.RECEIVED


def test_elsewhere_a_ground_lets_it_stay_and_the_log_says_which(signed_in, desk):
    number, address = lay_part(desk, "teacher", Compartment.PEDAGOGICAL)
    tove = signed_in("tove")
    tove.get(address)
    page = tove.submit(WRITTEN, status=422)
    assert "“epilepsi” looks like a diagnosis. Does it belong in a text that others read?" in page.text
    assert "it finds little" in page.text
    assert page.fields(page.form())["conclusion"] == WRITTEN["conclusion"]
    page = tove.submit(WRITTEN | {"wording_ground": "anything"}, status=422)
    assert status(desk) is PartStatus.REQUESTED
    tove.submit(WRITTEN | {"wording_ground": "safety"})
    assert status(desk) is PartStatus.RECEIVED
    log = signed_in("karin").get(f"/referrals/{number}/access-log").text
    assert "Said why words that look medical stay in a text" in log
    assert "Staff must know it so that the child is safe at school" in log
    assert "epilepsi" not in log


def test_what_was_reworded_goes_on_without_a_ground(signed_in, desk):
    _number, address = lay_part(desk, "teacher", Compartment.PEDAGOGICAL)
    tove = signed_in("tove")
    tove.get(address)
    tove.submit(WRITTEN, status=422)
    tove.submit(WRITTEN | {"conclusion": "Fråga skolsköterskan."})
    assert status(desk) is PartStatus.RECEIVED


def test_it_can_be_moved_to_ones_own_notes_and_the_rest_stays_in_the_form(signed_in, desk):
    number, address = lay_part(desk, "teacher", Compartment.PEDAGOGICAL)
    tove = signed_in("tove")
    tove.get(address)
    tove.submit(WRITTEN, status=422)
    page = tove.submit(WRITTEN, button=("_to_notes", "yes"), status=422)
    assert "Moved to your notes" in page.text
    assert page.fields(page.form())["findings-learning"] == "Läser fint."
    assert page.fields(page.form())["conclusion"] == ""
    assert status(desk) is PartStatus.REQUESTED
    assert WRITTEN["conclusion"] in tove.get(f"/referrals/{number}/working-notes").response.text
    page = tove.get(address)
    assert page.fields(page.form())["findings-learning"] == "Läser fint."
    assert "epilepsi" not in page.response.text
    with db.reading(desk.url) as session:
        assert session.scalars(select(WorkingNote)).one().text == WRITTEN["conclusion"]
        assert "epilepsi" not in repr(session.execute(select(AuditEvent.__table__)).all())


def test_minutes_are_asked_too(signed_in, desk):
    number, address = lay_minutes(desk)
    karin = signed_in("karin")
    karin.get(address)
    sent = {
        "situation": "Tar 10 mg på morgonen.", "attendance-0-name": "Karin", "attendance-0-function": "samordnare",
        "attendance-0-attendance": "present", "whole-about": "child", "whole-categories": "wellbeing",
    }  # fmt: skip
    page = karin.submit(sent, status=422)
    assert "“10 mg” looks like a medicine or a dose" in page.text
    karin.submit(sent | {"wording_ground": "told"})
    assert desk.read(number, lambda _session, found: found.state) != SCHEDULED


def test_a_plan_is_asked_when_it_is_sent_and_not_while_it_is_written(signed_in, desk):
    number = desk.lay(PLAN_DRAFT, plan=PlanStatus.DRAFT, guardians_view="De är med på det.")
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/action-plan/edit")
    karin.submit({"background": "Utreds för ADHD."}, button=("save", "days"))
    page = karin.submit({"background": "Utreds för ADHD."}, button=("send", "yes"), status=422)
    assert "“ADHD” looks like a diagnosis" in page.text
    karin.submit({"background": "Utreds för ADHD.", "wording_ground": "told"}, button=("send", "yes"))
    assert desk.read(number, lambda _session, found: found.state) != PLAN_DRAFT


def test_a_closing_is_asked_too_and_what_is_marked_can_be_moved(signed_in, desk):
    number = desk.lay(CLOSURE_PROPOSED, plan=PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/closure")
    page = karin.submit(ALL_DECIDED | {"summary": "Hon har fått ADHD utrett."}, form="close-form", status=422)
    assert "“ADHD” looks like a diagnosis" in page.text
    page = karin.submit({}, form="close-form", button=("_to_notes", "yes"), status=422)
    assert page.fields(page.form("close-form"))["summary"] == ""
    assert "utrett" in karin.get(f"/referrals/{number}/working-notes").response.text
    karin.get(f"/referrals/{number}/closure")
    karin.submit(ALL_DECIDED | {"summary": "Hon har ADHD.", "wording_ground": "told"}, form="close-form")
    assert desk.read(number, lambda _session, found: found.state) == CLOSED
