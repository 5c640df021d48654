"""Referring to a service outside: what goes along, what becomes of it, who is reminded, and what its paper says."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, consent, documents
from referrals.access import Role
from referrals.disclosure import handed_over, service_referral
from referrals.disclosure.service_referral import Outcome, Request
from referrals.errors import AlreadyDecided, Incomplete, LooksMedical, NotAllowed, NotCovered, ProtectedByHand
from referrals.keeping import register
from referrals.models import (
    AuditEvent,
    Consent,
    Disclosure,
    Guardian,
    Referral,
    RoleAssignment,
    ServiceReferral,
    What,
)
from referrals.papers import paper_sources
from referrals.reminders import digest, waiting
from referrals.stages import CLOSED, PLAN_ACTIVE, Verb
from referrals.vocabulary import (
    Compartment,
    Counterpart,
    DocumentKind,
    PartStatus,
    PlanStatus,
    Recipient,
    ServiceReferralState,
    WordingGround,
)
from referrals.work.waiting_items import Waiting
from schemas.documents.writing import paper_html
from tests.factories import a_consent, a_guardian, a_part, a_plan, a_referral, protected
from tests.people import Cast

#: words of the referral by the kind of information they are of; each occurs nowhere else
SCHOOLING, ATTENDANCE, PSYCHOSOCIAL = "Läser med vindskydd.", "Borta nio dagar.", "En trollslända."
BUP = "BUP Lindköping"
TODAY = date(2026, 9, 16)


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    """A referral with a part, a walled part and a plan that runs, whose one guardian lets schooling and attendance go to health care."""
    made = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id, child_birth_date="2016-04-02")
    came = {"asked_by": cast.coordinator, "status": PartStatus.RECEIVED, "received_at": clock.now()}
    a_part(session, made, cast.teacher, findings={"learning": SCHOOLING}, **came)
    walled = {"compartment": Compartment.STUDENT_HEALTH, "categories": ["psychosocial"]}
    a_part(session, made, cast.counsellor, conclusion=PSYCHOSOCIAL, **walled, **came)
    plan = a_plan(session, made, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
    plan.goals[0].text = ATTENDANCE
    guardian = a_guardian(session, made, told_by=cast.coordinator)
    a_consent(
        session, guardian, by=cast.coordinator, categories=["schooling", "attendance"], recipients=["health_care"]
    )
    return made


def ask(session: Session, cast: Cast, referral: Referral, **values: Any) -> ServiceReferral:
    """Refer to the clinic with all that may go there, or with `values` in place of that."""
    to = values.get("recipient", Recipient.HEALTH_CARE)
    keys = [one.key for one in handed_over.offerable(session, referral, to=to, on=clock.now().date())]
    ground = values.pop("ground", None)
    given = {"recipient": to, "service": BUP, "chosen": keys, "question": "En bedömning.", "contact": "Karin Almkvist"}
    return service_referral.refer_to_service(
        session, referral, by=cast.coordinator.actor(), seen=None, request=Request(**given | values), ground=ground
    )


def record(
    session: Session, cast: Cast, found: ServiceReferral, state: ServiceReferralState, **values: Any
) -> ServiceReferral:
    return service_referral.record_service_answer(
        session, found.referral, by=cast.coordinator.actor(), seen=None, found=found,
        outcome=Outcome(**{"state": state, "on": clock.now().date()} | values),
    )  # fmt: skip


def withdraw(session: Session, cast: Cast, referral: Referral) -> None:
    guardian = session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)).one()
    consent.withdraw_consent(
        session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, reason="Hon ångrar sig."
    )


def lines(session: Session, account: Any) -> list[tuple[str, date | None]]:
    found = waiting.everything_for(session, account.actor(), today=clock.now().date())
    return [(item.number, item.waits_since) for item in found if item.kind is Waiting.SERVICE]


def test_only_what_consent_lets_go_to_that_service_goes_along_and_each_piece_stands_with_its_ground(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found = ask(session, cast, referral)
    assert found.package is not None
    assert [part["profession"] for part in found.package["parts"]] == ["teacher"]
    assert [goal["text"] for goal in found.package["goals"]] == [ATTENDANCE]
    assert found.package["categories"] == ["schooling", "attendance"]
    assert found.package["born_on"] == "2016-04-02"
    rows = session.scalars(select(Disclosure).where(Disclosure.referral_id == referral.id)).all()
    assert {(row.recipient, row.to_whom, row.ground) for row in rows} == {(Recipient.HEALTH_CARE, BUP, "consent")}
    shared = session.scalars(select(AuditEvent).where(AuditEvent.what == What.DISCLOSED)).all()
    assert {event.object_id for event in shared} == {row.id for row in rows}
    assert (found.state, found.sent.verb, found.sent.by) == ("sent", Verb.REFER_TO_SERVICE, cast.coordinator)


def test_services_are_those_that_guardians_are_asked_about_and_never_school_guardian_or_who_only_acts(
    referral: Referral,
) -> None:
    assert service_referral.services_for(referral) == [
        Recipient.SOCIAL_SERVICES, Recipient.HEALTH_CARE, Recipient.DENTAL_CARE,
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["service", "chosen", "question", "contact"])
def test_what_is_missing_is_named_and_nothing_is_sent(
    session: Session, cast: Cast, referral: Referral, missing: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        ask(session, cast, referral, **{missing: ()} if missing == "chosen" else {missing: "  "})
    assert refused.value.missing == (missing,)
    assert service_referral.referrals_to_services(session, referral) == []


def test_what_consent_does_not_reach_is_refused(session: Session, cast: Cast, referral: Referral) -> None:
    every = [piece.key for piece in handed_over.pieces.pieces_of(session, referral)]
    for refused in (
        {"chosen": every},
        {"recipient": Recipient.SOCIAL_SERVICES, "chosen": every[:1]},
        {"recipient": Recipient.RECEIVING_SCHOOL, "chosen": every[:1]},
    ):
        with pytest.raises(NotCovered):
            ask(session, cast, referral, **refused)
    protected(session, referral, by=cast.coordinator)
    with pytest.raises(ProtectedByHand):
        ask(session, cast, referral)


def test_its_paper_says_what_was_sent_to_whom_and_whom_to_answer(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found = ask(session, cast, referral)
    (paper,) = documents.outstanding(session, found.sent)
    assert (paper.kind, paper.recipient) == (DocumentKind.SERVICE_REFERRAL, f"service:health_care:{found.sent_id}")
    html = paper_html(paper_sources.gather(session, referral, paper, after=found.sent))
    for said in (BUP, "En bedömning.", SCHOOLING, ATTENDANCE, "Karin Almkvist", "Mila Testsson"):
        assert said in html
    assert PSYCHOSOCIAL not in html
    documents.issue(session, found.sent, paper, content=b"%PDF")
    entry = register.entries_beside(session, referral)[-1]
    assert (entry.paper, entry.counterpart) == (DocumentKind.SERVICE_REFERRAL, Counterpart.OTHER)
    empty = paper_sources.gather(session, a_referral(session, cast), paper, after=None)
    assert "hand_over" not in empty.values


def test_an_answer_and_its_end_stand_with_day_and_person(session: Session, cast: Cast, referral: Referral) -> None:
    states, today = ServiceReferralState, clock.now().date()
    found = ask(session, cast, referral)
    record(session, cast, found, states.ACCEPTED)
    assert (found.answered_on, found.answered and found.answered.by) == (today, cast.coordinator)
    version = referral.version
    assert record(session, cast, found, states.ACCEPTED) is found
    assert referral.version == version, "the same again changes nothing"
    assert service_referral.possible_now(session, found) == [states.DONE, states.DECLINED, states.REVOKED]
    record(session, cast, found, states.DONE)
    assert (found.ended_on, found.ended and found.ended.choice) == (today, "done")
    with pytest.raises(AlreadyDecided):
        record(session, cast, found, states.REVOKED, reason="För sent.")


def test_a_no_and_a_taking_back_need_their_reason_and_a_day_that_can_be(
    session: Session, cast: Cast, referral: Referral
) -> None:
    states, today = ServiceReferralState, clock.now().date()
    found = ask(session, cast, referral)
    for state in (states.DECLINED, states.REVOKED):
        with pytest.raises(Incomplete) as refused:
            record(session, cast, found, state, reason=" ")
        assert refused.value.missing == ("reason",)
    for day in (today - timedelta(days=1), today + timedelta(days=1)):
        with pytest.raises(Incomplete) as refused:
            record(session, cast, found, states.ACCEPTED, on=day)
        assert refused.value.missing == ("on",)
    record(session, cast, found, states.DECLINED, reason="Kön är stängd.")
    assert found.answered is not None
    assert (found.state, found.answered.reason) == (states.DECLINED, "Kön är stängd.")
    assert service_referral.possible_now(session, found) == []


def test_a_consent_that_has_ended_lets_the_team_take_it_back_for_that(
    session: Session, cast: Cast, referral: Referral
) -> None:
    ended = ServiceReferralState.CONSENT_ENDED
    found = ask(session, cast, referral)
    assert ended not in service_referral.possible_now(session, found)
    with pytest.raises(AlreadyDecided):
        record(session, cast, found, ended)
    withdraw(session, cast, referral)
    assert service_referral.consent_ended_on(session, found) == clock.now().date()
    record(session, cast, found, ended)
    assert (found.state, found.ended and found.ended.verb) == (ended, Verb.RECORD_SERVICE_ANSWER)


def test_a_service_that_says_no_after_its_yes_is_recorded_with_both(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    states, accepted_on = ServiceReferralState, clock.now().date()
    found = record(session, cast, ask(session, cast, referral), states.ACCEPTED)
    wednesday.shift(timedelta(days=1))
    record(session, cast, found, states.DECLINED, reason="De har flyttat gränsen.")
    assert (found.state, found.answered_on, found.ended_on) == (
        states.DECLINED, accepted_on, accepted_on + timedelta(days=1),
    )  # fmt: skip


def test_what_looks_medical_in_the_question_needs_its_ground(session: Session, cast: Cast, referral: Referral) -> None:
    medical = {"question": "Hon har F32.1 sedan i våras."}
    with pytest.raises(LooksMedical):
        ask(session, cast, referral, **medical)
    assert service_referral.referrals_to_services(session, referral) == []
    assert ask(session, cast, referral, ground=WordingGround.TOLD, **medical).question == medical["question"]


def test_two_services_of_one_kind_get_a_paper_each_and_neither_takes_the_place_of_the_other(
    session: Session, cast: Cast, referral: Referral
) -> None:
    asked = [ask(session, cast, referral, service=name) for name in (BUP, "Habiliteringen")]
    for each in asked:
        (paper,) = documents.outstanding(session, each.sent)
        documents.issue(session, each.sent, paper, content=b"%PDF")
    issued = documents.issued(session, referral)
    assert [one.version for one in issued] == [1, 1]
    assert documents.replaced(issued) == set()


def test_it_waits_for_the_coordinators_after_four_weeks_without_news(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    sent_on = clock.now().date()
    session.scalars(select(Consent)).one().until_on = sent_on + timedelta(days=100)
    found = ask(session, cast, referral)
    wednesday.shift(timedelta(days=27))
    assert lines(session, cast.coordinator) == []
    wednesday.shift(timedelta(days=1))
    asked_on = sent_on + timedelta(days=28)
    assert lines(session, cast.coordinator) == [(referral.number, asked_on)]
    for somebody in (cast.head_teacher, cast.counsellor, cast.outsider):
        assert lines(session, somebody) == []
    referral.stage, referral.status, referral.is_open = CLOSED.stage, CLOSED.status, False
    session.flush()
    assert lines(session, cast.coordinator) == [(referral.number, asked_on)], "the service may answer afterwards"
    record(session, cast, found, ServiceReferralState.ACCEPTED)
    assert lines(session, cast.coordinator) == []
    wednesday.shift(timedelta(days=28))
    assert lines(session, cast.coordinator) == [(referral.number, asked_on + timedelta(days=28))], (
        "it may have forgotten"
    )
    record(session, cast, found, ServiceReferralState.DONE)
    assert lines(session, cast.coordinator) == []


def test_after_as_long_again_the_head_teacher_is_told_that_nobody_has_heard_anything(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    sent_on = clock.now().date()
    session.scalars(select(Consent)).one().until_on = sent_on + timedelta(days=100)
    found = ask(session, cast, referral)
    wednesday.shift(timedelta(days=55))
    assert lines(session, cast.head_teacher) == []
    wednesday.shift(timedelta(days=1))
    assert lines(session, cast.head_teacher) == [(referral.number, sent_on + timedelta(days=28))]
    head = cast.head_teacher.actor()
    asked = [
        one for one in waiting.everything_for(session, head, today=clock.now().date()) if one.kind is Waiting.SERVICE
    ]
    assert [(one.is_stalled, one.is_others) for one in asked] == [(True, True)]
    cast.head_teacher.language = "en"
    due = digest._due(session, cast.head_teacher, clock.now().date())
    (said,) = (said for said, _way in due.others if "service" in said)
    assert said.endswith("(since 14 Oct 2026, and has taken twice as long as meant)")
    for somebody in (cast.counsellor, cast.outsider):
        assert lines(session, somebody) == []
    own = waiting.everything_for(session, cast.coordinator.actor(), today=clock.now().date())
    assert not any(one.is_others for one in own if one.kind is Waiting.SERVICE)
    cast.head_teacher.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.school))
    session.flush()
    assert len(lines(session, cast.head_teacher)) == 1, "it is theirs to see to, and stands there once"
    record(session, cast, found, ServiceReferralState.ACCEPTED)
    assert lines(session, cast.head_teacher) == []


def test_a_consent_that_has_ended_waits_for_the_coordinators_at_once(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    found = ask(session, cast, referral)
    wednesday.shift(timedelta(days=2))
    (guardian,) = session.scalars(select(Guardian).where(Guardian.referral_id == referral.id))
    a_consent(session, guardian, by=cast.coordinator, categories=["schooling"], recipients=["health_care"])
    assert lines(session, cast.coordinator) == [(referral.number, clock.now().date())]
    record(session, cast, found, ServiceReferralState.CONSENT_ENDED)
    assert lines(session, cast.coordinator) == []


def test_nobody_else_refers_or_records_and_no_other_referral_s_is_found(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found, other = ask(session, cast, referral), a_referral(session, cast, PLAN_ACTIVE)
    outcome = Outcome(state=ServiceReferralState.ACCEPTED, on=clock.now().date())
    for actor in (cast.head_teacher.actor(), cast.counsellor.actor(), cast.outsider.actor()):
        with pytest.raises(NotAllowed):
            service_referral.record_service_answer(session, referral, by=actor, seen=None, found=found, outcome=outcome)
    with pytest.raises(NotAllowed):
        service_referral.record_service_answer(
            session, other, by=cast.coordinator.actor(), seen=None, found=found, outcome=outcome
        )
    with pytest.raises(NotAllowed):
        service_referral.find(session, other, found.id)
    assert service_referral.find(session, referral, found.id) is found


def test_whoever_recorded_something_wrong_takes_it_back_with_a_reason_that_stays(
    session: Session, cast: Cast, referral: Referral
) -> None:
    def right(by: Any = cast.coordinator, reason: str = "Det var fel barn.", of: Any = None) -> ServiceReferral:
        where = of or referral
        return service_referral.put_service_answer_right(
            session, where, by=by.actor(), seen=None, found=found, reason=reason
        )

    found, states = ask(session, cast, referral), ServiceReferralState
    with pytest.raises(NotAllowed):
        right()  # nothing was recorded
    record(session, cast, found, states.ACCEPTED)
    record(session, cast, found, states.DONE)
    for other in ({"by": cast.second_coordinator}, {"by": cast.head_teacher}, {"of": a_referral(session, cast)}):
        with pytest.raises(NotAllowed):
            right(**other)
    with pytest.raises(Incomplete):
        right(reason=" ")
    assert (right().state, found.ended, found.ended_on, found.answered_on) == (states.ACCEPTED, None, None, TODAY)
    row = referral.history[-1]
    assert (row.verb, row.choice, row.reason) == (Verb.PUT_SERVICE_ANSWER_RIGHT, states.DONE, "Det var fel barn.")
    assert (right().state, found.answered, found.answered_on) == (states.SENT, None, None)
    assert record(session, cast, found, states.REVOKED, reason="Familjen ångrar sig.").ended_on == TODAY
    assert right().state is states.SENT
    record(session, cast, found, states.DECLINED, reason="Väntelistan är stängd.")
    assert right().state is states.SENT
