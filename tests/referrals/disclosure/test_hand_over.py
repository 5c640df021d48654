"""Handing a referral over to another unit's team: what goes along, who answers, and what the team before may see afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, consent, documents, history, notifications, queries
from referrals.access import VIEWS, Actor, Role, capacities, may_view, parties_for
from referrals.disclosure import coverage, hand_over, handed_over, receivers, service_referral, sharing
from referrals.disclosure.pieces import Piece
from referrals.errors import (
    AlreadyMoved,
    DutiesOpen,
    HandOverEnded,
    Incomplete,
    NotAllowed,
    NotCovered,
    ProtectedByHand,
    ServiceAsked,
    WrongStage,
)
from referrals.guardians import guardian_page, withholding
from referrals.keeping import register
from referrals.meetings import conflict
from referrals.models import (
    Account,
    AssessmentPart,
    AuditEvent,
    Closure,
    Concern,
    Disclosure,
    FollowUp,
    Guardian,
    HandOver,
    History,
    Mail,
    Membership,
    Referral,
    RoleAssignment,
    TeamMeeting,
    Unit,
    What,
)
from referrals.papers import paper_sources
from referrals.reminders import by_hand
from referrals.reminders import waiting as reminding
from referrals.safeguarding import access_list
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE, SUBMITTED, WITHDRAWN, Party, Verb
from referrals.statutory import absence_investigation, degrading_treatment, links, special_support, tracks
from referrals.vocabulary import (
    ActionStatus,
    Compartment,
    Counterpart,
    DecidedBy,
    DegradingKind,
    DocumentKind,
    FollowUpDecision,
    HandOverState,
    InformationCategory,
    MailKind,
    PartStatus,
    PieceKind,
    PlanStatus,
    Profession,
    Recipient,
    Registered,
    SchoolForm,
    ServiceReferralState,
    Standing,
    SupportGround,
)
from schemas.documents.writing import paper_html
from tests.factories import a_consent, a_guardian, a_member, a_part, a_plan, a_referral, protected
from tests.people import Cast
from tests.referrals.statutory.test_carrying_out import RESULTS, begin, conclude

#: words of the referral by the kind of information they are of; each occurs nowhere else
SCHOOLING, ATTENDANCE, PSYCHOSOCIAL, WELLBEING = (
    "Läser med vindskydd.",
    "Borta nio dagar.",
    "En trollslända.",
    "Ritar hyacinter.",
)


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    """A referral with a part, a walled part, a plan that runs and a meeting, whose one guardian allows schooling, attendance and well-being."""
    made = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
    came = {"asked_by": cast.coordinator, "status": PartStatus.RECEIVED, "received_at": clock.now()}
    a_part(session, made, cast.teacher, findings={"learning": SCHOOLING}, protective_factors="Hästar.", **came)
    walled = {
        "compartment": Compartment.STUDENT_HEALTH,
        "categories": ["psychosocial"],
        "findings": {"health": PSYCHOSOCIAL},
    }
    a_part(session, made, cast.counsellor, conclusion="Mår bättre.", **walled, **came)
    plan = a_plan(session, made, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
    plan.goals[0].text = ATTENDANCE
    met = TeamMeeting(
        referral=made, number=1, starts_at=clock.now() - timedelta(days=9), minutes=60, place="Rum 12",
        called_by_id=cast.coordinator.id, called=[], guardians_invited=[], held_at=clock.now() - timedelta(days=9),
        strengths=WELLBEING, classification={"": {"categories": ["wellbeing"], "about": None, "guardian_id": None}},
    )  # fmt: skip
    session.add(met)
    guardian = a_guardian(session, made, told_by=cast.coordinator)
    allow(session, cast, guardian)
    return made


def allow(session: Session, cast: Cast, guardian: Guardian, *kinds: str, **values: Any) -> None:
    wanted = list(kinds) or ["schooling", "attendance", "wellbeing"]
    a_consent(session, guardian, by=cast.coordinator, categories=wanted, recipients=["receiving_school"], **values)


def guardian_of(session: Session, referral: Referral) -> Guardian:
    return session.scalars(select(Guardian).where(Guardian.referral_id == referral.id)).one()


def offer(
    session: Session,
    cast: Cast,
    referral: Referral,
    *,
    seen: int | None = None,
    by: Account | None = None,
    **values: Any,
) -> HandOver:
    offerable = handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=clock.now().date())
    given = {
        "to_unit_id": cast.other_school.id, "chosen": [piece.key for piece in offerable], "purpose": " Fortsätt lugnt. ",
        "contact": "Karin, 0000-12 34 56",
    } | values  # fmt: skip
    return hand_over.offer_hand_over(
        session, referral, by=(by or cast.coordinator).actor(), seen=seen, offer=hand_over.Offer(**given)
    )


def accept(session: Session, cast: Cast, found: HandOver) -> Referral:
    return hand_over.accept_hand_over(session, found, by=cast.outsider.actor())


def refused(session: Session, cast: Cast, referral: Referral, **values: Any) -> tuple[str, ...]:
    with pytest.raises(Incomplete) as caught:
        offer(session, cast, referral, **values)
    return caught.value.missing


# --------------------------------------------------------------------------------------------------------- the offer
def test_only_what_consent_reaches_can_be_chosen(session: Session, cast: Cast, referral: Referral) -> None:
    offerable = handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=clock.now().date())
    assert handed_over.kinds_of(offerable) == [
        InformationCategory.SCHOOLING, InformationCategory.ATTENDANCE, InformationCategory.WELLBEING,
    ]  # fmt: skip
    everything = hand_over.pieces.known(session, referral)
    assert len(everything) > len(offerable)
    with pytest.raises(NotCovered):
        offer(session, cast, referral, chosen=[piece.key for piece in everything])


def test_what_one_guardian_answered_at_a_follow_up_cannot_be_chosen(
    session: Session, cast: Cast, referral: Referral
) -> None:
    """Each guardian has a copy of what went over, and the other one's own answer is not theirs to read."""
    guardian = guardian_of(session, referral)
    held = FollowUp(
        referral=referral, number=1, plan_id=hand_over.plan_versions.versions(session, referral)[0].id,
        held_on=clock.now().date(), recorded_at=clock.now(), by_id=cast.coordinator.id, decision=FollowUpDecision.CONTINUE,
        classification={"": {"categories": ["schooling"], "about": None, "guardian_id": None}},
        guardian_views=[{"guardian_id": str(guardian.id), "name": "Maja", "view": "Pappan ringer.", "declined": False}],
        child_view="Lugnt.",
    )  # fmt: skip
    session.add(held)
    session.flush()
    known = {piece.name for piece in hand_over.pieces.known(session, referral) if piece.object_id == held.id}
    assert known == {"child_view", f"guardian_views-{guardian.id}"}
    offerable = handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=clock.now().date())
    assert {piece.name for piece in offerable if piece.object_id == held.id} == {"child_view"}
    with pytest.raises(NotCovered):
        offer(session, cast, referral, chosen=[(held.id, f"guardian_views-{guardian.id}")])


def test_an_offer_says_to_whom_what_for_and_whom_to_ask(session: Session, cast: Cast, referral: Referral) -> None:
    found = offer(session, cast, referral)
    assert (found.state, found.to_unit.name, found.purpose) == (HandOverState.OFFERED, "Askskolan", "Fortsätt lugnt.")
    assert (found.offered.verb, found.offered.by, found.package) == (Verb.OFFER_HAND_OVER, cast.coordinator, None)
    assert referral.state == PLAN_ACTIVE, "the work goes on"
    assert refused_twice(session, cast, referral)


def refused_twice(session: Session, cast: Cast, referral: Referral) -> bool:
    with pytest.raises(HandOverEnded):
        offer(session, cast, referral)
    return True


def test_an_offer_lacks_nothing(session: Session, cast: Cast, referral: Referral) -> None:
    assert refused(session, cast, referral, to_unit_id=cast.school.id, chosen=[], purpose=" ", contact="") == (
        "to_unit_id", "chosen", "purpose", "contact",
    )  # fmt: skip
    assert receivers.units_to_offer_to(session, referral) == [cast.other_school]
    cast.outsider.is_active = False
    session.flush()
    assert receivers.units_to_offer_to(session, referral) == [], "nobody is there to answer"


def test_only_the_coordinator_offers_while_there_is_work_and_on_a_page_that_is_not_stale(
    session: Session, cast: Cast, referral: Referral
) -> None:
    for somebody in (cast.head_teacher, cast.teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            offer(session, cast, referral, by=somebody)
    with pytest.raises(AlreadyMoved):
        offer(session, cast, referral, seen=referral.version - 1)
    with pytest.raises(WrongStage):
        offer(session, cast, a_referral(session, cast, SUBMITTED), chosen=[])


def test_a_referral_in_which_an_identity_is_protected_is_not_offered(
    session: Session, cast: Cast, referral: Referral
) -> None:
    protected(session, referral, by=cast.coordinator)
    with pytest.raises(ProtectedByHand):
        offer(session, cast, referral)


def test_one_protected_after_the_offer_is_nobodys_to_answer(session: Session, cast: Cast, referral: Referral) -> None:
    found = offer(session, cast, referral)
    protected(session, referral, by=cast.coordinator)
    assert hand_over.offered_to(session, cast.outsider.actor()) == []
    with pytest.raises(NotAllowed):
        hand_over.find(session, found.id, by=cast.outsider.actor())
    with pytest.raises(NotAllowed):
        accept(session, cast, found)


def test_one_protected_after_the_offer_is_not_taken_over_by_who_coordinates_both_units_either(
    session: Session, cast: Cast, referral: Referral
) -> None:
    cast.coordinator.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.other_school))
    session.flush()
    found = offer(session, cast, referral)
    protected(session, referral, by=cast.coordinator)
    assert hand_over.may_answer(found, cast.coordinator.actor()), "they stand on its list"
    with pytest.raises(ProtectedByHand):
        hand_over.accept_hand_over(session, found, by=cast.coordinator.actor())
    assert (referral.handed_over_at, found.package) == (None, None)


# ------------------------------------------------------------------------------------------- what the law asks first
def leave_open(session: Session, referral: Referral, cast: Cast, what: str) -> None:
    """Let the unit of `referral` have something to do about the child that the law asks, and leave it undone."""
    doing: dict[str, Any] = {"by": cast.head_teacher.actor(), "seen": None}
    treated = degrading_treatment.Reported(DegradingKind.DEGRADING, "De kallar mig mullvad.", "På rasten.")
    if what == "need reported":
        need = special_support.Reported(SupportGround.GOALS_AT_RISK, "Hon missar bråk.", "Kortare uppgifter.")
        special_support.report_need(session, referral, **doing, report=need)
    elif what == "treatment reported":
        degrading_treatment.report_treatment(session, referral, **doing, report=treated)
    elif what == "treatment passed on":
        made = degrading_treatment.report_treatment(session, referral, **doing, report=treated)
        degrading_treatment.pass_on_report(
            session, referral, **doing, report_id=made.id, passed_on_to="Förvaltningen", passed_on_on=clock.now().date()
        )
    elif what == "absence not reported":
        begun = begin(session, referral, cast, Verb.CONCLUDE_ABSENCE_INVESTIGATION, cast.head_teacher.id)
        conclude(session, begun, cast.head_teacher.actor())
    else:
        begin(session, referral, cast, Verb(what), cast.head_teacher.id)


@pytest.mark.parametrize(
    "what", ["need reported", "treatment reported", "treatment passed on", "absence not reported", *RESULTS]
)
def test_what_the_law_asks_of_the_unit_is_left_to_nobody_by_a_hand_over(
    session: Session, cast: Cast, referral: Referral, what: str
) -> None:
    found = offer(session, cast, referral)
    leave_open(session, referral, cast, what)
    with pytest.raises(DutiesOpen):
        accept(session, cast, found)
    assert (found.state, referral.handed_over_at) == (HandOverState.OFFERED, None)
    hand_over.take_back_hand_over(session, referral, by=cast.coordinator.actor(), seen=None)
    with pytest.raises(DutiesOpen):
        offer(session, cast, referral)


def test_a_service_that_is_asked_is_left_to_nobody_by_a_hand_over(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (guardian,) = coverage.guardians_of(session, referral)
    a_consent(
        session,
        guardian,
        by=cast.coordinator,
        categories=[*InformationCategory],
        recipients=["receiving_school", "health_care"],
    )
    found, by = offer(session, cast, referral), cast.coordinator.actor()
    chosen = [
        one.key for one in handed_over.offerable(session, referral, to=Recipient.HEALTH_CARE, on=clock.now().date())
    ]
    request = service_referral.Request(
        recipient=Recipient.HEALTH_CARE, service="BUP", question="En bedömning.", contact="Karin", chosen=chosen
    )
    asked = service_referral.refer_to_service(session, referral, by=by, seen=None, request=request)
    assert hand_over.is_held_up(session, referral)
    with pytest.raises(ServiceAsked):
        accept(session, cast, found)
    hand_over.take_back_hand_over(session, referral, by=by, seen=None)
    with pytest.raises(ServiceAsked):
        offer(session, cast, referral)
    outcome = service_referral.Outcome(
        state=ServiceReferralState.REVOKED, on=clock.now().date(), reason="Hon byter skola."
    )
    service_referral.record_service_answer(session, referral, by=by, seen=None, found=asked, outcome=outcome)
    assert not hand_over.is_held_up(session, referral)
    accept(session, cast, offer(session, cast, referral))


def test_what_the_law_asked_and_was_done_or_is_decided_elsewhere_keeps_nothing_here(
    session: Session, cast: Cast, referral: Referral
) -> None:
    head, today = cast.head_teacher.actor(), clock.now().date()
    for verb in RESULTS:
        conclude(session, begin(session, referral, cast, verb, cast.head_teacher.id), head)
    (absence,) = absence_investigation.investigations_of(session, referral)
    absence_investigation.report_absence(
        session, referral, by=head, seen=None, investigation_id=absence.id, reported_to="Förvaltningen", reported_on=today
    )  # fmt: skip
    for what, track in (
        ("need reported", "special_support_investigation"),
        ("treatment passed on", "degrading_treatment"),
    ):
        leave_open(session, referral, cast, what)
        link = links.Link(track, "Skolans diarium", today, DecidedBy.HEAD_TEACHER)
        links.link_decision(session, referral, by=head, seen=None, link=link)
    leave_open(session, a_referral(session, cast), cast, "need reported")  # another child's
    assert accept(session, cast, offer(session, cast, referral)).unit == cast.other_school


# --------------------------------------------------------------------------------------------------- taken back again
def test_an_offer_is_taken_back_and_nothing_has_gone(session: Session, cast: Cast, referral: Referral) -> None:
    found = offer(session, cast, referral)
    hand_over.take_back_hand_over(session, referral, by=cast.coordinator.actor(), seen=None)
    assert found.state is HandOverState.TAKEN_BACK
    assert session.scalars(select(Disclosure)).all() == []
    assert hand_over.find(session, found.id, by=cast.outsider.actor()) is found, "who followed an old link is told"
    for answer in (lambda: accept(session, cast, found), lambda: decline(session, cast, found)):
        with pytest.raises(HandOverEnded):
            answer()
    with pytest.raises(HandOverEnded):
        hand_over.take_back_hand_over(session, referral, by=cast.coordinator.actor(), seen=None)


def decline(session: Session, cast: Cast, found: HandOver, reason: str = " Vi har ingen plats. ") -> HandOver:
    return hand_over.decline_hand_over(session, found, by=cast.outsider.actor(), reason=reason)


# -------------------------------------------------------------------------------------------------------- the receiver
def test_the_receiving_team_knows_of_the_offer_and_of_nothing_else(
    session: Session, cast: Cast, referral: Referral
) -> None:
    otto = cast.outsider.actor()
    assert hand_over.offered_to(session, otto) == []
    found = offer(session, cast, referral)
    assert hand_over.offered_to(session, otto) == [found]
    assert hand_over.find(session, found.id, by=otto) is found
    assert capacities(otto, referral.facts()) == frozenset()
    assert not any(may_view(view, otto, referral.facts()) for view in VIEWS)
    able = {verb for verb in Verb if parties_for(verb, otto, referral.facts())}
    assert able == {Verb.ACCEPT_HAND_OVER, Verb.DECLINE_HAND_OVER}
    for somebody in (cast.coordinator, cast.head_teacher, cast.teacher, cast.administrator):
        assert hand_over.offered_to(session, somebody.actor()) == []
        with pytest.raises(NotAllowed):
            hand_over.find(session, found.id, by=somebody.actor())


def test_whoever_is_kept_out_does_not_answer(session: Session, cast: Cast, referral: Referral) -> None:
    found = offer(session, cast, referral)
    session.add(
        Membership(referral=referral, account_id=cast.outsider.id, standing=Standing.SHUT_OUT, since=clock.now())
    )
    session.flush()
    session.refresh(referral, ["memberships"])
    assert hand_over.offered_to(session, cast.outsider.actor()) == []
    with pytest.raises(NotAllowed):
        accept(session, cast, found)


def test_a_decline_has_a_reason_loses_nothing_and_leaves_the_choice_open(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found = offer(session, cast, referral)
    with pytest.raises(Incomplete):
        decline(session, cast, found, " ")
    decline(session, cast, found)
    assert found.answered is not None
    assert (found.state, found.answered.reason, found.answered.by_party) == (
        HandOverState.DECLINED, "Vi har ingen plats.", Party.RECEIVER,
    )  # fmt: skip
    assert (referral.state, referral.owner_id) == (PLAN_ACTIVE, cast.coordinator.id)
    assert session.scalars(select(Disclosure)).all() == []
    with pytest.raises(HandOverEnded):
        hand_over.find(session, found.id, by=cast.outsider.actor())
    again = offer(session, cast, referral)
    assert hand_over.hand_overs_of(session, referral) == [again, found]
    assert hand_over.offered_by(session, cast.coordinator.actor()) == [again, found]


@pytest.mark.parametrize("change", ["kept_out", "off_the_list", "elsewhere"])
def test_who_offered_it_and_has_nothing_to_do_with_it_any_more_sees_no_more_of_it(
    session: Session, cast: Cast, referral: Referral, change: str
) -> None:
    found, karin = offer(session, cast, referral), cast.coordinator
    assert hand_over.offered_by(session, karin.actor()) == [found]
    if change == "kept_out":
        conflict.shut_out(session, referral, [karin])
    elif change == "off_the_list":
        referral.owner_id = cast.second_coordinator.id
        protected(session, referral, by=cast.head_teacher)
        assert not access_list.is_on(referral, karin.id)
    else:
        karin.roles = [RoleAssignment(role=Role.COORDINATOR, unit=cast.other_school)]
        session.flush()
    assert hand_over.offered_by(session, karin.actor()) == []


def test_who_stood_in_for_the_coordinators_sees_what_they_offered(
    session: Session, cast: Cast, referral: Referral
) -> None:
    cast.head_teacher.roles = []
    session.flush()
    conflict.keep_out(session, referral, [Profession.COORDINATOR])
    assert cast.outsider.id in referral.facts().stand_ins
    third = Unit(slug="ekskolan", name="Ekskolan", school_form=SchoolForm.COMPULSORY, forum=cast.forum)
    cast.manager.roles = [RoleAssignment(role=Role.HEAD_TEACHER, unit=third)]
    session.flush()
    found = offer(session, cast, referral, by=cast.outsider, to_unit_id=third.id)
    assert hand_over.offered_by(session, cast.outsider.actor()) == [found]


def test_an_offer_of_a_referral_that_ended_waits_no_more(session: Session, cast: Cast, referral: Referral) -> None:
    found = offer(session, cast, referral)
    referral.stage, referral.status, referral.is_open = WITHDRAWN.stage, WITHDRAWN.status, False
    session.flush()
    assert hand_over.offered_to(session, cast.outsider.actor()) == []
    with pytest.raises(HandOverEnded):
        accept(session, cast, found)


# ---------------------------------------------------------------------------------------------------- the acceptance
def test_the_receiving_team_begins_with_what_was_handed_over_and_nothing_else(
    session: Session, cast: Cast, referral: Referral
) -> None:
    new = accept(session, cast, offer(session, cast, referral))
    assert (new.unit, new.state, new.owner, new.child_name) == (
        cast.other_school,
        IN_TRIAGE,
        cast.outsider,
        "Mila Testsson",
    )
    assert (new.number == referral.number, new.topics, new.child_group) == (False, [], None)
    assert [row.verb for row in new.history] == [Verb.RECEIVE_HAND_OVER]
    concern = session.scalars(select(Concern).where(Concern.referral_id == new.id)).one()
    assert (concern.observations, concern.reporter_name, concern.reporter_function) == (
        "Fortsätt lugnt.",
        "Karin Almkvist",
        "Lindskolan",
    )
    guardian = guardian_of(session, new)
    assert (guardian.name, guardian.phone, guardian.consents, guardian.notices) == (
        "Maja Testsson",
        "0000-99 88 77",
        [],
        [],
    )
    received = hand_over.received(session, new)
    assert received is not None
    assert received.package is not None
    said = received.package
    assert [each["text"] for each in said["works"]] == [WELLBEING]
    assert [(each["text"], [action["text"] for action in each["actions"]]) for each in said["goals"]] == [
        (ATTENDANCE, ["Lugn start med mentor."])
    ]
    assert [(each["findings"], each["protective_factors"]) for each in said["parts"]] == [
        ({"learning": SCHOOLING}, "Hästar.")
    ]
    assert said["categories"] == ["schooling", "attendance", "wellbeing"]
    assert PSYCHOSOCIAL not in repr(said)
    assert "Mila har varit borta" not in repr(said), "the concern before stays where it was"
    facts, otto = new.facts(), cast.outsider.actor()
    assert may_view(next(view for view in VIEWS if view == "handed_over"), otto, facts)
    assert hand_over.pieces.known(session, new) == []


def test_what_goes_over_from_behind_a_wall_is_its_conclusion(session: Session, cast: Cast, referral: Referral) -> None:
    allow(session, cast, guardian_of(session, referral), *(kind.value for kind in InformationCategory))
    new = accept(session, cast, offer(session, cast, referral))
    received = hand_over.received(session, new)
    assert received is not None
    assert received.package is not None
    walled = next(one for one in received.package["parts"] if one["profession"] == "school_counsellor")
    assert (walled["conclusion"], walled["findings"], walled["protective_factors"]) == ("Mår bättre.", {}, None)
    assert received.package["voice"][0]["text"] == "Jag vill ha en lugn start."
    assert [each["text"] for each in received.package["notes"]] == ["Mila kommer sent.", "Ring samordnaren."]


@pytest.mark.parametrize("before", [SchoolForm.COMPULSORY, SchoolForm.PRESCHOOL])
def test_transition_with_partial_consent_moves_only_the_chosen_parts(
    session: Session, cast: Cast, referral: Referral, before: SchoolForm
) -> None:
    """C26: the parents allow three kinds, and of these two are chosen."""
    cast.school.school_form = before
    session.flush()
    wanted = [
        piece.key
        for piece in handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=clock.now().date())
        if not piece.categories & {InformationCategory.ATTENDANCE}
    ]
    found = offer(session, cast, referral, chosen=wanted)
    new = accept(session, cast, found)
    received = hand_over.received(session, new)
    assert received is not None
    assert received.package is not None
    assert (received.package["categories"], received.package["goals"]) == (["schooling", "wellbeing"], [])
    assert ATTENDANCE not in repr(received.package)
    assert PSYCHOSOCIAL not in repr(received.package)
    went = session.scalars(select(Disclosure).where(Disclosure.referral_id == referral.id)).all()
    assert {(one.object_id, one.holds[0][1]) for one in went} == set(wanted)
    assert {(one.recipient, one.to_whom, one.by_id, one.is_by_consent) for one in went} == {
        (Recipient.RECEIVING_SCHOOL, "Askskolan", cast.coordinator.id, True)
    }
    assert new.unit.school_form is SchoolForm.COMPULSORY
    assert any(track.key == "special_support_investigation" for track in tracks.statutory_tracks(new)), (
        "the school's own duties begin there, whatever the preschool had"
    )


def test_the_access_of_the_team_before_ends_with_the_acceptance(
    session: Session, cast: Cast, referral: Referral
) -> None:
    """C07: by the table of who may know what, by every list, and on a page that is open already."""
    a_member(session, referral, cast.special_educator)
    before = [cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.teacher, cast.special_educator]
    assert all(capacities(one.actor(), referral.facts()) for one in before)
    found, seen = offer(session, cast, referral), referral.version
    accept(session, cast, found)
    assert (referral.state, referral.is_open) == (CLOSED, False)
    facts = referral.facts()
    for one in [*before, cast.outsider, cast.administrator]:
        actor = one.actor()
        assert capacities(actor, facts) == frozenset()
        assert not any(may_view(view, actor, facts) for view in VIEWS)
        assert not any(parties_for(verb, actor, facts) for verb in Verb)
        assert queries.find(session, actor, referral.number) is None
        assert referral.number not in {
            row.number
            for row in queries.listing(
                session, actor, queries.Filters(today=clock.now().date(), openness=queries.Openness.ALL)
            ).rows
        }
        assert reminding.everything_for(session, actor, today=clock.now().date()) == [] or one is cast.outsider
    for verb in (Verb.OFFER_HAND_OVER, Verb.SHARE_INFORMATION, Verb.REOPEN_REFERRAL, Verb.READ_ADDITION):
        with pytest.raises(NotAllowed):  # not that it has moved on: who has nothing to do with it learns nothing
            history.guard(session, referral, verb, by=cast.coordinator.actor(), seen=seen)
    reporter, parent = Actor(reported=referral.id), Actor(guardian_of=referral.id)
    assert capacities(reporter, facts)
    assert capacities(parent, facts), "the family keeps its own page"
    assert guardian_page.outline(session, guardian_of(session, referral)).stands == guardian_page.TAKEN_OVER
    assert hand_over.offered_by(session, cast.coordinator.actor()) == [found], "that it was accepted is all they see"


# ---------------------------------------------------------------------------------------------------------------- mail
def mailed(session: Session, referral: Referral) -> list[Mail]:
    """What is written to whom about the newest thing that was decided."""
    rows = select(History).where(History.referral_id == referral.id).order_by(History.number.desc())
    return notifications.write(session, session.scalars(rows.limit(1)).one())


def test_who_may_take_it_over_is_told_that_it_is_offered(session: Session, cast: Cast, referral: Referral) -> None:
    offer(session, cast, referral)
    (mail,) = mailed(session, referral)
    assert (mail.kind, mail.address) == (MailKind.HAND_OVER_OFFERED, cast.outsider.email)
    letter = notifications.letter(mail)
    assert "/hand-overs\n" in letter.body
    assert "/referrals/" not in letter.body, "they may not open it"
    notifications.let_rest_if_done(session, mail)
    assert notifications.is_to_go(mail)
    hand_over.take_back_hand_over(session, referral, by=cast.coordinator.actor(), seen=None)
    notifications.let_rest_if_done(session, mail)
    assert not notifications.is_to_go(mail), "there is nothing to answer any more"


def test_the_other_team_is_reminded_of_an_offer_once_a_day_while_it_waits(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    by = cast.coordinator.actor()

    def remind() -> History | None:
        return by_hand.remind_of_hand_over(session, referral, by=by, seen=None)

    assert (remind(), by_hand.owed_hand_over(session, referral)) == (None, by_hand.Owed(None, can_remind=False))
    found = offer(session, cast, referral)
    assert by_hand.owed_hand_over(session, referral) == by_hand.Owed(None, can_remind=True)
    row = remind()
    assert row is not None
    assert [(mail.kind, mail.address) for mail in notifications.write(session, row)] == [
        (MailKind.HAND_OVER_OFFERED, cast.outsider.email)
    ]
    assert by_hand.owed_hand_over(session, referral) == by_hand.Owed(row.at, can_remind=False)
    assert remind() is None
    wednesday.shift(timedelta(days=1))
    assert by_hand.owed_hand_over(session, referral).can_remind
    decline(session, cast, found)
    assert remind() is None
    offer(session, cast, referral)
    assert by_hand.owed_hand_over(session, referral) == by_hand.Owed(None, can_remind=True), (
        "another offer, another count"
    )
    with pytest.raises(NotAllowed):
        by_hand.remind_of_hand_over(session, referral, by=cast.outsider.actor(), seen=None)


def test_an_offer_that_was_answered_before_its_mail_is_written_is_announced_to_nobody(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found = offer(session, cast, referral)
    decline(session, cast, found)
    assert notifications.write(session, found.offered) == []


@pytest.mark.parametrize("answer", [accept, decline])
def test_who_offered_it_is_told_that_it_was_answered(
    session: Session, cast: Cast, referral: Referral, answer: Callable[[Session, Cast, HandOver], object]
) -> None:
    answer(session, cast, offer(session, cast, referral))
    (mail,) = mailed(session, referral)
    assert (mail.kind, mail.address) == (MailKind.HAND_OVER_ANSWERED, cast.coordinator.email)
    letter = notifications.letter(mail)
    assert "/hand-overs\n" in letter.body
    assert "/referrals/" not in letter.body, "it may be theirs no more"


def test_who_was_kept_out_after_offering_it_is_told_nothing(session: Session, cast: Cast, referral: Referral) -> None:
    found = offer(session, cast, referral)
    conflict.shut_out(session, referral, [cast.coordinator])
    decline(session, cast, found)
    assert mailed(session, referral) == []


def test_the_log_says_who_offered_who_took_over_and_what_went(session: Session, cast: Cast, referral: Referral) -> None:
    accept(session, cast, offer(session, cast, referral))
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.chain_id == referral.id).order_by(AuditEvent.number)
    ).all()
    newest = [(one.what, one.subject, one.by_id, one.by_party) for one in events][-5:]
    offered, accepted, *went = newest
    assert offered == (What.DID, Verb.OFFER_HAND_OVER, cast.coordinator.id, Party.COORDINATOR)
    assert accepted == (What.DID, Verb.ACCEPT_HAND_OVER, cast.outsider.id, Party.RECEIVER)
    assert {one[0] for one in went} == {What.DISCLOSED}
    assert sorted(one[1] or "" for one in went) == ["goal", "note", "part"]


def test_nothing_runs_on_in_what_was_handed_over(session: Session, cast: Cast, referral: Referral) -> None:
    a_plan(session, referral, author=cast.coordinator, version=2)
    a_plan(session, referral, author=cast.coordinator, version=3, status=PlanStatus.REPLACED)
    accept(session, cast, offer(session, cast, referral))
    plans = hand_over.plan_versions.versions(session, referral)
    assert [plan.status for plan in plans] == [PlanStatus.REPLACED, PlanStatus.ENDED, PlanStatus.ENDED]
    (action,) = plans[-1].goals[0].actions
    assert (action.status, action.handed_to) == (ActionStatus.HANDED_OVER, "Askskolan")


@pytest.mark.parametrize("ends", ["withdrawn", "expired", "narrowed", "withheld"])
def test_what_may_not_go_any_more_cannot_be_accepted(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller, ends: str
) -> None:
    found, guardian = offer(session, cast, referral), guardian_of(session, referral)
    if ends == "withdrawn":
        consent.withdraw_consent(
            session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, reason="Ångrat sig."
        )
    elif ends == "expired":
        wednesday.shift(timedelta(days=31))
    elif ends == "narrowed":
        wednesday.shift(timedelta(minutes=1))
        allow(session, cast, guardian, "schooling")
    else:
        confided = next(piece for piece in hand_over.pieces.known(session, referral) if piece.name == "strengths")
        withholding.mark_confided(session, referral, by=cast.coordinator.actor(), seen=None, key=confided.key)
    assert hand_over.asked_of(session, found) is None, "not even whom it is about"
    with pytest.raises(NotCovered):
        accept(session, cast, found)
    assert (found.state, referral.state, referral.handed_over_at) == (HandOverState.OFFERED, PLAN_ACTIVE, None)
    assert session.scalars(select(Disclosure)).all() == []
    hand_over.take_back_hand_over(session, referral, by=cast.coordinator.actor(), seen=None)


def test_whoever_is_kept_out_of_it_is_so_in_the_team_that_takes_it_over_too(
    session: Session, cast: Cast, referral: Referral
) -> None:
    """Henrik is too close to it, and head teacher of both schools; Sanna is too, and begins at the other one later."""
    cast.head_teacher.roles.append(RoleAssignment(role=Role.HEAD_TEACHER, unit=cast.other_school))
    session.flush()
    henrik, sanna = cast.head_teacher, cast.second_coordinator
    conflict.shut_out(session, referral, [henrik, sanna])
    found = offer(session, cast, referral)
    assert hand_over.offered_to(session, henrik.actor()) == []
    new = accept(session, cast, found)
    sanna.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.other_school))
    session.flush()
    assert conflict.kept_out(new) == [henrik, sanna]
    for one in (henrik, sanna):
        assert capacities(one.actor(), new.facts()) == frozenset()
        assert queries.find(session, one.actor(), new.number) is None
    assert queries.find(session, cast.outsider.actor(), new.number) is new


def test_where_all_who_coordinate_there_are_kept_out_its_head_teacher_stands_in(
    session: Session, cast: Cast, referral: Referral
) -> None:
    cast.manager.roles = [RoleAssignment(role=Role.HEAD_TEACHER, unit=cast.other_school)]
    session.flush()
    conflict.shut_out(session, referral, [cast.outsider])
    found = offer(session, cast, referral)
    new = hand_over.accept_hand_over(session, found, by=cast.manager.actor())
    assert parties_for(Verb.SEND_TO_ASSESSMENT, cast.manager.actor(), new.facts()) == {Party.COORDINATOR}
    assert capacities(cast.outsider.actor(), new.facts()) == frozenset()


def test_a_head_teacher_who_takes_over_leaves_the_choice_of_an_owner_open(
    session: Session, cast: Cast, referral: Referral
) -> None:
    cast.outsider.roles = [RoleAssignment(role=Role.HEAD_TEACHER, unit=cast.other_school)]
    session.flush()
    new = accept(session, cast, offer(session, cast, referral))
    assert new.owner is None
    assert capacities(cast.outsider.actor(), new.facts())


# ------------------------------------------------------------------------------------------------------------- papers
def test_the_paper_lists_only_what_was_consented_and_goes_to_both_files_and_to_the_guardian(
    session: Session, cast: Cast, referral: Referral
) -> None:
    """C07: the package names the kinds that were allowed, and says nothing of the rest."""
    new = accept(session, cast, offer(session, cast, referral))
    session.refresh(referral, ["history"])
    session.refresh(new, ["history"])
    after = [referral.history[-1], new.history[-1]]
    made = {
        (row.verb, paper.recipient.partition(":")[0]): paper_html(
            paper_sources.gather(session, row.referral, paper, after=row)
        )
        for row in after
        for paper in documents.papers_after(session, row)
        if paper.kind is DocumentKind.HAND_OVER
    }
    assert set(made) == {
        (Verb.ACCEPT_HAND_OVER, "file"), (Verb.ACCEPT_HAND_OVER, "guardian"), (Verb.RECEIVE_HAND_OVER, "file"),
    }  # fmt: skip
    for (_verb, recipient), html in made.items():
        assert all(words in html for words in (SCHOOLING, ATTENDANCE, WELLBEING, "Lugn start med mentor."))
        between = ("Fortsätt lugnt.", "Karin, 0000-12 34 56")
        assert [words in html for words in between] == [recipient == "file"] * 2, "what one team wrote to the other"
        assert "Kontakt" in html
        assert "0000-12 34 56" in html
        assert not any(words in html for words in (PSYCHOSOCIAL, "Mår bättre.", "Mila har varit borta"))


def test_a_guardians_copy_leaves_out_what_that_guardian_does_not_read(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found = offer(session, cast, referral)
    accept(session, cast, found)
    assert found.package is not None
    goal = found.package["goals"][0]["key"]
    withheld = frozenset({(hand_over.UUID(goal[0]), goal[1])})
    copy = handed_over.for_reader(found.package, withheld, is_guardian=True)
    assert (copy["goals"], len(copy["parts"])) == ([], 1)
    assert (copy["purpose"], copy["contact"]) == (None, "Lindskolan")
    whole = handed_over.for_reader(found.package, withheld, is_guardian=False)
    assert (whole["purpose"], whole["contact"]) == ("Fortsätt lugnt.", "Karin, 0000-12 34 56")


def test_a_preview_of_the_paper_where_nothing_was_handed_over_is_empty(
    session: Session, cast: Cast, referral: Referral
) -> None:
    paper = documents.Paper(DocumentKind.HAND_OVER, "file", "sv")
    assert paper_sources.gather(session, referral, paper, after=None).values["hand_over"] is None


def test_what_went_over_stands_among_what_was_shared_for_the_guardians(
    session: Session, cast: Cast, referral: Referral
) -> None:
    accept(session, cast, offer(session, cast, referral))
    assert {one.row.recipient for one in sharing.known_to_guardians(session, referral)} == {Recipient.RECEIVING_SCHOOL}


def test_a_goal_replaced_while_the_offer_waits_does_not_go_over(
    session: Session, cast: Cast, referral: Referral
) -> None:
    found = offer(session, cast, referral)
    before = hand_over.plan_versions.plan_in_force(session, referral)
    assert before is not None
    before.status = PlanStatus.REPLACED
    a_plan(session, referral, author=cast.coordinator, version=2, status=PlanStatus.ACTIVE, approved_at=clock.now())
    assert hand_over.covered(session, found) is None
    with pytest.raises(NotCovered):
        accept(session, cast, found)


def test_what_came_late_in_the_evening_of_utc_has_the_day_it_was_here(
    session: Session, cast: Cast, referral: Referral
) -> None:
    half_past_midnight = datetime(2026, 9, 7, 22, 30, tzinfo=UTC)
    for part in session.scalars(select(AssessmentPart)):
        part.received_at = half_past_midnight
    session.scalars(select(TeamMeeting)).one().starts_at = half_past_midnight
    received = hand_over.received(session, accept(session, cast, offer(session, cast, referral)))
    assert received is not None
    assert received.package is not None
    days = [each["on"] for name in ("works", "parts") for each in received.package[name]]
    assert days == ["2026-09-08", "2026-09-08"]


def test_notes_of_a_follow_up_and_of_an_ending_go_over_with_their_day(
    session: Session, cast: Cast, referral: Referral
) -> None:
    held = FollowUp(referral=referral, held_on=clock.now().date(), learned="Det hjälper att rita.")
    ended = Closure(referral=referral, closed_at=datetime(2026, 9, 16, 22, 30, tzinfo=UTC), summary="Hon mår bättre.")
    notes = [
        Piece(kind=PieceKind.NOTE, object_id=row.id, name=name, categories=frozenset(), row=row)
        for row, name in ((held, "learned"), (ended, "summary"))
    ]
    with session.no_autoflush:
        said = handed_over.package(notes, zone="Europe/Stockholm")["notes"]
    assert [(each["text"], each["on"]) for each in said] == [
        ("Det hjälper att rita.", "2026-09-16"),
        ("Hon mår bättre.", "2026-09-17"),
    ]


def test_the_registrar_keeps_the_lines_of_the_register_that_the_team_reads_no_more(
    session: Session, cast: Cast, referral: Referral
) -> None:
    register.enter(session, Registered.PAPER, referral.id, referral=referral, counterpart=Counterpart.FILE)
    cast.manager.roles = [RoleAssignment(role=Role.REGISTRAR, unit=cast.school)]
    session.flush()

    def read_by(account: Account) -> int:
        lines = register.everything(session, account.actor(), register.Wanted())
        return sum(line.referral_id == referral.id for line in lines)

    assert (read_by(cast.manager), read_by(cast.coordinator)) == (1, 1)
    accept(session, cast, offer(session, cast, referral))
    assert (read_by(cast.manager), read_by(cast.coordinator)) == (1, 0)
