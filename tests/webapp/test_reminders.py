"""The button that reminds: beside a part that is out and a question that waits, for the coordinator, once a day."""

import pytest

from referrals import clock, db, triage
from referrals.models import MeetingDecision, Referral
from referrals.stages import IN_TRIAGE, MEETING_HELD, PARTS_REQUESTED, PLAN_ACTIVE, PLAN_FOR_APPROVAL, TO_SCHEDULE
from referrals.vocabulary import PlanStatus
from tests.factories import a_meeting, a_member, a_part, a_plan, a_referral
from tests.webapp.desk import cast_of


@pytest.fixture
def lay(settings, app, wednesday):
    """Makes a referral in a state, gives its number; `prepare(session, referral, cast)` adds what the test needs."""

    def make(state, prepare) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral: Referral = a_referral(session, cast, state)
            prepare(session, referral, cast)
            return referral.number

    return make


def buttons(page):
    return [form for form in page.all("form") if form.get("action", "").endswith("/reminder")]


def two_are_asked(session, referral, cast):
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)


def test_a_coordinator_reminds_beside_a_part_and_sees_when(signed_in, lay):
    number, karin = lay(PARTS_REQUESTED, two_are_asked), signed_in("karin")
    first, second = buttons(karin.get(f"/referrals/{number}/assessment"))
    said = karin.submit(form=first)
    assert "gets a mail that reminds of it." in said.text
    assert "Last reminded" in said.text
    assert [form.get("action") for form in buttons(said)] == [second.get("action")]
    again = karin.submit(form=first)
    assert "Nobody was reminded: it was done today already" in again.text
    assert not buttons(signed_in("henrik").get(f"/referrals/{number}/assessment"))
    assert not buttons(signed_in("kim").get(f"/referrals/{number}/assessment"))


@pytest.mark.parametrize(("state", "page"), [(MEETING_HELD, "team-review"), (PLAN_FOR_APPROVAL, "action-plan")])
def test_a_coordinator_reminds_of_what_waits_for_approval(signed_in, lay, state, page):
    def prepare(session, referral, cast):
        a_meeting(
            session, referral, called_by=cast.coordinator, starts_at=clock.now(), held_at=clock.now(), attendance=[]
        )
        a_plan(session, referral, author=cast.coordinator, status=PlanStatus.FOR_APPROVAL)

    number, karin = lay(state, prepare), signed_in("karin")
    (button,) = buttons(karin.get(f"/referrals/{number}/{page}"))
    said = karin.submit(form=button)
    assert "Whoever may approve gets a mail that reminds of it." in said.text
    assert "Last reminded" in said.text
    assert not buttons(said)
    assert not buttons(signed_in("henrik").get(f"/referrals/{number}/{page}"))


def test_a_coordinator_reminds_beside_what_a_meeting_decided(signed_in, lay):
    def prepare(session, referral, cast):
        a_member(session, referral, cast.counsellor)
        meeting = a_meeting(
            session, referral, called_by=cast.coordinator, starts_at=clock.now(), held_at=clock.now(), attendance=[]
        )
        meeting.approved_at = clock.now()
        for position, account in enumerate((cast.counsellor, cast.coordinator)):
            session.add(
                MeetingDecision(
                    referral=referral, meeting_id=meeting.id, position=position, text="Ring hem",
                    responsible=account.name, responsible_id=account.id,
                )
            )  # fmt: skip
        session.flush()

    number, karin = lay(TO_SCHEDULE, prepare), signed_in("karin")
    elsewhere = lay(TO_SCHEDULE, lambda *_laid: None)
    (button,) = buttons(karin.get(f"/referrals/{number}/team-review"))
    said = karin.submit(form=button)
    assert "Kim Solgren gets a mail that reminds of it." in said.text
    assert "Last reminded" in said.text
    assert not buttons(said)
    assert "Nobody was reminded: it was done today already" in karin.submit(form=button).text
    button.set("action", button.get("action").replace(number, elsewhere))
    karin.submit(form=button, status=404)
    for name in ("henrik", "kim"):
        assert not buttons(signed_in(name).get(f"/referrals/{number}/team-review"))


def test_a_coordinator_reminds_beside_an_action_that_runs(signed_in, lay):
    def prepare(session, referral, cast):
        a_plan(session, referral, author=a_member(session, referral, cast.counsellor), status=PlanStatus.ACTIVE)

    number, karin = lay(PLAN_ACTIVE, prepare), signed_in("karin")
    (button,) = buttons(karin.get(f"/referrals/{number}/action-plan"))
    said = karin.submit(form=button)
    assert "Kim Solgren gets a mail that reminds of it." in said.text
    assert "Last reminded" in said.text
    assert not buttons(said)
    for other in ("kim", "henrik"):
        assert not buttons(signed_in(other).get(f"/referrals/{number}/action-plan"))
    button.set("action", button.get("action").replace(number, lay(PLAN_ACTIVE, lambda *_: None)))
    karin.submit(form=button, status=404)


def test_a_coordinator_reminds_the_head_teacher_of_a_question(signed_in, lay):
    def ask(session, referral, cast):
        triage.ask_head_teacher(session, referral, by=cast.coordinator.actor(), seen=None, reason="Är det här ditt?")

    number, karin = lay(IN_TRIAGE, ask), signed_in("karin")
    (button,) = buttons(karin.get(f"/referrals/{number}/triage"))
    said = karin.submit(form=button)
    assert "The head teacher gets a mail that reminds of it." in said.text
    assert "Last reminded" in said.text
    assert not buttons(said)
    assert not buttons(signed_in("henrik").get(f"/referrals/{number}/triage"))
