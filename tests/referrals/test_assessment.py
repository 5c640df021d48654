"""Asking for parts of the assessment, handing them in, reading them, and saying that it is enough."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, clock
from referrals.access import Actor, Role, View, may_view
from referrals.documents import Paper
from referrals.errors import (
    AlreadyMoved,
    Incomplete,
    NotAllowed,
    NotCovered,
    NothingRequested,
    PartsMissing,
    PointerOnly,
    WrongStage,
)
from referrals.guardians import withholding
from referrals.models import Account, AssessmentPart, Concern, Consent, Guardian, History, Referral, RoleAssignment
from referrals.papers import paper_sources, readers
from referrals.people import roster
from referrals.stages import (
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    OPEN,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import (
    About,
    Arena,
    Compartment,
    ConsentAnswer,
    ConsentForm,
    ConsentState,
    Custody,
    DocumentKind,
    Domain,
    InformationCategory,
    Level,
    PartStatus,
    Profession,
    Recipient,
    SchoolForm,
)
from referrals.work import worklist
from referrals.work.waiting_items import Waiting
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_part, a_referral, consented, taken_up_again
from tests.people import Cast

SCOPE: dict[str, Any] = {"domains": [Domain.SAFETY, Domain.LEARNING], "levels": [Level.GROUP], "arenas": [Arena.SCHOOL]}


def a_consent(session: Session, guardian: Guardian, by: Account, *recipients: Recipient, **values: Any) -> Consent:
    """The guardian's answer, for the coming year, to `recipients`."""
    today = clock.now().date()
    consent = Consent(
        referral=guardian.referral, guardian=guardian,
        **{
            "answer": ConsentAnswer.FULL, "form": ConsentForm.WRITTEN, "categories": list(InformationCategory),
            "recipients": list(recipients), "from_on": today - timedelta(days=1), "until_on": today + timedelta(days=365),
            "at": clock.now(), "by_id": by.id,
        }
        | values,
    )  # fmt: skip
    session.add(consent)
    session.flush()
    return consent


def a_colleague(session: Session, cast: Cast, profession: Profession, name: str = "Frida Lekberg") -> Account:
    """One more person at the school."""
    account = Account(
        email=f"{uuid.uuid4().hex}@trivsel.invalid", name=name, profession=profession, language="sv", password_hash="!",
        roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.school)],
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def ask(session: Session, referral: Referral, cast: Cast, *people: Account, **scope: Any) -> list[AssessmentPart]:
    """The coordinator asks `people`, all for the same day."""
    asked = [assessment.Asked(assessor_id=person.id, due_on=date(2026, 10, 1)) for person in people]
    actor, seen = cast.coordinator.actor(), referral.version
    return assessment.request_parts(session, referral, by=actor, seen=seen, asked=asked, **(SCOPE | scope))


def hand_in(session: Session, part: AssessmentPart, **text: Any) -> History:
    """The person asked hands their part in."""
    given = {"findings": {Domain.LEARNING: "Läser långsamt."}, "conclusion": "Behöver mer tid."} | text
    by = part.assessor.actor()
    return assessment.submit_part(session, part.referral, by=by, seen=part.referral.version, part=part, **given)


def newest(session: Session, referral: Referral) -> History:
    return session.scalars(
        select(History).where(History.referral_id == referral.id).order_by(History.number.desc()).limit(1)
    ).one()


# ---------------------------------------------------------------------------------------------------------- asking
def test_several_professions_are_asked_in_one_step(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    teacher = a_colleague(session, cast, Profession.TEACHER)
    people = (cast.special_educator, cast.school_nurse, teacher)
    parts = ask(session, referral, cast, *people, question="Hur går det på raster?")
    assert [part.assessor_id for part in parts] == [person.id for person in people]
    assert [part.compartment for part in parts] == [
        Compartment.STUDENT_HEALTH, Compartment.MEDICAL, Compartment.PEDAGOGICAL,
    ]  # fmt: skip
    assert {part.status for part in parts} == {PartStatus.REQUESTED}
    assert parts[0].domain_values == [Domain.SAFETY, Domain.LEARNING]
    assert (parts[0].level_values, parts[0].arena_values) == ([Level.GROUP], [Arena.SCHOOL])
    assert parts[0].question == "Hur går det på raster?"
    assert parts[1].categories == [InformationCategory.HEALTH_POINTER]
    assert newest(session, referral).verb is Verb.REQUEST_PARTS
    assert newest(session, referral).by_id == cast.coordinator.id
    assert referral.state == PARTS_REQUESTED


def test_who_is_asked_may_see_the_referral_from_then_on(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    assert not may_view(View.REFERRAL, cast.special_educator.actor(), referral.facts())
    ask(session, referral, cast, cast.special_educator)
    assert may_view(View.REFERRAL, cast.special_educator.actor(), referral.facts())


def test_own_staff_may_be_asked_while_consent_is_pending(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    ask(session, referral, cast, cast.counsellor)
    assert referral.state == IN_CONSENT


def test_asking_for_more_when_all_parts_are_in_waits_for_parts_again(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_RECEIVED)
    ask(session, referral, cast, cast.counsellor)
    assert referral.state == PARTS_REQUESTED


@pytest.mark.parametrize("state", [TO_SCHEDULE, MEETING_HELD, PLAN_DRAFT])
def test_asking_for_more_later_leaves_the_stage_as_it_is(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    part = ask(session, referral, cast, cast.counsellor)[0]
    hand_in(session, part)
    assert referral.state == state


@pytest.mark.parametrize("state", [IN_TRIAGE, PLAN_ACTIVE])
def test_parts_are_not_asked_for_at_other_stages(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    with pytest.raises(WrongStage):
        ask(session, referral, cast, cast.counsellor)


def test_only_the_coordinator_of_the_unit_asks(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    asked = [assessment.Asked(assessor_id=cast.counsellor.id, due_on=date(2026, 10, 1))]
    for person in (cast.head_teacher, cast.special_educator, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            assessment.request_parts(session, referral, by=person.actor(), seen=None, asked=asked, **SCOPE)
    nameless = Actor(roles=frozenset({(Role.COORDINATOR, cast.school.id)}))
    with pytest.raises(NotAllowed):
        assessment.request_parts(session, referral, by=nameless, seen=None, asked=asked, **SCOPE)


def test_the_same_person_is_not_asked_twice_while_their_part_is_out(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    ask(session, referral, cast, cast.counsellor)
    version = referral.version
    with pytest.raises(AlreadyMoved) as second:
        ask(session, referral, cast, cast.counsellor)
    assert second.value.who == cast.coordinator.name
    assert (len(assessment.parts_of(session, referral)), referral.version) == (1, version)


def test_a_person_whose_part_is_in_can_be_asked_again(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    hand_in(session, ask(session, referral, cast, cast.counsellor)[0])
    ask(session, referral, cast, cast.counsellor)
    assert len(assessment.parts_of(session, referral)) == 2


def test_asking_needs_somebody_and_a_domain(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    with pytest.raises(Incomplete) as refused:
        ask(session, referral, cast, domains=[])
    assert refused.value.missing == ("asked", "domains")


def test_a_stranger_to_the_unit_cannot_be_asked(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    for stranger in (cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            ask(session, referral, cast, stranger)


def test_who_looks_at_an_old_page_is_told_who_was_first(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    stale = referral.version
    ask(session, referral, cast, cast.counsellor)
    asked = [assessment.Asked(assessor_id=cast.special_educator.id, due_on=date(2026, 10, 1))]
    with pytest.raises(AlreadyMoved):
        assessment.request_parts(
            session, referral, by=cast.second_coordinator.actor(), seen=stale, asked=asked, **SCOPE
        )


# ---------------------------------------------------------------------------------------------------------- consent
def lock_of(session: Session, referral: Referral, person: Account) -> ConsentState | None:
    return next(one.locked_by for one in roster.colleagues(session, referral) if one.account.id == person.id)


def test_another_service_is_locked_until_every_guardian_with_custody_agrees(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    assert lock_of(session, referral, cast.social_worker) is ConsentState.NOT_ASKED
    first = a_guardian(session, referral, told_by=cast.coordinator)
    second = a_guardian(session, referral, told_by=cast.coordinator, name="Milan Testsson")
    a_guardian(session, referral, custody=Custody.OTHER, name="Mormor Testsson")
    assert lock_of(session, referral, cast.social_worker) is ConsentState.INFORMED
    a_consent(session, first, cast.coordinator, Recipient.SOCIAL_SERVICES)
    with pytest.raises(NotCovered):
        ask(session, referral, cast, cast.social_worker)
    a_consent(session, second, cast.coordinator, Recipient.SOCIAL_SERVICES)
    assert lock_of(session, referral, cast.social_worker) is None
    part = ask(session, referral, cast, cast.social_worker)[0]
    assert part.compartment is Compartment.SOCIAL_SERVICES


def test_the_reason_for_the_lock_is_where_the_consent_stands(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    a_consent(session, guardian, cast.coordinator, Recipient.LEISURE)
    assert lock_of(session, referral, cast.social_worker) is ConsentState.PARTIAL
    a_consent(session, guardian, cast.coordinator, Recipient.SOCIAL_SERVICES, answer=ConsentAnswer.REFUSED)
    assert lock_of(session, referral, cast.social_worker) is ConsentState.REFUSED
    past = clock.now().date() - timedelta(days=2)
    a_consent(session, guardian, cast.coordinator, Recipient.SOCIAL_SERVICES, until_on=past)
    assert lock_of(session, referral, cast.social_worker) is ConsentState.EXPIRED
    coming = clock.now().date() + timedelta(days=2)
    a_consent(session, guardian, cast.coordinator, Recipient.SOCIAL_SERVICES, from_on=coming)
    assert lock_of(session, referral, cast.social_worker) is ConsentState.NOT_BEGUN
    a_consent(session, guardian, cast.coordinator, Recipient.SOCIAL_SERVICES, withdrawn_at=clock.now())
    assert lock_of(session, referral, cast.social_worker) is ConsentState.WITHDRAWN


def test_own_staff_are_never_locked(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    own = [one for one in roster.colleagues(session, referral) if one.recipient is Recipient.OWN_STAFF]
    assert {one.locked_by for one in own} == {None}
    assert cast.school_nurse.id in {one.account.id for one in own}


def test_leisure_staff_are_own_staff_only_of_a_leisure_unit() -> None:
    assert roster.service_of(Profession.LEISURE_STAFF, SchoolForm.COMPULSORY) is Recipient.LEISURE
    assert roster.service_of(Profession.LEISURE_STAFF, SchoolForm.LEISURE) is Recipient.OWN_STAFF


def test_who_left_or_works_elsewhere_is_not_offered(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    cast.counsellor.is_active = False
    session.flush()
    names = {one.account.id for one in roster.colleagues(session, referral)}
    assert not names & {cast.counsellor.id, cast.outsider.id, cast.administrator.id}


def test_a_function_named_as_too_close_is_marked(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
    concern.conflict_functions = [Profession.SCHOOL_COUNSELLOR.value]
    session.flush()
    marked = {one.account.id for one in roster.colleagues(session, referral) if one.is_too_close}
    assert marked == {cast.counsellor.id}


# ---------------------------------------------------------------------------------------------------------- handing in
def test_a_part_is_handed_in_by_the_person_asked(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.special_educator)[0]
    row = hand_in(
        session, part, protective_factors="Två goda vänner.", risk_factors="Sover lite.", child_voice="”Det går för fort.”",
        sources="Läsprov 2026-09-10", categories=[InformationCategory.SUPPORT], about=About.CHILD,
    )  # fmt: skip
    assert (row.verb, row.by_id) == (Verb.SUBMIT_PART, cast.special_educator.id)
    assert (part.status, part.findings) == (PartStatus.RECEIVED, {"learning": "Läser långsamt."})
    assert part.child_voice == "”Det går för fort.”"
    assert part.categories == ["support"]


def test_the_last_part_makes_all_received(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    first, second = ask(session, referral, cast, cast.special_educator, cast.counsellor)
    hand_in(session, first)
    assert referral.state == PARTS_REQUESTED
    hand_in(session, second)
    assert referral.state == PARTS_RECEIVED


def test_a_part_handed_in_while_consent_is_pending_leaves_the_stage(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    hand_in(session, ask(session, referral, cast, cast.counsellor)[0])
    assert referral.state == IN_CONSENT


def test_a_late_part_is_taken_and_marked(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    yesterday = clock.now().date() - timedelta(days=1)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, due_on=yesterday)
    assert part.is_late(clock.now().date())
    hand_in(session, part)
    assert part.status is PartStatus.RECEIVED
    assert part.is_late(clock.now().date())


def test_nobody_hands_in_somebody_elses_part(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part, _ = ask(session, referral, cast, cast.special_educator, cast.counsellor)
    for person in (cast.coordinator, cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            assessment.submit_part(
                session, referral, by=person.actor(), seen=None, part=part, findings={Domain.LEARNING: "x"}, conclusion="y"
            )  # fmt: skip
    assert part.status is PartStatus.REQUESTED


def test_a_part_belongs_to_its_own_referral(session: Session, cast: Cast) -> None:
    referral, other = a_referral(session, cast, PARTS_REQUESTED), a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.counsellor)[0]
    with pytest.raises(NotAllowed):
        assessment.submit_part(session, other, by=cast.counsellor.actor(), seen=None, part=part, conclusion="x")
    with pytest.raises(NotAllowed):
        assessment.find_part(session, other, part.id)
    with pytest.raises(NotAllowed):
        assessment.find_part(session, referral, uuid.uuid4())
    assert assessment.find_part(session, referral, part.id) is part


def test_a_part_is_handed_in_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.counsellor, cast.special_educator)[0]
    hand_in(session, part)
    version = referral.version
    with pytest.raises(AlreadyMoved):
        hand_in(session, part, conclusion="Något annat.")
    assert (part.conclusion, referral.version) == ("Behöver mer tid.", version)


def test_a_part_needs_findings_and_a_conclusion_for_the_team(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.counsellor)[0]
    with pytest.raises(Incomplete) as refused:
        hand_in(session, part, findings={Domain.HEALTH: None}, conclusion=None)
    assert refused.value.missing == ("findings", "conclusion")
    assert (part.status, part.received_at) == (PartStatus.REQUESTED, None)


def test_a_part_cannot_be_handed_in_once_the_plan_runs(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    with pytest.raises(WrongStage):
        hand_in(session, part)


def test_a_part_that_can_no_longer_be_handed_in_waits_for_nobody(session: Session, cast: Cast) -> None:
    for state, waiting in ((PLAN_DRAFT, 1), (PLAN_ACTIVE, 1)):
        a_part(session, a_referral(session, cast, state), cast.counsellor, asked_by=cast.coordinator)
        found = worklist.waiting_for(session, cast.counsellor.actor(), today=clock.now().date())
        assert [item.kind for item in found] == [Waiting.PART] * waiting


def test_of_medical_knowledge_only_a_pointer_is_kept(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.school_nurse)[0]
    with pytest.raises(PointerOnly):
        hand_in(session, part)
    with pytest.raises(Incomplete):
        hand_in(session, part, findings={}, conclusion=None)
    hand_in(session, part, findings={}, conclusion="Det finns något att tillägga. Fråga skolsköterskan.")
    assert part.status is PartStatus.RECEIVED


# ---------------------------------------------------------------------------------------------------------- drafts
def test_a_draft_is_kept_without_a_trace_in_the_history(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.counsellor)[0]
    version = referral.version
    assessment.save_part(
        session, referral, by=cast.counsellor.actor(), part=part, findings={Domain.SAFETY: "Påbörjat."}, risk_factors="Sömn"
    )  # fmt: skip
    assert (part.findings, part.risk_factors, part.conclusion) == ({"safety": "Påbörjat."}, "Sömn", None)
    assert (part.status, referral.version) == (PartStatus.REQUESTED, version)


def test_a_draft_is_nobody_elses_to_save_or_read(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, cast.counsellor, cast.special_educator)[0]
    assessment.save_part(session, referral, by=cast.counsellor.actor(), part=part, conclusion="Ännu inte klart.")
    with pytest.raises(NotAllowed):
        assessment.save_part(session, referral, by=cast.special_educator.actor(), part=part, conclusion="x")
    assert assessment.read_part(part, cast.coordinator.actor()).texts == {}
    assert assessment.read_part(part, cast.counsellor.actor()).texts == {"conclusion": "Ännu inte klart."}


@pytest.mark.parametrize("is_confided", [True, False])
def test_what_was_ticked_as_said_in_confidence_while_writing_is_kept_from_guardians_from_the_first_moment(
    session: Session, cast: Cast, is_confided: bool
) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    maja = a_guardian(session, referral, told_by=cast.coordinator)
    part, other = ask(session, referral, cast, cast.counsellor, a_colleague(session, cast, Profession.TEACHER))
    assessment.save_part(session, referral, by=cast.counsellor.actor(), part=part, is_confided=is_confided)
    assert part.is_confided is is_confided
    hand_in(session, part, conclusion="Mila är rädd hemma.", is_confided=is_confided)
    hand_in(session, other, conclusion="Läser långsamt.")
    paper = Paper(DocumentKind.ASSESSMENT, readers.guardian_key(maja.id), "sv")
    read_at_home = paper_html(paper_sources.gather(session, referral, paper, after=None), preview=True)
    assert "Läser långsamt." in read_at_home
    assert ("Mila är rädd hemma." in read_at_home) is not is_confided
    assert [row.by_id for row in withholding.decisions(session, referral)] == [cast.counsellor.id] * is_confided


def test_a_pointer_can_be_said_in_confidence_too(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, a_colleague(session, cast, Profession.SCHOOL_NURSE))[0]
    hand_in(session, part, findings={}, conclusion="Fråga skolsköterskan.", is_confided=True)
    assert withholding.is_confided(session, referral, (part.id, ""))


# ---------------------------------------------------------------------------------------------------------- reading
def test_the_writer_reads_their_own_part_wholly(session: Session, cast: Cast) -> None:
    part = ask(session, a_referral(session, cast, PARTS_REQUESTED), cast, cast.counsellor)[0]
    hand_in(session, part, risk_factors="Sover lite.")
    shown = assessment.read_part(part, cast.counsellor.actor())
    assert shown.findings == {Domain.LEARNING: "Läser långsamt."}
    assert shown.texts == {"risk_factors": "Sover lite.", "conclusion": "Behöver mer tid."}
    assert not shown.is_shortened


def test_the_coordinator_reads_pedagogical_text_wholly(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = ask(session, referral, cast, a_colleague(session, cast, Profession.TEACHER))[0]
    hand_in(session, part, risk_factors="Sover lite.")
    shown = assessment.read_part(part, cast.coordinator.actor())
    assert (shown.is_shortened, shown.texts["risk_factors"]) == (False, "Sover lite.")


def test_the_coordinator_reads_of_a_part_behind_the_wall_only_its_conclusion(session: Session, cast: Cast) -> None:
    part = ask(session, a_referral(session, cast, PARTS_REQUESTED), cast, cast.counsellor)[0]
    hand_in(session, part, risk_factors="Sover lite.")
    shown = assessment.read_part(part, cast.coordinator.actor())
    assert (shown.texts, shown.findings, shown.is_shortened) == ({"conclusion": "Behöver mer tid."}, {}, True)


def test_others_read_nothing_of_a_part(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part, other = ask(session, referral, cast, cast.counsellor, cast.special_educator)
    hand_in(session, part)
    for person in (other.assessor, cast.outsider, cast.administrator):
        shown = assessment.read_part(part, person.actor())
        assert (shown.texts, shown.findings) == ({}, {})


def test_the_rest_of_the_team_reads_pedagogical_parts_whole_and_others_by_their_conclusion(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    taught, walled = ask(session, referral, cast, cast.teacher, cast.counsellor)
    for part in (taught, walled):
        hand_in(session, part)
    assert assessment.read_part(taught, cast.counsellor.actor()).findings
    assert not assessment.read_part(walled, cast.teacher.actor()).texts
    for person in (cast.coordinator, cast.head_teacher):
        assert assessment.read_part(taught, person.actor()).findings
        assert list(assessment.read_part(walled, person.actor()).texts) == ["conclusion"]


def test_consent_about_the_child_does_not_reach_what_is_about_a_guardian(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    (part,) = ask(session, referral, cast, cast.teacher)
    hand_in(session, part)
    consented(session, referral, cast)
    a_member(session, referral, cast.social_worker)
    assert assessment.read_part(part, cast.social_worker.actor()).findings
    part.about = About.GUARDIAN
    assert not assessment.read_part(part, cast.social_worker.actor()).texts


def test_whoever_only_carries_out_actions_is_asked_for_no_part(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    consented(session, referral, cast)
    with pytest.raises(NotAllowed):
        ask(session, referral, cast, cast.leisure_worker)


# ---------------------------------------------------------------------------------------------------------- enough
def test_the_assessment_is_concluded_when_all_parts_are_in(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    hand_in(session, ask(session, referral, cast, cast.counsellor)[0])
    row = assessment.conclude_assessment(session, referral, by=cast.coordinator.actor(), seen=referral.version)
    assert referral.state == TO_SCHEDULE
    assert (row.verb, row.by_id, row.reason) == (Verb.CONCLUDE_ASSESSMENT, cast.coordinator.id, None)


def test_with_parts_out_a_reason_says_why_the_others_are_enough(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    hand_in(session, ask(session, referral, cast, cast.counsellor, cast.special_educator)[0])
    actor = cast.coordinator.actor()
    with pytest.raises(PartsMissing):
        assessment.conclude_assessment(session, referral, by=actor, seen=None, reason="  ")
    assert referral.state == PARTS_REQUESTED
    row = assessment.conclude_assessment(session, referral, by=actor, seen=None, reason="Petra är borta till jul.")
    assert (referral.state, row.reason) == (TO_SCHEDULE, "Petra är borta till jul.")


def test_parts_from_before_it_was_taken_up_again_are_enough_only_for_a_reason(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, actor = a_referral(session, cast, PARTS_REQUESTED), cast.coordinator.actor()
    hand_in(session, ask(session, referral, cast, cast.counsellor)[0])
    wednesday.shift(timedelta(days=60))
    taken_up_again(session, referral, cast)
    with pytest.raises(PartsMissing):
        assessment.conclude_assessment(session, referral, by=actor, seen=None)
    hand_in(session, ask(session, referral, cast, cast.special_educator)[0])
    assessment.conclude_assessment(session, referral, by=actor, seen=None)
    assert referral.state == TO_SCHEDULE


def test_an_assessment_nobody_was_asked_for_is_not_concluded(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    with pytest.raises(NothingRequested):
        assessment.conclude_assessment(
            session, referral, by=cast.coordinator.actor(), seen=None, reason="Ingen behövs."
        )


def test_only_the_coordinator_concludes_and_only_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    hand_in(session, ask(session, referral, cast, cast.counsellor)[0])
    for person in (cast.head_teacher, cast.counsellor, cast.outsider):
        with pytest.raises(NotAllowed):
            assessment.conclude_assessment(session, referral, by=person.actor(), seen=None)
    assessment.conclude_assessment(session, referral, by=cast.coordinator.actor(), seen=None)
    with pytest.raises(WrongStage):
        assessment.conclude_assessment(session, referral, by=cast.coordinator.actor(), seen=None)
    for state in OPEN - {PARTS_REQUESTED, PARTS_RECEIVED}:
        elsewhere = a_referral(session, cast, state)
        with pytest.raises(WrongStage):
            assessment.conclude_assessment(session, elsewhere, by=cast.coordinator.actor(), seen=None)
